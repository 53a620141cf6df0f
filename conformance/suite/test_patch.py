"""Changing images (document lines 760-903)."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.arrange import ABSENT, active_image, image, listed, shown, without
from conformance.cases import Expect, NotExercised, verifies
from conformance.client import Client, body_of
from conformance.shape import moment
from conformance.suite.test_create import VALUES, agrees, pairs, same

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
    "id": ABSENT, "status": "active", "size": 7, "checksum": "0" * 32, "created_at": "2001-01-01T00:00:00Z",
    "updated_at": "2001-01-01T00:00:00Z", "file": "/elsewhere", "self": "/elsewhere", "schema": "/elsewhere", "virtual_size": 7,
}  # fmt: skip
STAMPS = ("updated_at",)

WRONG_TYPES: dict[str, tuple[Any, ...]] = {
    "name": (1, True, ["a"], {"a": 1}, "n" * 256),
    "min_disk": ("ten", -1, 1.5, 2147483648, []),
    "min_ram": ("ten", -1, 1.5, 2147483648, []),
    "protected": ("perhaps", 1.5, []),
    "tags": ("one", [1], ["t" * 256]),
    "visibility": ("everyone", 1),
    "disk_format": ("no-such-format", 1),
    "container_format": ("no-such-format", 1),
}

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


@verifies("image.patch.response.200", "image.patch.response.200.*", "image.patch.stored", "image.patch.media-type", smoke=True)
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
    row = next((item for item in listed(cloud.list({"name": str(seen.get("name"))})) if item.get("id") == made["id"]), {})
    for place, found in (("the answer", body if isinstance(body, dict) else {}), ("show", seen), ("the list", row)):
        if place == "the list" and member not in found:
            continue
        message = f"{member} was changed to {after!r} and is {found.get(member)!r:.60} in {place}"
        expect("image.patch.stored", same(member, after, found.get(member)), message, exchange,
               failure=f"{member} not as changed in {place}", path=member)  # fmt: skip


@verifies("image.patch.unchanged", smoke=True)
@pytest.mark.parametrize("member", CHANGES)
def test_what_is_not_named_stays(cloud: Client, expect: Expect, member: str) -> None:
    # The others start from what is no default of any service, so that a reset shows.
    start = {key: pair[0] if key == member else pair[1] for key, pair in CHANGES.items() if key != "name"}
    made = image(cloud, **start, conformance_property="kept")
    neighbour = image(cloud, **{**start, "name": made["name"]})
    before, beside = shown(cloud, made["id"]), shown(cloud, neighbour["id"])
    after = cloud.name() if member == "name" else CHANGES[member][1]
    exchange = cloud.replace(made["id"], **{member: after})
    if exchange.response.status != 200 or before is None:
        raise NotExercised(f"the image could not be changed: the answer was {exchange.response.status}")
    seen = shown(cloud, made["id"]) or {}
    for name, value in without(before, member, *STAMPS).items():
        ok = same(name, value, seen.get(name)) or (value is None and name not in seen)
        message = f"a change of {member} turned {name} from {value!r:.50} to {seen.get(name)!r:.50}"
        expect("image.patch.unchanged", ok, message, exchange, failure=f"{name} changed with another member", path=name)
    still = shown(cloud, neighbour["id"])
    expect("image.patch.unchanged", still == beside, "a change of one image changed another", exchange, failure="another image changed")


@verifies("image.patch.stored")
@pytest.mark.parametrize(("member", "value"), pairs(VALUES))
def test_each_value_that_a_member_may_have_is_stored(cloud: Client, expect: Expect, member: str, value: Any) -> None:
    made = image(cloud)
    stored(cloud, expect, made["id"], {member: value})


@verifies("image.patch.stored")
@pytest.mark.parametrize("member", [name for name in CHANGES if not name.endswith("_format")])
def test_members_of_an_image_with_data_are_changed_too(cloud: Client, expect: Expect, member: str) -> None:
    before, after = CHANGES[member] if member != "name" else (cloud.name(), cloud.name(" 之后"))
    made = active_image(cloud, b"changed", **{member: before})
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
    expect("image.patch.unchanged", after == before, "a property that was added to one image changed another", exchange,
           failure="another image got the property")  # fmt: skip


@verifies("image.patch.stored")
@pytest.mark.parametrize("suffix", [" two  spaces", " blank at the end ", " MiXeD Case", " a\"b\\c/d", " <b>&amp;</b>", " éÅß e\u0301", " ﬁ ½", "镜" * 200, None])
def test_a_name_is_changed_to_the_letter(cloud: Client, expect: Expect, suffix: str | None) -> None:
    made = image(cloud, tags=[cloud.tag])
    name = cloud.name(suffix) if suffix is not None else None
    cloud.journal.intend(name or made["name"])
    stored(cloud, expect, made["id"], {"name": name})


def stored(cloud: Client, expect: Expect, image_id: str, members: dict[str, Any]) -> None:
    """Judge that a change to these values is answered and shown."""
    exchange = cloud.replace(image_id, **members)
    if not expect.status("image.patch.stored", exchange, 200, what=f"a replace of {next(iter(members))}"):
        return
    body = body_of(exchange)
    for place, found in (("the answer", body if isinstance(body, dict) else {}), ("show", shown(cloud, image_id) or {})):
        for member, value in members.items():
            message = f"{member} was changed to {value!r:.60} and is {found.get(member)!r:.60} in {place}"
            expect("image.patch.stored", same(member, value, found.get(member)), message, exchange,
                   failure=f"{member} not as changed in {place}", path=member)  # fmt: skip


@verifies("image.patch.response.200.*", "image.patch.unchanged")
@pytest.mark.parametrize("state", ["queued", "active"])
def test_the_answer_of_a_change_is_what_is_shown(cloud: Client, expect: Expect, state: str) -> None:
    members = {"name": cloud.name(" 一"), "tags": ["a"], "min_disk": 2, "protected": False, "conformance_property": "kept"}
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


@verifies("image.patch.unchanged", "image.patch.updated-at")
def test_what_only_reads_changes_nothing(cloud: Client, expect: Expect) -> None:
    made = active_image(cloud, b"read")
    before = shown(cloud, made["id"]) or {}
    for words in ("a list", "a download"):
        cloud.wait(1.1)
        exchange = cloud.list({"name": made["name"]}) if words == "a list" else cloud.download(made["id"])
        after = shown(cloud, made["id"]) or {}
        for name, value in before.items():
            requirement = "image.patch.updated-at" if name == "updated_at" else "image.patch.unchanged"
            message = f"{words} turned {name} from {value!r:.50} to {after.get(name)!r:.50}"
            expect(requirement, same(name, value, after.get(name)), message, exchange, failure=f"{words} changes {name}", path=name)
        before = after


@verifies("image.patch.updated-at")
def test_updated_at_moves_and_created_at_stays(cloud: Client, expect: Expect) -> None:
    made = image(cloud)
    previous = moment(str(made.get("updated_at")))
    for number in (1, 2):
        cloud.wait(1.1)
        exchange = cloud.replace(made["id"], min_ram=number)
        body = body_of(exchange)
        if exchange.response.status != 200 or not isinstance(body, dict):
            raise NotExercised(f"the image could not be changed: the answer was {exchange.response.status}")
        updated = moment(str(body.get("updated_at")))
        if previous is not None and updated is not None:
            message = f"updated_at was {previous} and is {updated} after a change"
            expect("image.patch.updated-at", updated > previous, message, exchange, failure="updated_at does not move")
        message = f"created_at was {made.get('created_at')} and is {body.get('created_at')} after a change"
        same_stamp = made.get("created_at") == body.get("created_at")
        expect("image.patch.updated-at", same_stamp, message, exchange, failure="created_at moves")
        seen = shown(cloud, made["id"]) or {}
        message = f"updated_at is {body.get('updated_at')} in the answer and {seen.get('updated_at')} in show"
        expect("image.patch.updated-at", body.get("updated_at") == seen.get("updated_at"), message, exchange,
               failure="the answer and show differ")  # fmt: skip
        previous = updated


@verifies("image.patch.operation.*", "image.patch.body.*", "image.patch.response.200.description", "image.patch.updated-at", smoke=True)
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
                    expect("image.patch.updated-at", updated >= previous, message, exchange, failure=f"updated_at goes back with {operation}")


@verifies("image.patch.unchanged", "image.patch.operation.remove")
def test_what_was_removed_stays_away(cloud: Client, expect: Expect) -> None:
    made = image(cloud, container_format="bare", disk_format="raw", conformance_property="one", description="two")
    removed = cloud.patch(made["id"], [{"op": "remove", "path": f"/{member}"} for member in ("conformance_property", "description")])
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
                expect(requirement, seen.get(member) is None, message, exchange, failure=f"a removed property returns with {words}", path=member)


@verifies("image.patch.atomic")
@pytest.mark.parametrize(
    ("words", "last"),
    [
        ("a read-only member", {"op": "replace", "path": "/created_at", "value": "2001-01-01T00:00:00Z"}),
        ("a missing property", {"op": "remove", "path": "/conformance_absent"}),
        ("a wrong type", {"op": "replace", "path": "/min_disk", "value": "ten"}),
        ("an unknown op", {"op": "erase", "path": "/name"}),
    ],
)
def test_operations_apply_all_or_none(cloud: Client, expect: Expect, words: str, last: dict[str, Any]) -> None:
    made = image(cloud, min_ram=1)
    before = shown(cloud, made["id"])
    operations: list[dict[str, Any]] = [
        {"op": "replace", "path": "/min_ram", "value": 99}, {"op": "add", "path": "/conformance_half", "value": "done"}, last,
    ]  # fmt: skip
    exchange = cloud.patch(made["id"], operations)
    if exchange.response.status < 400:
        raise NotExercised(f"a list that ends in {words} was accepted with {exchange.response.status}")
    seen = shown(cloud, made["id"])
    expect("image.patch.atomic", seen == before, f"a refused list of operations ending in {words} changed the image", exchange,
           failure=f"half applied before {words}")  # fmt: skip


@verifies("image.patch.atomic", "image.patch.operation.replace")
def test_several_operations_apply_in_order(cloud: Client, expect: Expect) -> None:
    made = image(cloud)
    values = (1, 2, 3)
    operations = [{"op": "replace", "path": "/min_ram", "value": value} for value in values]
    exchange = cloud.patch(made["id"], [*operations, {"op": "replace", "path": "/min_disk", "value": 4}])
    if expect.status("image.patch.operation.replace", exchange, 200, what="a list of operations"):
        seen = shown(cloud, made["id"]) or {}
        got = (seen.get("min_ram"), seen.get("min_disk"))
        expect("image.patch.atomic", got == (3, 4), f"min_ram and min_disk are {got}, due is (3, 4)", exchange,
               failure="not all applied in order")  # fmt: skip


@verifies("image.patch.read-only")
@pytest.mark.parametrize("member", READ_ONLY)
def test_a_member_that_the_service_keeps_is_not_changed(cloud: Client, expect: Expect, member: str) -> None:
    made = image(cloud)
    before = shown(cloud, made["id"]) or {}
    exchange = cloud.replace(made["id"], **{member: READ_ONLY[member]})
    expect.refused("image.patch.read-only", exchange, f"a change of {member}")
    seen = shown(cloud, made["id"]) or {}
    kept = seen.get(member) == before.get(member) or (member == "updated_at" and seen.get(member) != READ_ONLY[member])
    expect("image.patch.read-only", kept, f"{member} turned from {before.get(member)!r} to {seen.get(member)!r}", exchange,
           failure=f"{member} changed", path=member)  # fmt: skip


@verifies("image.patch.request", "image.patch.body.*", "error.400")
@pytest.mark.parametrize(("part", "words", "body"), [pytest.param(*row, id=row[1].replace(" ", "-")) for row in MALFORMED])
def test_a_patch_of_another_shape_is_refused(cloud: Client, expect: Expect, part: str, words: str, body: Any) -> None:
    made = image(cloud)
    before = shown(cloud, made["id"])
    exchange = cloud.patch(made["id"], body)
    expect.refused(f"image.patch.{part}", exchange, f"a patch with {words}")
    expect.code(400, exchange, f"PATCH with {words}")
    expect("image.patch.request", shown(cloud, made["id"]) == before, f"a patch with {words} changed the image", exchange,
           failure="a refused patch changed the image")  # fmt: skip


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
@pytest.mark.parametrize(
    ("member", "value"),
    [pytest.param(name, value, id=f"{name}-{number}") for name, values in WRONG_TYPES.items() for number, value in enumerate(values)],
)
def test_a_value_that_does_not_fit_its_member_is_refused(cloud: Client, expect: Expect, member: str, value: Any) -> None:
    made = image(cloud)
    before = shown(cloud, made["id"]) or {}
    exchange = cloud.replace(made["id"], **{member: value})
    expect.refused("image.patch.body.value", exchange, f"a change of {member} to {value!r:.24}")
    seen = shown(cloud, made["id"]) or {}
    message = f"a refused change turned {member} to {seen.get(member)!r:.60}"
    expect("image.patch.body.value", same(member, before.get(member), seen.get(member)) or exchange.response.status < 400,
           message, exchange, failure="a refused change is stored")  # fmt: skip


@verifies("image.patch.path.image_id", "error.404", smoke=True)
def test_an_image_that_is_not_there_is_not_changed(cloud: Client, expect: Expect) -> None:
    gone = image(cloud)
    cloud.delete(gone["id"])
    for words, image_id in (("PATCH of an id that no image has", cloud.uuid()), ("PATCH of a deleted image", gone["id"]),
                            ("PATCH of an id that is no UUID", "no-such-image")):  # fmt: skip
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
        expect.equal("image.patch.precondition.status", "active", body.get("status") if isinstance(body, dict) else None, "status",
                     exchange)  # fmt: skip


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


@verifies("image.patch.operation.add")
def test_several_properties_are_kept_apart(cloud: Client, expect: Expect) -> None:
    made = image(cloud)
    wanted = {f"conformance_{number}": f"value {number}" for number in range(3)}
    exchange = cloud.patch(made["id"], [{"op": "add", "path": f"/{key}", "value": value} for key, value in wanted.items()])
    if expect.status("image.patch.operation.add", exchange, 200, what="add of three properties"):
        seen = shown(cloud, made["id"]) or {}
        for key, value in wanted.items():
            expect.equal("image.patch.operation.add", value, seen.get(key), "a property", exchange)
