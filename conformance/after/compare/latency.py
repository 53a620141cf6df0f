"""Whether an operation takes longer than before: medians with an interval that needs no assumption about distributions.

Rules
- Under MINIMUM answers on either side nothing is said but the counts.
- The interval holds the ratio of the medians with at least 99 % confidence (order statistics, the sign test's interval), and is
  widened by how far the median wandered while each run went on: load that comes and goes is no property of the operation.
- A ratio is told as drift only when the whole interval lies outside the noise band, and the medians differ by a millisecond.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb
from statistics import median

from conformance.model.message import DISCOVERY, Exchange

__all__ = ["MINIMUM", "NOISE", "LatencyRow", "latencies"]

MINIMUM = 30
NOISE = 1.5
LEAST_DIFFERENCE = 0.001
_BLOCKS = 5


@dataclass(frozen=True, slots=True)
class LatencyRow:
    """One operation's successful answers in both runs. Medians in seconds; `low` and `high` bound the ratio after/before.

    The last four are None when there are too few answers. `drift` is "slower", "faster" or None.
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
    """A row for each operation that was answered with success on either side, by name."""
    first, second = _samples(before), _samples(after)
    return tuple(_row(name, first.get(name, []), second.get(name, [])) for name in sorted({*first, *second}))


def _samples(exchanges: Iterable[Exchange]) -> Mapping[str, list[float]]:
    """Seconds of successful answers by operation, in the order of the run."""
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
    if low_before <= 0:  # a clock that does not resolve the answers says nothing
        return row
    low, high = low_after / high_before, high_after / low_before
    drift = None
    if abs(second - first) >= LEAST_DIFFERENCE:
        drift = "slower" if low > NOISE else "faster" if high < 1 / NOISE else None
    return LatencyRow(operation, len(before), len(after), first, second, low, high, drift)


def interval(sample: Sequence[float]) -> tuple[float, float]:
    """Bounds of the median: the 99.5 % order-statistic interval, widened to the medians of five stretches of the run."""
    ordered, count = sorted(sample), len(sample)
    # P(fewer than k of n below the median) = sum of C(n, i) / 2^n; the largest k whose tail stays under 0.25 % on each side.
    tail, rank, limit = 0, 0, 2**count * 25 // 10000
    while rank < count // 2 and tail + comb(count, rank) <= limit:
        tail += comb(count, rank)
        rank += 1
    low, high = ordered[max(rank - 1, 0)], ordered[count - max(rank, 1)]
    size = count // _BLOCKS
    blocks = [median(sample[start * size : (start + 1) * size]) for start in range(_BLOCKS)] if size else []
    return min([low, *blocks]), max([high, *blocks])
