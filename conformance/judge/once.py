"""What was seen once and not again: an answer that was odd by itself is told as that, and nothing else is blamed for it.

Rules
- A finding that one go of one case has shown, and nothing else in the run, is doubted: the case is run again. What it
  shows again stands. So does what cannot be tried again, and what speaks for itself: a server error, and an answer
  that gives something away.
- What a check sees in one answer by itself blames nothing else. It is not doubted when more than one answer of the run
  breaks the same promise in the same way, whatever was asked: one that is odd does not explain that.
- What it does not show again is taken back. In its place stands the first request of that go that was answered otherwise
  in the other one: *the same request was answered in two ways*. Both answers belong to it.
- What is wrong in that very answer follows from this; only what was said of other answers is taken back.
- It breaks what the document promises of an answer of that operation; for an operation that the document does not have
  it is advice, unless the odd answer itself breaks a promise that binds.
- A case that could not go on for an answer that no other case met is run again, too.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import TypeAlias

from conformance.judge.alike import TwoAnswers, first_difference, lists_of
from conformance.judge.kinds import SERVER_ERRORS, TWO_ANSWERS, speaks_for_itself
from conformance.judge.registry import CHECKS, judge_run
from conformance.model import requirement_id
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.finding import Finding
from conformance.model.findings import Findings
from conformance.model.message import Exchange
from conformance.model.record import Attempt, Record

__all__ = ["MOST_DOUBTED", "doubted", "of_the_run", "settled", "two_answers"]

MOST_DOUBTED = 25
"""Cases that are run again, at most."""
FEW = 3
"""Cases that one answer may have stopped so that it is taken for an odd one."""


def of_the_run(exchanges: Sequence[Exchange], contract: Contract) -> Iterator[Finding]:
    """The findings of the checks of a run."""
    for exchange, assertion, related in judge_run(exchanges, contract):
        found = Finding.at(exchange, assertion, related)
        if found is not None:
            yield found


def doubted(
    findings: Iterable[Finding], attempts: Sequence[Attempt], known: Known = lambda _: False
) -> tuple[str, ...]:
    """The cases to run again, in the order in which they ran. `findings` begin with those of the record, in its order;
    those that are `known` are not doubted."""
    seen, by_itself = _Seen(attempts), _ByItself()
    for found in findings:
        seen.add(found, doubtful=not _speaks(found) and not known(found))
        by_itself.add(found)
    stopped: defaultdict[str, list[int]] = defaultdict(list)
    went_on = {item.case for item in attempts if item.complete}
    for place, item in enumerate(attempts):
        if item.stopped and item.case not in went_on:
            stopped[item.stopped].append(place)
    alone = {place for places in stopped.values() if len(places) <= FEW for place in places}
    alone |= {place for sight, place in seen.alone.items() if place >= 0 and not by_itself.several(sight)}
    return tuple(dict.fromkeys(attempts[place].case for place in sorted(alone)))[:MOST_DOUBTED]


Known: TypeAlias = Callable[[Finding], bool]
_Sight: TypeAlias = tuple[str, Deviation, str]
NOWHERE, SEVERAL = -1, -2
"""In place of the go of a case that has shown a finding: none did, or more than one."""


def _speaks(finding: Finding) -> bool:
    """Whether it is about its own answer alone, which nothing else explains: its status, or what it gives away."""
    server_error = finding.deviation.kind in SERVER_ERRORS and finding.check == "server-error"
    return server_error or speaks_for_itself(finding.deviation)


def _sight(finding: Finding) -> _Sight:
    """What a finding says; two answers to one request are the same whatever was to be judged by them."""
    requirement = "" if finding.deviation.kind == TWO_ANSWERS else finding.requirement
    return requirement, finding.deviation, finding.operation


class _Seen:
    """By which goes of which cases findings were seen. `alone` maps what a finding says to the index of the only
    attempt that has shown it, else NOWHERE or SEVERAL. The findings are added in the order of the record."""

    def __init__(self, attempts: Sequence[Attempt]) -> None:
        self.alone: dict[_Sight, int] = {}
        self._attempts = attempts
        self._starts = [item.exchanges.start for item in attempts]
        self._found = [item.findings.start for item in attempts]
        self._count = 0

    def add(self, finding: Finding, *, doubtful: bool = True) -> None:
        """Note one more finding."""
        place, sight = self._place(finding), _sight(finding)
        self._count += 1
        before = self.alone.setdefault(sight, place if doubtful else SEVERAL)
        if before != place or not doubtful:
            self.alone[sight] = SEVERAL

    def _place(self, finding: Finding) -> int:
        if finding.exchange is not None:
            return self._within(self._starts, finding.exchange.number, lambda item: item.exchanges)
        return self._within(self._found, self._count, lambda item: item.findings)

    def _within(self, starts: Sequence[int], number: int, span: Callable[[Attempt], range]) -> int:
        place = bisect_right(starts, number) - 1
        return place if place >= 0 and number in span(self._attempts[place]) else NOWHERE


class _ByItself:
    """In which answers checks of one exchange have seen a promise broken in a way, whatever was asked."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], int] = {}
        self._several: set[tuple[str, str]] = set()
        self._otherwise: set[_Sight] = set()

    def add(self, finding: Finding) -> None:
        """Note one more finding."""
        if finding.check not in CHECKS or finding.exchange is None:
            self._otherwise.add(_sight(finding))
        elif (
            self._first.setdefault((finding.requirement, finding.deviation.kind), finding.exchange.number)
            != finding.exchange.number
        ):
            self._several.add((finding.requirement, finding.deviation.kind))

    def several(self, sight: _Sight) -> bool:
        """Whether it is seen in an answer by itself, and more than one answer is like that."""
        requirement, deviation, _ = sight
        return (requirement, deviation.kind) in self._several and sight not in self._otherwise


