"""Documents made by hand, for tests: what is not said is empty."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

from conformance.document import ApiOperation, ApiSection, Common, Document, Example, Row, StatusCode, Table
from conformance.document.model import Position

__all__ = ["document_of", "example_of", "operation_of", "row_of", "table_of"]

_LINES = count(10)
NO_COMMON = Common(None, None, None, (), (), ())


def row_of(name: str, type: str | None = "string", required: bool | None = None, text: str = "", **cells: Any) -> Row:
    """A row on a line of its own."""
    line = next(_LINES)
    return Row(name, type, required, text, line, line, 1, **cells)


def table_of(*rows: Row, place: Position = Position.OPEN, owner: str = "") -> Table:
    """A table of these rows."""
    lines = [row.line for row in rows] or [next(_LINES)]
    return Table(("name", "type", "required", "description"), rows, lines[0], lines[-1], place, owner)


def example_of(value: Any, kind: str = "json", text: str = "") -> Example:
    """An example on lines of its own."""
    line = next(_LINES)
    return Example(kind, text, value, line, line)


def operation_of(
    method: str,
    path: str,
    *,
    asks: Iterable[Table] = (),
    answers: Iterable[Table] = (),
    sent: Iterable[Example] = (),
    shown: Iterable[Example] = (),
    codes: Iterable[int] = (200,),
    errors: Iterable[int] = (),
    **members: Any,
) -> ApiOperation:
    """An operation with its tables and examples."""
    line = next(_LINES)
    return ApiOperation(
        title=f"{method} {path}",
        line=line,
        last_line=next(_LINES),
        method=method,
        path=path,
        uri_line=line,
        preconditions=(),
        request_tables=tuple(asks),
        response_tables=tuple(answers),
        request_examples=tuple(sent),
        response_examples=tuple(shown),
        success_codes=tuple((code, next(_LINES)) for code in codes),
        error_codes=tuple(StatusCode(code, "Phrase", next(_LINES), next(_LINES)) for code in errors),
        **members,
    )


def document_of(
    *operations: ApiOperation, common: Common = NO_COMMON, version: str = "1.0", title: str = "A chapter"
) -> Document:
    """A document with one section."""
    section = ApiSection(title, 1, operations)
    return Document("Title", version, "2030-01-01" if version else "", "0" * 64, 10_000, common, (section,))
