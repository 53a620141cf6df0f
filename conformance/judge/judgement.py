"""The record of a run -> the verdict (design rules 3 to 7). Pure: the same record, contract and excuses give the same
verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property

from conformance.judge.aftermath import FOR_ALL, with_history
from conformance.judge.attribution import Partitioned, attributed, partitioned, sent
from conformance.judge.baseline import Baseline, Entry
from conformance.judge.causes import RootCause, causes
from conformance.judge.confirmation import Sight, confirmation, sight_of, sights, worth_trying
from conformance.judge.explored import exploring, ranges, seen_by_every_seed
from conformance.judge.neighbours import Neighbours
from conformance.judge.registry import CHECKS, judge_run
from conformance.judge.severity import harm_of, severity_of, worst
from conformance.judge.waivers import Waiver, waiver_result
from conformance.model import requirement_id
from conformance.model.contract import Authority, Contract, Requirement
from conformance.model.deviation import Deviation
from conformance.model.errors import Exit
from conformance.model.finding import Finding, Key, identity
from conformance.model.phrase import Phrase
from conformance.model.record import Attempt, Record
from conformance.model.verdict import (
    Consequence,
    ErrorCodeRow,
    FindingGroup,
    Harm,
    Outcome,
    Overall,
    Place,
    RequirementResult,
    Run,
    Severity,
    Variant,
    Verdict,
    WaiverResult,
)

__all__ = ["Excuses", "judge", "to_confirm"]


def _unsaid(_finding: Finding) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Excuses:
    """What keeps a finding from failing the run: waivers (those that have expired too) and the baseline.

    `today` is in UTC. `sentence` gives what the reports say of a finding, for waivers that name a text.
    """

    waivers: Sequence[Waiver] = ()
    baseline: Baseline | None = None
    today: date = field(default_factory=lambda: datetime.now(UTC).date())
    sentence: Callable[[Finding], str] = _unsaid


@dataclass(frozen=True)
class _ExcusedAlike:
    """Findings of one cause that are excused alike: not at all, by the baseline, or by the same waiver; and are alike in
    that every seed shows them, or only this run's.

    `requirement` and `deviation` name the cause, `cause` is its id whatever is excused of it, empty when one of its findings has the same; `consequences` are findings
    that follow from these members.
    """

    requirement: str
    deviation: Deviation
    members: Sequence[Finding]
    consequences: Sequence[Finding]
    binding: bool
    counts: bool
    waiver: Waiver | None
    known: bool
    explored: bool
    unasked: bool
    cause: str
    id: str


@dataclass(frozen=True)
class _Looked:
    """What the record shows once the checks of a run have looked: all findings with their causes, the looks that count,
    and what was sent. `drawn` are the numbers of the exchanges that only this run's `seed` has drawn."""

    findings: tuple[Finding, ...]
    looks: Mapping[tuple[str, str], int]
    sent: Partitioned
    causes: tuple[RootCause, ...]
    drawn: frozenset[int]
    shown: frozenset[Entry]
    seed: int

    @cached_property
    def _followed(self) -> tuple[Finding, ...]:
        """What only follows from something else, of what every seed shows."""
        return tuple(
            item
            for cause in self.causes
            for _, item in cause.consequences
            if item.exchange is not None and item.exchange.number not in self.drawn
        )

    @cached_property
    def steady(self) -> frozenset[Entry]:
        """What every seed shows, and stands for itself there."""
        return self.shown - {Entry.of(item) for item in self._followed}

    @cached_property
    def followed(self) -> Counter[str]:
        """Requirement -> how many of its looks only failed by what something else had caused."""
        return Counter(item.requirement for item in self._followed)

    @classmethod
    def of(cls, record: Record, contract: Contract) -> _Looked:
        if not record.started:
            return cls((), {}, partitioned(record.exchanges, contract), (), frozenset(), frozenset(), record.run.seed)
        findings, looks, drawn = list(record.findings), Counter(record.looks), exploring(record)
        for exchange, assertion, related in judge_run(record.exchanges, contract):
            looks[assertion.requirement, assertion.check] += exchange.number not in drawn
            if assertion.deviation is not None:
                findings.append(
                    Finding(
                        assertion.requirement,
                        assertion.check,
                        exchange.operation,
                        exchange.response.status,
                        assertion.deviation,
                        exchange,
                        tuple(item.number for item in related),
                    )
                )
        known = partitioned(record.exchanges, contract)
        told_apart = with_history(attributed(findings, known, drawn), known, contract, drawn)
        parts = {exchange.number: found for exchange, found in known}
        found = causes(told_apart, parts, contract, exploring=drawn)
        return cls(told_apart, +looks, known, found, drawn, seen_by_every_seed(told_apart, record), record.run.seed)


