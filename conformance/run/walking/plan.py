"""What the walks of a case share: how many requests they may send, what they have found, and whether they are over."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol, Self

from conformance.model.budget import parse_budget
from conformance.model.errors import TargetError, TimeOver
from conformance.model.finding import Key
from conformance.run.cases import Expect
from conformance.run.options import EXPLORING
from conformance.run.recorder import Recorder

__all__ = ["Plan", "WalkBudget", "Walking", "budget_of_walks"]

MOST_OUTAGES = 3
"""Walks in a row that lose the target before the run gives up."""


class Walking(Protocol):
    """A walk, used as a context: `steps` are those that were done, `found` maps the key of each deviation to the index of
    the step that showed it and the number of the resource that it is about, -1 for none. Each step says its `kind`."""

    @property
    def steps(self) -> Sequence[Any]: ...

    @property
    def found(self) -> Mapping[Key, tuple[int, int]]: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class WalkBudget:
    """How many requests may be sent: in all walks (`walks`), to shorten one finding (`finding`), and to shorten all
    (`findings`).

    `seconds` bounds the time of the walks too; None for no bound.
    """

    walks: int
    finding: int = 60
    findings: int = 120
    seconds: float | None = None

    def of(self, requests: int | None, seconds: float | None) -> WalkBudget:
        """This budget under `--budget`, in requests or seconds: the walks get half of that."""
        walks = self.walks if requests is None else requests // 2
        return WalkBudget(walks, self.finding, min(self.findings, walks), None if seconds is None else seconds / 2)

    def share(self, part: float) -> WalkBudget:
        """A share (0 to 1) of this budget."""
        seconds = None if self.seconds is None else self.seconds * part
        return WalkBudget(round(self.walks * part), self.finding, round(self.findings * part), seconds)


def budget_of_walks(
    by_profile: Mapping[str, WalkBudget], profile: str, budget: str | None, *, explores: bool
) -> WalkBudget:
    """What the walks of a case may spend: that of the profile, under `--budget` where there is one, and less of it where they
    explore. Raises UsageError."""
    whole = by_profile[profile] if budget is None else by_profile[profile].of(*parse_budget(budget))
    return whole.share(EXPLORING) if explores else whole


@dataclass
class Plan:
    """The state that all walks of a case share.

    `began` is the number of exchanges before the first walk. `turns` counts the places taken from the rota. `found` maps
    each deviation to the steps that led to it and the number of the resource that it is about. `outages` counts the walks
    in a row that lost the target; `broken` is the exception that ended the walks.
    """

    recorder: Recorder
    expect: Expect
    budget: WalkBudget
    began: int
    turns: int = 0
    found: dict[Key, tuple[tuple[Any, ...], int]] = field(default_factory=dict)
    outages: int = 0
    started: float = field(default_factory=time.monotonic)
    broken: BaseException | None = None

    def keep(self, walk: Walking) -> None:
        """Keep what a walk that has ended has found."""
        steps = tuple(walk.steps)
        for key, (at, slot) in walk.found.items():
            self.found.setdefault(key, (steps[: at + 1], slot))

    def lost(self, error: TargetError) -> None:
        """A walk has lost the target: one connection that breaks ends a walk, not the run; the end of its time does."""
        self.outages += 1
        if self.outages >= MOST_OUTAGES or isinstance(error, TimeOver):
            self.broken = error

    @property
    def sent(self) -> int:
        """Requests sent since the first walk began."""
        return len(self.recorder.exchanges) - self.began

    @property
    def spent(self) -> bool:
        """Whether no further step may be done."""
        late = self.budget.seconds is not None and time.monotonic() - self.started >= self.budget.seconds
        return late or self.broken is not None or self.sent >= self.budget.walks
