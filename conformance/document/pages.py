"""The pages of a PDF as plain values: printed lines, tables with ruling lines, and what their fonts are like.

Lengths are in points from the top left corner. Indices of lines count from 0 on each page.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pdfplumber.page import Page
from pdfplumber.table import Table
from pdfplumber.utils.text import chars_to_textmap

__all__ = ["WIDE", "Box", "Piece", "Printed", "Ruled", "Sheet", "is_monospaced", "sheet_of"]

_Char = dict[str, Any]
_NAMES = re.compile(r"mono|courier|consol|menlo|monaco|typewriter|sourcecode|firacode", re.IGNORECASE)
_NARROW = frozenset("fijlrtI")
_CLOSING = "。，、：；！？）」』”’】》〉,.:;!?)]}"
_SNAP = 1.0
_NEAR = 3.0
WIDE = "\u4e00"
"""Stands for all characters that are no letters of an alphabet."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A line as it is printed: its text, where it stands, and the size and font of its first character in Latin letters
    (of its first character when it has none)."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    font: str
    width: float


@dataclass(frozen=True, slots=True)
class Piece:
    """A line of a cell: its text, where it begins and ends, and how wide its first character (with the marks that cannot
    begin a line, and so stay with it) and its first word are."""

    text: str
    x0: float
    x1: float
    first: float
    word: float


@dataclass(frozen=True, slots=True)
class Box:
    """A cell: its lines, its left and right edge, its first and last line of the page (None when it holds nothing), the
    blanks before its text, and how wide one is."""

    pieces: tuple[Piece, ...]
    x0: float
    x1: float
    first: int | None
    last: int | None
    blanks: int = 0
    blank: float = 1.0
    font: str = ""


