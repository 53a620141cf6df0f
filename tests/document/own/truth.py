"""What a document of our own says, as frozen values. The same values are printed in each form and held against what is read.

A description says in words what its row holds beside it as values: whoever changes one changes the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.document.model import Position

__all__ = [
    "TrueCode",
    "TrueEdition",
    "TrueExample",
    "TrueNote",
    "TrueOperation",
    "TrueRow",
    "TrueSection",
    "TrueTable",
    "edited",
    "row",
    "without",
]


@dataclass(frozen=True, slots=True)
class TrueRow:
    """A row: its cells, and what its description says. Values are written as the document writes them.

    `position` is what a column of positions says, `depth` how far the name is set in below the rows above.
    """

    name: str
    type: str | None = None
    required: bool | None = None
    description: str = ""
    enum: tuple[str, ...] = ()
    default: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    position: Position = Position.OPEN
    deprecated: bool = False
    since: str | None = None
    depth: int = 0
    example: str | None = None
    constraint: str | None = None


def row(
    name: str, type: str | None = None, required: bool | None = None, description: str = "", **said: Any
) -> TrueRow:
    """A row; what is said beside its first four cells stands by name."""
    return TrueRow(name, type, required, description, **said)


@dataclass(frozen=True, slots=True)
class TrueTable:
    """A table: the words of its header with `|` between them, its rows, and the line above it that says what it is.

    `place` and `owner` are what that line says of its rows; `yes` and `no` are how it writes what is required, `none` how
    it writes a default, an example or a constraint that is not there.
    """

    head: str
    rows: tuple[TrueRow, ...]
    title: str = ""
    place: Position = Position.OPEN
    owner: str = ""
    yes: str = "是"
    no: str = "否"
    none: str = ""


@dataclass(frozen=True, slots=True)
class TrueExample:
    """An example: JSON by its value, a request by its line."""

    value: Any = None
    request: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class TrueCode:
    """A status code of an error with what stands beside it."""

    code: int
    phrase: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class TrueNote:
    """A heading that no reader knows, and what stands under it: it promises nothing."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrueOperation:
    """An operation. `method` and `path` are empty where the document gives no address; `errors` are printed below
    `errors_heading` as a table, or with `errors_as_list` as numbers in one line. `uri_table` stands under the address."""

    title: str
    method: str
    path: str
    introduction: str
    request: tuple[TrueTable, ...] = ()
    response: tuple[TrueTable, ...] = ()
    request_examples: tuple[TrueExample, ...] = ()
    response_examples: tuple[TrueExample, ...] = ()
    success: tuple[int, ...] = (200,)
    errors: tuple[TrueCode, ...] = ()
    errors_heading: str = "错误码"
    errors_as_list: bool = False
    preconditions: tuple[str, ...] = ()
    uri_table: TrueTable | None = None
    response_text: str = ""
    note: TrueNote | None = None
    deprecated: bool = False
    since: str | None = None

    @property
    def request_rows(self) -> Iterator[tuple[TrueTable, TrueRow]]:
        """The rows of the request, each with its table."""
        tables = (self.uri_table, *self.request) if self.uri_table else self.request
        return ((table, item) for table in tables for item in table.rows)

    @property
    def response_rows(self) -> Iterator[tuple[TrueTable, TrueRow]]:
        """The rows of the answer, each with its table."""
        return ((table, item) for table in self.response for item in table.rows)


@dataclass(frozen=True, slots=True)
class TrueSection:
    """A numbered section with its operations."""

    title: str
    operations: tuple[TrueOperation, ...]


@dataclass(frozen=True, slots=True)
class TrueEdition:
    """An edition of a chapter, with the common part before it: a document. `version` is empty where it names none.

    `contradictions` are words by which each contradiction that was put in is known: a kind, and the name it is about.
    """

    key: str
    title: str
    version: str
    date: str
    preface: tuple[str, ...]
    sections: tuple[TrueSection, ...]
    errors: tuple[TrueCode, ...]
    contradictions: tuple[tuple[str, str], ...] = field(default=())

    @property
    def operations(self) -> tuple[TrueOperation, ...]:
        """Every operation, in order."""
        return tuple(item for section in self.sections for item in section.operations)


def edited(edition: TrueEdition, title: str, change: Callable[[TrueOperation], TrueOperation | None]) -> TrueEdition:
    """The edition with the operation of this title changed, or left out where `change` gives None."""
    assert any(item.title == title for item in edition.operations), title
    sections = []
    for section in edition.sections:
        kept = [change(item) if item.title == title else item for item in section.operations]
        sections.append(replace(section, operations=tuple(item for item in kept if item is not None)))
    return replace(edition, sections=tuple(sections))


def without(_: TrueOperation) -> None:
    """Leaves an operation out."""
