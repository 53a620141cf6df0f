"""The document as a whole: sections, operations and the common part, found by the vendor's headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from conformance.document.examples import is_json_start, is_request_line, read_json, read_request
from conformance.document.lines import Line, Source
from conformance.document.model import (
    ApiOperation,
    ApiSection,
    Chapter,
    Common,
    Document,
    Example,
    Heading,
    NotUnderstood,
    Position,
    StatusCode,
    Table,
)
from conformance.document.sources import read_source
from conformance.document.tables import header_of, read_table
from conformance.document.vocabulary import COMMON_HEADINGS, INTRODUCTION, METHODS, NUMBERED, PARTS, VERSION
from conformance.model.errors import DocumentError

__all__ = ["read_document"]

_URI = re.compile(rf"({'|'.join(METHODS)}) +(/\S*)")


@dataclass
class _Content:
    """What was found under one heading."""

    tables: list[Table] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    texts: list[Line] = field(default_factory=list)


def read_document(path: Path) -> Document:
    """Read the vendor's document, a text dump in UTF-8 or a PDF.

    Raises DocumentError with one line when the file cannot be read or describes no operation.
    """
    source = read_source(path)
    lines = source.lines
    unread: list[NotUnderstood] = []
    starts = [at for at in range(1, len(lines)) if lines[at].text == INTRODUCTION]
    if not starts:
        raise DocumentError(
            f"{path}: describes no operation (no line reads {INTRODUCTION}); give the vendor's API reference"
        )
    first = _section_start(lines, starts[0])
    common = _common(lines[:first], unread)
    sections = _sections(lines, first, [at - 1 for at in starts], unread)
    found = next((match for line in lines if (match := VERSION.match(line.text))), None)
    if found is None:
        raise DocumentError(f"{path}: names no product version; give the vendor's API reference")
    title = NUMBERED.fullmatch(lines[0].text)
    return Document(
        title=title.group(2) if title else lines[0].text,
        product_version=found.group(1),
        release_date=found.group(2),
        sha256=source.sha256,
        line_count=source.line_count,
        common=common,
        sections=sections,
        unread=tuple(unread),
        chapters=_chapters(lines),
        pages=_pages(source),
        lines={line.number: line.text for line in lines},
    )


def _pages(source: Source) -> tuple[int, ...]:
    """The first line of each page. A page without text begins where the next one does."""
    starts: list[int] = []
    for line in source.lines if source.paged else ():
        starts += [line.number if starts else 1] * (line.page - len(starts))
    return tuple(starts)


def _chapters(lines: Sequence[Line]) -> tuple[Chapter, ...]:
    """The numbered headings in their order. A line that only begins with a number ("1.5 times") mostly does not go on
    from the heading before it, and is none."""
    found: list[Chapter] = []
    last: tuple[int, ...] = ()
    for line in lines:
        match = NUMBERED.fullmatch(line.text)
        if match is None:
            continue
        number = tuple(int(part) for part in match.group(1).split("."))
        if _goes_on(last, number):
            found.append(Chapter(match.group(1), line.number))
            last = number
    return tuple(found)


def _goes_on(last: tuple[int, ...], number: tuple[int, ...]) -> bool:
    """Whether a heading of this number may come next: the first one below the last, or the next beside it or beside
    what is above it."""
    if not last:
        return True
    *above, own = number
    known = len(above) < len(last) and list(last[: len(above)]) == above
    return number == (*last, 1) or (known and own == last[len(above)] + 1)


def _section_start(lines: Sequence[Line], at: int) -> int:
    """The index of the numbered heading above, or of the operation's title when there is none."""
    for index in range(at - 1, max(at - 6, -1), -1):
        if _is_section(lines[index]):
            return index
    return at - 1


def _is_section(line: Line) -> bool:
    match = NUMBERED.fullmatch(line.text)
    return match is not None and "." in match.group(1)


def _sections(
    lines: Sequence[Line], first: int, titles: Sequence[int], unread: list[NotUnderstood]
) -> tuple[ApiSection, ...]:
    headings = [at for at in range(first, len(lines)) if _is_section(lines[at])] or [first]
    result: list[ApiSection] = []
    for start, end in pairwise([*headings, len(lines)]):
        inside = [at for at in titles if start <= at < end]
        operations = tuple(_operation(lines[begin:stop], unread) for begin, stop in pairwise([*inside, end]))
        if operations:
            heading = NUMBERED.fullmatch(lines[start].text)
            title = heading.group(2) if heading else lines[start].text
            number = heading.group(1) if heading else ""
            result.append(ApiSection(title, lines[start].number, operations, number))
    return tuple(result)


