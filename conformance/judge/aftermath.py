"""Failures that an earlier request explains: what was taken, or refused, and breaks what comes after it.

A resource with a null in a property may be made without trouble, and be 500 whenever it is shown. Then it is not the
request to show it that is special, but the one that made it. So a server error for a valid request is told by what was
sent to its resource before, where that explains it:

- every such request about a resource with the same history fails, at least twice in the run; the same is answered
  about a resource without it, as are those just before and after: else the service fails whatever was sent;
- of what explains most failures the narrowest is named: a class of requests, a value, anything odd at one place,
  what was refused with one status, any request of one operation; what was taken before what was refused;
- whatever else is answered in the same way after it, such as another refusal than the one that is due, is of it.

A refusal of what the contract allows (a change after a refused one, say) is told in the same way, but by no single
value. What was still there when the same list was answered is not to blame.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from conformance.judge.history import AskedOf, PastAct, ResourceHistory, histories, is_plain
from conformance.judge.kinds import REFUSALS
from conformance.judge.remains import WHATEVER_IS_ODD, Mark
from conformance.judge.sent import Partitioned
from conformance.model.contract import Contract
from conformance.model.equivalence import Part
from conformance.model.finding import Finding
from conformance.model.findings import Findings

__all__ = ["FOR_ALL", "LATER", "with_history"]

LATER, FOR_ALL = "breaks-later", "breaks-for-all"
"""Kinds of deviations: it breaks its own resource; it breaks what others ask, or a list of all."""
LEAST = 2
"""Failures that it takes, so that one that comes by chance has no history."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What explains an answer: the mark, the number of the exchange that left it, and whether it hits others."""

    mark: Mark
    by: int
    for_all: bool

    @classmethod
    def of(cls, mark: Mark, asked: AskedOf) -> Explanation:
        act = [item for item in asked.acts if mark in item.marks][-1]
        return cls(mark, act.number, _hits_others(asked, act))


def with_history(
    findings: Sequence[Finding], known: Partitioned, contract: Contract, drawn: Container[int] = frozenset()
) -> Sequence[Finding]:
    """The findings, server errors for valid requests told by what was sent before where that explains them.

    `drawn` are the numbers of the exchanges that depend on the seed of the run: what the others show is explained by
    them alone.
    """
    numbered = known.numbered
    failed = {item.exchange.number for item in findings if item.exchange is not None and _may_follow(item, numbered)}
    if not failed:
        return findings
    chosen: dict[int, Explanation] = {}
    also: dict[int, Explanation] = {}
    steady: dict[Mark, set[tuple[str, int]]] = {}
    for history in histories(known, contract, drawn):
        told = _explained(history, failed)
        _note(told, chosen, steady)
    by_seed = {number for number in failed if number in drawn}
    for history in histories(known, contract):
        whole: dict[Mark, set[tuple[str, int]]] = {}
        _note(_explained(history, by_seed, tuple(steady)), chosen, whole)
        also |= _answered_alike(history, {**whole, **steady})

    def told_by(item: Finding) -> Finding:
        if item.exchange is None:
            return item
        number = item.exchange.number
        if number in chosen and _may_follow(item, numbered):
            return _told(item, chosen[number])
        return _told(item, also[number]) if number in also and item.deviation.kind in UNWANTED else item

    return Findings(map(told_by, findings), known.outlines)


def _note(
    found: Mapping[Mark, Sequence[AskedOf]], chosen: dict[int, Explanation], places: dict[Mark, set[tuple[str, int]]]
) -> None:
    """Note what explains which answer, and the operations and statuses that a mark explains."""
    for mark, by in found.items():
        for asked in by:
            chosen[asked.exchange.number] = Explanation.of(mark, asked)
            places.setdefault(mark, set()).add((asked.exchange.operation, asked.exchange.status))


UNWANTED = REFUSALS | {"server-error"}
"""Kinds of findings that are about the status of an answer."""


