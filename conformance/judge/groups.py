"""The findings of a verdict: those that are excused alike, as one group each, in the order of weight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from conformance.judge.aftermath import FOR_ALL
from conformance.judge.confirmation import Sight, confirmation, sight_of, sights
from conformance.judge.evidence import Evidence
from conformance.judge.excuses import ExcusedAlike
from conformance.judge.kinds import TWO_ANSWERS
from conformance.judge.neighbours import Neighbours
from conformance.judge.severity import harm_of, severity_of, worst
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.finding import Finding, Key
from conformance.model.findings import alike, briefly, claims_of
from conformance.model.numbers import Numbers
from conformance.model.record import Record
from conformance.model.verdict import Consequence, FindingGroup, Harm, Place, Severity, Variant

__all__ = ["checks_of", "grouped", "places_of"]


def grouped(
    parts: Iterable[ExcusedAlike], evidence: Evidence, record: Record, contract: Contract
) -> tuple[FindingGroup, ...]:
    """The parts as groups of the verdict, in the order of weight: what binds, then by severity, harm and requirement."""
    shown = sights(evidence.findings, record.attempts)
    suffering = _suffering(evidence.findings, contract)
    neighbours = Neighbours(evidence.sent, evidence.findings, contract)
    groups = [_group(part, contract, record, shown, suffering, neighbours) for part in parts]
    return tuple(sorted(groups, key=_weighed))


def _weighed(group: FindingGroup) -> tuple[bool, int, int, str, str, str]:
    harm, severity = tuple(Harm).index(group.harm), tuple(Severity).index(group.severity)
    return not group.binding, severity, harm, group.requirement, group.deviation.key, group.id


def _suffering(findings: Sequence[Finding], contract: Contract) -> Numbers:
    """Numbers of the answers on which data or isolation suffer, or others than who sent what broke them."""
    suffer = {
        claim
        for claim, (item, _) in zip(dict.fromkeys(claims_of(findings)), alike(findings), strict=True)
        if item.deviation.kind == FOR_ALL
        or harm_of(contract.requirements[item.requirement], item.deviation) in {Harm.DATA, Harm.ISOLATION}
    }
    return Numbers(
        item.exchange.number
        for claim, item in zip(claims_of(findings), briefly(findings), strict=True)
        if claim in suffer and item.exchange is not None
    )


def _group(
    part: ExcusedAlike,
    contract: Contract,
    record: Record,
    shown: Sequence[frozenset[Sight]],
    suffering: Numbers,
    neighbours: Neighbours,
) -> FindingGroup:
    members = part.members
    clearest = min(members, key=lambda item: (item.requirement != part.requirement, _clarity(item)))
    requirement = contract.requirements[part.requirement]
    said = [item for item, _ in alike(members)]
    harm = worst({harm_of(contract.requirements[item.requirement], item.deviation) for item in said})
    hurts = any(item.exchange is not None and item.exchange.number in suffering for item in briefly(members))
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
        places=places_of(members),
        binding=part.binding,
        exemplar=record.exchange_of(clearest),
        related=clearest.related,
        case=clearest.exchange.case if clearest.exchange is not None else "",
        confirmation=confirmation(frozenset(map(sight_of, said)), record.attempts, shown),
        waiver=part.waiver.reason if part.waiver is not None else None,
        known=part.known,
        explored=part.explored,
        unasked=part.unasked,
        checks=checks_of(members),
        borrowed=clearest.borrowed,
        harm=harm,
        severity=severity_of(harm, counts=part.counts, suffering=hurts),
        variants=_variants(members),
        consequences=_consequences(part.consequences),
        neighbour=neighbours.of(clearest.exchange) if clearest.exchange is not None else None,
    )


def _as_seen(deviation: Deviation, clearest: Finding) -> Deviation:
    """The title of the cause with the values that the exemplar shows; both answers to one request are of its operation."""
    own = clearest.deviation
    return (
        own
        if own == deviation or own.kind == deviation.kind == TWO_ANSWERS
        else replace(deviation, seen=own.seen, path=own.path)
    )


def _consequences(found: Iterable[Sequence[Finding]]) -> tuple[Consequence, ...]:
    counts: Counter[Key] = Counter()
    for item, count in (pair for together in found for pair in alike(together)):
        counts[item.key] += count
    return tuple(Consequence(*key, count) for key, count in counts.items())


def _variants(members: Sequence[Finding]) -> tuple[Variant, ...]:
    """The findings of a group by identity, in the order in which they were met."""
    together: dict[Key, list[tuple[Finding, int]]] = {}
    keys: dict[int, Key] = {}
    for claim, (item, count) in zip(dict.fromkeys(claims_of(members)), alike(members), strict=True):
        together.setdefault(item.key, []).append((item, count))
        keys[claim] = item.key
    clearest: dict[Key, tuple[Clarity, Finding]] = {}
    for claim, item in zip(claims_of(members), members, strict=True):
        clarity, key = _clarity(item), keys[claim]
        if key not in clearest or clarity < clearest[key][0]:
            clearest[key] = (clarity, item)
    return tuple(_variant(key, found, clearest[key][1]) for key, found in together.items())


def _variant(key: Key, counted: Sequence[tuple[Finding, int]], clearest: Finding) -> Variant:
    number = clearest.exchange.number if clearest.exchange is not None else None
    return Variant(*key, _places(counted), _checks(counted), number)


def places_of(members: Sequence[Finding]) -> dict[Place, int]:
    """Where findings were met -> how often, sorted."""
    return _places(alike(members))


def checks_of(members: Sequence[Finding]) -> dict[Place, tuple[str, ...]]:
    """Where findings were met -> the checks that found them, both sorted."""
    return _checks(alike(members))


def _places(counted: Iterable[tuple[Finding, int]]) -> dict[Place, int]:
    counts: Counter[Place] = Counter()
    for item, count in counted:
        counts[_place(item)] += count
    return dict(sorted(counts.items()))


def _checks(counted: Iterable[tuple[Finding, int]]) -> dict[Place, tuple[str, ...]]:
    checks: dict[Place, set[str]] = {}
    for item, _ in counted:
        checks.setdefault(_place(item), set()).add(item.check)
    return {place: tuple(sorted(names)) for place, names in sorted(checks.items())}


Clarity = tuple[bool, bool, int, int, int]


def _clarity(finding: Finding) -> Clarity:
    """Sort key of exemplars, the clearest first: of the class that the deviation names, of a documented operation, with
    the fewest related requests, the shortest, the first met."""
    exchange = finding.exchange
    if exchange is None:
        return (False, True, 0, 0, 0)
    return (finding.borrowed, not exchange.addressed, len(finding.related), exchange.length, exchange.number)


def _place(finding: Finding) -> Place:
    return Place(finding.operation, -1 if finding.status is None else finding.status)
