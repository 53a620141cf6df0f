"""What the pages of a PDF make together: numbered lines, tables, code and headings, and what is only furniture of pages.

Code is known by a font whose letters are equally wide, a heading by its size. Where neither is sure, nothing is said.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conformance.document.lines import Line, Source, plain
from conformance.document.pages import Printed, Sheet, is_monospaced
from conformance.document.radicals import folded
from conformance.document.rulings import PagedTable, grids_of

__all__ = ["source_of"]

_LARGER = 1.12
"""How much larger than other text a heading is printed."""
_LONGEST_TITLE = 80
_LEAST = 0.05
"""The least part of the characters that tells how prose is printed: a document in one typewriter font has no code."""
_EDGE = 3
"""Lines at the top and at the bottom of a page that may be furniture."""
_MARGIN = 0.1
"""The part of a page's height, at its top and at its bottom, in which they stand."""
_MOST = 0.6
"""The part of the pages on which a line stands that is furniture."""
_NUMBER = re.compile(r"[0-9]{1,6}")
_PAGE = re.compile(r"(?:第|共|页|page|of|[^\w]|[0-9])*", re.IGNORECASE)
_NEAR = 3.0
"""Points by which such a line may stand higher or lower from page to page."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """A printed line with its number and page; `ruled` when it stands in a table, `outer` when in the page's margin."""

    line: Printed
    number: int
    page: int
    ruled: bool
    outer: bool


def source_of(sheets: Sequence[Sheet], sha256: str) -> Source:
    """The source that the pages make together. A page without text is one blank line."""
    look = _Look.of(sheets)
    before = [0]
    for sheet in sheets:
        before.append(before[-1] + max(1, len(sheet.lines)))
    lines = [
        _Placed(
            line,
            start + at + 1,
            page,
            any(table.first <= at <= table.last for table in sheet.tables),
            not _MARGIN * sheet.height < (line.top + line.bottom) / 2 < (1 - _MARGIN) * sheet.height,
        )
        for page, (sheet, start) in enumerate(zip(sheets, before, strict=False), start=1)
        for at, line in enumerate(sheet.lines)
    ]
    furniture = _furniture(lines, look)
    grids, repeated = grids_of(_parts(sheets, before, furniture))
    aside = furniture | repeated
    body = [item for item in lines if item.number not in aside]
    codes = list(_codes(body, look))
    raws = {item.number: raw for block in codes for item, raw in _indented(block)}
    return Source(
        tuple(_line(item, raws.get(item.number, "")) for item in body),
        sha256,
        before[-1],
        True,
        grids,
        tuple((block[0].number, block[-1].number) for block in codes),
        look.titles(body),
        tuple(_line(item) for item in lines if item.number in aside),
    )


def _line(item: _Placed, blanks: str = "") -> Line:
    text = folded(plain(item.line.text)).strip()
    return Line(item.number, item.page, text, blanks + text)


@dataclass(frozen=True, slots=True)
class _Look:
    """The fonts in which code is printed, and the size of other text (0 when there is none)."""

    code: frozenset[str]
    size: float

    @classmethod
    def of(cls, sheets: Sequence[Sheet]) -> _Look:
        letters: defaultdict[str, dict[str, float]] = defaultdict(dict)
        counts: Counter[tuple[str, float, bool]] = Counter()
        for sheet in sheets:
            for font, widths in sheet.fonts.items():
                letters[font].update(widths)
            counts.update(sheet.sizes)
        code = frozenset(font for font, widths in letters.items() if is_monospaced(font, widths))
        free: Counter[float] = Counter()
        every: Counter[float] = Counter()
        for (font, size, ruled), count in counts.items():
            every[size] += count * (font not in code)
            free[size] += count * (font not in code and not ruled)
        if every.total() < _LEAST * counts.total():
            return cls(frozenset(), max(counts, key=lambda key: counts[key])[1] if counts else 0.0)
        # Where nearly all stands in tables, what stands outside of them are headings.
        prose = free if max(free.values()) >= _LEAST * counts.total() else every
        return cls(code, max(prose, key=lambda size: prose[size]))

    def is_larger(self, line: Printed) -> bool:
        """Whether a line is printed as a heading is."""
        return 0 < self.size * _LARGER <= line.size and line.font not in self.code

    def titles(self, lines: Sequence[_Placed]) -> dict[int, int]:
        """The headings among the lines, with their level."""
        found = {
            item.number: item.line.size
            for item in lines
            if not item.ruled and self.is_larger(item.line) and len(item.line.text) <= _LONGEST_TITLE
        }
        sizes = sorted(set(found.values()), reverse=True)
        return {number: sizes.index(size) + 1 for number, size in found.items()}


