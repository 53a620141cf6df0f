"""The equivalence classes of a request, place by place (ISTQB: equivalence partitioning).

Rules
- A class is made of names of the contract and rules of its schemas, never of a value that was generated.
- A part is valid, broken (the contract forbids it), lenient (who takes it breaks no promise, ruling 44) or open (the
  contract does not decide, so nothing may be asserted about its acceptance). Whether a request is due a refusal is read
  off its parts: any broken one will do.
- What JSON or HTTP leaves to the receiver is open, and so are the names of further properties.
- What the contract does not have (a parameter, a member where it names them all, the body of a call that has none) is
  lenient: it may be refused, and passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote_to_bytes, urlsplit

from conformance.judge.bodies import body_parts, integer_of, older_pointers
from conformance.judge.rules import rule_of, wrong_type
from conformance.model.contract import Contract, Operation, Schema
from conformance.model.equivalence import VALID, Class, Part, Standing
from conformance.model.message import Request

__all__ = [
    "asks_too_much",
    "has_too_much",
    "has_unknown_parameter",
    "large",
    "names_another_media_type",
    "parts",
    "telling",
]

OTHER_MEDIA_TYPE = Class.open("other-media-type")
TOO_MUCH = frozenset({"more-items-than", "more-than", "longer-than", "nested-too-deep"})
"""Rules of classes that are too much of something."""
MOST_BODY, MOST_URL = 64 * 1024, 4000
"""Bytes of a JSON body, and characters of a URL, beyond which a server may find the request too large."""
UNKNOWN_PARAMETERS = frozenset({"unknown-parameter", "upstream-parameter"})
MEDIA_TYPES = frozenset({"other-media-type", "other-charset", "missing", "twice"})
"""Rules of a Content-Type that is not the one of the operation."""


@lru_cache(maxsize=16)
def parts(request: Request, contract: Contract) -> tuple[Part, ...]:
    """Every part of the request, each once; empty when it addresses no operation of the contract."""
    operation = contract.operations.get(request.operation or "")
    if operation is None:
        return ()
    media = tuple(_content_type(request, operation))
    found = [*_token(request, operation), *_path(request, operation), *_query(request, operation), *media]
    if operation.request_media_type is None and request.body:
        found.append(Part("body", Class.lenient("not-asked-for")))
    # A body of another media type is not what the schema speaks of.
    if operation.request_schema is not None and not any(part.held == OTHER_MEDIA_TYPE for part in media):
        found += body_parts(request.body, operation, contract)
    return tuple(dict.fromkeys(found))


def telling(request: Request, contract: Contract) -> tuple[Part, ...]:
    """The parts that set a request apart, sorted: its broken ones, else its lenient ones, else its open ones; none for a
    valid request."""
    found = parts(request, contract)
    for standing in (Standing.BROKEN, Standing.LENIENT, Standing.OPEN):
        chosen = sorted({part for part in found if part.standing is standing}, key=lambda part: part.order)
        if chosen:
            return tuple(chosen)
    return ()


def asks_too_much(request: Request, contract: Contract) -> bool:
    """Whether a request has too much of something: items, properties, characters, levels, or bytes in all (RFC 9110,
    15.5.14 and 15.5.15)."""
    return request.size > MOST_BODY or has_too_much(request, contract)


def has_too_much(request: Request, contract: Contract) -> bool:
    """Whether a request has too much of something, however many bytes its body has."""
    much = len(request.url) > MOST_URL
    return much or any(part.held.rule in TOO_MUCH for part in parts(request, contract))


def large(size: int) -> Part:
    """The part that says that a body of this size is larger than a usual limit: a power of two, the next below."""
    return Part("body", Class.open("larger-than", bytes=1 << (max(size, 2) - 1).bit_length() - 1))


def names_another_media_type(request: Request, contract: Contract) -> bool:
    """Whether a request names another media type than the operation takes, or none (RFC 9110, 15.5.16)."""
    found = parts(request, contract)
    return any(part.place == "content-type" and part.held.rule in MEDIA_TYPES for part in found)


def has_unknown_parameter(request: Request, contract: Contract) -> bool:
    """Whether a request has a parameter that the document does not have, and that no answer had it send."""
    operation = contract.operations.get(request.operation or "")
    if operation is None or "?" not in request.url:
        return False
    unknown = (part for part in parts(request, contract) if part.held.rule in UNKNOWN_PARAMETERS)
    return any(part.place not in operation.page_query for part in unknown)


def _token(request: Request, operation: Operation) -> Iterator[Part]:
    if not operation.secured:
        return
    value = request.headers.get("X-Auth-Token")
    if not value:
        yield Part("token", Class.broken("missing" if value is None else "empty"))
    else:
        yield Part("token", Class.broken("not-valid") if request.actor == "anonymous" else VALID)


def _path(request: Request, operation: Operation) -> Iterator[Part]:
    """The value that stands for the parameter of the path, wherever the service's root is."""
    before, mark, after = operation.path.partition("{")
    if not mark:
        return
    name, after = after.split("}", 1)
    place = f"path.{name}"
    path = request.url.split("?", 1)[0]
    path = "/" + path.split("://", 1)[-1].partition("/")[2]
    at = path.find(before)
    raw = path[at + len(before) :].removesuffix(after) if at >= 0 else ""
    data = unquote_to_bytes(raw)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        yield Part(place, Class.broken("not-utf-8"))
        return
    if at < 0 or not raw or set(text) & set("/\\") or text.strip(".") == "" or ";" in raw:
        yield Part(place, Class.open("no-path-segment"))
        return
    schema = next((item.schema for item in operation.parameters if item.name == name), {})
    yield Part(place, rule_of(schema, text))


