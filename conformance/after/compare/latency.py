"""Whether an operation takes longer than in an earlier run: the ratio of the medians with a distribution-free
confidence interval.

Rules
- With fewer than MINIMUM answers in either run only the counts are given.
- Each median has the interval of order statistics that belongs to the sign test, with a coverage of at least 99.5 %.
  The quotients of their bounds hold the ratio of the medians with at least 99 % confidence (Bonferroni).
- Each interval is widened to the medians of five consecutive stretches of its run, because the load on a cloud changes
  with time.
- A ratio is drift only when the whole interval lies outside [1/NOISE, NOISE] and the medians differ by
  LEAST_DIFFERENCE.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb
from statistics import median

from conformance.model.message import DISCOVERY, Exchange

__all__ = ["MINIMUM", "NOISE", "LatencyRow", "latencies"]

MINIMUM = 30
"""Successful answers that each run must have of an operation."""
NOISE = 1.5
"""Ratios up to this, and down to its inverse, are taken for noise."""
LEAST_DIFFERENCE = 0.001
"""Seconds by which the medians must differ."""
_STRETCHES = 5


@dataclass(frozen=True, slots=True)
class LatencyRow:
    """The latency of one operation's successful answers in two runs.

    `before` and `after` are medians in seconds, `low` and `high` the bounds of the ratio after/before. These four are
    None when a run has fewer than MINIMUM answers, or a clock that does not resolve them. `drift` is "slower", "faster"
    or None.
    """

    operation: str
    count_before: int
    count_after: int
    before: float | None = None
    after: float | None = None
    low: float | None = None
    high: float | None = None
    drift: str | None = None

    @property
    def ratio(self) -> float | None:
        """Median after over median before."""
        return self.after / self.before if self.before and self.after is not None else None


def latencies(before: Iterable[Exchange], after: Iterable[Exchange]) -> tuple[LatencyRow, ...]:
    """A row for each operation that was answered with 2xx in either run, sorted by name."""
    first, second = _samples(before), _samples(after)
    return tuple(_row(name, first.get(name, []), second.get(name, [])) for name in sorted({*first, *second}))


def _samples(exchanges: Iterable[Exchange]) -> Mapping[str, list[float]]:
    """Operation -> seconds of its 2xx answers, in the order of the run."""
    found: dict[str, list[float]] = {}
    for item in exchanges:
        if item.request.operation not in {None, DISCOVERY} and 200 <= item.response.status < 300:
            found.setdefault(item.operation, []).append(item.response.elapsed)
    return found


def _row(operation: str, before: Sequence[float], after: Sequence[float]) -> LatencyRow:
    row = LatencyRow(operation, len(before), len(after))
    if min(len(before), len(after)) < MINIMUM:
        return row
    (low_before, high_before), (low_after, high_after) = interval(before), interval(after)
    first, second = median(before), median(after)
    if low_before <= 0:  # the clock does not resolve the answers, and no ratio can be formed
        return row
    low, high = low_after / high_before, high_after / low_before
    drift = None
    if abs(second - first) >= LEAST_DIFFERENCE:
        drift = "slower" if low > NOISE else "faster" if high < 1 / NOISE else None
    return LatencyRow(operation, len(before), len(after), first, second, low, high, drift)


def interval(sample: Sequence[float]) -> tuple[float, float]:
    """Bounds of the median of a sample that is in the order of its run.

    They are the order statistics x(r) and x(n-r+1) with a coverage of at least 99.5 %, widened to the least and the
    largest median of five consecutive stretches.
    """
    ordered, count = sorted(sample), len(sample)
    # P(x(r) > median) = P(fewer than r of n values lie below it) = sum of C(n, i) / 2^n over i < r. The largest r for
    # which this is at most 0.25 % leaves out as much at either end. All in integers, so that nothing is rounded.
    tail, rank, limit = 0, 0, 2**count * 25 // 10000
    while rank < count // 2 and tail + comb(count, rank) <= limit:
        tail += comb(count, rank)
        rank += 1
    low, high = ordered[max(rank - 1, 0)], ordered[count - max(rank, 1)]
    size = count // _STRETCHES
    medians = [median(sample[start * size : (start + 1) * size]) for start in range(_STRETCHES)] if size else []
    return min([low, *medians]), max([high, *medians])
