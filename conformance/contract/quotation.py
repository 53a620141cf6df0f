"""What the line of the document says for which a requirement is owed: names, types and codes, and where they stand.

Rules
- No sentence of the document is carried over. A quote has names, types, codes and numbers of a line, and its place in
  words of our own, made of the operation and of the part of the document.
- The row, code, address or member of an example that bears the requirement's own name or status is quoted; when none
  does, the only one on its lines; when there are several, their names.
- A requirement whose lines have no names has its section and heading all the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.document import ApiOperation, Document, Example, Row, Table
from conformance.document.model import rows_of
from conformance.document.naming import operation_id
from conformance.document.nouns import nouns
from conformance.document.vocabulary import COMMON_HEADINGS
from conformance.model.contract import Quote, Requirement
from conformance.model.jsonvalue import kind_of
from conformance.model.requirement_id import Kind

__all__ = ["heading_of", "quotes"]


@dataclass(frozen=True, slots=True)
class _Entry:
    """Something that lines of the document name. `rank` orders what is quoted first when several bear the same name: a
    table before an address and a code, these before an example."""

    first: int
    last: int
    rank: int
    names: Mapping[str, str]

    def bears(self, requirement: Requirement) -> bool:
        """Whether it is what the requirement is called after."""
        if requirement.place:
            name = _plain(self.names.get("name", ""))
            place = _plain(requirement.place)
            return bool(name) and (name == place or name.endswith(f".{place}") or place.endswith(f".{name}"))
        return requirement.status is not None and self.names.get("code") == str(requirement.status)


def quotes(document: Document, requirements: Iterable[Requirement]) -> dict[str, Quote]:
    """Id of each requirement -> what its lines say and where they stand."""
    entries = tuple(_entries(document))
    addresses = {
        operation_id(item.method, item.path, json_answer=bool(item.response_tables)): item
        for item in document.operations
    }
    return {item.id: _quote(item, document, entries, addresses) for item in requirements}


def heading_of(method: str, path: str, operation: str) -> str:
    """The heading of an operation in our words: its verb, then the nouns of its path (`list servers`)."""
    verb = operation.rpartition(".")[2]
    words = list(nouns(path))
    if verb == "list":
        words[-1:] = [path.rstrip("/").rpartition("/")[2]]
    return " ".join([verb if words else method, *words])


def _quote(
    requirement: Requirement,
    document: Document,
    entries: tuple[_Entry, ...],
    addresses: Mapping[str, ApiOperation],
) -> Quote:
    line = requirement.source[0][0]
    place, end = _place(document, line), _place(document, requirement.source[0][1])
    if place.heading != end.heading:
        # The lines of several operations say nothing of any one of them.
        return Quote(place.section if place.section == end.section else "", page=document.page_of(line))
    near = [item for first, last in requirement.source for item in entries if item.first <= last and item.last >= first]
    found = [item for item in near if item.bears(requirement)] or _only(requirement, document, entries)
    best = [item for item in found if item.rank == min(item.rank for item in found)]
    names = _agreed(best)
    if best:
        line = best[0].first
        place = _place(document, line)
    called = addresses.get(requirement.operation or "")
    if called is not None and requirement.kind in {Kind.REQUEST, Kind.RESPONSE} and not requirement.place:
        names = {"method": called.method, "path": called.path, **names}
    members = _members(requirement, near) if not best else []
    if members:
        names["names"] = ", ".join(dict.fromkeys(item.names.get("name") or item.names["code"] for item in members))
        line = members[0].first
        place = _place(document, line)
    return replace(place, page=document.page_of(line), names=names)


def _members(requirement: Requirement, near: Iterable[_Entry]) -> list[_Entry]:
    """What a promise about several is about: the members of a body or of the envelope, the codes of the table."""
    if requirement.kind is Kind.REQUEST:
        return [item for item in near if item.names.get("in") == "body"]
    if requirement.kind is Kind.ENVELOPE:
        return [item for item in near if "." in item.names.get("name", "")]
    codes = [item for item in near if "code" in item.names]
    return codes if len(codes) > 1 else []


def _only(requirement: Requirement, document: Document, entries: tuple[_Entry, ...]) -> list[_Entry]:
    """What the lines name first, when they lie in one part of the document and name one thing there."""
    if requirement.kind is Kind.REQUEST:
        return []  # it is about all members together
    near = [
        item
        for first, last in requirement.source
        if _place(document, first) == _place(document, last)
        for item in entries
        if item.first <= last and item.last >= first
    ]
    first = [item for item in near if item.rank == min(item.rank for item in near)]
    return first[:1] if len({item.names.get("name", item.first) for item in first}) == 1 else []


def _agreed(entries: Iterable[_Entry]) -> dict[str, str]:
    """What all of them say: the same member may be shown with several values."""
    first, *others = [dict(item.names) for item in entries] or [{}]
    return {name: value for name, value in first.items() if all(item.get(name) == value for item in others)}


def _plain(name: str) -> str:
    """A name as it is compared: a hyphen for an underscore is the same name (the document writes both)."""
    return name.lower().replace("-", "_")


def _place(document: Document, line: int) -> Quote:
    """Section, heading and part of a line."""
    section = next((item.number for item in reversed(document.chapters) if item.line <= line), "")
    for numbered in document.sections:
        for operation in numbered.operations:
            if operation.line <= line <= operation.last_line:
                part = next((item.title for item in operation.parts if item.line <= line <= item.last_line), "")
                named = operation_id(operation.method, operation.path, json_answer=bool(operation.response_tables))
                heading = heading_of(operation.method, operation.path, named)
                return Quote(numbered.number or section, heading, part.replace("-", " "))
    found = next((item for item in document.common.headings if item.line <= line <= item.last_line), None)
    return Quote(section, COMMON_HEADINGS[found.title].replace("-", " ") if found is not None else "")


def _entries(document: Document) -> Iterator[_Entry]:
    common = document.common
    yield from _rows(common.request_parameters, "header")
    yield from _rows(common.response_parameters, "answer")
    for row in rows_of(common.methods):
        yield _Entry(row.line, row.last_line, 0, {"name": row.name})
    for code in common.error_codes:
        yield _Entry(code.line, code.last_line, 0, {"code": str(code.code), "phrase": code.phrase})
    for example in common.examples:
        yield from _example(example)
    for operation in document.operations:
        yield _Entry(operation.uri_line, operation.uri_line, 1, {"method": operation.method, "path": operation.path})
        bodiless = operation.method in {"GET", "HEAD", "DELETE"}
        for table in operation.request_tables:
            for row in table.rows:
                placed = "path" if f"{{{row.name}}}" in operation.path else row.place or table.place
                yield _row(row, placed or ("query" if bodiless else "body"))
        for table in operation.response_tables:
            yield from _rows(table, "answer")
        for status, line in operation.success_codes:
            yield _Entry(line, line, 1, {"code": str(status)})
        for example in (*operation.request_examples, *operation.response_examples):
            yield from _example(example)


def _rows(table: Table | None, location: str) -> Iterator[_Entry]:
    yield from (_row(row, location) for row in rows_of(table))


def _row(row: Row, location: str) -> _Entry:
    said = {} if row.required is None else {"required": str(row.required).lower()}
    kind = {"type": row.type} if row.type is not None and row.type.isascii() else {}
    return _Entry(row.line, row.last_line, 0, {"name": row.name, **kind, **said, "in": location})


def _example(example: Example) -> Iterator[_Entry]:
    if example.kind == "request":
        method, url = example.text.split()[:2]
        path = "/" + url.partition("?")[0].partition("://")[2].partition("/")[2] if "://" in url else url
        yield _Entry(example.first_line, example.last_line, 2, {"method": method, "path": path.partition("?")[0]})
    for pointer, line in example.lines.items():
        *above, name = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
        if name.isdigit():
            continue
        dotted = ".".join([*(part for part in above if not part.isdigit()), name])
        for value in _at(example.value, [*above, name]):
            yield _Entry(line, line, 3, {"name": dotted, "type": kind_of(value), **_literal(value), "in": "example"})


def _at(value: Any, steps: Iterable[str]) -> Iterator[Any]:
    """The value at a pointer; nothing where the example was mended and has it elsewhere."""
    for step in steps:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return
    yield value


def _literal(value: Any) -> dict[str, str]:
    """The value of a member, when it is a number, a literal or empty: nothing that could be a sentence."""
    plain = value is None or isinstance(value, bool | int | float) or value in ([], {})
    return {"value": json.dumps(value)} if plain else {}
