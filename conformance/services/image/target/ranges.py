"""A part of a file, as a Range field asks for it (RFC 9110, 14.1 and 14.2). No HTTP here but the fields' texts."""

from __future__ import annotations

import re

__all__ = ["Span", "part_of", "told"]

Span = tuple[int, int]
"""The first and the last byte of a part, both in it."""
_RANGE = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))")


def part_of(field: str | None, size: int) -> Span | None:
    """The part of a file of this size; None for the whole file: without the field, for one that means nothing, and for
    several parts, which a server need not give. Raises ValueError when the file has no such part."""
    found = _RANGE.fullmatch(field.strip().lower()) if field is not None else None
    if found is None:
        return None
    if found[3] is not None:
        first, last = max(0, size - int(found[3])), size - 1
    else:
        first, last = int(found[1]), min(int(found[2] or size), size - 1)
        if found[2] and int(found[2]) < int(found[1]):
            return None
    if first > last:
        raise ValueError("the file has no such part")
    return first, last


def told(part: Span, size: int) -> str:
    """The Content-Range of a part."""
    return f"bytes {part[0]}-{part[1]}/{size}"
