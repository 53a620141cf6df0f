"""Lines of prose that may promise something: told by a word of duty, or because they stand as a precondition.

Rules
- A table, an example, an address or a code promises by itself; what stands in one of these is no candidate.
- A candidate binds nobody. A person reads its line and writes the promise into the errata, or leaves it.
- No sentence is carried over: a candidate has its place, the word that gave it away, and the names in its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from conformance.document.headings import common_of
from conformance.document.model import ApiOperation, Document, Heading
from conformance.document.naming import named_operations

__all__ = ["Candidate", "candidates"]

PRECONDITIONS = "preconditions"
MARKERS = re.compile(
    r"必须|必需|不能|不可以|不得|不允许|禁止|只有|只能|仅|务必|应当|确保|"
    r"\b(?:must|shall|should|only|cannot|can not|may not|never|not allowed|required|forbidden)\b",
    re.IGNORECASE,
)
"""Words by which a sentence says what has to be."""
_NAME = re.compile(r"(?<![\w/{])[/{]?[A-Za-z_][\w.{}/-]*\w}?|\b[1-5]\d\d\b", re.ASCII)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that may promise something. `operation` is the id of the operation it is in, empty for the common part; `part`
    the heading above it in our words; `marker` the word that gave it away, empty for a precondition without one; `names`
    are those of parameters, members, methods, paths and codes in the line."""

    line: int
    operation: str
    part: str
    marker: str
    names: tuple[str, ...]


def candidates(document: Document) -> tuple[Candidate, ...]:
    """Every candidate, by line."""
    names = frozenset(_names(document))
    cited = _cited(document) | document.account.furniture | document.account.unread
    operations = named_operations(document)
    return tuple(
        Candidate(line, name, part, marker, tuple(word for word in _words(text) if word in names))
        for line, text in sorted(document.lines.items())
        if line not in cited
        for name, part in [_place(line, operations, document.common.headings)]
        for marker in [_marker(text)]
        if marker or part == PRECONDITIONS
    )


def _marker(text: str) -> str:
    found = MARKERS.search(text)
    return found.group().lower() if found else ""


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(match.group() for match in _NAME.finditer(text)))


def _place(
    line: int, operations: tuple[tuple[str, ApiOperation], ...], headings: tuple[Heading, ...]
) -> tuple[str, str]:
    """(id of the operation, part) of a line."""
    for name, operation in operations:
        if operation.line <= line <= operation.last_line:
            return name, next((item.title for item in operation.parts if item.line <= line <= item.last_line), "")
    found = next((item for item in headings if item.line <= line <= item.last_line), None)
    return "", (common_of(found.title) or found.title) if found is not None else ""


def _names(document: Document) -> Iterator[str]:
    for table in document.tables:
        for row in table.rows:
            yield row.name
            yield from row.name.split(".")
    for operation in document.operations:
        yield from (operation.method, operation.path)
        yield from (str(code) for code, _ in operation.success_codes)
    yield from (str(item.code) for item in document.common.error_codes)


def _cited(document: Document) -> frozenset[int]:
    """The lines that speak for themselves, and those of titles and headings."""
    spans = [(item.line, item.last_line) for item in document.tables]
    spans += [(item.line, item.last_line) for item in document.common.error_codes]
    spans += [(item.first_line, item.last_line) for item in document.examples]
    for operation in document.operations:
        spans += [(item.line, item.last_line) for item in operation.error_codes]
        single = (operation.line, operation.uri_line, *(line for _, line in operation.success_codes))
        spans += [(line, line) for line in (*single, *(item.line for item in operation.parts))]
    spans += [(item.line, item.line) for item in document.common.headings]
    spans += [(item.line, item.line) for item in document.chapters]
    return frozenset(line for first, last in spans for line in range(first, last + 1))
