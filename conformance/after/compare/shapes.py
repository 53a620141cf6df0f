"""Differences between the schemas of two runs' answers, inferred from the traffic with genson.

Rules
- A schema belongs to an operation and a class of statuses (`server.list 2xx`). It is inferred from the cases that met
  both in both runs.
- Of a list only resources that the case itself created, and that are not being deleted, are read: what else is on the
  cloud differs from run to run.
- A member, type or value that the client sent in one run only is left out: the answer repeats what was sent.
- Below a member that appeared or vanished nothing more is reported.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from genson import SchemaBuilder

from conformance.after.traffic import Makings, of_cases
from conformance.model.contract import Resource
from conformance.model.jsonvalue import JSON, Unreadable
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase

__all__ = ["ABSENT", "ShapeDrift", "shape_drift"]

ABSENT = Phrase.of("absent-place")
"""What stands at a place that is not there."""
ALWAYS, SOMETIMES = Phrase.of("there", how="always"), Phrase.of("there", how="sometimes")
ENOUGH = 20
"""Values of a member that the earlier run must have seen before another one is reported as new."""
MOST_VALUES = 8
"""Different values up to which a member is taken for an enumeration."""
_VALUE = re.compile(r"[A-Za-z][A-Za-z_-]{0,30}\d{0,3}")
_FREE_TEXT = re.compile(r"(^|[._])(name|id|owner|region|description|title|message|url|href|self|file|schema)(\[\])?$")
_IGNORED_HEADERS = frozenset(
    {
        "date",
        "age",
        "expires",
        "connection",
        "keep-alive",
        "transfer-encoding",
        "content-length",
        "via",
        "set-cookie",
        "server",
        "x-openstack-request-id",
        "x-compute-request-id",
        "x-request-id",
        "requestid",
    }
)


@dataclass(frozen=True, slots=True)
class ShapeDrift:
    """One difference. `place` is a member such as `servers[].id`, a header such as `header location`, or `body` for the
    whole.

    `change` is one of: appeared, vanished, became optional, became constant, became nullable, no longer nullable,
    changed type, new value. `before` and `after` say what was there.
    """

    operation: str
    statuses: str
    place: str
    change: str
    before: Phrase
    after: Phrase
    count_before: int
    count_after: int

    @property
    def requirement(self) -> str | None:
        """What a contract would call the place, without its status: `servers.id`; None for the whole body."""
        return None if self.place == "body" else self.place.removeprefix("header ").replace("[]", "")


def shape_drift(
    before: Collection[Exchange], after: Collection[Exchange], resources: Iterable[Resource] = ()
) -> tuple[ShapeDrift, ...]:
    """Every difference between the shapes of two runs, by operation, status class and place; `resources` are the
    contract's."""
    listed = {item.items: item.id for item in resources if item.items}
    first, second = _Traffic.of(before, listed), _Traffic.of(after, listed)
    found: list[ShapeDrift] = []
    for key in sorted(first.seen.keys() & second.seen.keys()):
        cases = first.seen[key].keys() & second.seen[key].keys()
        if not cases:
            continue
        one, other = ([item for case in sorted(cases) for item in run.seen[key][case]] for run in (first, second))
        found += _members(key, one, other, first, second)
        found += _headers(key, one, other)
        found += _values(key, one, other, first, second)
    return tuple(found)


Shape = tuple[str, str]


