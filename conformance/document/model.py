"""What a document says, as frozen values. Lines and pages count from 1; a range of lines includes its last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

__all__ = [
    "ApiOperation",
    "ApiSection",
    "Common",
    "Document",
    "ErrorCode",
    "Example",
    "Heading",
    "Problem",
    "Row",
    "Table",
]

_NO_LINES: Mapping[str, int] = MappingProxyType({})


class Problem(NamedTuple):
    """A place that could not be read with certainty, and what is unsure about it in one line."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A table's row.

    `type`, `required` and `phrase` (the reason phrase in a table of codes) are None where the table has no such column
    or the cell is empty. `condition` is what stands in parentheses in the cell of `required`, else empty.
    """

    name: str
    type: str | None
    required: bool | None
    description: str
    line: int
    last_line: int
    page: int
    phrase: str | None = None
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns (name or code, type, required, phrase, description, or an unknown cell's text) and rows."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class Example:
    """An example, printed once however often the document prints it.

    `value` is the parsed JSON, None for the other kinds; `text` is a JSON example that could not be read, too.
    `lines` maps the JSON pointer (RFC 6901) of each member and item to its line. `repaired` says what was mended, and
    between which lines, where the example is JSON only after that.
    """

    kind: Literal["json", "request", "text"]
    text: str
    value: Any
    first_line: int
    last_line: int
    repaired: str | None = None
    lines: Mapping[str, int] = field(default=_NO_LINES)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with the last line of what stands under it, up to the next heading of any kind."""

    title: str
    line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """A status code of the common table with its reason phrase."""

    code: int
    phrase: str
    line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class Common:
    """What holds for every operation. A table is None when the document has none."""

    request_parameters: Table | None = None
    response_parameters: Table | None = None
    methods: Table | None = None
    error_table: Table | None = None
    error_codes: tuple[ErrorCode, ...] = ()
    other_tables: tuple[Table, ...] = ()
    examples: tuple[Example, ...] = ()
    headings: tuple[Heading, ...] = ()

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table of the common part, in the document's order."""
        named = (self.request_parameters, self.response_parameters, self.methods, self.error_table)
        return _in_order((*named, *self.other_tables))


@dataclass(frozen=True, slots=True)
class ApiOperation:
    """One operation as its part of the document gives it.

    `path_parameters` is the table under the request line, `other_tables` what stands beside the three named ones.
    `preconditions` and `response_text` are (text, line); `success_codes` are (status, line).
    `query` is what follows a question mark in the request line's template, else empty.
    """

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
    response_text: tuple[tuple[str, int], ...] = ()
    other_tables: tuple[Table, ...] = ()
    query: str = ""

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table of the operation, in the document's order."""
        return _in_order((self.path_parameters, self.request_table, self.response_table, *self.other_tables))

    @property
    def examples(self) -> tuple[Example, ...]:
        """Every example of the operation, in the document's order."""
        return tuple(sorted((*self.request_examples, *self.response_examples), key=lambda item: item.first_line))


@dataclass(frozen=True, slots=True)
class ApiSection:
    """A numbered section that holds operations."""

    title: str
    line: int
    operations: tuple[ApiOperation, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The whole document.

    `product_version` and `release_date` (ISO 8601) are empty when the document names none. `sha256` is of the file's
    bytes. `chapters` are the numbered headings with all that stands under them. `problems` are the places that could
    not be read with certainty, in the document's order: nothing is left out without one.
    """

    title: str
    product_version: str
    release_date: str
    sha256: str
    line_count: int
    common: Common
    sections: tuple[ApiSection, ...]
    chapters: tuple[Heading, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def operations(self) -> tuple[ApiOperation, ...]:
        """Every operation, in the document's order."""
        return tuple(operation for section in self.sections for operation in section.operations)

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table, in the document's order."""
        own = [table for operation in self.operations for table in operation.tables]
        return _in_order((*self.common.tables, *own))

    @property
    def examples(self) -> tuple[Example, ...]:
        """Every example, in the document's order."""
        own = [example for operation in self.operations for example in operation.examples]
        return tuple(sorted((*self.common.examples, *own), key=lambda item: item.first_line))


def _in_order(tables: tuple[Table | None, ...]) -> tuple[Table, ...]:
    return tuple(sorted((table for table in tables if table is not None), key=lambda table: table.line))
