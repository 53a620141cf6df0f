"""What is done to a resource beside making, showing, changing and removing it: it succeeds as documented, what it sets is read
again, the resource stays, and what the contract forbids is refused."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from conformance.contract.producers import inner_of
from conformance.model import requirement_id
from conformance.model.contract import Operation, Resource
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class
from conformance.model.jsonvalue import equal
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotApplicable, NotExercised
from conformance.run.reading import reading
from conformance.services.generic.actions import acted_on, acted_with, reader_of, removes, with_body
from conformance.services.generic.arrange import (
    about,
    as_far_as,
    body_requirement,
    is_refused,
    own_of,
    settled,
    shown,
    success_of,
    unready,
)
from conformance.services.generic.cases.test_refusals import forbidden, refused
from conformance.services.generic.client import GenericClient
from conformance.services.generic.delay import accepted, seen_after
from conformance.services.generic.drawing import drawn
from conformance.services.generic.subjects import judges


def resource_of(cloud: GenericClient, operation: Operation) -> Resource:
    """The resource that an action is done to. Raises NotApplicable for what is no action."""
    resource = acted_on(cloud.contract, operation)
    if resource is None or not operation.responses:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.response(operation.id)))
    return resource


@judges("{operation}.response.*", "{operation}.body.*", "{operation}.request", "{operation}.path.*")
def test_what_can_be_done_to_a_resource_is_done_and_leaves_it_there(
    cloud: GenericClient, expect: Expect, operation: Operation
) -> None:
    resource = resource_of(cloud, operation)
    own = own_of(cloud, resource)
    exchange, sent = acted_with(cloud, operation, own)
    status = exchange.response.status
    if status >= 300:
        if is_refused(exchange) and is_surely_valid(cloud, operation, sent):
            whole = body_requirement(cloud.contract, operation.id, next(iter(sent), ""))
            names = ", ".join(sorted(sent))
            valid = Deviation(
                "allowed-refused", operation=operation.id, terms=(("members", names),), seen=(("status", status),)
            )
            expect(whole, False, valid, exchange)
        raise unready(exchange)
    if not expect.status(about(cloud.contract, operation.id), exchange, *success_of(cloud.contract, operation.id)):
        return
    named = requirement_id.path(operation.id, resource.parameter)
    if named in cloud.contract.requirements:
        expect.kept(named, exchange)
    whole = requirement_id.request(operation.id)
    if operation.request_schema is not None and whole in cloud.contract.requirements:
        expect.kept(whole, exchange)  # of what nothing shows it is known only that it was taken
    as_it_was_set(cloud, expect, operation, own, sent, exchange)
    if not removes(operation):
        gone = Deviation("made-and-not-there", operation=operation.id)
        there = shown(cloud, resource, own) is not None
        if expect(about(cloud.contract, operation.id), there, gone, exchange):
            with contextlib.suppress(NotExercised):  # so that it can be deleted
                settled(cloud, resource, own)


def is_surely_valid(cloud: GenericClient, operation: Operation, sent: Mapping[str, Any]) -> bool:
    """Whether an operation sets what can be read at the same path, to what the contract says is valid."""
    if reader_of(cloud.contract, operation) is None:
        return False
    schema = inner_of(operation.request_schema)[1]
    members = schema.get("properties", {})
    if not members:
        offer = drawn("", schema)
        return offer is not None and offer.sure
    offers = [drawn(name, members.get(name, {}), beside=members) for name in sent]
    return bool(offers) and all(item is not None and item.sure for item in offers)


def as_it_was_set(
    cloud: GenericClient, expect: Expect, operation: Operation, own: str, sent: Mapping[str, Any], act: Exchange
) -> None:
    """Judge that what an operation has set is read at the same path, as far as it is shown there; where it was only accepted,
    once it is, or the time is over, and of what nobody knows to be valid only where it is."""
    reader = reader_of(cloud.contract, operation)
    if reader is None:
        return
    due = success_of(cloud.contract, reader.id)

    def look() -> tuple[Exchange, dict[str, Any]]:
        exchange = cloud.call(reader.id, own)
        return exchange, seen_again(operation, sent, exchange) if exchange.response.status in due else {}

    def done(read: tuple[Exchange, dict[str, Any]]) -> bool:
        return read[0].response.status in due and all(equal(sent[name], got) for name, got in read[1].items())

    exchange, found = read = seen_after(cloud, act, look, done)
    if exchange.response.status not in due:
        raise unready(exchange)
    if accepted(act) and not done(read) and not is_surely_valid(cloud, operation, sent):
        return
    for name, got in found.items():
        requirement = body_requirement(cloud.contract, operation.id, name)
        expect.equal(requirement, sent[name], got, name, exchange, where="shown")


def seen_again(operation: Operation, sent: Mapping[str, Any], exchange: Exchange) -> dict[str, Any]:
    """Of the members that an operation has set those that an answer shows, as far as they were set."""
    wrapper, schema = inner_of(operation.request_schema)
    seen = reading(exchange).members(wrapper) if wrapper else reading(exchange)
    nodes = schema.get("properties", {})
    return {
        name: as_far_as(nodes.get(name, {}), value, seen.get(name))
        for name, value in sent.items()
        if name in seen or not nodes
    }


@judges("{operation}.body.*", "{operation}.request", "error.400", "status.failure", long=True)
def test_an_action_that_the_contract_forbids_is_refused(
    cloud: GenericClient, expect: Expect, operation: Operation
) -> None:
    resource = resource_of(cloud, operation)
    rows = [row for row in forbidden(operation) if not is_nothing(operation, *row)]
    needed = [name for name in inner_of(operation.request_schema)[1].get("required", ()) if name != operation.action]
    if not rows and not needed:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.request(operation.id)))
    own = own_of(cloud, resource)
    _, sent = taken(cloud, operation, own)
    answers = [(name, held, with_body(cloud, operation, own, {**sent, name: value})) for name, held, value in rows]
    for name in needed:
        less = {item: value for item, value in sent.items() if item != name}
        answers.append((name, Class.broken("missing"), with_body(cloud, operation, own, less)))
    again = with_body(cloud, operation, own, dict(sent))
    for name, held, exchange in answers:
        # What is refused in between is refused for what is wrong with it where it is taken again afterwards.
        if exchange.response.status < 300 or again.response.status < 300:
            refused(cloud, expect, resource, name, held, exchange)
    if again.response.status >= 300:
        raise unready(again)


def taken(cloud: GenericClient, operation: Operation, own: str) -> tuple[Exchange, Mapping[str, Any]]:
    """An action that was done. Raises NotExercised when none is."""
    exchange, sent = acted_with(cloud, operation, own)
    if exchange.response.status >= 300:
        raise unready(exchange)
    return exchange, sent


def is_nothing(operation: Operation, name: str, held: Class, _value: Any) -> bool:
    """Whether a value that is no null says as little as null does."""
    node = inner_of(operation.request_schema)[1].get("properties", {}).get(name, {})
    return node.get("type") == "null" and str(dict(held.terms).get("is", "")).startswith("empty")
