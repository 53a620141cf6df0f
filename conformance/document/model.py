"""What a document says, as frozen values. Lines and pages count from 1."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "ApiOperation",
    "ApiSection",
    "Chapter",
    "Common",
    "Document",
    "Example",
    "Heading",
    "Row",
    "StatusCode",
    "Table",
    "rows_of",
]


@dataclass(frozen=True, slots=True)
class Row:
    """A table's row; `type` and `required` are None where the table has no such column."""

    name: str
    type: str | None
    required: bool | None
    description: str
    line: int
    last_line: int
    page: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns (name, type, required, description, phrase) and its rows."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    line: int
    last_line: int


def rows_of(table: Table | None) -> tuple[Row, ...]:
    """The rows of a table, none where the document has no such table."""
    return table.rows if table is not None else ()


@dataclass(frozen=True)
class Example:
    """An example. `kind` is json, request or text; `value` the parsed JSON, None for the other kinds.

    `lines` maps JSON pointers of members to the line they stand on; `repaired` describes what was mended to parse it.
    """

    kind: str
    text: str
    value: Any
    first_line: int
    last_line: int
    repaired: str | None = None
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with the last line of what stands under it."""

    title: str
    line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class StatusCode:
    """A status code with its reason phrase."""

    code: int
    phrase: str
    line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class Common:
    """What holds for every operation."""

    request_parameters: Table | None
    response_parameters: Table | None
    methods: Table | None
    error_codes: tuple[StatusCode, ...]
    examples: tuple[Example, ...]
    headings: tuple[Heading, ...]


@dataclass(frozen=True)
class ApiOperation:
    """One operation as its part of the document gives it; the headings of its `parts` are named in our words."""

    title: str
    line: int
    last_line: int
    method: str
    path: str
    uri_line: int
    preconditions: tuple[tuple[str, int], ...]
    path_parameters: Table | None
    request_table: Table | None
    response_table: Table | None
    request_examples: tuple[Example, ...]
    response_examples: tuple[Example, ...]
    success_codes: tuple[tuple[int, int], ...]
    parts: tuple[Heading, ...] = ()


@dataclass(frozen=True, slots=True)
class ApiSection:
    """A section that holds operations; `number` is empty when its heading has none."""

    title: str
    line: int
    operations: tuple[ApiOperation, ...]
    number: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A numbered heading, whatever stands under it: `1.2`."""

    number: str
    line: int


@dataclass(frozen=True)
class Document:
    """The whole document.

    `problems` are `(line, text)` of what could not be read, `chapters` its numbered headings. `pages` are the first
    lines of its pages, the first page's first; none where the pages are not surely known.
    """

    title: str
    product_version: str
    release_date: str
    sha256: str
    line_count: int
    common: Common
    sections: tuple[ApiSection, ...]
    problems: tuple[tuple[int, str], ...] = ()
    chapters: tuple[Chapter, ...] = ()
    pages: tuple[int, ...] = ()

    def page_of(self, line: int) -> int | None:
        """The page on which a line stands, None where pages are not known."""
        return bisect_right(self.pages, line) or None

    @property
    def operations(self) -> tuple[ApiOperation, ...]:
        """Every operation, in the document's order."""
        return tuple(operation for section in self.sections for operation in section.operations)

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table of parameters, methods and codes, in the document's order."""
        common = (self.common.methods, self.common.request_parameters, self.common.response_parameters)
        parts = [
            table
            for item in self.operations
            for table in (item.path_parameters, item.request_table, item.response_table)
        ]
        return tuple(table for table in (*common, *parts) if table is not None)

    @property
    def examples(self) -> tuple[Example, ...]:
        """Every example, in the document's order."""
        own = [example for item in self.operations for example in (*item.request_examples, *item.response_examples)]
        return (*self.common.examples, *own)
