"""What a service may do later than it answers, and what it may refuse until then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from conformance.model.contract import Contract, Resource
from conformance.services.fault import Hooks
from conformance.services.generic.target.documents import success_of
from conformance.services.generic.target.store import GenericStore, Stored
from conformance.services.product import FaultRows
from conformance.services.wire import Answer, Call, Caller, Refused

__all__ = ["later"]

_LATER = timedelta(seconds=5)
"""How long a service is at what it has accepted."""
_BUSY = timedelta(seconds=3)
"""How long what is new is at work."""
_ACCEPTED = 202


def later(contract: Contract, names: frozenset[str]) -> FaultRows:
    """The rows of this family; of what the contract never answers with 202 nothing is done later."""
    made, changed = ({*_accepting(contract, names, part)} for part in ("create", "change"))
    if made:
        said = "what was accepted to be made is shown and listed five seconds later"
        yield "made", said, _made_later({contract.resources[name].show for name in made} - {None}, made)
    if changed:
        yield "changed", "what was accepted to be changed is changed five seconds later", _changed_later(changed)
    busy = [item for item in contract.resources.values() if item.create in names]
    yield "busy", "what is new refuses to be changed and deleted for three seconds with 409", _busy(busy)


def _accepting(contract: Contract, names: frozenset[str], part: str) -> Mapping[str, Resource]:
    """The resources in which this part is only accepted."""
    found = {}
    for name, resource in contract.resources.items():
        operation = contract.operations.get(getattr(resource, part) or "")
        spec = success_of(operation) if operation is not None and operation.id in names else None
        if spec is not None and spec.status == _ACCEPTED:
            found[name] = resource
    return found


def _made_later(shows: set[str | None], kinds: set[str]) -> Hooks:
    def is_there(item: Stored, store: GenericStore) -> bool:
        return item.kind not in kinds or store.clock.now() - item.created >= _LATER

    def handle(call: Call, _caller: Caller, store: GenericStore) -> Answer | None:
        if call.operation in shows:
            for kind in kinds:
                item = next((store.get(kind, own) for own in call.names.values() if store.get(kind, own)), None)
                if item is not None and not is_there(item, store):
                    raise Refused(404, "It is not there yet.")
        return None

    return Hooks(handle=handle, visible=lambda _call, found, store: [item for item in found if is_there(item, store)])


def _changed_later(kinds: set[str]) -> Hooks:
    pending: list[tuple[datetime, Stored, dict[str, Any]]] = []
    known: dict[str, dict[str, Any]] = {}

    def handle(_call: Call, _caller: Caller, store: GenericStore) -> Answer | None:
        """Before anything is answered what is due is done."""
        for entry in [entry for entry in pending if store.clock.now() >= entry[0]]:
            _, item, members = entry
            pending.remove(entry)
            item.members.update(members)
            known[item.id] = dict(item.members)
        return None

    def stored(call: Call, item: Stored, store: GenericStore) -> None:
        if item.kind in kinds and call.method in {"PUT", "PATCH"} and item.id in known:
            before = known[item.id]
            said = {name: value for name, value in item.members.items() if before.get(name) != value}
            pending.append((store.clock.now() + _LATER, item, said))
            item.members = dict(before)
        known[item.id] = dict(item.members)

    return Hooks(handle=handle, stored=stored)


def _busy(resources: Iterable[Resource]) -> Hooks:
    writing = {name: item for item in resources for name in (item.change, item.remove) if name is not None}

    def handle(call: Call, caller: Caller, store: GenericStore) -> Answer | None:
        resource = writing.get(call.operation or "")
        item = store.get(resource.name, call.names.get(resource.parameter, "")) if resource is not None else None
        here = item is not None and item.parents.items() <= call.names.items()
        if item is not None and here and item.owner == caller.project and store.clock.now() - item.created < _BUSY:
            raise Refused(409, "It is at work.")
        return None

    return Hooks(handle=handle)