def to_confirm(record: Record, contract: Contract, excuses: Excuses) -> tuple[tuple[str, ...], int]:
    """The cases to try again so that each group that fails the run is tried, and how many groups cannot be tried so."""
    evidence = _Looked.of(record, contract)
    parts = _parts(evidence, contract, excuses, strict=record.run.strict)
    wanted = [frozenset(map(sight_of, part.members)) for part in parts if part.binding]
    return worth_trying(wanted, record.attempts, sights(evidence.findings, record.attempts))


def judge(record: Record, contract: Contract, excuses: Excuses) -> Verdict:
    """The verdict on a run."""
    evidence = _Looked.of(record, contract)
    strict = record.run.strict
    parts = _parts(evidence, contract, excuses, strict=strict)
    groups = _groups(parts, evidence, record, contract)
    results = tuple(_result(item, record, evidence, groups) for item in contract.requirements.values())
    rows = tuple(_error_row(code, record, contract, results) for code in contract.error_codes)
    overall = _overall(results, groups, record)
    waivers, said = _waivers(parts, results, record, contract, excuses)
    exit_code = {
        Overall.CONFORMANT: Exit.CONFORMANT,
        Overall.NON_CONFORMANT: Exit.NON_CONFORMANT,
        Overall.INCONCLUSIVE: Exit.INCONCLUSIVE,
    }[overall]
    useless = [item for item in waivers if item.state in {"unused", "expired"}]
    if useless and record.run.strict_waivers and exit_code is Exit.CONFORMANT:
        exit_code = Exit.NON_CONFORMANT
        said = (*said, Phrase.of("fails-by-strict-waivers", count=len(useless)))
    return Verdict(
        overall=overall,
        exit_code=int(Exit.SUITE if record.suite_fault else exit_code),
        contract={"name": contract.name, "version": contract.version, "sha256": contract.sha256},
        target=record.target,
        run=replace(record.run, requests=len(record.exchanges)),
        requirements=results,
        findings=groups,
        error_codes=rows,
        exchanges=record.exchanges,
        notes=(*record.notes, *said),
        waivers=waivers,
        sent=sent(evidence.sent),
        resources=tuple(contract.resources.values()),
        removal=record.removal,
        rulings=contract.rulings,
        exploring=ranges(exploring(record)),
    )


def _result(item: Requirement, record: Record, evidence: _Looked, groups: Iterable[FindingGroup]) -> RequirementResult:
    looks = {check: count for (name, check), count in sorted(evidence.looks.items()) if name == item.id}
    ours = [group for group in groups if item.id in group.requirements]
    broken = [group for group in ours if group.binding or not group.explored]
    reason: Phrase | str | None = None
    if item.excluded is not None:
        outcome, reason = Outcome.EXCLUDED, item.excluded
    elif broken and all(group.waiver is not None for group in broken):
        outcome, reason = Outcome.WAIVED, "; ".join(dict.fromkeys(group.waiver or "" for group in broken))
    elif broken:
        outcome = Outcome.FAILED
        reason = Phrase.of("known-to-the-baseline") if all(group.known or group.waiver for group in broken) else None
    elif item.id in record.unjudged:
        # Some cases looked and others could not: what was not looked at has not passed.
        outcome, reason = Outcome.NOT_EXERCISED, _unjudged(record.unjudged[item.id])
    elif looks and ours:
        outcome, reason = Outcome.EXPLORED, Phrase.of("broken-beyond-the-regression-part")
    elif looks and evidence.followed[item.id] == sum(looks.values()):
        # It was never met but broken, by what something else had caused: nothing shows that it is kept.
        outcome, reason = Outcome.NOT_EXERCISED, Phrase.of("only-in-consequence")
    elif looks:
        outcome = Outcome.PASSED
    else:
        outcome = Outcome.NOT_EXERCISED
        reason = record.reasons.get(item.id) or Phrase.of("no-check")
    return RequirementResult(
        id=item.id,
        statement=item.statement,
        level=item.level,
        authority=item.authority,
        source=item.source,
        operation=item.operation,
        outcome=outcome,
        required=item.id in record.required,
        checks=looks,
        reason=reason,
        ruling=item.ruling,
        quote=item.quote,
    )


