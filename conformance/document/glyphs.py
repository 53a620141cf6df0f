"""Code that was printed twice: a text shadow leaves every run of glyphs doubled, `"id""id"::` for `"id":`.

A line is cut into blanks and pairs X X, the longest X first. Two cuts are tried: one in which no X mixes letters and
punctuation, because a highlighter prints them apart (`//v2v2//imagesimages`), then one without that rule (a whole line
printed twice). Lines longer than LONGEST are taken as printed once, which bounds the time by LONGEST cubed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["LONGEST", "halved", "is_printed_twice", "undouble"]

LONGEST = 600
"""Characters of the longest line that is cut; a printed line has about a hundred, or twice that."""

_RUN = re.compile(r"[\w ]+|(.)\1*")
_MEMBER = re.compile(r'("[^"\\]+")\1 *::')


def is_printed_twice(texts: Iterable[str]) -> bool:
    """Whether some line holds a JSON member printed twice, which no text printed once does."""
    return any(_MEMBER.search(text) for text in texts)


def halved(text: str) -> str | None:
    """X when the text is X X, else None."""
    half, odd = divmod(len(text), 2)
    return text[:half] if text and not odd and text[:half] == text[half:] else None


def undouble(line: str) -> str | None:
    """The line with each pair written once, or None when it is not made of pairs and blanks."""
    text = line.rstrip()
    if not text or len(text) > LONGEST:
        return None
    runs = [_cut(match.group()) for match in _RUN.finditer(text)]
    parts = [run for run in runs if run is not None]
    return "".join(parts) if len(parts) == len(runs) else _cut(text)


def _cut(text: str) -> str | None:
    size = len(text)
    if any(text.count(char) % 2 for char in set(text) - {" "}):
        return None
    # pair[i] is the length of X for the suffix from i: 0 for a blank or the end, -1 when the suffix cannot be cut.
    pair = [-1] * size + [0]
    for start in range(size - 1, -1, -1):
        for length in range((size - start) // 2, 0, -1):
            middle = start + length
            if pair[middle + length] >= 0 and text[start] == text[middle]:
                piece = text[start:middle]
                if text.startswith(piece, middle) and not piece.isspace():
                    pair[start] = length
                    break
        else:
            if text[start] == " " and pair[start + 1] >= 0:
                pair[start] = 0
    if pair[0] < 0:
        return None
    parts: list[str] = []
    at = 0
    while at < size:
        parts.append(text[at : at + max(pair[at], 1)])
        at += 2 * pair[at] or 1
    return "".join(parts)
