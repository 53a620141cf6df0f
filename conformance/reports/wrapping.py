"""Text in lines for a terminal: wrapped at blanks, aligned under its beginning, and nothing in it broken that is copied whole.

Rules
- A line breaks at a blank, or between two Chinese characters; a word (an id, a path, a media type, a URL) stays whole, however
  long: what is wider than the terminal is left to the terminal, which breaks it where a selection does not show it.
- Chinese characters take two columns. No line begins with a closing punctuation mark, none ends with an opening one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len

__all__ = ["wrapped"]

_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f"
_CLOSING, _OPENING = "，。；：！？、）】》”’", "（【《“‘"
_UNIT = re.compile(f"[{_OPENING}]*(?:[{_WIDE}]|[^{_WIDE}\\s]+)[{_CLOSING}]*")


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """The text in lines of so many columns; every line but the first begins with the indent. At least one line."""
    lines, line = [], ""
    for blank, unit in _units(text):
        candidate = f"{line}{blank}{unit}"
        if line.strip() and cell_len(candidate) > width:
            lines.append(line)
            candidate = f"{indent}{unit}"
        line = candidate
    return [*lines, line]


def _units(text: str) -> Iterator[tuple[str, str]]:
    """What stays together, each with the blanks before it."""
    end = 0
    for match in _UNIT.finditer(text):
        yield text[end : match.start()], match.group()
        end = match.end()
