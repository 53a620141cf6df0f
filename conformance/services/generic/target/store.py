"""What the generic part of the reference holds: the resources of each kind, and the rules for finding and removing
them. No HTTP here."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from conformance.services.clock import Clock
from conformance.services.wire import Caller, Refused

__all__ = ["PROJECTS", "GenericStore", "Stored"]

PROJECTS = ("project_id", "tenant_id", "project", "tenant")
"""Parameters of a path that are a project, where no resource of the contract is."""


@dataclass
class Stored:
    """A resource as it is stored.

    `kind` is the name of its resource, `parents` are the values of the parameters in the path of its collection,
    `members` what requests have said of it, `below` what they have said at the paths below its own. A `shared` one
    belongs to nobody, and everybody sees it. `number` counts them as they are made: it orders those of one second.
    """

    kind: str
    id: str
    owner: str
    parents: Mapping[str, str]
    created: datetime
    updated: datetime
    number: int
    members: dict[str, Any] = field(default_factory=dict)
    below: dict[str, Any] = field(default_factory=dict)
    shared: bool = False


class GenericStore:
    """All resources of one service, in the order in which they were made."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._held: dict[tuple[str, str], Stored] = {}
        self._gone: dict[tuple[str, str], Stored] = {}
        self._made = 0

    def __len__(self) -> int:
        return sum(not item.shared for item in self._held.values())

    def all(self, kind: str = "") -> list[Stored]:
        """Every resource of a kind, or of all kinds, whoever owns it."""
        return [item for item in self._held.values() if kind in {"", item.kind}]

    def get(self, kind: str, own: str) -> Stored | None:
        """A resource, whoever owns it."""
        return self._held.get((kind, own))

    def put(self, item: Stored) -> None:
        """Hold a resource, as faults have it."""
        self._held[item.kind, item.id] = item

    def drop(self, item: Stored) -> None:
        """Hold a resource no longer, and nothing that stands below it."""
        self._gone[item.kind, item.id] = item
        self._held.pop((item.kind, item.id), None)

    def visible(self, caller: Caller, kind: str, parents: Mapping[str, str]) -> Iterator[Stored]:
        """The resources of a collection that a caller may list."""
        for item in self._held.values():
            if item.kind == kind and dict(item.parents) == dict(parents) and _open_to(caller, item):
                yield item

    def find(self, caller: Caller, kind: str, own: str, parents: Mapping[str, str] | None = None) -> Stored:
        """A resource that the caller may see. Raises Refused 404."""
        item = self._held.get((kind, own))
        astray = item is not None and parents is not None and _places(caller, item.parents) != _places(caller, parents)
        if item is None or astray or not _open_to(caller, item):
            raise Refused(404, f"No {kind} has the id {own[:100]}.")
        return item

    def own(self, caller: Caller, kind: str, own: str, parents: Mapping[str, str]) -> Stored:
        """A resource that the caller may change. Raises Refused 404 or 403."""
        item = self.find(caller, kind, own, parents)
        if not caller.writer or (item.shared and not caller.admin):
            raise Refused(403, "Your role does not permit that.")
        return item

    def create(
        self,
        caller: Caller,
        kind: str,
        parents: Mapping[str, str],
        members: Mapping[str, Any],
        own: str = "",
        *,
        shared: bool = False,
    ) -> Stored:
        """Make a resource; its id is `own` where that is given. Raises Refused: 403 for a role that only reads, 409 for
        an id that is or was in use."""
        if not caller.writer:
            raise Refused(403, "Your role does not permit that.")
        own = own or str(uuid.uuid4())
        if (kind, own) in self._held:
            raise Refused(409, f"There is a {kind} with the id {own[:100]}.")
        now = self.clock.now()
        self._made += 1
        item = Stored(kind, own, caller.project, dict(parents), now, now, self._made, dict(members), shared=shared)
        self._held[kind, own] = item
        return item

    def touch(self, item: Stored) -> None:
        """Have a resource be changed now."""
        item.updated = max(self.clock.now(), item.updated)

    def remove(self, item: Stored, parameter: str) -> None:
        """Remove a resource and those whose paths have its id as this parameter."""
        self.drop(item)
        for child in list(self._held.values()):
            if parameter and child.parents.get(parameter) == item.id and not child.shared:
                self.drop(child)

    def number(self) -> int:
        """How many resources were ever made."""
        return self._made

    def known(self, kinds: Iterable[str], own: str, caller: Caller) -> bool:
        """Whether a resource of one of these kinds has this id and is the caller's to see."""
        return any(
            item is not None and _open_to(caller, item) for item in (self._held.get((kind, own)) for kind in kinds)
        )


def _places(caller: Caller, parents: Mapping[str, str]) -> dict[str, str]:
    """Where a resource stands, for this caller: who sees all projects need not name that of the resource in the path."""
    return {name: value for name, value in parents.items() if not (caller.admin and name in PROJECTS)}


def _open_to(caller: Caller, item: Stored) -> bool:
    return caller.admin or item.shared or item.owner == caller.project