def _operation(lines: Sequence[Line], unread: list[NotUnderstood]) -> ApiOperation:
    parts: dict[str, _Content] = {}
    spans: dict[str, list[Line]] = {}
    headings: list[Heading] = []
    name = "title"
    for line in lines[1:]:
        if line.text in PARTS:
            name = PARTS[line.text]
            headings.append(Heading(name, line.number, line.number))
        else:
            spans.setdefault(name, []).append(line)
            headings[-1:] = [replace(item, last_line=line.number) for item in headings[-1:]]
    for name, span in spans.items():
        parts[name] = _part(span, unread)
    uri = _uri(spans.get("uri", []), lines[0])
    request, response = parts.get("request", _Content()), parts.get("response", _Content())
    return ApiOperation(
        title=lines[0].text,
        line=lines[0].number,
        last_line=lines[-1].number,
        method=uri[0],
        path=uri[1],
        uri_line=uri[2],
        preconditions=tuple((line.text, line.number) for line in parts.get("preconditions", _Content()).texts),
        request_tables=(
            *(replace(table, place=Position.PATH) for table in parts.get("uri", _Content()).tables),
            *request.tables,
        ),
        response_tables=tuple(response.tables),
        request_examples=(*request.examples, *parts.get("request-example", _Content()).examples),
        response_examples=(*response.examples, *parts.get("response-example", _Content()).examples),
        success_codes=tuple(
            (int(code), line.number)
            for line in spans.get("success", [])
            for code in re.findall(r"\b[1-5]\d\d\b", line.text)
        ),
        parts=tuple(headings),
    )


def _uri(lines: Sequence[Line], title: Line) -> tuple[str, str, int]:
    for at, line in enumerate(lines):
        match = _URI.match(line.text)
        if match:
            path = match.group(2)
            # A path too long for the page goes on in the next line, which begins in the middle of it.
            for more in lines[at + 1 :]:
                if not re.fullmatch(r"[/\w{}.-]+", more.text) or header_of(more.text) is not None:
                    break
                path += more.text
            return match.group(1), path.split("?")[0], line.number
    raise DocumentError(f"line {title.number}: the operation that begins here has no line with a method and a path")


def _first(part: _Content | None) -> Table | None:
    return part.tables[0] if part is not None and part.tables else None


def _part(lines: Sequence[Line], unread: list[NotUnderstood]) -> _Content:
    part = _Content()
    at = 0
    while at < len(lines):
        line = lines[at]
        if header_of(line.text) is not None:
            table, at = read_table(lines, at)
            part.tables.append(table)
            if not table.rows:
                unread.append(
                    NotUnderstood(line.number, table.last_line, "a table without a row that can be read", line.text)
                )
        elif is_json_start(line):
            example, at, problem = read_json(lines, at)
            part.examples.append(example)
            if problem is not None:
                unread.append(NotUnderstood(line.number, example.last_line, problem, line.text))
        elif is_request_line(line):
            example, at = read_request(lines, at)
            part.examples.append(example)
        else:
            part.texts.append(line)
            at += 1
    return part


def _common(lines: Sequence[Line], unread: list[NotUnderstood]) -> Common:
    spans: list[tuple[str, list[Line]]] = [("", [])]
    headings: list[Heading] = []
    for line in lines:
        if line.text in COMMON_HEADINGS:
            spans.append((COMMON_HEADINGS[line.text], []))
            headings.append(Heading(line.text, line.number, line.number))
        elif spans[-1][0]:
            spans[-1][1].append(line)
            last = headings[-1]
            headings[-1] = Heading(last.title, last.line, line.number)
    parts = {name: _part(span, unread) for name, span in spans if name}
    codes = _first(parts.get("error-codes"))
    return Common(
        request_parameters=_first(parts.get("common-request-parameters")),
        response_parameters=_first(parts.get("common-response-parameters")),
        methods=_first(parts.get("methods")),
        error_codes=tuple(
            StatusCode(int(row.name), row.type or "", row.line, row.last_line) for row in (codes.rows if codes else ())
        ),
        examples=tuple(example for part in parts.values() for example in part.examples),
        headings=tuple(headings),
    )
