"""What a comparison of two runs holds: the values of what changed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from conformance.after.compare.alignment import StatusDrift
from conformance.after.compare.latency import LatencyRow
from conformance.after.compare.shapes import ShapeDrift
from conformance.model.contract import Authority, Lines, Statement
from conformance.model.deviation import Deviation
from conformance.model.phrase import Phrase
from conformance.model.verdict import Outcome, Place, Severity

__all__ = [
    "UNCHANGED",
    "Change",
    "Comparison",
    "FactChange",
    "FindingChange",
    "Judged",
    "RequirementChange",
    "Result",
    "Side",
]


class Result(StrEnum):
    """What became of the comparison."""

    REGRESSION = "regression"
    NONE = "no regression"
    UNKNOWN = "cannot say"


class Change(StrEnum):
    """What became of a promise or a finding between the runs, in the order in which a reader needs it."""

    NEWLY_FAILING = "newly failing"
    ELSEWHERE = "failing at more places"
    DIFFERENTLY = "failing differently"
    FIXED = "fixed"
    NOT_JUDGED = "no longer asked for"
    NOT_ASKED = "not asked for before"
    EXPLORED = "explored"
    """Only the seed of a run drew it; what another seed draws is another thing, and no change."""
    STILL_FAILING = "still failing"
    NEWLY_EXERCISED = "newly exercised"
    NO_LONGER_EXERCISED = "no longer exercised"


UNCHANGED = frozenset({Change.STILL_FAILING, Change.EXPLORED})
"""What is told and is no change."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the runs, as far as a reader needs to know which it was. `release` is what the target says that it runs, empty
    when it does not say."""

    run: str
    seed: int
    profile: str
    started_at: str
    target: str
    url: str
    release: str
    suite_version: str
    overall: str
    requests: int
    contract: str
    sha256: str


@dataclass(frozen=True, slots=True)
class RequirementChange:
    """A promise whose outcome is another one, or that fails in both runs."""

    id: str
    statement: Statement
    operation: str | None
    authority: Authority
    source: Lines
    required: bool
    change: Change
    before: Outcome
    after: Outcome
    reason: Phrase | str | None = None


@dataclass(frozen=True, slots=True)
class FindingChange:
    """A deviation by its identity, and where it is met: `appeared` and `gone` are places that only one run has.

    `confirmation` is of the later run that has it; `excuse` is the waiver's reason or "baseline", None when nothing
    excuses it.
    """

    id: str
    requirement: str
    deviation: Deviation
    authority: Authority
    source: Lines
    change: Change
    places: tuple[Place, ...]
    appeared: tuple[Place, ...]
    gone: tuple[Place, ...]
    binding: bool
    confirmation: str
    regression: bool
    excuse: str | None = None
    severity: Severity = Severity.MAJOR


@dataclass(frozen=True, slots=True)
class Judged:
    """A drift and whether it is a regression; `requirement` is the promise that documents it, when one does."""

    drift: StatusDrift | ShapeDrift | LatencyRow
    regression: bool
    requirement: str | None = None
    source: Lines = ()


@dataclass(frozen=True, slots=True)
class FactChange:
    """One thing that the target says about itself and that is another than before; None where it does not say."""

    fact: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed between two runs. `reasons` say why nothing can be said; `notes` what a reader should know beside.

    `latency` has a row for each operation, drifted or not; `compared` counts the promises that both runs judged.
    """

    result: Result
    exit_code: int
    reasons: tuple[Phrase, ...]
    notes: tuple[Phrase, ...]
    before: Side
    after: Side
    compared: int = 0
    requirements: tuple[RequirementChange, ...] = ()
    findings: tuple[FindingChange, ...] = ()
    statuses: tuple[Judged, ...] = ()
    shapes: tuple[Judged, ...] = ()
    latency: tuple[Judged, ...] = ()
    facts: tuple[FactChange, ...] = ()

    @property
    def regressions(self) -> int:
        """How many regressions there are."""
        drifts = (*self.statuses, *self.shapes, *self.latency)
        return sum(item.regression for item in self.findings) + sum(item.regression for item in drifts)

    @property
    def intermittent(self) -> tuple[FindingChange, ...]:
        """The findings that did not come every time they were tried."""
        return tuple(item for item in self.findings if item.confirmation == "intermittent")

    @property
    def same(self) -> bool:
        """Whether nothing changed: no outcome, finding, status or shape (latency and facts aside)."""
        changes = [*(item.change for item in self.requirements), *(item.change for item in self.findings)]
        return set(changes) <= UNCHANGED and not (self.statuses or self.shapes or self.reasons)
