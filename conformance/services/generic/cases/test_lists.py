"""What lists promise: pages that hold every resource once, filters that select, and an order."""

from __future__ import annotations

from itertools import islice

from conformance.contract.producers import parameters_of
from conformance.model import requirement_id
from conformance.model.contract import Operation, Resource
from conformance.model.deviation import Deviation
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotApplicable, NotExercised, call
from conformance.run.reading import Members
from conformance.run.sending.listing import listed_by
from conformance.services.generic.arrange import (
    MOST_PAGES,
    comparable,
    first_of,
    own_of,
    settled,
    some_rows,
    success_of,
    unready,
)
from conformance.services.generic.client import GenericClient
from conformance.services.generic.subjects import judges

LIMITS, MARKERS, OFFSETS = ("limit", "page_size", "max_items"), ("marker",), ("offset",)
KEYS, DIRECTIONS = ("sort_key", "sort_by", "sort_keys"), ("sort_dir", "sort_dirs", "order")
NEVER = frozenset({*LIMITS, *MARKERS, *OFFSETS, *KEYS, *DIRECTIONS, "sort", "page"})


def parameter_of(cloud: GenericClient, resource: Resource, names: tuple[str, ...]) -> str:
    """The first of these that the list of a resource takes, "" for none."""
    known = {item.name for item in cloud.contract.operations[str(resource.list)].query}
    return next((name for name in names if name in known), "")


@judges("{list}.query.*", "{list}.complete", "{list}.page.*", "{list}.response.*", parts=("list", "create", "remove"))
def test_pages_hold_every_resource_once(cloud: GenericClient, expect: Expect, resource: Resource) -> None:
    assert resource.list is not None
    limit = parameter_of(cloud, resource, LIMITS)
    if not limit:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.query(resource.list, "limit")))
    made = [own_of(cloud, resource) for _ in range(3)]
    bounded = requirement_id.query(resource.list, limit)
    marker = parameter_of(cloud, resource, MARKERS)
    offset = parameter_of(cloud, resource, OFFSETS)
    whole = first_of(
        cloud.contract,
        requirement_id.complete(resource.list),
        requirement_id.query(resource.list, marker or offset or limit),
    )
    found: list[str] = []
    query: dict[str, str | int] = {limit: 2}
    ended = False
    for number in range(MOST_PAGES * 5):
        exchange = cloud.list(query)
        if exchange.response.status not in success_of(cloud.contract, resource.list):
            expect.status(
                bounded, exchange, *success_of(cloud.contract, resource.list), act=call(resource.list, "plain")
            )
            return
        rows = [row.text(resource.id) for row in listed_by(exchange, resource)]
        larger = Deviation("larger-page", seen=(("due", 2), ("got", len(rows))))
        expect(bounded, len(rows) <= 2, larger, exchange)
        if number == 0:
            few = Deviation("other-number", terms=(("parameters", limit),), seen=(("got", len(rows)), ("due", 2)))
            expect(bounded, len(rows) >= 1, few, exchange)
        again = {*rows} & {*found}
        if again and (marker or offset):
            expect(whole, False, Deviation("twice-in-pages", terms=(("how", "plain"),)), exchange)
            return
        found += rows
        if not rows or not (marker or offset):
            ended = not rows
            break
        query = {limit: 2, marker: rows[-1]} if marker else {limit: 2, offset: len(found)}
    if ended:
        lost = Deviation("lost-in-pages", terms=(("how", "plain"),))
        expect(whole, {*made} <= {*found}, lost, cloud.recorder.exchanges[-1])


@judges("{list}.query.*", "{list}.complete", parts=("list",))
def test_a_filter_selects_what_has_the_value(cloud: GenericClient, expect: Expect, resource: Resource) -> None:
    assert resource.list is not None
    operation = cloud.contract.operations[resource.list]
    names = [item.name for item in operation.query if item.name not in NEVER]
    rows = to_find(cloud, resource)
    first = next(iter(rows))
    judged = False
    for name in names:
        requirement = requirement_id.query(operation.id, name)
        value = rows[first].get(name)
        if requirement not in cloud.contract.requirements or value is None or isinstance(value, list | dict):
            continue
        text = str(value).lower() if isinstance(value, bool) else str(value)
        exchange = cloud.call(operation.id, query={name: text})
        if exchange.response.status not in success_of(cloud.contract, operation.id):
            refused = Deviation("selects", terms=(("parameters", name), ("how", "is-refused")))
            if exchange.response.status < 500:
                expect(requirement, False, refused, exchange)
            continue
        found = found_by(cloud, resource, exchange)
        judged = True
        due = {own for own, row in rows.items() if row.get(name) == value}
        ids = {row.maybe_text(resource.id) for row in found}
        misses = Deviation("selects", terms=(("parameters", name), ("how", "misses")))
        expect(requirement, due <= ids, misses, exchange)
        wrong = [row for row in found if name in row and row.get(name) != value]
        left = {own for own in rows if own in ids and own not in due}
        others = Deviation("selects", terms=(("parameters", name), ("how", "others")))
        expect(requirement, not wrong and not left, others, exchange)
        nothing: list[Members] = []
        if isinstance(value, str) and not _enumerated(cloud, resource, name):
            unknown = {name: f"conformance-{cloud.uuid()}"}
            nothing = listed_by(cloud.call(operation.id, query=unknown), resource)
        by_none = Deviation("selects", terms=(("parameters", name), ("how", "something-by-an-unknown-value")))
        expect(requirement, not nothing, by_none, cloud.recorder.exchanges[-1])
    if not judged:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.query(operation.id, "name")))


