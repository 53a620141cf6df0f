"""What a gate has seen -> the verdict (design rules 3 to 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from conformance.judge.attribution import ANOTHER_KIND, attributed, partitioned, sent
from conformance.judge.baseline import Baseline
from conformance.judge.confirmation import Attempt, Sight, confirmation, sight_of, sights, worth_trying
from conformance.judge.run_checks import judge_all
from conformance.judge.waivers import Waiver, waiver_result
from conformance.model import requirement_id
from conformance.model.contract import Authority, Contract, Requirement
from conformance.model.errors import Exit
from conformance.model.finding import Finding
from conformance.model.message import Exchange
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
from conformance.reports.curl import curl_command
from conformance.reports.script import with_commands
from conformance.run.journal import tag_of
from conformance.run.recorder import Gate
from conformance.target.secrets import Secrets

__all__ = ["Circumstances", "Excuses", "judgement", "to_confirm"]


@dataclass(frozen=True, slots=True)
class Excuses:
    """What keeps a finding from failing the run: waivers (those that have expired too) and the baseline. `today` is in UTC."""

    waivers: Sequence[Waiver] = ()
    baseline: Baseline | None = None
    today: date = field(default_factory=lambda: datetime.now(UTC).date())


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What besides the exchanges makes the verdict.

    `required` are the ids that this run owes; `reasons` say why one was not exercised; `notes` what limited the run.
    """

    run: Run
    target: Mapping[str, Any]
    required: frozenset[str]
    reasons: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    suite_fault: bool = False
    excuses: Excuses = field(default_factory=Excuses)


@dataclass(frozen=True)
class _Part:
    """Findings of the same deviation that have the same standing: not excused, known, or excused by the same waiver."""

    members: Sequence[Finding]
    binding: bool
    waiver: Waiver | None
    known: bool
    id: str


def to_confirm(gate: Gate, secrets: Secrets, excuses: Excuses, *, strict: bool) -> tuple[tuple[str, ...], int]:
    """The cases to try again so that each group that fails the run is tried, and how many groups cannot be tried so."""
    late = Gate(gate.contract)
    for exchange, assertion, related in judge_all(gate.exchanges):
        late.add(assertion, exchange, tuple(item.number for item in related))
    known = partitioned(gate.exchanges, gate.contract)
    findings = attributed([*gate.findings, *late.findings], known, gate.contract)
    parts = _parts(findings, gate.contract, secrets, excuses, strict=strict)
    wanted = [frozenset(map(sight_of, part.members)) for part in parts if part.binding]
    return worth_trying(wanted, gate.attempts, sights(findings, gate.attempts))


def judgement(gate: Gate, secrets: Secrets, circumstances: Circumstances) -> Verdict:
    """The verdict on everything that passed the gate."""
    contract, strict = gate.contract, circumstances.run.strict
    for exchange, assertion, related in judge_all(gate.exchanges):
        gate.add(assertion, exchange, tuple(item.number for item in related))
    known = partitioned(gate.exchanges, contract)
    findings = attributed(gate.findings, known, contract)
    parts = _parts(findings, contract, secrets, circumstances.excuses, strict=strict)
    groups = _groups(parts, findings, gate, secrets)
    results = tuple(_result(item, gate, groups, circumstances) for item in contract.requirements.values())
    rows = tuple(_error_row(code, gate, results) for code in contract.error_codes)
    overall = _overall(results, groups, circumstances, strict=strict)
    waivers, said = _waivers(parts, results, gate, secrets, circumstances)
    exchanges = tuple(secrets.exchange(item) for item in gate.exchanges)
    exit_code = {
        Overall.CONFORMANT: Exit.CONFORMANT,
        Overall.NON_CONFORMANT: Exit.NON_CONFORMANT,
        Overall.INCONCLUSIVE: Exit.INCONCLUSIVE,
    }[overall]
    useless = [item for item in waivers if item.state in {"unused", "expired"}]
    if useless and circumstances.run.strict_waivers and exit_code is Exit.CONFORMANT:
        exit_code = Exit.NON_CONFORMANT
        said = (*said, f"the run fails by --strict-waivers: {len(useless)} waivers are unused or have expired")
    return Verdict(
        overall=overall,
        exit_code=int(Exit.SUITE if circumstances.suite_fault else exit_code),
        contract={"name": contract.name, "version": contract.version, "sha256": contract.sha256},
        target=circumstances.target,
        run=replace(circumstances.run, requests=len(gate.exchanges)),
        requirements=results,
        findings=with_commands(groups, exchanges, mark=tag_of(circumstances.run.id), patch_type=_patch_type(contract)),
        error_codes=rows,
        exchanges=exchanges,
        notes=(*circumstances.notes, *map(secrets.text, said)),
        waivers=tuple(replace(item, reason=secrets.text(item.reason)) for item in waivers),
        sent=sent(known),
    )


def _patch_type(contract: Contract) -> str:
    """The media type in which a command takes away the protection of what it made."""
    operation = contract.operations.get("image.patch")
    return (operation.request_media_type if operation is not None else None) or "application/json"


