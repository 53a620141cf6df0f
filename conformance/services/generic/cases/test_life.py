"""The life of a resource: what was made is shown and listed, what was changed is changed and nothing else moves, what was
deleted is gone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from conformance.contract.producers import holder_of, inner_of
from conformance.model import requirement_id
from conformance.model.contract import Resource, Schema
from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import JSON, equal, short
from conformance.model.message import GONE, Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotApplicable, NotExercised, call
from conformance.run.reading import Members
from conformance.run.sending.client import made_by
from conformance.services.generic.arrange import (
    PATIENCE,
    PAUSE,
    about,
    as_far_as,
    body_requirement,
    changed_in_some_form,
    created_with,
    first_of,
    further_members,
    inner,
    is_a_patch,
    is_refused,
    moving,
    no_more,
    own_of,
    row_of,
    rows_of,
    sent_in,
    sent_members,
    settled,
    shown,
    some_rows,
    success_of,
    tells_rows_apart,
    unknown_values,
    unready,
    value_for,
)
from conformance.services.generic.below import ClientBelow
from conformance.services.generic.client import GenericClient
from conformance.services.generic.delay import accepted, seen_after, sent_when_free
from conformance.services.generic.drawing import Offer, offers_of, refers
from conformance.services.generic.subjects import judges


@judges(
    "{create}.response.*",
    "{create}.body.*",
    "{create}.request",
    "{show}.response.*",
    "{list}.response.*",
    "{list}.complete",
    "method.post",
    "method.get",
    parts=("create", "remove"),
    smoke=True,
)
def test_what_is_made_is_shown_and_listed(cloud: GenericClient, expect: Expect, resource: Resource) -> None:
    assert resource.create is not None
    members = further_members(cloud, resource)
    further = {name: item for name, item in members.items() if item is not None}
    unknown = [name for name, item in members.items() if item is None]
    exchange = created_and_told(cloud, expect, resource, {name: item.value for name, item in further.items()})
    if exchange.response.status not in success_of(cloud.contract, resource.create):
        exchange, refused = each_alone(cloud, expect, resource, further)
        unknown += refused
    sent = sent_in(exchange, cloud.contract.operations[resource.create])
    own = cloud.made_of(exchange)
    if own is None:
        raise unready(exchange)
    if not accepted(exchange):
        as_sent(cloud, expect, resource, sent, inner(exchange, resource), "answer", exchange)
    done = partial(is_as_sent, cloud, resource, sent)
    if resource.show is not None:
        seen = seen_after(cloud, exchange, partial(shown, cloud, resource, own), done)
        there = Deviation("made-and-not-there", operation=resource.create)
        if expect(about(cloud.contract, resource.create), seen is not None, there, exchange) and seen is not None:
            as_sent(cloud, expect, resource, sent, seen, "shown", seen.source)
    if resource.list is not None and tells_rows_apart(cloud.contract, resource):
        rows = seen_after(
            cloud,
            exchange,
            lambda: [row for row in rows_of(cloud, resource) if row.maybe_text(resource.id) == own],
            lambda rows: bool(rows) and all(map(done, rows)),
        )
        whole = first_of(cloud.contract, requirement_id.complete(resource.list), about(cloud.contract, resource.list))
        page = cloud.recorder.exchanges[-1]
        expect(whole, bool(rows), Deviation("not-listed"), page)
        expect(whole, len(rows) < 2, Deviation("listed-twice"), page)
        for row in rows[:1]:
            as_sent(cloud, expect, resource, sent, row, "listed", row.source)
        if rows:
            has_meaning(cloud, expect, "GET", page)
    has_meaning(cloud, expect, "POST", exchange)
    unknown_values(
        resource.create, unknown, {body_requirement(cloud.contract, resource.create, name) for name in unknown}
    )


def created_and_told(cloud: GenericClient, expect: Expect, resource: Resource, members: Mapping[str, JSON]) -> Exchange:
    """Create a resource. An answer that calls it otherwise than it was sent is judged even where what it tells of is not
    touched, for it may be another's. Raises NotExercised then."""
    before = len(cloud.recorder.exchanges)
    try:
        return created_with(cloud, members)
    except NotExercised:
        name = cloud.service.marks.name
        for exchange in cloud.recorder.exchanges[before:]:
            if exchange.operation == resource.create and exchange.response.status < 300:
                sent = sent_in(exchange, cloud.contract.operations[exchange.operation])
                named = {name: sent[name]} if name in sent else {}
                as_sent(cloud, expect, resource, named, inner(exchange, resource), "answer", exchange)
        raise


