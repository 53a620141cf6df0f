"""The common part: what holds for every operation, wherever in the document it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from conformance.document.chapters import common_heading
from conformance.document.model import Common, ErrorCode, Heading, Table
from conformance.document.parts import Context, Part
from conformance.document.vocabulary import METHODS

__all__ = ["read_common"]


def read_common(context: Context, spans: Iterable[tuple[int, int]]) -> Common:
    """Read the lines outside the operations: `spans` are half-open ranges of indices, in the document's order."""
    lines = context.lines
    headings: list[Heading] = []
    named: list[tuple[str, Part]] = []
    for begin, end in spans:
        marks = [at for at in range(begin, end) if common_heading(lines[at]) is not None]
        if begin < end:
            named.append(("", context.part(begin, marks[0] if marks else end)))
        for at, stop in zip(marks, (*marks[1:], end), strict=True):
            name = common_heading(lines[at]) or ""
            headings.append(Heading(lines[at].text, lines[at].number, lines[stop - 1].number))
            named.append((name, context.part(at + 1, stop)))
    tables = [(name, table) for name, part in named for table in part.tables]
    request = _first(tables, "common-request-parameters")
    response = _first(tables, "common-response-parameters")
    methods = next((table for _, table in tables if _is_of_methods(table)), None)
    codes = next((table for _, table in tables if table.columns[0] == "code"), None)
    rest = tuple(
        table for _, table in tables if not any(table is item for item in (request, response, methods, codes))
    )
    for table in rest:
        context.problem(table.line, "a table of the common part that stands under no heading known to hold one")
    return Common(
        request_parameters=request,
        response_parameters=response,
        methods=methods,
        error_table=codes,
        error_codes=_error_codes(context, codes),
        other_tables=rest,
        examples=tuple(example for _, part in named for example in part.examples),
        headings=tuple(headings),
    )


def _first(tables: Sequence[tuple[str, Table]], wanted: str) -> Table | None:
    return next((table for name, table in tables if name == wanted), None)


def _is_of_methods(table: Table) -> bool:
    return bool(table.rows) and all(row.name in METHODS for row in table.rows)


def _error_codes(context: Context, table: Table | None) -> tuple[ErrorCode, ...]:
    found: list[ErrorCode] = []
    for row in table.rows if table else ():
        if any(code.code == int(row.name) for code in found):
            context.problem(row.line, f"the code {row.name} is in the table twice")
        if not row.phrase:
            context.problem(row.line, f"the code {row.name} has no reason phrase")
        found.append(ErrorCode(int(row.name), row.phrase or "", row.line, row.last_line))
    return tuple(found)
