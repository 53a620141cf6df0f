"""Changing images (document lines 760-903)."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.generate.combinations import LEFT_OUT
from conformance.model.jsonvalue import moment
from conformance.model.message import Exchange
from conformance.run.cases import Expect, NotExercised, verifies
from conformance.run.client import Client, body_of
from conformance.services.image.arrange import ABSENT, active_image, image, listed, shown, without
from conformance.services.image.cases.test_create import PROPERTY, TEXTS, agrees, broken, same
from conformance.services.image.drawn import levels, patch_rows

CHANGES: dict[str, tuple[Any, Any]] = {
    "name": ("before", "after 之后"),
    "min_disk": (1, 20),
    "min_ram": (16, 1024),
    "protected": (False, True),
    "tags": (["old"], ["new", "标签"]),
    "visibility": ("private", "shared"),
    "container_format": ("bare", "ovf"),
    "disk_format": ("raw", "qcow2"),
}
"""Member -> a value before and another one after."""

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
    ("request", "an object", {"op": "replace", "path": "/name", "value": "x"}),
    ("request", "a string", "replace"),
    ("request", "a list of strings", ["replace"]),
    ("request", "null", None),
    ("body.op", "no op", [{"path": "/name", "value": "x"}]),
    ("body.op", "an unknown op", [{"op": "erase", "path": "/name", "value": "x"}]),
    ("body.op", "an op that is a number", [{"op": 1, "path": "/name", "value": "x"}]),
    ("body.op", "the op move", [{"op": "move", "from": "/name", "path": "/other"}]),
    ("body.path", "no path", [{"op": "replace", "value": "x"}]),
    ("body.path", "a path without its slash", [{"op": "replace", "path": "name", "value": "x"}]),
    ("body.path", "an empty path", [{"op": "replace", "path": "", "value": "x"}]),
    ("body.path", "a path that is a number", [{"op": "replace", "path": 7, "value": "x"}]),
    ("body.path", "a path that is an object", [{"op": "replace", "path": {"a": 1}, "value": "x"}]),
    ("body.path", "a path that is an array", [{"op": "replace", "path": ["name"], "value": "x"}]),
    ("body.path", "a bad escape in the path", [{"op": "add", "path": "/a~2b", "value": "x"}]),
    ("body.value", "no value", [{"op": "replace", "path": "/name"}]),
    ("body.value", "no value to add", [{"op": "add", "path": "/conformance_property"}]),
]


def full_image(cloud: Client) -> dict[str, Any]:
    """An image of which no member has its default, so that whatever is reset or lost shows, as show answers it."""
    made = image(
        cloud,
        **{name: pair[1] for name, pair in CHANGES.items() if name != "name"},
        description="kept",
        **{PROPERTY: "kept"},
    )
    return shown(cloud, made["id"]) or {}


def untouched(
    cloud: Client,
    expect: Expect,
    requirement: str,
    before: dict[str, Any],
    exchange: Exchange,
    words: str,
    related: tuple[Exchange, ...] = (),
) -> dict[str, Any]:
    """Judge that a refused change, the last of those related, left the image as it was; returns it as it is now."""
    seen = shown(cloud, str(before.get("id"))) or {}
    differing = sorted(name for name in seen.keys() | before.keys() if not same(name, before.get(name), seen.get(name)))
    if exchange.response.status >= 400:
        message = f"{words} was refused and changed {', '.join(differing)[:80]}"
        expect(requirement, not differing, message, exchange, failure="a refused change is stored", related=related)
    return seen


@verifies(
    "image.patch.response.200", "image.patch.response.200.*", "image.patch.stored", "image.patch.media-type", smoke=True
)
@pytest.mark.parametrize("member", CHANGES)
def test_a_replaced_member_is_answered_shown_and_listed(cloud: Client, expect: Expect, member: str) -> None:
    before, after = CHANGES[member]
    if member == "name":
        before, after = cloud.name(), cloud.name(" 之后")
    made = image(cloud, **{member: before})
    cloud.journal.intend(str(after) if member == "name" else made["name"])
    exchange = cloud.replace(made["id"], **{member: after})
    expect.status("image.patch.media-type", exchange, 200, what="a replace in the patch media type")
    expect.status("image.patch.response.200", exchange, 200, what=f"a replace of {member}")
    if exchange.response.status != 200:
        return
    body = body_of(exchange)
    seen = shown(cloud, made["id"]) or {}
    row = next(
        (item for item in listed(cloud.list({"name": str(seen.get("name"))})) if item.get("id") == made["id"]), {}
    )
    for place, found in (("the answer", body if isinstance(body, dict) else {}), ("show", seen), ("the list", row)):
        if place == "the list" and member not in found:
            continue
        message = f"{member} was changed to {after!r} and is {found.get(member)!r:.60} in {place}"
        expect(
            "image.patch.stored",
            same(member, after, found.get(member)),
            message,
            exchange,
            failure=f"{member} not as changed in {place}",
            path=member,
        )


@verifies("image.patch.unchanged", smoke=True)
def test_what_is_not_named_stays(cloud: Client, expect: Expect) -> None:
    before = full_image(cloud)
    neighbour = image(cloud, **{key: pair[1] for key, pair in CHANGES.items()} | {"name": before.get("name")})
    beside = shown(cloud, neighbour["id"])
    for member, pair in CHANGES.items():
        for value in (cloud.name(), cloud.name()) if member == "name" else pair:  # there, and back
            if member == "name":
                cloud.journal.intend(value)
            exchange = cloud.replace(before["id"], **{member: value})
            if exchange.response.status != 200:
                raise NotExercised(f"the image could not be changed: the answer was {exchange.response.status}")
            seen = shown(cloud, before["id"]) or {}
            for name, old in without(before, member, *STAMPS).items():
                ok = same(name, old, seen.get(name)) or (old is None and name not in seen)
                message = f"a change of {member} turned {name} from {old!r:.50} to {seen.get(name)!r:.50}"
                expect(
                    "image.patch.unchanged",
                    ok,
                    message,
                    exchange,
                    failure=f"{name} changed with another member",
                    path=name,
                )
            before = seen
            still = shown(cloud, neighbour["id"])
            expect(
                "image.patch.unchanged",
                still == beside,
                "a change of one image changed another",
                exchange,
                failure="another image changed",
            )


@verifies("image.patch.stored")
def test_each_value_that_a_member_may_have_is_stored(cloud: Client, expect: Expect) -> None:
    made = image(cloud)
    for member, values in levels(cloud.contract).items():
        for value in values:
            stored(cloud, expect, made["id"], {member: value})


@verifies("image.patch.stored", "image.patch.unchanged")
def test_several_members_are_changed_at_once_and_the_others_stay(cloud: Client, expect: Expect) -> None:
    due = full_image(cloud)
    for row in patch_rows(cloud.contract):
        values = {PROPERTY if name == "property" else name: value for name, value in row.items() if value != LEFT_OUT}
        sent = {
            name: next((value for value in pair if not same(name, value, due.get(name))), pair[-1])
            for name, pair in values.items()
        }
        if "name" in sent:
            sent["name"] = cloud.name(sent["name"])
            cloud.journal.intend(sent["name"])
        if not sent:
            continue
        seen = stored(cloud, expect, due["id"], sent)
        for name, value in without(due, *sent, *STAMPS).items():
            message = f"a change of {', '.join(sent)} turned {name} from {value!r:.50} to {seen.get(name)!r:.50}"
            expect(
                "image.patch.unchanged",
                same(name, value, seen.get(name)),
                message,
                cloud.gate.exchanges[-1],
                failure=f"{name} changed with others",
                path=name,
            )
        due = seen


@verifies("image.patch.stored", "image.patch.operation.add")
def test_texts_of_every_shape_are_stored_to_the_letter(cloud: Client, expect: Expect) -> None:
    made = image(cloud)
    stored(cloud, expect, made["id"], {"tags": list(TEXTS)})
    wanted = {
        "Conformance_Case": "One",
        "conformance-dash.dot:x": "1",
        "description": "描述 " * 80,
        **{f"conformance_{index}": text for index, text in enumerate(TEXTS)},
    }
    exchange = cloud.patch(
        made["id"], [{"op": "add", "path": f"/{name}", "value": text} for name, text in wanted.items()]
    )
    if expect.status("image.patch.operation.add", exchange, 200, what="add of properties with texts of every shape"):
        seen = shown(cloud, made["id"]) or {}
        for name, text in wanted.items():
            expect.equal("image.patch.operation.add", text, seen.get(name), "a property", exchange)


@verifies("image.patch.body.path")
def test_a_path_is_read_as_a_json_pointer(cloud: Client, expect: Expect) -> None:
    # RFC 6901, 4: first ~1 is turned into a slash, then ~0 into a tilde; the other way round ~01 would become a slash.
    made = image(cloud)
    for path, wrong in (("/conformance_a~01b", "conformance_a/b"), ("/conformance_c~0d", "conformance_c~0d")):
        exchange = cloud.patch(made["id"], [{"op": "add", "path": path, "value": "x"}])
        if exchange.response.status == 200:
            names = [name for name in shown(cloud, made["id"]) or {} if name.startswith("conformance_")]
            expect(
                "image.patch.body.path",
                wrong not in names,
                f"the path {path} made the property {wrong}",
                exchange,
                failure="escapes in a path misread",
            )


@verifies("image.patch.stored")
def test_members_of_an_image_with_data_are_changed_too(cloud: Client, expect: Expect) -> None:
    made = active_image(cloud, b"changed", **{name: pair[0] for name, pair in CHANGES.items() if name != "name"})
    for member, pair in CHANGES.items():
        if not member.endswith("_format"):  # upstream keeps the formats of an image with data
            after = cloud.name(" 之后") if member == "name" else pair[1]
            cloud.journal.intend(str(after) if member == "name" else made["name"])
            stored(cloud, expect, made["id"], {member: after})


@verifies("image.patch.unchanged")
def test_a_property_is_that_of_its_image_alone(cloud: Client, expect: Expect) -> None:
    older = image(cloud)
    made = image(cloud, name=older["name"])
    newer = image(cloud)
    before = [shown(cloud, item["id"]) for item in (older, newer)]
    exchange = cloud.patch(made["id"], [{"op": "add", "path": "/conformance_alone", "value": "mine"}])
    if exchange.response.status != 200:
        raise NotExercised(f"no property could be added: the answer was {exchange.response.status}")
    after = [shown(cloud, item["id"]) for item in (older, newer)]
    expect(
        "image.patch.unchanged",
        after == before,
        "a property that was added to one image changed another",
        exchange,
        failure="another image got the property",
    )


@verifies("image.patch.stored")
def test_a_name_is_changed_to_the_letter(cloud: Client, expect: Expect) -> None:
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
        stored(cloud, expect, made["id"], {"name": name})
    for other in ("007", "true", None):
        stored(cloud, expect, made["id"], {"name": other})


def stored(cloud: Client, expect: Expect, image_id: str, members: dict[str, Any]) -> dict[str, Any]:
    """Judge that a change to these values is answered and shown; returns what is shown."""
    exchange = cloud.replace(image_id, **members)
    seen = shown(cloud, image_id) or {}
    if not expect.status("image.patch.stored", exchange, 200, what=f"a replace of {next(iter(members))}"):
        return seen
    body = body_of(exchange)
    for place, found in (("the answer", body if isinstance(body, dict) else {}), ("show", seen)):
        for member, value in members.items():
            message = f"{member} was changed to {value!r:.60} and is {found.get(member)!r:.60} in {place}"
            expect(
                "image.patch.stored",
                same(member, value, found.get(member)),
                message,
                exchange,
                failure=f"{member} not as changed in {place}",
                path=member,
            )
    return seen


@verifies("image.patch.response.200.*", "image.patch.unchanged")
@pytest.mark.parametrize("state", ["queued", "active"])
def test_the_answer_of_a_change_is_what_is_shown(cloud: Client, expect: Expect, state: str) -> None:
    members = {
        "name": cloud.name(" 一"),
        "tags": ["a"],
        "min_disk": 2,
        "protected": False,
        "conformance_property": "kept",
    }
    made = active_image(cloud, b"shown", **members) if state == "active" else image(cloud, **members)
    before = shown(cloud, made["id"])
    exchange = cloud.replace(made["id"], min_ram=8)
    body = body_of(exchange)
    if exchange.response.status != 200 or not isinstance(body, dict) or before is None:
        raise NotExercised(f"the image could not be changed: the answer was {exchange.response.status}")
    seen = shown(cloud, made["id"])
    agrees(expect, "image.patch.response.200", cloud, body, seen, exchange)
    for name, value in without(before, "min_ram", *STAMPS).items():
        ok = same(name, value, (seen or {}).get(name))
        message = f"a change of min_ram turned {name} of an image that is {state} from {value!r:.50} to {(seen or {}).get(name)!r:.50}"
        expect("image.patch.unchanged", ok, message, exchange, failure=f"{name} changed with another member", path=name)


def reads_change_nothing(cloud: Client, expect: Expect, before: dict[str, Any]) -> None:
    """Judge that a list and a download leave an image as it was; time has passed since, so that a touched updated_at shows."""
    for words in ("a list", "a download"):
        exchange = (
            cloud.list({"name": str(before.get("name"))})
            if words == "a list"
            else cloud.download(str(before.get("id")))
        )
        after = shown(cloud, str(before.get("id"))) or {}
        for name, value in before.items():
            requirement = "image.patch.updated-at" if name == "updated_at" else "image.patch.unchanged"
            message = f"{words} turned {name} from {value!r:.50} to {after.get(name)!r:.50}"
            expect(
                requirement,
                same(name, value, after.get(name)),
                message,
                exchange,
                failure=f"{words} changes {name}",
                path=name,
            )
        before = after


@verifies("image.patch.updated-at", "image.patch.unchanged")
def test_updated_at_moves_with_a_change_and_created_at_stays(cloud: Client, expect: Expect) -> None:
    active, queued = (shown(cloud, made["id"]) or {} for made in (active_image(cloud, b"read"), image(cloud)))
    for number in (1, 2):
        cloud.wait(1.1)
        if number == 1:
            reads_change_nothing(cloud, expect, active)
        active, queued = (moved_on(cloud, expect, before, number) for before in (active, queued))


def moved_on(cloud: Client, expect: Expect, before: dict[str, Any], number: int) -> dict[str, Any]:
    """Judge the times of an image after a change of it; returns what is shown."""
    exchange = cloud.replace(str(before.get("id")), min_ram=number)
    body = body_of(exchange)
    if exchange.response.status != 200 or not isinstance(body, dict):
        raise NotExercised(f"the image could not be changed: the answer was {exchange.response.status}")
    previous, updated = moment(str(before.get("updated_at"))), moment(str(body.get("updated_at")))
    if previous is not None and updated is not None:
        message = f"updated_at was {previous} and is {updated} after a change"
        expect("image.patch.updated-at", updated > previous, message, exchange, failure="updated_at does not move")
    message = f"created_at was {before.get('created_at')} and is {body.get('created_at')} after a change"
    expect(
        "image.patch.updated-at",
        before.get("created_at") == body.get("created_at"),
        message,
        exchange,
        failure="created_at moves",
    )
    seen = shown(cloud, str(before.get("id"))) or {}
    message = f"updated_at is {body.get('updated_at')} in the answer and {seen.get('updated_at')} in show"
    expect(
        "image.patch.updated-at",
        body.get("updated_at") == seen.get("updated_at"),
        message,
        exchange,
        failure="the answer and show differ",
    )
    return seen


@verifies(
    "image.patch.operation.*",
    "image.patch.body.*",
    "image.patch.response.200.description",
    "image.patch.updated-at",
    smoke=True,
)
def test_add_replace_and_remove_of_a_property(cloud: Client, expect: Expect) -> None:
    made = image(cloud)
    for member in ("description", "conformance_property"):
        steps: list[tuple[str, dict[str, Any], Any]] = [
            ("add", {"op": "add", "path": f"/{member}", "value": "one 一"}, "one 一"),
            ("replace", {"op": "replace", "path": f"/{member}", "value": "two"}, "two"),
            ("add", {"op": "add", "path": f"/{member}", "value": "three"}, "three"),
            ("remove", {"op": "remove", "path": f"/{member}"}, None),
        ]
        for operation, step, wanted in steps:
            previous = moment(str((shown(cloud, made["id"]) or {}).get("updated_at")))
            exchange = cloud.patch(made["id"], [step])
            requirement = f"image.patch.operation.{operation}"
            if not expect.status(requirement, exchange, 200, what=f"{operation} of a property"):
                return
            for name in step:
                expect(f"image.patch.body.{name}", True, "")
            for place, found in (("the answer", body_of(exchange)), ("show", shown(cloud, made["id"]))):
                got = found.get(member) if isinstance(found, dict) else "?"
                message = f"after {operation} {member} is {got!r} in {place}, due is {wanted!r}"
                expect(requirement, got == wanted, message, exchange, failure=f"property not as due in {place}")
                updated = moment(str(found.get("updated_at"))) if isinstance(found, dict) else None
                if previous is not None and updated is not None:
                    message = f"after {operation} updated_at is {updated} in {place}, and was {previous}"
                    expect(
                        "image.patch.updated-at",
                        updated >= previous,
                        message,
                        exchange,
                        failure=f"updated_at goes back with {operation}",
                    )


@verifies("image.patch.unchanged", "image.patch.operation.remove")
def test_what_was_removed_stays_away(cloud: Client, expect: Expect) -> None:
    made = image(cloud, container_format="bare", disk_format="raw", conformance_property="one", description="two")
    removed = cloud.patch(
        made["id"], [{"op": "remove", "path": f"/{member}"} for member in ("conformance_property", "description")]
    )
    if removed.response.status != 200:
        raise NotExercised(f"the image could not be changed: the answer was {removed.response.status}")
    for words, exchange in (
        ("a change of a member", cloud.replace(made["id"], min_ram=3)),
        ("an added property", cloud.patch(made["id"], [{"op": "add", "path": "/conformance_other", "value": "x"}])),
        ("an upload", cloud.upload(made["id"], b"data")),
    ):
        seen = shown(cloud, made["id"]) or {}
        for member in ("conformance_property", "description"):
            message = f"{member} was removed, and is {seen.get(member)!r} after {words}"
            for requirement in ("image.patch.unchanged", "image.patch.operation.remove"):
                expect(
                    requirement,
                    seen.get(member) is None,
                    message,
                    exchange,
                    failure=f"a removed property returns with {words}",
                    path=member,
                )


LAST: dict[str, dict[str, Any]] = {
    "a read-only member": {"op": "replace", "path": "/created_at", "value": "2001-01-01T00:00:00Z"},
    "a missing property": {"op": "remove", "path": "/conformance_absent"},
    "a wrong type": {"op": "replace", "path": "/min_disk", "value": "ten"},
    "an unknown op": {"op": "erase", "path": "/name"},
}
"""What no list of operations may hold."""


@verifies("image.patch.atomic")
def test_operations_apply_all_or_none(cloud: Client, expect: Expect) -> None:
    before = full_image(cloud)
    first: list[dict[str, Any]] = [
        {"op": "replace", "path": f"/{name}", "value": pair[0]} for name, pair in CHANGES.items() if name != "name"
    ]
    others: list[dict[str, Any]] = [
        {"op": "add", "path": "/conformance_half", "value": "done"},
        {"op": "remove", "path": f"/{PROPERTY}"},
    ]
    for words, last in LAST.items():
        for operations in ([*first, *others, last], [first[2], last], [last, *first]):
            exchange = cloud.patch(before["id"], operations)
            seen = shown(cloud, before["id"]) or {}
            if exchange.response.status >= 400:
                expect(
                    "image.patch.atomic",
                    seen == before,
                    f"a refused list of operations with {words} changed the image",
                    exchange,
                    failure=f"half applied before {words}",
                )
            before = seen


@verifies("image.patch.atomic", "image.patch.operation.replace")
def test_several_operations_apply_in_order(cloud: Client, expect: Expect) -> None:
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
        exchange = cloud.patch(made["id"], operations)
        if expect.status("image.patch.operation.replace", exchange, 200, what="a list of operations"):
            seen = shown(cloud, made["id"]) or {}
            wrong = {name: seen.get(name) for name, value in due.items() if seen.get(name) != value}
            expect(
                "image.patch.atomic",
                not wrong,
                f"after a list of operations these are not as due: {wrong}",
                exchange,
                failure="not all applied in order",
            )


@verifies("image.patch.read-only")
def test_members_that_the_service_keeps_are_not_changed(cloud: Client, expect: Expect) -> None:
    before = full_image(cloud)
    for member, value in READ_ONLY.items():
        exchange = cloud.replace(before["id"], **{member: value})
        expect.refused("image.patch.read-only", exchange, f"a change of {member}")
        seen = shown(cloud, before["id"]) or {}
        kept = seen.get(member) == before.get(member) or (member == "updated_at" and seen.get(member) != value)
        expect(
            "image.patch.read-only",
            kept,
            f"{member} turned from {before.get(member)!r} to {seen.get(member)!r}",
            exchange,
            failure=f"{member} changed",
            path=member,
        )
        before = untouched(cloud, expect, "image.patch.read-only", before, exchange, f"a change of {member}")


@verifies("image.patch.request", "image.patch.body.*", "error.400")
def test_a_patch_of_another_shape_is_refused(cloud: Client, expect: Expect) -> None:
    before = full_image(cloud)
    for part, words, body in MALFORMED:
        exchange = cloud.patch(before["id"], body)
        expect.refused(f"image.patch.{part}", exchange, f"a patch with {words}")
        expect.code(400, exchange, f"PATCH with {words}")
        before = untouched(cloud, expect, "image.patch.request", before, exchange, f"a patch with {words}")


@verifies("image.patch.request", "error.400")
@pytest.mark.parametrize(
    ("words", "body"), [("no JSON", b"[{"), ("an empty body", b""), ("bytes that are not UTF-8", b'[{"op": "\xff"}]')]
)
def test_a_patch_that_is_no_json_is_refused(cloud: Client, expect: Expect, words: str, body: bytes) -> None:
    made = image(cloud)
    exchange = cloud.patch(made["id"], body)
    expect.refused("image.patch.request", exchange, f"a patch with {words}")
    expect.code(400, exchange, f"PATCH with {words}")


@verifies("image.patch.body.value")
def test_a_value_that_does_not_fit_its_member_is_refused(cloud: Client, expect: Expect) -> None:
    before = full_image(cloud)
    for member in CHANGES:
        sent: list[Exchange] = []
        for words, value in broken(cloud, member).items():
            sent.append(cloud.replace(before["id"], **{member: value}))
            expect.refused("image.patch.body.value", sent[-1], f"a change of {member} that {words}")
        refused = [exchange for exchange in sent if exchange.response.status >= 400]
        if refused:
            before = untouched(
                cloud,
                expect,
                "image.patch.body.value",
                before,
                refused[-1],
                f"a change of {member} to what it cannot be",
                tuple(sent),
            )


@verifies("image.patch.path.image_id", "error.404", smoke=True)
def test_an_image_that_is_not_there_is_not_changed(cloud: Client, expect: Expect) -> None:
    gone = image(cloud)
    cloud.delete(gone["id"])
    for words, image_id in (
        ("PATCH of an id that no image has", cloud.uuid()),
        ("PATCH of a deleted image", gone["id"]),
        ("PATCH of an id that is no UUID", "no-such-image"),
    ):
        exchange = cloud.replace(image_id, min_ram=1)
        expect.refused("image.patch.path.image_id", exchange, words)
        expect.code(404, exchange, words)


@verifies("image.patch.precondition.status", smoke=True)
def test_an_image_can_be_changed_while_queued_and_while_active(cloud: Client, expect: Expect) -> None:
    queued = image(cloud)
    exchange = cloud.replace(queued["id"], min_ram=5)
    expect.status("image.patch.precondition.status", exchange, 200, what="a change of a queued image")
    active = active_image(cloud, b"active")
    exchange = cloud.replace(active["id"], min_ram=6)
    if expect.status("image.patch.precondition.status", exchange, 200, what="a change of an active image"):
        body = body_of(exchange)
        expect.equal(
            "image.patch.precondition.status",
            "active",
            body.get("status") if isinstance(body, dict) else None,
            "status",
            exchange,
        )


@verifies("image.patch.example.request", smoke=True)
def test_the_example_request_is_answered(cloud: Client, expect: Expect) -> None:
    made = image(cloud)
    name = cloud.name()
    cloud.journal.intend(name)
    example = [dict(item) for item in cloud.contract.operations["image.patch"].request_example]
    for item in example:
        item["value"] = name if item["path"] == "/name" else item["value"]
    exchange = cloud.patch(made["id"], example)
    if expect.status("image.patch.example.request", exchange, 200, what="the example request"):
        seen = shown(cloud, made["id"]) or {}
        for item in example:
            member = item["path"].removeprefix("/")
            expect.equal("image.patch.example.request", item["value"], seen.get(member), member, exchange)


@verifies("image.patch.operation.add", "image.patch.operation.remove", "image.patch.unchanged")
def test_several_properties_are_kept_apart(cloud: Client, expect: Expect) -> None:
    made = image(cloud)
    # Names that begin or end like each other: each is one property, and no more.
    names = ("conformance", "conformance_1", "conformance_10", "conformance_1_1", "a_conformance_1", "conformance_2")
    wanted = {name: f"value {name}" for name in names}
    exchange = cloud.patch(
        made["id"], [{"op": "add", "path": f"/{key}", "value": value} for key, value in wanted.items()]
    )
    if not expect.status("image.patch.operation.add", exchange, 200, what="add of several properties"):
        return
    seen = shown(cloud, made["id"]) or {}
    for key, value in wanted.items():
        expect.equal("image.patch.operation.add", value, seen.get(key), "a property", exchange)
    for gone in (("conformance_1",), ("conformance", "conformance_2")):
        exchange = cloud.patch(made["id"], [{"op": "remove", "path": f"/{key}"} for key in gone])
        if not expect.status("image.patch.operation.remove", exchange, 200, what="remove of a property"):
            return
        wanted = without(wanted, *gone)
        seen = shown(cloud, made["id"]) or {}
        still = sorted(key for key in gone if seen.get(key) is not None)
        expect(
            "image.patch.operation.remove",
            not still,
            f"removed properties are still there: {', '.join(still)}",
            exchange,
            failure="not removed",
        )
        lost = sorted(key for key, value in wanted.items() if seen.get(key) != value)
        expect(
            "image.patch.unchanged",
            not lost,
            f"to remove {', '.join(gone)} changed {', '.join(lost)}",
            exchange,
            failure="another property removed",
        )
