"""Faults that need a sequence: an operation does wrong only after certain others."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from typing import Any

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract, Resource
from conformance.services.fault import Fault, Hooks
from conformance.services.generic.faults.reading import differing, kept_members, promised, said_by
from conformance.services.generic.target.store import GenericStore, Stored
from conformance.services.wire import Answer, Call, Caller

__all__ = ["faults"]


def faults(contract: Contract, resource: Resource) -> Iterator[Fault]:
    """The faults of sequences of a resource that can be made and removed."""
    if resource.create is None or resource.remove is None or "{" in resource.collection:
        return
    create, remove, name = resource.create, resource.remove, resource.name
    gone = (rid.gone(remove), *promised(contract, remove))
    if resource.list is not None or resource.show is not None:
        said = f"with a new {name} the one that was deleted last is there again"
        yield Fault(f"{create}.later.revives", gone, said, _reviving(resource))
    if resource.change is None:
        return
    change = resource.change
    members = kept_members(contract, resource, change)
    if members:
        bodies = (rid.body(change, item) for item in members)
        still = (rid.stated(change, "stored"), *promised(contract, change), *said_by(contract, change), *bodies)
        said = f"the first change of a {name} after a delete is not kept"
        yield Fault(f"{change}.later.lost", still, said, _losing(resource))
        said = f"a {name} that was changed twice is not deleted"
        yield Fault(f"{remove}.later.stays", gone, said, _staying(resource))
        member, node = next(iter(members.items()))

        def touched(item: Stored) -> None:
            item.members[member] = differing(item, member, node)

        said = f"a delete of a {name} that was changed changes the oldest other one"
        breaks = (rid.stated(remove, "collateral"), *gone)
        yield Fault(f"{remove}.later.touches", breaks, said, _touching(resource, touched))


def _own(call: Call, resource: Resource) -> str:
    return call.names.get(resource.parameter, "")


def _reviving(resource: Resource) -> Hooks:
    last: list[Stored] = []

    def handle(call: Call, _caller: Caller, store: GenericStore) -> Answer | None:
        item = store.get(resource.name, _own(call, resource)) if call.operation == resource.remove else None
        if item is not None:
            last[:] = [item]
        return None

    def stored(call: Call, item: Stored, store: GenericStore) -> None:
        if call.operation == resource.create and last and last[0].owner == item.owner:
            store.put(last.pop())

    return Hooks(handle=handle, stored=stored)


def _losing(resource: Resource) -> Hooks:
    owed: set[str] = set()
    before: dict[str, Any] = {}

    def handle(call: Call, caller: Caller, store: GenericStore) -> Answer | None:
        item = store.get(resource.name, _own(call, resource))
        if item is not None and call.operation == resource.remove:
            owed.add(caller.project)
        if item is not None and call.operation == resource.change:
            before[item.id] = copy.deepcopy(item.members)
        return None

    def stored(call: Call, item: Stored, _store: GenericStore) -> None:
        if call.operation == resource.change and item.owner in owed and item.id in before:
            owed.discard(item.owner)
            item.members = before[item.id]

    return Hooks(handle=handle, stored=stored)


def _staying(resource: Resource) -> Hooks:
    changes: Counter[str] = Counter()
    held: dict[str, Stored] = {}

    def handle(call: Call, _caller: Caller, store: GenericStore) -> Answer | None:
        item = store.get(resource.name, _own(call, resource)) if call.operation == resource.remove else None
        held.clear()
        held.update({item.id: item} if item is not None and changes[item.id] >= 2 else {})
        return None

    def stored(call: Call, item: Stored, _store: GenericStore) -> None:
        if call.operation == resource.change:
            changes[item.id] += 1

    def answer(call: Call, answer: Answer, store: GenericStore) -> Answer:
        if call.operation == resource.remove and answer.status < 300:
            for item in held.values():
                store.put(item)
                changes.pop(item.id)  # it is deleted when it is asked for once more
        return answer

    return Hooks(handle=handle, stored=stored, answer=answer)


def _touching(resource: Resource, touched: Any) -> Hooks:
    changed: set[str] = set()

    def handle(call: Call, _caller: Caller, store: GenericStore) -> Answer | None:
        item = store.get(resource.name, _own(call, resource)) if call.operation == resource.remove else None
        if item is not None and item.id in changed:
            others = (other for other in store.all(item.kind) if other is not item and other.owner == item.owner)
            oldest = min(others, key=lambda other: other.number, default=None)
            if oldest is not None:
                touched(oldest)
        return None

    def stored(call: Call, item: Stored, _store: GenericStore) -> None:
        if call.operation == resource.change:
            changed.add(item.id)

    return Hooks(handle=handle, stored=stored)