def settled(record: Record, contract: Contract) -> Record:
    """The record without what was seen once and not again, and with what is told in its place."""
    goes: defaultdict[str, list[int]] = defaultdict(list)
    for place, item in enumerate(record.attempts):
        goes[item.case].append(place)
    tried = {case: places for case, places in goes.items() if len(places) > 1}
    if not tried or not record.started:
        return record
    of_run = Findings(of_the_run(record.exchanges, contract))
    seen, lists = _Seen(record.attempts), lists_of(contract)
    for found in chain(record.findings, of_run):
        seen.add(found, doubtful=not _speaks(found))
    again = {place for places in tried.values() for place in places}
    doubts: defaultdict[int, list[tuple[int, Finding]]] = defaultdict(list)
    for index, found in enumerate(chain(record.findings, of_run)):
        place = seen.alone[_sight(found)]
        if place in again:
            doubts[place].append((index, found))
    gone: dict[int, Finding] = {}
    told: dict[int, Finding] = {}
    for places in tried.values():
        whole = [place for place in places if record.attempts[place].complete]
        for place in places:
            other = next((item for item in whole if item != place), None)
            if other is None or not (doubts[place] or record.attempts[place].stopped):
                continue
            parts = first_difference(
                _exchanges(record, record.attempts[place]), _exchanges(record, record.attempts[other]), lists
            )
            if parts is None:
                continue
            number = parts.first.number
            odd = [item for _, item in doubts[place]]
            speaks = any(_speaks(item) and _is_of(item, number) for item in chain(record.findings, of_run))
            instead = None if speaks else two_answers(parts, odd, contract)
            if speaks or instead is not None:
                gone |= {index: item for index, item in doubts[place] if not _is_of(item, number)}
            if instead is not None:
                told[number] = instead
    return _without(record, gone, tuple(told.values()))


def _is_of(finding: Finding, number: int) -> bool:
    return finding.exchange is not None and finding.exchange.number == number


def _exchanges(record: Record, attempt: Attempt) -> Sequence[Exchange]:
    return record.exchanges[attempt.exchanges.start - 1 : attempt.exchanges.stop - 1]


def two_answers(parts: TwoAnswers, odd: Iterable[Finding], contract: Contract) -> Finding | None:
    """The finding that a request was answered in two ways; None when no promise is about its answers.

    `odd` are findings that are explained by it.
    """
    exchange = parts.first
    findings = list(odd)
    own = [item for item in findings if _is_of(item, exchange.number)]
    promise = _own_promise(exchange.operation, contract)
    binding = [item.requirement for item in own if contract.requirements[item.requirement].binding]
    if promise not in contract.requirements or not contract.requirements[promise].binding:
        promise = next(iter(binding), promise)
    if promise not in contract.requirements:
        return None
    check = next((item.check for item in (*own, *findings)), "two-answers")
    return Finding(
        promise, check, exchange.operation, exchange.response.status, parts.deviation, exchange, (parts.then.number,)
    )


def _own_promise(name: str, contract: Contract) -> str:
    """What is promised of the answer of an operation, "" for none."""
    operation = contract.operations.get(name)
    if operation is None or not operation.responses:
        return ""
    return requirement_id.response(operation.id, operation.responses[0].status)


def _without(record: Record, gone: Mapping[int, Finding], told: Sequence[Finding]) -> Record:
    """The record with other findings; the indices of its attempts lead to those that are left."""
    if not gone and not told:
        return record
    count = len(record.findings)
    kept = [index for index in range(count) if index not in gone]

    def moved(span: range) -> range:
        return range(bisect_left(kept, span.start), bisect_left(kept, span.stop))

    return replace(
        record,
        findings=Findings(chain((record.findings[index] for index in kept), told)),
        attempts=tuple(replace(item, findings=moved(item.findings)) for item in record.attempts),
        taken_back=frozenset(
            (item.requirement, item.check, item.exchange.number if item.exchange is not None else 0)
            for index, item in gone.items()
            if index >= count
        ),
    )
