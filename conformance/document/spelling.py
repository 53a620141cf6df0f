"""Whether two names are the same but for a slip of the pen."""

from __future__ import annotations

import re

__all__ = ["near", "plain"]


def plain(name: str) -> str:
    """The name without separators and case."""
    return re.sub(r"[-_]", "", name).lower()


def near(one: str, other: str) -> bool:
    """Whether two names may be the same with a slip: one letter is missing, or the separators differ."""
    left, right = sorted((plain(one), plain(other)), key=len)
    if left == right:
        return one != other
    return (
        len(right) - len(left) == 1
        and len(left) > 4
        and any(right[:at] + right[at + 1 :] == left for at in range(len(right)))
    )
