"""What a document says, as frozen values. Lines and pages count from 1."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

__all__ = [
    "Account",
    "ApiOperation",
    "ApiSection",
    "Chapter",
    "Common",
    "Document",
    "EarlierOperation",
    "Example",
    "Heading",
    "NotUnderstood",
    "Position",
    "Row",
    "StatusCode",
    "Table",
    "rows_of",
]


class Position(StrEnum):
    """Where a parameter or a member stands. OPEN where the document does not say it by a heading or a column."""

    OPEN = ""
    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class Row:
    """A table's row; `type`, `required` and the cells of rarer columns are None where the table has no such column.

    `name` is as it is written, dots and `[]` included, without marks of its depth: `depth` is how far the row is
    indented below the rows above it (0: not at all). `place` is said by a column of places. `deprecated` says that the
    row is marked as something to be given up, `since` the microversion from which on it is there (`2.37`).
    """

    name: str
    type: str | None
    required: bool | None
    description: str
    line: int
    last_line: int
    page: int
    depth: int = 0
    place: Position = Position.OPEN
    default: str | None = None
    example: str | None = None
    constraint: str | None = None
    deprecated: bool = False
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns (names of `vocabulary.COLUMNS`) and its rows.

    `place` is where the heading above it puts its rows, `owner` the row of another table whose members it describes
    (`servers`, `flavor.disk`; empty for a table of its own).
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    line: int
    last_line: int
    place: Position = Position.OPEN
    owner: str = ""


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
    """One operation as its part of the document gives it; the headings of its `parts` are named in our words.

    `success_codes` are (code, line) of what its part for success lists, whatever codes these are; `error_codes` those of
    a table or a list of errors of its own. `method` and `path` are empty, `uri_line` its title's, where the document
    gives the operation no address.
    """

    title: str
    line: int
    last_line: int
    method: str
    path: str
    uri_line: int
    preconditions: tuple[tuple[str, int], ...]
    request_tables: tuple[Table, ...]
    response_tables: tuple[Table, ...]
    request_examples: tuple[Example, ...]
    response_examples: tuple[Example, ...]
    success_codes: tuple[tuple[int, int], ...]
    parts: tuple[Heading, ...] = ()
    error_codes: tuple[StatusCode, ...] = ()
    deprecated: bool = False
    since: str | None = None

    @property
    def request_rows(self) -> tuple[Row, ...]:
        """The rows of all tables of the request."""
        return tuple(row for table in self.request_tables for row in table.rows)

    @property
    def response_rows(self) -> tuple[Row, ...]:
        """The rows of all tables of the answer."""
        return tuple(row for table in self.response_tables for row in table.rows)


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


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Lines that were not understood, why, and what they say. `operation` is the title of that in which they stand."""

    line: int
    last_line: int
    reason: str
    text: str
    operation: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Where each line of a document went, as line numbers: every one is in exactly one of these.

    `cited` became part of the specs, `prose` is said in words that make no promise of their own, `furniture` is
    repeated on pages (numbers, footers, headers of tables that go on) or marks a heading, `blank` holds nothing, and
    `unread` was not understood.
    """

    cited: frozenset[int] = frozenset()
    prose: frozenset[int] = frozenset()
    furniture: frozenset[int] = frozenset()
    blank: frozenset[int] = frozenset()
    unread: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class EarlierOperation:
    """An operation of the edition before, under its id; `action` is the only member of its body, empty where it has none
    or several."""

    method: str
    path: str
    action: str
    id: str


@dataclass(frozen=True)
class Document:
    """The whole document.

    `unread` is what was not understood, `account` where each line went, `chapters` its numbered headings, `lines` the
    text of each line that is not blank, `earlier` the operations of the edition before, whose ids are kept. `pages` are
    the first lines of its pages, the first page's first; none where the pages are not surely known. `product_version`
    and `release_date` are empty where the document names none.
    """

    title: str
    product_version: str
    release_date: str
    sha256: str
    line_count: int
    common: Common
    sections: tuple[ApiSection, ...]
    unread: tuple[NotUnderstood, ...] = ()
    account: Account = Account()
    chapters: tuple[Chapter, ...] = ()
    pages: tuple[int, ...] = ()
    lines: Mapping[int, str] = field(default_factory=dict)
    earlier: tuple[EarlierOperation, ...] = ()

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
        parts = [table for item in self.operations for table in (*item.request_tables, *item.response_tables)]
        return tuple(table for table in (*common, *parts) if table is not None)

    @property
    def examples(self) -> tuple[Example, ...]:
        """Every example, in the document's order."""
        own = [example for item in self.operations for example in (*item.request_examples, *item.response_examples)]
        return (*self.common.examples, *own)
