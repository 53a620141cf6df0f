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
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from conformance.document import Document, Example, Row
from conformance.document.described import Described, described
from conformance.document.headings import common_of
from conformance.document.model import rows_of
from conformance.document.nesting import BodyMember
from conformance.document.nouns import nouns
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


@dataclass(frozen=True)
class _Read:
    """The document with its operations by id."""

    document: Document
    operations: Mapping[str, Described]

    @cached_property
    def _headings(self) -> Mapping[int, str]:
        """Identity of an operation of the document -> its heading in our words."""
        return {
            id(one): heading_of(item.named.method, item.named.path, name)
            for name, item in self.operations.items()
            for one in (item.named.operation, *item.named.again)
        }

    def place(self, line: int) -> Quote:
        """Section, heading and part of a line."""
        section = next((item.number for item in reversed(self.document.chapters) if item.line <= line), "")
        for numbered in self.document.sections:
            for operation in numbered.operations:
                if operation.line <= line <= operation.last_line:
                    part = next((item.title for item in operation.parts if item.line <= line <= item.last_line), "")
                    heading = self._headings.get(id(operation), "")
                    return _quoted(numbered.number or section, heading, part)
        headings = self.document.common.headings
        found = next((item for item in headings if item.line <= line <= item.last_line), None)
        return _quoted(section, "" if found is None else common_of(found.title).replace("-", " "))


def _quoted(section: str, heading: str, part: str = "") -> Quote:
    number = section if re.fullmatch(r"\d+(\.\d+)*", section) else ""
    return Quote(number, heading if _is_plain(heading) else "", part.replace("-", " ") if _is_plain(part) else "")


def quotes(document: Document, requirements: Iterable[Requirement]) -> dict[str, Quote]:
    """Id of each requirement -> what its lines say and where they stand."""
    operations, _ = described(document)
    entries = tuple(_entries(document, operations))
    read = _Read(document, {item.id: item for item in operations})
    return {item.id: _quote(item, read, entries) for item in requirements}


def heading_of(method: str, path: str, operation: str) -> str:
    """The heading of an operation in our words: its verb, then the nouns of its path (`list servers`)."""
    verb = operation.rpartition(".")[2]
    words = list(nouns(path))
    if verb == "list":
        words[-1:] = [path.rstrip("/").rpartition("/")[2]]
    return " ".join([verb if words else method, *words])


def _quote(requirement: Requirement, read: _Read, entries: tuple[_Entry, ...]) -> Quote:
    document = read.document
    line = requirement.source[0][0]
    place, end = read.place(line), read.place(requirement.source[0][1])
    if place.heading != end.heading:
        # The lines of several operations say nothing of any one of them.
        return Quote(place.section if place.section == end.section else "", page=document.page_of(line))
    near = [item for first, last in requirement.source for item in entries if item.first <= last and item.last >= first]
    found = [item for item in near if item.bears(requirement)] or _only(requirement, read, entries)
    best = [item for item in found if item.rank == min(item.rank for item in found)]
    names = _agreed(best)
    if best:
        line = best[0].first
        place = read.place(line)
    called = read.operations.get(requirement.operation or "")
    if called is not None and requirement.kind in {Kind.REQUEST, Kind.RESPONSE} and not requirement.place:
        address = {"method": called.named.method, "path": called.named.path}
        names = {**{name: text for name, text in address.items() if _is_plain(text)}, **names}
    members = _members(requirement, near) if not best else []
    if members:
        shown = dict.fromkeys(item.names.get("name") or item.names.get("code", "") for item in members)
        names |= {"names": ", ".join(filter(None, shown))} if any(shown) else {}
        line = members[0].first
        place = read.place(line)
    return replace(place, page=document.page_of(line), names=names)


def _members(requirement: Requirement, near: Iterable[_Entry]) -> list[_Entry]:
    """What a promise about several is about: the members of a body or of the envelope, the codes of the table."""
    if requirement.kind is Kind.REQUEST:
        return [item for item in near if item.names.get("in") == "body"]
    if requirement.kind is Kind.ENVELOPE:
        return [item for item in near if "." in item.names.get("name", "")]
    codes = [item for item in near if "code" in item.names]
    return codes if len(codes) > 1 else []


def _only(requirement: Requirement, read: _Read, entries: tuple[_Entry, ...]) -> list[_Entry]:
    """What the lines name first, when they lie in one part of the document and name one thing there."""
    if requirement.kind is Kind.REQUEST:
        return []  # it is about all members together
    near = [
        item
        for first, last in requirement.source
        if read.place(first) == read.place(last)
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


def _entries(document: Document, operations: Iterable[Described]) -> Iterator[_Entry]:
    common = document.common
    yield from _rows(rows_of(common.request_parameters), "header")
    yield from _rows(rows_of(common.response_parameters), "answer")
    for row in rows_of(common.methods):
        yield _entry(row.line, row.last_line, 0, {"name": row.name})
    for code in common.error_codes:
        yield _entry(code.line, code.last_line, 0, {"code": str(code.code), "phrase": code.phrase})
    for example in common.examples:
        yield from _example(example)
    for item in operations:
        operation = item.named.operation
        called = {"method": item.named.method, "path": item.named.path}
        yield _entry(operation.uri_line, operation.uri_line, 1, called)
        for placed in item.placement.parameters:
            yield from _rows(placed.rows, str(placed.place))
        yield from _tree(item.body, "body")
        yield from _tree(item.answer, "answer")
        for placed in item.placement.answer_headers:
            yield from _rows(placed.rows, "answer")
        for status, line in item.successes:
            yield _entry(line, line, 1, {"code": str(status)})
        for example in (*operation.request_examples, *operation.response_examples):
            yield from _example(example)


def _tree(body: BodyMember, location: str) -> Iterator[_Entry]:
    for name, member in body.every():
        yield from (_row(row, location, name) for row in member.rows)


def _rows(rows: Iterable[Row], location: str) -> Iterator[_Entry]:
    yield from (_row(row, location, row.name) for row in rows)


def _row(row: Row, location: str, name: str) -> _Entry:
    said = {} if row.required is None else {"required": str(row.required).lower()}
    kind = {"type": row.type} if row.type is not None else {}
    return _entry(row.line, row.last_line, 0, {"name": name, **kind, **said, "in": location})


def _entry(first: int, last: int, rank: int, names: Mapping[str, str]) -> _Entry:
    """An entry with those of the names that are no sentence of the document: in ASCII, and not empty."""
    return _Entry(first, last, rank, {name: value for name, value in names.items() if _is_plain(value)})


def _is_plain(text: str) -> bool:
    return re.fullmatch(r"[ -~]+", text) is not None


def _example(example: Example) -> Iterator[_Entry]:
    if example.kind == "request":
        method, url = example.text.split()[:2]
        path = "/" + url.partition("?")[0].partition("://")[2].partition("/")[2] if "://" in url else url
        yield _entry(example.first_line, example.last_line, 2, {"method": method, "path": path.partition("?")[0]})
    for pointer, line in example.lines.items():
        *above, name = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
        if name.isdigit():
            continue
        dotted = ".".join([*(part for part in above if not part.isdigit()), name])
        for value in _at(example.value, [*above, name]):
            yield _entry(line, line, 3, {"name": dotted, "type": kind_of(value), **_literal(value), "in": "example"})


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
