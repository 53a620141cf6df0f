"""The shortest sequence that still shows something: delta debugging with a bound on how often it may be tried.

Pure: what a sequence shows is asked of the caller. Source: Zeller and Hildebrandt, Simplifying and Isolating
Failure-Inducing Input, 2002; here the guesses of the caller come first, because each try is a walk on somebody's cloud.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

__all__ = ["shortest"]

T = TypeVar("T")


def shortest(
    whole: Sequence[T],
    guesses: Iterable[Sequence[T]],
    shows: Callable[[Sequence[T]], bool],
    may_try: Callable[[Sequence[T]], bool],
) -> Sequence[T] | None:
    """The shortest part of `whole` found that `shows` it, its last item always kept; None when no try showed it.

    `guesses` are tried first, in their order, until one shows it; from there single pieces are left out, large ones
    first. `may_try` says whether a part may still be tried.
    """
    best: Sequence[T] | None = None
    for guess in guesses:
        if may_try(guess) and shows(guess):
            best = guess
            break
    if best is None:
        if not may_try(whole) or not shows(whole):
            return None
        best = whole
    size = max(1, (len(best) - 1) // 2)
    while size >= 1:
        at, shorter = 0, False
        while at < len(best) - 1:
            part = [*best[:at], *best[min(at + size, len(best) - 1) :]]
            if not may_try(part):
                return best
            if shows(part):
                best, shorter = part, True
            else:
                at += size
        if size == 1 and not shorter:
            break
        size = max(1, size // 2) if size > 1 else 1
    return best
