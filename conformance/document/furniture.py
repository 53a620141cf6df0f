"""What a page carries beside its text: footers, page numbers, and lines that stand at the same end of most pages.

Furniture may stand in the middle of a table or of an example, so it is taken out before either is read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from conformance.document.headers import header_of
from conformance.document.vocabulary import FURNITURE, is_heading

__all__ = ["Line", "without_furniture"]

_NUMBER = re.compile(r"[-–—]* *(\d{1,4}) *[-–—]*")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: `text` without the blanks around it, `raw` with them. Numbers count from 1."""

    number: int
    page: int
    text: str
    raw: str


def without_furniture(lines: Sequence[Line], *, paged: bool) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """The lines of the text, and those of the pages. `paged` says that the ends of pages are known (form feeds)."""
    worn = {line.number for line in lines if FURNITURE.match(line.text)}
    if paged:
        worn |= _running(lines, worn)
        worn |= _page_numbers(lines, worn)
        body = [line for line in lines if line.number not in worn]
    else:
        body = _turned([line for line in lines], worn)
    return tuple(body), tuple(line for line in lines if line.number in worn)


def _turned(lines: Sequence[Line], worn: set[int]) -> list[Line]:
    """The lines of the text; a footer ends its page, also where the dump has no other mark of the next one."""
    body: list[Line] = []
    added = 0
    page = footer = None
    for line in lines:
        if line.number in worn:
            # Furniture that itself begins a page is a header and ends nothing.
            footer = line.page if page is None or line.page == page else None
        else:
            if footer is not None and line.page == footer and body:
                added += 1
            footer = None
            body.append(replace(line, page=line.page + added))
        page = line.page
    return body


def _ends(lines: Sequence[Line], worn: set[int]) -> list[tuple[Line, Line]]:
    """The first and the last line of each page, furniture that is already known left out."""
    shown = [line for line in lines if line.number not in worn]
    pages = [list(group) for _, group in groupby(shown, key=lambda line: line.page)]
    return [(page[0], page[-1]) for page in pages if len(page) > 1]


def _running(lines: Sequence[Line], worn: set[int]) -> set[int]:
    """Lines with the same text at the top, or at the bottom, of more than half of at least three pages."""
    found: set[int] = set()
    for _ in range(2):  # a page may have two such lines, one under the other
        ends = _ends(lines, worn | found)
        for side in (0, 1):
            counts = Counter(_shape(pair[side].text) for pair in ends)
            found |= {
                pair[side].number
                for pair in ends
                if counts[_shape(pair[side].text)] >= max(3, len(ends) // 2 + 1) and _may_run(pair[side].text)
            }
    return found


def _shape(text: str) -> str:
    """The text with its page number, at either end, made the same on all pages."""
    return re.sub(r"^\d{1,4} +(?=\D)|(?<=\D) +\d{1,4}$", "#", text)


def _may_run(text: str) -> bool:
    # A table's header is repeated on top of its pages and code closes at the bottom of them; both are text.
    return len(text) > 3 and not is_heading(text) and header_of(text) is None and not _NUMBER.fullmatch(text)


def _page_numbers(lines: Sequence[Line], worn: set[int]) -> set[int]:
    """Lines that are a number alone, at the same end of two pages or more, that count as the pages do."""
    found: set[int] = set()
    ends = _ends(lines, worn)
    for side in (0, 1):
        offsets: dict[int, list[int]] = {}
        for pair in ends:
            match = _NUMBER.fullmatch(pair[side].text)
            if match:
                offsets.setdefault(int(match.group(1)) - pair[side].page, []).append(pair[side].number)
        found |= {number for numbers in offsets.values() if len(numbers) > 1 for number in numbers}
    return found
