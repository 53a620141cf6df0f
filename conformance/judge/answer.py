"""An answer beside the contract: which documented success it is, what is promised of it, what its body holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from conformance.judge.registry import Look
from conformance.model import requirement_id
from conformance.model.contract import Contract, ResponseSpec
from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import JSON, Unreadable, beginning, read_json
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase

__all__ = [
    "answers_for_a_part",
    "body_of",
    "documented",
    "json_or_none",
    "json_success",
    "look",
    "prefixes",
    "promised",
    "root_of",
    "whole_success",
]


LARGE, MANY = 1024 * 1024, 20_000
"""Bytes, and commas, from which on a body is judged by its beginning: nobody is served by 100,000 findings of one
kind."""
JUDGED = 20_000
"""Values that are judged in the arrays of a large body."""


def look(requirement: str, kept: bool, deviation: Deviation) -> Look:
    return Look(requirement, None if kept else deviation)


def documented(exchange: Exchange, contract: Contract) -> ResponseSpec | None:
    operation = contract.operations.get(exchange.operation)
    return operation.response(exchange.response.status) if operation is not None else None


def answers_for_a_part(exchange: Exchange) -> bool:
    """Whether a request for a part of a resource was answered as such: with the part, or that there is none (RFC 9110,
    14). The document does not have such requests, so it says nothing of their answers (ruling 52)."""
    asked = exchange.request.method == "GET" and exchange.request.headers.get("Range") is not None
    return asked and exchange.response.status in {206, 416}


def whole_success(exchange: Exchange, contract: Contract) -> ResponseSpec | None:
    """The documented success that an answer is, None when it is none or its body was cut by a limit of ours."""
    return None if exchange.response.truncated else documented(exchange, contract)


def json_success(exchange: Exchange, contract: Contract) -> tuple[ResponseSpec | None, JSON]:
    """The documented success whose body is JSON, with the body; (None, None) when it is none or cannot be read."""
    spec = whole_success(exchange, contract)
    if spec is None or spec.schema is None:
        return None, None
    try:
        return spec, body_of(exchange)
    except Unreadable:
        return None, None


def root_of(exchange: Exchange) -> str:
    return requirement_id.response(exchange.operation, exchange.response.status)


def promised(exchange: Exchange, contract: Contract) -> Mapping[str, str]:
    """Place in the body of this success -> the requirement about it."""
    return contract.promised(exchange.operation, exchange.response.status)


def body_of(exchange: Exchange) -> JSON:
    """The body of an answer as JSON, to be read and not changed: the checks of one exchange share it. The arrays of a
    large one have their beginning. Raises Unreadable."""
    body = exchange.response.body
    large = len(body) > LARGE or (len(body) > MANY and body.count(b",") > MANY)
    read = _beginning(body) if large else _read(body)
    if isinstance(
        read, Phrase
    ):  # not the exception itself: each time that one is raised it holds more of what was read
        raise Unreadable(read)
    return read


@lru_cache(maxsize=4)
def _read(body: bytes) -> JSON | Phrase:
    """The JSON of a body, or why it is none."""
    try:
        return read_json(body)
    except Unreadable as error:
        return error.reason


@lru_cache(maxsize=1)
def _beginning(body: bytes) -> JSON | Phrase:
    read = _read.__wrapped__(body)
    return read if isinstance(read, Phrase) else beginning(read, JUDGED)


def json_or_none(exchange: Exchange) -> JSON:
    try:
        return body_of(exchange)
    except Unreadable:
        return None


def prefixes(place: str) -> Iterator[str]:
    while place:
        yield place
        place = place.rpartition(".")[0]
