"""What cases for any contract need before they can judge: resources, how they are shown and listed, and what may be said
of them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from typing import Any

from conformance.contract.producers import inner_of, parameters_of
from conformance.generate.allowed import is_allowed
from conformance.model import requirement_id
from conformance.model.contract import Contract, Operation, Resource, Schema
from conformance.model.errors import TargetError
from conformance.model.jsonvalue import JSON, equal, moment
from conformance.model.message import GONE, Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import NotApplicable, NotExercised
from conformance.run.reading import Members, identified, reading
from conformance.run.sending.listing import listed_by
from conformance.services.generic.client import GenericClient, sent_in
from conformance.services.generic.delay import accepted, seen_after, seen_when, sent_when_free
from conformance.services.generic.drawing import Offer, drawn, kinds_of, refers
from conformance.services.generic.rest import PATIENCE, PAUSE, moving, no_more
from conformance.target.secret_members import names_secret

__all__ = [
    "EXPOSES",
    "MOST_PAGES",
    "PATIENCE",
    "PAUSE",
    "REFUSED",
    "about",
    "as_far_as",
    "body_requirement",
    "changed_in_some_form",
    "changed_with",
    "comparable",
    "created_with",
    "first_of",
    "forms_of",
    "further_members",
    "inner",
    "is_a_patch",
    "is_refused",
    "listed_after",
    "may_be_refused",
    "moving",
    "no_more",
    "other_project",
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
    "tells_rows_apart",
    "unknown_values",
    "unready",
    "value_for",
]

MOST_PAGES = 20
"""Pages of a list that are looked through."""
EXPOSES = re.compile(
    r"(.*[:_])?(shared|public|is_public|is_default|default|visibility|external|(delete_|deletion_)?protect(ed|ion))"
)
"""Names of members that no run sets: they reach beyond the resource."""
REFUSED = frozenset({401, 403, 408, 409, 413, 429})
"""Statuses below 500 of a refusal that says nothing of the value that was sent: of who asks, of how much and how often, and
of what is there."""


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
    return identified(whole.members(resource.wrapper) if resource.wrapper else whole, resource)


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
    if resource.list is None or not tells_rows_apart(cloud.contract, resource):
        raise NotExercised(Phrase.of("nothing-shows", resource=resource.name))
    first = cloud.call(resource.list, query=query or {}, actor=actor)
    for number, page in enumerate(cloud.pages_from(first, actor=actor)):
        if page.response.status not in success_of(cloud.contract, resource.list):
            raise unready(page)
        yield from listed_by(page, resource)
        if number >= MOST_PAGES:
            raise NotExercised(Phrase.of("nothing-shows", resource=resource.name))


def tells_rows_apart(contract: Contract, resource: Resource) -> bool:
    """Whether a list of the resources has, as the contract tells, by what each of them is known: rows of an array, and no
    object that is keyed by them, nor words."""
    if resource.list is None:
        return False
    spec = next(iter(contract.operations[resource.list].responses), None)
    schema = (spec.schema if spec is not None else None) or {}
    rows: Schema = schema.get("properties", {}).get(resource.items, {}) if resource.items else schema
    if "array" not in kinds_of(rows) or kinds_of(rows.get("items", {})) - {"object"}:
        return False
    known = rows.get("items", {}).get("properties", {})
    return not known or resource.id in known or resource.address in known


def row_of(cloud: GenericClient, resource: Resource, own: str, *, actor: str = "main") -> Members | None:
    """The resource as a list has it, None when it has not. Raises NotExercised when it is no list."""
    return next((row for row in rows_of(cloud, resource, actor=actor) if row.maybe_text(resource.id) == own), None)


def some_rows(cloud: GenericClient, resource: Resource, most: int) -> list[Members]:
    """Some resources of the first page of a list, a new one among them where one can be made. Raises NotExercised when
    there are none."""
    operation = str(resource.list)
    if stands_below(cloud.contract, resource) and cloud.service.about != resource.name:
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
    look = partial(shown, cloud, resource, own)
    seen = seen_when(cloud, ("settled", resource.name), look(), look, _unsettled)
    if seen is None:
        raise NotExercised(Phrase.of("shows-nothing", where="shown"))
    if status := moving(seen):
        raise NotExercised(Phrase.of("still-moving", resource=resource.name, status=status))
    return seen


def _unsettled(seen: Members | None) -> tuple[str, ...]:
    if seen is None:
        return ("absent",)
    return ("moving",) if moving(seen) else ()


def stands_below(contract: Contract, resource: Resource) -> bool:
    """Whether the collection of a resource is that of another one; the project at the head of a path is none."""
    found = (contract.operations[name] for name in (resource.list, resource.create) if name is not None)
    return any(parameters_of(operation) for operation in found)


def sent_members(contract: Contract, operation: str | None, resource: Resource) -> dict[str, Schema]:
    """The members that a request of an operation may set, and that the resource is shown with in the same form, without
    those that would show it to others, make it what others get by default, or keep it from being deleted, and without
    secrets, which are seldom shown as they are."""
    said = inner_of(contract.operations[operation].request_schema)[1] if operation is not None else {}
    known = shown_members(contract, resource)
    return {
        name: node
        for name, node in said.get("properties", {}).items()
        if name in known
        and name != resource.id
        and not EXPOSES.fullmatch(name)
        and not (names_secret(name) and "string" in kinds_of(node))
        and kinds_of(node) & kinds_of(known[name])
    }


def as_far_as(node: Schema, sent: JSON, seen: JSON) -> JSON:
    """What is shown of what was sent: an object whose members the contract names may have more than were set, such as those
    with a default; so may each item of an array."""
    members = node.get("properties", {})
    if sent in ({}, []) and seen in (None, {}, []):
        return sent  # nothing was set, and nothing is shown
    if isinstance(sent, str) and isinstance(seen, str):
        return sent if means_the_same(node, sent, seen) else seen
    if members and isinstance(sent, dict) and isinstance(seen, dict):
        return {name: as_far_as(members.get(name, {}), sent[name], seen[name]) for name in seen if name in sent}
    if isinstance(sent, list) and isinstance(seen, list) and len(sent) == len(seen):
        items = node.get("items", {})
        return [as_far_as(items, one, other) for one, other in zip(sent, seen, strict=True)]
    return seen


def means_the_same(node: Schema, sent: str, seen: str) -> bool:
    """Whether a text is shown as it was sent, as far as a contract tells that says nothing of its form: a moment in another
    writing (RFC 3339, 5.6), a free text without the blanks around it or in small letters."""
    if node.get("format") == "date-time":
        due = moment(sent)
        return sent == seen or (due is not None and due == moment(seen))
    free = not node.keys() & {"enum", "const", "format", "pattern"}
    return sent == seen or (free and sent.strip().casefold() == seen.strip().casefold())


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


def further_members(cloud: GenericClient, resource: Resource) -> dict[str, Offer | None]:
    """Members that a create may set and need not, each with a value, None where none is known; those that mean another
    resource are left out, and so is what a create of ours sends anyway."""
    create = str(resource.create)
    schema = inner_of(cloud.contract.operations[create].request_schema)[1]
    sent = {*schema.get("required", ()), *cloud.given(cloud.contract.operations[create]), cloud.service.marks.name}
    return {
        name: drawn(name, node, beside=schema.get("properties", {}))
        for name, node in sent_members(cloud.contract, create, resource).items()
        if name not in sent and not refers(name, node)
    }


def value_for(cloud: GenericClient, operation: Operation, name: str, node: Schema, now: Any) -> Offer | None:
    """A value that an operation may set a member to, first of all that of the file of values; a name has our mark, and is None
    where there is no room for one."""
    chosen = cloud.values.get(operation.id, {}).get(name)
    if chosen is not None and not equal(chosen, now):
        return Offer(chosen, sure=True)
    if name != cloud.service.marks.name:
        return drawn(name, node, now, beside=inner_of(operation.request_schema)[1].get("properties", {}))
    with contextlib.suppress(NotExercised):
        return Offer(cloud.mark(operation, node), sure=True)
    return None


def is_refused(exchange: Exchange) -> bool:
    """Whether what was sent was refused for what it holds."""
    return 400 <= exchange.response.status < 500 and exchange.response.status not in REFUSED


def unknown_values(operation: str, members: Collection[str], requirements: Collection[str]) -> None:
    """End a case that has judged all but these members: no value is known that would have to be taken."""
    if members:
        reason = Phrase.of("no-value-known", operation=operation, name=", ".join(sorted(members)))
        raise NotExercised(reason, *requirements)


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


NOTHING_BESIDE: Mapping[str, Any] = {}


def changed_with(
    cloud: GenericClient, own: str, members: Mapping[str, Any], beside: Mapping[str, Any] = NOTHING_BESIDE
) -> Exchange:
    """Change members of a resource, and send those `beside` them as they are."""
    operation = cloud.operation(str(cloud.resource.change))
    headers = {"Content-Type": operation.request_media_type}
    return cloud.call(operation.id, own, body=cloud.encoded(operation, {**beside, **members}), headers=headers)


def forms_of(cloud: GenericClient, resource: Resource, before: Members) -> tuple[dict[str, Any], ...]:
    """What a change has to send besides the members that it changes, as they are now: what its body needs, and where it may
    replace the whole resource (RFC 9110, 9.3.4), a second form with all that it is shown with. Raises NotExercised when a
    member is needed of which nothing is known."""
    operation = cloud.contract.operations[str(resource.change)]
    schema = inner_of(operation.request_schema)[1]
    nodes: Mapping[str, Schema] = schema.get("properties", {})
    given = {**cloud.given(cloud.contract.operations[resource.create or operation.id]), **cloud.given(operation)}
    now = {
        name: before.get(name)
        for name, node in nodes.items()
        if name in before and before.get(name) is not None and is_allowed(node, before.get(name))
    }
    needed: dict[str, Any] = {}
    for name in schema.get("required", ()):
        made = drawn(name, nodes.get(name, {})) if name not in now and name not in given else None
        if name not in now and name not in given and (made is None or not made.known):
            raise NotExercised(Phrase.of("value-missing", operation=operation.id, name=name))
        needed[name] = now.get(name, given.get(name, made.value if made is not None else None))
    shown_too = {name: now[name] for name in sent_members(cloud.contract, operation.id, resource) if name in now}
    whole = {**shown_too, **needed}
    return (needed, whole) if operation.method == "PUT" and whole != needed else (needed,)


def changed_in_some_form(
    cloud: GenericClient,
    resource: Resource,
    own: str,
    members: Mapping[str, Any],
    before: Members,
    where: str = "changed",
) -> tuple[Exchange, Mapping[str, Any]]:
    """Change members of a resource in the first form of a change that is taken; the answer, and what was sent beside
    them. A conflict is waited for as `where` says (delay.py): it may mean what the members hold."""
    forms = forms_of(cloud, resource, before)
    for beside in forms:
        exchange = sent_when_free(cloud, partial(changed_with, cloud, own, members, beside), where)
        if not is_refused(exchange):
            break
    return exchange, beside


def own_of(cloud: GenericClient, resource: Resource, *, listed: bool = False) -> str:
    """The id of a new resource, once it is there; where it is to be `listed`, and was only accepted, once it is that, too.
    Raises NotExercised when none is made."""
    if cloud.service.about != resource.name:
        raise NotExercised(Phrase.of("nothing-makes", resource=resource.name))
    made = cloud.make()
    own = made.text(resource.id)
    settled(cloud, resource, own)
    if listed:
        listed_after(cloud, resource, made.source, own)
    return own


def listed_after(cloud: GenericClient, resource: Resource, create: Exchange, own: str) -> None:
    """Wait until a list has what a create was only accepted to make, or the time is over."""
    if accepted(create):
        with contextlib.suppress(NotExercised):  # a list that cannot be looked through is judged by the case
            seen_after(cloud, create, partial(row_of, cloud, resource, own), bool)


def plain_call(cloud: GenericClient, operation: Operation, own: str, **options: Any) -> Exchange:
    """A call of an operation that the contract allows, on this resource where it addresses one; `options` are those of
    the client's call."""
    body, headers, creates, makes = b"", {}, False, False
    name: object = None
    if operation.request_schema is not None:
        resource = cloud.contract.resource_of(operation.id)
        creates = resource is not None and operation.id == resource.create
        makes = resource is not None and creates and cloud.service.about == resource.name
        needed = cloud.needed() if makes else {name: item.value for name, item in _plain(operation).items()}
        body = b"[]" if is_a_patch(operation) else cloud.encoded(operation, needed)
        headers = {"Content-Type": operation.request_media_type}
        name = needed.get(cloud.service.marks.name)
    if makes:
        return cloud.tries(name if isinstance(name, str) else "", body=body, headers=headers, **options)
    try:
        exchange = cloud.call(operation.id, own, body=body, headers=headers, **options)
    except TargetError:
        if creates:
            cloud.loses("")
        raise
    if creates and not 300 <= exchange.response.status < 500:
        cloud.loses("")  # nobody removes what it makes
    return exchange


