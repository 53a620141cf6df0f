"""The record of a run -> the verdict (design rules 3 to 7). Pure: the same record, contract and excuses give the same
verdict."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from conformance.judge.attribution import sent
from conformance.judge.confirmation import sight_of, sights, worth_trying
from conformance.judge.evidence import Evidence
from conformance.judge.excuses import ExcusedAlike, Excuses, excused_alike
from conformance.judge.explored import exploring, ranges
from conformance.judge.groups import grouped
from conformance.judge.lateness import undecided
from conformance.judge.once import settled
from conformance.judge.registry import CHECKS
from conformance.judge.waivers import Waiver, waiver_result
from conformance.model import requirement_id
from conformance.model.contract import Contract, Requirement
from conformance.model.errors import Exit
from conformance.model.finding import Finding
from conformance.model.findings import alike, briefly
from conformance.model.numbers import Numbers
from conformance.model.outline import outlines_of
from conformance.model.phrase import Phrase
from conformance.model.record import Record
from conformance.model.verdict import (
    ErrorCodeRow,
    FindingGroup,
    Outcome,
    Overall,
    RequirementResult,
    Run,
    Verdict,
    WaiverResult,
)

__all__ = ["judge", "to_confirm"]


def to_confirm(record: Record, contract: Contract, excuses: Excuses) -> tuple[tuple[str, ...], int]:
    """The cases to try again so that each group that fails the run is tried, and how many groups cannot be tried so."""
    record = undecided(settled(record, contract), contract)
    evidence = Evidence.of(record, contract)
    parts = excused_alike(evidence, contract, excuses, strict=record.run.strict)
    wanted = [frozenset(sight_of(item) for item, _ in alike(part.members)) for part in parts if part.binding]
    return worth_trying(wanted, record.attempts, sights(evidence.findings, record.attempts))


def judge(record: Record, contract: Contract, excuses: Excuses) -> Verdict:
    """The verdict on a run."""
    record = undecided(settled(record, contract), contract)
    evidence = Evidence.of(record, contract)
    strict = record.run.strict
    parts = excused_alike(evidence, contract, excuses, strict=strict)
    groups = grouped(parts, evidence, record, contract)
    looks: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for (name, check), count in sorted(evidence.looks.items()):
        looks[name][check] = count
    results = tuple(_result(item, record, evidence, looks[item.id], groups) for item in contract.requirements.values())
    met = Counter(item.status for item, _ in evidence.sent)
    broken = _broken(record.findings)
    rows = tuple(
        _error_row(code, record, contract, results, met=met[code], broken=broken[code]) for code in contract.error_codes
    )
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


def _result(
    item: Requirement, record: Record, evidence: Evidence, looks: Mapping[str, int], groups: Iterable[FindingGroup]
) -> RequirementResult:
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
    return RequirementResult.of(item, outcome, reason, required=item.id in record.required, checks=looks)


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
    if incomplete or record.run.leftovers or record.run.cut_short or record.suite_fault:
        return Overall.INCONCLUSIVE
    return Overall.CONFORMANT


def _waivers(
    parts: Iterable[ExcusedAlike],
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
    if waiver.operation is not None and all(
        item.operation != waiver.operation for item in outlines_of(record.exchanges)
    ):
        return False
    if run.selection is None and run.profile != "smoke" and not run.cut_short:
        return True
    checks = contract.requirements[result.id].checks
    return bool(checks) and all(check not in CHECKS and check in result.checks for check in checks)


def _error_row(
    code: int, record: Record, contract: Contract, results: Iterable[RequirementResult], *, met: int, broken: int
) -> ErrorCodeRow:
    documented = contract.error_codes[code]
    result = next(item for item in results if item.id == requirement_id.error(code))
    tries = [item for item in record.provocations if item.code == code]
    return ErrorCodeRow(
        code=code,
        phrase=documented.phrase,
        line=documented.line,
        provoked=tuple((item.operation, item.act, item.status) for item in tries),
        met=met,
        envelope="none owed" if code < 400 else "not met" if not met else "broken" if broken else "kept",
        outcome=result.outcome,
        reason=result.reason if not tries else None,
        broken=broken if code >= 400 else 0,
    )


def _broken(findings: Sequence[Finding]) -> Counter[int]:
    """Status -> in how many answers with it the error envelope was not kept."""
    numbers: defaultdict[int, Numbers] = defaultdict(Numbers)
    for item in briefly(findings):
        if item.exchange is not None and item.status is not None and item.check == "envelope":
            numbers[item.status].add(item.exchange.number)
    return Counter({status: len(found) for status, found in numbers.items()})
