"""Requests drawn from the schemas of the contract: what it forbids is refused, texts are kept to the letter, and nothing
that comes in breaks a server.

The cases share the budget of the run (`--budget`), each its part, among the resources. Each is run with a seed that never
changes, and once more with the seed of the run.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.contract.producers import inner_of, parameters_of
from conformance.generate.address import ODD_SEGMENTS, list_aims
from conformance.generate.bodies import broken_bodies, odd_bodies
from conformance.generate.draft import NAME, Draft
from conformance.generate.values import plain_value
from conformance.model import requirement_id
from conformance.model.budget import Budget
from conformance.model.contract import Contract, Operation, Resource, Schema
from conformance.model.deviation import Deviation
from conformance.model.equivalence import VALID, Class, Part, Standing
from conformance.model.message import GONE, Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotApplicable, NotExercised, call
from conformance.run.reading import Members
from conformance.run.sending.client import made_by
from conformance.services.generic import NAMING
from conformance.services.generic.arrange import (
    REFUSED,
    about,
    as_far_as,
    body_requirement,
    changed_with,
    created_with,
    first_of,
    forms_of,
    inner,
    is_a_patch,
    own_of,
    rows_of,
    sent_in,
    sent_members,
    settled,
    shown,
    success_of,
    unready,
)
from conformance.services.generic.cases.test_refusals import allowed_first, selects_nothing
from conformance.services.generic.client import GenericClient
from conformance.services.generic.delay import seen_after
from conformance.services.generic.drawing import refers
from conformance.services.generic.subjects import judges, resources_of
from conformance.services.generic.tries import DrawnAnswer, DrawnClass, broken_members, forgotten, plain_texts, tried

PartOfBudget = Callable[[float], Budget]

MOST_TEXT = 40
"""Characters of a text that is drawn where the contract says no less: no service has room for fewer."""


def part_of(share: PartOfBudget, part: float, contract: Contract, *parts: str) -> Budget:
    """What the case for one of the resources that have these parts may spend. Raises NotApplicable when that is nothing."""
    budget = share(part / max(1, len(list(resources_of(contract, parts)))))
    if budget.over:
        raise NotApplicable(Phrase.of("budget-used-up"))
    return budget


def taken(row: DrawnClass, exchange: Exchange) -> DrawnAnswer | None:
    """What is wrong with the answer to what the contract forbids. A 5xx is left to the check for it, and where the contract
    forbids nothing the checks of every answer look."""
    status = exchange.response.status
    if status >= 500 or status in REFUSED or row.held is None:
        return None
    found = Deviation(
        "forbidden-accepted",
        operation=exchange.operation,
        request=(Part(row.place, row.held),),
        seen=(("status", status),),
    )
    return found if status < 400 else None, exchange


# --- bodies ---------------------------------------------------------------------------------------------------------


@judges("{create}.body.*", "{create}.request", parts=("create", "remove"), draws=True)
def test_creates_that_the_schema_forbids_are_refused(
    cloud: GenericClient, expect: Expect, resource: Resource, share: PartOfBudget
) -> None:
    budget = part_of(share, 0.08, cloud.contract, "create", "remove")
    operation = cloud.operation(str(resource.create))
    with forgotten(cloud):
        plain = created_with(cloud, {})
        if plain.response.status not in success_of(cloud.contract, operation.id):
            raise unready(plain)

    def send(row: DrawnClass, value: Any) -> DrawnAnswer | None:
        with forgotten(cloud):
            return taken(row, created_with(cloud, {row.place.partition(".")[0]: row.put(value)}))

    known = {**taken_objects(cloud, operation), **sent_in(plain, operation)}
    tried(cloud, expect, budget, broken_members(cloud.contract, operation, known), send)


def taken_objects(cloud: GenericClient, operation: Operation) -> dict[str, Any]:
    """The members of a create that are objects, each with a value that is taken: beside what is refused anyway no member of
    it is to blame."""
    found = {}
    for name, node in inner_of(operation.request_schema)[1].get("properties", {}).items():
        if node.get("properties") and not refers(name, node):
            members = {inner: below for inner, below in node["properties"].items() if not refers(inner, below)}
            value = {inner: plain_value(below) for inner, below in members.items()}
            with forgotten(cloud):
                if created_with(cloud, {name: value}).response.status in success_of(cloud.contract, operation.id):
                    found[name] = value
    return found


@judges("{change}.body.*", "{change}.request", parts=("create", "remove", "change"), draws=True)
def test_changes_that_the_schema_forbids_are_refused(
    cloud: GenericClient, expect: Expect, resource: Resource, share: PartOfBudget
) -> None:
    budget = part_of(share, 0.06, cloud.contract, "create", "remove", "change")
    operation = cloud.operation(str(resource.change))
    if is_a_patch(operation):
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.request(operation.id)))
    if not sent_members(cloud.contract, operation.id, resource):
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.request(operation.id)))
    own = own_of(cloud, resource)
    whole = allowed_first(cloud, resource, own)
    now = settled(cloud, resource, own)
    beside = forms_of(cloud, resource, now)[-1 if whole else 0]

    def send(row: DrawnClass, value: Any) -> DrawnAnswer | None:
        return taken(row, changed_with(cloud, own, {row.place.partition(".")[0]: row.put(value)}, beside))

    tried(cloud, expect, budget, broken_members(cloud.contract, operation, now), send)


@judges("{create}.body.*", "{create}.request", parts=("create", "remove"), draws=True)
def test_texts_of_a_create_are_kept_to_the_letter_or_refused(
    cloud: GenericClient, expect: Expect, resource: Resource, share: PartOfBudget
) -> None:
    budget = part_of(share, 0.08, cloud.contract, "create", "remove")
    members = sent_members(cloud.contract, resource.create, resource)
    free = {name: members[name] for name in NAMING if name in members and is_free(members[name])}
    if not free:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.request(str(resource.create))))

    def send(row: DrawnClass, value: str) -> DrawnAnswer | None:
        with forgotten(cloud):
            whole = cloud.name() + value if row.place == cloud.service.marks.name else value
            exchange = created_with(cloud, {row.place: whole})
            own = made_by(exchange, resource)
            if own is None or exchange.response.status not in success_of(cloud.contract, str(resource.create)):
                return None
            seen: Members | None = inner(exchange, resource)
            if resource.show or resource.list:
                seen = seen_after(cloud, exchange, partial(shown, cloud, resource, own), bool)
            if seen is None or row.place not in seen:
                return None
            terms, values = (("where", "shown"),), (("due", whole), ("got", str(seen.get(row.place))))
            other = Deviation("not-as-sent", place=row.place, terms=terms, seen=values, path=row.place)
            kept = as_far_as(members[row.place], whole, seen.get(row.place))
            return other if kept != whole else None, exchange

    def texts(name: str, node: Schema) -> SearchStrategy[str]:
        mark = len(cloud.name()) if name == cloud.service.marks.name else 0
        most = max(MOST_TEXT, node.get("minLength", 0) - mark)
        return plain_texts(node, max(1, min(node.get("maxLength", mark + most) - mark, most)))

    rows = [
        DrawnClass(name, VALID, body_requirement(cloud.contract, str(resource.create), name), texts(name, node))
        for name, node in free.items()
    ]
    tried(cloud, expect, budget, rows, send)


def is_free(node: Schema) -> bool:
    """Whether a schema allows any text."""
    return node.get("type") == "string" and not {"enum", "format", "pattern", "const"} & node.keys()


READ_BY_NOBODY = frozenset({"empty", "not-json", "not-utf-8"})
"""Classes of bodies that are no JSON text (RFC 8259). What is too deep, or is no number, some readers take."""


@judges("{create}.request", parts=("create", "remove"), draws=True)
def test_bodies_that_cannot_be_read_are_refused_and_odd_ones_break_nothing(
    cloud: GenericClient, expect: Expect, resource: Resource, share: PartOfBudget
) -> None:
    budget = part_of(share, 0.05, cloud.contract, "create", "remove")
    operation = cloud.operation(str(resource.create))
    if not (operation.request_media_type or "").endswith("json"):
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.request(operation.id)))
    named = cloud.service.marks.name
    with forgotten(cloud):
        plain = created_with(cloud, {})
        if plain.response.status not in success_of(cloud.contract, operation.id):
            raise unready(plain)
    needed = sent_in(plain, operation)
    if named not in needed:
        raise NotApplicable(Phrase.of("not-promised", requirement=requirement_id.request(operation.id)))

    before, nameless = ids_of(cloud, resource), cloud.journal.nameless

    def send(row: DrawnClass, draft: Draft) -> DrawnAnswer | None:
        if before is None and NAME.encode() not in draft.body:
            return None  # nobody could see what a server that takes it has made of it
        name, unnamed = cloud.name(), cloud.journal.nameless
        cloud.journal.intend(name)
        with forgotten(cloud):
            exchange = cloud.create(draft.body.replace(NAME.encode(), name.encode()), headers=draft.headers)
        # The client has not read the name in a body that cannot be read.
        if NAME.encode() in draft.body:
            cloud.journal.name_all(cloud.journal.nameless - unnamed)
        if 400 <= exchange.response.status < 500 and exchange.response.status != 401:
            cloud.journal.refused(name)
        elif made_by(exchange, resource) in cloud.journal.ids:
            cloud.journal.settle(name)
        return taken(row, exchange)

    rows = bodies(cloud.contract, operation, {**needed, named: NAME})
    tried(cloud, expect, budget, rows, send)
    after = ids_of(cloud, resource) if cloud.journal.nameless > nameless and not cloud.reads_late else None
    if before is not None and after is not None and after <= before.union(cloud.journal.ids, cloud.journal.deleted):
        cloud.journal.name_all(cloud.journal.nameless - nameless)


def ids_of(cloud: GenericClient, resource: Resource) -> set[str] | None:
    """The ids of all that a list has, None where no list tells."""
    if resource.list is None:
        return None
    try:
        return {own for row in rows_of(cloud, resource) if (own := row.maybe_text(resource.id)) is not None}
    except NotExercised:
        return None


def bodies(contract: Contract, operation: Operation, members: dict[str, Any]) -> list[DrawnClass]:
    """Bodies of a create of these members that are no JSON, JSON of another type, or odd."""
    wrapper, schema = inner_of(operation.request_schema)
    good = {wrapper: members} if wrapper else members
    requirement = first_of(contract, requirement_id.request(operation.id))
    judged = READ_BY_NOBODY if schema.get("required") else READ_BY_NOBODY - {"empty"}
    rows = [
        DrawnClass("body", held if held.rule in {*judged, "type"} else None, requirement, drafts)
        for held, drafts in broken_bodies(good, "object", b'{"x": %s}')
    ]
    return rows + [
        DrawnClass(place, None, requirement, drafts) for place, _, drafts in odd_bodies(good, operation, contract)
    ]


# --- addresses ------------------------------------------------------------------------------------------------------


@judges("{list}.query.*", "{list}.response.*", parts=("list",), draws=True)
def test_parameters_that_the_schema_forbids_are_refused_and_odd_ones_break_nothing(
    cloud: GenericClient, expect: Expect, resource: Resource, share: PartOfBudget
) -> None:
    budget = part_of(share, 0.05, cloud.contract, "list")
    operation = cloud.operation(str(resource.list))
    if parameters_of(operation) or any(item.required for item in operation.query):
        raise NotApplicable(Phrase.of("not-promised", requirement=about(cloud.contract, operation.id)))
    schemas = {item.name: item.schema for item in operation.query}
    rows = [
        DrawnClass(
            aim.place, aim.held if is_forbidden(schemas.get(aim.place, {}), aim.held) else None, requirement, aim.drafts
        )
        for aim in list_aims(cloud.contract, resource, cloud.service.marks)
        if (requirement := first_of(cloud.contract, aim.requirement, about(cloud.contract, operation.id)))
    ]

    def send(row: DrawnClass, draft: Draft) -> DrawnAnswer | None:
        path = f"{cloud.path(operation)}?{draft.query}" if draft.query else cloud.path(operation)
        headers = {"Accept": "application/json", **draft.headers}
        exchange = cloud.send(operation.method, path, operation=operation.id, headers=headers, body=draft.body)
        if row.held is not None and selects_nothing(row.held, exchange, resource):
            return None
        return taken(row, exchange)

    tried(cloud, expect, budget, rows, send)


def is_forbidden(schema: Schema, held: Class) -> bool:
    """Whether the schema of a parameter says itself that values of a class are none. An empty one may stand for none at
    all, and what is no UTF-8 some servers replace."""
    if held.rule == "below-minimum":
        return schema.get("minimum") == 0
    return held.standing is Standing.BROKEN and held.rule in {"type", "not-in-enumeration", "format", "longer-than"}


@judges("{show}.path.*", "{show}.response.*", parts=("create", "remove", "show"), draws=True)
def test_ids_that_nothing_has_are_not_there(
    cloud: GenericClient, expect: Expect, resource: Resource, share: PartOfBudget
) -> None:
    budget = part_of(share, 0.03, cloud.contract, "create", "remove", "show")
    operation = cloud.operation(str(resource.show))
    own = own_of(cloud, resource)
    requirement = first_of(
        cloud.contract, requirement_id.path(operation.id, resource.parameter), about(cloud.contract, operation.id)
    )
    near = [own[:-1], f"{own}0", f"x{own}", f"{own}-", own[::-1]]
    others = [quote(text, safe="") for text in near if text != own]
    absent = Class.broken("format", wanted="id")
    rows = [
        DrawnClass(f"path.{resource.parameter}", absent, requirement, st.sampled_from(others)),
        DrawnClass(f"path.{resource.parameter}", None, requirement, st.sampled_from(ODD_SEGMENTS)),
    ]

    def send(row: DrawnClass, segment: str) -> DrawnAnswer | None:
        path = "/".join([*cloud.path(operation, own).split("/")[:-1], segment])
        exchange = cloud.send("GET", path, operation=operation.id, headers={"Accept": "application/json"})
        status = exchange.response.status
        if row.held is None or (status >= 400 and status not in {400, *GONE}):
            return None
        act = call(operation.id, "absent")
        return (Deviation("accepted", act=act, seen=(("status", status),)) if status < 400 else None), exchange

    tried(cloud, expect, budget, rows, send)