def _answered_alike(
    history: ResourceHistory, found: Mapping[Mark, Container[tuple[str, int]]]
) -> Mapping[int, Explanation]:
    """Number of an exchange -> the mark that explains other answers of its operation and status."""
    return {
        asked.exchange.number: Explanation.of(mark, asked)
        for asked in history.asked
        for mark, places in found.items()
        if (asked.exchange.operation, asked.exchange.status) in places and asked.has(mark)
    }


def _may_follow(finding: Finding, parts: Mapping[int, Sequence[Part]]) -> bool:
    """Whether it says that a request failed, or was refused, that the contract allows."""
    if finding.exchange is None:
        return False
    if finding.check == "server-error":
        return not finding.deviation.request
    status, due = finding.exchange.status, dict(finding.deviation.terms).get("due", (200,))
    wanted = isinstance(due, tuple) and all(isinstance(code, int) and code < 300 for code in due)
    return (
        finding.deviation.kind in REFUSALS
        and 400 <= status < 500
        and wanted
        and is_plain(parts.get(finding.exchange.number, ANY_ODD))
    )


ANY_ODD = (Part("request", WHATEVER_IS_ODD),)
"""Stands for a request that is not known."""


def _told(finding: Finding, by: Explanation) -> Finding:
    """The finding as one of what came before."""
    exchange, mark = finding.exchange, by.mark
    assert exchange is not None
    deviation = replace(
        finding.deviation,
        kind=FOR_ALL if by.for_all else LATER,
        status=exchange.status,
        place="",
        act=None,
        operation=mark.operation,
        request=(mark.part,),
        terms=(("how", "taken" if mark.taken else "refused"), ("then", exchange.operation)),
        seen=(("value", mark.value),) if mark.value else (),
    )
    related = tuple(dict.fromkeys((by.by, *finding.related)))
    return replace(finding, deviation=deviation, related=related, borrowed=False)


def _hits_others(asked: AskedOf, act: PastAct) -> bool:
    exchange = asked.exchange
    return exchange.actor != act.actor or (exchange.operation == asked.resource.list and len(asked.scope) == 3)


def _explained(
    history: ResourceHistory, failed: Container[int], first: Sequence[Mark] = ()
) -> Mapping[Mark, Sequence[AskedOf]]:
    """What explains failures -> those. `first` are marks that are preferred.

    A refusal that comes as often where nothing explains it is explained by nothing: what some of them have in common is
    chance.
    """
    left = {asked.exchange.number: asked for asked in history.asked if asked.exchange.number in failed}
    history.failed = failed
    fitting: defaultdict[Mark, set[int]] = defaultdict(set)
    for number, asked in left.items():
        for mark in asked.marks:
            if history.blames(mark, asked):
                fitting[mark].add(number)
    found: dict[Mark, list[AskedOf]] = {}
    for mark in first:
        numbers = fitting.pop(mark, set()) & left.keys()
        if numbers:
            found[mark] = [left.pop(number) for number in sorted(numbers)]
    while True:
        counts = {mark: len(numbers & left.keys()) for mark, numbers in fitting.items()}
        sure = [mark for mark, count in counts.items() if count >= LEAST]
        if not sure:
            return _beyond_chance(found, left.values())
        best = min(sure, key=lambda mark: (-counts[mark], mark.order))
        found[best] = [left.pop(number) for number in sorted(fitting.pop(best) & left.keys())]


def _beyond_chance(
    found: Mapping[Mark, Sequence[AskedOf]], unexplained: Iterable[AskedOf]
) -> Mapping[Mark, Sequence[AskedOf]]:
    with_it = Counter(_refusal(asked) for explained in found.values() for asked in explained)
    without = Counter(map(_refusal, unexplained))

    def stands(asked: AskedOf) -> bool:
        return asked.exchange.status >= 500 or without[_refusal(asked)] < with_it[_refusal(asked)]

    kept = {mark: [asked for asked in explained if stands(asked)] for mark, explained in found.items()}
    return {mark: explained for mark, explained in kept.items() if explained}


def _refusal(asked: AskedOf) -> tuple[str, int]:
    return asked.exchange.operation, asked.exchange.status
