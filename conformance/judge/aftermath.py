"""Failures that an earlier request explains: what was taken, or refused, and breaks what comes after it.

A resource with a null in a property may be made without trouble, and be 500 whenever it is shown. Then it is not the
request to show it that is special, but the one that made it. So a server error for a valid request is told by what was
sent to its resource before, where that explains it:

- every such request about a resource with the same history fails, at least twice in the run; the same is answered
  about a resource without it, as are those just before and after: else the service fails whatever was sent;
- of what explains most failures the narrowest is named: a class of requests, a value, anything odd at one place,
  what was refused with one status, any request of one operation; what was taken before what was refused;
- whatever else is answered in the same way after it, such as another refusal than the one that is due, is of it.

Of a long run the history is looked at in pieces of MOST exchanges, each by itself.

A refusal of what the contract allows (a change after a refused one, say) is told in the same way, but by no single
value. A request that repeats one that was taken is no such failure. A list is about every resource that is there; a
list by the name of one is about that one. What was still there when the same list was answered is not to blame.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from urllib.parse import parse_qsl, unquote, urlsplit

from conformance.judge.breadth import wide
from conformance.judge.kinds import ODD, REFUSALS
from conformance.judge.members import place_of
from conformance.judge.sent import Partitioned
from conformance.model.contract import Contract, Operation, Resource
from conformance.model.equivalence import VALID, Class, Part, Standing
from conformance.model.finding import Finding
from conformance.model.findings import Findings
from conformance.model.jsonvalue import JSON, Unreadable
from conformance.model.marks import tag_of
from conformance.model.message import GONE, READING, Exchange
from conformance.model.outline import Outlined

__all__ = ["ANYTHING", "FOR_ALL", "LATER", "with_history"]

LATER, FOR_ALL = "breaks-later", "breaks-for-all"
"""Kinds of deviations: it breaks its own resource; it breaks what others ask, or a list of all."""
A_VALUE = Class("a-value")
"""The class of one value that keeps every rule."""
WHATEVER_IS_ODD = Class.open(ODD)
ANYTHING = Part("request", Class("anything"))
"""Any request of an operation."""
LEAST = 2
"""Failures that it takes, so that one that comes by chance has no history."""
MOST = 10_000
"""Exchanges whose history is looked at together: more than a gate has."""
LONGEST = 4096
"""Characters of a text up to which it may be what a list asks for."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What an earlier request may have left: its operation, whether it was taken, and what was in it. `value` is JSON,
    "" for a whole class."""

    operation: str
    taken: bool
    part: Part
    value: str = ""

    @property
    def order(self) -> tuple[object, ...]:
        """The likeliest first."""
        rule, standing = self.part.held.rule, self.part.standing
        breadth = 4 if self.part == ANYTHING else _BREADTHS.get(rule, 1 if self.value else 0)
        return not self.taken, breadth, _RANKS[standing], self.operation, self.part.order, self.value


_BREADTHS = {ODD: 2, "refused-with": 3}
_RANKS = {Standing.BROKEN: 0, Standing.LENIENT: 1, Standing.OPEN: 2, Standing.VALID: 3}


@dataclass(frozen=True, slots=True)
class PastAct:
    """A request that made or changed something, or was refused it, with what it may have left: `same` tells whether
    another request is the same, `texts` are those in its body."""

    number: int
    status: int
    actor: str
    marks: frozenset[Mark]
    same: bytes
    texts: frozenset[str]


@dataclass(frozen=True, slots=True)
class AskedOf:
    """A request and what it is about: `scope` tells requests apart that may fail by themselves, `acts` are what was
    sent before to what it is about, `place` is where it stands among those of its operation and actor."""

    exchange: Outlined
    scope: tuple[object, ...]
    acts: tuple[PastAct, ...]
    resource: Resource
    place: int = 0

    def has(self, mark: Mark) -> bool:
        """Whether the mark may explain its answer."""
        return any(mark in act.marks for act in self.acts)

    @property
    def marks(self) -> frozenset[Mark]:
        """What may explain its answer."""
        return frozenset(mark for act in self.acts for mark in act.marks)


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
    for history in _histories(known, contract, drawn):
        told = _explained(history, failed)
        _note(told, chosen, steady)
    by_seed = {number for number in failed if number in drawn}
    for history in _histories(known, contract):
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


def _answered_alike(history: _History, found: Mapping[Mark, Container[tuple[str, int]]]) -> Mapping[int, Explanation]:
    """Number of an exchange -> the mark that explains other answers of its operation and status."""
    return {
        asked.exchange.number: Explanation.of(mark, asked)
        for asked in history.asked
        for mark, places in found.items()
        if (asked.exchange.operation, asked.exchange.status) in places and asked.has(mark)
    }


def _plain(found: Iterable[Part]) -> bool:
    """Whether nothing sets a request apart."""
    return all(part.held == VALID for part in found)


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
        and _plain(parts.get(finding.exchange.number, ANY_ODD))
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
    history: _History, failed: Container[int], first: Sequence[Mark] = ()
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


# --- the history of resources ---------------------------------------------------------------------------------------


@dataclass
class _History:
    """What was asked of a run's resources, in order, and what of it was answered.

    `well` are marks that a request about a resource with them was answered all the same, `answered` those that all that
    was answered has in common, both by scope. `rows` are the requests of an operation and actor in order, `failed` the
    numbers of the exchanges that failed.
    """

    contract: Contract
    asked: list[AskedOf] = field(default_factory=list)
    well: defaultdict[tuple[object, ...], set[Mark]] = field(default_factory=lambda: defaultdict(set))
    answered: dict[tuple[object, ...], frozenset[Mark]] = field(default_factory=dict)
    rows: defaultdict[tuple[str, str], list[AskedOf]] = field(default_factory=lambda: defaultdict(list))
    failed: Container[int] = ()
    _acts: dict[tuple[str, str], list[PastAct]] = field(default_factory=dict)
    _there: dict[tuple[str, str], str] = field(default_factory=dict)
    _broken: set[tuple[str, str, str]] = field(default_factory=set)
    _single: dict[Mark, Mark] = field(default_factory=dict)

    def take(self, exchange: Exchange, found: Sequence[Part]) -> None:
        """Take the next exchange, with the parts of its request."""
        operation = self.contract.operations.get(exchange.operation)
        resource = self.contract.resource_of(exchange.operation)
        if operation is not None and resource is not None:
            self._take(exchange, found, operation, resource)

    def blames(self, mark: Mark, asked: AskedOf) -> bool:
        """Whether nothing speaks against it that a mark explains a failure."""
        if mark in self.well[asked.scope] or (asked.exchange.status < 500 and mark.taken and mark.value):
            return False
        if asked.scope not in self.answered or mark in self.answered[asked.scope]:
            return False
        row = self.rows[asked.exchange.operation, asked.exchange.actor]
        before, after = range(asked.place - 1, -1, -1), range(asked.place + 1, len(row))
        return not any(self._fails(mark, row, side) for side in (before, after))

    def _fails(self, mark: Mark, row: Sequence[AskedOf], side: range) -> bool:
        """Whether the nearest request fails that is about nothing with the mark."""
        nearest = next((row[index] for index in side if not row[index].has(mark)), None)
        return nearest is not None and nearest.exchange.number in self.failed

    def _add(
        self, exchange: Exchange, scope: tuple[object, ...], acts: tuple[PastAct, ...], resource: Resource
    ) -> AskedOf:
        row = self.rows[exchange.operation, exchange.actor]
        asked = AskedOf(exchange.outline, scope, acts, resource, len(row))
        row.append(asked)
        self.asked.append(asked)
        return asked

    def _take(self, exchange: Exchange, found: Sequence[Part], operation: Operation, resource: Resource) -> None:
        status, name = exchange.status, resource.name
        own = _addressed(exchange, operation, resource)
        if operation.id == resource.list:
            self._list(exchange, resource)
        elif own is not None:
            acts = tuple(self._acts.get((name, own), ()))
            same = _same(exchange) if acts else b""
            if any(act.status < 300 and act.same == same for act in acts):
                acts = ()  # that it was taken before is what sets it apart, not what it has left
            self._judged(self._add(exchange, (operation.id,), acts, resource), own, plain=_plain(found))
        if operation.id == resource.remove and own is not None:
            missing = status in GONE and self._there.get((name, own)) == exchange.actor
            if status < 300 or missing:  # what another project is told is not there may be
                self._acts.pop((name, own), None)
                self._there.pop((name, own), None)
        elif operation.method not in READING | {"DELETE"} and not 300 <= status < 400 and status < 500:
            self._keep(exchange, found, operation, resource, own)

    def _judged(self, asked: AskedOf, own: str, *, plain: bool) -> None:
        """Note how a request about one resource was answered."""
        status = asked.exchange.status
        key = (asked.resource.name, own, asked.exchange.operation)
        there = (asked.resource.name, own) in self._there
        if status >= 500 or (status >= 400 and there and plain):
            self._broken.add(key)
        elif status < 300 or (status < 500 and not there):
            self._answered(asked)
            if key not in self._broken:  # else it was mended by what came in between
                self.well[asked.scope] |= asked.marks

    def _keep(
        self, exchange: Exchange, found: Sequence[Part], operation: Operation, resource: Resource, own: str | None
    ) -> None:
        taken = exchange.status < 300
        if operation.id == resource.create and taken:
            own = _made(exchange, resource)
            if own is None:
                return
            self._there[resource.name, own] = exchange.actor
            self._acts.pop((resource.name, own), None)
        elif own is None or (operation.id != resource.create and (resource.name, own) not in self._there):
            return
        marks = frozenset(
            self._single.setdefault(mark, mark) for mark in _marks(exchange, found, operation, self.contract)
        )
        texts = frozenset(_texts(_body(exchange)))
        act = PastAct(exchange.number, exchange.status, exchange.actor, marks, _same(exchange), texts)
        self._acts.setdefault((resource.name, own), []).append(act)

    def _answered(self, asked: AskedOf) -> None:
        before = self.answered.get(asked.scope)
        if before is None:
            self.answered[asked.scope] = asked.marks
        elif before:
            self.answered[asked.scope] = before & asked.marks

    def _list(self, exchange: Exchange, resource: Resource) -> None:
        query = parse_qsl(urlsplit(exchange.request.url).query, keep_blank_values=True)
        texts = {text for _, text in query}
        mine = {own: self._acts.get((name, own), []) for name, own in self._there if name == resource.name}
        # The name that a resource was given, say.
        named = {own: acts for own, acts in mine.items() if any(not act.texts.isdisjoint(texts) for act in acts)}
        # A list by the name of one resource is about that one; which names are asked for tells nothing else.
        shape = tuple(sorted({name for name, _ in query})) if named else exchange.request.url
        scope = (exchange.operation, exchange.actor, shape, *(("named",) if named else ()))
        acts = tuple(act for acts in (named or mine).values() for act in acts)
        asked = self._add(exchange, scope, acts, resource)
        if exchange.status < 300:
            self._answered(asked)
            self.well[scope] |= asked.marks


def _histories(known: Partitioned, contract: Contract, without: Container[int] = ()) -> Iterator[_History]:
    """The history of the run, in pieces, without the exchanges of these numbers."""
    history, count = _History(contract), 0
    for exchange, found in known.whole(without):
        history.take(exchange, found)
        count += 1
        if count == MOST:
            yield history
            history, count = _History(contract), 0
    if count:
        yield history


def _same(exchange: Exchange) -> bytes:
    """What is the same for a request that is sent once more."""
    request = exchange.request
    head = f"{request.method}\0{request.url}\0".encode("utf-8", "surrogatepass")
    return blake2b(head + request.body, digest_size=16).digest()


def _texts(body: JSON) -> Iterator[str]:
    nodes = body if isinstance(body, list) else [body]
    for node in nodes:
        if isinstance(node, dict):
            yield from (value for value in node.values() if isinstance(value, str) and SHORT < len(value) <= LONGEST)


SHORT = 8
"""Characters of a text beyond which it is no word of an enumeration."""


def _marks(exchange: Exchange, found: Sequence[Part], operation: Operation, contract: Contract) -> Iterator[Mark]:
    """What a request may have left."""
    taken = exchange.status < 300
    yield Mark(operation.id, taken, ANYTHING)
    if not taken:
        yield Mark(operation.id, taken, Part("request", Class("refused-with", terms=(("status", exchange.status),))))
    for part in found:
        if part.held != VALID:
            yield Mark(operation.id, taken, wide(part))
            yield Mark(operation.id, taken, Part(part.place, WHATEVER_IS_ODD))
    body = _body(exchange)
    for node in body if isinstance(body, list) else [body]:
        if isinstance(node, dict):
            for place, value in _set(node, operation, contract):
                text = json.dumps(value, sort_keys=True)
                if tag_of("") not in text and not _is_id(place, operation, contract):
                    yield Mark(operation.id, taken, Part(place, A_VALUE), text)


def _set(node: Mapping[str, JSON], operation: Operation, contract: Contract) -> Iterator[tuple[str, JSON]]:
    """Place -> value of what a body sets: its members, or what an operation of a JSON Patch sets (RFC 6902)."""
    path = node.get("path")
    if operation.request_schema is not None and operation.request_schema.get("type") == "array":
        if isinstance(path, str):
            yield (
                f"/{place_of(contract, operation.id, path.removeprefix('/'))}",
                [node.get("op"), path, node.get("value")],
            )
        return
    for name, value in node.items():
        for item in value if isinstance(value, list) else [value]:
            yield place_of(contract, operation.id, name), item


def _is_id(place: str, operation: Operation, contract: Contract) -> bool:
    resource = contract.resource_of(operation.id)
    return resource is not None and place == resource.id


def _addressed(exchange: Exchange, operation: Operation, resource: Resource) -> str | None:
    """The id of the resource that a request is about: that of its path, or the one that it chooses for a new one."""
    if operation.id == resource.create:
        body = _body(exchange)
        wrapped = body.get(resource.wrapper) if resource.wrapper and isinstance(body, dict) else body
        own = wrapped.get(resource.id) if isinstance(wrapped, dict) else None
        return own.lower() if isinstance(own, str) else None
    path = urlsplit(exchange.request.url).path
    before, found, after = operation.path.partition(f"{{{resource.parameter}}}")
    start = path.rfind(before)
    if not found or start < 0:
        return None
    own = path[start + len(before) :]
    return unquote(own.removesuffix(after) if after else own).lower() or None


def _made(exchange: Exchange, resource: Resource) -> str | None:
    """The id of what a create has made: as its answer says, else by its Location."""
    try:
        body = exchange.response.json()
    except Unreadable:
        body = None
    wrapped = body.get(resource.wrapper) if resource.wrapper and isinstance(body, dict) else body
    own = wrapped.get(resource.id) if isinstance(wrapped, dict) else None
    if isinstance(own, str) and own:
        return own.lower()
    location = exchange.response.headers.get("Location") or ""
    return unquote(location.partition("?")[0].rstrip("/").rpartition("/")[2]).lower() or None


def _body(exchange: Exchange) -> JSON:
    """The body of a request, None where it is no JSON."""
    try:
        found: JSON = json.loads(exchange.request.body)
    except (ValueError, RecursionError):
        return None
    return found
