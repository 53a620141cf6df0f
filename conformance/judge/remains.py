"""What a request may have left of it: of which resource it spoke, and what was in it that may break what comes after it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import unquote, urlsplit

from conformance.judge.breadth import wide
from conformance.judge.kinds import ODD
from conformance.judge.members import place_of
from conformance.model.contract import Contract, Operation, Resource
from conformance.model.equivalence import VALID, Class, Part, Standing
from conformance.model.jsonvalue import JSON, Unreadable
from conformance.model.marks import tag_of
from conformance.model.message import Exchange

__all__ = ["ANYTHING", "WHATEVER_IS_ODD", "Mark", "addressed_id", "digest_of", "made_id", "marks_of", "texts_of"]

A_VALUE = Class("a-value")
"""The class of one value that keeps every rule."""
WHATEVER_IS_ODD = Class.open(ODD)
ANYTHING = Part("request", Class("anything"))
"""Any request of an operation."""
LONGEST = 4096
"""Characters of a text up to which it may be what a list asks for."""
SHORT = 8
"""Characters of a text beyond which it is no word of an enumeration."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What an earlier request may have left: its operation, whether it was taken, and what was in it. `value` is JSON,
    "" for a whole class."""

    operation: str
    taken: bool
    part: Part
    value: str = ""

    @property
    def order(self) -> tuple[object, ...]:
        """The likeliest first."""
        rule, standing = self.part.held.rule, self.part.standing
        breadth = 4 if self.part == ANYTHING else _BREADTHS.get(rule, 1 if self.value else 0)
        return not self.taken, breadth, _RANKS[standing], self.operation, self.part.order, self.value


_BREADTHS = {ODD: 2, "refused-with": 3}


_RANKS = {Standing.BROKEN: 0, Standing.LENIENT: 1, Standing.OPEN: 2, Standing.VALID: 3}


def digest_of(exchange: Exchange) -> bytes:
    """What is the same for a request that is sent once more."""
    request = exchange.request
    head = f"{request.method}\0{request.url}\0".encode("utf-8", "surrogatepass")
    return blake2b(head + request.body, digest_size=16).digest()


def texts_of(exchange: Exchange) -> Iterator[str]:
    """The texts of a request by which a list may ask for what it made."""
    body = _body(exchange)
    nodes = body if isinstance(body, list) else [body]
    for node in nodes:
        if isinstance(node, dict):
            yield from (value for value in node.values() if isinstance(value, str) and SHORT < len(value) <= LONGEST)


def marks_of(exchange: Exchange, found: Sequence[Part], operation: Operation, contract: Contract) -> Iterator[Mark]:
    """What a request may have left."""
    taken = exchange.status < 300
    yield Mark(operation.id, taken, ANYTHING)
    if not taken:
        yield Mark(operation.id, taken, Part("request", Class("refused-with", terms=(("status", exchange.status),))))
    for part in found:
        if part.held != VALID:
            yield Mark(operation.id, taken, wide(part))
            yield Mark(operation.id, taken, Part(part.place, WHATEVER_IS_ODD))
    body = _body(exchange)
    for node in body if isinstance(body, list) else [body]:
        if isinstance(node, dict):
            for place, value in _set(node, operation, contract):
                text = json.dumps(value, sort_keys=True)
                if tag_of("") not in text and not _is_id(place, operation, contract):
                    yield Mark(operation.id, taken, Part(place, A_VALUE), text)


def _set(node: Mapping[str, JSON], operation: Operation, contract: Contract) -> Iterator[tuple[str, JSON]]:
    """Place -> value of what a body sets: its members, or what an operation of a JSON Patch sets (RFC 6902)."""
    path = node.get("path")
    if operation.request_schema is not None and operation.request_schema.get("type") == "array":
        if isinstance(path, str):
            yield (
                f"/{place_of(contract, operation.id, path.removeprefix('/'))}",
                [node.get("op"), path, node.get("value")],
            )
        return
    for name, value in node.items():
        for item in value if isinstance(value, list) else [value]:
            yield place_of(contract, operation.id, name), item


def _is_id(place: str, operation: Operation, contract: Contract) -> bool:
    resource = contract.resource_of(operation.id)
    return resource is not None and place == resource.id


def addressed_id(exchange: Exchange, operation: Operation, resource: Resource) -> str | None:
    """The id of the resource that a request is about: that of its path, or the one that it chooses for a new one."""
    if operation.id == resource.create:
        body = _body(exchange)
        wrapped = body.get(resource.wrapper) if resource.wrapper and isinstance(body, dict) else body
        own = wrapped.get(resource.id) if isinstance(wrapped, dict) else None
        return own.lower() if isinstance(own, str) else None
    path = urlsplit(exchange.request.url).path
    before, found, after = operation.path.partition(f"{{{resource.parameter}}}")
    start = path.rfind(before)
    if not found or start < 0:
        return None
    own = path[start + len(before) :]
    return unquote(own.removesuffix(after) if after else own).lower() or None


def made_id(exchange: Exchange, resource: Resource) -> str | None:
    """The id of what a create has made: as its answer says, else by its Location."""
    try:
        body = exchange.response.json()
    except Unreadable:
        body = None
    wrapped = body.get(resource.wrapper) if resource.wrapper and isinstance(body, dict) else body
    own = wrapped.get(resource.id) if isinstance(wrapped, dict) else None
    if isinstance(own, str) and own:
        return own.lower()
    location = exchange.response.headers.get("Location") or ""
    return unquote(location.partition("?")[0].rstrip("/").rpartition("/")[2]).lower() or None


def _body(exchange: Exchange) -> JSON:
    """The body of a request, None where it is no JSON."""
    try:
        found: JSON = json.loads(exchange.request.body)
    except (ValueError, RecursionError):
        return None
    return found