def has_meaning(cloud: GenericClient, expect: Expect, method: str, exchange: Exchange) -> None:
    """A method has done what it generally does."""
    if requirement_id.method(method) in cloud.contract.requirements:
        expect.kept(requirement_id.method(method), exchange)


def each_alone(
    cloud: GenericClient, expect: Expect, resource: Resource, further: Mapping[str, Offer]
) -> tuple[Exchange, list[str]]:
    """Try each member by itself where a create of all of them is refused; the answer to a create of those that are taken,
    and the members of which no value is known that would have to be. Raises NotExercised where a create of none of them is
    refused, too, before or after: then no member is to blame."""
    create = str(resource.create)
    unknown, taken = [], {}
    plain = taken_plainly(cloud, resource)
    unset = inner(plain, resource)
    for name, first in further.items():
        for item in offers_of(cloud.contract.operations[create], name, first, unset.get(name)):
            exchange = created_with(cloud, {name: item.value})
            if item.sure or not is_refused(exchange):
                break
        status = exchange.response.status
        if status in success_of(cloud.contract, create):
            taken[name] = item.value
        elif is_refused(exchange) and item.sure:
            taken_plainly(cloud, resource)
            refused = Deviation(
                "allowed-refused", operation=create, terms=(("members", name),), seen=(("status", status),)
            )
            expect(body_requirement(cloud.contract, create, name), False, refused, exchange)
        elif is_refused(exchange):
            unknown.append(name)
    exchange = created_with(cloud, taken) if taken else plain
    return (exchange if exchange.response.status in success_of(cloud.contract, create) else plain), unknown


def taken_plainly(cloud: GenericClient, resource: Resource) -> Exchange:
    """The answer to a create of nothing but what it needs. Raises NotExercised when it is refused."""
    exchange = created_with(cloud, {})
    if exchange.response.status not in success_of(cloud.contract, str(resource.create)):
        raise unready(exchange)
    return exchange


def as_sent(
    cloud: GenericClient,
    expect: Expect,
    resource: Resource,
    sent: Mapping[str, JSON],
    seen: Members,
    where: str,
    exchange: Exchange,
) -> None:
    """Judge that the members of a resource are as a create has set them, where they are shown at all. Raises NotExercised
    when they are not, and the service is still at work on it."""
    assert resource.create is not None
    status = moving(seen)
    if status and not is_as_sent(cloud, resource, sent, seen):
        raise NotExercised(Phrase.of("still-moving", resource=resource.name, status=status))
    for name, found in told_of(cloud, resource, sent, seen).items():
        requirement = body_requirement(cloud.contract, resource.create, name)
        expect.equal(requirement, sent[name], found, name, exchange, where=where)


def is_as_sent(cloud: GenericClient, resource: Resource, sent: Mapping[str, JSON], seen: Members | None) -> bool:
    """Whether a resource is there, and its members are as a create has set them."""
    return seen is not None and all(
        equal(sent[name], found) for name, found in told_of(cloud, resource, sent, seen).items()
    )


def told_of(cloud: GenericClient, resource: Resource, sent: Mapping[str, JSON], seen: Members) -> dict[str, JSON]:
    """What is seen of the members that a create has set, where they are shown at all."""
    nodes = sent_members(cloud.contract, resource.create, resource)
    return {
        name: as_far_as(node, sent[name], seen.get(name))
        for name, node in nodes.items()
        if name in sent and name in seen
    }


