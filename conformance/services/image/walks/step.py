"""The steps of a walk: plain data, so that a part of a walk can be walked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["CHANGING", "NEWEST", "Name", "WalkStep"]

CHANGING = frozenset({"create", "patch", "upload", "delete"})
"""Kinds of steps after which an image may be another."""
NEWEST = (("sort_key", "created_at"), ("sort_dir", "desc"), ("limit", "50"))
"""The query whose answer holds what the walk has just made, whatever else the cloud has."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the walk by its number; each walk has a new one for it, with this suffix."""

    number: int
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class WalkStep:
    """One step: create, patch, upload, delete, show, download, list or pause, done by `actor` to the image `slot`.

    `members` are those of a create, `own_id` gives it an id of our choice, `taken` the id of another image of the walk.
    `operations` are those of a patch, `data` is what is uploaded, `query` that of a list; `since` asks a list for what changed
    as late as that image did. A Name stands for itself in values.
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