def _unjudged(cases: Mapping[str, Phrase]) -> Phrase:
    """Why cases could not judge a requirement; the same reason once, with the first case that gave it."""
    first: dict[Phrase, str] = {}
    for case, reason in cases.items():
        first.setdefault(reason, case)
    found, *more = (Phrase.of("in-case", reason=reason, case=case) for reason, case in first.items())
    for other in more:
        found = Phrase.of("and", first=found, then=other)
    return found


def _overall(results: Iterable[RequirementResult], groups: Iterable[FindingGroup], record: Record) -> Overall:
    if any(group.binding for group in groups):
        return Overall.NON_CONFORMANT
    owed = [item for item in results if item.required]
    incomplete = not owed or any(item.outcome is Outcome.NOT_EXERCISED for item in owed)
    if incomplete or record.run.leftovers or record.suite_fault:
        return Overall.INCONCLUSIVE
    return Overall.CONFORMANT


# --- findings, grouped and excused ----------------------------------------------------------------------------------


def _parts(evidence: _Looked, contract: Contract, excuses: Excuses, *, strict: bool) -> tuple[_ExcusedAlike, ...]:
    """The causes, their findings apart by what excuses them (0: nothing, 1: the baseline, 2: a waiver), and by whether
    every seed shows them; each part named by its own findings.

    Each finding is excused by itself, so that a waived or known one never takes another with it.
    """
    parts: list[_ExcusedAlike] = []
    for cause in evidence.causes:
        steady = [item for item in cause.members if Entry.of(item) in evidence.steady]
        named = cause.title(contract, steady or cause.members)
        whole = identity(_main(cause.members, evidence.drawn), named.key)
        # A waiver that names a finding after which the whole is called does not mean the whole.
        by_name = "" if whole in {item.id for item in cause.members} else whole
        apart: dict[tuple[int, bool, Waiver | None], list[Finding]] = {}
        for finding in cause.members:
            waiver = _waiver_of(finding, by_name, excuses)
            known = waiver is None and excuses.baseline is not None and excuses.baseline.holds(finding)
            excused = 2 if waiver is not None else 1 if known else 0
            explored = Entry.of(finding) not in evidence.steady
            apart.setdefault((excused, explored, waiver), []).append(finding)
        told: set[Key] = set()
        # In the order of weight: the first keeps the id that the whole would have.
        ordered = sorted(apart.items(), key=lambda item: (*item[0][:2], str(item[0][2])))
        for number, ((excused, explored, waiver), members) in enumerate(ordered):
            requirement = contract.requirements[_main(members, evidence.drawn)]
            seed = evidence.seed if explored else None
            counts = requirement.binding or (strict and requirement.authority is Authority.UPSTREAM)
            own = {item.key for item in members} - told
            told |= own
            parts.append(
                _ExcusedAlike(
                    requirement=requirement.id,
                    deviation=cause.title(contract, members),
                    members=members,
                    consequences=[item for key, item in cause.consequences if key in own],
                    binding=counts and excused == 0 and (strict or not explored),
                    counts=counts,
                    waiver=waiver,
                    known=excused == 1,
                    explored=explored,
                    unasked=excused == 0 and not any(_asked_before(item, excuses, seed) for item in members),
                    cause=by_name,
                    id=whole if number == 0 else _other_id(whole, waiver, excused == 1, explored),
                )
            )
    return tuple(parts)


def _asked_before(finding: Finding, excuses: Excuses, seed: int | None) -> bool:
    """Whether a baseline, where there is one, would hold the finding if it had been there; `seed` alone drew it, if it
    is given."""
    return excuses.baseline is None or excuses.baseline.asked.covers(Entry.of(finding), seed)


def _main(members: Sequence[Finding], drawn: frozenset[int]) -> str:
    """The requirement that most of the findings are about, of several the first by name. What this run's seed has drawn
    decides only where there is nothing else."""
    steady = [item for item in members if item.exchange is None or item.exchange.number not in drawn]
    counts = Counter(item.requirement for item in steady or members)
    return min(counts, key=lambda name: (-counts[name], name))


