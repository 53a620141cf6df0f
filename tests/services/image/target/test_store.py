"""The images that the reference keeps: what a patch does to one, what it refuses, and who may see and change it."""

from __future__ import annotations

from typing import Any

import pytest
from images import FILE, IMAGES, UNKNOWN, create, listed, patch, refused, replace
from targets import Offline


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([replace("name", "b")], {"name": "b", "own": "x"}),
        ([{"op": "add", "path": "/name", "value": "b"}], {"name": "b"}),
        ([replace("tags", ["z", "y"])], {"tags": ["y", "z"]}),
        ([{"op": "add", "path": "/new", "value": None}], {"new": None, "own": "x"}),
        ([{"op": "add", "path": "/own", "value": "y"}], {"own": "y"}),
        ([replace("own", "y")], {"own": "y"}),
        ([replace("own", "y"), replace("own", "z")], {"own": "z"}),
        ([{"op": "add", "path": "/a~1b~0c", "value": "y"}], {"a/b~c": "y"}),
        ([], {"name": "a", "own": "x"}),
    ],
)
def test_a_patch_changes_what_it_names(target: Offline, changes: list[Any], expected: dict[str, Any]) -> None:
    image = create(target, name="a", own="x")
    answer = patch(target, image, *changes)
    assert (200, expected) == (answer.status, {name: answer.body.get(name) for name in expected})
    assert answer.body == target.call("GET", image["self"]).body


def test_a_property_can_be_removed(target: Offline) -> None:
    image = create(target, own="x")
    assert "own" not in patch(target, image, {"op": "remove", "path": "/own"}).body


@pytest.mark.parametrize(
    ("status", "change"),
    [
        (400, {"op": "move", "from": "/name", "path": "/other"}),
        (400, {"op": "replace", "path": "/name"}),
        (400, {"op": "replace", "value": "x"}),
        (400, replace("min_ram", "many")),
        (400, replace("disk_format", "raw2")),
        (400, replace("tags", ["a", "a"])),
        (400, replace("own", 5)),
        (400, {"op": "add", "path": "/own/deep", "value": "x"}),
        (400, {"op": "add", "path": "/own~2", "value": "x"}),
        (400, {"op": "add", "path": "own", "value": "x"}),
        (400, {"op": "add", "path": "/", "value": "x"}),
        (403, replace("id", UNKNOWN)),
        (403, replace("status", "active")),
        (403, replace("created_at", "2020-01-01T00:00:00Z")),
        (403, replace("visibility", "public")),
        (403, {"op": "remove", "path": "/name"}),
        (403, {"op": "remove", "path": "/locations"}),
        (409, replace("absent", "x")),
        (409, {"op": "remove", "path": "/absent"}),
    ],
)
def test_a_patch_that_cannot_be_met_changes_nothing(target: Offline, status: int, change: dict[str, Any]) -> None:
    image = create(target, name="a", own="x")
    assert status == refused(patch(target, image, replace("name", "b"), replace("own", "y"), change))
    assert image == target.call("GET", image["self"]).body


def test_formats_stay_once_there_is_data(target: Offline) -> None:
    image = create(target, disk_format="raw", container_format="bare")
    target.call("PUT", image["file"], headers=FILE, body=b"data")
    for name, other, same in (("disk_format", "iso", "raw"), ("container_format", "ovf", "bare")):
        assert refused(patch(target, image, replace(name, other))) == 403
        assert patch(target, image, replace(name, same)).status == 200


def test_as_many_properties_as_the_contract_allows_are_taken(target: Offline) -> None:
    image = create(target, **{f"p{number}": "x" for number in range(128)})
    assert refused(patch(target, image, {"op": "add", "path": "/more", "value": "x"})) == 400


@pytest.mark.parametrize("name", ["status", "checksum", "created_at", "file", "self", "schema", "owner", "location"])
def test_what_only_the_service_sets_is_refused(target: Offline, name: str) -> None:
    assert refused(target.call("POST", IMAGES, json={name: "x"})) == 403


def test_an_id_that_is_or_was_in_use_is_refused(target: Offline) -> None:
    image = create(target, id="0badcafe-0000-4000-8000-000000000001")
    assert refused(target.call("POST", IMAGES, json={"id": image["id"]})) == 409
    target.call("DELETE", image["self"])
    assert refused(target.call("POST", IMAGES, json={"id": image["id"]})) == 409


def test_data_is_uploaded_once(target: Offline) -> None:
    image = create(target)
    target.call("PUT", image["file"], headers=FILE, body=b"first")
    assert refused(target.call("PUT", image["file"], headers=FILE, body=b"second")) == 409
    assert target.call("GET", image["file"]).body == b"first"


def test_a_protected_image_is_not_deleted_until_it_is_not(target: Offline) -> None:
    image = create(target, protected=True)
    assert refused(target.call("DELETE", image["self"])) == 403
    patch(target, image, replace("protected", False))
    assert target.call("DELETE", image["self"]).status == 204


@pytest.mark.parametrize(
    ("visibility", "sees", "lists"),
    [("private", 404, False), ("shared", 404, False), ("community", 200, False), ("public", 200, True)],
)
def test_another_project_sees_what_the_visibility_lets_it(
    target: Offline, visibility: str, sees: int, lists: bool
) -> None:
    image = create(target, "reference-admin", name="a", visibility=visibility)
    assert (sees, sees if sees == 404 else 204, lists) == (
        target.call("GET", image["self"], account="reference-other").status,
        target.call("GET", image["file"], account="reference-other").status,
        "a" in listed(target, "reference-other"),
    )


def test_another_project_changes_nothing(target: Offline) -> None:
    hidden, shown = create(target, name="hidden"), create(target, name="shown", visibility="community")
    for image, status in ((hidden, 404), (shown, 403)):
        calls = {
            "patch": patch(target, image, replace("name", "b"), account="reference-other"),
            "delete": target.call("DELETE", image["self"], account="reference-other"),
            "upload": target.call("PUT", image["file"], account="reference-other", headers=FILE, body=b"x"),
        }
        assert dict.fromkeys(calls, status) == {name: refused(answer) for name, answer in calls.items()}
        assert image == target.call("GET", image["self"]).body


def test_a_reader_reads_and_changes_nothing(target: Offline) -> None:
    image = create(target, name="a")
    assert (200, {"a"}) == (
        target.call("GET", image["self"], account="reference-reader").status,
        listed(target, "reference-reader"),
    )
    refusals = [
        target.call("POST", IMAGES, account="reference-reader", json={}),
        patch(target, image, replace("name", "b"), account="reference-reader"),
        target.call("DELETE", image["self"], account="reference-reader"),
    ]
    assert list(map(refused, refusals)) == [403, 403, 403]


def test_only_an_administrator_makes_an_image_public(target: Offline) -> None:
    assert refused(target.call("POST", IMAGES, json={"visibility": "public"})) == 403
    assert create(target, "reference-admin", visibility="public")["visibility"] == "public"


def test_an_administrator_sees_and_changes_everything(target: Offline) -> None:
    image = create(target, name="a")
    assert listed(target, "reference-admin") == {"a"}
    assert patch(target, image, replace("name", "b"), account="reference-admin").body["name"] == "b"
    assert target.call("DELETE", image["self"], account="reference-admin").status == 204
