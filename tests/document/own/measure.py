"""How much of a document was read, and how much of what was read stands there: recall and precision, by what is read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from document.own.truth import TrueEdition, TrueExample, TrueOperation, TrueRow, TrueTable

from conformance.document import ApiOperation, Document, Example, Row
from conformance.document.constraints import said
from conformance.document.model import Position

__all__ = ["KINDS", "Measure", "measured", "total"]

KINDS = (
    "operations",
    "rows",
    "type",
    "required",
    "description",
    "position",
    "nesting",
    "enum",
    "default",
    "range",
    "length",
    "deprecated",
    "since",
    "examples",
    "success codes",
    "error codes",
)
"""What is read; the parts of a row come after the rows."""

Fact = tuple[Hashable, ...]


@dataclass(frozen=True)
class Measure:
    """Of one kind: how many facts there are, how many were found, how many of both; the first that are in one only."""

    there: int
    found: int
    right: int
    lost: tuple[Fact, ...] = ()
    invented: tuple[Fact, ...] = ()

    @property
    def recall(self) -> float:
        return self.right / self.there if self.there else 1.0

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    def __add__(self, other: Measure) -> Measure:
        lost, invented = self.lost + other.lost, self.invented + other.invented
        return Measure(self.there + other.there, self.found + other.found, self.right + other.right, lost, invented)


def measured(edition: TrueEdition, document: Document) -> dict[str, Measure]:
    """Kind -> its measure. A fact is a value with the place it has: operation, side, name of the row."""
    there, found = _sorted(_true(edition)), _sorted(_read(document))
    return {kind: _measure(there.get(kind, Counter()), found.get(kind, Counter())) for kind in KINDS}


def total(measures: Iterable[Mapping[str, Measure]]) -> dict[str, Measure]:
    """The measures of several documents as those of one."""
    sums = dict.fromkeys(KINDS, Measure(0, 0, 0))
    for item in measures:
        sums = {kind: sums[kind] + item[kind] for kind in KINDS}
    return sums


def _measure(there: Counter[Fact], found: Counter[Fact]) -> Measure:
    lost, invented = there - found, found - there
    return Measure(
        there.total(), found.total(), (there & found).total(), tuple(lost.elements()), tuple(invented.elements())
    )


def _sorted(facts: Iterable[tuple[str, Fact]]) -> dict[str, Counter[Fact]]:
    result: dict[str, Counter[Fact]] = {}
    for kind, fact in facts:
        result.setdefault(kind, Counter())[fact] += 1
    return result


# --- what is there --------------------------------------------------------------------------------------------------


def _true(edition: TrueEdition) -> Iterator[tuple[str, Fact]]:
    for code in edition.errors:
        yield "error codes", ("", code.code, code.phrase)
    for item in edition.operations:
        where = item.title
        yield "operations", (where, item.method, item.path, item.deprecated, item.since)
        yield from (("success codes", (where, code)) for code in item.success)
        yield from (("error codes", (where, code.code, code.phrase)) for code in item.errors)
        for example in (*item.request_examples, *item.response_examples):
            yield "examples", (where, _shown(example))
        yield from _true_rows(item, where)


def _true_rows(item: TrueOperation, where: str) -> Iterator[tuple[str, Fact]]:
    sides: tuple[tuple[str, Iterable[tuple[TrueTable, TrueRow]]], ...] = (
        ("request", item.request_rows),
        ("response", item.response_rows),
    )
    for side, rows in sides:
        for table, row in _once(rows):
            key = (where, side, table.owner, row.name)
            yield "rows", key
            yield "position", (*key, _position(row.position or table.place, side, table.owner))
            yield "nesting", (*key, table.owner, row.depth)
            yield from _cells(key, row.type, row.required, row.description)
            if row.enum:
                yield "enum", (*key, tuple(sorted(row.enum)))
            if row.default is not None:
                yield "default", (*key, row.default)
            if (row.minimum, row.maximum) != (None, None):
                yield "range", (*key, row.minimum, row.maximum)
            if (row.min_length, row.max_length) != (None, None):
                yield "length", (*key, row.min_length, row.max_length)
            yield from _marks(key, row.deprecated, row.since)


def _shown(example: TrueExample) -> Hashable:
    return example.request or json.dumps(example.value, ensure_ascii=False, sort_keys=True)


# --- what was read --------------------------------------------------------------------------------------------------


def _read(document: Document) -> Iterator[tuple[str, Fact]]:
    for code in document.common.error_codes:
        yield "error codes", ("", code.code, code.phrase)
    for item in document.operations:
        where = item.title
        yield "operations", (where, item.method, item.path, item.deprecated, item.since)
        yield from (("success codes", (where, code)) for code, _ in item.success_codes)
        yield from (("error codes", (where, code.code, code.phrase)) for code in item.error_codes)
        for example in (*item.request_examples, *item.response_examples):
            yield "examples", (where, _read_example(example))
        yield from _read_rows(item, where)


def _read_rows(item: ApiOperation, where: str) -> Iterator[tuple[str, Fact]]:
    for side, tables in (("request", item.request_tables), ("response", item.response_tables)):
        for table, row in _once((one, row) for one in tables for row in one.rows):
            owner = table.owner.rpartition(".")[2]
            key = (where, side, owner, row.name)
            yield "rows", key
            yield "position", (*key, _position(row.place or table.place, side, owner))
            yield "nesting", (*key, owner, row.depth)
            yield from _cells(key, row.type, row.required, row.description)
            yield from _keywords(key, row)
            yield from _marks(key, row.deprecated, row.since)


def _keywords(key: Fact, row: Row) -> Iterator[tuple[str, Fact]]:
    schema = said(row).keywords
    if "enum" in schema:
        yield "enum", (*key, tuple(sorted(str(value) for value in schema["enum"] if value is not None)))
    if "default" in schema:
        yield "default", (*key, json.dumps(schema["default"]).strip('"'))
    low, high = schema.get("minimum"), schema.get("maximum")
    low = schema["exclusiveMinimum"] + 1 if "exclusiveMinimum" in schema else low
    if (low, high) != (None, None):
        yield "range", (*key, low, high)
    shortest, longest = schema.get("minLength"), schema.get("maxLength")
    if (shortest, longest) != (None, None):
        yield "length", (*key, shortest, longest)


def _read_example(example: Example) -> Hashable:
    if example.kind == "json":
        return json.dumps(example.value, ensure_ascii=False, sort_keys=True)
    return example.text


# --- both -----------------------------------------------------------------------------------------------------------


def _once(rows: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    """The rows without those that only repeat one of their table."""
    seen: set[Fact] = set()
    for table, row in rows:
        fact = (id(table), row.name, row.type, row.required, "".join(row.description.split()))
        if fact not in seen:
            seen.add(fact)
            yield table, row


def _cells(key: Fact, type: str | None, required: bool | None, description: str) -> Iterator[tuple[str, Fact]]:
    if type is not None:
        yield "type", (*key, type)
    if required is not None:
        yield "required", (*key, required)
    if description:
        # Where a dump breaks a line, no reader can tell whether a blank stood there.
        yield "description", (*key, "".join(description.split()))


def _marks(key: Fact, deprecated: bool, since: str | None) -> Iterator[tuple[str, Fact]]:
    if deprecated:
        yield "deprecated", key
    if since is not None:
        yield "since", (*key, since)


def _position(position: Position, side: str, owner: str) -> Position:
    """Members of another row and of an answer stand in the body, whether or not a heading says so."""
    return Position.BODY if position is Position.OPEN and (owner or side == "response") else position
