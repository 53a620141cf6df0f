"""What only follows from something else: found, told beside its cause, and no finding of its own. The rules are those of
causes.py."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from conformance.judge.breadth import coarse
from conformance.judge.kinds import (
    BACK_AGAIN,
    BROKEN_LATER,
    FACTS_OF_DATA,
    IN_PAGES,
    NO_ANSWER,
    ODD,
    OTHER_DATA,
    SERVER_ERRORS,
    SYNTAX,
    TAKEN,
    TWO_ANSWERS,
    WITHOUT_A_TOKEN,
    code_instead,
    speaks_for_itself,
)
from conformance.judge.severity import harm_of
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class, Part, Standing
from conformance.model.finding import Finding, Key
from conformance.model.findings import Findings
from conformance.model.outline import Outlined
from conformance.model.phrase import Phrase
from conformance.model.verdict import Harm

__all__ = ["MOST_TOLD", "NOTHING", "Parts", "followed"]

Parts: TypeAlias = Mapping[int, Sequence[Part]]
"""Number of an exchange -> the parts of its request."""


BETWEEN = frozenset({"start", "cleanup"})
"""Names of exchanges that are of no case."""
NOTHING = -1
"""Stands for no cause."""
MOST_TOLD = 20_000
"""Findings, of those that are met in the same way one, whose causes are remembered while others are looked for."""


def followed(
    findings: Findings, parts: Parts, contract: Contract, exploring: Container[int]
) -> tuple[Sequence[int], Sequence[Key]]:
    """For each finding which of the identities it only follows from, NOTHING for one that stands for itself; and the
    identities."""
    known, siblings = _Suspects(), _Siblings()
    for place, finding in enumerate(map(findings.brief, range(len(findings)))):
        if finding.exchange is not None:
            siblings.add(place, finding.exchange.number, findings.claims[place])
            known.add(finding, finding.exchange, contract, drawn=finding.exchange.number in exploring)
    keys: dict[Key, int] = {}
    told: dict[tuple[object, ...], int] = {}

    def cause_of(place: int, finding: Finding, exchange: Outlined, *, drawn: bool) -> int:
        found, of_request = siblings.of(exchange.number), parts.get(exchange.number, ())
        between = exchange.case in BETWEEN
        alike = (findings.claims[place], id(found), id(of_request), drawn, exchange.operation, exchange.status, between)
        if alike not in told:  # the same is true of whatever is found in the same way
            others = [findings.brief(first) for first in found]
            cause = known.cause_of(finding, exchange, others, of_request, contract, drawn=drawn)
            if len(told) >= MOST_TOLD:
                told.clear()
            told[alike] = NOTHING if cause is None else keys.setdefault(cause.key, len(keys))
        return told[alike]

    # Twice: what is drawn by the seed of the run decides nothing about what every run meets.
    own: dict[int, int] = {}
    follows = array("l")
    stands: tuple[set[int], set[int]] = (set(), set())
    for place, finding in enumerate(map(findings.brief, range(len(findings)))):
        claim, exchange, cause = findings.claims[place], finding.exchange, NOTHING
        drawn = exchange is not None and exchange.number in exploring
        if claim not in own:
            own[claim] = keys.setdefault(finding.key, len(keys))
        if exchange is not None:
            cause = cause_of(place, finding, exchange, drawn=drawn)
        if cause == NOTHING:
            stands[drawn].add(own[claim])
        follows.append(cause)
    regular, by_seed = stands
    for place, number in enumerate(findings.numbers()):
        key = own[findings.claims[place]]
        if key in regular or (key in by_seed and number is not None and number in exploring):
            follows[place] = NOTHING
    return follows, tuple(keys)


class _Siblings:
    """Which findings are of the same exchange: by number, the first that say the same."""

    def __init__(self) -> None:
        self._first: dict[int, int] = {}
        self._of: list[tuple[int, ...]] = []
        self._single: dict[tuple[int, ...], tuple[int, ...]] = {(): ()}

    def add(self, place: int, number: int, claim: int) -> None:
        if number >= len(self._of):
            self._of.extend([()] * (number + 1 - len(self._of)))
        together = (*self._of[number], self._first.setdefault(claim, place))
        self._of[number] = self._single.setdefault(together, together)

    def of(self, number: int) -> tuple[int, ...]:
        return self._of[number] if number < len(self._of) else ()


class _Suspects:
    """The findings from which others may follow, each of those that say the same once: what only the seed of the run has
    drawn, and what every run meets, apart."""

    def __init__(self) -> None:
        self._other_data: tuple[dict[Key, Finding], dict[Key, Finding]] = ({}, {})
        self._broken_later: tuple[dict[object, Finding], dict[object, Finding]] = ({}, {})
        self._answered: tuple[dict[object, Finding], dict[object, Finding]] = ({}, {})
        self._in_pages: tuple[dict[object, Finding], dict[object, Finding]] = ({}, {})
        self._taken: defaultdict[str, dict[Key, Finding]] = defaultdict(dict)
        self._taken_by_all: defaultdict[str, dict[Key, Finding]] = defaultdict(dict)
        self._broken_by: dict[tuple[str | None, int | None], Finding] = {}

    def add(self, finding: Finding, exchange: Outlined, contract: Contract, *, drawn: bool) -> None:
        kind, said = finding.deviation.kind, (finding.key, finding.operation)
        if kind in OTHER_DATA:
            self._other_data[drawn].setdefault(finding.key, finding)
        if kind in BROKEN_LATER:
            self._broken_later[drawn].setdefault(said, finding)
        if kind == "not-as-sent":
            self._answered[drawn].setdefault(said, finding)
        if kind in IN_PAGES and _binds(finding, contract):
            self._in_pages[drawn].setdefault((said, _sort_keys(finding)), finding)
        if kind in SYNTAX and exchange.status >= 500:
            self._broken_by.setdefault((exchange.operation, exchange.status), finding)
        if kind in TAKEN:
            self._taken[exchange.operation].setdefault(finding.key, finding)
            if not drawn:
                self._taken_by_all[exchange.operation].setdefault(finding.key, finding)

    def cause_of(
        self,
        finding: Finding,
        exchange: Outlined,
        found: Sequence[Finding],
        parts: Sequence[Part],
        contract: Contract,
        *,
        drawn: bool,
    ) -> Finding | None:
        """What the finding only follows from; `found` is all that was found in its exchange, `parts` are those of its
        request.

        What was asked between the cases is not tried again: what is wrong in one such answer and in no other is one
        cause, named by what was found first.
        """
        cause = self._of_finding(finding, exchange, found, parts, contract, drawn=drawn)
        if cause is not None or exchange.case not in BETWEEN:
            return cause
        binding = _binds(finding, contract)
        for item in found:
            if item.key == finding.key:
                return None
            alone = self._of_finding(item, exchange, found, parts, contract, drawn=drawn) is None
            if alone and _binds(item, contract) >= binding:
                return item
        return None

    def _of_finding(
        self,
        finding: Finding,
        exchange: Outlined,
        found: Sequence[Finding],
        parts: Sequence[Part],
        contract: Contract,
        *,
        drawn: bool,
    ) -> Finding | None:
        if finding.deviation.kind == TWO_ANSWERS:
            return _given_away(finding, found, contract)
        if (odd := _odd(finding, found, contract)) is not None or _is_no_answer(finding):
            return odd
        let_in = (self._taken if drawn else self._taken_by_all)[exchange.operation].values()
        return (
            _no_answer(finding, found, contract)
            or _syntax(finding, found, contract)
            or _breaks(finding, self._broken_by)
            or _unwanted_status(finding, found, contract)
            or _let_in(finding, found, contract)
            or _no_json(finding, found)
            or _breaks_later(finding, _steady_first(self._broken_later, drawn=drawn))
            or _answered_otherwise(finding, _steady_first(self._answered, drawn=drawn))
            or _kept_otherwise(finding, found, contract)
            or _unreadable(finding, found, contract)
            or _back_again(finding, found, contract)
            or _page(finding, found, contract)
            or _in_pages(finding, _steady_first(self._in_pages, drawn=drawn), contract)
            or _what_was_taken(finding, found, let_in, parts, contract)
            or _of_other_data(finding, _steady_first(self._other_data, drawn=drawn))
        )


def _steady_first(found: tuple[Mapping[Any, Finding], Mapping[Any, Finding]], *, drawn: bool) -> Collection[Finding]:
    """What every run meets; where that is nothing, for what was drawn by the seed what else was."""
    return found[False].values() or (found[True].values() if drawn else ())


def _odd(finding: Finding, found: Iterable[Finding], contract: Contract) -> Finding | None:
    """The finding that this very answer was not given again when the same was asked again. What it has given away stands
    for itself."""
    if speaks_for_itself(finding.deviation):
        return None
    binding = _binds(finding, contract)
    return next(
        (item for item in found if item.deviation.kind == TWO_ANSWERS and _binds(item, contract) >= binding), None
    )


def _given_away(finding: Finding, found: Iterable[Finding], contract: Contract) -> Finding | None:
    """The finding that this answer has given something away, of which this one says that it was not given again."""
    binding = _binds(finding, contract)
    return next(
        (item for item in found if speaks_for_itself(item.deviation) and _binds(item, contract) >= binding), None
    )


def _no_answer(finding: Finding, found: Iterable[Finding], contract: Contract) -> Finding | None:
    """The finding that this answer is none to what was asked: another request's, a refusal of a valid token, a coding that
    nobody asked for, or a redirection. What it shows of another project stands for itself."""
    if _harm(finding, contract) is Harm.ISOLATION and finding.status in {200, 201}:
        return None
    binding = _binds(finding, contract)
    return next((item for item in found if _is_no_answer(item) and _binds(item, contract) >= binding), None)


def _is_no_answer(finding: Finding) -> bool:
    deviation = finding.deviation
    if deviation.kind == "undocumented-status":
        return deviation.status is not None and 300 <= deviation.status < 400
    return deviation.kind in NO_ANSWER


def _unwanted_status(finding: Finding, found: Iterable[Finding], contract: Contract) -> Finding | None:
    """The server error, or the status that the document does not have, on the answer whose status or form this finding is
    about."""
    harm = _harm(finding, contract)
    if harm not in {Harm.STATUS, Harm.FORM}:
        return None
    for item in found:
        if item.deviation.kind in SERVER_ERRORS:
            return item
        if item.deviation.kind == "undocumented-status" and harm is Harm.FORM and _binds(item, contract):
            return item
    return None


def _binds(finding: Finding, contract: Contract) -> bool:
    return contract.requirements[finding.requirement].binding


def _syntax(finding: Finding, found: Iterable[Finding], contract: Contract) -> Finding | None:
    """The text that is syntax somewhere, over which the target broke with this 5xx."""
    deviation = finding.deviation
    if deviation.kind in SYNTAX or _harm(finding, contract) not in {Harm.SERVER_ERROR, Harm.STATUS, Harm.FORM}:
        return None
    if not any(item.deviation.kind in SERVER_ERRORS for item in found):
        return None
    return next((item for item in found if item.deviation.kind in SYNTAX), None)


def _breaks(finding: Finding, broken_by: Mapping[tuple[str | None, int | None], Finding]) -> Finding | None:
    """The text over which an operation breaks, of which this finding says that it broke for a request that tells no
    class, or for one value: what a resource is called does not stand in the request that shows or deletes it."""
    deviation = finding.deviation
    telling = [part for part in deviation.request if part.held.rule != "a-value"]
    if deviation.kind not in SERVER_ERRORS or telling or finding.exchange is None:
        return None
    return broken_by.get((finding.exchange.operation, finding.exchange.status))


def _let_in(finding: Finding, found: Iterable[Finding], contract: Contract) -> Finding | None:
    """The finding that this call was let in without a token, of which this one says that its status is another."""
    if _harm(finding, contract) is not Harm.STATUS:
        return None
    return next((item for item in found if item.deviation.kind in WITHOUT_A_TOKEN and not code_instead(item)), None)


def _breaks_later(finding: Finding, later: Iterable[Finding]) -> Finding | None:
    """The finding that what was taken here, and was due a refusal, breaks what comes after it: the heavier of the two."""
    if finding.deviation.kind not in TAKEN:
        return None
    wrong = {*map(coarse, finding.deviation.request), *((part.place, None) for part in finding.deviation.request)}
    for item in later:
        taken = dict(item.deviation.terms).get("how") == "taken" and item.deviation.operation == finding.operation
        if taken and any(_class(part) in wrong for part in item.deviation.request):
            return item
    return None


def _answered_otherwise(finding: Finding, answered: Iterable[Finding]) -> Finding | None:
    """The finding that an answer has another value of the member than was sent, of which this one says that it is not
    what is shown either."""
    if finding.deviation.kind != "not-as-shown":
        return None
    wanted = (finding.operation, finding.deviation.place, (("where", "answer"),))
    return next(
        (item for item in answered if (item.operation, item.deviation.place, item.deviation.terms[:1]) == wanted), None
    )


def _class(part: Part) -> tuple[str, Class | None]:
    """The class of what was taken, None for whatever is odd at its place."""
    return (part.place, None) if part.held.rule == ODD else coarse(part)


def _no_json(finding: Finding, found: Iterable[Finding]) -> Finding | None:
    """The failure that is no JSON, of which this finding says that its media type is another."""
    if finding.deviation.kind != "not-its-media-type":
        return None
    return next((item for item in found if _carries(item.deviation, "no-json")), None)


def _unreadable(finding: Finding, found: Iterable[Finding], contract: Contract) -> Finding | None:
    """The finding that the body of this answer cannot be read, of which this one misses something; that it is no UTF-8 says
    why it cannot."""
    kinds = ["not-utf-8"] if finding.deviation.kind == "unreadable" else ["not-utf-8", "unreadable"]
    if finding.deviation.kind == "not-utf-8" or _harm(finding, contract) is not Harm.RESULT:
        return None
    binding = _binds(finding, contract)
    why = [item for item in found if item.deviation.kind in kinds and _binds(item, contract) >= binding]
    return min(why, key=lambda item: kinds.index(item.deviation.kind), default=None)


def _kept_otherwise(finding: Finding, found: Iterable[Finding], contract: Contract) -> Finding | None:
    """The finding that a member is not kept as it was sent, of which this one says that its value breaks its schema."""
    if finding.deviation.kind != "breaks":
        return None
    member = finding.deviation.place.rpartition(".")[2].partition("[")[0]
    binding = _binds(finding, contract)
    for item in found:
        places = {part.place for part in item.deviation.request} | {item.deviation.place.removeprefix("/")}
        if item.deviation.kind in {"syntax-altered", "not-as-sent"} and member in places:
            return item if _binds(item, contract) >= binding else None
    return None


def _back_again(finding: Finding, found: Iterable[Finding], contract: Contract) -> Finding | None:
    """The finding that an answer shows what was deleted, of which this one says that it is in the wrong place, or one too
    many."""
    if finding.deviation.kind in BACK_AGAIN or _harm(finding, contract) is not Harm.RESULT:
        return None
    others = (item for item in found if item.requirement != finding.requirement and _binds(item, contract))
    return next((item for item in others if item.deviation.kind in BACK_AGAIN), None)


def _page(finding: Finding, found: Iterable[Finding], contract: Contract) -> Finding | None:
    """The page of a gateway in place of an answer, of which this finding says that it has no request id."""
    if finding.deviation.kind != "no-request-id":
        return None
    return next((item for item in found if _is_page(item.deviation) and _binds(item, contract)), None)


def _is_page(deviation: Deviation) -> bool:
    page = deviation.kind == "another-media-type" and dict(deviation.terms).get("got") == "text/html"
    return page or _carries(deviation, "html")


def _in_pages(finding: Finding, pages: Iterable[Finding], contract: Contract) -> Finding | None:
    """The binding finding that pages lose or repeat resources, of which this one says the same of an order that is only
    advised, and that has a key in common with what it was seen by."""
    what = IN_PAGES.get(finding.deviation.kind)
    if what is None or _binds(finding, contract):
        return None
    keys = _sort_keys(finding)
    alike = (item for item in pages if item.operation == finding.operation and IN_PAGES[item.deviation.kind] == what)
    return next((item for item in alike if not keys.isdisjoint(_sort_keys(item))), None)


def _sort_keys(finding: Finding) -> frozenset[str]:
    """The keys by which the pages were sorted (`order`: KEY DIRECTION, ...)."""
    order = str(dict(finding.deviation.seen).get("order", ""))
    return frozenset(pair.partition(" ")[0] for pair in order.split(", "))


def _carries(deviation: Deviation, kind: str) -> bool:
    carried = dict(deviation.terms).get("carries")
    return deviation.kind == "no-envelope" and isinstance(carried, Phrase) and carried.kind == kind


def _what_was_taken(
    finding: Finding, found: Iterable[Finding], taken: Iterable[Finding], parts: Sequence[Part], contract: Contract
) -> Finding | None:
    """The finding that the request, to which this finding's answer was given, was taken: of the same request, or of one
    of the same class."""
    exchange = finding.exchange
    assert exchange is not None
    if finding.deviation.kind in TAKEN or exchange.status >= 400:
        return None
    if _harm(finding, contract) not in {Harm.RESULT, Harm.STATUS, Harm.FORM}:
        return None
    wrong = {coarse(part) for part in parts if part.standing in {Standing.BROKEN, Standing.LENIENT}}
    own = {item.key for item in found}
    binding = contract.requirements[finding.requirement].binding
    for item in taken:
        if binding and not contract.requirements[item.requirement].binding:
            continue
        if item.key in own or (wrong and not wrong.isdisjoint(map(coarse, item.deviation.request))):
            return item
    return None


def _of_other_data(finding: Finding, other_data: Iterable[Finding]) -> Finding | None:
    """The finding that data came back otherwise than it was given, of which this one says what else is told of it."""
    return next(iter(other_data), None) if finding.deviation.kind in FACTS_OF_DATA else None


def _harm(finding: Finding, contract: Contract) -> Harm:
    return harm_of(contract.requirements[finding.requirement], finding.deviation)
