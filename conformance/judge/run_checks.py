"""The checks of a whole run: what only several exchanges together show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import unquote, urlsplit

from conformance.judge.exchange_checks import request_id
from conformance.judge.registry import Look, RunLook, run_check
from conformance.model import requirement_id
from conformance.model.contract import Contract, Resource
from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import JSON, Unreadable
from conformance.model.message import DISCOVERY, Exchange

__all__ = ["BACK", "MADE", "REPEATED"]

REPEATED = "request-id-unique"
BACK = "stays-gone"
MADE = "made-is-there"


@run_check(REPEATED, covers="header.request-id")
def repeated_request_ids(exchanges: Sequence[Exchange], contract: Contract) -> Iterator[RunLook]:
    """For each answer with a request id: whether an earlier answer of the run had the same (document line 278).

    Where every answer with an id of an earlier one is that very answer, it was not made anew: a cache or a gateway gave
    the answer of another request.
    """
    seen: dict[str, Exchange] = {}
    found: list[tuple[Exchange, Exchange]] = []
    for exchange in exchanges:
        value = request_id(exchange)
        if value is not None and exchange.request.operation != DISCOVERY:
            found.append((exchange, seen.setdefault(value, exchange)))
    repeated = [(exchange, first) for exchange, first in found if exchange.number != first.number]
    copied = all(_same_answer(exchange, first) for exchange, first in repeated) and any(
        exchange.response.body for exchange, _ in repeated
    )
    kind = "answer-again" if copied else "repeated-request-id"
    for exchange, first in found:
        wrong = Deviation(kind, seen=(("exchange", first.number),)) if exchange.number != first.number else None
        related = (first,) if wrong is not None and copied else ()
        yield RunLook(exchange, Look(requirement_id.header("RequestId"), wrong), related)


def _same_answer(one: Exchange, other: Exchange) -> bool:
    return (one.response.status, one.response.body) == (other.response.status, other.response.body)


@run_check(BACK, covers="*.delete.gone")
def resources_that_are_back(exchanges: Sequence[Exchange], contract: Contract) -> Iterator[RunLook]:
    """For each answer that shows resources: whether one of them was deleted before, and not made again (document lines
    934-947)."""
    for resource in contract.resources.values():
        if resource.remove is not None and requirement_id.gone(resource.remove) in contract.requirements:
            yield from _back(exchanges, resource, requirement_id.gone(resource.remove))


def _back(exchanges: Sequence[Exchange], resource: Resource, requirement: str) -> Iterator[RunLook]:
    gone: dict[str, Exchange] = {}
    for exchange in exchanges:
        operation, status = exchange.request.operation, exchange.response.status
        if operation == resource.remove and status == 204 and exchange.request.actor == "main":
            gone[unquote(urlsplit(exchange.request.url).path).rpartition("/")[2]] = exchange
            continue
        if not gone or status >= 300:
            continue
        ids = _ids(exchange)
        if operation == resource.create:
            for own in ids:
                gone.pop(own, None)
            continue
        back = [own for own in ids if own in gone]
        if ids:
            related = tuple(dict.fromkeys(gone[own] for own in back))
            wrong = Deviation("back-again", seen=(("count", len(back)),)) if back else None
            yield RunLook(exchange, Look(requirement, wrong), related)


@run_check(MADE, covers="*.create.response.201")
def resources_that_are_not_there(exchanges: Sequence[Exchange], contract: Contract) -> Iterator[RunLook]:
    """For each resource that a create has answered: whether it is shown, as long as nobody asked to delete it (ruling
    45)."""
    for resource in contract.resources.values():
        if resource.create is not None and resource.show is not None:
            requirement = requirement_id.response(resource.create, 201)
            if requirement in contract.requirements:
                yield from _made(exchanges, resource, requirement)


def _made(exchanges: Sequence[Exchange], resource: Resource, requirement: str) -> Iterator[RunLook]:
    made: dict[str, Exchange] = {}
    for exchange in exchanges:
        operation, status = exchange.request.operation, exchange.response.status
        own = unquote(urlsplit(exchange.request.url).path).rpartition("/")[2]
        if operation == resource.create and status == 201 and exchange.request.actor == "main":
            made |= dict.fromkeys(_ids(exchange)[:1], exchange)
        elif exchange.request.method == "DELETE":
            made.pop(own, None)
        elif operation == resource.show and own in made and exchange.request.actor == "main":
            created = made.pop(own)
            wrong = Deviation("made-and-not-there", operation=resource.create) if status == 404 else None
            yield RunLook(exchange, Look(requirement, wrong), (created,))


def _ids(exchange: Exchange) -> list[str]:
    """The ids of the resources in an answer: its own, or those of the objects in its lists."""
    try:
        body: JSON = exchange.response.json()
    except Unreadable:
        return []
    if not isinstance(body, dict):
        return []
    nodes = [body, *(item for value in body.values() if isinstance(value, list) for item in value)]
    found = [node.get("id") for node in nodes if isinstance(node, dict)]
    return [own for own in found if isinstance(own, str)]
