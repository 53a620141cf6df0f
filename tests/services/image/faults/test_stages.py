"""The stages at which faults of the image target act, by values on the reference without a server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from targets import Offline

from conformance.model.contract import Contract
from conformance.services.fault import Hooks
from conformance.services.image.faults.stages import (
    answering,
    asking,
    creating,
    done_to,
    done_with,
    handling,
    listing,
    patching,
    refuse,
    rows,
    showing,
    storing,
    without,
)
from conformance.services.wire import Answer, Refused

IMAGES = "/v2/images"
PATCH = {"content-type": "application/openstack-images-v2.1-json-patch"}
FILE = {"content-type": "application/octet-stream"}


class Images:
    """A target with hooks, and the calls that the tests make."""

    def __init__(self, contract: Contract, hooks: Hooks) -> None:
        self.target = Offline(contract, hooks)

    def make(self, **members: Any) -> dict[str, Any]:
        body: dict[str, Any] = self.target.call("POST", IMAGES, json=members).body
        return body

    def show(self, image: dict[str, Any]) -> dict[str, Any]:
        body: dict[str, Any] = self.target.call("GET", f"{IMAGES}/{image['id']}").body
        return body

    def list(self, *query: tuple[str, str]) -> Answer:
        return self.target.call("GET", IMAGES, query=query)

    def names(self, *query: tuple[str, str]) -> list[str]:
        return [row["name"] for row in self.list(*query).body["images"]]


def test_an_operation_is_answered_otherwise_before_it_is_done(contract: Contract) -> None:
    images = Images(contract, handling("image.list", lambda _call, _caller, _store: Answer(202)))
    assert images.list().status == 202
    assert images.show(images.make())["status"] == "queued"


def test_a_query_is_understood_otherwise(contract: Contract) -> None:
    images = Images(contract, asking(lambda query: dict.fromkeys(query, "two")))
    images.make(name="one")
    images.make(name="two")
    assert images.names(("name", "one")) == ["two"]
    assert images.names() == ["two", "one"]


def test_a_query_that_is_not_changed_stays_to_the_letter(contract: Contract) -> None:
    hooks = asking(dict)
    assert hooks.query is not None
    pairs = [("sort_key", "name"), ("sort_key", "id")]
    assert pairs is hooks.query(None, pairs)


def test_a_list_is_made_from_other_images(contract: Contract) -> None:
    images = Images(contract, listing(lambda _call, found, _store: found[:1]))
    images.make(name="one")
    images.make(name="two")
    assert images.names() == ["one"]


def test_a_list_is_made_from_other_images_in_place_of_what_a_parameter_selects(contract: Contract) -> None:
    images = Images(contract, listing(lambda _call, _found, store: store.all()[:1], instead_of="name"))
    images.make(name="one")
    images.make(name="two")
    assert images.names(("name", "two")) == ["one"]
    assert images.names() == ["two", "one"]


def test_the_body_of_a_create_is_understood_otherwise(contract: Contract) -> None:
    images = Images(contract, creating(lambda body: {**body, "name": "other"}))
    assert images.show(images.make(name="one"))["name"] == "other"


def test_the_operations_of_a_patch_are_understood_otherwise(contract: Contract) -> None:
    images = Images(contract, patching(lambda items: items[:1]))
    made = images.make()
    items = [{"op": "replace", "path": f"/{name}", "value": 7} for name in ("min_ram", "min_disk")]
    answer = images.target.call("PATCH", f"{IMAGES}/{made['id']}", json=items, headers=PATCH)
    assert (answer.body["min_ram"], answer.body["min_disk"]) == (7, 0)


@pytest.mark.parametrize(("hooks", "answered"), [(storing, 7), (done_with, 0)])
def test_what_is_stored_is_altered_before_it_is_answered_or_afterwards(
    contract: Contract, hooks: Any, answered: int
) -> None:
    images = Images(contract, hooks("image.create", lambda image: image.members.update(min_ram=7)))
    made = images.make()
    assert (answered, 7) == (made["min_ram"], images.show(made)["min_ram"])


def test_an_answer_with_one_status_is_changed_and_no_other(contract: Contract) -> None:
    images = Images(contract, answering("image.list", 200, lambda _call, answer, _store: replace(answer, status=299)))
    assert (images.list().status, images.list(("limit", "x")).status) == (299, 400)


def test_a_document_is_shown_otherwise(contract: Contract) -> None:
    images = Images(contract, showing("image.create", 201, lambda body: {**body, "name": "other"}))
    made = images.make(name="one")
    assert (made["name"], images.show(made)["name"]) == ("other", "one")


def test_rows_and_members_are_taken_from_a_copy() -> None:
    answer = Answer(200, {"images": [1, 2], "next": "x"})
    assert rows(answer, lambda found: found[::-1]).body == {"images": [2, 1], "next": "x"}
    assert without(answer, "next").body == {"images": [1, 2]}
    assert answer.body == {"images": [1, 2], "next": "x"}


@pytest.mark.parametrize("status", [400, 500])
def test_a_request_is_refused(status: int) -> None:
    with pytest.raises(Refused) as refused:
        refuse(status)
    assert status == refused.value.status


def test_an_operation_is_done_to_an_image_whoever_asks(contract: Contract) -> None:
    images = Images(contract, Hooks())
    made = images.make(name="one")
    store = images.target.parts["image"][0].state
    image = store.get(made["id"])
    assert done_to("image.download", image, store).status == 204
    image.data = b"bytes"
    assert (done_to("image.download", image, store).status, done_to("image.download", image, store).body) == (
        200,
        b"bytes",
    )
    assert done_to("image.patch", image, store).body["name"] == "one"
    assert done_to("image.delete", image, store).status == 204
    assert None is store.get(made["id"])
