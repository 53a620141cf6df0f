"""The findings of a verdict: those that are excused alike, as one group each, in the order of weight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from conformance.judge.aftermath import FOR_ALL
from conformance.judge.confirmation import Sight, confirmation, sight_of, sights
from conformance.judge.evidence import Evidence
from conformance.judge.excuses import ExcusedAlike
from conformance.judge.neighbours import Neighbours
from conformance.judge.severity import harm_of, severity_of, worst
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.finding import Finding, Key
from conformance.model.record import Attempt, Record
from conformance.model.verdict import Consequence, FindingGroup, Harm, Place, Severity, Variant

__all__ = ["checks_of", "grouped", "places_of"]


def grouped(
    parts: Iterable[ExcusedAlike], evidence: Evidence, record: Record, contract: Contract
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
    part: ExcusedAlike,
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
        places=places_of(members),
        binding=part.binding,
        exemplar=clearest.exchange,
        related=clearest.related,
        case=clearest.exchange.case if clearest.exchange is not None else "",
        confirmation=confirmation(frozenset(map(sight_of, members)), attempts, shown),
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
    return Variant(*key, places_of(members), checks_of(members), shown.number if shown is not None else None)


def places_of(members: Iterable[Finding]) -> dict[Place, int]:
    """Where findings were met -> how often, sorted."""
    return dict(sorted(Counter(map(_place, members)).items()))


def checks_of(members: Iterable[Finding]) -> dict[Place, tuple[str, ...]]:
    """Where findings were met -> the checks that found them, both sorted."""
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
