"""The plain verdict: what the checks have found, for a record that `judge` could not judge because of a bug of ours.

Nothing is attributed, excused or weighed here, and nothing has passed. It is what a reader has in place of nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from conformance.judge.groups import checks_of, places_of
from conformance.model.contract import Contract, Requirement
from conformance.model.errors import Exit
from conformance.model.finding import Finding, Key
from conformance.model.phrase import Phrase
from conformance.model.record import Record
from conformance.model.verdict import NOWHERE, FindingGroup, Outcome, Overall, RequirementResult, Run, Variant, Verdict

__all__ = ["empty_verdict", "plain_verdict"]


def empty_verdict(run: Run, contract: Contract, notes: Iterable[Phrase]) -> Verdict:
    """The verdict on a run of which nothing is known but why: no promise of it was judged, and no exchange is in it."""
    result = partial(RequirementResult.of, required=False, checks={})
    return Verdict(
        overall=Overall.INCONCLUSIVE,
        exit_code=int(Exit.SUITE),
        contract={"name": contract.name, "version": contract.version, "sha256": contract.sha256},
        target=NOWHERE,
        run=replace(run, requests=0),
        requirements=tuple(
            result(item, Outcome.NOT_EXERCISED, Phrase.of("not-judged"))
            if item.excluded is None
            else result(item, Outcome.EXCLUDED, item.excluded)
            for item in contract.requirements.values()
        ),
        findings=(),
        error_codes=(),
        exchanges=(),
        notes=tuple(notes),
        resources=tuple(contract.resources.values()),
        rulings=contract.rulings,
    )


def plain_verdict(record: Record, contract: Contract) -> Verdict:
    """The verdict without judgement: a requirement with a finding has failed, every other is not exercised."""
    found: dict[Key, list[Finding]] = {}
    for item in record.findings:
        if item.requirement in contract.requirements:
            found.setdefault(item.key, []).append(item)
    broken = {requirement for requirement, _ in found}
    return Verdict(
        overall=Overall.INCONCLUSIVE,
        exit_code=int(Exit.SUITE),
        contract={"name": contract.name, "version": contract.version, "sha256": contract.sha256},
        target=record.target,
        run=replace(record.run, requests=len(record.exchanges)),
        requirements=tuple(_result(item, record, failed=item.id in broken) for item in contract.requirements.values()),
        findings=tuple(_group(items, record, contract) for items in found.values()),
        error_codes=(),
        exchanges=record.exchanges,
        notes=record.notes,
        resources=tuple(contract.resources.values()),
        removal=record.removal,
        rulings=contract.rulings,
    )


def _result(item: Requirement, record: Record, *, failed: bool) -> RequirementResult:
    outcome = Outcome.FAILED if failed else Outcome.NOT_EXERCISED
    reason: Phrase | str | None = None if failed else Phrase.of("not-judged")
    if item.excluded is not None:
        outcome, reason = Outcome.EXCLUDED, item.excluded
    looks = {check: count for (name, check), count in sorted(record.looks.items()) if name == item.id}
    return RequirementResult.of(item, outcome, reason, required=item.id in record.required, checks=looks)


def _group(members: list[Finding], record: Record, contract: Contract) -> FindingGroup:
    first = members[0]
    requirement = contract.requirements[first.requirement]
    places, checks = places_of(members), checks_of(members)
    return FindingGroup(
        id=first.id,
        requirement=requirement.id,
        check=first.check,
        authority=requirement.authority,
        level=requirement.level,
        source=requirement.source,
        operation=first.operation,
        status=first.status,
        deviation=first.deviation,
        count=len(members),
        places=places,
        binding=requirement.binding,
        exemplar=record.exchange_of(first),
        related=first.related,
        case=first.exchange.case if first.exchange is not None else "",
        checks=checks,
        variants=(Variant(*first.key, places, checks, first.exchange.number if first.exchange is not None else None),),
    )
