"""What a run's seed drew beyond what is the same for every seed, told apart in its record.

Rules
- What decides the outcome is the regression part: the exchanges of cases that draw with a seed that never changes, or
  draw nothing.
- The exploring part are the exchanges of the attempts that draw with the run's seed, and those outside any case after
  the first of them, which clean up what it has left.
- A finding of the exploring part is explored, unless the regression part shows the same one at the same place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from conformance.judge.entries import Entry
from conformance.model.finding import Finding
from conformance.model.findings import briefly
from conformance.model.numbers import Numbers
from conformance.model.outline import outlines_of
from conformance.model.record import Record

__all__ = ["exploring", "ranges", "seen_by_every_seed"]


def exploring(record: Record) -> frozenset[int]:
    """The numbers of the exchanges of the exploring part."""
    first = min((item.exchanges.start for item in record.attempts if item.explores and item.exchanges), default=None)
    if first is None:
        return frozenset()
    regression = Numbers(number for item in record.attempts if not item.explores for number in item.exchanges)
    numbers = (item.number for item in outlines_of(record.exchanges))
    return frozenset(number for number in numbers if number >= first and number not in regression)


def ranges(numbers: Iterable[int]) -> tuple[range, ...]:
    """The same numbers as ranges without a gap, in order."""
    found: list[range] = []
    for number in sorted(numbers):
        if found and found[-1].stop == number:
            found[-1] = range(found[-1].start, number + 1)
        else:
            found.append(range(number, number + 1))
    return tuple(found)


def seen_by_every_seed(findings: Sequence[Finding], record: Record) -> frozenset[Entry]:
    """What the regression part shows: the findings of these whose exchange is of it, and those without an exchange that
    one of its cases made. They begin with those of the record, in its order."""
    drawn = exploring(record)
    without = Numbers(index for item in record.attempts if item.explores for index in item.findings)
    return frozenset(
        Entry.of(item)
        for index, item in enumerate(briefly(findings))
        if (index not in without if item.exchange is None else item.exchange.number not in drawn)
    )
