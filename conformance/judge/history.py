"""The history of the resources of a run: what was asked of each, in order, and what of it was answered.

A list is about every resource that is there; a list by the name of one is about that one. A request that repeats one that
was taken is about nothing that came before it. Of a long run the history is looked at in pieces of MOST exchanges, each by
itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from conformance.judge.remains import Mark, addressed_id, digest_of, made_id, marks_of, texts_of
from conformance.judge.sent import Partitioned
from conformance.model.contract import Contract, Operation, Resource
from conformance.model.equivalence import VALID, Part
from conformance.model.message import GONE, READING, Exchange
from conformance.model.outline import Outlined

__all__ = ["AskedOf", "PastAct", "ResourceHistory", "histories", "is_plain"]

MOST = 10_000
"""Exchanges whose history is looked at together: more than a gate has."""


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


@dataclass
class ResourceHistory:
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
        own = addressed_id(exchange, operation, resource)
        if operation.id == resource.list:
            self._list(exchange, resource)
        elif own is not None:
            acts = tuple(self._acts.get((name, own), ()))
            same = digest_of(exchange) if acts else b""
            if any(act.status < 300 and act.same == same for act in acts):
                acts = ()  # that it was taken before is what sets it apart, not what it has left
            self._judged(self._add(exchange, (operation.id,), acts, resource), own, plain=is_plain(found))
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
            own = made_id(exchange, resource)
            if own is None:
                return
            self._there[resource.name, own] = exchange.actor
            self._acts.pop((resource.name, own), None)
        elif own is None or (operation.id != resource.create and (resource.name, own) not in self._there):
            return
        marks = frozenset(
            self._single.setdefault(mark, mark) for mark in marks_of(exchange, found, operation, self.contract)
        )
        texts = frozenset(texts_of(exchange))
        act = PastAct(exchange.number, exchange.status, exchange.actor, marks, digest_of(exchange), texts)
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


def histories(known: Partitioned, contract: Contract, without: Container[int] = ()) -> Iterator[ResourceHistory]:
    """The history of the run, in pieces, without the exchanges of these numbers."""
    history, count = ResourceHistory(contract), 0
    for exchange, found in known.whole(without):
        history.take(exchange, found)
        count += 1
        if count == MOST:
            yield history
            history, count = ResourceHistory(contract), 0
    if count:
        yield history


def is_plain(found: Iterable[Part]) -> bool:
    """Whether nothing sets a request apart."""
    return all(part.held == VALID for part in found)
