"""An HTML page, as a browser shows it: headings, paragraphs, lists, tables and code, without what only leads around."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from conformance.document.elements import BLOCK, DROPPED, Node, tree
from conformance.document.lines import Cell, Grid, Line, Source, in_one, plain
from conformance.document.radicals import folded

__all__ = ["is_html", "read_html", "read_part"]

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset({"ol", "ul", "menu", "dir"})
_BREAK_REFERENCE = re.compile(r"&#(?:x0*[ad]|0*1[03]);?|&NewLine;", re.IGNORECASE)
_START = re.compile(
    r"\A\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_BLANKS = {"\u2002": 1, "\u2003": 2, "\u3000": 2}
_HARD = "\v"


def is_html(text: str) -> bool:
    """Whether the text begins as an HTML page does."""
    return _START.match(text[:10_000]) is not None


def read_html(text: str, sha256: str) -> Source:
    """The source of an HTML page. Its lines are those of the file; where the file puts several shown lines on one of
    its own (a page without line breaks), they are counted as they are shown."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ")
    page = _page(text)
    if any(before.first == after.first for before, after in pairwise(page.shown)):
        page.shown = [_Shown(piece.text, at, at, piece.raw) for at, piece in enumerate(page.shown, start=1)]
        return page.source(sha256, len(page.shown))
    return page.source(sha256, text.count("\n") + (not text.endswith("\n")))


def read_part(text: str, before: int) -> Source:
    """The source of HTML that stands in another form, after so many lines of it. Shown lines that stand on one line of
    the file are one line."""
    return _page("\n" * before + text).source("", 0)


def _page(text: str) -> _HtmlPage:
    page = _HtmlPage()
    page.take(tree(_BREAK_REFERENCE.sub(" ", text)))
    page.end()
    return page