def to_find(cloud: GenericClient, resource: Resource) -> dict[str, Members]:
    """Id -> resource: new ones, and where none can be made, some that are there."""
    if cloud.service.about == resource.name:
        made = [own_of(cloud, resource) for _ in range(2)]
        return {own: settled(cloud, resource, own) for own in made}
    return {row.text(resource.id): row for row in some_rows(cloud, resource, 2)}


def found_by(cloud: GenericClient, resource: Resource, exchange: Exchange) -> list[Members]:
    """What a list has, from its first page on."""
    if cloud.service.about != resource.name:
        return listed_by(exchange, resource)
    return [row for page in islice(cloud.pages_from(exchange), MOST_PAGES) for row in listed_by(page, resource)]


def _enumerated(cloud: GenericClient, resource: Resource, name: str) -> bool:
    """Whether a parameter takes some values only, so that another one may be refused."""
    found = (item.schema for item in cloud.contract.operations[str(resource.list)].query if item.name == name)
    schema = next(found, {})
    return bool(schema.keys() & {"enum", "format", "pattern", "maxLength"}) or name.endswith("_id") or name == "id"


@judges("{list}.query.*", parts=("list", "create", "remove"))
def test_a_list_is_in_the_order_that_was_asked_for(cloud: GenericClient, expect: Expect, resource: Resource) -> None:
    assert resource.list is not None
    by, direction = parameter_of(cloud, resource, KEYS), parameter_of(cloud, resource, DIRECTIONS)
    if not by:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.query(resource.list, "sort_key")))
    names = [cloud.make().text(resource.id) for _ in range(3)]
    key = resource.id if not _takes(cloud, resource, by, cloud.service.marks.name) else cloud.service.marks.name
    orders: dict[str, list[str]] = {}
    for turn in ("asc", "desc") if direction else ("asc",):
        query: dict[str, str | int] = {by: key, **({direction: turn} if direction else {})}
        exchange = cloud.list(query)
        if exchange.response.status not in success_of(cloud.contract, resource.list):
            raise unready(exchange)
        rows = [row for row in listed_by(exchange, resource) if row.maybe_text(resource.id) in names]
        values = [row.get(key) for row in rows]
        if len(rows) < len(names) or not all(comparable(value) for value in values):
            raise NotExercised(Phrase.of("not-on-the-first-pages"))
        wanted = sorted(map(str, values), reverse=turn == "desc")
        disorder = Deviation("order", terms=(("key", key), ("how", "no-order")))
        expect(
            requirement_id.query(resource.list, by), [*map(str, values)] in (wanted, wanted[::-1]), disorder, exchange
        )
        orders[turn] = [*map(str, values)]
        if direction:
            turned = Deviation("wrong-direction", place=direction, terms=(("key", key),))
            expect(requirement_id.query(resource.list, direction), orders[turn] != wanted[::-1], turned, exchange)


def _takes(cloud: GenericClient, resource: Resource, parameter: str, value: str) -> bool:
    found = (item.schema for item in cloud.contract.operations[str(resource.list)].query if item.name == parameter)
    return value in next(found, {}).get("enum", (value,))


@judges("{operation}.response.*", smoke=True, reads=True)
def test_what_needs_nothing_is_read(cloud: GenericClient, expect: Expect, operation: Operation) -> None:
    needs_more = parameters_of(operation) or any(item.required for item in operation.query)
    due = success_of(cloud.contract, operation.id)
    if operation.method != "GET" or needs_more or not due:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.response(operation.id)))
    exchange = cloud.call(operation.id)
    expect.status(requirement_id.response(operation.id, due[0]), exchange, *due)
