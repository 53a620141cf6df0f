"""Two verdicts of the same suite: what an upgrade, a change of configuration or a month did to a cloud.

Rules
- Only like is compared with like: the same contract, profile, selection and strictness. Anything else is refused with the reason.
- A regression is one of four: a binding finding that is new where the first run looked and saw none; a request that a 5xx answers
  now and did not before; a documented member or header that is gone from every answer; with a limit given, an operation slower than it.
- A finding that is gone is fixed only when its promise was judged again, and the request that showed it or a like answer came again.
  A promise that fails and was not judged before, and a
  required one that is not judged any more, leave the question open: without a regression the answer is then "cannot say".
- A finding at a status that the first run never met there is told and is no regression of its own: nobody looked before.
- A promise broken at the same places in another way is told as failing differently; it was broken and it is.
- Shape, status, latency and facts are told as they are; by themselves they only inform, except where the second rule names them.
- Two runs of the same cloud compare as equal, whatever their seeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from conformance.after.compare.alignment import StatusDrift, kind_of_request, status_drift
from conformance.after.compare.latency import LatencyRow, latencies
from conformance.after.compare.shapes import ShapeDrift, shape_drift
from conformance.model import requirement_id
from conformance.model.contract import Authority, Level, Lines, Statement
from conformance.model.deviation import Deviation
from conformance.model.phrase import Phrase
from conformance.model.verdict import FindingGroup, Outcome, Place, RequirementResult, Verdict

__all__ = [
    "Change",
    "Comparison",
    "FactChange",
    "FindingChange",
    "Judged",
    "RequirementChange",
    "Result",
    "Side",
    "compare",
]


class Result(StrEnum):
    """What became of the comparison."""

    REGRESSION = "regression"
    NONE = "no regression"
    UNKNOWN = "cannot say"


class Change(StrEnum):
    """What became of a promise or a finding between the runs."""

    NEWLY_FAILING = "newly failing"
    ELSEWHERE = "failing at more places"
    DIFFERENTLY = "failing differently"
    STILL_FAILING = "still failing"
    FIXED = "fixed"
    NOT_JUDGED = "no longer looked for"
    NOT_ASKED = "not looked for before"
    NEWLY_EXERCISED = "newly exercised"
    NO_LONGER_EXERCISED = "no longer exercised"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the runs, as far as a reader needs to know which it was."""

    run: str
    seed: int
    profile: str
    started_at: str
    target: str
    url: str
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

    `confirmation` is of the later run that has it; `excuse` is the waiver's reason or "baseline", None when nothing excuses it.
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
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
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
        moved = [item for item in self.requirements if item.change is not Change.STILL_FAILING]
        moved_findings = [item for item in self.findings if item.change is not Change.STILL_FAILING]
        return not (moved or moved_findings or self.statuses or self.shapes or self.reasons)


DRAWN = ("generated.", "stateful.")
"""What the names of cases begin with whose requests are drawn by the seed."""
_CODES = {Result.REGRESSION: 1, Result.NONE: 0, Result.UNKNOWN: 3}
_JUDGED = {Outcome.PASSED, Outcome.FAILED, Outcome.WAIVED}
_BROKEN = {Outcome.FAILED, Outcome.WAIVED}


def compare(before: Verdict, after: Verdict, *, latency_fails: float | None = None) -> Comparison:
    """What changed from one verdict to the other.

    `latency_fails` makes an operation a regression when its median took more than this many times as long, with confidence.
    """
    sides = _side(before), _side(after)
    unlike = tuple(_unlike(before, after))
    if unlike:
        return Comparison(Result.UNKNOWN, 3, unlike, (), *sides)
    requirements = tuple(_requirements(before, after))
    findings = tuple(_findings(before, after))
    sent = [side.exchanges for side in (before, after)]
    if before.run.seed != after.run.seed:
        sent = [tuple(item for item in side if not _drawn(item.case)) for side in sent]
    statuses = tuple(Judged(item, item.server_error) for item in status_drift(*sent))
    shapes = tuple(_shape(item, after) for item in shape_drift(sent[0], sent[1], after.resources))
    latency = tuple(
        Judged(row, latency_fails is not None and row.low is not None and row.low > latency_fails)
        for row in latencies(before.exchanges, after.exchanges)
    )
    compared = _compared(before, after)
    reasons = (*_open(requirements, compared), *_unasked(findings))
    regression = any(item.regression for item in findings) or any(
        item.regression for item in (*statuses, *shapes, *latency)
    )
    result = Result.REGRESSION if regression else Result.UNKNOWN if reasons else Result.NONE
    return Comparison(
        result,
        _CODES[result],
        reasons,
        tuple(_notes(before, after)),
        *sides,
        compared,
        requirements,
        findings,
        statuses,
        shapes,
        latency,
        tuple(_facts(before, after)),
    )


def _drawn(case: str) -> bool:
    """Whether the seed decides what the case sends; what two seeds draw is nothing to hold against each other."""
    return case.startswith(DRAWN)