def _result(
    item: Requirement, gate: Gate, groups: Iterable[FindingGroup], circumstances: Circumstances
) -> RequirementResult:
    looks = {check: count for (name, check), count in sorted(gate.looks.items()) if name == item.id}
    broken = [group for group in groups if group.requirement == item.id]
    reason: str | None = None
    if item.excluded is not None:
        outcome, reason = Outcome.EXCLUDED, item.excluded
    elif broken and all(group.waiver is not None for group in broken):
        outcome, reason = Outcome.WAIVED, "; ".join(dict.fromkeys(group.waiver or "" for group in broken))
    elif broken:
        outcome = Outcome.FAILED
        reason = "known: the baseline holds it" if all(group.known or group.waiver for group in broken) else None
    elif item.id in gate.unjudged:
        # Some cases looked and others could not: what was not looked at has not passed.
        outcome, reason = Outcome.NOT_EXERCISED, _unjudged(gate.unjudged[item.id])
    elif looks:
        outcome = Outcome.PASSED
    else:
        outcome = Outcome.NOT_EXERCISED
        reason = circumstances.reasons.get(item.id) or "no check of this run reached it"
    return RequirementResult(
        id=item.id,
        statement=item.statement,
        level=item.level,
        authority=item.authority,
        source=item.source,
        operation=item.operation,
        outcome=outcome,
        required=item.id in circumstances.required,
        checks=looks,
        reason=reason,
        ruling=item.ruling,
    )


def _unjudged(cases: Mapping[str, str]) -> str:
    """Why cases could not judge a requirement; the same reason once, with the first case that gave it."""
    first: dict[str, str] = {}
    for case, reason in cases.items():
        first.setdefault(reason, case)
    return "; ".join(f"{reason} ({case})" for reason, case in first.items())


def _overall(
    results: Iterable[RequirementResult],
    groups: Iterable[FindingGroup],
    circumstances: Circumstances,
    *,
    strict: bool,
) -> Overall:
    if any(group.binding for group in groups):
        return Overall.NON_CONFORMANT
    owed = [item for item in results if item.required]
    incomplete = not owed or any(item.outcome is Outcome.NOT_EXERCISED for item in owed)
    if incomplete or circumstances.run.leftovers or circumstances.suite_fault:
        return Overall.INCONCLUSIVE
    return Overall.CONFORMANT


def _parts(
    findings: Iterable[Finding], contract: Contract, secrets: Secrets, excuses: Excuses, *, strict: bool
) -> tuple[_Part, ...]:
    """Findings of the same deviation from the same promise, over operations and statuses, apart by what excuses them.

    Each finding is excused by itself, so that a waived or known one never takes another with it.
    """
    together: dict[tuple[str, str], dict[tuple[int, Waiver | None], list[Finding]]] = {}
    for finding in findings:
        waiver = _waiver_of(finding, secrets, excuses)
        known = waiver is None and excuses.baseline is not None and excuses.baseline.holds(finding)
        standing = 2 if waiver is not None else 1 if known else 0
        deviation = together.setdefault((finding.requirement, finding.failure), {})
        deviation.setdefault((standing, waiver), []).append(finding)
    parts: list[_Part] = []
    for deviation in together.values():
        # In the order of weight: the first keeps the id that the whole would have.
        for number, ((standing, waiver), members) in enumerate(
            sorted(deviation.items(), key=lambda item: (item[0][0], str(item[0][1])))
        ):
            requirement = contract.requirements[members[0].requirement]
            binding = requirement.binding or (strict and requirement.authority is Authority.UPSTREAM)
            own = members[0].id if number == 0 else _other_id(members[0].id, waiver)
            parts.append(_Part(members, binding and standing == 0, waiver, standing == 1, own))
    return tuple(parts)


def _waiver_of(finding: Finding, secrets: Secrets, excuses: Excuses) -> Waiver | None:
    ours = [
        item for item in excuses.waivers if item.requirement == finding.requirement and not item.expired(excuses.today)
    ]
    if not ours:
        return None
    message = secrets.text(finding.message)
    return next((item for item in ours if item.excuses(finding, message)), None)


def _other_id(whole: str, waiver: Waiver | None) -> str:
    what = "known" if waiver is None else f"{waiver.operation}\x1f{waiver.status}\x1f{waiver.message}"
    return sha256(f"{whole}\x1f{what}".encode()).hexdigest()[:12]


def _waivers(
    parts: Iterable[_Part],
    results: Iterable[RequirementResult],
    gate: Gate,
    secrets: Secrets,
    circumstances: Circumstances,
) -> tuple[tuple[WaiverResult, ...], tuple[str, ...]]:
    """What became of each waiver, and what is to be said about them."""
    excuses, outcomes = circumstances.excuses, {item.id: item for item in results}
    told: list[WaiverResult] = []
    said: list[str] = []
    for waiver in excuses.waivers:
        ours = [part for part in parts if part.members[0].requirement == waiver.requirement]
        ids = [
            part.id for part in ours if any(waiver.excuses(item, secrets.text(item.message)) for item in part.members)
        ]
        exercised = _exercised(waiver, outcomes[waiver.requirement], gate, circumstances.run)
        result, note = waiver_result(waiver, tuple(dict.fromkeys(ids)), excuses.today, exercised=exercised)
        told.append(result)
        said += [note] if note else []
    return tuple(told), tuple(said)


