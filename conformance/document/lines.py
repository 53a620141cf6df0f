"""What a document looks like once its form is gone: lines with their numbers and pages, tables, blocks of code, headings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["Cell", "Grid", "Line", "Source", "dump_lines", "in_one", "plain"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: `text` without the blanks around it, `raw` with them."""

    number: int
    page: int
    text: str
    raw: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a grid: its text with wrapped lines joined, and its first and last line. `indent` are the blanks (or
    what stands for them) before the text, in characters."""

    text: str
    line: int
    last_line: int
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose cells are known. The first of its rows is its header; a cell that spans rows or columns is in each
    of them, as one and the same value. A row may have more cells than the header: the source said so."""

    rows: tuple[tuple[Cell, ...], ...]
    line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class Source:
    """The lines of a document that are not blank, its SHA-256 and how many lines it has in all.

    `paged` says that the pages of its lines are known (each page starts with a form feed) and not guessed. What a form
    other than a text dump tells of its layout stands beside the lines: `grids` are its tables, in their order; `codes`
    the (first, last) lines of its blocks of code; `titles` the level of each line that is a heading (1: the highest).
    The lines of a grid, a block and a heading are among `lines`, in words that a reader sees, without marks.
    `furniture` are lines that pages repeat (numbers, running heads, headers of tables that go on): these are not.
    """

    lines: tuple[Line, ...]
    sha256: str
    line_count: int
    paged: bool = False
    grids: tuple[Grid, ...] = ()
    codes: tuple[tuple[int, int], ...] = ()
    titles: Mapping[int, int] = field(default_factory=dict)
    furniture: tuple[Line, ...] = ()


def plain(text: str) -> str:
    """The text with each blank of another kind as a blank."""
    return text.replace("\u00a0", " ").replace("\t", " ")


def in_one(pieces: Sequence[str]) -> str:
    """The pieces of a cell between breaks that its author set, as one text: words in Latin letters are kept apart."""
    text = ""
    for piece in filter(None, (piece.strip() for piece in pieces)):
        apart = text and max(text[-1], piece[0]) < "\u2e80"
        text += f" {piece}" if apart else piece
    return text


def dump_lines(text: str) -> tuple[tuple[Line, ...], int]:
    """The lines of a text dump that are not blank, and how many there are in all. A page begins at a form feed, or
    where the dump tells it by a blank."""
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if rows and not rows[-1].strip():
        rows.pop()
    lines: list[Line] = []
    page = 1
    for number, raw in enumerate(rows, start=1):
        page += raw.count("\f") if lines else 0
        shown = plain(raw.replace("\f", ""))
        if not shown.strip():
            continue
        # The dump starts each page with one more blank than the page has, and code is indented by even numbers.
        indent = len(shown) - len(shown.lstrip(" "))
        page += indent % 2 if lines and "\f" not in raw else 0
        lines.append(Line(number, page, shown.strip(), shown.rstrip()))
    return tuple(lines), len(rows)
