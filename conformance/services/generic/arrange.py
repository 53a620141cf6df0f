"""What cases for any contract need before they can judge: resources, how they are shown and listed, and what may be said
of them."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.producers import inner_of, parameters_of
from conformance.generate.values import plain_value
from conformance.model import requirement_id
from conformance.model.contract import Contract, Operation, Resource, Schema
from conformance.model.message import GONE, Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import NotApplicable, NotExercised
from conformance.run.reading import Members, reading
from conformance.run.sending.listing import listed_by
from conformance.services.generic.client import GenericClient

__all__ = [
    "MOST_PAGES",
    "PATIENCE",
    "PAUSE",
    "about",
    "body_requirement",
    "changed_with",
    "comparable",
    "created_with",
    "first_of",
    "further_members",
    "inner",
    "is_a_patch",
    "moving",
    "other_project",
    "other_value",
    "own_of",
    "plain_call",
    "row_of",
    "rows_of",
    "sent_in",
    "sent_members",
    "settled",
    "shown",
    "some_rows",
    "stands_below",
    "success_of",
    "unready",
]

PATIENCE, PAUSE = 10.0, 0.5
"""Seconds in which a service that has accepted something has to do it, and between two looks."""
MOST_PAGES = 20
"""Pages of a list that are looked through."""
MOVING = re.compile(r"ing\Z|pending|queued|build|in_progress", re.IGNORECASE)
AT_REST = re.compile(r"(\A|[_-])error|running\Z", re.IGNORECASE)
"""What the status of a resource says with which something is still done, and what only sounds like that."""
REFERENCE = re.compile(r"(_ids?|_uuid|_ref|Ref|Id)\Z")
"""What the name of a member ends in that means another resource."""


def unready(exchange: Exchange, *requirements: str) -> NotExercised:
    """What to raise when the case cannot go on after this answer."""
    reason = Phrase.of("prerequisite", operation=exchange.operation, status=exchange.response.status)
    return NotExercised(reason, *requirements)


def first_of(contract: Contract, *names: str) -> str:
    """The first of these requirements that the contract has. Raises NotApplicable when it has none."""
    found = next((name for name in names if name in contract.requirements), None)
    if found is None:
        raise NotApplicable(Phrase.of("not-promised", requirement=names[0]))
    return found


def about(contract: Contract, operation: str) -> str:
    """The requirement that an operation succeeds as documented."""
    spec = contract.operations[operation].responses
    return first_of(contract, requirement_id.response(operation, spec[0].status) if spec else operation)


def success_of(contract: Contract, operation: str) -> tuple[int, ...]:
    """The documented statuses of the success of an operation."""
    return tuple(spec.status for spec in contract.operations[operation].responses)


def inner(exchange: Exchange, resource: Resource) -> Members:
    """The resource in an answer, out of what wraps it; no members when there is none."""
    whole = reading(exchange)
    return whole.members(resource.wrapper) if resource.wrapper else whole


def shown(cloud: GenericClient, resource: Resource, own: str, *, actor: str = "main") -> Members | None:
    """The resource as it is shown, else as it is listed; None when it is not there. Raises NotExercised when neither can
    tell."""
    if resource.show is None:
        return row_of(cloud, resource, own, actor=actor)
    exchange = cloud.show(own, actor=actor)
    if exchange.response.status in GONE:
        return None
    if exchange.response.status not in success_of(cloud.contract, resource.show):
        raise unready(exchange)
    return inner(exchange, resource)


def rows_of(
    cloud: GenericClient, resource: Resource, query: Mapping[str, str | int] | None = None, *, actor: str = "main"
) -> Iterator[Members]:
    """What a list has, page after page, as far as pages lead on. Raises NotExercised when it is no list, or never ends."""
    if resource.list is None:
        raise NotExercised(Phrase.of("nothing-shows", resource=resource.name))
    for number, page in enumerate(cloud.pages(query or {}, actor=actor)):
        if page.response.status not in success_of(cloud.contract, resource.list):
            raise unready(page)
        yield from listed_by(page, resource)
        if number >= MOST_PAGES:
            raise NotExercised(Phrase.of("nothing-shows", resource=resource.name))


def row_of(cloud: GenericClient, resource: Resource, own: str, *, actor: str = "main") -> Members | None:
    """The resource as a list has it, None when it has not. Raises NotExercised when it is no list."""
    return next((row for row in rows_of(cloud, resource, actor=actor) if row.maybe_text(resource.id) == own), None)


def some_rows(cloud: GenericClient, resource: Resource, most: int) -> list[Members]:
    """Some resources of the first page of a list, a new one among them where one can be made. Raises NotExercised when
    there are none."""
    operation = str(resource.list)
    if stands_below(cloud.contract, resource):
        raise NotExercised(Phrase.of("nothing-makes", resource=resource.name))
    if cloud.service.about == resource.name:
        with contextlib.suppress(NotExercised):  # what is there can be read all the same
            own_of(cloud, resource)
    exchange = cloud.call(operation)
    if exchange.response.status not in success_of(cloud.contract, operation):
        raise unready(exchange)
    rows = [row for row in listed_by(exchange, resource) if row.maybe_text(resource.id)][:most]
    if not rows:
        raise NotExercised(Phrase.of("nothing-there"))
    return rows


def settled(cloud: GenericClient, resource: Resource, own: str) -> Members:
    """The resource as it is shown once the service has done what it has accepted, in a time. Raises NotExercised when it
    is not there then, and when it is still not at rest."""
    waited = 0.0
    while True:
        seen = shown(cloud, resource, own)
        status = moving(seen) if seen is not None else ""
        if seen is not None and not status:
            return seen
        if waited >= PATIENCE:
            if seen is None:
                raise NotExercised(Phrase.of("shows-nothing", where="shown"))
            raise NotExercised(Phrase.of("still-moving", resource=resource.name, status=status))
        cloud.wait(PAUSE)
        waited += PAUSE


def moving(seen: Members) -> str:
    """The status with which a resource says that something is still done with it, "" for none."""
    said = (str(seen.get(name, "")) for name in seen if name == "status" or name.endswith("_status"))
    return next((text for text in said if MOVING.search(text) and not AT_REST.search(text)), "")


def stands_below(contract: Contract, resource: Resource) -> bool:
    """Whether the collection of a resource is that of another one; the project at the head of a path is none."""
    found = (contract.operations[name] for name in (resource.list, resource.create) if name is not None)
    return any(parameters_of(operation) for operation in found)


def sent_members(contract: Contract, operation: str | None, resource: Resource) -> dict[str, Schema]:
    """The members that a request of an operation may set, and that the resource is shown with in the same form."""
    said = inner_of(contract.operations[operation].request_schema)[1] if operation is not None else {}
    known = shown_members(contract, resource)
    return {
        name: node
        for name, node in said.get("properties", {}).items()
        if name in known and name != resource.id and _kinds(node) & _kinds(known[name])
    }


def shown_members(contract: Contract, resource: Resource) -> Mapping[str, Schema]:
    """The members with which a resource is shown, and their schemas."""
    for operation in (resource.show, resource.change, resource.create):
        specs = contract.operations[operation].responses if operation is not None else ()
        if specs and specs[0].schema is not None:
            schema = specs[0].schema
            node = schema.get("properties", {}).get(resource.wrapper, schema) if resource.wrapper else schema
            found: Mapping[str, Schema] = node.get("properties", {})
            return found
    return {}


def _kinds(node: Schema) -> set[str]:
    kind = node.get("type", ())
    return {*([kind] if isinstance(kind, str) else kind)} - {"null"}


def further_members(contract: Contract, resource: Resource) -> dict[str, Any]:
    """Members that a create may set and need not, each with a value; those that mean another resource are left out."""
    schema = inner_of(contract.operations[resource.create or ""].request_schema)[1]
    needed = schema.get("required", ())
    return {
        name: other_value(node, None)
        for name, node in sent_members(contract, resource.create, resource).items()
        if name not in needed and not REFERENCE.search(name)
    }


def other_value(node: Schema, now: Any) -> Any:
    """A value that a schema allows and that a member does not have now; the same one when there is no other."""
    kinds = _kinds(node)
    if "enum" in node:
        return next((value for value in node["enum"] if value != now and value is not None), now)
    if "boolean" in kinds:
        return not now if isinstance(now, bool) else False
    if "integer" in kinds or "number" in kinds:
        least = int(node.get("minimum", 1))
        return next(value for value in (least, least + 1) if value != now)
    if "string" in kinds and "format" not in node and "pattern" not in node:
        text = "another value of it"[: node.get("maxLength", 40)]
        return text if text != now else text[:-1] + "x"
    if "object" in kinds and "properties" not in node:
        return {"conformance": "value"} if now != {"conformance": "value"} else {}
    return plain_value(node)


def other_project(cloud: GenericClient) -> str:
    """The actor of the second project. Raises NotExercised without one, and when administration opens all projects to
    it."""
    if "other" not in cloud.target.actors:
        raise NotExercised(Phrase.of("no-second-project"))
    if cloud.target.actors["other"].admin:
        raise NotExercised(Phrase.of("second-project-of-administrator"))
    return "other"


def comparable(value: Any) -> bool:
    """Whether a value of an answer can be put in an order."""
    return isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool))


def is_a_patch(operation: Operation) -> bool:
    """Whether a change is a list of operations (RFC 6902)."""
    return "patch" in (operation.request_media_type or "") or (operation.request_schema or {}).get("type") == "array"


def body_requirement(contract: Contract, operation: str, member: str) -> str:
    """The requirement on a member that a request sets: its own, else that on what it stands in."""
    wrapper, _ = inner_of(contract.operations[operation].request_schema)
    return first_of(
        contract,
        requirement_id.body(operation, member),
        requirement_id.body(operation, f"{wrapper}.{member}"),
        requirement_id.body(operation, wrapper or member),
        requirement_id.request(operation),
    )


# --- what is sent ---------------------------------------------------------------------------------------------------


def created_with(cloud: GenericClient, members: Mapping[str, Any], *, without: str = "") -> Exchange:
    """Create a resource of what a create needs and of these members, but for one."""
    whole = {**cloud.needed(), **members}
    return cloud.create({name: value for name, value in whole.items() if name != without})


def changed_with(cloud: GenericClient, own: str, members: Mapping[str, Any]) -> Exchange:
    """Change members of a resource."""
    operation = cloud.operation(str(cloud.resource.change))
    headers = {"Content-Type": operation.request_media_type}
    return cloud.call(operation.id, own, body=cloud.encoded(operation, dict(members)), headers=headers)


def own_of(cloud: GenericClient, resource: Resource) -> str:
    """The id of a new resource, once it is there. Raises NotExercised when none is made."""
    if cloud.service.about != resource.name:
        raise NotExercised(Phrase.of("nothing-makes", resource=resource.name))
    own = cloud.make().text(resource.id)
    settled(cloud, resource, own)
    return own


def plain_call(cloud: GenericClient, operation: Operation, own: str, **options: Any) -> Exchange:
    """A call of an operation that the contract allows, on this resource where it addresses one; `options` are those of
    the client's call."""
    body, headers = b"", {}
    if operation.request_schema is not None:
        resource = cloud.contract.resource_of(operation.id)
        creates = resource is not None and operation.id == resource.create
        makes = resource is not None and creates and cloud.service.about == resource.name
        needed = cloud.needed() if makes else _plain(operation)
        body = b"[]" if is_a_patch(operation) else cloud.encoded(operation, needed)
        headers = {"Content-Type": operation.request_media_type}
        name = needed.get(cloud.service.marks.name)
        if creates and isinstance(name, str):
            cloud.journal.intend(name)
    return cloud.call(operation.id, own, body=body, headers=headers, **options)


def _plain(operation: Operation) -> dict[str, Any]:
    """The members that a request of an operation needs, one where it needs none, each with a value that its schema
    allows."""
    schema = inner_of(operation.request_schema)[1]
    members = schema.get("properties", {})
    names = schema.get("required", ()) or [name for name in members if not REFERENCE.search(name)][:1]
    return {name: other_value(members.get(name, {}), None) for name in names}


def sent_in(exchange: Exchange, operation: Operation) -> Mapping[str, Any]:
    """The members of a resource that a request has set."""
    wrapper, _ = inner_of(operation.request_schema)
    body = json.loads(exchange.request.body)
    found: Mapping[str, Any] = body.get(wrapper, {}) if wrapper else body
    return found
