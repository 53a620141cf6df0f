"""What lists promise: pages that hold every resource once, filters that select, and an order."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from conformance.contract.producers import inner_of, parameters_of
from conformance.generate.allowed import is_allowed
from conformance.judge.rules import bounds
from conformance.model import requirement_id
from conformance.model.contract import Operation, Resource, Schema
from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import moment
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotApplicable, NotExercised, call
from conformance.run.reading import Members
from conformance.run.sending.listing import listed_by
from conformance.services.generic.arrange import (
    MOST_PAGES,
    PATIENCE,
    PAUSE,
    about,
    comparable,
    created_with,
    first_of,
    listed_after,
    no_more,
    own_of,
    row_of,
    rows_of,
    sent_members,
    settled,
    shown,
    some_rows,
    success_of,
    unready,
)
from conformance.services.generic.client import GenericClient, as_text
from conformance.services.generic.drawing import drawn, kinds_of, refers
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
    size = page_size(schema_of(cloud, resource, limit))
    if not size:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.query(resource.list, limit)))
    made = {own_of(cloud, resource, listed=True) for _ in range(3)}
    ways = [name for names in (MARKERS, OFFSETS) if (name := parameter_of(cloud, resource, names))]
    for leads in ways or [""]:
        led_on(cloud, expect, resource, (limit, size, leads), made)


def led_on(
    cloud: GenericClient, expect: Expect, resource: Resource, way: tuple[str, int, str], made: Collection[str]
) -> None:
    """Judge the pages of a list by a limit, of a size, each begun by what `leads` from the one before, "" for nothing that
    does. Raises NotExercised when others change the list meanwhile."""
    assert resource.list is not None
    limit, size, leads = way
    made = {*made}
    bounded = requirement_id.query(resource.list, limit)
    named = requirement_id.query(resource.list, leads or limit)
    whole = first_of(cloud.contract, requirement_id.complete(resource.list), named)
    before: PagesRead | None = None
    for _ in range(WALKS):
        read = read_pages(cloud, expect, resource, limit, size, leads)
        if not read.trouble and (not read.ended or made <= {*read.found}):
            if read.ended:
                expect.kept(whole, read.last)
                if named in cloud.contract.requirements and len(read.found) > size:
                    expect.kept(named, read.last)  # it has led on
            return
        again = before is not None and read.trouble == before.trouble
        if (
            again and before is not None and {*read.found} - made == {*before.found} - made
        ):  # others have changed nothing
            break
        before = read
    else:
        raise NotExercised(Phrase.of("changed-by-others", operation=resource.list), whole)
    if read.trouble == "refused":
        due = success_of(cloud.contract, resource.list)
        expect.status(bounded, read.last, *due, act=call(resource.list, "plain"))
    else:
        kind = "twice-in-pages" if read.trouble else "lost-in-pages"
        expect(whole, False, Deviation(kind, terms=(("how", "plain"),)), read.last)


WALKS = 3
"""How often a list is walked that others change meanwhile."""


@dataclass(frozen=True, slots=True)
class PagesRead:
    """The ids in the pages of a list, one page after the other; the last answer; whether it was the end of the list; what
    stood in the way (`twice`, `refused`), "" for nothing."""

    found: tuple[str, ...]
    last: Exchange
    ended: bool = False
    trouble: str = ""


def read_pages(
    cloud: GenericClient, expect: Expect, resource: Resource, limit: str, size: int, leads: str
) -> PagesRead:
    """Walk a list in pages of a size. Raises NotExercised when not even the first page is answered by less than a 500."""
    operation = str(resource.list)
    bounded = requirement_id.query(operation, limit)
    found: list[str] = []
    query: dict[str, str | int] = {limit: size}
    for number in range(MOST_PAGES * 5):
        exchange = cloud.call(operation, query=query)
        if exchange.response.status not in success_of(cloud.contract, operation):
            if exchange.response.status >= 500:
                raise unready(exchange)
            return PagesRead(tuple(found), exchange, trouble="refused")
        rows = [row.text(resource.id) for row in listed_by(exchange, resource)]
        larger = Deviation("larger-page", seen=(("due", size), ("got", len(rows))))
        expect(bounded, len(rows) <= size, larger, exchange)
        if number == 0:
            few = Deviation("other-number", terms=(("parameters", limit),), seen=(("got", len(rows)), ("due", size)))
            expect(bounded, len(rows) >= 1, few, exchange)
        if len({*rows}) < len(rows) or ({*rows} & {*found} and leads):
            return PagesRead((*found, *rows), exchange, trouble="twice")
        found += rows
        if not rows or not leads:
            return PagesRead(tuple(found), exchange, ended=not rows)
        query = {limit: size, leads: rows[-1] if leads in MARKERS else len(found)}
    return PagesRead(tuple(found), exchange)


def schema_of(cloud: GenericClient, resource: Resource, parameter: str) -> Schema:
    """The schema of a parameter of the list of a resource."""
    found = (item.schema for item in cloud.contract.operations[str(resource.list)].query if item.name == parameter)
    return next(found, {})


def page_size(schema: Schema) -> int:
    """A small number that the limit of a page may be; 0 for none that is known."""
    known = (2, *bounds(schema), 1, *schema.get("enum", ()))
    sizes = (int(size) for size in known if size is not None and re.fullmatch(r"[0-9]{1,4}", str(size)))
    return next((size for size in sizes if size and says(schema, size)), 0)


def says(schema: Schema, value: Any) -> bool:
    """Whether a parameter can have a value, which its text stands for."""
    return is_allowed(schema, value) or is_allowed(schema, str(value))


@judges("{list}.query.*", "{list}.complete", parts=("list",))
def test_a_filter_selects_what_has_the_value(cloud: GenericClient, expect: Expect, resource: Resource) -> None:
    assert resource.list is not None
    operation = cloud.contract.operations[resource.list]
    names = [item.name for item in operation.query if item.name not in NEVER]
    rows = to_find(cloud, resource, names)
    first = next(iter(rows))
    judged = False
    for name in names:
        requirement = requirement_id.query(operation.id, name)
        value = rows[first].get(name)
        if requirement not in cloud.contract.requirements or value in (None, "") or isinstance(value, list | dict):
            continue  # an empty text may mean: whatever it is
        if not says(schema_of(cloud, resource, name), value) or moment(str(value)) is not None:
            continue  # the contract does not say how moments are compared
        exchange = cloud.call(operation.id, query={name: as_text(value)})
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
        matches = partial(is_selected, schema_of(cloud, resource, name), value)
        wrong = [row for row in found if name in row and not matches(row.get(name))]
        left = {own for own, row in rows.items() if own in ids and own not in due and not matches(row.get(name))}
        others = Deviation("selects", terms=(("parameters", name), ("how", "others")))
        expect(requirement, not wrong and not left, others, exchange)
        unlike = another_value(cloud, schema_of(cloud, resource, name), [row.get(name) for row in rows.values()])
        if unlike is not None:
            exchange = cloud.call(operation.id, query={name: as_text(unlike)})
            astray = [
                row
                for row in listed_by(exchange, resource)
                if row.maybe_text(resource.id) in rows or (name in row and row.get(name) != unlike)
            ]
            by_none = Deviation("selects", terms=(("parameters", name), ("how", "something-by-an-unknown-value")))
            expect(requirement, not astray, by_none, exchange)
    if not judged:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.query(operation.id, "name")))


def is_selected(schema: Schema, asked: Any, held: Any) -> bool:
    """Whether what has a value may be selected by the one that was asked for: a contract that says no more of a text leaves
    open whether a part of it is enough."""
    if (
        not isinstance(asked, str)
        or not isinstance(held, str)
        or schema.keys() & {"enum", "const", "format", "pattern"}
    ):
        return bool(asked == held)
    return asked.casefold() in held.casefold()


def to_find(cloud: GenericClient, resource: Resource, names: Collection[str]) -> dict[str, Members]:
    """Id -> resource: new ones that differ in the members of these names, as far as a create may set them, and where none
    can be made, some that are there."""
    if cloud.service.about != resource.name:
        return {row.text(resource.id): row for row in some_rows(cloud, resource, 2)}
    nodes = sent_members(cloud.contract, resource.create, resource)
    nodes = {name: node for name, node in nodes.items() if name in names and not refers(name, node)}
    nodes = {name: node for name, node in nodes.items() if name != cloud.service.marks.name}
    one = {name: item.value for name, node in nodes.items() if (item := drawn(name, node))}
    two = {name: item.value for name, node in nodes.items() if (item := drawn(name, node, one.get(name)))}
    made = [found_of(cloud, resource, created_with(cloud, members)) if members else None for members in (one, two)]
    return {
        own: settled(cloud, resource, own) for own in (known or own_of(cloud, resource, listed=True) for known in made)
    }


def found_of(cloud: GenericClient, resource: Resource, create: Exchange) -> str | None:
    """The id of what a create has made, once a list may be held to it; None for what it has not."""
    own = cloud.made_of(create)
    if own is not None:
        listed_after(cloud, resource, create, own)
    return own


def found_by(cloud: GenericClient, resource: Resource, exchange: Exchange) -> list[Members]:
    """What a list has, from its first page on."""
    if cloud.service.about != resource.name:
        return listed_by(exchange, resource)
    return [row for page in islice(cloud.pages_from(exchange), MOST_PAGES) for row in listed_by(page, resource)]


def another_value(cloud: GenericClient, schema: Schema, held: Sequence[Any]) -> Any:
    """A value that a parameter allows and none of these resources has: of an enumeration or a truth value the other one,
    else a text that nothing has. None where there is none."""
    if any(isinstance(value, bool) for value in held):
        return next((value for value in (True, False) if value not in held), None)
    own = cloud.uuid()
    known = schema.get("enum", (f"conformance-{own}", own, own.replace("-", "")))
    texts = (value for value in known if isinstance(value, str) and value not in held and is_allowed(schema, value))
    return next(texts, None) if all(isinstance(value, str | None) for value in held) else None


@judges("{list}.query.*", parts=("list", "create", "remove"))
def test_a_list_is_in_the_order_that_was_asked_for(cloud: GenericClient, expect: Expect, resource: Resource) -> None:
    assert resource.list is not None
    by, direction = parameter_of(cloud, resource, KEYS), parameter_of(cloud, resource, DIRECTIONS)
    if not by:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.query(resource.list, "sort_key")))
    ways = directions(schema_of(cloud, resource, direction)) if direction else {"asc": ""}
    key = sort_key(cloud, resource, schema_of(cloud, resource, by))
    names = [own_of(cloud, resource, listed=True) for _ in range(3)]
    for turn, word in ways.items():
        query: dict[str, str | int] = {by: key, **({direction: word} if direction else {})}
        exchange = cloud.call(resource.list, query=query)
        if exchange.response.status not in success_of(cloud.contract, resource.list):
            raise unready(exchange)
        rows = [row for row in listed_by(exchange, resource) if row.maybe_text(resource.id) in names]
        values = [row.get(key) for row in rows]
        if len(rows) < len(names) or not all(comparable(value) for value in values):
            raise NotExercised(Phrase.of("not-on-the-first-pages"))
        if len({*map(str, values)}) < 2 or len({*map(type, values)}) > 1:
            raise NotExercised(Phrase.of("keys-alike", key=key))
        up, down = is_sorted(values), is_sorted(values[::-1])
        disorder = Deviation("order", terms=(("key", key), ("how", "no-order")))
        expect(requirement_id.query(resource.list, by), up or down, disorder, exchange)
        if direction:
            turned = Deviation("wrong-direction", place=direction, terms=(("key", key),))
            wrong = down and not up if turn == "asc" else up and not down
            expect(requirement_id.query(resource.list, direction), not wrong, turned, exchange)


def directions(schema: Schema) -> dict[str, str]:
    """asc and desc -> how a parameter calls them, where it takes them."""
    words = [word for word in schema.get("enum", ("asc", "desc")) if isinstance(word, str)]
    found = {turn: next((word for word in words if word.lower().startswith(turn)), "") for turn in ("asc", "desc")}
    return {turn: word for turn, word in found.items() if word}


def sort_key(cloud: GenericClient, resource: Resource, schema: Schema) -> str:
    """What a list is sorted by: by the name where resources have one, else by the id, as far as the parameter takes it."""
    members = inner_of(cloud.contract.operations[str(resource.create)].request_schema)[1].get("properties", {})
    name = cloud.service.marks.name
    known = [*([name] if name in members else []), resource.id]
    taken = [word for word in schema.get("enum", known) if isinstance(word, str)]
    return next((word for word in [*known, *taken] if word in taken), resource.id)


def is_sorted(values: Sequence[Any]) -> bool:
    """Whether values ascend in one of the orders in which a service may compare them: texts without regard to case, and
    texts of digits as numbers, too."""
    if not all(isinstance(value, str) for value in values):
        return list(values) == sorted(values)
    ways: list[Callable[[str], Any]] = [str, str.casefold]
    ways += [int] if all(re.fullmatch(r"[0-9]{1,18}", value) for value in values) else []
    return any(list(map(way, values)) == sorted(map(way, values)) for way in ways)


@judges("{list}.response.*", "{list}.complete", "{list}.page.*", parts=("list", "create", "remove"))
def test_another_list_holds_what_is_there(cloud: GenericClient, expect: Expect, resource: Resource) -> None:
    if cloud.contract.resources[resource.name].list == resource.list:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.complete(str(resource.list))))
    whole = about(cloud.contract, str(resource.list))
    complete = first_of(cloud.contract, requirement_id.complete(str(resource.list)), whole)
    own, other = own_of(cloud, resource, listed=True), own_of(cloud, resource, listed=True)
    ids = [row.maybe_text(resource.id) for row in rows_of(cloud, resource)]
    page = cloud.recorder.exchanges[-1]
    for made in (own, other):
        expect(complete, made in ids, Deviation("not-listed"), page)
        expect(complete, ids.count(made) < 2, Deviation("listed-twice"), page)
    exchange = cloud.delete(own)
    if exchange.response.status not in success_of(cloud.contract, str(resource.remove)):
        raise unready(exchange)
    if resource.show is None or shown(cloud, resource, own) is not None:
        return
    waited = 0.0
    while (row := row_of(cloud, resource, own)) is not None and not no_more(row) and waited < PATIENCE:
        cloud.wait(PAUSE)
        waited += PAUSE
    still = Deviation("still-there", terms=(("where", "listed"),))
    expect(complete, row is None or no_more(row), still, cloud.recorder.exchanges[-1])


@judges("{operation}.response.*", smoke=True, reads=True)
def test_what_needs_nothing_is_read(cloud: GenericClient, expect: Expect, operation: Operation) -> None:
    needs_more = parameters_of(operation) or any(item.required for item in operation.query)
    due = success_of(cloud.contract, operation.id)
    if operation.method != "GET" or needs_more or not due:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.response(operation.id)))
    exchange = cloud.call(operation.id)
    status = exchange.response.status
    if status == 404 and status in cloud.contract.error_codes and is_single(operation):
        raise unready(exchange)  # it may be there only once it was set
    expect.status(requirement_id.response(operation.id, due[0]), exchange, *due)


def is_single(operation: Operation) -> bool:
    """Whether an operation reads one thing: its answer is no list, and holds none beside what it is wrapped in."""
    schema = next((spec.schema for spec in operation.responses if spec.schema is not None), None)
    members = (schema or {}).get("properties", {}).values()
    return bool(members) and not any("array" in kinds_of(node) for node in members)