def _plain(operation: Operation) -> dict[str, Offer]:
    """The members that a request of an operation needs, one where it needs none, each with a value that its schema allows.
    Raises NotExercised where there is none for what it needs."""
    schema = inner_of(operation.request_schema)[1]
    members = schema.get("properties", {})
    names = schema.get("required", ())
    free = [name for name, node in members.items() if not refers(name, node) and not EXPOSES.fullmatch(name)]
    found = {name: _offered(name, members) for name in names or free}
    for name in names:
        if found[name] is None:
            raise NotExercised(Phrase.of("value-missing", operation=operation.id, name=name))
    known = {name: item for name, item in found.items() if item is not None}
    first = sorted(known, key=lambda name: (not known[name].sure, not known[name].known))[:1]
    return {name: known[name] for name in names or first}


def _offered(name: str, members: Mapping[str, Schema]) -> Offer | None:
    """A value for a member of a body; of one that is always null there is no other."""
    node = members.get(name, {})
    return Offer(None, sure=True) if node.get("type") == "null" else drawn(name, node, beside=members)


def may_be_refused(operation: Operation) -> bool:
    """Whether a plain call of an operation sends what it may have to refuse, because nobody knows what its body needs."""
    return (
        operation.request_schema is not None
        and not is_a_patch(operation)
        and any(not item.sure for item in _plain(operation).values())
    )