def _exercised(waiver: Waiver, result: RequirementResult, gate: Gate, run: Run) -> bool:
    """Whether the run had all that could have shown what the waiver excuses.

    A part of the cases shows that only when every check of the promise is among them, and none is a passive one, which
    judges whatever traffic there is.
    """
    if result.outcome in {Outcome.NOT_EXERCISED, Outcome.EXCLUDED} or result.id in gate.unjudged:
        return False
    if waiver.operation is not None and all(item.operation != waiver.operation for item in gate.exchanges):
        return False
    if run.selection is None and run.profile != "smoke" and not run.cut_short:
        return True
    checks = gate.contract.requirements[result.id].checks
    return bool(checks) and all("." in check and check in result.checks for check in checks)


def _groups(
    parts: Iterable[_Part], findings: Sequence[Finding], gate: Gate, secrets: Secrets
) -> tuple[FindingGroup, ...]:
    """The parts as groups of the verdict, binding ones first."""
    shown = sights(findings, gate.attempts)
    groups = [_group(part, gate.contract, secrets, gate.attempts, shown) for part in parts]
    return tuple(sorted(groups, key=lambda group: (not group.binding, group.requirement, group.failure, group.id)))


def _group(
    part: _Part, contract: Contract, secrets: Secrets, attempts: Sequence[Attempt], shown: Sequence[frozenset[Sight]]
) -> FindingGroup:
    members = part.members
    clearest = min(members, key=_clarity)
    requirement = contract.requirements[clearest.requirement]
    exemplar = secrets.exchange(clearest.exchange) if clearest.exchange is not None else None
    checks: dict[str, set[str]] = {}
    for item in members:
        checks.setdefault(_place(item), set()).add(item.check)
    return FindingGroup(
        id=part.id,
        requirement=requirement.id,
        check=clearest.check,
        authority=requirement.authority,
        level=requirement.level,
        source=requirement.source,
        operation=clearest.operation,
        status=clearest.status,
        failure=clearest.failure,
        message=secrets.text(clearest.message),
        path=clearest.path,
        count=len(members),
        places=dict(sorted(Counter(_place(item) for item in members).items())),
        binding=part.binding,
        exemplar=exemplar,
        related=clearest.related,
        curl=curl_command(exemplar.request) if exemplar is not None else None,
        case=clearest.exchange.case if clearest.exchange is not None else "",
        confirmation=confirmation(frozenset(map(sight_of, members)), attempts, shown),
        waiver=secrets.text(part.waiver.reason) if part.waiver is not None else None,
        known=part.known,
        checks={place: tuple(sorted(names)) for place, names in sorted(checks.items())},
    )


def _clarity(finding: Finding) -> tuple[bool, bool, int, int, int]:
    """The clearest exemplar: of the very kind, of a documented operation, with the fewest requests that lead to it, the shortest,
    met first."""
    exchange = finding.exchange
    if exchange is None:
        return (False, True, 0, 0, 0)
    size = len(exchange.request.body) + len(exchange.request.url)
    another = finding.message.endswith(ANOTHER_KIND)
    return (another, exchange.request.operation is None, len(finding.related), size, exchange.number)


def _place(finding: Finding) -> str:
    return finding.operation if finding.status is None else f"{finding.operation} {finding.status}"


def _error_row(code: int, gate: Gate, results: Iterable[RequirementResult]) -> ErrorCodeRow:
    documented = gate.contract.error_codes[code]
    result = next(item for item in results if item.id == requirement_id.error(code))
    tries = [item for item in gate.provocations if item.code == code]
    met = [exchange for exchange in gate.exchanges if exchange.response.status == code]
    return ErrorCodeRow(
        code=code,
        phrase=documented.phrase,
        line=documented.line,
        provoked=tuple((item.operation, item.request, item.status) for item in tries),
        met=len(met),
        envelope=_envelope(code, met, gate.findings),
        outcome=result.outcome,
        reason=result.reason if not tries else None,
    )


def _envelope(code: int, met: list[Exchange], findings: Iterable[Finding]) -> str:
    if code < 400:
        return "none owed"
    if not met:
        return "not met"
    broken = {
        item.exchange.number
        for item in findings
        if item.exchange is not None and item.status == code and _of_envelope(item.requirement)
    }
    return f"broken in {len(broken)} of {len(met)}" if broken else "kept"


def _of_envelope(requirement: str) -> bool:
    whole = requirement_id.envelope()
    return requirement == whole or requirement_id.is_below(requirement, whole)