def _waiver_of(finding: Finding, cause: str, excuses: Excuses) -> Waiver | None:
    ours = [item for item in excuses.waivers if item.may_excuse(finding, cause) and not item.expired(excuses.today)]
    if not ours:
        return None
    sentence = excuses.sentence(finding)
    return next((item for item in ours if item.excuses(finding, cause, sentence)), None)


def _other_id(whole: str, waiver: Waiver | None, known: bool, explored: bool) -> str:
    excuse = f"{waiver.operation}\x1f{waiver.status}\x1f{waiver.message}" if waiver is not None else "known" * known
    return identity(whole, *filter(None, (excuse, "explored" * explored)))


def _waivers(
    parts: Iterable[_ExcusedAlike],
    results: Iterable[RequirementResult],
    record: Record,
    contract: Contract,
    excuses: Excuses,
) -> tuple[tuple[WaiverResult, ...], tuple[Phrase, ...]]:
    """What became of each waiver, and what is to be said about them."""
    outcomes = {item.id: item for item in results}
    told: list[WaiverResult] = []
    said: list[Phrase] = []
    for waiver in excuses.waivers:
        ids = [
            part.id
            for part in parts
            if any(
                waiver.may_excuse(item, part.cause) and waiver.excuses(item, part.cause, excuses.sentence(item))
                for item in part.members
            )
        ]
        exercised = _exercised(waiver, outcomes[waiver.requirement], record, contract)
        result, note = waiver_result(waiver, tuple(dict.fromkeys(ids)), excuses.today, exercised=exercised)
        told.append(result)
        said += [note] if note else []
    return tuple(told), tuple(said)


def _exercised(waiver: Waiver, result: RequirementResult, record: Record, contract: Contract) -> bool:
    """Whether the run had all that could have shown what the waiver excuses.

    A part of the cases shows that only when every check of the promise is among them, and none is a passive one, which
    judges whatever traffic there is.
    """
    run: Run = record.run
    if result.outcome in {Outcome.NOT_EXERCISED, Outcome.EXCLUDED} or result.id in record.unjudged:
        return False
    if waiver.operation is not None and all(item.operation != waiver.operation for item in record.exchanges):
        return False
    if run.selection is None and run.profile != "smoke" and not run.cut_short:
        return True
    checks = contract.requirements[result.id].checks
    return bool(checks) and all(check not in CHECKS and check in result.checks for check in checks)


def _groups(
    parts: Iterable[_ExcusedAlike], evidence: _Looked, record: Record, contract: Contract
) -> tuple[FindingGroup, ...]:
    """The parts as groups of the verdict, in the order of weight: what binds, then by severity, harm and requirement."""
    shown = sights(evidence.findings, record.attempts)
    suffering = _suffering(evidence.findings, contract)
    neighbours = Neighbours(evidence.sent, evidence.findings, contract)
    groups = [_group(part, contract, record.attempts, shown, suffering, neighbours) for part in parts]
    return tuple(sorted(groups, key=_weighed))


def _weighed(group: FindingGroup) -> tuple[bool, int, int, str, str, str]:
    harm, severity = tuple(Harm).index(group.harm), tuple(Severity).index(group.severity)
    return not group.binding, severity, harm, group.requirement, group.deviation.key, group.id


def _suffering(findings: Iterable[Finding], contract: Contract) -> frozenset[int]:
    """Numbers of the answers on which data or isolation suffer, or others than who sent what broke them."""
    return frozenset(
        item.exchange.number
        for item in findings
        if item.exchange is not None
        and (
            item.deviation.kind == FOR_ALL
            or harm_of(contract.requirements[item.requirement], item.deviation) in {Harm.DATA, Harm.ISOLATION}
        )
    )


