"""The steps of a walk as plain data, so that a part of a walk can be walked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["CHANGING", "NEWEST", "Name", "WalkStep"]

CHANGING = frozenset({"create", "patch", "upload", "delete"})
"""Kinds of steps after which an image may be another."""
NEWEST = (("sort_key", "created_at"), ("sort_dir", "desc"), ("limit", "50"))
"""The query of a list that holds the images of the walk, however many others the cloud has."""


@dataclass(frozen=True, slots=True)
class Name:
    """Stands for a name: each walk makes up a text for the number, and appends the suffix."""

    number: int
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class WalkStep:
    """One step of a walk. `kind` is create, patch, upload, delete, show, download, list, open, turn or pause; `slot` the
    number of the image.

    `members` are those of a create; with `own_id` it sends a new id, with `taken` the id of that image of the walk.
    `operations` are those of a patch, `data` the bytes of an upload, `query` that of a list; with `since` the list asks
    for changes since the last change of that image. Values may be a Name. An open asks for the first page of such a list
    and holds it, a turn asks for the others; `page` is the number of that held list. Another step with a `page` is about
    the image with which the held page ends.
    """

    kind: str
    slot: int = -1
    actor: str = "main"
    members: Mapping[str, Any] = field(default_factory=dict)
    own_id: bool = False
    taken: int | None = None
    operations: tuple[Mapping[str, Any], ...] = ()
    data: bytes = b""
    query: tuple[tuple[str, Any], ...] = ()
    since: int | None = None
    page: int | None = None
