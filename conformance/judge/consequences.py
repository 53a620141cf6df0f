"""What only follows from something else: found, told beside its cause, and no finding of its own. The rules are those of
causes.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

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
    WITHOUT_A_TOKEN,
    code_instead,
)
from conformance.judge.severity import harm_of
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class, Part, Standing
from conformance.model.finding import Finding, Key
from conformance.model.phrase import Phrase
from conformance.model.verdict import Harm

__all__ = ["Parts", "followed"]

Parts: TypeAlias = Mapping[int, Sequence[Part]]
"""Number of an exchange -> the parts of its request."""


def followed(
    findings: Sequence[Finding], parts: Parts, contract: Contract, exploring: Collection[int]
) -> dict[int, Key]:
    """Index of a finding that only follows -> the identity of the finding that it follows from."""
    other_data: defaultdict[bool, list[Finding]] = defaultdict(list)
    by_exchange: defaultdict[int, list[Finding]] = defaultdict(list)
    taken: defaultdict[str, list[Finding]] = defaultdict(list)
    taken_by_all: defaultdict[str, list[Finding]] = defaultdict(list)
    broken_later: defaultdict[bool, list[Finding]] = defaultdict(list)
    answered: defaultdict[bool, list[Finding]] = defaultdict(list)
    in_pages: defaultdict[bool, list[Finding]] = defaultdict(list)
    broken_by: dict[tuple[str | None, int | None], Finding] = {}
    for finding in findings:
        if finding.deviation.kind in OTHER_DATA and finding.exchange is not None:
            other_data[finding.exchange.number in exploring].append(finding)
        if finding.deviation.kind in BROKEN_LATER and finding.exchange is not None:
            broken_later[finding.exchange.number in exploring].append(finding)
        if finding.deviation.kind == "not-as-sent" and finding.exchange is not None:
            answered[finding.exchange.number in exploring].append(finding)
        if finding.deviation.kind in IN_PAGES and finding.exchange is not None and _binds(finding, contract):
            in_pages[finding.exchange.number in exploring].append(finding)
        if finding.exchange is not None:
            by_exchange[finding.exchange.number].append(finding)
            if finding.deviation.kind in SYNTAX and finding.exchange.response.status >= 500:
                broken_by.setdefault((finding.exchange.operation, finding.exchange.response.status), finding)
            if finding.deviation.kind in TAKEN:
                taken[finding.exchange.operation].append(finding)
                if finding.exchange.number not in exploring:
                    taken_by_all[finding.exchange.operation].append(finding)

    def cause_of(finding: Finding) -> Finding | None:
        if finding.exchange is None or _is_no_answer(finding):
            return None
        found = by_exchange[finding.exchange.number]
        drawn = finding.exchange.number in exploring
        let_in = (taken if drawn else taken_by_all)[finding.exchange.operation]
        return (
            _no_answer(finding, found, contract)
            or _syntax(finding, found, contract)
            or _breaks(finding, broken_by)
            or _unwanted_status(finding, found, contract)
            or _let_in(finding, found, contract)
            or _no_json(finding, found)
            or _breaks_later(finding, broken_later[False] or (broken_later[True] if drawn else []))
            or _answered_otherwise(finding, answered[False] or (answered[True] if drawn else []))
            or _kept_otherwise(finding, found, contract)
            or _unreadable(finding, found, contract)
            or _back_again(finding, found, contract)
            or _page(finding, found, contract)
            or _in_pages(finding, in_pages[False] or (in_pages[True] if drawn else []), contract)
            or _what_was_taken(finding, let_in, parts, contract)
            or _of_other_data(finding, other_data[False] or (other_data[True] if drawn else []))
        )

    # Twice: what is drawn by the seed of the run decides nothing about what every run meets.
    regular: dict[Key, list[tuple[int, Finding | None]]] = {}
    drawn: dict[Key, list[tuple[int, Finding | None]]] = {}
    for index, finding in enumerate(findings):
        explores = finding.exchange is not None and finding.exchange.number in exploring
        (drawn if explores else regular).setdefault(finding.key, []).append((index, cause_of(finding)))
    told: dict[int, Key] = {}
    for side in (regular, drawn):
        for key, met in side.items():
            stands = side is drawn and any(index not in told for index, _ in regular.get(key, ()))
            if not stands and all(cause is not None for _, cause in met):
                told |= {index: cause.key for index, cause in met if cause is not None}
    return told


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
    return broken_by.get((finding.exchange.operation, finding.exchange.response.status))


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
    """The page of a gateway in place of a failure, of which this finding says that it has no request id."""
    if finding.deviation.kind != "no-request-id":
        return None
    return next((item for item in found if _carries(item.deviation, "html") and _binds(item, contract)), None)


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


def _what_was_taken(finding: Finding, taken: Iterable[Finding], parts: Parts, contract: Contract) -> Finding | None:
    """The finding that the request, to which this finding's answer was given, was taken: of the same request, or of one
    of the same class."""
    exchange = finding.exchange
    assert exchange is not None
    if finding.deviation.kind in TAKEN or exchange.response.status >= 400:
        return None
    if _harm(finding, contract) not in {Harm.RESULT, Harm.STATUS, Harm.FORM}:
        return None
    wrong = {
        coarse(part) for part in parts.get(exchange.number, ()) if part.standing in {Standing.BROKEN, Standing.LENIENT}
    }
    binding = contract.requirements[finding.requirement].binding
    for item in taken:
        if binding and not contract.requirements[item.requirement].binding:
            continue
        same = item.exchange is not None and item.exchange.number == exchange.number
        if same or (wrong and not wrong.isdisjoint(map(coarse, item.deviation.request))):
            return item
    return None


def _of_other_data(finding: Finding, other_data: Sequence[Finding]) -> Finding | None:
    """The finding that data came back otherwise than it was given, of which this one says what else is told of it."""
    return next(iter(other_data), None) if finding.deviation.kind in FACTS_OF_DATA else None


def _harm(finding: Finding, contract: Contract) -> Harm:
    return harm_of(contract.requirements[finding.requirement], finding.deviation)
