"""Which promise is broken when an image is not as it is due: what was done last, to which image and by whom, decides."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from conformance.model.contract import Contract
from conformance.services.image.walks.blame import GONE, Cause, blamed, kept
from conformance.services.image.walks.imagemodel import ModelImage

MEMBERS = frozenset({"id", "name", "min_ram", "min_disk", "tags", "size", "checksum", "created_at", "updated_at"})
NAMED = frozenset({"name"})
CREATED = Cause("create", own=True, named=NAMED)
CHANGED = Cause("patch", own=True, named=NAMED)


def blame(member: str, *causes: Cause, changed: Collection[str] = ()) -> tuple[str, str]:
    """The promise and the kind of its deviation."""
    image = ModelImage("id-1", "main", changed=frozenset(changed))
    made = blamed(member, causes, image, "shown", {"min_disk"}, MEMBERS)
    return made.requirement, made.deviation.kind


@pytest.mark.parametrize(
    ("member", "cause", "promise", "kind"),
    [
        ("name", CREATED, "image.create.body.name", "not-as-sent"),
        ("min_disk", CREATED, "image.create.default.min_disk", "differs-where"),
        (GONE, CREATED, "image.list.complete", "not-listed"),
        ("name", CHANGED, "image.patch.stored", "not-as-changed"),
        ("min_ram", CHANGED, "image.patch.unchanged", "turned"),
        ("created_at", CHANGED, "image.patch.updated-at", "turned"),
        ("updated_at", CHANGED, "image.patch.updated-at", "not-as-shown"),
        (GONE, CHANGED, "image.patch.stored", "gone"),
        ("name", Cause("patch", own=True, refused=True), "image.patch.atomic", "refused-and-stored"),
        ("name", Cause("delete", own=True, refused=True), "image.delete.protected", "changed-by-a-refused-delete"),
        ("name", Cause("reuse", own=True), "image.create.body.id", "changed-by-a-second-create"),
        ("size", Cause("upload", own=True), "image.download.size", "not-the-length-of-the-data"),
        ("checksum", CHANGED, "image.download.checksum", "no-hash-of-the-data-where"),
    ],
)
def test_what_was_done_to_the_image_itself_is_to_blame(member: str, cause: Cause, promise: str, kind: str) -> None:
    assert blame(member, cause) == (promise, kind)


@pytest.mark.parametrize(
    ("cause", "promise", "kind"),
    [
        (Cause("patch", own=False), "image.patch.unchanged", "another-changed"),
        (Cause("delete", own=False), "image.delete.collateral", "another-changed"),
        (Cause("create", own=False), "image.create.single", "another-changed"),
        (Cause("patch", own=False, refused=True), "image.patch.atomic", "another-changed-by-a-refusal"),
        (Cause("patch", own=True, stranger=True), "image.isolation.patch", "reached-by-another-project"),
        (Cause("delete", own=True, stranger=True), "image.isolation.delete", "reached-by-another-project"),
    ],
)
def test_what_was_done_to_another_image_or_by_another_project_is_to_blame(
    cause: Cause, promise: str, kind: str
) -> None:
    assert blame("name", cause) == (promise, kind)


def test_the_last_thing_that_was_done_decides() -> None:
    assert blame("name", CREATED, CHANGED) == blame("name", CHANGED)
    assert blame("name", CHANGED, CREATED) == blame("name", CREATED)


@pytest.mark.parametrize(
    ("member", "changed", "promise"),
    [
        ("name", (), "image.create.body.name"),
        ("name", ("name",), "image.patch.stored"),
        ("updated_at", (), "image.patch.updated-at"),
        (GONE, (), "image.list.complete"),
    ],
)
def test_what_turned_by_itself_breaks_the_promise_of_who_set_it(
    member: str, changed: tuple[str, ...], promise: str
) -> None:
    assert blame(member, changed=changed)[0] == promise


def test_a_property_that_was_drawn_is_told_by_no_name_of_its_own() -> None:
    image = ModelImage("id-1", "main")
    one, other = (
        blamed(name, (CHANGED,), image, "shown", (), MEMBERS).deviation for name in ("conformance_a", "conformance_b")
    )
    assert one == other


@pytest.mark.parametrize(
    ("cause", "promises"),
    [
        (CREATED, {"image.create.body.name"}),
        (CHANGED, {"image.patch.stored", "image.patch.unchanged", "image.patch.updated-at"}),
        (Cause("patch", own=True, refused=True), {"image.patch.atomic"}),
        (Cause("patch", own=False), {"image.patch.unchanged"}),
        (Cause("upload", own=False), set()),
        (Cause("delete", own=True, refused=True), {"image.delete.protected"}),
        (Cause("delete", own=True, stranger=True), {"image.isolation.delete"}),
        (Cause("upload", own=True, stranger=True), set()),
    ],
)
def test_an_image_as_it_is_due_shows_what_was_kept(contract: Contract, cause: Cause, promises: set[str]) -> None:
    assert set(kept(cause)) == promises
    assert promises <= set(contract.requirements)
