"""The checks of the body of a success: readable, empty where it is due, of the documented shape, and in agreement with
itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import permutations
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from conformance.judge.answer import (
    body_of,
    documented,
    json_success,
    look,
    prefixes,
    promised,
    root_of,
    whole_success,
)
from conformance.judge.registry import Look, check
from conformance.judge.rules import meant
from conformance.model import requirement_id
from conformance.model.contract import Contract, Operation
from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import JSON, Unreadable, moment, short, violations
from conformance.model.message import Exchange

_CHOICE = re.compile(r"(?:(?:include|only|select)[_-])?(?:fields?|attributes|columns)")
"""What a parameter is called that says which members are shown (OpenStack API guidelines, filtering)."""
MOST_ALIKE = 1000
"""Violations of one promise that are told of one answer."""


@check("body", covers="*.response.*")
def body_readable(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """The body of a documented success can be read as what it is: within the limit, and JSON where the document says
    so."""
    spec = documented(exchange, contract)
    if spec is None:
        return
    response = exchange.response
    if response.truncated:
        yield Look(root_of(exchange), Deviation("too-large", seen=(("bytes", len(response.body)),)))
    elif spec.media_type is not None:
        yield Look(root_of(exchange), _unreadable(exchange) if spec.schema is not None else None)


def _unreadable(exchange: Exchange) -> Deviation | None:
    try:
        body_of(exchange)
    except Unreadable as error:
        return Deviation("unreadable", seen=(("reason", error.reason),))
    return None


@check("empty-body", covers=("*.empty", "*.response.*"))
def empty_body(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """A success that the document has without a body has none, and announces none."""
    spec = whole_success(exchange, contract)
    if spec is None or spec.media_type is not None:
        return
    response = exchange.response
    length = response.headers.get("Content-Length")
    named = requirement_id.empty(exchange.operation)
    kept = not response.body and (length is None or length.strip() == "0")
    seen = (("status", response.status), ("bytes", length if length is not None else len(response.body)))
    yield look(named if named in contract.requirements else root_of(exchange), kept, Deviation("not-empty", seen=seen))


@check("schema", covers="*.response.*")
def schema(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """The body of a documented success has the documented shape, judged member by member."""
    spec, body = json_success(exchange, contract)
    if spec is None:
        return
    root, members = root_of(exchange), promised(exchange, contract)
    broken: Counter[str] = Counter()
    for item in violations(spec.schema or {}, body):
        if item.rule == "missing" and chooses_members(exchange, contract):
            continue
        owner = next((name for name in prefixes(item.place) if name in members), "")
        broken[owner] += 1
        if broken[owner] > MOST_ALIKE:
            continue
        seen = (("got", short(item.value)),) if item.rule != "missing" else ()
        deviation = Deviation(item.rule, place=item.place, path=item.path, terms=item.terms, seen=seen)
        yield Look(members.get(owner, root), deviation)
    named = {name.lower() for name in spec.headers}
    for place, name in members.items():
        if place not in broken and place not in named and _reached(body, place.split(".")):
            yield Look(name)
    if "" not in broken:
        yield Look(root)


def chooses_members(exchange: Exchange, contract: Contract) -> bool:
    """Whether a request says itself which members its answer is to have, by a parameter of the contract (`fields`)."""
    operation = contract.operations.get(exchange.operation)
    names = {item.name for item in operation.query if _CHOICE.fullmatch(item.name)} if operation is not None else set()
    query = parse_qsl(urlsplit(exchange.request.url).query) if names else ()
    return any(name in names for name, _ in query)


@check("agreement", covers="*.response.*")
def agreement(exchange: Exchange, contract: Contract) -> Iterator[Look]:
    """The members of an answer do not contradict each other, the request, or the form that the document's examples
    show."""
    spec, body = json_success(exchange, contract)
    if spec is None or not isinstance(body, dict):
        return
    members = promised(exchange, contract)
    broken = {name for item in violations(spec.schema or {}, body) for name in prefixes(item.place)}
    seen: set[str] = set()
    for place, deviation in _agreements(exchange, contract.operations[exchange.operation], contract, body):
        if place in members and place not in broken | (seen if deviation is not None else set()):
            if deviation is not None:
                seen.add(place)
            yield Look(members[place], deviation)


def _agreements(
    exchange: Exchange, operation: Operation, contract: Contract, body: dict[str, JSON]
) -> Iterator[tuple[str, Deviation | None]]:
    """(place, deviation or None where both agree) for whatever two parts of an answer say about the same thing."""
    example = operation.response_example or _sibling_example(operation, contract)
    own = body.get("id")
    if isinstance(own, str) and isinstance(example, dict) and isinstance(example.get("id"), str):
        for name, value in example.items():
            got = body.get(name)
            if not isinstance(value, str) or not isinstance(got, str) or name == "id":
                continue
            if example["id"] in value:
                due = value.replace(example["id"], own)
                yield name, _differs("not-of-the-id", name, got, due, kept=_path(got).endswith(due))
            elif value.startswith("/"):
                yield name, _differs("another-resource", name, got, value, kept=_path(got).endswith(value))
        location = exchange.response.headers.get("Location")
        if location is not None:
            yield "location", _differs("not-of-the-id", "Location", location, own, kept=own in location)
    addressed = _addressed(exchange, operation)
    if addressed is not None and isinstance(own, str):
        yield "id", _differs("another-id", "id", own, addressed, kept=own.lower() == addressed.lower())
    for earlier, later in _ordered_times(contract, operation.id):
        first, last = (moment(str(body.get(name))) for name in (earlier, later))
        if first is not None and last is not None:
            seen = (("got", str(body[later])), ("due", str(body[earlier])))
            wrong = Deviation("before", place=later, path=later, terms=(("earlier", earlier),), seen=seen)
            yield later, wrong if last < first else None


def _differs(kind: str, place: str, got: str, due: str, *, kept: bool) -> Deviation | None:
    return None if kept else Deviation(kind, place=place, path=place, seen=(("got", short(got)), ("due", due)))


@cache
def _ordered_times(contract: Contract, name: str) -> tuple[tuple[str, str], ...]:
    """Pairs of members that are times, of which the first is never after the second and once before it, in all
    examples."""
    operation = contract.operations[name]
    spec = operation.responses[0] if operation.responses else None
    properties: Mapping[str, Any] = (spec.schema or {}).get("properties", {}) if spec is not None else {}
    times = [name for name, node in properties.items() if node.get("format") == "date-time"]
    examples = [
        item.response_example for item in contract.operations.values() if isinstance(item.response_example, dict)
    ]
    found: list[tuple[str, str]] = []
    for first, last in permutations(times, 2):
        pairs = [(moment(str(item.get(first))), moment(str(item.get(last)))) for item in examples]
        known = [(a, b) for a, b in pairs if a is not None and b is not None]
        if all(a <= b for a, b in known) and any(a < b for a, b in known):
            found.append((first, last))
    return tuple(found)


def _path(link: str) -> str:
    """The path of a link that the target sent; of what is no URL, all of it."""
    try:
        return urlsplit(link).path
    except ValueError:
        return link


def _sibling_example(operation: Operation, contract: Contract) -> Any:
    """The example of another operation on the same path, which answers with the same kind of object."""
    same_path = (item for item in contract.operations.values() if item.path == operation.path)
    return next((item.response_example for item in same_path if item.response_example is not None), None)


def _addressed(exchange: Exchange, operation: Operation) -> str | None:
    """What the path's last parameter means in this request, however it is spelled, or None."""
    if not operation.path.endswith("}"):
        return None
    name = operation.path.rpartition("{")[2].removesuffix("}")
    schema = next((item.schema for item in operation.parameters if item.name == name), {})
    return str(meant(schema, unquote(urlsplit(exchange.request.url).path.rsplit("/", 1)[-1])))


def _reached(body: JSON, parts: Sequence[str]) -> bool:
    """Whether the body has a place for the member: a list with no items shows nothing about its items."""
    if not parts:
        return True
    if isinstance(body, list):
        return any(_reached(item, parts) for item in body)
    if not isinstance(body, dict):
        return False
    return len(parts) == 1 or _reached(body.get(parts[0]), parts[1:])
