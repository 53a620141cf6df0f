"""A Markdown file: CommonMark with pipe tables (GitHub Flavored Markdown, 4.10). Its lines are those of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from conformance.document.elements import is_element
from conformance.document.html import read_part
from conformance.document.lines import Cell, Grid, Line, Source, in_one, plain
from conformance.document.radicals import folded

__all__ = ["is_markdown", "read_markdown"]

_HEADING = re.compile(r"^ {0,3}#{1,6} +\S", re.MULTILINE)
_LAYOUT = re.compile(r"^ {0,3}(?:`{3}|~{3}|\|?(?: *:?-+:? *\|)+ *(?::?-+:? *)?$)", re.MULTILINE)
_FRONT = re.compile(r"\A---\n(?:.*\n){0,200}?---\n")
_TABLE = re.compile(r"^ {0,3}<table\b.*?</table>", re.MULTILINE | re.DOTALL | re.IGNORECASE)
"""A table in HTML; without its blank lines, at which Markdown would end it (CommonMark, 4.6)."""
_ANCHOR = re.compile(r" *\{#[^{}]*\}$")
_BREAK = "\v"
"""A break that the author set inside of a line of the file."""
_BLANKS = {"\u2002": 1, "\u2003": 2, "\u3000": 2}


def is_markdown(text: str) -> bool:
    """Whether the text has what only Markdown has: headings with `#`, and a table's second line or a fence of code."""
    return len(_HEADING.findall(text)) > 1 and _LAYOUT.search(text) is not None


def read_markdown(text: str, sha256: str) -> Source:
    """The source of a Markdown file. HTML inside of it is read as HTML; what stands before its text (front matter) is
    left out."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ")
    text = _FRONT.sub(lambda match: "\n" * match.group().count("\n"), text)
    text = _TABLE.sub(lambda match: re.sub(r"\n[ \t]*(?=\n)", "\n<wbr>", match.group()), text)
    written = text.split("\n")
    page = _MarkdownPage(written)
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    for index, token in enumerate(tokens):
        page.take(token, tokens[index - 1] if index else None)
    count = len(written) - (not written[-1].strip())
    return Source(tuple(page.lines), sha256, count, False, tuple(page.grids), tuple(page.codes), page.titles)


@dataclass
class _MarkdownPage:
    """What was read so far."""

    written: Sequence[str]
    lines: list[Line] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    codes: list[tuple[int, int]] = field(default_factory=list)
    titles: dict[int, int] = field(default_factory=dict)
    rows: list[list[Cell]] | None = None
    depth: int = 0
    mark: str = ""

    def take(self, token: Token, before: Token | None) -> None:
        """Read the next token; `before` is the one before it."""
        kind = token.type
        if kind == "inline" and token.map:
            self._inline(token, before)
        elif kind in {"fence", "code_block"} and token.map:
            self._code(token.content, token.map[0] + 1 + (kind == "fence"))
        elif kind == "html_block" and token.map:
            self._html(token.content, token.map[0])
        elif kind == "table_open":
            self.rows = []
        elif kind == "tr_open" and self.rows is not None:
            self.rows.append([])
        elif kind == "tr_close" and self.rows:
            self._row(self.rows[-1])
        elif kind == "table_close":
            self._table()
        elif kind in {"bullet_list_open", "ordered_list_open"}:
            self.depth += 1
        elif kind in {"bullet_list_close", "ordered_list_close"}:
            self.depth -= 1
        elif kind == "list_item_open":
            self.mark = f"{token.info}{token.markup} " if token.info else ""

    def _inline(self, token: Token, before: Token | None) -> None:
        assert token.map is not None
        begin, end = token.map
        texts = _shown(token.children or []).split("\n")
        if self.rows:
            self.rows[-1].append(_cell(texts, begin + 1))
            return
        if before is not None and before.type == "heading_open":
            text = _ANCHOR.sub("", in_one([piece for text in texts for piece in text.split(_BREAK)]))
            self._line(begin + 1, text)
            if text:
                self.titles[begin + 1] = int(before.tag[1:])
            return
        for at, text in enumerate(texts):
            self._line(min(begin + at, end - 1) + 1, self.mark + in_one(text.split(_BREAK)))
            self.mark = ""

    def _line(self, number: int, text: str, raw: str | None = None) -> None:
        text = folded(plain(text)).strip()
        if text:
            shown = "  " * max(self.depth - 1, 0) + text if raw is None else raw
            self.lines.append(Line(number, 1, text, shown))

    def _code(self, content: str, first: int) -> None:
        rows = content.rstrip().split("\n") if content.strip() else []
        for number, raw in enumerate(rows, start=first):
            shown = plain(raw).rstrip()
            if shown:
                self.lines.append(Line(number, 1, shown.strip(), shown))
        if rows:
            self.codes.append((first, first + len(rows) - 1))

    def _html(self, content: str, before: int) -> None:
        part = read_part(content, before)
        self.lines.extend(part.lines)
        self.grids.extend(part.grids)
        self.codes.extend(part.codes)
        self.titles.update(part.titles)

    def _row(self, cells: list[Cell]) -> None:
        """The end of a row. A cell too many is not shown by what renders Markdown, and is kept here: a `|` in its text
        was not escaped, and nothing of it may be lost."""
        number = cells[0].line if cells else 0
        written = _split(self.written[number - 1]) if cells else []
        cells.extend(Cell(folded(plain(text)).strip(), number, number) for text in written[len(cells) :])
        self._line(number, " ".join(cell.text for cell in cells if cell.text))

    def _table(self) -> None:
        rows = [tuple(row) for row in self.rows or [] if row]
        if rows:
            self.grids.append(Grid(tuple(rows), rows[0][0].line, rows[-1][0].line))
        self.rows = None


def _cell(texts: Sequence[str], number: int) -> Cell:
    pieces = [piece for text in texts for piece in text.split(_BREAK)]
    first = next((piece for piece in pieces if piece.strip()), "")
    indent = sum(_BLANKS.get(blank, 1) for blank in first[: len(first) - len(first.lstrip())])
    return Cell(folded(plain(in_one(pieces))), number, number, indent)


def _split(row: str) -> list[str]:
    """The cells of a row as they are written (GitHub Flavored Markdown, 4.10)."""
    cells = re.split(r"(?<!\\)\|", row.strip())
    if cells and not cells[0].strip():
        cells = cells[1:]
    if cells and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def _shown(tokens: Sequence[Token]) -> str:
    """The words of inline marks, with `\\n` where a line of the file ends and _BREAK where the author broke one."""
    return "".join(_words(tokens))


def _words(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in {"softbreak", "hardbreak"}:
            yield "\n"
        elif token.type == "html_inline":
            name = re.match(r"</?([A-Za-z][A-Za-z0-9-]*)", token.content)
            if name is None:  # a comment, a declaration
                continue
            if name.group(1).lower() == "br":
                yield _BREAK
            elif not is_element(name.group(1)):  # a placeholder such as <id>
                yield token.content
        elif token.children:  # a picture: the words in its place
            yield _shown(token.children)
        else:
            yield token.content
