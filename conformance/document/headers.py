"""A table's header: which columns it has, also where its cells are printed twice or one of them is not known."""

from __future__ import annotations

import re

from conformance.document.vocabulary import COLUMNS

__all__ = ["header_of", "unknown_columns"]

_LONGEST_FIRST = sorted(COLUMNS, key=len, reverse=True)
_KINDS = frozenset(COLUMNS.values())
_UNKNOWN_CELL = re.compile(r"[^\s，。；：、,.;:（(]{1,8}(?= |$)")
_MOST_CELLS = 16
_LONGEST = 120


def header_of(text: str) -> tuple[str, ...] | None:
    """The columns when the line is a table's header, printed once or twice; else None.

    The first column is `name` or `code` and the last a known one; an unknown cell between them is a column of its own
    text, so that a table with it is not taken for prose.
    """
    cells: list[str] = []
    rest = text if len(text) <= _LONGEST else "。"
    while rest and len(cells) <= _MOST_CELLS:
        word = next((item for item in _LONGEST_FIRST if rest.startswith(item)), None)
        if word is not None:
            cells.append(COLUMNS[word])
            rest = rest[len(word) :].lstrip()
            continue
        unknown = _UNKNOWN_CELL.match(rest)
        if unknown is None:
            return None
        cells.append(unknown.group())
        rest = rest[unknown.end() :].lstrip()
    half, odd = divmod(len(cells), 2)
    if not odd and cells[:half] == cells[half:]:
        cells = cells[:half]
    known = [cell for cell in cells if cell in _KINDS]
    is_header = (
        len(known) > 1
        and cells[0] in {"name", "code"}
        and cells[-1] in _KINDS
        and len(set(cells)) == len(cells)
        and len(known) >= len(cells) - 2
    )
    return tuple(cells) if is_header else None


def unknown_columns(columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that carry the text of a cell which the vocabulary does not know."""
    return tuple(column for column in columns if column not in _KINDS)