def _query(request: Request, operation: Operation) -> Iterator[Part]:
    known = {item.name: item.schema for item in operation.query}
    raw = urlsplit(request.url).query
    pairs = [pair.partition("=")[::2] for pair in raw.split("&") if pair]
    names = [_decoded(name) for name, _ in pairs]
    if request.led:
        yield Part("query", Class.open("next-page"))
    for name, (_, value) in zip(names, pairs, strict=True):
        if name not in known and request.led:
            continue  # by what parameters pages go on is the service's own affair
        if name not in known and name in operation.upstream_query:
            # Told apart by name, so that what breaks one hides no other.
            yield Part(name, Class.open("upstream-parameter"))
        elif name not in known:
            yield Part("query", Class.lenient("unknown-parameter"))
        elif names.count(name) > 1:
            yield Part(name, Class.open("twice"))
        else:
            text = _decoded(value)
            yield Part(name, Class.broken("not-utf-8") if text is None else _parameter(known[name], text))


def _decoded(text: str) -> str | None:
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode("utf-8")
    except UnicodeDecodeError:
        return None


def _parameter(schema: Schema, text: str) -> Class:
    """The class of a parameter's text; integers are digits there."""
    if schema.get("type") != "integer":
        return rule_of(schema, text)
    if re.fullmatch(r"-?(0|[1-9][0-9]*)", text):
        return _integer(schema, text)
    if not text.strip():
        return Class.broken("empty")
    held, digits = _respelt(text.strip())
    if digits is None:
        return held
    # Another spelling of a number that is out of range is out of range.
    meaning = _integer(schema, digits)
    return meaning if meaning.standing is Standing.BROKEN else held


def _integer(schema: Schema, digits: str) -> Class:
    return rule_of(schema, integer_of(digits))


def _respelt(text: str) -> tuple[Class, str | None]:
    """The class of a text that is no plain integer, and the integer that it can only mean, None when it means none."""
    if re.fullmatch(r"[+-]?[0-9]+", text):
        return Class.lenient("sign-zeros-or-blanks"), str(int(text)) if len(text) < 400 else text.lstrip("+0")
    number = re.fullmatch(r"([+-]?[0-9]+)(?:\.(0*))?(?:e([0-9]{1,2}))?", text, re.ASCII | re.IGNORECASE)
    if number is not None:
        return Class.lenient("integer-as-fraction"), number[1].lstrip("+") + "0" * int(number[3] or 0)
    if re.fullmatch(r"[+-]?([0-9]*\.[0-9]*|[0-9.]+e[+-]?[0-9]+)", text, re.ASCII | re.IGNORECASE):
        return wrong_type("fraction", "integer"), None
    if re.fullmatch(r"[+-]?\d+(_\d+)*", text):
        return Class.lenient("other-digits"), str(int(text)) if len(text) < 400 else None
    return wrong_type("word", "integer"), None


def _content_type(request: Request, operation: Operation) -> Iterator[Part]:
    """Open when it is another: the document requires the header and does not say what becomes of another one (ruling
    29). Lenient when it is missing (ruling 44)."""
    if operation.request_media_type is None:
        return
    values = request.headers.all("Content-Type")
    if len(values) != 1:
        yield Part("content-type", Class.open("twice") if values else Class.lenient("missing"))
        return
    media_type, *rest = (part.strip().lower() for part in values[0].split(";"))
    charset = next((part.partition("=")[2].strip('"') for part in rest if part.startswith("charset=")), "utf-8")
    if media_type != operation.request_media_type:
        yield Part("content-type", OTHER_MEDIA_TYPE)
        yield from older_pointers(request.body, operation)
    else:
        yield Part("content-type", VALID if charset in {"utf-8", "utf8"} else Class.open("other-charset"))
