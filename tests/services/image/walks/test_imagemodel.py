"""The model of an image store: what is due after what was done, and what differs from it."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.services.image.walks.imagemodel import Due, ModelImage, hash_of
from conformance.services.image.walks.modelstore import ModelStore

KNOWN = ("id", "name", "min_ram", "min_disk", "status", "tags", "protected", "visibility", "created_at", "description")
STAMP = "2026-01-01T00:00:05Z"


def image(**members: Any) -> ModelImage:
    start = {
        "name": "a",
        "min_ram": 1,
        "tags": ["x", "y"],
        "protected": False,
        "visibility": "private",
        "status": "queued",
    }
    return ModelImage("id-1", "main", {**start, **members}, updated_at=STAMP)


def body(of: ModelImage, **changes: Any) -> dict[str, Any]:
    return {"id": of.id, **of.members, "updated_at": of.updated_at, **changes}


def differing(of: ModelImage, shown: dict[str, Any], **options: bool) -> list[tuple[str, Any, Any]]:
    return [(item.member, item.due, item.got) for item in of.differences(shown, **options)]


def replaced(**members: Any) -> list[dict[str, Any]]:
    return [{"op": "replace", "path": f"/{name}", "value": value} for name, value in members.items()]


def test_an_image_as_it_is_due_does_not_differ() -> None:
    assert differing(image(), body(image(), tags=["y", "x"])) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": "b"}, [("name", "a", "b")]),
        ({"min_ram": True}, [("min_ram", 1, True)]),
        ({"tags": ["x"]}, [("tags", ["x", "y"], ["x"])]),
        ({"conformance_of_another": "z"}, [("conformance_of_another", None, "z")]),
        ({"updated_at": "2026-01-01T00:00:06Z"}, [("updated_at", STAMP, "2026-01-01T00:00:06Z")]),
        ({"os_hidden": False}, []),
    ],
)
def test_every_member_that_is_known_is_held_to_its_value(changes: dict[str, Any], expected: list[Any]) -> None:
    assert differing(image(), body(image(), **changes)) == expected


def test_a_row_of_a_list_says_nothing_about_the_members_that_it_leaves_out() -> None:
    assert differing(image(), {"id": "id-1", "name": "b"}, partly=True) == [("name", "a", "b")]


def test_a_member_that_is_missing_differs() -> None:
    shown = body(image())
    del shown["min_ram"]
    assert differing(image(), shown) == [("min_ram", 1, None)]


def test_a_patch_sets_what_it_names_and_leaves_the_rest() -> None:
    outcome = image().patched([*replaced(name="b", min_ram=9), {"op": "add", "path": "/conformance_a", "value": "v"}])
    assert (Due.SUCCESS, True, {"name", "min_ram", "conformance_a"}) == (outcome.due, outcome.changes, outcome.named)
    assert {**image().members, "name": "b", "min_ram": 9, "conformance_a": "v"} == outcome.after.members


def test_a_removed_property_is_due_to_be_absent() -> None:
    after = image(conformance_a="v").patched([{"op": "remove", "path": "/conformance_a"}]).after
    assert differing(after, body(after, conformance_a="v")) == [("conformance_a", None, "v")]


def test_a_patch_that_sets_what_is_there_changes_nothing() -> None:
    assert image().patched(replaced(min_ram=1)).changes is False


@pytest.mark.parametrize(
    "operation", [*replaced(created_at=STAMP), *replaced(status="active"), *replaced(min_ram="ten")]
)
def test_one_wrong_operation_refuses_the_whole_list(operation: dict[str, Any]) -> None:
    outcome = image().patched([*replaced(name="b"), operation])
    assert (Due.REFUSAL, image()) == (outcome.due, outcome.after)


@pytest.mark.parametrize("op", ["remove", "replace"])
def test_where_the_contract_is_silent_both_ways_are_right(op: str) -> None:
    assert image().patched([{"op": op, "path": "/conformance_absent", "value": "v"}]).due is Due.EITHER
    assert image(disk_format="raw").uploaded(b"x").patched(replaced(disk_format="qcow2")).due is Due.EITHER


def test_the_file_decides_size_and_checksum() -> None:
    active = image().uploaded(b"data").seen(body(image(), status="active"), KNOWN)
    right = {"status": "active", "size": 4, "checksum": hash_of(b"data", "0" * 32)}
    assert differing(active, body(active, **right)) == []
    assert differing(active, body(active, **{**right, "size": 5})) == [("size", 4, 5)]
    assert [name for name, _, _ in differing(active, body(active, **{**right, "checksum": "0" * 32}))] == ["checksum"]
    assert [name for name, _, _ in differing(active, body(active, **{**right, "checksum": None}))] == ["checksum"]


def test_a_sha512_is_as_good_a_checksum_as_an_md5() -> None:
    assert (len(hash_of(b"x", "0" * 32) or ""), len(hash_of(b"x", "0" * 128) or ""), hash_of(b"x", "short")) == (
        32,
        128,
        None,
    )


def test_updated_at_may_go_forward_with_a_change_and_never_back() -> None:
    moved = image().patched(replaced(min_ram=2)).after
    assert differing(moved, body(moved, updated_at="2026-01-01T00:00:09Z")) == []
    assert differing(moved, body(moved, updated_at="2026-01-01T00:00:04Z")) == [
        ("updated_at", STAMP, "2026-01-01T00:00:04Z")
    ]


def test_what_deviates_is_taken_over_and_judged_again_once_it_is_seen_twice() -> None:
    wrong = body(image(), min_ram=5)
    taken = image().seen(wrong, KNOWN, ["min_ram"])
    assert differing(taken, body(taken, min_ram=6)) == []
    steady = taken.seen(wrong, KNOWN)
    assert differing(steady, body(steady, min_ram=6)) == [("min_ram", 5, 6)]


def test_what_was_not_known_is_due_once_it_was_seen() -> None:
    seen = image().seen(body(image(), created_at=STAMP), KNOWN)
    assert differing(seen, body(seen, created_at="2026-01-01T00:00:06Z")) == [
        ("created_at", STAMP, "2026-01-01T00:00:06Z")
    ]


def store(*images: ModelImage) -> ModelStore:
    held = ModelStore()
    for slot, item in enumerate(images):
        held = held.holding(slot, item)
    return held


def test_a_list_must_hold_what_matches_all_filters() -> None:
    held = store(image(), image(name="b"), image(status="active"), ModelImage("o", "other", image().members))
    assert (frozenset({0}), frozenset({0})) == held.listed("main", {"name": "a", "status": "queued"})
    assert (frozenset({0, 1, 2}), frozenset({0, 1, 2})) == held.listed("main", {})


def test_what_is_not_private_may_be_listed_to_another_project() -> None:
    assert (frozenset(), frozenset({1})) == store(image(), image(visibility="shared")).listed("other", {})


def test_what_is_in_doubt_may_be_listed_and_need_not() -> None:
    assert (frozenset(), frozenset({0})) == store(image().doubted(["name"])).listed("main", {"name": "b"})


def test_changes_since_selects_by_the_last_change() -> None:
    assert (frozenset({0}), frozenset({0})) == store(image()).listed("main", {"changes-since": STAMP})
    assert (frozenset(), frozenset()) == store(image()).listed("main", {"changes-since": "2026-01-01T00:00:06Z"})


def test_an_id_that_is_used_again_is_not_expected_to_be_gone() -> None:
    gone = store(image()).without(0, deleted=True)
    assert (list(gone.gone), list(gone.holding(1, image()).gone)) == ([0], [])


def test_after_a_second_upload_either_data_is_right_until_a_download_tells() -> None:
    twice = image().uploaded(b"first").uploaded(b"the second").seen(body(image(), status="active"), KNOWN)
    assert ((b"the second", b"first"), False) == (twice.wholes, twice.settled)
    for data in twice.wholes:
        assert [] == differing(twice, body(twice, status="active", size=len(data), checksum=hash_of(data, "0" * 32)))
    settled = twice.having(b"first")
    assert (b"first",) == settled.wholes
    assert ["size"] == [
        name for name, _, _ in differing(settled, body(settled, size=7, checksum=hash_of(b"first", "0" * 32)))
    ]


def test_what_the_data_of_another_upload_are_is_not_judged_before_the_download() -> None:
    settled = image().uploaded(b"first").uploaded(b"the second").having(b"first")
    settled = settled.seen(body(image(), status="active", size=5, checksum=hash_of(b"first", "0" * 32)), KNOWN)
    other = body(settled, size=10, checksum=hash_of(b"the second", "0" * 32))
    assert ([], True) == (differing(settled, other), settled.seen(other, KNOWN).mistaken)


def test_a_refused_upload_leaves_the_data_and_an_unclear_one_leaves_it_open() -> None:
    held = image().uploaded(b"first")
    assert (b"first",) == held.tried(b"other", unclear=False).wholes
    assert (b"first", b"other") == held.tried(b"other", unclear=True).wholes


def test_what_a_deleted_image_had_is_known_when_its_id_comes_back() -> None:
    former = image().uploaded(b"data")
    assert (True, True, False) == (former.had("min_ram", 1), former.had("status", "active"), former.had("tags", []))