@dataclass(frozen=True)
class _Traffic:
    """The exchanges by operation and status class, then case; and what the client sent that was accepted.

    `makings` is what the run made. `listed` maps a member that holds a list of resources to the member with
    their id.
    """

    seen: Mapping[Shape, Mapping[str, list[Exchange]]]
    makings: Makings
    sent: frozenset[tuple[str, str]] = field(default=frozenset())
    listed: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, exchanges: Collection[Exchange], listed: Mapping[str, str]) -> _Traffic:
        seen: dict[Shape, dict[str, list[Exchange]]] = {}
        sent: set[tuple[str, str]] = set()
        for item in exchanges:
            status = item.response.status
            if 200 <= status < 300 and item.request.method in {"POST", "PATCH", "PUT"}:
                sent |= set(_given(item))
        for item in of_cases(exchanges):
            if item.request.method != "HEAD":
                place = seen.setdefault((item.operation, f"{item.response.status // 100}xx"), {})
                place.setdefault(item.case, []).append(item)
        return cls(seen, Makings.of(exchanges), frozenset(sent), listed)

    def own(self, value: Any, exchange: Exchange) -> Any:
        """The value, of this answer, in which lists of resources hold only those of its case."""
        if isinstance(value, list):
            return [self.own(item, exchange) for item in value]
        if not isinstance(value, dict):
            return value
        return {
            key: self.own(self._ours(item, self.listed.get(key), exchange), exchange) for key, item in value.items()
        }

    def _ours(self, rows: Any, id_member: str | None, exchange: Exchange) -> Any:
        if id_member is None or not isinstance(rows, list):
            return rows
        return [row for row in rows if not isinstance(row, dict) or self.makings.holds(row.get(id_member), exchange)]


def _given(exchange: Exchange) -> Iterator[tuple[str, str]]:
    """(member, ""), (member, `type T`) and (member, `value V`) of a JSON object or a JSON Patch that was sent."""
    try:
        body = json.loads(exchange.request.body)
    except (ValueError, RecursionError):
        return
    pairs = list(body.items()) if isinstance(body, dict) else []
    for node in body if isinstance(body, list) else ():
        if isinstance(node, dict) and isinstance(node.get("path"), str):
            pairs.append((node["path"].split("/")[1] if "/" in node["path"] else node["path"], node.get("value")))
    for name, value in pairs:
        yield name, ""
        yield name, f"type {_type(value)}"
        if isinstance(value, str):
            yield name, f"value {value}"


def _body(exchange: Exchange) -> JSON:
    try:
        return exchange.response.json()
    except Unreadable:
        return None


def _type(value: Any) -> str:
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}
    return "null" if value is None else names[type(value)]


# --- members --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Member:
    types: frozenset[str]
    always: bool


def _members(
    key: Shape, before: Sequence[Exchange], after: Sequence[Exchange], first: _Traffic, second: _Traffic
) -> Iterator[ShapeDrift]:
    one, other = _inferred(before, first), _inferred(after, second)
    driven = first.sent ^ second.sent
    gone: list[str] = []
    for place in sorted({*one, *other}):
        name = place.rsplit(".", 1)[-1].removesuffix("[]")
        if any(place.startswith((parent + ".", parent + "[]")) for parent in gone) or (name, "") in driven:
            continue
        old, new = one.get(place), other.get(place)

        def drift(change: str, was: Phrase, now: Phrase, place: str = place) -> ShapeDrift:
            return ShapeDrift(*key, place, change, was, now, len(before), len(after))

        if old is None or new is None:
            present = old or new
            assert present is not None
            gone.append(place)
            if place.endswith("[]"):  # a list that had items and is empty: a matter of what was there
                continue
            there = Phrase.of("there-of-type", how=_often(present.always), types=_types(present.types))
            yield drift("appeared", ABSENT, there) if old is None else drift("vanished", there, ABSENT)
            continue
        if old.always != new.always and not place.endswith("[]"):
            yield (
                drift("became optional", ALWAYS, SOMETIMES)
                if old.always
                else drift("became constant", SOMETIMES, ALWAYS)
            )
        added = {item for item in new.types - old.types if (name, f"type {item}") not in driven}
        lost = {item for item in old.types - new.types if (name, f"type {item}") not in driven}
        if added == {"null"} and not lost:
            yield drift("became nullable", _of(old.types), _of(new.types))
        elif lost == {"null"} and not added:
            yield drift("no longer nullable", _of(old.types), _of(new.types))
        elif added or lost:
            yield drift("changed type", _of(old.types), _of(new.types))


