"""What keeps a finding from failing the run, and the findings of a cause apart by what excuses them."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from conformance.judge.baseline import Baseline, Entry
from conformance.judge.evidence import Evidence
from conformance.judge.waivers import Waiver
from conformance.model.contract import Authority, Contract
from conformance.model.deviation import Deviation
from conformance.model.finding import Finding, Key, identity
from conformance.model.findings import alike, briefly, claims_of

__all__ = ["ExcusedAlike", "Excuses", "excused_alike"]


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

    def know(self, finding: Finding) -> bool:
        """Whether it is excused by itself, whatever its cause is."""
        if self.baseline is not None and self.baseline.holds(finding):
            return True
        ours = [item for item in self.waivers if not item.expired(self.today) and item.may_excuse(finding, "")]
        return bool(ours) and any(item.excuses(finding, "", self.sentence(finding)) for item in ours)


@dataclass(frozen=True)
class ExcusedAlike:
    """Findings of one cause that are excused alike: not at all, by the baseline, or by the same waiver; and are alike in
    that every seed shows them, or only this run's.

    `requirement` and `deviation` name the cause, `cause` is its id whatever is excused of it, empty when one of its
    findings has the same; `consequences` are findings that follow from these members, by what they follow from.
    """

    requirement: str
    deviation: Deviation
    members: Sequence[Finding]
    consequences: Sequence[Sequence[Finding]]
    binding: bool
    counts: bool
    waiver: Waiver | None
    known: bool
    explored: bool
    unasked: bool
    cause: str
    id: str


def excused_alike(
    evidence: Evidence, contract: Contract, excuses: Excuses, *, strict: bool
) -> tuple[ExcusedAlike, ...]:
    """The causes, their findings apart by what excuses them (0: nothing, 1: the baseline, 2: a waiver), and by whether
    every seed shows them; each part named by its own findings.

    Each finding is excused by itself, so that a waived or known one never takes another with it.
    """
    parts: list[ExcusedAlike] = []
    for cause in evidence.causes:
        all_of_it = cause.members
        claims = array("L", claims_of(all_of_it))
        entries = {
            claim: Entry.of(item) for claim, (item, _) in zip(dict.fromkeys(claims), alike(all_of_it), strict=True)
        }
        steady = bytearray(entries[claim] in evidence.steady for claim in claims)
        named = cause.title(contract, steady if any(steady) else None)
        whole = identity(_main(all_of_it, evidence.drawn), named.key)
        # A waiver that names a finding after which the whole is called does not mean the whole.
        by_name = "" if whole in {item.id for item, _ in alike(all_of_it)} else whole
        apart: dict[tuple[int, bool, Waiver | None], array[int]] = {}
        for place, (excused, waiver) in enumerate(_excused(all_of_it, claims, by_name, excuses)):
            apart.setdefault((excused, not steady[place], waiver), array("L")).append(place)
        told: set[Key] = set()
        # In the order of weight: the first keeps the id that the whole would have.
        ordered = sorted(apart.items(), key=lambda item: (*item[0][:2], str(item[0][2])))
        for number, ((excused, explored, waiver), places) in enumerate(ordered):
            members = all_of_it.chosen(places)
            mask = bytearray(len(all_of_it))
            for place in places:
                mask[place] = 1
            said = [item for item, _ in alike(members)]
            requirement = contract.requirements[_main(members, evidence.drawn)]
            seed = evidence.seed if explored else None
            counts = requirement.binding or (strict and requirement.authority is Authority.UPSTREAM)
            own = {item.key for item in said} - told
            told |= own
            parts.append(
                ExcusedAlike(
                    requirement=requirement.id,
                    deviation=cause.title(contract, mask),
                    members=members,
                    consequences=tuple(found for key, found in cause.consequences if key in own),
                    binding=counts and excused == 0 and (strict or not explored),
                    counts=counts,
                    waiver=waiver,
                    known=excused == 1,
                    explored=explored,
                    unasked=excused == 0 and not any(_asked_before(item, excuses, seed) for item in said),
                    cause=by_name,
                    id=whole if number == 0 else _other_id(whole, waiver, excused == 1, explored),
                )
            )
    return tuple(parts)


def _excused(
    findings: Sequence[Finding], claims: Sequence[int], cause: str, excuses: Excuses
) -> Iterator[tuple[int, Waiver | None]]:
    """What excuses each finding. Those that say the same are excused alike, unless a waiver goes by what was seen."""
    by_text = any(item.message is not None for item in excuses.waivers)
    told: dict[int, tuple[int, Waiver | None]] = {}
    for claim, place in zip(claims, range(len(findings)), strict=True):
        if by_text or claim not in told:
            finding = findings[place]
            waiver = _waiver_of(finding, cause, excuses)
            known = waiver is None and excuses.baseline is not None and excuses.baseline.holds(finding)
            told[claim] = (2 if waiver is not None else 1 if known else 0, waiver)
        yield told[claim]


def _asked_before(finding: Finding, excuses: Excuses, seed: int | None) -> bool:
    """Whether a baseline, where there is one, would hold the finding if it had been there; `seed` alone drew it, if it
    is given."""
    return excuses.baseline is None or excuses.baseline.asked.covers(Entry.of(finding), seed)


def _main(members: Sequence[Finding], drawn: frozenset[int]) -> str:
    """The requirement that most of the findings are about, of several the first by name. What this run's seed has drawn
    decides only where there is nothing else."""
    counts = Counter(
        item.requirement for item in briefly(members) if item.exchange is None or item.exchange.number not in drawn
    ) or Counter(item.requirement for item in briefly(members))
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