@judges(
    "{change}.response.*",
    "{change}.body.*",
    "{change}.request",
    "{change}.stored",
    "{change}.unchanged",
    "{change}.collateral",
    "method.*",
    parts=("create", "remove", "change"),
)
def test_what_is_changed_is_changed_and_nothing_else_moves(
    cloud: GenericClient, expect: Expect, resource: Resource
) -> None:
    assert resource.change is not None
    operation = cloud.contract.operations[resource.change]
    if is_a_patch(operation):
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.request(resource.change)))
    own, beside = own_of(cloud, resource), own_of(cloud, resource)
    another = shown(cloud, resource, beside)
    names = sent_members(cloud.contract, resource.change, resource)
    kept = {*names, *sent_members(cloud.contract, resource.create, resource), resource.id}
    whole = about(cloud.contract, resource.change)
    still = first_of(cloud.contract, requirement_id.stated(resource.change, "unchanged"), whole)
    unknown: list[str] = []
    for name, node in names.items():
        if refers(name, node):
            continue
        before = settled(cloud, resource, own)
        first = value_for(cloud, operation, name, node, before.get(name))
        if first is None:
            unknown.append(name)
            continue
        for item in offers_of(operation, name, first, before.get(name)):
            exchange, with_it = changed_in_some_form(cloud, resource, own, {name: item.value}, before)
            if item.sure or not is_refused(exchange):
                break
        requirement = body_requirement(cloud.contract, resource.change, name)
        status = exchange.response.status
        if status not in success_of(cloud.contract, resource.change):
            if is_refused(exchange) and item.sure:
                refused = Deviation(
                    "allowed-refused", operation=resource.change, terms=(("members", name),), seen=(("status", status),)
                )
                expect(requirement, False, refused, exchange)
            elif is_refused(exchange):
                unknown.append(name)
            continue
        if equal(item.value, before.get(name)):
            unknown.append(name)  # that it may stay as it is says nothing of a change
            continue
        seen = seen_after(
            cloud, exchange, partial(settled, cloud, resource, own), partial(has_value, name, node, item.value)
        )
        if has_value(name, node, item.value, seen):
            has_meaning(cloud, expect, operation.method, exchange)
        for where, found in (("answer", inner(exchange, resource)), ("shown", seen)):
            if name in found and (where == "shown" or not accepted(exchange)):
                got = as_far_as(names[name], item.value, found.get(name))
                expect.equal(requirement, item.value, got, name, exchange, where=where)
        for other in sorted(kept - {name}):
            if other not in before or other not in seen:
                continue
            if operation.method == "PUT" and other not in with_it and is_unset(other, names, seen, another):
                continue  # what replaces a resource unsets what it does not say (RFC 9110, 9.3.4)
            moved = Deviation(
                "turned",
                place=other,
                terms=(("when", "another-member"),),
                seen=(("due", short(before.get(other))), ("got", short(seen.get(other)))),
                path=other,
            )
            expect(still, equal(before.get(other), seen.get(other)), moved, exchange)
    after = shown(cloud, resource, beside)
    alone = first_of(cloud.contract, requirement_id.stated(resource.change, "collateral"), still)
    same = another is not None and after is not None and all(equal(another.get(name), after.get(name)) for name in kept)
    expect(alone, same, Deviation("another-changed", terms=(("when", "change"),)), cloud.recorder.exchanges[-1])
    unknown_values(
        resource.change, unknown, {body_requirement(cloud.contract, resource.change, name) for name in unknown}
    )


def has_value(name: str, node: Schema, value: JSON, seen: Members) -> bool:
    """Whether a member is seen to have a value."""
    return equal(value, as_far_as(node, value, seen.get(name)))


UNSET: tuple[JSON, ...] = (None, False, 0, "", [], {})


def is_unset(name: str, nodes: Mapping[str, Schema], seen: Members, plain: Members | None) -> bool:
    """Whether a member is as it is where nobody has set it: empty, its default, or as a plain resource has it."""
    usual = [*UNSET, nodes.get(name, {}).get("default"), plain.get(name) if plain is not None else None]
    return any(equal(value, seen.get(name)) for value in usual)


@judges(
    "{remove}.response.*",
    "{remove}.gone",
    "{remove}.collateral",
    "{remove}.path.*",
    "{show}.path.*",
    "error.404",
    "method.delete",
    parts=("create", "remove"),
    smoke=True,
)
def test_what_is_deleted_is_gone(cloud: GenericClient, expect: Expect, resource: Resource) -> None:
    assert resource.remove is not None
    beside, own = own_of(cloud, resource), own_of(cloud, resource)
    after = own_of(cloud, resource)
    exchange = sent_when_free(cloud, partial(cloud.delete, own))
    due = success_of(cloud.contract, resource.remove)
    whole = about(cloud.contract, resource.remove)
    if not expect.status(whole, exchange, *due):
        return
    gone = first_of(cloud.contract, requirement_id.gone(resource.remove), whole)
    left = remains(cloud, resource, own)
    for where, there in left.items():
        expect(gone, not there, Deviation("still-there", terms=(("where", where),)), exchange)
    shows = left.get("shown", False)
    if not shows:
        has_meaning(cloud, expect, "DELETE", exchange)
    alone = first_of(cloud.contract, requirement_id.stated(resource.remove, "collateral"), gone)
    for other in (beside, after):
        there = shown(cloud, resource, other) is not None
        expect(alone, there, Deviation("another-changed", terms=(("when", "delete"),)), exchange)
    if not shows and 404 in cloud.contract.error_codes and shown(cloud, resource, own) is None:
        expect.code(404, cloud.delete(own), call(resource.remove, "deleted"))


