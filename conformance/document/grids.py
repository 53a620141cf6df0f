"""Tables whose cells are known, as Markdown, HTML and a PDF's ruling lines give them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from conformance.document.columns import columns_of
from conformance.document.lines import Cell, Grid
from conformance.document.model import Position, Row, Table
from conformance.document.rows import inset_of, nested, row_of
from conformance.document.tally import Tally

__all__ = ["grid_columns", "read_grid"]

Columns = tuple[str | None, ...]


def grid_columns(grid: Grid) -> Columns | None:
    """The column of each cell of the header, None for one that is not known; None for all when it is no header of a
    table that is read: it has no names and no codes, or nothing beside them. A column that comes twice is known once."""
    columns: list[str | None] = []
    heads = columns_of([cell.text for cell in grid.rows[0]])
    for at, column in enumerate(heads):
        if column == "code" and not _has_statuses(grid, at) and _codes_elsewhere(grid, heads, at):
            column = "label"
        columns.append(None if column in columns else column)
    known = [column for column in columns if column is not None]
    return tuple(columns) if {"name", "code"} & {*known} and len(known) > 1 else None


def read_grid(
    grid: Grid,
    page: int,
    tally: Tally,
    *,
    before: Columns | None = None,
    place: Position = Position.OPEN,
    owner: str = "",
) -> tuple[Table, Columns] | None:
    """The table of a grid and the columns of its cells; None where it is no table that is read, which is said.

    A grid without a header goes on with the table `before` it when it has as many columns.
    """
    columns, rows = grid_columns(grid), grid.rows[1:]
    if columns is None and before is not None and len(grid.rows[0]) == len(before):
        columns, rows = before, grid.rows
    elif columns is None:
        words = " | ".join(cell.text for cell in grid.rows[0])
        tally.doubt(grid.line, grid.last_line, "a table whose header is not known", words)
        return None
    else:
        head = grid.rows[0]
        tally.cite(grid.line, max((cell.last_line for cell in head), default=grid.line))
        for cell, column in zip(head, columns, strict=True):
            if column is None:
                tally.doubt(
                    cell.line, cell.last_line, f"a column that is not known: {cell.text}", _column_text(grid, cell)
                )
    found: list[tuple[int, Row | None]] = []
    above: Sequence[Cell] = ()
    for cells in rows:
        _read_row(cells, columns, page, tally, grid, found, above)
        above = cells
    known = tuple(column for column in columns if column is not None)
    read = nested(found, tally)
    if not read:
        tally.doubt(grid.line, grid.last_line, "a table without a row that can be read", known[0])
    return Table(known, read, grid.line, grid.last_line, place, owner), columns


def _codes_elsewhere(grid: Grid, heads: Columns, at: int) -> bool:
    """Whether another column of codes has the statuses of HTTP: this one has names of the vendor's own."""
    others = (number for number, column in enumerate(heads) if number != at and column == "code")
    return any(_has_statuses(grid, number) for number in others)


def _has_statuses(grid: Grid, at: int) -> bool:
    cells = [row[at].text for row in grid.rows[1:] if at < len(row)]
    return bool(cells) and all(re.match(r"[1-5]\d\d(?!\d)", cell) for cell in cells)


def _column_text(grid: Grid, head: Cell) -> str:
    at = grid.rows[0].index(head)
    return " | ".join(row[at].text for row in grid.rows if at < len(row))


def _read_row(
    cells: Sequence[Cell],
    columns: Columns,
    page: int,
    tally: Tally,
    grid: Grid,
    found: list[tuple[int, Row | None]],
    above: Sequence[Cell],
) -> None:
    """Add the row of these cells, or what they add to the row above; None with its inset for one that cannot be read."""
    first, last = min(cell.line for cell in cells), max(cell.last_line for cell in cells)
    if cells is not grid.rows[0] and [cell.text for cell in cells] == [
        cell.text for cell in grid.rows[0]
    ]:  # the header again, at a page's top
        tally.furniture.update(range(first, last + 1))
        return
    texts = " | ".join(cell.text for cell in cells)
    if len(cells) > len(columns):
        tally.doubt(first, last, "a row with more cells than its table has columns", texts)
        found.append((cells[0].indent + inset_of(cells[0].text), None))
        return
    if not any(cell.text for cell in cells):
        return
    said = {column: cell for column, cell in zip(columns, cells, strict=False) if column is not None}
    subject = said["code" if "code" in said and "name" not in said else "name"]
    spanned = bool(above) and any(cell is subject for cell in above)
    if len(cells) > 1 and all(cell is cells[0] for cell in cells):
        tally.doubt(first, last, "a row of a single cell", texts)
        return
    if found and (spanned or not subject.text):
        beside = [
            cell for column, cell in said.items() if column != "description" and cell is not subject and cell.text
        ]
        more = said.get("description")
        if more is None or not more.text or (beside and not spanned):
            tally.doubt(first, last, "a row without a name", texts)
            return
        inset, row = found[-1]
        if row is None:
            tally.doubt(first, last, "a row below one that cannot be read", texts)
            return
        found[-1] = inset, replace(row, description=row.description + more.text, last_line=last)
        tally.cite(first, last)
        return
    if subject is said.get("name"):
        said.pop("code", None)
    row = row_of({column: cell.text for column, cell in said.items()}, first, last, page, tally, indent=subject.indent)
    found.append((row.depth if row is not None else subject.indent + inset_of(subject.text), row))
