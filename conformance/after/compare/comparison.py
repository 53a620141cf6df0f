"""Two verdicts of the same suite: what an upgrade, a change of configuration or a month did to a cloud.

Rules
- Only like is compared with like: the same contract, profile, selection and strictness. Anything else is refused with
  the reason.
- A regression is one of four: a binding finding that is new where the first run looked and saw none; a request that a
  5xx answers now and did not before; a documented member or header that is gone from every answer; with a limit given,
  an operation slower than it.
- A finding is new only when the earlier run asked for it, and fixed only when the later one did (judge/asked.py). What
  one side did not ask is told as that. A promise that fails and was not judged before, a required one that is not judged
  any more, and a binding finding that was not asked for leave the question open: without a regression the answer is then
  "cannot say".
- What a run's seed drew beyond what every seed draws is told apart, and is no change.
- A finding at a status that the first run never met there is told and is no regression of its own: nobody looked
  before.
- A promise broken at the same places in another way is told as failing differently; it was broken and it is.
- Shape, status, latency and facts are told as they are; by themselves they only inform, except where the second rule
  names them.
- Two runs of the same cloud compare as equal, whatever their seeds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from conformance.after.compare.alignment import status_drift
from conformance.after.compare.change import (
    Change,
    Comparison,
    FactChange,
    FindingChange,
    Judged,
    RequirementChange,
    Result,
    Side,
)
from conformance.after.compare.comparability import JUDGED, notes, open_questions, unlike
from conformance.after.compare.latency import latencies
from conformance.after.compare.shapes import ShapeDrift, shape_drift
from conformance.judge.asked import Inquiry, asked_by
from conformance.judge.entries import entries_of
from conformance.model import requirement_id
from conformance.model.contract import Authority, Level
from conformance.model.finding import identity
from conformance.model.message import Exchange
from conformance.model.verdict import FindingGroup, Outcome, Place, RequirementResult, Verdict

__all__ = ["compare"]


_CODES = {Result.REGRESSION: 1, Result.NONE: 0, Result.UNKNOWN: 3}
_BROKEN = {Outcome.FAILED, Outcome.WAIVED}


def compare(before: Verdict, after: Verdict, *, latency_fails: float | None = None) -> Comparison:
    """What changed from one verdict to the other.

    `latency_fails` makes an operation a regression when its median took more than this many times as long, with
    confidence.
    """
    sides = _side(before), _side(after)
    refused = tuple(unlike(before, after))
    if refused:
        return Comparison(Result.UNKNOWN, _CODES[Result.UNKNOWN], refused, (), *sides)
    requirements = tuple(_requirements(before, after))
    findings = tuple(_findings(before, after))
    sent = [_deciding(side) for side in (before, after)]
    statuses = tuple(Judged(item, item.server_error) for item in status_drift(*sent))
    shapes = tuple(_shape(item, after) for item in shape_drift(sent[0], sent[1], after.resources))
    latency = tuple(
        Judged(row, latency_fails is not None and row.low is not None and row.low > latency_fails)
        for row in latencies(before.exchanges, after.exchanges)
    )
    compared = _compared(before, after)
    reasons = tuple(open_questions(requirements, findings, compared))
    regression = any(item.regression for item in findings) or any(
        item.regression for item in (*statuses, *shapes, *latency)
    )
    result = Result.REGRESSION if regression else Result.UNKNOWN if reasons else Result.NONE
    return Comparison(
        result,
        _CODES[result],
        reasons,
        tuple(notes(before, after)),
        *sides,
        compared,
        requirements,
        findings,
        statuses,
        shapes,
        latency,
        tuple(_facts(before, after)),
    )


def _deciding(verdict: Verdict) -> tuple[Exchange, ...]:
    """The exchanges that are the same for every seed."""
    drawn = {number for part in verdict.exploring for number in part}
    return tuple(item for item in verdict.exchanges if item.number not in drawn)


def _side(verdict: Verdict) -> Side:
    run, target, contract = verdict.run, verdict.target, verdict.contract
    return Side(
        run.id,
        run.seed,
        run.profile,
        run.started_at,
        str(target.get("name")),
        str(target.get("url")),
        _release(target.get("facts")),
        run.suite_version,
        str(verdict.overall),
        run.requests,
        f"{contract['name']} {contract['version']}",
        contract["sha256"],
    )


def _release(facts: Any) -> str:
    """What the target says that it runs: of each service the versions that it calls current, and its server."""
    services = facts.get("services") if isinstance(facts, Mapping) else None
    told = services.items() if isinstance(services, Mapping) else ()
    return ", ".join(text for name, about in told if (text := _version(str(name), about)))


def _version(name: str, about: Any) -> str:
    versions = about.get("versions") if isinstance(about, Mapping) else None
    server = about.get("server") if isinstance(about, Mapping) else None
    states = versions if isinstance(versions, Mapping) else {}
    current = [str(version) for version, state in states.items() if str(state).lower() in {"current", "stable"}]
    words = [*current, *([f"({server})"] if server else [])]
    return f"{name} {' '.join(words)}" if words else ""


def _compared(before: Verdict, after: Verdict) -> int:
    judged = {item.id for item in before.requirements if item.outcome in JUDGED}
    return sum(item.id in judged and item.outcome in JUDGED for item in after.requirements)


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
    if (before in JUDGED) != (after in JUDGED):
        return Change.NEWLY_EXERCISED if after in JUDGED else Change.NO_LONGER_EXERCISED
    if before in _BROKEN or after in _BROKEN:
        if after not in _BROKEN:
            return Change.FIXED
        return Change.STILL_FAILING if before in _BROKEN else Change.NEWLY_FAILING
    return None


def _findings(before: Verdict, after: Verdict) -> Iterator[FindingChange]:
    old, new = ({item.id: item for item in _apart(side)} for side in (before, after))
    met = {Place(item.operation, item.response.status) for item in before.exchanges}
    asked, asked_again = _asked(before), _asked(after)
    gone = [item for item in old.values() if item.id not in new and not item.explored]
    for item in new.values():
        known = old.get(item.id)
        places = tuple(item.places)
        if known is None:
            change = Change.NEWLY_FAILING if _looked_for(item, asked) else Change.NOT_ASKED
            if item.explored:
                change = Change.EXPLORED
            elif any(_covers(other, item) for other in gone):
                change = Change.DIFFERENTLY
            regression = change is Change.NEWLY_FAILING and item.binding
            yield _finding(item, change, places, places, (), regression=regression)
            continue
        if item.explored or known.explored:
            # What a seed drew is met at other places by another one, and that is no change.
            change = Change.EXPLORED if item.explored and known.explored else Change.STILL_FAILING
            yield _finding(item, change, places, (), (), regression=False)
            continue
        appeared = tuple(place for place in places if place not in known.places)
        lost = tuple(place for place in known.places if place not in item.places)
        looked = [place for place in appeared if place in met]
        change = Change.ELSEWHERE if looked else Change.STILL_FAILING
        yield _finding(item, change, places, appeared, lost, regression=bool(looked) and item.binding)
    for item in old.values():
        if item.id not in new:
            change = Change.FIXED if _looked_for(item, asked_again) else Change.NOT_JUDGED
            change = Change.EXPLORED if item.explored else change
            yield _finding(item, change, (), (), tuple(item.places), regression=False)


def _asked(verdict: Verdict) -> Inquiry:
    """What the run asked. Both runs are of the same selection and profile, so that what only a whole run asks for was
    asked by each that got to its end."""
    return replace(asked_by(verdict), whole=not verdict.run.cut_short)


def _looked_for(item: FindingGroup, asked: Inquiry) -> bool:
    """Whether a run that asked this would have met the finding if it was there."""
    return any(asked.covers(entry) for entry in entries_of(item))


def _apart(verdict: Verdict) -> Iterator[FindingGroup]:
    """Each finding of each group by itself: which findings a cause takes together may change from run to run."""
    sent = {item.number: item for item in verdict.exchanges}
    told: set[str] = set()
    for group in verdict.findings:
        for item in group.variants:
            own = item.id if item.id not in told else identity(item.id, group.id)  # it is excused in part
            told.add(own)
            exemplar = sent.get(item.exchange, group.exemplar) if item.exchange is not None else None
            yield replace(
                group,
                id=own,
                requirement=item.requirement,
                deviation=item.deviation,
                variants=(item,),
                places=item.places,
                checks=item.checks,
                count=item.count,
                exemplar=exemplar,
                case=exemplar.case if exemplar is not None else group.case,
            )


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
        item.severity,
    )


# --- drift ----------------------------------------------------------------------------------------------------------


def _shape(drift: ShapeDrift, after: Verdict) -> Judged:
    """With the promise that documents the place. Its loss is a regression when the promise binds (document or ruling,
    must)."""
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