def remains(cloud: GenericClient, resource: Resource, own: str) -> dict[str, bool]:
    """Where a resource can be seen -> whether it is still, when the time is over in which a service has to delete it:
    some do so later whatever they answer. Raises NotExercised when they are still at it then."""
    waited = 0.0
    while True:
        seen: dict[str, Members | None] = {}
        if resource.show is not None:
            exchange = cloud.show(own)
            seen["shown"] = inner(exchange, resource) if exchange.response.status < 400 else None
        if tells_rows_apart(cloud.contract, resource):
            seen["listed"] = row_of(cloud, resource, own)
        there = {where: row for where, row in seen.items() if row is not None and not no_more(row)}
        if not there:
            return dict.fromkeys(seen, False)
        if waited >= PATIENCE:
            for row in there.values():
                if status := moving(row):
                    raise NotExercised(Phrase.of("still-moving", resource=resource.name, status=status))
            return {where: where in there for where in seen}
        cloud.wait(PAUSE)
        waited += PAUSE


@judges("{show}.response.*", "{show}.path.*", parts=("create", "remove", "show"))
def test_what_stands_below_goes_with_it(cloud: GenericClient, expect: Expect, resource: Resource) -> None:
    assert resource.show is not None
    holder = holder_of(cloud.contract, resource)
    if holder is None or holder.show is None or not isinstance(cloud, ClientBelow):
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.response(resource.show)))
    own, above = own_of(cloud, resource), cloud.holder()
    exchange = cloud.without_holder()
    if exchange.response.status >= 300:
        raise unready(exchange)  # it may have to be empty
    names = {holder.parameter: above}
    waited = 0.0
    while (there := cloud.has_holder(above)) and waited < PATIENCE:
        cloud.wait(PAUSE)
        waited += PAUSE
    if there:
        raise NotExercised(Phrase.of("still-moving", resource=holder.name, status="there"))
    cloud.journal.gone(own)
    seen = cloud.call(resource.show, own, names=names)
    while seen.response.status < 300 and not no_more(inner(seen, resource)) and waited < PATIENCE:
        cloud.wait(PAUSE)
        waited += PAUSE
        seen = cloud.call(resource.show, own, names=names)
    left = seen.response.status < 300 and not no_more(inner(seen, resource))
    named = requirement_id.path(resource.show, holder.parameter)
    still = Deviation("still-there", terms=(("where", "shown"),))
    expect(first_of(cloud.contract, named, about(cloud.contract, resource.show)), not left, still, seen)


MOST_SHOWN = 3
"""Resources of a list that are shown."""


@judges(
    "{show}.response.*",
    "{show}.path.*",
    "{list}.response.*",
    "method.get",
    parts=("list", "show"),
    smoke=True,
    reads=True,
)
def test_what_is_listed_is_shown(cloud: GenericClient, expect: Expect, resource: Resource) -> None:
    assert resource.show is not None
    rows = some_rows(cloud, resource, MOST_SHOWN)
    for row in rows:
        exchange = cloud.call(resource.show, row.text(resource.id))
        if exchange.response.status in GONE:
            # Somebody may have deleted it since; then it is not listed any more.
            stays = row_of(cloud, resource, row.text(resource.id)) is not None
            missing = Deviation("listed-and-not-there", operation=resource.list)
            expect(about(cloud.contract, resource.show), not stays, missing, exchange)
            continue
        if expect.status(about(cloud.contract, resource.show), exchange, *success_of(cloud.contract, resource.show)):
            seen = inner(exchange, resource)
            expect.equal(
                about(cloud.contract, resource.show), row[resource.id], seen.get(resource.id), resource.id, exchange
            )
            has_meaning(cloud, expect, "GET", exchange)


@judges("{create}.response.*", "error.409", parts=("create", "remove"), chance=("error.409",))
def test_a_conflict_says_that_it_is_one(cloud: GenericClient, expect: Expect, resource: Resource) -> None:
    if 409 not in cloud.contract.error_codes:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.error(409)))
    name, create = cloud.service.marks.name, cloud.contract.operations[str(resource.create)]
    if name not in inner_of(create.request_schema)[1].get("properties", {}):
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.error(409)))  # nothing is called alike
    made = created_with(cloud, {})
    sent = sent_in(made, create)
    if made_by(made, resource) is None or name not in sent:
        raise unready(made)
    again = created_with(cloud, {name: sent[name]})
    if again.response.status < 300 or again.response.status in {401, 403}:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.error(409)))  # names may be alike
    if again.response.status != 409:
        taken_plainly(cloud, resource)  # else it is for more than the name that a second one is refused
    expect.code(409, again, call(str(resource.create), "with-a-name-in-use"))