def _furniture(lines: Sequence[_Placed], look: _Look) -> frozenset[int]:
    """The lines that stand at the top or the bottom of most pages, each at the same place: numbers of pages, running
    heads. Only those count that have no other line between them and the edge of the page."""
    pages: defaultdict[int, list[_Placed]] = defaultdict(list)
    for item in lines:
        pages[item.page].append(item)
    found: set[int] = set()
    for step in (1, -1):
        edges = {page: items[::step] for page, items in pages.items()}
        for at in range(_EDGE):
            alike: defaultdict[str, list[_Placed]] = defaultdict(list)
            for items in edges.values():
                if len(items) > at and (at == 0 or items[at - 1].number in found):
                    item = items[at]
                    if item.outer and not item.ruled and not look.is_larger(item.line):
                        alike[_NUMBER.sub("0", item.line.text)].append(item)
            for same in alike.values():
                place = sorted(item.line.top for item in same)[len(same) // 2]
                same = [item for item in same if abs(item.line.top - place) < _NEAR]
                if len(same) > 1 and len(same) >= _MOST * len(pages) and _counts_pages(same):
                    found.update(item.number for item in same)
    return frozenset(found)


def _counts_pages(lines: Sequence[_Placed]) -> bool:
    """Whether lines that are alike are the same, or are numbers of pages, or have a number that grows as the pages do."""
    if len({item.line.text for item in lines}) == 1 or all(_PAGE.fullmatch(item.line.text) for item in lines):
        return True
    numbers = [[int(number) - item.page for number in _NUMBER.findall(item.line.text)] for item in lines]
    return any(len(set(column)) == 1 for column in zip(*numbers, strict=True))


def _parts(sheets: Sequence[Sheet], before: Sequence[int], furniture: frozenset[int]) -> list[PagedTable]:
    parts: list[PagedTable] = []
    ended = False
    for sheet, start in zip(sheets, before, strict=False):
        body = [at for at in range(len(sheet.lines)) if start + at + 1 not in furniture]
        for at, table in enumerate(sheet.tables):
            parts.append(PagedTable(table, start, ended and at == 0 and body[0] == table.first))
        ended = bool(sheet.tables) and sheet.tables[-1].last == body[-1]
    return parts


def _codes(lines: Sequence[_Placed], look: _Look) -> Iterator[list[_Placed]]:
    """The blocks of code. A line without a Latin letter or sign is printed in another font, and is code between code."""
    marks = [not item.ruled and item.line.font in look.code for item in lines]
    block: list[_Placed] = []
    for at, item in enumerate(lines):
        between = block and at + 1 < len(lines) and marks[at + 1] and not item.ruled
        if marks[at] or (between and not re.search(r"[!-~]", item.line.text)):
            block.append(item)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _indented(block: Sequence[_Placed]) -> Iterator[tuple[_Placed, str]]:
    """The lines of a block of code with the blanks before them."""
    left = min(item.line.x0 for item in block)
    for item in block:
        yield item, " " * round((item.line.x0 - left) / item.line.width) if item.line.width else ""
