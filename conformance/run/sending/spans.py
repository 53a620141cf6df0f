"""Spans of time, of one process or of several: (begin, end) in seconds of the monotonic clock, which all processes of a
machine share. Time that two processes spend at once counts once."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["Spans", "seconds_of", "united"]

Spans = tuple[tuple[float, float], ...]


def united(spans: Iterable[tuple[float, float]]) -> Spans:
    """The same time in order, as spans of which no two overlap."""
    found: list[tuple[float, float]] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((begin, end))
    return tuple(found)


def seconds_of(spans: Spans) -> float:
    """The seconds of spans of which no two overlap."""
    return sum(end - begin for begin, end in spans)
