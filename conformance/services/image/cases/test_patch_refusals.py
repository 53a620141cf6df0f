"""Changes of an image that are refused and change nothing (document lines 760-903)."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.model import requirement_id
from conformance.model.deviation import Deviation
from conformance.model.message import Exchange
from conformance.run.cases import Expect, call, verifies
from conformance.services.image.arrange import ABSENT, image, now
from conformance.services.image.changing import PATCH, full_image
from conformance.services.image.client import ImageClient
from conformance.services.image.observation import forbidden, untouched, values
from conformance.services.image.samples import CHANGES

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


@verifies("image.patch.read-only")
def test_members_that_the_service_keeps_are_not_changed(cloud: ImageClient, expect: Expect) -> None:
    image_id, before = full_image(cloud)
    for member, value in READ_ONLY.items():
        exchange = cloud.replace(image_id, **{member: value})
        expect.refused("image.patch.read-only", exchange, call(PATCH, member=member))
        seen = untouched(cloud, expect, "image.patch.read-only", image_id, before, exchange)
        stays = seen.get(member) == before.get(member) or (member == "updated_at" and seen.get(member) != value)
        written = values(before.get(member), seen.get(member))
        expect("image.patch.read-only", stays, Deviation("read-only-changed", place=member, seen=written), exchange)
        before = seen


@verifies("image.patch.request", "image.patch.body.*", "error.400", smoke=True)
def test_a_patch_of_another_shape_is_refused(cloud: ImageClient, expect: Expect) -> None:
    image_id, before = full_image(cloud)
    sent: list[Exchange] = []
    for requirement, how, body in MALFORMED:
        sent.append(cloud.patch(image_id, body))
        expect.refused(requirement, sent[-1], call(PATCH, how))
        expect.code(400, sent[-1], call(PATCH, how))
    if all(exchange.response.status >= 400 for exchange in sent):
        untouched(cloud, expect, "image.patch.request", image_id, before, sent[-1], tuple(sent))
        return
    for _, _, body in MALFORMED:  # one was taken: what the others did shows only one by one
        before = now(cloud, image_id)
        untouched(cloud, expect, "image.patch.request", image_id, before, cloud.patch(image_id, body))


@verifies("image.patch.request", "error.400")
@pytest.mark.parametrize(("how", "body"), [("no-json", b"[{"), ("empty-body", b""), ("not-utf-8", b'[{"op": "\xff"}]')])
def test_a_patch_that_is_no_json_is_refused(cloud: ImageClient, expect: Expect, how: str, body: bytes) -> None:
    made = image(cloud)
    exchange = cloud.patch(made.id, body)
    expect.refused("image.patch.request", exchange, call(PATCH, how))
    expect.code(400, exchange, call(PATCH, how))


@verifies("image.patch.body.value", long=True)
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
