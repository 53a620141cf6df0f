"""Histories that every run walks before the random walks: each a few steps, judged by the same model.

What a service does wrong only after certain requests is met here for certain. Where the document leaves open what follows
(an upload to an image that has data, the id of a deleted image, a property that is removed twice) both ways are right,
and what is judged is what comes after.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance.services.image.walks.step import Name, WalkStep

__all__ = ["HISTORIES", "Episode"]

A, B, C, D = Name(1), Name(2), Name(3, " 之后"), Name(4)
FIRST, SECOND, THIRD = b"the data of the first upload, 42 bytes long", b"another whole, shorter", b"of another image"
FILES: Mapping[str, Any] = {"container_format": "bare", "disk_format": "raw"}
"""Members without which an image takes no data."""

BY_CREATION = (("sort_key", "created_at"), ("sort_dir", "desc"))
"""An order in which no change moves an image."""


@dataclass(frozen=True, slots=True)
class Episode:
    """Steps in their order, with a word for what they are about; `projects` is how many take part."""

    about: str
    steps: tuple[WalkStep, ...]
    projects: int = 1


def _create(slot: int, name: Name, *, actor: str = "main", own_id: bool = False, **members: Any) -> WalkStep:
    return WalkStep("create", slot, actor, {"name": name, **members}, own_id=own_id)


def _show(slot: int, actor: str = "main") -> WalkStep:
    return WalkStep("show", slot, actor)


def _upload(slot: int, data: bytes) -> WalkStep:
    return WalkStep("upload", slot, data=data)


def _download(slot: int, actor: str = "main") -> WalkStep:
    return WalkStep("download", slot, actor)


def _delete(slot: int, actor: str = "main") -> WalkStep:
    return WalkStep("delete", slot, actor)


def _list(name: Name, actor: str = "main", **query: str) -> WalkStep:
    return WalkStep("list", actor=actor, query=(("name", name), *query.items()))


def _patch(slot: int, *operations: Mapping[str, Any], actor: str = "main") -> WalkStep:
    return WalkStep("patch", slot, actor, operations=operations)


def _replace(slot: int, **members: Any) -> WalkStep:
    return _patch(slot, *(_set(name, value) for name, value in members.items()))


def _set(name: str, value: Any) -> Mapping[str, Any]:
    return {"op": "replace", "path": f"/{name}", "value": value}


def _add(name: str, value: Any) -> Mapping[str, Any]:
    return {"op": "add", "path": f"/{name}", "value": value}


def _remove(name: str) -> Mapping[str, Any]:
    return {"op": "remove", "path": f"/{name}"}


HISTORIES: tuple[Episode, ...] = (
    Episode(
        "data twice",
        (
            _create(1, A, **FILES),
            _create(2, B, own_id=True, **FILES),
            _replace(2, min_ram=5, min_disk=4),
            _upload(2, THIRD),
            _show(2),
            _list(A, status="queued"),
            _upload(1, FIRST),
            _show(1),
            _list(A, status="queued"),
            _list(A, status="active"),
            _replace(1, min_ram=2),
            _download(1),
            _upload(1, SECOND),
            _show(1),
            _download(1),
            _replace(1, min_ram=3),
            _download(1),
            _show(1),
            _download(2),
        ),
    ),
    Episode(
        "after a delete",
        (
            _create(1, A, own_id=True, tags=["one", "two"], conformance_a="x", min_ram=64, **FILES),
            _upload(1, FIRST),
            _show(1),
            _delete(1),
            _replace(1, min_ram=5),
            _upload(1, SECOND),
            _show(1),
            _download(1),
            _list(A),
            WalkStep("create", 2, members={"name": B}, taken=1),
            _show(2),
            _download(2),
            _create(3, A),
            _list(A),
        ),
    ),
    Episode(
        "a name again",
        (
            _create(1, A),
            _create(2, A, own_id=True, tags=["one"]),
            _replace(1, tags=["another"]),
            _show(2),
            _delete(1),
            _replace(2, min_ram=5),
            _show(2),
            _create(3, A),
            _list(A),
            _replace(2, name=C),
            _replace(2, name=D),
            _list(A),
            _list(C),
            _list(D),
        ),
    ),
    Episode(
        "the same twice",
        (
            _create(1, A, tags=["a", "b"], conformance_a="x"),
            _patch(1, _add("conformance_b", "y")),
            _patch(1, _add("conformance_b", "y")),
            _show(1),
            _patch(1, _remove("conformance_b")),
            _patch(1, _remove("conformance_b")),
            _show(1),
            _patch(1, _add("conformance_b", "一")),
            _replace(1, tags=["b", "a"], min_ram=7),
            _replace(1, tags=["b", "a"], min_ram=7),
            _show(1),
        ),
    ),
    Episode(
        "protection that comes and goes",
        (
            _create(1, A, **FILES),
            _upload(1, FIRST),
            _show(1),
            _replace(1, protected=True),
            _delete(1),
            _show(1),
            _replace(1, min_ram=9),
            _delete(1),
            _show(1),
            _download(1),
            _replace(1, protected=False),
            _replace(1, min_disk=2),
            _delete(1),
            _show(1),
            _list(A),
        ),
    ),
    Episode(
        "changes that undo each other",
        (
            _create(1, A, own_id=True, min_ram=1, conformance_a="x"),
            _patch(1, _add("conformance_b", "y"), _remove("conformance_b"), _set("min_ram", 5), _set("min_ram", 1)),
            _show(1),
            _patch(1, _remove("conformance_a"), _add("conformance_a", "z"), _set("conformance_a", "x")),
            _replace(1, min_disk=4, protected=True),
            _replace(1, min_disk=0, protected=False),
            _show(1),
            _patch(1, _set("min_ram", 9), _set("created_at", "2001-01-01T00:00:00Z")),
            _show(1),
        ),
    ),
    Episode(
        "private again",
        (
            _create(1, A, visibility="private", **FILES),
            _upload(1, FIRST),
            _show(1),
            _show(1, "other"),
            _replace(1, visibility="shared"),
            _show(1, "other"),
            _replace(1, min_ram=3),
            _show(1, "other"),
            _download(1, "other"),
            _replace(1, visibility="private"),
            _show(1, "other"),
            _download(1, "other"),
            _list(A, "other"),
            _patch(1, _set("min_ram", 9), actor="other"),
            _show(1),
        ),
        projects=2,
    ),
    Episode(
        "refused, then right",
        (
            _create(1, A, own_id=True, min_ram="ten"),
            _create(1, A, own_id=True, min_ram=10),
            _show(1),
            _list(A),
        ),
    ),
    Episode(
        "pages held",
        (
            *(_create(slot, A, visibility="private") for slot in (1, 2, 3, 4)),
            WalkStep("open", query=(("name", A), *BY_CREATION, ("limit", "2")), page=1),
            _replace(2, min_ram=5),
            _replace(3, min_ram=5),
            WalkStep("turn", page=1),
            WalkStep("open", query=(("name", A), *BY_CREATION, ("limit", "1")), page=2),
            WalkStep("delete", page=2),
            WalkStep("turn", page=2),
        ),
    ),
)
"""What every run walks."""
