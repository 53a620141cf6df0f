"""The checks of a whole run: what only several exchanges together show."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain, pairwise
from urllib.parse import unquote, urlsplit

from conformance.judge.alike import TwoAnswers
from conformance.judge.exchange_checks import request_id
from conformance.judge.registry import Look, RunLook, run_check
from conformance.model import requirement_id
from conformance.model.contract import Contract, Resource
from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import JSON, Unreadable
from conformance.model.message import DISCOVERY, GONE, READING, Exchange
from conformance.model.outline import Outline, outlines_of

__all__ = ["BACK", "MADE", "MOST_LATE", "REPEATED"]

REPEATED = "request-id-unique"
BACK = "stays-gone"
MADE = "made-is-there"


@run_check(REPEATED, covers="header.request-id")
def repeated_request_ids(exchanges: Sequence[Exchange], contract: Contract) -> Iterator[RunLook]:
    """For each answer with a request id: whether an earlier answer of the run had the same (document line 278).

    Where every answer with an id of an earlier one is that very answer, it was not made anew: a cache or a gateway gave
    the answer of another request.
    """
    marks = array("Q")
    places = array("L")
    for place, exchange in enumerate(exchanges):
        value = request_id(exchange)
        if value is not None and exchange.request.operation != DISCOVERY:
            marks.append(_mark(value))
            places.append(place)
    again = _twice(marks)
    first: dict[int, int] = {}
    repeated = [
        (place, first[mark])
        for mark, place in zip(marks, places, strict=True)
        if mark in again and not _begins(first, mark, place)
    ]
    copied = any(exchanges[place].response.body for place, _ in repeated) and all(
        _same_answer(exchanges[place], exchanges[earlier]) for place, earlier in repeated
    )
    kind = "answer-again" if copied else "repeated-request-id"
    outlines, name = outlines_of(exchanges), requirement_id.header("RequestId")
    for mark, place in zip(marks, places, strict=True):
        earlier = first.get(mark, place)
        if earlier == place:
            yield RunLook(outlines[place], Look(name))
        else:
            wrong = Deviation(kind, seen=(("exchange", outlines[earlier].number),))
            yield RunLook(outlines[place], Look(name, wrong), (outlines[earlier],) if copied else ())


def _mark(value: str) -> int:
    """Eight bytes for a request id of any length: those of a whole run are held against each other."""
    return int.from_bytes(blake2b(value.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _twice(marks: array[int]) -> frozenset[int]:
    """Those that are there more than once."""
    ordered = sorted(marks)
    return frozenset(one for one, other in pairwise(ordered) if one == other)


def _begins(first: dict[int, int], mark: int, place: int) -> bool:
    return first.setdefault(mark, place) == place


def _same_answer(one: Exchange, other: Exchange) -> bool:
    return (one.response.status, one.response.body) == (other.response.status, other.response.body)


@run_check(BACK, covers="*.delete.gone")
def resources_that_are_back(exchanges: Sequence[Exchange], contract: Contract) -> Iterator[RunLook]:
    """For each answer that shows resources: whether one of them was deleted before, and not made again (document lines
    934-947)."""
    for resource in contract.resources.values():
        if resource.remove is not None and requirement_id.gone(resource.remove) in contract.requirements:
            yield from _back(exchanges, resource, requirement_id.gone(resource.remove))


@dataclass(frozen=True, slots=True)
class _Gone:
    """A resource that was deleted: its id, the exchange that did so, and when that was answered."""

    own: str
    by: Outline
    ended: float


@dataclass(frozen=True, slots=True)
class _ShowsGone:
    """An answer that shows what was deleted: its place among the exchanges, how many resources of which it shows, those
    of them that were deleted first, in that order, and when the last of all was deleted."""

    place: int
    count: int
    shown: tuple[_Gone, ...]
    last: float

    @classmethod
    def of(cls, place: int, back: Sequence[_Gone]) -> _ShowsGone:
        """The answer at a place, which shows these."""
        ordered = sorted(back, key=lambda item: item.ended)
        return cls(place, len(ordered), tuple(ordered[:MOST_SHOWN]), ordered[-1].ended)

    @property
    def first(self) -> float:
        """When the first of all was deleted: it is the one that least can be late."""
        return self.shown[0].ended


MOST_SHOWN = 100
"""Deleted resources of one answer that are remembered, those of the earliest deletions."""
MOST_LATE = 10.0
"""Seconds after a deletion in which an answer may be late where others were; what shows it then is no late read."""


def _back(exchanges: Sequence[Exchange], resource: Resource, requirement: str) -> Iterator[RunLook]:
    gone: dict[str, _Gone] = {}
    # Request -> its answers that showed what was gone, as long as none came without it.
    seen: dict[tuple[str, str], list[_ShowsGone]] = {}
    shown: set[str] = set()
    unsettled: list[_ShowsGone] = []  # those whose request will not be compared with a later one
    # Request -> the place of its last answer without anything that was gone, as long as nothing was written.
    without: dict[tuple[str, str], int] = {}
    # Operation -> seconds after a deletion at which an answer that had still shown what was gone showed it no more.
    late: dict[str, float] = {}

    def told(back: _ShowsGone, then: Exchange | None = None, open_since: float | None = None) -> RunLook:
        """Where the same request was answered without it, `then` or just before, it was answered in two ways."""
        exchange = exchanges[back.place]
        related = tuple(dict.fromkeys(item.by for item in back.shown))
        if then is not None:
            two = TwoAnswers.of(exchange, then).deviation
            return RunLook(exchange.outline, Look(requirement, two), (*related, then.outline))
        wrong = Deviation("back-again", seen=(("count", back.count),))
        return RunLook(exchange.outline, Look(requirement, wrong), related, open_since)

    def set_aside(own: str) -> list[_ShowsGone]:
        """The answers that show it: from here on they are not compared with later ones."""
        found = [back for backs in seen.values() for back in backs if any(item.own == own for item in back.shown)]
        for key, backs in seen.items() if found else ():
            seen[key] = [back for back in backs if back not in found]
        shown.discard(own)
        return found

    for place, exchange in enumerate(exchanges):
        operation, status = exchange.request.operation, exchange.response.status
        asked = exchange.request.url, exchange.request.actor
        if exchange.request.method not in READING:
            without.clear()
        if asked in seen and exchange.request.method == "GET" and (status < 300 or status in GONE):
            ids = _ids(exchange) if status < 300 else []
            still = frozenset(ids or ())
            if ids is not None and not any(item.own in still for back in seen[asked] for item in back.shown):
                for item in seen.pop(asked):
                    late[str(operation)] = max(late.get(str(operation), 0.0), exchange.started - item.last)
                    yield told(item, exchange)
        own = unquote(urlsplit(exchange.request.url).path).rpartition("/")[2]
        if operation == resource.remove and own in shown and not 400 <= status < 500:
            # Perhaps this took it away: that it is not shown any more says nothing.
            if status < 300:  # it was there to be deleted again
                yield from map(told, set_aside(own))
            else:
                unsettled += set_aside(own)
        if operation == resource.remove and status == 204 and exchange.request.actor == "main":
            gone[own] = _Gone(own, exchange.outline, exchange.started + exchange.response.elapsed)
            continue
        if not gone or status >= 300:
            continue
        ids = _ids(exchange)
        if ids is None:
            continue
        if operation == resource.create:
            for own in ids:
                gone.pop(own, None)
                unsettled += set_aside(own) if own in shown else []
            continue
        # Of two workers, the one that has the later number may have sent its request first.
        back = [gone[own] for own in ids if own in gone and exchange.started >= gone[own].ended]
        if back and asked in without:
            yield told(_ShowsGone.of(place, back), exchanges[without[asked]])
        elif back:
            seen.setdefault(asked, []).append(_ShowsGone.of(place, back))
            shown |= {item.own for item in seen[asked][-1].shown}
        else:
            if gone.keys().isdisjoint(ids):  # what was asked for before the deletion was answered may show it
                without[asked] = place
            if ids:
                yield RunLook(exchange.outline, Look(requirement))
    for item in chain(unsettled, *seen.values()):
        # Where answers are late this was one, perhaps, and nobody has asked again: that they are is the finding.
        shown_by = exchanges[item.place]
        if shown_by.started - item.first >= min(late.get(str(shown_by.request.operation), 0.0), MOST_LATE):
            yield told(item, open_since=item.first)


@run_check(MADE, covers="*.create.response.201")
def resources_that_are_not_there(exchanges: Sequence[Exchange], contract: Contract) -> Iterator[RunLook]:
    """For each resource that a create has answered: whether it is shown, as long as nobody asked to delete it (ruling
    45), be it that the answer to that never came. And whether it is shown each time: what is not there once and there
    again was answered in two ways."""
    for resource in contract.resources.values():
        if resource.create is not None and resource.show is not None:
            requirement = requirement_id.response(resource.create, 201)
            if requirement in contract.requirements:
                yield from _made(exchanges, resource, requirement)


def _made(exchanges: Sequence[Exchange], resource: Resource, requirement: str) -> Iterator[RunLook]:
    made: dict[str, Outline] = {}
    settled: set[str] = set()  # what was shown, or was asked to be deleted: it may be away, and does not come back
    missed: dict[str, tuple[Outline, int]] = {}  # id -> its create, and the place of the answer that it is not there

    def told(created: Outline, place: int, then: Exchange | None) -> RunLook:
        """Where it was shown `then`, the request was answered in two ways."""
        exchange = exchanges[place]
        if then is not None:
            two = TwoAnswers.of(exchange, then).deviation
            return RunLook(exchange.outline, Look(requirement, two), (created, then.outline))
        wrong = Deviation("made-and-not-there", operation=resource.create)
        return RunLook(exchange.outline, Look(requirement, wrong), (created,))

    for place, exchange in enumerate(exchanges):
        operation, status = exchange.request.operation, exchange.response.status
        own = unquote(urlsplit(exchange.request.url).path).rpartition("/")[2]
        if operation == resource.create and status == 201 and exchange.request.actor == "main":
            for item in (_ids(exchange) or [])[:1]:
                made[item] = exchange.outline
                settled.discard(item)
        elif exchange.request.method == "DELETE":
            away = missed.pop(own, None)
            if away is not None and own not in settled:
                yield told(*away, None)
            settled.add(own)  # whatever was answered, it may be gone; but then it does not come back
            if status < 300:
                made.pop(own, None)
        elif operation != resource.show or exchange.request.actor != "main" or own not in made:
            continue
        elif status == 404:
            if not exchange.request.doubtful:
                missed.setdefault(own, (made[own], place))
        elif own in missed and status < 300:
            yield told(*missed.pop(own), exchange)
            settled.add(own)
        elif own not in settled:
            yield RunLook(exchange.outline, Look(requirement), (made[own],))
            settled.add(own)
    for own, (created, missing) in missed.items():
        if own not in settled:
            yield told(created, missing, None)


def _ids(exchange: Exchange) -> list[str] | None:
    """The ids of the resources in an answer: its own, or those of the objects in its lists; None where it cannot be read,
    be it that only a part of it was kept."""
    try:
        body: JSON = exchange.response.json()
    except Unreadable:
        return None
    if not isinstance(body, dict):
        return None
    nodes = [body, *(item for value in body.values() if isinstance(value, list) for item in value)]
    found = [node.get("id") for node in nodes if isinstance(node, dict)]
    return [own for own in found if isinstance(own, str)]
