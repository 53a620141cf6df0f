"""The texts of an answer, each with the part of the answer in which it stands, and what a request has said of them before."""

from __future__ import annotations

import contextlib
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

from conformance.judge.answer import json_or_none
from conformance.judge.internals import LONGEST
from conformance.model.contract import Contract
from conformance.model.jsonvalue import JSON, Unreadable, read_json
from conformance.model.message import Exchange, Request
from conformance.model.phrase import Phrase

__all__ = ["AnswerText", "in_member", "leaves", "said", "sent_secrets", "squeezed", "texts"]

_QUIET = frozenset(
    [
        "date",
        "content-length",
        "content-type",
        "content-encoding",
        "transfer-encoding",
        "connection",
        "keep-alive",
        "etag",
        "last-modified",
        "expires",
        "vary",
        "allow",
        "accept-ranges",
        "content-range",
        "content-md5",
        "retry-after",
        "cache-control",
        "content-disposition",
        "set-cookie",
        "x-subject-token",
        "x-openstack-request-id",
        "x-compute-request-id",
        "x-request-id",
    ]
)
"""Headers that are judged elsewhere, that say what the client knows, or that are secrets of the client's own."""
_LINKS = frozenset({"location", "content-location", "link"})
_TOKENS = frozenset({"x-auth-token", "x-subject-token", "x-service-token", "authorization"})
_SHORTEST = 8
"""Characters of a token or a password that is looked for: a shorter one stands in other words by accident."""
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class AnswerText:
    """A text of an answer; `part` says where it stands, `link` that it is judged as a link elsewhere."""

    part: Phrase
    text: str
    link: bool = False

    @property
    def as_member(self) -> str:
        """The text behind the name of its member, which may say that it is a password."""
        place = self.part.get("member")
        return f'"{str(place).rpartition(".")[2]}": "{self.text}"' if place is not None else self.text


def texts(exchange: Exchange, contract: Contract) -> Iterator[AnswerText]:
    """The texts of the headers of an answer, and of the body of a failure."""
    response = exchange.response
    for name, value in response.headers.items:
        lower = name.lower()
        if lower not in _QUIET:
            yield AnswerText(Phrase.of("in-header", header=name), value, lower in _LINKS)
    if response.status < 400 or not response.body:
        return
    statuses = (response.status,)
    body = json_or_none(exchange) if response.body.lstrip()[:1] in {b"{", b"["} else None
    if isinstance(body, dict | list):
        messages = _messages(contract)
        for place, text in leaves(body):
            message = Phrase.of("in-message", statuses=statuses)
            yield AnswerText(message, text) if place in messages else in_member(place, text, response.status)
        return
    text = response.body[:LONGEST].decode("utf-8", "replace")
    if response.media_type == "text/html" or text.lstrip()[:1] == "<":
        yield AnswerText(Phrase.of("in-page", statuses=statuses), html.unescape(text))
    else:
        yield AnswerText(Phrase.of("in-text", statuses=statuses), text)


def in_member(place: str, text: str, status: int) -> AnswerText:
    """The text of a member of a body."""
    return AnswerText(Phrase.of("in-member", member=place, statuses=(status,)), text)


@cache
def _messages(contract: Contract) -> frozenset[str]:
    """The places of the texts in the envelope of a failure."""
    if contract.failure_object is None:
        return frozenset()
    outer, inner = contract.failure_object
    members: Mapping[str, Any] = inner.get("properties", {})
    return frozenset(f"{outer}.{name}" for name, schema in members.items() if schema.get("type") == "string")


def leaves(node: JSON, place: str = "", depth: int = _DEEPEST) -> Iterator[tuple[str, str]]:
    """The texts in a body with their places; items of a list have the place of the list."""
    if isinstance(node, str):
        yield place, node
    elif isinstance(node, list) and depth:
        for item in node:
            yield from leaves(item, place, depth - 1)
    elif isinstance(node, dict) and depth:
        for name, item in node.items():
            inner = f"{place}.{name}" if place else name
            if isinstance(item, str):  # nearly all are; a generator for each would take longer than all else
                yield inner, item
            elif isinstance(item, list | dict):
                yield from leaves(item, inner, depth - 1)


# --- what the client has said -----------------------------------------------------------------------------------------


def squeezed(text: str) -> str:
    """Its letters and digits, in lower case: quotes, escapes and blanks differ from message to message."""
    return re.sub(r"[^0-9a-z\u0080-\U0010ffff]+", "", text.lower())


def said(request: Request) -> str:
    """What a request says but for its tokens, as `squeezed` writes it."""
    parts = [unquote(unquote(request.url)), request.body[:LONGEST].decode("utf-8", "replace")]
    parts += [value for name, value in request.headers.items if name.lower() not in _TOKENS]
    parts += [f"{place} {text}" for place, text in leaves(_json(request))]
    return squeezed(" ".join(parts))


def sent_secrets(request: Request) -> list[str]:
    """The tokens and passwords that a request carries."""
    found = [value.split()[-1] for name, value in request.headers.items if name.lower() in _TOKENS and value.strip()]
    if b'"password"' in request.body:
        found += [text for place, text in leaves(_json(request)) if place.endswith(".password")]
    return [value for value in found if len(value) >= _SHORTEST]


def _json(request: Request) -> JSON:
    with contextlib.suppress(Unreadable):
        return read_json(request.body) if request.body else None
    return None
