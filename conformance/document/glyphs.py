"""Code that was printed twice: a text shadow leaves every run of glyphs doubled, `"id""id"::` for `"id":`.

A line was printed twice when it can be cut into blanks and pieces that each stand twice in a row; where there are
several such cuts, the longest pieces are taken. The time grows with the cube of a line's length, so longer lines than
LONGEST are not looked at.
"""

from __future__ import annotations

from collections import Counter

__all__ = ["LONGEST", "undouble"]

LONGEST = 2000
"""Characters of the longest line that is looked at; a printed line has about a hundred."""


def undouble(line: str) -> str | None:
    """The line with each piece written once, or None when it was not printed twice."""
    text = line.rstrip()
    # What stands twice has an even number of each glyph: most lines are told apart by that.
    if len(text) > LONGEST or any(count % 2 for glyph, count in Counter(text).items() if glyph != " "):
        return None
    # ends[i] is the length of X for the suffix from i: 0 for a blank or the end, -1 when the suffix cannot be cut.
    size = len(text)
    ends = [-1] * (size + 1)
    ends[size] = 0
    for start in range(size - 1, -1, -1):
        for length in range((size - start) // 2, 0, -1):
            middle = start + length
            if (
                ends[middle + length] >= 0
                and text.startswith(text[start:middle], middle)
                and text[start:middle].strip()
            ):
                ends[start] = length
                break
        else:
            if text[start] == " " and ends[start + 1] >= 0:
                ends[start] = 0
    if ends[0] < 0:
        return None
    parts: list[str] = []
    at = 0
    while at < size:
        length = ends[at]
        parts.append(text[at : at + max(length, 1)])
        at += 2 * length or 1
    return "".join(parts)