@dataclass(frozen=True, slots=True)
class _Shown:
    """A line that is shown: its text, where in the file it begins and ends, and its text with the blanks before it."""

    text: str
    first: int
    last: int
    raw: str


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell: `place` is the index of the shown line in which it begins."""

    text: str
    place: int
    rows: int
    columns: int
    indent: int


@dataclass
class _HtmlPage:
    """What was read so far; tables, code and headings know their lines as indices of `shown`."""

    shown: list[_Shown] = field(default_factory=list)
    grids: list[list[list[_Cell]]] = field(default_factory=list)
    codes: list[tuple[int, int]] = field(default_factory=list)
    titles: dict[int, int] = field(default_factory=dict)
    words: list[tuple[str, int]] = field(default_factory=list)
    depth: int = 0

    def take(self, node: Node) -> None:
        """Read a node and all in it."""
        if not node.name or node.name in {"br", "img"}:
            self.words.extend(_words(node))
        elif node.name in _HEADINGS:
            self._heading(node)
        elif node.name in {"pre", "listing"}:
            self._code(node)
        elif node.name == "table" and not _is_layout(node):
            self._table(node)
        elif node.name not in DROPPED:
            self._element(node)

    def _element(self, node: Node) -> None:
        if node.name in BLOCK:
            self.end()
        self.depth += node.name in _LISTS
        number = int(node.text) if node.name == "ol" and re.fullmatch(r"[0-9]{1,6}", node.text) else 1
        for child in node.children:
            if child.name == "li" and node.name == "ol":
                self.end()
                self.words.append((f"{number}. ", 0))
                number += 1
            self.take(child)
        self.depth -= node.name in _LISTS
        if node.name in BLOCK:
            self.end()

    def end(self) -> None:
        """The end of a block: its words become lines, one for each line of the file and one more for each break. The
        number of an item waits for its words."""
        if any(line and word.strip() for word, line in self.words):
            for words in _lines(self.words):
                self._show(words, "  " * max(self.depth - 1, 0))
            self.words = []
        self.words = [(word, line) for word, line in self.words if not line]

    def _show(self, words: Sequence[tuple[str, int]], before: str = "") -> bool:
        text = folded(_text(words))
        if text:
            lines = [line for word, line in words if line and word.strip()]
            self.shown.append(_Shown(text, lines[0] if lines else 0, lines[-1] if lines else 0, before + text))
        return bool(text)

    def _heading(self, node: Node) -> None:
        self.end()
        words = [(" " if word == _HARD else word, line) for word, line in _words(node)]
        if words and words[-1][0].strip() == "¶":
            words.pop()
        if self._show(words):
            self.titles[len(self.shown) - 1] = _HEADINGS[node.name]

    def _code(self, node: Node) -> None:
        self.end()
        rows: list[tuple[str, int]] = [("", node.line)]
        for word, line in _words(node):
            if word in {"\n", _HARD}:
                rows.append(("", line + (word == "\n")))
            else:
                rows[-1] = (rows[-1][0] + word, line)
        first = len(self.shown)
        for word, line in rows:
            raw = plain(word).rstrip()
            if raw:
                self.shown.append(_Shown(raw.strip(), line, line, raw))
        if len(self.shown) > first:
            self.codes.append((first, len(self.shown) - 1))

    def _table(self, node: Node) -> None:
        self.end()
        rows: list[list[_Cell]] = []
        for row in _rows(node):
            if row.name == "caption":
                self._element(row)
            elif cells := self._row(row):
                rows.append(cells)
        if rows:
            self.grids.append(rows)

    def _row(self, row: Node) -> list[_Cell]:
        """The cells of a row; those that begin on one line of the file are one shown line."""
        cells: list[_Cell] = []
        shown: list[list[tuple[str, int]]] = []
        begun = len(self.shown)
        for node in row.children:
            if node.name not in {"td", "th"}:
                continue
            words = _words(node)
            lines = [line for word, line in words if word.strip()]
            text = folded(in_one([_text(piece) for piece in _pieces(words)]))
            if text and shown and shown[-1][0][1] == lines[0]:
                shown[-1].extend([(" ", lines[0]), (text, lines[0])])
            elif text:
                shown.append([(text, lines[0]), *((" ", line) for line in lines[-1:])])
            first = next((word for word, _ in words if word.strip()), "")
            kept = first[: len(first) - len(first.lstrip())]
            indent = sum(_BLANKS.get(blank, blank == "\u00a0") for blank in kept)
            cells.append(_Cell(text, begun + max(len(shown) - 1, 0), *node.spans, indent))
        for words in shown:
            last = words[-1][1]
            text = _text(words)
            self.shown.append(_Shown(text, words[0][1], last, text))
        return cells if shown else []

    def source(self, sha256: str, count: int) -> Source:
        """The whole as it is handed on."""
        lines = []
        for number, same in groupby(self.shown, lambda piece: piece.first):
            parts = list(same)
            lines.append(Line(number, 1, " ".join(part.text for part in parts), " ".join(part.raw for part in parts)))
        return Source(
            tuple(lines),
            sha256,
            count,
            False,
            tuple(self._grid(rows) for rows in self.grids),
            tuple((self.shown[first].first, self.shown[last].last) for first, last in self.codes),
            {self.shown[at].first: level for at, level in self.titles.items()},
        )

    def _grid(self, rows: Sequence[Sequence[_Cell]]) -> Grid:
        done: list[dict[int, Cell]] = [{} for _ in rows]
        for at, row in enumerate(rows):
            column = 0
            for item in row:
                while column in done[at]:
                    column += 1
                piece = self.shown[item.place]
                cell = Cell(item.text, piece.first, piece.last, item.indent)
                for below in done[at : at + item.rows]:
                    below.update(dict.fromkeys(range(column, column + item.columns), cell))
        whole = tuple(tuple(row[column] for column in sorted(row)) for row in done)
        return Grid(whole, min(cell.line for cell in whole[0]), max(cell.last_line for cell in whole[-1]))


def _is_layout(table: Node) -> bool:
    """Whether a table only arranges the page: it holds headings, or is one row around a table or code."""
    rows = [row for row in _rows(table) if row.name == "tr"]
    around = len(rows) < 2 and table.holds(frozenset({"table", "pre"}))
    return around or table.holds(frozenset(_HEADINGS))


def _rows(node: Node) -> Iterator[Node]:
    for child in node.children:
        if child.name in {"tr", "caption"}:
            yield child
        elif child.name in {"thead", "tbody", "tfoot"}:
            yield from _rows(child)


def _words(node: Node) -> list[tuple[str, int]]:
    """The words in a node with the lines of the file on which they stand, line breaks of the file as `\\n`, and _HARD
    where a break is shown."""
    if not node.name:
        parts = node.text.split("\n")
        return [
            item
            for at, part in enumerate(parts)
            for item in (
                *([(part, node.line + at)] if part else []),
                *([("\n", node.line + at)] * (at < len(parts) - 1)),
            )
        ]
    if node.name == "br":
        return [(_HARD, node.line)]
    if node.name in DROPPED:
        return []
    words = [(node.text, node.line)] if node.name == "img" and node.text else []
    around = [(_HARD, node.line)] if node.name in BLOCK - {"body"} and node.name not in {"td", "th"} else []
    for child in node.children:
        if node.name in {"pre", "listing"} and not child.name:
            words.extend((_HARD if word == "\n" else word, line) for word, line in _words(child))
        else:
            words.extend(_words(child))
    return [*around, *words, *around] if around else words


def _pieces(words: Sequence[tuple[str, int]]) -> list[list[tuple[str, int]]]:
    """The words between breaks that are shown."""
    pieces: list[list[tuple[str, int]]] = [[]]
    for word in words:
        if word[0] == _HARD:
            pieces.append([])
        else:
            pieces[-1].append(word)
    return pieces


def _lines(words: Sequence[tuple[str, int]]) -> list[list[tuple[str, int]]]:
    """The words between breaks of any kind."""
    return _pieces([(_HARD if word == "\n" else word, line) for word, line in words])


def _text(words: Sequence[tuple[str, int]]) -> str:
    """Words as they are shown: a row of blanks as one, and none where a line of Chinese goes on in the next."""
    text = ""
    for part in "".join(word for word, _ in words).split("\n"):
        part = re.sub(r"[ \t]+", " ", part)
        part = part.strip(" ") if text else part.rstrip(" ")
        wide = text and part and min(text[-1], part[0]) >= "\u2e80"
        text += f" {part}" if text and part and not wide else part
    return plain(text).strip()
