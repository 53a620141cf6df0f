"""The figures of the page: what is drawn, in percent of the width, so that a chart fits a phone and a wide screen alike.

Rules
- Everything here is numbers and names; the template draws them as SVG and says the same in words.
- No meaning is carried by colour alone: segments carry their count or a pattern, and each row has its figures as text.
- Latencies share one logarithmic axis, because a token call and a list differ by orders of magnitude.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from conformance.model.message import Exchange
from conformance.model.verdict import Outcome, RequirementResult

__all__ = [
    "KINDS",
    "Axis",
    "Bar",
    "Latencies",
    "Segment",
    "Strip",
    "latencies",
    "outcome_bars",
    "quantile",
    "status_bars",
]

MOST_POINTS = 160
"""Points of one operation that are drawn; of more, so many that are evenly spread over the sorted values."""
LABELLED = 5.0
"""Percent of the width from which on a segment has room for its count."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar: `kind` names its look, `label` what it counts; `x` and `width` are percent of the bar."""

    kind: str
    label: str
    count: int
    x: float
    width: float

    @property
    def labelled(self) -> bool:
        """Whether the count fits in."""
        return self.width >= LABELLED

    @property
    def middle(self) -> float:
        """Where its count stands."""
        return round(self.x + self.width / 2, 2)


@dataclass(frozen=True, slots=True)
class Bar:
    """One operation as a stacked bar of its own full width."""

    name: str
    total: int
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """The latency of one operation in milliseconds; the fields that begin with `x` are positions on the axis in percent."""

    name: str
    count: int
    p50: float
    p95: float
    longest: float
    x25: float
    x50: float
    x75: float
    x95: float
    points: tuple[tuple[float, float], ...]

    @property
    def dots(self) -> str:
        """The points as one path of the height 22: a line of no length at each, which a round pen draws as a dot."""
        return "".join(f"M{x:.1f} {2 + 18 * y:.0f}h0" for x, y in self.points)


@dataclass(frozen=True, slots=True)
class Axis:
    """A logarithmic axis from `low` to `high` milliseconds; `ticks` are (position in percent, label)."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]

    def at(self, value: float) -> float:
        """The position of a value, in percent."""
        span = math.log(self.high / self.low)
        return round(100 * math.log(min(max(value, self.low), self.high) / self.low) / span, 2)


@dataclass(frozen=True, slots=True)
class Latencies:
    """Strips of all operations on one axis; `sampled` says that not every exchange is drawn."""

    axis: Axis
    strips: tuple[Strip, ...]
    sampled: bool


KINDS = ("kept", "broken", "advisory", "waived", "explored", "not-exercised")
"""What became of a promise, in the order of a bar; `advisory` is one that is broken and does not count."""


def outcome_bars(sections: Iterable[tuple[str, Sequence[RequirementResult]]]) -> tuple[Bar, ...]:
    """For each section what became of its promises; those that no check is owed for are left out."""
    bars = []
    for name, items in sections:
        counts = Counter(_kind(item) for item in items if item.outcome is not Outcome.EXCLUDED)
        pairs = [(kind, kind, counts[kind]) for kind in KINDS if counts[kind]]
        bars.append(Bar(name, sum(counts.values()), tuple(_segments(pairs))))
    return tuple(bars)


def status_bars(exchanges: Iterable[Exchange], order: Sequence[str]) -> tuple[Bar, ...]:
    """For each operation how often each status came."""
    counts: dict[str, Counter[int]] = {}
    for item in exchanges:
        counts.setdefault(item.operation, Counter())[item.response.status] += 1
    bars = []
    for name in _ordered(counts, order):
        pairs = [(_class(status), str(status), count) for status, count in sorted(counts[name].items())]
        bars.append(Bar(name, sum(counts[name].values()), tuple(_segments(pairs))))
    return tuple(bars)


def latencies(exchanges: Iterable[Exchange], order: Sequence[str]) -> Latencies | None:
    """The latency of each operation, None when no answer took any time."""
    times: dict[str, array[float]] = {}
    for item in exchanges:
        if item.response.elapsed > 0:
            # To the microsecond, as exchanges.har keeps it: a run that is read back must be drawn the same.
            times.setdefault(item.operation, array("d")).append(round(item.response.elapsed * 1000, 3))
    if not times:
        return None
    axis = _axis(min(map(min, times.values())), max(map(max, times.values())))
    strips = tuple(_strip(name, sorted(times[name]), axis) for name in _ordered(times, order))
    return Latencies(axis, strips, any(len(values) > MOST_POINTS for values in times.values()))


def quantile(ordered: Sequence[float], share: float) -> float:
    """The quantile of sorted values, linear between neighbours (type 7 of Hyndman and Fan, the default of numpy and R)."""
    place = (len(ordered) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _segments(pairs: Sequence[tuple[str, str, int]]) -> Iterator[Segment]:
    total, before = sum(count for _, _, count in pairs), 0
    for kind, label, count in pairs:
        yield Segment(kind, label, count, round(100 * before / total, 2), round(100 * count / total, 2))
        before += count


def _strip(name: str, values: Sequence[float], axis: Axis) -> Strip:
    p25, p50, p75, p95 = (quantile(values, share) for share in (0.25, 0.5, 0.75, 0.95))
    count = min(len(values), MOST_POINTS)
    drawn = [values[round(index * (len(values) - 1) / max(count - 1, 1))] for index in range(count)]
    # Points are moved up and down by turns, the same in each rendering, so that equal values do not hide each other.
    points = tuple((axis.at(value), round((index * 0.618034) % 1, 3)) for index, value in enumerate(drawn))
    return Strip(
        name, len(values), p50, p95, values[-1], axis.at(p25), axis.at(p50), axis.at(p75), axis.at(p95), points
    )


def _axis(low: float, high: float) -> Axis:
    """From the decade's step (1, 2, 5) below the least to the one above the greatest value."""
    steps = [base * 10.0**power for power in range(-4, 13) for base in (1, 2, 5)]
    start = max((step for step in steps[:-1] if step <= low), default=steps[0])
    stop = min((step for step in steps if step >= high and step > start), default=steps[-1])
    axis = Axis(start, stop, ())
    inside = [step for step in steps if start <= step <= stop]
    if (
        len(inside) > 5
    ):  # more labels than a phone has room for: the ends, and the powers of ten between them that stand clear of both
        tens = [step for step in inside[1:-1] if round(math.log10(step), 6).is_integer() and 10 <= axis.at(step) <= 90]
        inside = [inside[0], *tens[:: -(-len(tens) // 4) or 1], inside[-1]]
    return Axis(start, stop, tuple((axis.at(step), _milliseconds(step)) for step in inside))


def _milliseconds(value: float) -> str:
    return f"{value / 1000:g} s" if value >= 1000 else f"{value:g} ms"


def _ordered(names: Iterable[str], order: Sequence[str]) -> list[str]:
    place = {name: index for index, name in enumerate(order)}
    return sorted(names, key=lambda name: (place.get(name, len(place)), name))


def _class(status: int) -> str:
    """`s2` to `s5`; `s1` is what is none of them."""
    return f"s{status // 100}" if 200 <= status <= 599 else "s1"


def _kind(item: RequirementResult) -> str:
    if item.outcome is Outcome.PASSED:
        return "kept"
    if item.outcome is Outcome.FAILED:
        return "broken" if item.required else "advisory"
    return str(item.outcome).replace(" ", "-")
