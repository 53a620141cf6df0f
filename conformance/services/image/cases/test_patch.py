"""Changing images (document lines 760-903)."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.generate.combinations import LEFT_OUT
from conformance.judge.partition import FURTHER, place_of
from conformance.model import requirement_id
from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import moment, short
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotExercised, call, verifies
from conformance.services.image.arrange import (
    ABSENT,
    Image,
    active_image,
    answered,
    changed,
    image,
    now,
    row,
    shown,
    unready,
    without,
)
from conformance.services.image.client import ImageClient
from conformance.services.image.drawn import levels, patch_rows
from conformance.services.image.marks import same
from conformance.services.image.observation import (
    agrees,
    forbidden,
    kept,
    untouched,
    values,
)
from conformance.services.image.samples import CHANGES, PROPERTY, TEXTS

PATCH = "image.patch"

READ_ONLY: dict[str, Any] = {
    "id": ABSENT,
    "status": "active",
    "size": 7,
    "checksum": "0" * 32,
    "created_at": "2001-01-01T00:00:00Z",
    "updated_at": "2001-01-01T00:00:00Z",
    "file": "/elsewhere",
    "self": "/elsewhere",
    "schema": "/elsewhere",
    "virtual_size": 7,
}
STAMPS = ("updated_at",)

MALFORMED: list[tuple[str, str, Any]] = [
    (requirement_id.request(PATCH), "object", {"op": "replace", "path": "/name", "value": "x"}),
    (requirement_id.request(PATCH), "string", "replace"),
    (requirement_id.request(PATCH), "array-of-strings", ["replace"]),
    (requirement_id.request(PATCH), "null", None),
    (requirement_id.body(PATCH, "op"), "no-op", [{"path": "/name", "value": "x"}]),
    (requirement_id.body(PATCH, "op"), "unknown-op", [{"op": "erase", "path": "/name", "value": "x"}]),
    (requirement_id.body(PATCH, "op"), "op-is-a-number", [{"op": 1, "path": "/name", "value": "x"}]),
    (requirement_id.body(PATCH, "op"), "op-move", [{"op": "move", "from": "/name", "path": "/other"}]),
    (requirement_id.body(PATCH, "path"), "no-path", [{"op": "replace", "value": "x"}]),
    (requirement_id.body(PATCH, "path"), "path-without-slash", [{"op": "replace", "path": "name", "value": "x"}]),
    (requirement_id.body(PATCH, "path"), "empty-path", [{"op": "replace", "path": "", "value": "x"}]),
    (requirement_id.body(PATCH, "path"), "path-is-a-number", [{"op": "replace", "path": 7, "value": "x"}]),
    (requirement_id.body(PATCH, "path"), "path-is-an-object", [{"op": "replace", "path": {"a": 1}, "value": "x"}]),
    (requirement_id.body(PATCH, "path"), "path-is-an-array", [{"op": "replace", "path": ["name"], "value": "x"}]),
    (requirement_id.body(PATCH, "path"), "bad-escape", [{"op": "add", "path": "/a~2b", "value": "x"}]),
    (requirement_id.body(PATCH, "value"), "no-value", [{"op": "replace", "path": "/name"}]),
    (requirement_id.body(PATCH, "value"), "no-value-to-add", [{"op": "add", "path": "/conformance_property"}]),
]
"""Requirement, what is wrong with a patch, the patch."""


def operation_of(op: str) -> str:
    """The requirement of one of the documented operations of a patch."""
    return requirement_id.stated(PATCH, "operation", op)


def as_changed(
    expect: Expect, cloud: ImageClient, wanted: dict[str, Any], where: str, found: dict[str, Any], exchange: Exchange
) -> None:
    """Judge that a place shows the members as they were changed."""
    for member, value in wanted.items():
        got = found.get(member)
        terms, place = (("where", where),), place_of(cloud.contract, PATCH, member)
        deviation = Deviation("not-as-changed", place=place, terms=terms, seen=values(value, got), path=member)
        expect("image.patch.stored", same(member, value, got), deviation, exchange)


def full_image(cloud: ImageClient) -> tuple[str, Image]:
    """An image of which no member has its default, so that whatever is reset or lost shows: its id, and what show
    answers."""
    made = image(
        cloud,
        **{name: pair[1] for name, pair in CHANGES.items() if name != "name"},
        description="kept",
        **{PROPERTY: "kept"},
    )
    return made.id, now(cloud, made.id)


@verifies(
    "image.patch.response.200", "image.patch.response.200.*", "image.patch.stored", "image.patch.media-type", smoke=True
)
@pytest.mark.parametrize("member", CHANGES)
def test_a_replaced_member_is_answered_shown_and_listed(cloud: ImageClient, expect: Expect, member: str) -> None:
    before, after = CHANGES[member]
    if member == "name":
        before, after = cloud.name(), cloud.name(" 之后")
    made = image(cloud, **{member: before})
    cloud.journal.intend(str(after) if member == "name" else made.name)
    exchange = cloud.replace(made.id, **{member: after})
    expect.status("image.patch.media-type", exchange, 200, act=Phrase.of("documented-media-type"))
    expect.status("image.patch.response.200", exchange, 200, act=call(PATCH, member=member))
    if exchange.response.status != 200:
        return
    seen = now(cloud, made.id)
    places = {"answer": answered(exchange), "shown": seen}
    in_list = row(cloud, made, str(seen.get("name")))
    if member in in_list:
        places["listed"] = in_list
    for where, found in places.items():
        as_changed(expect, cloud, {member: after}, where, found, exchange)


@verifies("image.patch.unchanged", smoke=True)
def test_what_is_not_named_stays(cloud: ImageClient, expect: Expect) -> None:
    image_id, before = full_image(cloud)
    neighbour = image(cloud, **{key: pair[1] for key, pair in CHANGES.items()} | {"name": before.get("name")})
    beside = shown(cloud, neighbour.id)
    for member, pair in CHANGES.items():
        for value in (cloud.name(), cloud.name()) if member == "name" else pair:  # there, and back
            if member == "name":
                cloud.journal.intend(value)
            exchange = cloud.replace(image_id, **{member: value})
            changed(exchange)
            seen = now(cloud, image_id)
            stays = without(before, member, *STAMPS)
            kept(expect, cloud.contract, "image.patch.unchanged", stays, seen, "another-member", exchange)
            before = seen
            still = shown(cloud, neighbour.id) == beside
            expect("image.patch.unchanged", still, Deviation("another-changed", terms=(("when", "change"),)), exchange)


@verifies("image.patch.stored")
def test_each_value_that_a_member_may_have_is_stored(cloud: ImageClient, expect: Expect) -> None:
    made = image(cloud)
    for member, allowed in levels(cloud.contract).items():
        for value in allowed:
            stored(cloud, expect, made.id, {member: value})


@verifies("image.patch.stored", "image.patch.unchanged")
def test_several_members_are_changed_at_once_and_the_others_stay(cloud: ImageClient, expect: Expect) -> None:
    image_id, due = full_image(cloud)
    for chosen in patch_rows(cloud.contract):
        pairs = {PROPERTY if name == "property" else name: pair for name, pair in chosen.items() if pair != LEFT_OUT}
        sent = {
            name: next((value for value in pair if not same(name, value, due.get(name))), pair[-1])
            for name, pair in pairs.items()
        }
        if "name" in sent:
            sent["name"] = cloud.name(sent["name"])
            cloud.journal.intend(sent["name"])
        if not sent:
            continue
        seen = stored(cloud, expect, image_id, sent)
        stays, exchange = without(due, *sent, *STAMPS), cloud.recorder.exchanges[-1]
        kept(expect, cloud.contract, "image.patch.unchanged", stays, seen, "several-members", exchange)
        due = seen


@verifies("image.patch.stored", "image.patch.operation.add")
def test_texts_of_every_shape_are_stored_to_the_letter(cloud: ImageClient, expect: Expect) -> None:
    made = image(cloud)
    stored(cloud, expect, made.id, {"tags": list(TEXTS)})
    wanted = {
        "Conformance_Case": "One",
        "conformance-dash.dot:x": "1",
        "description": "描述 " * 80,
        **{f"conformance_{index}": text for index, text in enumerate(TEXTS)},
    }
    exchange = cloud.patch(made.id, [{"op": "add", "path": f"/{name}", "value": text} for name, text in wanted.items()])
    if expect.status("image.patch.operation.add", exchange, 200, act=call(PATCH, "with-texts-of-every-shape")):
        seen = now(cloud, made.id)
        for name, text in wanted.items():
            expect.equal("image.patch.operation.add", text, seen.get(name), FURTHER, exchange)


@verifies("image.patch.body.path")
def test_a_path_is_read_as_a_json_pointer(cloud: ImageClient, expect: Expect) -> None:
    # RFC 6901, 4: first ~1 is turned into a slash, then ~0 into a tilde; the other way round ~01 would become a slash.
    made = image(cloud)
    refused: list[Exchange] = []
    for path, wrong in (("/conformance_a~01b", "conformance_a/b"), ("/conformance_c~0d", "conformance_c~0d")):
        exchange = cloud.patch(made.id, [{"op": "add", "path": path, "value": "x"}])
        if exchange.response.status != 200:
            refused.append(exchange)
            continue
        names = now(cloud, made.id).keys()
        deviation = Deviation("pointer-misread", seen=(("pointer", path), ("got", wrong)))
        expect("image.patch.body.path", wrong not in names, deviation, exchange)
    if len(refused) == 2:
        raise unready(refused[-1])


@verifies("image.patch.stored")
def test_members_of_an_image_with_data_are_changed_too(cloud: ImageClient, expect: Expect) -> None:
    made = active_image(cloud, b"changed", **{name: pair[0] for name, pair in CHANGES.items() if name != "name"})
    for member, pair in CHANGES.items():
        if not member.endswith("_format"):  # upstream keeps the formats of an image with data
            after = cloud.name(" 之后") if member == "name" else pair[1]
            cloud.journal.intend(str(after) if member == "name" else made.name)
            stored(cloud, expect, made.id, {member: after})


@verifies("image.patch.unchanged")
def test_a_property_is_that_of_its_image_alone(cloud: ImageClient, expect: Expect) -> None:
    older = image(cloud)
    made = image(cloud, name=older.name)
    newer = image(cloud)
    before = [shown(cloud, item.id) for item in (older, newer)]
    exchange = cloud.patch(made.id, [{"op": "add", "path": "/conformance_alone", "value": "mine"}])
    changed(exchange)
    after = [shown(cloud, item.id) for item in (older, newer)]
    deviation = Deviation("another-changed", terms=(("when", "added-property"),))
    expect("image.patch.unchanged", after == before, deviation, exchange)


@verifies("image.patch.stored")
def test_a_name_is_changed_to_the_letter(cloud: ImageClient, expect: Expect) -> None:
    made = image(cloud, tags=[cloud.tag])
    for suffix in (
        " two  spaces",
        " blank at the end ",
        " MiXeD Case",
        ' a"b\\c/d',
        " <b>&amp;</b>",
        " éÅß e\u0301",
        " ﬁ ½",
        "镜" * 200,
    ):
        name = cloud.name(suffix)
        cloud.journal.intend(name)
        stored(cloud, expect, made.id, {"name": name})
    for other in ("007", "true", None):
        stored(cloud, expect, made.id, {"name": other})


def stored(cloud: ImageClient, expect: Expect, image_id: str, members: dict[str, Any]) -> Image:
    """Judge that a change to these values is answered and shown; returns what is shown."""
    exchange = cloud.replace(image_id, **members)
    seen = now(cloud, image_id)
    if expect.status("image.patch.stored", exchange, 200, act=call(PATCH, member=next(iter(members)))):
        as_changed(expect, cloud, members, "answer", answered(exchange), exchange)
        as_changed(expect, cloud, members, "shown", seen, exchange)
    return seen


@verifies("image.patch.response.200.*", "image.patch.unchanged")
@pytest.mark.parametrize("state", ["queued", "active"])
def test_the_answer_of_a_change_is_what_is_shown(cloud: ImageClient, expect: Expect, state: str) -> None:
    members = {
        "name": cloud.name(" 一"),
        "tags": ["a"],
        "min_disk": 2,
        "protected": False,
        "conformance_property": "kept",
    }
    made = active_image(cloud, b"shown", **members) if state == "active" else image(cloud, **members)
    before = shown(cloud, made.id)
    exchange = cloud.replace(made.id, min_ram=8)
    answer = changed(exchange)
    if not answer or before is None:
        raise NotExercised(Phrase.of("shows-nothing", where="answer"))
    seen = shown(cloud, made.id)
    agrees(expect, cloud.contract, PATCH, 200, answer, seen, exchange)
    stays = without(before, "min_ram", *STAMPS)
    kept(expect, cloud.contract, "image.patch.unchanged", stays, seen or {}, "another-member", exchange)


def reads_change_nothing(cloud: ImageClient, expect: Expect, before: Image) -> None:
    """Judge that a list and a download leave an image as it was; time has passed since, so that a touched updated_at
    shows."""
    image_id = str(before.get("id"))
    for when in ("list", "download"):
        exchange = cloud.list({"name": str(before.get("name"))}) if when == "list" else cloud.download(image_id)
        after = now(cloud, image_id)
        stamps = {name: value for name, value in before.items() if name in STAMPS}
        kept(expect, cloud.contract, "image.patch.updated-at", stamps, after, when, exchange)
        kept(expect, cloud.contract, "image.patch.unchanged", without(before, *STAMPS), after, when, exchange)
        before = after


@verifies("image.patch.updated-at", "image.patch.unchanged")
def test_updated_at_moves_with_a_change_and_created_at_stays(cloud: ImageClient, expect: Expect) -> None:
    active, queued = (now(cloud, made.id) for made in (active_image(cloud, b"read"), image(cloud)))
    for number in (1, 2):
        cloud.wait(1.1)
        if number == 1:
            reads_change_nothing(cloud, expect, active)
        active, queued = (moved_on(cloud, expect, before, number) for before in (active, queued))


def moved_on(cloud: ImageClient, expect: Expect, before: Image, number: int) -> Image:
    """Judge the times of an image after a change of it; returns what is shown."""
    exchange = cloud.replace(str(before.get("id")), min_ram=number)
    answer = changed(exchange)
    if not answer:
        raise NotExercised(Phrase.of("shows-nothing", where="answer"))
    previous, updated = moment(str(before.get("updated_at"))), moment(str(answer.get("updated_at")))
    if previous is not None and updated is not None:
        still = Deviation("stands-still", place="updated_at", seen=(("got", str(updated)),))
        expect("image.patch.updated-at", updated > previous, still, exchange)
    due, got = before.get("created_at"), answer.get("created_at")
    turned = Deviation("turned", place="created_at", terms=(("when", "change"),), seen=values(due, got))
    expect("image.patch.updated-at", due == got, turned, exchange)
    seen = now(cloud, str(before.get("id")))
    due, got = seen.get("updated_at"), answer.get("updated_at")
    other = Deviation("not-as-shown", place="updated_at", terms=(("where", "answer"),), seen=values(due, got))
    expect("image.patch.updated-at", due == got, other, exchange)
    return seen


@verifies(
    "image.patch.operation.*",
    "image.patch.response.200.description",
    "image.patch.updated-at",
    smoke=True,
)
def test_add_replace_and_remove_of_a_property(cloud: ImageClient, expect: Expect) -> None:
    made = image(cloud)
    for member in ("description", "conformance_property"):
        steps: list[tuple[str, dict[str, Any], Any]] = [
            ("add", {"op": "add", "path": f"/{member}", "value": "one 一"}, "one 一"),
            ("replace", {"op": "replace", "path": f"/{member}", "value": "two"}, "two"),
            ("add", {"op": "add", "path": f"/{member}", "value": "three"}, "three"),
            ("remove", {"op": "remove", "path": f"/{member}"}, None),
        ]
        for operation, step, wanted in steps:
            before = now(cloud, made.id)
            exchange = cloud.patch(made.id, [step])
            requirement = operation_of(operation)
            if not expect.status(requirement, exchange, 200, act=call(PATCH, operation)):
                return
            seen = now(cloud, made.id)
            previous = moment(str(before.get("updated_at")))
            for where, found in (("answer", answered(exchange)), ("shown", seen)):
                got, terms = found.get(member, None if found else "?"), (("op", operation), ("where", where))
                deviation = Deviation(
                    "differs-after", place=FURTHER, terms=terms, seen=values(wanted, got), path=member
                )
                expect(requirement, got == wanted, deviation, exchange)
                updated = moment(str(found.get("updated_at")))
                if previous is not None and updated is not None:
                    back = Deviation("goes-back", place="updated_at", terms=(("op", operation),))
                    expect("image.patch.updated-at", updated >= previous, back, exchange)


@verifies("image.patch.unchanged", "image.patch.operation.remove")
def test_what_was_removed_stays_away(cloud: ImageClient, expect: Expect) -> None:
    made = image(cloud, container_format="bare", disk_format="raw", conformance_property="one", description="two")
    removed = cloud.patch(
        made.id, [{"op": "remove", "path": f"/{member}"} for member in ("conformance_property", "description")]
    )
    changed(removed)
    for when, exchange in (
        ("change", cloud.replace(made.id, min_ram=3)),
        ("added-property", cloud.patch(made.id, [{"op": "add", "path": "/conformance_other", "value": "x"}])),
        ("upload", cloud.upload(made.id, b"data")),
    ):
        seen = now(cloud, made.id)
        for member in ("conformance_property", "description"):
            got, terms = seen.get(member), (("when", when),)
            deviation = Deviation(
                "removed-and-back", place=FURTHER, terms=terms, seen=(("got", short(got)),), path=member
            )
            for requirement in ("image.patch.unchanged", "image.patch.operation.remove"):
                expect(requirement, got is None, deviation, exchange)


LAST: dict[str, dict[str, Any]] = {
    "read-only-member": {"op": "replace", "path": "/created_at", "value": "2001-01-01T00:00:00Z"},
    "missing-property": {"op": "remove", "path": "/conformance_absent"},
    "wrong-type": {"op": "replace", "path": "/min_disk", "value": "ten"},
    "unknown-op": {"op": "erase", "path": "/name"},
}
"""What no list of operations may hold."""


@verifies("image.patch.atomic")
def test_operations_apply_all_or_none(cloud: ImageClient, expect: Expect) -> None:
    image_id, before = full_image(cloud)
    first: list[dict[str, Any]] = [
        {"op": "replace", "path": f"/{name}", "value": pair[0]} for name, pair in CHANGES.items() if name != "name"
    ]
    others: list[dict[str, Any]] = [
        {"op": "add", "path": "/conformance_half", "value": "done"},
        {"op": "remove", "path": f"/{PROPERTY}"},
    ]
    refused = False
    for how, last in LAST.items():
        for operations in ([*first, *others, last], [first[2], last], [last, *first]):
            exchange = cloud.patch(image_id, operations)
            seen = now(cloud, image_id)
            if exchange.response.status >= 400:
                refused = True
                half = Deviation("half-applied", terms=(("how", how),))
                expect("image.patch.atomic", seen == before, half, exchange)
            before = seen
    if not refused:
        raise NotExercised(Phrase.of("nothing-refused"))


@verifies("image.patch.atomic", "image.patch.operation.replace")
def test_several_operations_apply_in_order(cloud: ImageClient, expect: Expect) -> None:
    made = image(cloud, **{PROPERTY: "old"})
    members: list[dict[str, Any]] = [
        *({"op": "replace", "path": "/min_ram", "value": value} for value in (1, 2, 3)),
        {"op": "replace", "path": "/min_disk", "value": 4},
    ]
    properties: list[dict[str, Any]] = [
        {"op": "remove", "path": f"/{PROPERTY}"},
        {"op": "add", "path": f"/{PROPERTY}", "value": "new"},
        {"op": "add", "path": "/conformance_gone", "value": "x"},
        {"op": "remove", "path": "/conformance_gone"},
        {"op": "add", "path": "/conformance_twice", "value": "one"},
        {"op": "replace", "path": "/conformance_twice", "value": "two"},
    ]
    due: dict[str, Any]
    for operations, due in (
        (members, {"min_ram": 3, "min_disk": 4}),
        (properties, {PROPERTY: "new", "conformance_gone": None, "conformance_twice": "two"}),
    ):
        exchange = cloud.patch(made.id, operations)
        if expect.status("image.patch.operation.replace", exchange, 200, act=call(PATCH, "several-operations")):
            seen = now(cloud, made.id)
            wrong = sorted(name for name, value in due.items() if seen.get(name) != value)
            deviation = Deviation("not-all-in-order", seen=(("members", ", ".join(wrong)),))
            expect("image.patch.atomic", not wrong, deviation, exchange)


@verifies("image.patch.read-only")
def test_members_that_the_service_keeps_are_not_changed(cloud: ImageClient, expect: Expect) -> None:
    image_id, before = full_image(cloud)
    for member, value in READ_ONLY.items():
        exchange = cloud.replace(image_id, **{member: value})
        expect.refused("image.patch.read-only", exchange, call(PATCH, member=member))
        seen = now(cloud, image_id)
        stays = seen.get(member) == before.get(member) or (member == "updated_at" and seen.get(member) != value)
        written = values(before.get(member), seen.get(member))
        expect("image.patch.read-only", stays, Deviation("read-only-changed", place=member, seen=written), exchange)
        before = untouched(cloud, expect, "image.patch.read-only", image_id, before, exchange)


@verifies("image.patch.request", "image.patch.body.*", "error.400", smoke=True)
def test_a_patch_of_another_shape_is_refused(cloud: ImageClient, expect: Expect) -> None:
    image_id, before = full_image(cloud)
    for requirement, how, body in MALFORMED:
        exchange = cloud.patch(image_id, body)
        expect.refused(requirement, exchange, call(PATCH, how))
        expect.code(400, exchange, call(PATCH, how))
        before = untouched(cloud, expect, "image.patch.request", image_id, before, exchange)


@verifies("image.patch.request", "error.400")
@pytest.mark.parametrize(("how", "body"), [("no-json", b"[{"), ("empty-body", b""), ("not-utf-8", b'[{"op": "\xff"}]')])
def test_a_patch_that_is_no_json_is_refused(cloud: ImageClient, expect: Expect, how: str, body: bytes) -> None:
    made = image(cloud)
    exchange = cloud.patch(made.id, body)
    expect.refused("image.patch.request", exchange, call(PATCH, how))
    expect.code(400, exchange, call(PATCH, how))


@verifies("image.patch.body.value")
def test_a_value_that_does_not_fit_its_member_is_refused(cloud: ImageClient, expect: Expect) -> None:
    image_id, before = full_image(cloud)
    for member in CHANGES:
        sent: list[Exchange] = []
        for value in forbidden(cloud, member):
            sent.append(cloud.replace(image_id, **{member: value}))
            expect.refused("image.patch.body.value", sent[-1])
        refused = [exchange for exchange in sent if exchange.response.status >= 400]
        if refused:
            before = untouched(cloud, expect, "image.patch.body.value", image_id, before, refused[-1], tuple(sent))


@verifies("image.patch.path.image_id", "error.404", smoke=True)
def test_an_image_that_is_not_there_is_not_changed(cloud: ImageClient, expect: Expect) -> None:
    gone = image(cloud)
    cloud.delete(gone.id)
    for how, image_id in (("absent", cloud.uuid()), ("deleted", gone.id), ("no-uuid", "no-such-image")):
        exchange = cloud.replace(image_id, min_ram=1)
        expect.refused("image.patch.path.image_id", exchange, call(PATCH, how))
        expect.code(404, exchange, call(PATCH, how))


@verifies("image.patch.precondition.status", smoke=True)
def test_an_image_can_be_changed_while_queued_and_while_active(cloud: ImageClient, expect: Expect) -> None:
    queued = image(cloud)
    exchange = cloud.replace(queued.id, min_ram=5)
    expect.status("image.patch.precondition.status", exchange, 200, act=call(PATCH, "without-data"))
    active = active_image(cloud, b"active")
    exchange = cloud.replace(active.id, min_ram=6)
    if expect.status("image.patch.precondition.status", exchange, 200, act=call(PATCH, "with-data")):
        status = answered(exchange).get("status")
        expect.equal("image.patch.precondition.status", "active", status, "status", exchange)


@verifies("image.patch.example.request", smoke=True)
def test_the_example_request_is_answered(cloud: ImageClient, expect: Expect) -> None:
    made = image(cloud)
    name = cloud.name()
    cloud.journal.intend(name)
    example = [dict(item) for item in cloud.contract.operations["image.patch"].request_example]
    for item in example:
        item["value"] = name if item["path"] == "/name" else item["value"]
    exchange = cloud.patch(made.id, example)
    if expect.status("image.patch.example.request", exchange, 200, act=call(PATCH, "example")):
        seen = now(cloud, made.id)
        for item in example:
            member = item["path"].removeprefix("/")
            expect.equal("image.patch.example.request", item["value"], seen.get(member), member, exchange)


@verifies("image.patch.operation.add", "image.patch.operation.remove", "image.patch.unchanged")
def test_several_properties_are_kept_apart(cloud: ImageClient, expect: Expect) -> None:
    made = image(cloud)
    # Names that begin or end like each other: each is one property, and no more.
    names = ("conformance", "conformance_1", "conformance_10", "conformance_1_1", "a_conformance_1", "conformance_2")
    wanted = {name: f"value {name}" for name in names}
    exchange = cloud.patch(made.id, [{"op": "add", "path": f"/{key}", "value": value} for key, value in wanted.items()])
    if not expect.status("image.patch.operation.add", exchange, 200, act=call(PATCH, "several-properties")):
        return
    seen = now(cloud, made.id)
    for key, value in wanted.items():
        expect.equal("image.patch.operation.add", value, seen.get(key), FURTHER, exchange)
    for gone in (("conformance_1",), ("conformance", "conformance_2")):
        exchange = cloud.patch(made.id, [{"op": "remove", "path": f"/{key}"} for key in gone])
        if not expect.status("image.patch.operation.remove", exchange, 200, act=call(PATCH, "remove")):
            return
        wanted = without(wanted, *gone)
        seen = now(cloud, made.id)
        still = sorted(key for key in gone if seen.get(key) is not None)
        stays = Deviation("removed-and-there", place=FURTHER, seen=(("members", ", ".join(still)),))
        expect("image.patch.operation.remove", not still, stays, exchange)
        lost = sorted(key for key, value in wanted.items() if seen.get(key) != value)
        taken = Deviation("removed-with-another", place=FURTHER, seen=(("members", ", ".join(lost)),))
        expect("image.patch.unchanged", not lost, taken, exchange)
