"""The steps of a walk over any resource as plain data, so that a part of a walk can be walked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["CHANGING", "Naming", "Stride"]

CHANGING = frozenset({"create", "change", "remove"})
"""Kinds of steps after which a resource may be another."""


@dataclass(frozen=True, slots=True)
class Naming:
    """Stands for a name of ours: each walk makes up a text for it."""

    number: int


@dataclass(frozen=True, slots=True)
class Stride:
    """One step. `kind` is create, change, remove, show or list; `slot` the number of the resource that it is about, -1 for
    none; `members` are those that a create or a change sets. Values may be a Naming."""

    kind: str
    slot: int = -1
    members: Mapping[str, Any] = field(default_factory=dict)