@dataclass(frozen=True, slots=True)
class Ruled:
    """A table with ruling lines: the left edges of its columns, its rows (a cell that spans several is in each of them),
    and its first and last line of the page. `cut` says that no line is drawn below its last row: the end of the page
    cuts it."""

    edges: tuple[float, ...]
    rows: tuple[tuple[Box, ...], ...]
    first: int
    last: int
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page and how high it is. `fonts` are, for each font, the widths of its Latin letters in parts of their size; `sizes` how many
    characters each (font, size) has, in tables (True) and outside of them."""

    height: float
    lines: tuple[Printed, ...]
    tables: tuple[Ruled, ...]
    fonts: Mapping[str, Mapping[str, float]]
    sizes: Mapping[tuple[str, float, bool], int]


def is_monospaced(font: str, letters: Mapping[str, float]) -> bool:
    """Whether all letters of a font are equally wide, narrow ones and others; by its name where too few are known. A
    font that has Chinese characters too is one for prose, whatever its letters are like."""
    if WIDE in letters:
        return False
    if letters.keys() & _NARROW and letters.keys() - _NARROW:
        return max(letters.values()) - min(letters.values()) < 0.02
    return _NAMES.search(font) is not None


def sheet_of(page: Page) -> Sheet:
    """Read a page. What is printed twice at one place (a text shadow) is read once."""
    once = page.dedupe_chars(tolerance=1.5, extra_attrs=())
    chars: list[_Char] = once.chars
    found = chars_to_textmap(chars).extract_text_lines() if chars else []
    lines = tuple(_printed(line["text"], line["chars"]) for line in found)
    places = {id(char): at for at, line in enumerate(found) for char in line["chars"]}
    ends = list(_cut_at(once.edges))
    tables = [_ruled(table, chars, places, ends) for table in once.find_tables({"explicit_horizontal_lines": ends})]
    ruled = tuple(sorted((table for table in tables if table is not None), key=lambda table: table.first))
    inside = {at for table in ruled for at in range(table.first, table.last + 1)}
    fonts: defaultdict[str, dict[str, float]] = defaultdict(dict)
    sizes: Counter[tuple[str, float, bool]] = Counter()
    for char in chars:
        text, size = char["text"], round(char["size"], 1)
        if text.isascii() and text.isalpha() and size:
            fonts[char["fontname"]][text] = char["width"] / char["size"]
        elif text >= "\u2e80":
            fonts[char["fontname"]][WIDE] = 1.0
        if not text.isspace():
            sizes[char["fontname"], size, places.get(id(char)) in inside] += 1
    return Sheet(float(page.height), lines, ruled, dict(fonts), dict(sizes))


def _cut_at(edges: Sequence[_Char]) -> Iterator[float]:
    """Where the end of a page cuts a row: the lines between columns end there, and no line stands across."""
    upright = [edge for edge in edges if edge["orientation"] == "v"]
    across = [edge["top"] for edge in edges if edge["orientation"] == "h" and edge["width"] > _NEAR]
    for side, outermost in (("top", min), ("bottom", max)):
        ends = [edge[side] for edge in upright]
        end = outermost(ends, default=0.0)
        columns = {round(edge["x0"]) for edge in upright if abs(edge[side] - end) < _SNAP}
        if len(columns) > 2 and all(abs(place - end) > _NEAR for place in across):
            yield end


def _printed(text: str, chars: Sequence[_Char]) -> Printed:
    told = next((char for char in chars if "!" <= char["text"] <= "~"), chars[0])
    return Printed(
        text,
        min(char["x0"] for char in chars),
        min(char["top"] for char in chars),
        max(char["x1"] for char in chars),
        max(char["bottom"] for char in chars),
        round(told["size"], 1),
        told["fontname"],
        told["width"],
    )


def _ruled(table: Table, chars: Iterable[_Char], places: Mapping[int, int], ends: Iterable[float]) -> Ruled | None:
    """The table, None when it has not several columns: then it is a frame or the ground of something."""
    lefts, tops = _edges(cell[0] for cell in table.cells), _edges(cell[1] for cell in table.cells)
    if len(lefts) < 2:
        return None
    x0, top, x1, bottom = table.bbox
    held: defaultdict[tuple[float, float, float, float], list[_Char]] = defaultdict(list)
    around = [char for char in chars if x0 <= _middle(char)[0] < x1 and top <= _middle(char)[1] < bottom]
    for char in around:
        x, y = _middle(char)
        for cell in table.cells:
            if cell[0] <= x < cell[2] and cell[1] <= y < cell[3]:
                held[cell].append(char)
                break
    boxes = {cell: _box(held[cell], cell[0], cell[2], places) for cell in table.cells}
    rows = []
    for y in tops:
        row = [_at(table.cells, x + _SNAP, y + _SNAP) for x in lefts]
        rows.append(
            tuple(boxes[cell] if cell else Box((), x, x, None, None) for cell, x in zip(row, lefts, strict=True))
        )
    lines = [places[id(char)] for char in around if id(char) in places]
    cut = any(abs(bottom - end) < _SNAP for end in ends)
    return Ruled(tuple(lefts), tuple(rows), min(lines), max(lines), cut) if lines else None


def _edges(values: Iterable[float]) -> list[float]:
    """The different ones of nearly equal values."""
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > _SNAP:
            edges.append(value)
    return edges


def _at(
    cells: Iterable[tuple[float, float, float, float]], x: float, y: float
) -> tuple[float, float, float, float] | None:
    return next((cell for cell in cells if cell[0] <= x < cell[2] and cell[1] <= y < cell[3]), None)


def _middle(char: _Char) -> tuple[float, float]:
    return (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2


def _box(chars: list[_Char], x0: float, x1: float, places: Mapping[int, int]) -> Box:
    shown = [char for char in chars if not char["text"].isspace()]
    if not shown:
        return Box((), x0, x1, None, None)
    pieces = tuple(_piece(line["text"], line["chars"]) for line in chars_to_textmap(chars).extract_text_lines())
    first = min(shown, key=lambda char: (round(char["top"]), char["x0"]))
    blanks = [
        c for c in chars if c["text"].isspace() and abs(c["top"] - first["top"]) < _SNAP and c["x0"] < first["x0"]
    ]
    lines = [places[id(char)] for char in shown if id(char) in places]
    blank = blanks[0]["width"] if blanks else first["size"] / 4
    return Box(pieces, x0, x1, min(lines), max(lines), len(blanks), blank or 1.0, first["fontname"])


def _piece(text: str, chars: Sequence[_Char]) -> Piece:
    word = chars[: len(text.split(" ", 1)[0])]
    start = chars[: 1 + len(text[1:]) - len(text[1:].lstrip(_CLOSING))]
    return Piece(
        text,
        chars[0]["x0"],
        max(char["x1"] for char in chars),
        max(char["x1"] for char in start) - chars[0]["x0"],
        max(char["x1"] for char in word) - chars[0]["x0"],
    )