def _unasked(findings: Iterable[FindingChange]) -> Iterator[str]:
    """Why a new finding of a drawn request is no regression yet: the first run, with another seed, did not ask."""
    new = [item for item in findings if item.change is Change.NOT_ASKED and item.binding]
    if new:
        names = ", ".join(item.id for item in new[:5])
        yield f"{_counted(len(new), 'finding')} of generated requests that the first run, with another seed, did not send: {names}; use one --seed"


def _side(verdict: Verdict) -> Side:
    run, target, contract = verdict.run, verdict.target, verdict.contract
    return Side(
        run.id,
        run.seed,
        run.profile,
        run.started_at,
        str(target.get("name")),
        str(target.get("url")),
        run.suite_version,
        str(verdict.overall),
        run.requests,
        f"{contract['name']} {contract['version']}",
        contract["sha256"],
    )


def _unlike(before: Verdict, after: Verdict) -> Iterator[str]:
    """Why the two cannot be compared at all."""
    if before.contract["sha256"] != after.contract["sha256"]:
        first, second = (f"{item.contract['name']} ({item.contract['sha256'][:12]})" for item in (before, after))
        yield f"the contracts differ: {first} and {second}; `conformance specs diff` compares contracts"
    for name, first, second in (
        ("profiles", before.run.profile, after.run.profile),
        ("selections", before.run.selection or "all cases", after.run.selection or "all cases"),
        (
            "kinds of judgement",
            "strict" if before.run.strict else "not strict",
            "strict" if after.run.strict else "not strict",
        ),
    ):
        if first != second:
            yield f"the {name} differ: {first} and {second}; run both alike"
    for name, verdict in (("first", before), ("second", after)):
        if verdict.exit_code == 4:
            yield f"in the {name} run the suite itself was at fault; run it again"
        elif not any(item.outcome in _JUDGED for item in verdict.requirements):
            yield f"the {name} run judged nothing; run it again"


def _compared(before: Verdict, after: Verdict) -> int:
    judged = {item.id for item in before.requirements if item.outcome in _JUDGED}
    return sum(item.id in judged and item.outcome in _JUDGED for item in after.requirements)


def _open(requirements: Iterable[RequirementChange], compared: int) -> Iterator[str]:
    """Why, without a regression, there may yet be one."""
    if not compared:
        yield "no promise was judged in both runs"
    lost = [item for item in requirements if item.change is Change.NO_LONGER_EXERCISED and item.required]
    if lost:
        yield f"{_counted(len(lost), 'required promise')} that the first run judged {_are(lost)} not judged any more: {_named(lost)}"
    new = [
        item
        for item in requirements
        if item.change is Change.NEWLY_EXERCISED and item.required and item.after is Outcome.FAILED
    ]
    if new:
        yield f"{_counted(len(new), 'required promise')} that the first run did not judge {_are(new)} broken: {_named(new)}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _are(items: list[RequirementChange]) -> str:
    return "is" if len(items) == 1 else "are"


def _named(items: list[RequirementChange]) -> str:
    shown = ", ".join(item.id for item in items[:5])
    return shown + (f" and {len(items) - 5} more" if len(items) > 5 else "")


def _notes(before: Verdict, after: Verdict) -> Iterator[str]:
    if before.run.id == after.run.id:
        yield "both are the same run"
    elif before.run.seed != after.run.seed:
        yield f"the seeds differ ({before.run.seed} and {after.run.seed}): generated requests are not the same; use one --seed for both"
    if before.run.suite_version != after.run.suite_version:
        yield f"the suites differ ({before.run.suite_version} and {after.run.suite_version}): a change may be the suite's"
    for name, verdict in (("first", before), ("second", after)):
        if verdict.target.get("facts") is None:
            yield f"the {name} run did not record what the target says about itself"
    missing = [item.id for item in after.requirements if item.required and item.outcome is Outcome.NOT_EXERCISED]
    if missing:
        yield f"the second run did not judge {_counted(len(missing), 'required promise')}"


# --- promises and findings ------------------------------------------------------------------------------------------


def _requirements(before: Verdict, after: Verdict) -> Iterator[RequirementChange]:
    earlier = {item.id: item for item in before.requirements}
    for item in after.requirements:
        old = earlier.get(item.id)
        change = _changed(old.outcome, item.outcome) if old is not None else None
        if old is not None and change is not None:
            yield RequirementChange(
                item.id,
                item.statement,
                item.operation,
                item.authority,
                item.source,
                item.required or old.required,
                change,
                old.outcome,
                item.outcome,
                item.reason or old.reason,
            )


def _changed(before: Outcome, after: Outcome) -> Change | None:
    if (before in _JUDGED) != (after in _JUDGED):
        return Change.NEWLY_EXERCISED if after in _JUDGED else Change.NO_LONGER_EXERCISED
    if before in _BROKEN or after in _BROKEN:
        if after not in _BROKEN:
            return Change.FIXED
        return Change.STILL_FAILING if before in _BROKEN else Change.NEWLY_FAILING
    return None


