"""The blocks of a document as a text dump in the vendor's manner, as Markdown and as HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from unicodedata import east_asian_width

from document.own.blocks import Block, Code, Foot, Sheet, Text, Title

__all__ = ["to_dump", "to_html", "to_markdown"]

_PAGE = 44
"""Printed lines of a page of the dump."""
_WIDEST = {
    "描述": 44,
    "说明": 44,
    "参数说明": 44,
    "错误信息": 24,
    "约束": 24,
    "取值范围": 24,
    "限制": 24,
    "是否必选": 16,
    "是否必填": 16,
}
"""Header word -> the width at which its cells are wrapped, in Latin characters; other cells are as wide as they need."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[\w.+-]+|\S')


# --- the text dump --------------------------------------------------------------------------------------------------


def to_dump(document: Sequence[Block]) -> str:
    """A text dump as the vendor's: a blank line after each, wrapped cells on lines of their own, headers again at page
    tops, code in double, and one blank more where a page begins."""
    pages = _Pages()
    for block in document:
        match block:
            case Title(_, text) | Text(text):
                for piece in _wrapped(text, 96):
                    pages.line(piece)
            case Foot(lines):
                for text in lines:
                    pages.line(text)
                pages.turn()
            case Code(lines, "json"):
                for text in lines:
                    for piece in _wrapped(text, 90):
                        pages.line(_doubled(piece))
            case Code(lines, _):
                for text in lines:
                    pages.line(text)
            case Sheet():
                pages.sheet(block)
    return pages.text()


class _Pages:
    """The lines that were printed, and how many the page has."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.used = 0

    def turn(self) -> None:
        self.used = _PAGE

    def line(self, text: str, *, close: bool = False) -> None:
        """Print a line; `close` puts it right below the one before, without a blank line between."""
        begins = self.used >= _PAGE or not self.lines
        if begins:
            self.used = 0
        if self.lines and not begins and not close:
            self.lines.append("")
        self.lines.append(f" {text}" if begins else text)
        self.used += 1

    def sheet(self, sheet: Sheet) -> None:
        head = " ".join(sheet.head)
        if self.used >= _PAGE - 3:
            self.turn()
            self.line(head * 2)
        else:
            self.line(head)
        for cells in sheet.rows:
            if self.used >= _PAGE - 4:
                self.turn()
                self.line(head)
            self._row(cells, sheet.head)

    def _row(self, cells: Sequence[str], head: Sequence[str]) -> None:
        beside: list[str] = []
        for word, cell in zip(head, cells, strict=True):
            pieces = _wrapped(cell, _WIDEST.get(word, 200))
            if len(pieces) < 2:
                beside += pieces
                continue
            if beside:
                self.line(" ".join(beside))
            for at, piece in enumerate(pieces):
                # Two lines stand half a line off the cells beside them, so close that no blank line is between.
                self.line(piece, close=bool(beside) and at == 0 and len(pieces) % 2 == 0)
            beside = []
        if beside:
            self.line(" ".join(beside))

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


def _wrapped(text: str, width: int) -> list[str]:
    """The text in pieces no wider than this, broken wherever the line is full; CJK characters are two wide."""
    pieces, piece = [], ""
    for char in text:
        if _width(piece + char) > width:
            # A mark that closes does not begin a line: it takes the character before it along.
            kept = 1 if char in "。，、：；！？）」”" else 0
            pieces.append(piece[: len(piece) - kept])
            piece = piece[len(piece) - kept :]
        piece += char
    return [item for item in (*pieces, piece) if item]


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def _doubled(line: str) -> str:
    """A line of code with its shadow: each run of glyphs of one colour stands twice."""
    inset = len(line) - len(line.lstrip())
    body = _TOKEN.sub(lambda match: match.group() * 2, line.strip())
    return " " * inset + body + "  "


# --- Markdown and HTML ----------------------------------------------------------------------------------------------


def to_markdown(document: Sequence[Block]) -> str:
    """Markdown with headings, pipe tables and fenced code."""
    return "\n\n".join(text for block in document for text in _markdown(block)) + "\n"


def _markdown(block: Block) -> Iterator[str]:
    match block:
        case Title(level, text):
            yield f"{'#' * level} {text}"
        case Text(text):
            yield _plain(text)
        case Foot(lines):
            yield from map(_plain, lines)
        case Code(lines, language):
            yield "\n".join((f"```{language}", *lines, "```"))
        case Sheet(head, rows):
            lines = [head, ("---",) * len(head), *rows]
            yield "\n".join(f"| {' | '.join(map(_plain, cells))} |" for cells in lines)


def _plain(text: str) -> str:
    return re.sub(r"([|<*`\\])", r"\\\1", text)


_STYLE = """
@page { size: A4; margin: 15mm 16mm; }
body { font: 9pt/1.8 "Noto Sans CJK SC", sans-serif; margin: 0; }
h1 { font-size: 16pt; } h2 { font-size: 13pt; } h3 { font-size: 11pt; } h4 { font-size: 9.5pt; }
h1, h2, h3, h4 { margin: .3em 0 .1em; line-height: 1.5; break-after: avoid; } p { margin: .1em 0; }
table { border-collapse: collapse; max-width: 120mm; margin: .3em 0; }
th, td { border: .75pt solid #999; padding: 1pt 4pt; text-align: left; white-space: nowrap; }
td.long { white-space: normal; word-break: break-all; }
tr { break-inside: avoid; }
pre { font: 8pt/1.4 "DejaVu Sans Mono", "Noto Sans CJK SC", monospace; margin: .2em 0; white-space: pre-wrap;
      word-break: break-all; text-shadow: .6px .6px 0 #bbb; }
.string { color: #080; } .mark { color: #555; } .word { color: #05a; }
"""


def to_html(document: Sequence[Block]) -> str:
    """HTML with headings, tables with a head, and code in which each kind of token has a colour and all a shadow."""
    body = "\n".join(_html(block) for block in document)
    return (
        f'<!DOCTYPE html>\n<html lang="zh">\n<head>\n<meta charset="utf-8">\n<title>{html.escape(_title(document))}'
        f"</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _title(document: Sequence[Block]) -> str:
    return next(block.text for block in document if isinstance(block, Title))


def _html(block: Block) -> str:
    match block:
        case Title(level, text):
            return f"<h{level}>{html.escape(text)}</h{level}>"
        case Text(text):
            return f"<p>{html.escape(text)}</p>"
        case Foot(lines):
            return "\n".join(f"<p>{html.escape(text)}</p>" for text in lines)
        case Code(lines, "json"):
            return f"<pre><code>{chr(10).join(_coloured(line) for line in lines)}</code></pre>"
        case Code(lines, _):
            return f"<pre><code>{html.escape(chr(10).join(lines))}</code></pre>"
        case Sheet(head, rows):
            first = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
            mark = ['<td class="long">' if word in _WIDEST else "<td>" for word in head]
            rest = "\n".join(
                f"<tr>{''.join(f'{tag}{html.escape(cell)}</td>' for tag, cell in zip(mark, cells, strict=True))}</tr>"
                for cells in rows
            )
            return f"<table>\n<thead><tr>{first}</tr></thead>\n<tbody>\n{rest}\n</tbody>\n</table>"
    raise TypeError(block)


def _coloured(line: str) -> str:
    def span(match: re.Match[str]) -> str:
        token = match.group()
        kind = "string" if token.startswith('"') else "mark" if re.fullmatch(r"[{}\[\],:]", token) else "word"
        return f'<span class="{kind}">{html.escape(token, quote=False)}</span>'

    return _TOKEN.sub(span, line)
