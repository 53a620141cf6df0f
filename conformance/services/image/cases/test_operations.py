"""The operations of a patch (document lines 760-903): add, replace, remove, and several in one request."""

from __future__ import annotations

from typing import Any

from conformance.judge.members import FURTHER
from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import moment, short
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotExercised, call, verifies
from conformance.services.image.arrange import answered, changed, image, now, unready, without
from conformance.services.image.changing import PATCH, full_image, operation_of
from conformance.services.image.client import ImageClient
from conformance.services.image.observation import values
from conformance.services.image.samples import CHANGES, PROPERTY


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
        before = now(cloud, made.id)
        for operation, step, wanted in steps:
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
            before = seen


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