def _findings(before: Verdict, after: Verdict) -> Iterator[FindingChange]:
    old, new = ({item.id: item for item in side.findings} for side in (before, after))
    met = {Place(item.operation, item.response.status) for item in before.exchanges}
    met_again = {Place(item.operation, item.response.status) for item in after.exchanges}
    asked = {kind_of_request(item) for item in before.exchanges}
    other_seed = before.run.seed != after.run.seed
    asked_again = {kind_of_request(item) for item in after.exchanges}
    judged_before, judged_after = (
        {item.id for item in side.requirements if item.outcome in _JUDGED} for side in (before, after)
    )
    gone = [item for item in before.findings if item.id not in new]
    for item in after.findings:
        known = old.get(item.id)
        places = tuple(item.places)
        if known is None:
            change, regression = Change.NEWLY_FAILING, item.binding and item.requirement in judged_before
            if (
                other_seed
                and _drawn(item.case)
                and (item.exemplar is None or kind_of_request(item.exemplar) not in asked)
            ):
                change, regression = Change.NOT_ASKED, False
            if any(_covers(other, item) for other in gone):
                change, regression = Change.DIFFERENTLY, False
            yield _finding(item, change, places, places, (), regression=regression)
            continue
        appeared = tuple(place for place in places if place not in known.places)
        lost = tuple(place for place in known.places if place not in item.places)
        looked = [place for place in appeared if place in met]
        change = Change.ELSEWHERE if looked else Change.STILL_FAILING
        yield _finding(item, change, places, appeared, lost, regression=bool(looked) and item.binding)
    for item in gone:
        repeated = (
            item.exemplar is None
            or kind_of_request(item.exemplar) in asked_again
            or any(place in met_again for place in item.places)
        )
        change = Change.FIXED if repeated and item.requirement in judged_after else Change.NOT_JUDGED
        yield _finding(item, change, (), (), tuple(item.places), regression=False)


def _covers(gone: FindingGroup, new: FindingGroup) -> bool:
    """Whether a finding that is gone stood wherever the new one stands, as often, for the same promise and check."""
    same = gone.requirement == new.requirement and gone.check == new.check
    return same and all(gone.places.get(place, 0) >= count for place, count in new.places.items())


def _finding(
    item: FindingGroup,
    change: Change,
    places: tuple[Place, ...],
    appeared: tuple[Place, ...],
    gone: tuple[Place, ...],
    *,
    regression: bool,
) -> FindingChange:
    return FindingChange(
        item.id,
        item.requirement,
        item.deviation,
        item.authority,
        item.source,
        change,
        places,
        appeared,
        gone,
        item.binding,
        item.confirmation,
        regression,
        item.waiver or ("baseline" if item.known else None),
    )


# --- drift ----------------------------------------------------------------------------------------------------------


def _shape(drift: ShapeDrift, after: Verdict) -> Judged:
    """With the promise that documents the place. Its loss is a regression when the promise binds (document or ruling, must)."""
    named = drift.requirement
    promise = None if named is None else _promise(drift, named, after)
    if promise is None:
        return Judged(drift, False)
    binding = (
        promise.authority is not Authority.UPSTREAM
        and promise.level is Level.MUST
        and promise.outcome is not Outcome.EXCLUDED
    )
    return Judged(drift, binding and drift.change == "vanished", promise.id, promise.source)


def _promise(drift: ShapeDrift, named: str, after: Verdict) -> RequirementResult | None:
    first = drift.statuses[0]
    if first in "45":
        outer, _, member = named.partition(".")
        wanted = {requirement_id.envelope(member)} if outer == "error" else set()
    else:
        hundred = int(first) * 100
        wanted = {requirement_id.response(drift.operation, status, named) for status in range(hundred, hundred + 100)}
    return next((item for item in after.requirements if item.id in wanted), None)


def _facts(before: Verdict, after: Verdict) -> Iterator[FactChange]:
    first, second = before.target.get("facts"), after.target.get("facts")
    if first is not None and second is not None:
        yield from _told(first, second, ())


def _told(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[FactChange]:
    """Differences, deepest first; a part that one side does not tell is one difference and not one for each leaf."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            yield from _told(before.get(key), after.get(key), (*path, str(key)))
    elif before != after:
        yield FactChange(" ".join(path), _word(before), _word(after))


def _word(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, Mapping):
        small = all(not isinstance(item, Mapping) for item in value.values())
        return (
            ", ".join(f"{key} {_word(item)}" for key, item in value.items())[:200]
            if small
            else f"told ({len(value)} entries)"
        )
    if isinstance(value, list):
        return ", ".join("null" if item is None else str(_word(item)) for item in value)[:400]
    return str(value).lower() if isinstance(value, bool) else str(value)