def _inferred(exchanges: Iterable[Exchange], run: _Traffic) -> dict[str, _Member]:
    """Place -> what was seen there; the place `body` is the whole, a body that is no JSON has its media type as
    type."""
    builder = SchemaBuilder()
    others: set[str] = set()
    for item in exchanges:
        body = item.response.body
        try:
            value = item.response.json() if body.strip() and "json" in (item.response.media_type or "json") else None
        except Unreadable:
            value = None
        if not body.strip():
            others.add("empty")
        elif value is None:
            others.add(item.response.media_type or "no media type")
        else:
            builder.add_object(run.own(value, item))
    schema = builder.to_schema()
    found = dict(_flat(schema, ""))
    root = found.pop("", None)
    if others or root is not None:
        found["body"] = _Member(frozenset(others) | (root.types if root else frozenset()), True)
    return found


def _flat(schema: Mapping[str, Any], place: str, always: bool = True) -> Iterator[tuple[str, _Member]]:
    parts = schema.get("anyOf", [schema])
    types: set[str] = set()
    for part in parts:
        stated = part.get("type", [])
        types |= {stated} if isinstance(stated, str) else set(stated)
    if types or place:
        yield place, _Member(frozenset(types), always)
    for part in parts:
        required = set(part.get("required", ()))
        for name, child in part.get("properties", {}).items():
            yield from _flat(child, f"{place}.{name}" if place else name, name in required)
        if "items" in part:
            yield from _flat(part["items"], f"{place}[]")


def _often(always: bool) -> str:
    return "always" if always else "sometimes"


def _types(types: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(types)) or ("null",)


def _of(types: Iterable[str]) -> Phrase:
    return Phrase.of("of-type", types=_types(types))


# --- headers and values ---------------------------------------------------------------------------------------------


def _headers(key: Shape, before: Sequence[Exchange], after: Sequence[Exchange]) -> Iterator[ShapeDrift]:
    one, other = (
        Counter(name for item in side for name in {field.lower() for field, _ in item.response.headers.items})
        for side in (before, after)
    )
    for name in sorted({*one, *other} - _IGNORED_HEADERS):
        if bool(one[name]) != bool(other[name]):
            change = "vanished" if one[name] else "appeared"
            yield ShapeDrift(
                *key,
                f"header {name}",
                change,
                _share(one[name], len(before)),
                _share(other[name], len(after)),
                len(before),
                len(after),
            )


def _share(count: int, of: int) -> Phrase:
    return Phrase.of("in-answers", count=count, of=of) if count else ABSENT


def _values(
    key: Shape, before: Sequence[Exchange], after: Sequence[Exchange], first: _Traffic, second: _Traffic
) -> Iterator[ShapeDrift]:
    one, other = ({} if key[1] != "2xx" else _words_seen(side, run) for side, run in ((before, first), (after, second)))
    driven = first.sent ^ second.sent
    for place in sorted(one.keys() & other.keys()):
        known, now = one[place], other[place]
        name = place.rsplit(".", 1)[-1].removesuffix("[]")
        if known.total() < ENOUGH or len(known) > MOST_VALUES or not all(_VALUE.fullmatch(item) for item in known):
            continue
        news = sorted(item for item in now.keys() - known.keys() if (name, f"value {item}") not in driven)
        if (
            news
            and known.keys() & now.keys()
            and len(now) <= MOST_VALUES + len(known)
            and all(_VALUE.fullmatch(item) for item in news)
        ):
            yield ShapeDrift(*key, place, "new value", _listed(known), _listed(news), len(before), len(after))


def _listed(values: Iterable[str]) -> Phrase:
    return Phrase.of("values", values=", ".join(sorted(values)))


def _words_seen(exchanges: Iterable[Exchange], run: _Traffic) -> dict[str, Counter[str]]:
    """Place -> how often each text was seen there, without free text such as names and ids."""
    found: dict[str, Counter[str]] = {}

    def walk(value: Any, place: str) -> None:
        if isinstance(value, dict):
            for name, item in value.items():
                walk(item, f"{place}.{name}" if place else name)
        elif isinstance(value, list):
            for item in value:
                walk(item, f"{place}[]")
        elif isinstance(value, str) and not _FREE_TEXT.search(place):
            found.setdefault(place, Counter())[value] += 1

    for exchange in exchanges:
        if exchange.response.media_type != "application/octet-stream":
            walk(run.own(_body(exchange), exchange), "")
    return found
