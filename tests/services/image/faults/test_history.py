"""What a fault knows of the past, and when it acts."""

from __future__ import annotations

from typing import Any

import pytest
from targets import Offline

from conformance.model.contract import Contract
from conformance.services.fault import Hooks
from conformance.services.image.faults.history import (
    Past,
    after,
    created,
    deleted,
    done,
    listing_after,
    mates,
    shown,
    undo,
)
from conformance.services.image.target.store import ImageStore, StoredImage
from conformance.services.wire import Answer, Call

IMAGES = "/v2/images"
PATCH = {"content-type": "application/openstack-images-v2.1-json-patch"}
ID = "4c1b2a9e-5d3f-4e6a-8b7c-9d0e1f2a3b4c"


def make(target: Offline, **members: Any) -> str:
    answer = target.call("POST", IMAGES, json={"name": "one", **members})
    assert answer.status == 201
    return str(answer.body["id"])


def patch(target: Offline, image_id: str, name: str, value: Any) -> Answer:
    items = [{"op": "replace", "path": f"/{name}", "value": value}]
    return target.call("PATCH", f"{IMAGES}/{image_id}", json=items, headers=PATCH)


def remembering(past: Past) -> Hooks:
    return after(lambda _call, said, _store, _past: said, past)


def test_a_history_counts_changes_and_keeps_names_ids_and_ghosts(contract: Contract) -> None:
    past = Past()
    target = Offline(contract, remembering(past))
    own, other = make(target, id=ID), make(target)
    for name in ("two", "three"):
        assert patch(target, own, "name", name).status == 200
    assert patch(target, other, "min_ram", "no number").status == 400
    assert target.call("DELETE", f"{IMAGES}/{other}").status == 204
    assert past.patches == {ID: 2}
    assert {ID: ["one", "two", "three"], other: ["one"]} == past.names
    assert {ID} == past.own
    assert [other] == list(past.ghosts)
    assert (past.deletes, past.last) == (1, "image.delete")


def test_reads_leave_the_history_alone(contract: Contract) -> None:
    past = Past()
    target = Offline(contract, remembering(past))
    made = make(target)
    target.call("GET", IMAGES)
    target.call("GET", f"{IMAGES}/{made}")
    assert past.last == "image.create"


def test_a_step_sees_every_image_as_it_was_before_the_request(contract: Contract) -> None:
    seen: list[tuple[str, int]] = []

    def act(_call: Call, image: StoredImage, _store: ImageStore, past: Past) -> None:
        seen.append((past.before[image.id].members["name"], past.changes(image)))

    target = Offline(contract, done("image.patch", act))
    made = make(target)
    for name in ("two", "three"):
        patch(target, made, "name", name)
    assert seen == [("one", 0), ("two", 1)]


@pytest.mark.parametrize("refused", [False, True])
def test_done_acts_on_what_succeeded_or_on_what_was_refused(contract: Contract, refused: bool) -> None:
    seen: list[str] = []
    hooks = done("image.patch", lambda call, _image, _store, _past: seen.append(call.operation), refused=refused)
    target = Offline(contract, hooks)
    made = make(target)
    patch(target, made, "min_ram", -1 if not refused else 1)
    assert seen == []
    patch(target, made, "min_ram", -1 if refused else 1)
    assert seen == ["image.patch"]


def test_created_acts_once_the_answer_has_been_made(contract: Contract) -> None:
    target = Offline(contract, created(lambda image: image.members.update(min_ram=7)))
    answer = target.call("POST", IMAGES, json={})
    assert answer.body["min_ram"] == 0
    assert target.call("GET", f"{IMAGES}/{answer.body['id']}").body["min_ram"] == 7


def test_deleted_is_given_the_image_that_is_gone_and_not_one_that_stays(contract: Contract) -> None:
    gone: list[str] = []
    target = Offline(contract, deleted(lambda _call, image, _store, _past: gone.append(image.members["name"])))
    kept, made = make(target, protected=True), make(target, name="two")
    assert [target.call("DELETE", f"{IMAGES}/{name}").status for name in (kept, made)] == [403, 204]
    assert gone == ["two"]


def test_shown_changes_what_is_shown_and_not_what_is_stored(contract: Contract) -> None:
    target = Offline(contract, shown(("image.show",), lambda body, _image, _past, _store: {**body, "size": 5}))
    made = make(target)
    assert target.call("GET", f"{IMAGES}/{made}").body["size"] == 5
    assert None is target.call("GET", IMAGES).body["images"][0]["size"]


def test_a_list_is_made_by_what_was_done_before(contract: Contract) -> None:
    hooks = listing_after(lambda _call, images, past, _store: [item for item in images if past.changes(item)])
    target = Offline(contract, hooks)
    first, second = make(target), make(target)
    assert target.call("GET", IMAGES).body["images"] == []
    patch(target, second, "min_ram", 1)
    assert [second] == [row["id"] for row in target.call("GET", IMAGES).body["images"]]
    assert first != second


def image(**properties: str | None) -> StoredImage:
    return StoredImage("1", "a", None, None, 1, {"name": "new", "min_ram": 2}, dict(properties))


def test_undo_puts_back_members_and_properties_and_takes_out_what_was_added() -> None:
    past = Past(before={"1": StoredImage("1", "a", None, None, 1, {"name": "old", "min_ram": 1}, {"kept": "x"})})
    changed = image(kept="y", added="z")
    undo(changed, past, ["name", "kept", "added"])
    assert (changed.members, changed.properties) == ({"name": "old", "min_ram": 2}, {"kept": "x"})


def test_undo_without_names_puts_back_everything() -> None:
    past = Past(before={"1": StoredImage("1", "a", None, None, 1, {"name": "old", "min_ram": 1}, {})})
    changed = image(added="z")
    undo(changed, past)
    assert (changed.members, changed.properties) == ({"name": "old", "min_ram": 1}, {})


def test_mates_are_the_other_images_of_the_project(contract: Contract) -> None:
    seen: list[list[int]] = []
    hooks = done(
        "image.patch", lambda _call, item, store, _past: seen.append([other.number for other in mates(item, store)])
    )
    target = Offline(contract, hooks)
    make(target)
    made = make(target)
    target.call("POST", IMAGES, account="reference-other", json={})
    patch(target, made, "min_ram", 1)
    assert seen == [[1]]
