"""Tables of a PDF: those that go on over pages are one, and the lines of each cell are one text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from conformance.document.lines import Cell, Grid
from conformance.document.pages import Box, Piece, Ruled
from conformance.document.radicals import folded
from conformance.document.tables import joined

__all__ = ["PagedTable", "grids_of"]

_NEAR = 3.0
"""Points by which edges of the same column may differ from page to page."""


@dataclass(frozen=True, slots=True)
class PagedTable:
    """A table on one page. `before` is the number of the line before the page's first; `follows` says that nothing
    stands between it and the last table of the page before."""

    table: Ruled
    before: int
    follows: bool


def grids_of(parts: Sequence[PagedTable]) -> tuple[tuple[Grid, ...], frozenset[int]]:
    """The tables, each one once, and the numbers of the lines that only repeat the header on a further page."""
    grids: list[Grid] = []
    repeated: set[int] = set()
    at = 0
    while at < len(parts):
        end = at + 1
        while end < len(parts) and parts[end].follows and _goes_on(parts[at].table, parts[end].table):
            end += 1
        grid = _grid(parts[at:end], repeated)
        if len(grid.rows) > 1:
            grids.append(grid)
        at = end
    return tuple(grids), frozenset(repeated)


def _goes_on(head: Ruled, table: Ruled) -> bool:
    """Whether a table has the columns of the one before, and no other header of its own."""
    if len(head.edges) != len(table.edges):
        return False
    if any(abs(a - b) > _NEAR for a, b in zip(head.edges, table.edges, strict=True)):
        return False
    header, first = head.rows[0], table.rows[0]
    fonts = {box.font for box in header if box.pieces}
    marked = len(fonts) == 1 and all(fonts.isdisjoint({box.font for box in row}) for row in head.rows[1:])
    other = marked and {box.font for box in first if box.pieces} == fonts and len(head.rows) > 1
    return _texts(header) == _texts(first) or not other


def _texts(row: Sequence[Box]) -> list[str]:
    return ["".join(piece.text for piece in box.pieces) for box in row]


def _grid(parts: Sequence[PagedTable], repeated: set[int]) -> Grid:
    rows: list[tuple[Box, ...]] = []
    cut = False
    for part in parts:
        known: dict[int, Box] = {}
        more = [tuple(_numbered(box, part.before, known) for box in row) for row in part.table.rows]
        if rows and _texts(rows[0]) == _texts(more[0]):
            for box in more.pop(0):
                if box.first is not None and box.last is not None:
                    repeated.update(range(box.first, box.last + 1))
        if part is not parts[0] and len(rows) > 1 and more and (cut or _is_rest(rows[-1], more[0])):
            rows[-1] = tuple(_one(above, below) for above, below in zip(rows[-1], more.pop(0), strict=True))
        rows.extend(more)
        cut = part.table.cut
    lines = [line for row in rows for box in row for line in (box.first, box.last) if line is not None]
    return Grid(_cells(rows, parts[0].table.edges), min(lines), max(lines))


def _numbered(box: Box, before: int, known: dict[int, Box]) -> Box:
    """The cell with numbers of lines of the document; a cell that spans rows stays one."""
    if id(box) not in known:
        first, last = (None if at is None else before + at + 1 for at in (box.first, box.last))
        known[id(box)] = replace(box, first=first, last=last)
    return known[id(box)]


def _is_rest(above: Sequence[Box], below: Sequence[Box]) -> bool:
    """Whether the two rows are surely one that the end of a page cuts, though a line is drawn there: most cells have all
    their lines on one side. Asked at the end of a page only."""
    whole = len(above) // 2
    cut = [sum(bool(box.pieces) for box in row) <= whole and not row[0].pieces for row in (above, below)]
    return any(cut) and not all(cut)


def _one(above: Box, below: Box) -> Box:
    if not (above.pieces and below.pieces):
        return above if above.pieces else below
    return replace(above, pieces=(*above.pieces, *below.pieces), last=below.last)


def _cells(rows: Sequence[Sequence[Box]], edges: Sequence[float]) -> tuple[tuple[Cell, ...], ...]:
    margins = [_margin(edge, rows) for edge in edges]
    known: dict[int, Cell] = {}
    done: list[tuple[Cell, ...]] = []
    for row in rows:
        line = min((box.first for box in row if box.first is not None), default=done[-1][0].line if done else 1)
        for box, (gap, left) in zip(row, margins, strict=True):
            if id(box) not in known:
                text = folded(_flowing(box.pieces, box.x1 - gap)).replace("\u00a0", " ").strip()
                known[id(box)] = Cell(text, box.first or line, box.last or line, _indent(box, left) if done else 0)
        done.append(tuple(known[id(box)] for box in row))
    return tuple(done)


def _margin(edge: float, rows: Sequence[Sequence[Box]]) -> tuple[float, float | None]:
    """How far the text of a column stays off its edges, and where it begins when it is not indented: None where it is
    centred or set to the right, so that where it begins tells nothing."""
    own = {id(box): box for row in rows for box in row if box.pieces and abs(box.x0 - edge) < _NEAR}
    gap = max(0.0, min((piece.x0 - box.x0 for box in own.values() for piece in box.pieces), default=0.0))
    body = [box for row in rows[1:] for box in row if id(box) in own]
    sides = [(box.pieces[0].x0 - box.x0, box.x1 - box.pieces[0].x1) for box in body]
    centred = all(abs(left - right) < _NEAR for left, right in sides)
    ended = len(sides) > 1 and max(right for _, right in sides) - min(right for _, right in sides) < 1
    return gap, None if centred or ended else min(box.pieces[0].x0 for box in body)


def _indent(box: Box, left: float | None) -> int:
    if left is None or not box.pieces:
        return box.blanks
    return max(box.blanks, round((box.pieces[0].x0 - left) / box.blank))


def _flowing(pieces: Sequence[Piece], right: float) -> str:
    """The lines of a cell as one text; `right` is where they must end at the latest.

    A line that had room for the next character was ended at a blank, by its author, or after a sign that is no letter;
    one that had none may be broken inside of a word, and there nobody can tell.
    """
    text = pieces[0].text if pieces else ""
    for before, piece in pairwise(pieces):
        room = right - before.x1
        if max(text[-1], piece.text[0]) >= "\u2e80":
            text += piece.text
        elif room < piece.first + 0.5:
            text = joined([text, piece.text])
        elif room < piece.word and text[-1] in "-/?&":
            text += piece.text
        else:
            text += f" {piece.text}"
    return text