def _group(
    part: _ExcusedAlike,
    contract: Contract,
    attempts: Sequence[Attempt],
    shown: Sequence[frozenset[Sight]],
    suffering: frozenset[int],
    neighbours: Neighbours,
) -> FindingGroup:
    members = part.members
    clearest = min(members, key=lambda item: (item.requirement != part.requirement, _clarity(item)))
    requirement = contract.requirements[part.requirement]
    harm = worst({harm_of(contract.requirements[item.requirement], item.deviation) for item in members})
    hurts = any(item.exchange is not None and item.exchange.number in suffering for item in members)
    return FindingGroup(
        id=part.id,
        requirement=requirement.id,
        check=clearest.check,
        authority=requirement.authority,
        level=requirement.level,
        source=requirement.source,
        operation=clearest.operation,
        status=clearest.status,
        deviation=_as_seen(part.deviation, clearest),
        count=len(members),
        places=_places(members),
        binding=part.binding,
        exemplar=clearest.exchange,
        related=clearest.related,
        case=clearest.exchange.case if clearest.exchange is not None else "",
        confirmation=confirmation(frozenset(map(sight_of, members)), attempts, shown),
        waiver=part.waiver.reason if part.waiver is not None else None,
        known=part.known,
        explored=part.explored,
        unasked=part.unasked,
        checks=_checks(members),
        borrowed=clearest.borrowed,
        harm=harm,
        severity=severity_of(harm, counts=part.counts, suffering=hurts),
        variants=_variants(members),
        consequences=_consequences(part.consequences),
        neighbour=neighbours.of(clearest.exchange) if clearest.exchange is not None else None,
    )


def _as_seen(deviation: Deviation, clearest: Finding) -> Deviation:
    """The title of the cause with the values that the exemplar shows."""
    own = clearest.deviation
    return own if own == deviation else replace(deviation, seen=own.seen, path=own.path)


def _consequences(found: Iterable[Finding]) -> tuple[Consequence, ...]:
    counts = Counter(item.key for item in found)
    return tuple(Consequence(*key, count) for key, count in counts.items())


def _variants(members: Iterable[Finding]) -> tuple[Variant, ...]:
    """The findings of a group by identity, in the order in which they were met."""
    alike: dict[Key, list[Finding]] = {}
    for item in members:
        alike.setdefault(item.key, []).append(item)
    return tuple(_variant(key, found) for key, found in alike.items())


def _variant(key: Key, members: Sequence[Finding]) -> Variant:
    shown = min(members, key=_clarity).exchange
    return Variant(*key, _places(members), _checks(members), shown.number if shown is not None else None)


def _places(members: Iterable[Finding]) -> dict[Place, int]:
    return dict(sorted(Counter(map(_place, members)).items()))


def _checks(members: Iterable[Finding]) -> dict[Place, tuple[str, ...]]:
    checks: dict[Place, set[str]] = {}
    for item in members:
        checks.setdefault(_place(item), set()).add(item.check)
    return {place: tuple(sorted(names)) for place, names in sorted(checks.items())}


def _clarity(finding: Finding) -> tuple[bool, bool, int, int, int]:
    """Sort key of exemplars, the clearest first: of the class that the deviation names, of a documented operation, with
    the fewest related requests, the shortest, the first met."""
    exchange = finding.exchange
    if exchange is None:
        return (False, True, 0, 0, 0)
    size = len(exchange.request.body) + len(exchange.request.url)
    return (finding.borrowed, exchange.request.operation is None, len(finding.related), size, exchange.number)


def _place(finding: Finding) -> Place:
    return Place(finding.operation, -1 if finding.status is None else finding.status)


# --- the documented codes -------------------------------------------------------------------------------------------


def _error_row(code: int, record: Record, contract: Contract, results: Iterable[RequirementResult]) -> ErrorCodeRow:
    documented = contract.error_codes[code]
    result = next(item for item in results if item.id == requirement_id.error(code))
    tries = [item for item in record.provocations if item.code == code]
    met = [exchange for exchange in record.exchanges if exchange.response.status == code]
    broken = _broken(code, record.findings)
    return ErrorCodeRow(
        code=code,
        phrase=documented.phrase,
        line=documented.line,
        provoked=tuple((item.operation, item.act, item.status) for item in tries),
        met=len(met),
        envelope="none owed" if code < 400 else "not met" if not met else "broken" if broken else "kept",
        outcome=result.outcome,
        reason=result.reason if not tries else None,
        broken=broken if code >= 400 else 0,
    )


def _broken(code: int, findings: Iterable[Finding]) -> int:
    """In how many answers with this code the error envelope was not kept."""
    return len(
        {
            item.exchange.number
            for item in findings
            if item.exchange is not None and item.status == code and item.check == "envelope"
        }
    )
