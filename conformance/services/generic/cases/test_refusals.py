"""What the contract forbids is refused, place by place: each member and parameter with one value for each rule that it can
break, each body that cannot be read, what is not there, what is not defined."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import groupby
from typing import Any
from urllib.parse import quote

from conformance.contract.producers import holder_of, inner_of, parameters_of
from conformance.generate.values import one_of_each
from conformance.judge.rules import rule_of
from conformance.model import requirement_id
from conformance.model.contract import Contract, Operation, Resource, Schema
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class, Part, Standing
from conformance.model.jsonvalue import equal
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotApplicable, NotExercised, call
from conformance.run.reading import body_of
from conformance.run.sending.listing import listed_by
from conformance.services.generic.arrange import (
    REFUSED,
    body_requirement,
    changed_in_some_form,
    changed_with,
    created_with,
    first_of,
    forms_of,
    is_a_patch,
    is_refused,
    may_be_refused,
    own_of,
    plain_call,
    sent_members,
    settled,
    shown,
    success_of,
    unready,
    value_for,
)
from conformance.services.generic.below import ClientBelow
from conformance.services.generic.client import GenericClient
from conformance.services.generic.delay import sent_when_free
from conformance.services.generic.drawing import refers
from conformance.services.generic.harm import harmful_action
from conformance.services.generic.subjects import judges
from conformance.services.generic.tries import forgotten


@judges("{create}.body.*", "{create}.request", "error.400", "status.failure", parts=("create", "remove"), long=True)
def test_a_create_that_the_contract_forbids_is_refused(
    cloud: GenericClient, expect: Expect, resource: Resource
) -> None:
    assert resource.create is not None
    operation = cloud.contract.operations[resource.create]
    with forgotten(cloud):  # where there may be one alone, all others are refused for that
        plain = created_with(cloud, {})
    if plain.response.status >= 300:
        raise unready(plain)
    for name, held, value in forbidden(operation):
        exchange = created_with(cloud, {name: value})
        refused(cloud, expect, resource, name, held, exchange)
    for name in inner_of(operation.request_schema)[1].get("required", ()):
        exchange = created_with(cloud, {}, without=name)
        refused(cloud, expect, resource, name, Class.broken("missing"), exchange)


@judges(
    "{change}.body.*",
    "{change}.request",
    "error.400",
    "status.failure",
    parts=("create", "remove", "change"),
    long=True,
)
def test_a_change_that_the_contract_forbids_changes_nothing(
    cloud: GenericClient, expect: Expect, resource: Resource
) -> None:
    assert resource.change is not None
    operation = cloud.contract.operations[resource.change]
    if is_a_patch(operation):
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.request(resource.change)))
    names = sent_members(cloud.contract, resource.change, resource)
    if not names:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.request(resource.change)))
    own = own_of(cloud, resource)
    whole = allowed_first(cloud, resource, own)
    before = settled(cloud, resource, own)
    for name, tries in groupby(forbidden(operation), key=lambda row: row[0]):
        beside = forms_of(cloud, resource, before)[-1 if whole else 0]
        exchanges = [(held, changed_with(cloud, own, {name: value}, beside)) for _, held, value in tries]
        for held, exchange in exchanges:
            refused(cloud, expect, resource, name, held, exchange)
        if all(exchange.response.status >= 400 for _, exchange in exchanges):  # shown once for all
            after = shown(cloud, resource, own)
            same = after is not None and all(equal(before.get(item), after.get(item)) for item in names)
            stored = Deviation("refused-and-stored", terms=(("members", name),))
            expect(body_requirement(cloud.contract, resource.change, name), same, stored, exchanges[-1][1])
        before = settled(cloud, resource, own)


def allowed_first(cloud: GenericClient, resource: Resource, own: str) -> bool:
    """Send a change that the contract allows, so that what is refused afterwards is refused for what is wrong with it; whether
    only one of the whole resource is taken. Raises NotExercised when none is."""
    operation = cloud.contract.operations[str(resource.change)]
    before = settled(cloud, resource, own)
    names = sent_members(cloud.contract, operation.id, resource)
    values = {
        name: value_for(cloud, operation, name, node, before.get(name))
        for name, node in names.items()
        if not refers(name, node)
    }
    known = {name: item for name, item in values.items() if item is not None}
    if not known:
        raise NotExercised(Phrase.of("no-value-known", operation=operation.id, name=", ".join(sorted(names))))
    for name in sorted(known, key=lambda name: (not known[name].sure, not known[name].known)):
        exchange, beside = changed_in_some_form(cloud, resource, own, {name: known[name].value}, before)
        if not is_refused(exchange):
            break
    if exchange.response.status not in success_of(cloud.contract, operation.id):
        raise unready(exchange)
    return beside != forms_of(cloud, resource, before)[0]


def forbidden(operation: Operation) -> list[tuple[str, Class, Any]]:
    """(member, class, value): for each rule of a member of a request a value that breaks it."""
    _, schema = inner_of(operation.request_schema)
    return [
        (name, held, value)
        for name, node in schema.get("properties", {}).items()
        for held, value in one_of_each(node, nullable=True).items()
        if held.standing is Standing.BROKEN
    ]


def refused(
    cloud: GenericClient, expect: Expect, resource: Resource, name: str, held: Class, exchange: Exchange
) -> None:
    """Judge that what breaks a rule is refused."""
    status = exchange.response.status
    if status >= 500 or status in REFUSED:
        return
    taken = Deviation(
        "forbidden-accepted", operation=exchange.operation, request=(Part(name, held),), seen=(("status", status),)
    )
    expect(body_requirement(cloud.contract, exchange.operation, name), status >= 400, taken, exchange)


NO_SUCH_THING = "conformance-no-such-thing"
UNREADABLE: Mapping[str, bytes] = {"half-an-object": b'{"name"', "no-json": b"x"}


@judges("{operation}.request", "error.400", "status.failure", smoke=True)
def test_a_body_that_cannot_be_read_is_refused(cloud: GenericClient, expect: Expect, operation: Operation) -> None:
    if operation.request_schema is None or 400 not in cloud.contract.error_codes:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.request(operation.id)))
    own = addressed(cloud, operation)
    for how, body in UNREADABLE.items():
        send = partial(as_it_is, cloud, operation, own, body)
        exchange = sent_when_free(cloud, send) if own else send()
        act = call(operation.id, how)
        expect.code(400, exchange, act)
        expect.refused(first_of(cloud.contract, requirement_id.request(operation.id)), exchange, act)


def as_it_is(cloud: GenericClient, operation: Operation, own: str, body: bytes) -> Exchange:
    """Send a body as it is, on a resource where the operation addresses one. What a create makes of it all the same is
    removed."""
    headers = {"Content-Type": operation.request_media_type}
    resource = cloud.contract.resource_of(operation.id)
    if resource is not None and operation.id == resource.create and cloud.service.about == resource.name:
        return cloud.tries("", body=body, headers=headers)
    return cloud.call(operation.id, own, body=body, headers=headers)


def addressed(cloud: GenericClient, operation: Operation) -> str:
    """The id of a new resource where an operation addresses one."""
    resource = cloud.contract.resource_of(operation.id)
    names = parameters_of(operation)
    if not names:
        return ""
    if resource is None or resource.create is None or resource.remove is None or len(names) > 1:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.request(operation.id)))
    return own_of(cloud, resource)


@judges("{list}.query.*", "error.400", "status.failure", parts=("list",))
def test_a_parameter_that_the_contract_forbids_is_refused(
    cloud: GenericClient, expect: Expect, resource: Resource
) -> None:
    assert resource.list is not None
    operation = cloud.contract.operations[resource.list]
    plain = cloud.call(operation.id)
    if plain.response.status not in success_of(cloud.contract, operation.id):
        raise unready(plain)
    for parameter in operation.query:
        requirement = requirement_id.query(operation.id, parameter.name)
        if requirement not in cloud.contract.requirements:
            continue
        for held, text in wrong_texts(parameter.schema).items():
            exchange = cloud.send(
                operation.method,
                cloud.path(operation),
                operation=operation.id,
                query={parameter.name: text},
                headers={"Accept": "application/json"},
            )
            status = exchange.response.status
            taken = Deviation(
                "forbidden-accepted",
                operation=operation.id,
                request=(Part(parameter.name, held),),
                seen=(("status", status),),
            )
            if status < 500 and status not in REFUSED and not selects_nothing(held, exchange, resource):
                expect(requirement, status >= 400, taken, exchange)


def selects_nothing(held: Class, exchange: Exchange, resource: Resource) -> bool:
    """Whether a list by a value that nothing has is rightly empty."""
    return (
        held.rule == "not-in-enumeration"
        and exchange.response.status < 300
        and body_of(exchange) is not None
        and not any(True for _ in listed_by(exchange, resource))
    )


def wrong_texts(schema: Schema) -> dict[Class, str]:
    """For each rule of a parameter that a text can break one that does."""
    kinds = schema.get("type", ())
    if "integer" in kinds:
        least = schema.get("minimum")
        below = {Class.broken("below-minimum"): str(least - 1)} if isinstance(least, int) else {}
        return {Class.broken("type", **{"is": "word", "wanted": "integer"}): "ten", **below}
    if "boolean" in kinds:
        return {Class.broken("type", **{"is": "word", "wanted": "boolean"}): "maybe"}
    found = one_of_each({**schema, "type": "string"})
    return {
        held: value
        for held, value in found.items()
        if held.standing is Standing.BROKEN and held.rule != "type" and isinstance(value, str)
        if value  # an empty one may stand for none at all
    }


@judges("error.404", "status.failure", "{operation}.path.*", smoke=True)
def test_404_for_what_is_not_there(cloud: GenericClient, expect: Expect, operation: Operation) -> None:
    resource = cloud.contract.resource_of(operation.id)
    addresses = resource is not None and addresses_one(resource, operation)
    may_make = resource is not None and operation.method == "PUT" and operation.path == resource.item  # RFC 9110, 9.3.4
    if not addresses or resource is None or 404 not in cloud.contract.error_codes:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.error(404)))
    if may_make and (resource.remove is None or cloud.service.about != resource.name or makes(operation)):
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.error(404)))  # nobody would remove it
    own = absent(operation, cloud)
    if may_make:
        cloud.journal.intend(cloud.name(), own)
    exchange = plain_call(cloud, operation, own)
    if may_make and 400 <= exchange.response.status < 500:
        cloud.journal.gone(own)
    unfit = may_be_refused(operation) or breaks(operation, parameters_of(operation)[0], own)
    if exchange.response.status in {400, 409} and unfit:
        raise unready(exchange)
    act = call(operation.id, "absent")
    expect.code(404, exchange, act)
    named = requirement_id.path(operation.id, resource.parameter)
    if named in cloud.contract.requirements:
        expect.refused(named, exchange, act)


def makes(operation: Operation) -> bool:
    """Whether an operation is documented to make what is not there (RFC 9110, 9.3.4)."""
    return any(spec.status == 201 for spec in operation.responses)


def addresses_one(resource: Resource, operation: Operation) -> bool:
    """Whether an operation is on a single resource, or below it, with a body that can be made where it has one."""
    below = operation.path.startswith(f"{resource.item}/")
    sent = operation.request_media_type is None or operation.request_schema is not None
    return len(parameters_of(operation)) == 1 and (operation.path == resource.item or (below and sent))


def absent(operation: Operation, cloud: GenericClient, name: str = "") -> str:
    """An id that nothing has, in the form that ids have there; of the first parameter where none is named."""
    name = name or parameters_of(operation)[0]
    own = cloud.uuid()
    if not breaks(operation, name, own):
        return own
    bare = own.replace("-", "")
    cloud.drawn.add(bare)
    return bare


def breaks(operation: Operation, name: str, own: str) -> bool:
    """Whether an id is none by what the contract says of a parameter of a path."""
    schema = next((item.schema for item in operation.parameters if (item.location, item.name) == ("path", name)), {})
    return rule_of(schema, own).standing is Standing.BROKEN


@judges("error.404", "status.failure", "{operation}.path.*")
def test_404_for_what_stands_below_another_and_is_not_there(
    cloud: GenericClient, expect: Expect, operation: Operation
) -> None:
    resource = cloud.contract.resource_of(operation.id)
    there = resource is not None and operation.path in {resource.collection, resource.item}
    holder = holder_of(cloud.contract, resource) if resource is not None else None
    if resource is None or holder is None or not there or not isinstance(cloud, ClientBelow):
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.error(404)))
    if 404 not in cloud.contract.error_codes:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.error(404)))
    single = operation.path == resource.item
    own = own_of(cloud, resource) if single else ""
    act = call(operation.id, "absent")
    asked = {}
    above = absent(operation, cloud, holder.parameter)
    # Of numbers nobody knows which are free, and what is no id at all may be refused as that.
    if not cloud.holder().isdecimal() and not breaks(operation, holder.parameter, above):
        asked[holder.parameter] = plain_call(cloud, operation, own, names={holder.parameter: above})
    if single:
        cloud.delete(own)
        if shown(cloud, resource, own) is None:
            asked[resource.parameter] = plain_call(cloud, operation, own)
    for parameter, exchange in asked.items():
        if exchange.response.status in {400, 409} and may_be_refused(operation):
            raise unready(exchange)
        expect.code(404, exchange, act)
        named = requirement_id.path(operation.id, parameter)
        if named in cloud.contract.requirements:
            expect.refused(named, exchange, act)


@judges("error.404", "status.failure", "answer.internals", smoke=True)
def test_404_for_a_path_that_is_not_there(cloud: GenericClient, expect: Expect, operation: Operation) -> None:
    if operation.method != "GET" or 404 not in cloud.contract.error_codes:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.error(404)))
    path = "/".join([*cloud.path(operation, "x").split("/")[: depth_of(operation, cloud.contract)], NO_SUCH_THING])
    exchange = cloud.send("GET", path, service=operation.service, headers={"Accept": "application/json"})
    act = Phrase.of("undefined-path", method="GET", path=path)
    expect.code(404, exchange, act)


def depth_of(operation: Operation, contract: Contract) -> int:
    """How many segments of a path lead to where it has its noun, and where no operation takes an id."""
    segments = operation.path.split("/")
    heads = operation.path.count("{") - len(parameters_of(operation))
    taken = [at for at, segment in enumerate(segments) if "{" in segment][heads:]
    depth = max((taken[0] if taken else len(segments)) - 1, 1)
    known = [item.path.split("/") for item in contract.operations.values() if item.service == operation.service]
    while depth > 1 and any(
        len(path) == depth + 1 and path[:depth] == segments[:depth] and "{" in path[depth] for path in known
    ):
        depth -= 1
    return depth


@judges("error.405", "status.failure")
def test_405_for_a_method_that_is_not_defined(cloud: GenericClient, expect: Expect, resource: Resource) -> None:
    create = cloud.contract.operations.get(resource.create or "")
    if 405 not in cloud.contract.error_codes or create is None or parameters_of(create):
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.error(405)))
    defined = {item.method for item in cloud.contract.operations.values() if item.path == resource.collection}
    if not defined:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.error(405)))
    if any(harmful_action(method, resource.collection, b"", cloud.allow) for method in {"PUT", "PATCH"} - defined):
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.error(405)))  # others are asked
    judged = 0
    # Nothing is sent, so that a server that has the method all the same has nothing to carry out. What cannot be read
    # would be refused as that, before the method is looked at.
    for method in sorted({"PUT", "PATCH"} - defined):
        headers = {"Accept": "application/json"}
        path = cloud.path(create)
        exchange = cloud.send(method, path, service=resource.service, headers=headers)
        # Of what the contract does not say that it is not there, nothing is known but that the path is.
        if exchange.response.status in {404, 405}:
            judged += 1
            expect.code(405, exchange, Phrase.of("undefined-method", method=method, path=quote(resource.collection)))
    if not judged:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.error(405)))
