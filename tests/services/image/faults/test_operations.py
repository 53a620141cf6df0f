"""Faults of the operations of a change: what they wait for, by values."""

from __future__ import annotations

from typing import Any

import pytest
from targets import Offline

from conformance.model.contract import Contract
from conformance.proof.bank import faults_of

IMAGES = "/v2/images"
PATCH = {"content-type": "application/openstack-images-v2.1-json-patch"}


def changed(contract: Contract, fault: str, *items: dict[str, Any], account: str = "reference", **members: Any) -> Any:
    """Status of a change, and the image afterwards, of a target with this fault."""
    target = Offline(contract, *(item.hooks for item in faults_of(contract, [fault])))
    made = target.call("POST", IMAGES, json={"name": "one", **members}).body["id"]
    answer = target.call("PATCH", f"{IMAGES}/{made}", account=account, json=list(items), headers=PATCH)
    return answer.status, target.call("GET", f"{IMAGES}/{made}").body


def put(name: str, value: Any, op: str = "replace") -> dict[str, Any]:
    return {"op": op, "path": f"/{name}", "value": value}


WRONG = put("min_disk", "no number")


def test_half_of_a_refused_list_of_operations_is_stored(contract: Contract) -> None:
    items = (put("min_ram", 7), put("name", "two"), put("protected", True), WRONG)
    status, image = changed(contract, "image.patch.atomic.half", *items, min_ram=1)
    assert (status, image["min_ram"], image["protected"]) == (400, 7, False)


def test_a_change_that_another_project_is_refused_is_not_stored_by_halves(contract: Contract) -> None:
    items = (put("min_ram", 7), WRONG)
    status, image = changed(contract, "image.patch.atomic.half", *items, account="reference-other", min_ram=1)
    assert (status, image["min_ram"]) == (404, 1)


def test_properties_that_are_added_before_a_refused_operation_are_kept(contract: Contract) -> None:
    items = (put("colour", "red", "add"), put("min_ram", 7), WRONG)
    status, image = changed(contract, "image.patch.atomic.first", *items)
    assert (status, image["colour"], image["min_ram"]) == (400, "red", 0)


def test_whatever_property_is_removed_stays_and_is_empty(contract: Contract) -> None:
    removal = {"op": "remove", "path": "/colour"}
    status, image = changed(contract, "image.patch.operation.remove.emptied", removal, colour="red", size_of="m")
    assert (status, image["colour"], image["size_of"]) == (200, "", "m")


@pytest.mark.parametrize(("count", "wanted"), [(1, 200), (3, 400)])
def test_a_patch_of_the_members_of_the_example_is_refused(contract: Contract, count: int, wanted: int) -> None:
    example = contract.operations["image.patch"].request_example
    assert wanted == changed(contract, "image.patch.example.refused", *example[:count])[0]


def test_of_several_removes_the_last_is_done(contract: Contract) -> None:
    items = [{"op": "remove", "path": f"/{name}"} for name in ("a", "b", "c")]
    status, image = changed(contract, "image.patch.remove.last-only", *items, a="1", b="2", c="3")
    assert (status, {name: image[name] for name in "abc" if name in image}) == (200, {"a": "1", "b": "2"})


def test_of_several_adds_the_first_is_lost(contract: Contract) -> None:
    items = [put(name, name, "add") for name in ("a", "b", "c")]
    status, image = changed(contract, "image.patch.operation.add.merged", *items)
    assert (200, {"b", "c"}) == (status, image.keys() & {"a", "b", "c"})


@pytest.mark.parametrize("path", ["min_ram", "/", "/~2", "/a~", 7])
def test_an_operation_with_a_path_that_is_no_pointer_is_left_out(contract: Contract, path: Any) -> None:
    item = {"op": "replace", "path": path, "value": "x"}
    assert changed(contract, "image.patch.body.path.lenient", item, put("min_ram", 7))[0] == 200
