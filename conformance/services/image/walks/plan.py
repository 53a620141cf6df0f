"""What the walks of a run share: how many requests they may send, what they have found, and whether they are over."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from conformance.model.errors import TargetError, TimeOver
from conformance.model.finding import Key
from conformance.run.cases import Expect
from conformance.services.image.client import ImageClient
from conformance.services.image.walks.step import WalkStep
from conformance.services.image.walks.walk import Walk

__all__ = ["Plan", "WalkBudget"]

MOST_OUTAGES = 3
"""Walks in a row that lose the target before the run gives up."""


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


@dataclass
class Plan:
    """The state that all walks of a run share.

    `other` says that a second project takes part. `began` is the number of exchanges before the first walk. `paused`
    says that the one pause of a run has been made, `turns` counts the places taken from the rota. `changes_since` says
    whether the list takes that parameter, None while it is not known. `found` maps each deviation to the steps that led
    to it and the image that it is about. `outages` counts the walks in a row that lost the target; `broken` is the
    exception that ended the walks.
    """

    cloud: ImageClient
    expect: Expect
    budget: WalkBudget
    other: bool
    began: int
    paused: bool = False
    turns: int = 0
    changes_since: bool | None = None
    found: dict[Key, tuple[tuple[WalkStep, ...], int]] = field(default_factory=dict)
    outages: int = 0
    started: float = field(default_factory=time.monotonic)
    broken: BaseException | None = None

    def keep(self, walk: Walk) -> None:
        """Keep what a walk that has ended has found."""
        steps = tuple(walk.steps)
        for key, (at, slot) in walk.found.items():
            self.found.setdefault(key, (steps[: at + 1], slot))
        self.changes_since = walk.changes_since

    def lost(self, error: TargetError) -> None:
        """A walk has lost the target: one connection that breaks ends a walk, not the run; the end of its time does."""
        self.outages += 1
        if self.outages >= MOST_OUTAGES or isinstance(error, TimeOver):
            self.broken = error

    @property
    def sent(self) -> int:
        """Requests sent since the first walk began."""
        return len(self.cloud.recorder.exchanges) - self.began

    @property
    def spent(self) -> bool:
        """Whether no further step may be done."""
        late = self.budget.seconds is not None and time.monotonic() - self.started >= self.budget.seconds
        return late or self.broken is not None or self.sent >= self.budget.walks
