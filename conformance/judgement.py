"""What a gate has seen -> the verdict (design rules 3 to 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.attribution import attributed, partitioned, sent
from conformance.checks import repeated_request_ids
from conformance.contract import Authority, Contract, Requirement
from conformance.errors import Exit
from conformance.gate import Gate
from conformance.model import Exchange, Finding
from conformance.redaction import Secrets
from conformance.reporting.curl import curl_command
from conformance.verdict import ErrorCodeRow, FindingGroup, Outcome, Overall, RequirementResult, Run, Verdict

__all__ = ["Circumstances", "judgement"]


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


def judgement(gate: Gate, secrets: Secrets, circumstances: Circumstances) -> Verdict:
    """The verdict on everything that passed the gate."""
    contract, strict = gate.contract, circumstances.run.strict
    for exchange, assertion in repeated_request_ids(gate.exchanges):
        gate.add(assertion, exchange)
    known = partitioned(gate.exchanges, contract)
    groups = _groups(attributed(gate.findings, known, contract), contract, secrets, strict=strict)
    results = tuple(_result(item, gate, circumstances) for item in contract.requirements.values())
    rows = tuple(_error_row(code, gate, results) for code in contract.error_codes)
    overall = _overall(results, groups, circumstances, strict=strict)
    exit_code = {
        Overall.CONFORMANT: Exit.CONFORMANT,
        Overall.NON_CONFORMANT: Exit.NON_CONFORMANT,
        Overall.INCONCLUSIVE: Exit.INCONCLUSIVE,
    }[overall]
    return Verdict(
        overall=overall,
        exit_code=int(Exit.SUITE if circumstances.suite_fault else exit_code),
        contract={"name": contract.name, "version": contract.version, "sha256": contract.sha256},
        target=circumstances.target,
        run=replace(circumstances.run, requests=len(gate.exchanges)),
        requirements=results,
        findings=groups,
        error_codes=rows,
        exchanges=tuple(secrets.exchange(item) for item in gate.exchanges),
        notes=circumstances.notes,
        sent=sent(known),
    )


def _result(item: Requirement, gate: Gate, circumstances: Circumstances) -> RequirementResult:
    looks = {check: count for (name, check), count in sorted(gate.looks.items()) if name == item.id}
    failed = any(finding.requirement == item.id for finding in gate.findings)
    reason: str | None = None
    if item.excluded is not None:
        outcome, reason = Outcome.EXCLUDED, item.excluded
    elif failed:
        outcome = Outcome.FAILED
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


def _groups(
    findings: Iterable[Finding], contract: Contract, secrets: Secrets, *, strict: bool
) -> tuple[FindingGroup, ...]:
    """Findings of the same deviation from the same promise, over operations and statuses; binding groups first."""
    together: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        together.setdefault((finding.requirement, finding.failure), []).append(finding)
    groups = [_group(members, contract, secrets, strict=strict) for members in together.values()]
    return tuple(sorted(groups, key=lambda group: (not group.binding, group.requirement, group.failure)))


def _group(members: list[Finding], contract: Contract, secrets: Secrets, *, strict: bool) -> FindingGroup:
    clearest = min(members, key=_clarity)
    requirement = contract.requirements[clearest.requirement]
    binding = requirement.binding or (strict and requirement.authority is Authority.UPSTREAM)
    exemplar = secrets.exchange(clearest.exchange) if clearest.exchange is not None else None
    return FindingGroup(
        id=clearest.id,
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
        binding=binding,
        exemplar=exemplar,
        related=clearest.related,
        curl=curl_command(exemplar.request) if exemplar is not None else None,
        case=clearest.exchange.case if clearest.exchange is not None else "",
    )


def _clarity(finding: Finding) -> tuple[bool, bool, int, int]:
    """The clearest exemplar: of the very kind, of a documented operation, with the shortest request, met first."""
    exchange = finding.exchange
    if exchange is None:
        return (False, True, 0, 0)
    size = len(exchange.request.body) + len(exchange.request.url)
    return (finding.message.endswith(" fails as well)"), exchange.request.operation is None, size, exchange.number)


def _place(finding: Finding) -> str:
    return finding.operation if finding.status is None else f"{finding.operation} {finding.status}"


def _error_row(code: int, gate: Gate, results: Iterable[RequirementResult]) -> ErrorCodeRow:
    documented = gate.contract.error_codes[code]
    result = next(item for item in results if item.id == f"error.{code}")
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
        if item.exchange is not None and item.status == code and item.requirement.startswith("error.envelope")
    }
    return f"broken in {len(broken)} of {len(met)}" if broken else "kept"
