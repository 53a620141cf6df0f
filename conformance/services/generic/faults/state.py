"""Faults of state: what was made, changed and removed is not what is there afterwards."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.contract.producers import holder_of
from conformance.model import requirement_id as rid
from conformance.model.contract import Contract, Resource
from conformance.services.fault import Fault, Hooks
from conformance.services.generic.faults.reading import (
    answering,
    body_schema,
    differing,
    kept_members,
    promised,
    said_by,
    succeeded,
)
from conformance.services.generic.target.shapes import fits, kind_of_schema
from conformance.services.generic.target.store import GenericStore, Stored
from conformance.services.wire import Answer, Call, Caller

__all__ = ["faults"]


def faults(contract: Contract, resource: Resource) -> Iterator[Fault]:
    """The faults of state of a resource."""
    if resource.create is not None:
        yield from _creates(contract, resource)
    if resource.change is not None:
        yield from _changes(contract, resource)
    if resource.remove is not None and (resource.create is not None or resource.change is not None):
        yield from _removals(contract, resource)
    holder = holder_of(contract, resource)
    if holder is not None and resource.show is not None and resource.create is not None and resource.remove is not None:
        breaks = (rid.path(resource.show, holder.parameter), *promised(contract, resource.show))
        said = f"a {resource.name} is still shown when the {holder.name} is deleted that it stands below"
        yield Fault(f"{resource.show}.outlives", breaks, said, _outliving(resource, holder))


def _outliving(resource: Resource, holder: Resource) -> Hooks:
    last: dict[str, Answer] = {}

    def answer(call: Call, answer: Answer, store: GenericStore | None) -> Answer:
        if call.operation != resource.show or store is None:
            return answer
        if succeeded(answer):
            last[call.path] = answer
        gone = store.get(holder.name, call.names.get(holder.parameter, "")) is None
        return replace(last[call.path]) if gone and call.path in last else answer

    return Hooks(answer=answer)


def _by_patch(contract: Contract, resource: Resource) -> bool:
    return kind_of_schema(contract.operations[resource.change or ""].request_schema or {}) == "array"


def _own(call: Call, resource: Resource) -> str:
    return call.names.get(resource.parameter, "")


# --- what was made --------------------------------------------------------------------------------------------------


def _creates(contract: Contract, resource: Resource) -> Iterator[Fault]:
    create, name = str(resource.create), resource.name
    stored = (rid.stated(create, "stored"), *promised(contract, create), *said_by(contract, create))

    def lost(_call: Call, item: Stored, store: GenericStore) -> None:
        store.drop(item)

    shown = (*stored, rid.stated(create, "shown"), *promised(contract, resource.show))
    yield Fault(f"{create}.lost", shown, f"a {name} that was made is not there", _storing(create, lost))
    if resource.list is not None:
        whole = (rid.complete(resource.list), *promised(contract, resource.list))
        listed = (*whole, rid.stated(create, "listed"), *stored)
        hidden = Hooks(visible=partial(_without_newest, resource))
        yield Fault(f"{create}.unlisted", listed, f"the {name} that was made last is in no list", hidden)
    for member, node in kept_members(contract, resource, create).items():

        def another(_call: Call, item: Stored, _store: GenericStore, member: str = member, node: Any = node) -> None:
            if member in item.members:
                item.members[member] = differing(item, member, node)

        breaks = (rid.body(create, member), *stored, *_members(contract, resource.create, resource, member))
        yield Fault(
            f"{create}.kept.{member}",
            breaks,
            f"{member} of a new {name} is not what was sent",
            _storing(create, another),
        )
    for member, value in contract.operations[create].defaults.items():
        if rid.default(create, member) not in contract.requirements:
            continue

        def otherwise(
            _call: Call, item: Stored, _store: GenericStore, member: str = member, value: Any = value
        ) -> None:
            if item.members.get(member) == value:
                item.members[member] = differing(
                    item, member, {"type": "boolean" if isinstance(value, bool) else "string"}
                )

        yield Fault(
            f"{create}.unsaid.{member}.other",
            (rid.default(create, member),),
            f"{member} is another value when it is left out",
            _storing(create, otherwise),
        )


def _members(contract: Contract, operation: str | None, resource: Resource, member: str) -> tuple[str, ...]:
    place = f"{resource.wrapper}.{member}" if resource.wrapper else member
    spec = contract.operations[operation or ""].responses
    return (rid.response(operation or "", spec[0].status, place),) if spec else ()


def _storing(operation: str, change: Callable[[Call, Stored, GenericStore], None]) -> Hooks:
    def stored(call: Call, item: Stored, store: GenericStore) -> None:
        if call.operation == operation:
            change(call, item, store)

    return Hooks(stored=stored)


def _without_newest(resource: Resource, call: Call, found: list[Stored], _store: GenericStore) -> list[Stored]:
    if call.operation != resource.list or not found:
        return found
    newest = max(found, key=lambda item: item.number)
    return [item for item in found if item is not newest]


# --- what was changed -----------------------------------------------------------------------------------------------


def _changes(contract: Contract, resource: Resource) -> Iterator[Fault]:
    change, name = str(resource.change), resource.name
    stored = (rid.stated(change, "stored"), *promised(contract, change), *said_by(contract, change))
    said = kept_members(contract, resource, change)
    bodies = tuple(rid.body(change, member) for member in said)
    breaks = (*stored, *bodies)
    yield Fault(f"{change}.ignored", breaks, f"a change of a {name} changes nothing", _restored("stored", resource))
    patch = _by_patch(contract, resource)
    if not said and not patch:
        return  # nobody can see what a change has said
    yield Fault(
        f"{change}.forgotten", breaks, f"a change of a {name} is answered and not kept", _restored("answer", resource)
    )
    for member in said:

        def unchanged(
            call: Call, item: Stored, _store: GenericStore, before: Mapping[str, Any], member: str = member
        ) -> None:
            if member in before or member in item.members:
                item.members = (
                    {**item.members, member: before.get(member)}
                    if member in before
                    else {key: value for key, value in item.members.items() if key != member}
                )

        yield Fault(
            f"{change}.kept.{member}",
            (rid.body(change, member), *stored),
            f"{member} of a {name} stays what it was",
            _remembering(resource, unchanged),
        )
    still = (rid.stated(change, "unchanged"), *stored)
    needed = body_schema(contract.operations[change]).get("required", ())
    others = {} if patch else kept_members(contract, resource, resource.create)
    others = {member: node for member, node in others.items() if member not in needed}
    for member, node in list(others.items())[:3]:

        def also(
            call: Call, item: Stored, _store: GenericStore, _before: Any, member: str = member, node: Any = node
        ) -> None:
            sent = str(call.body)
            if f'"{member}"' not in sent:
                item.members[member] = differing(item, member, node)

        yield Fault(
            f"{change}.unchanged.{member}",
            still,
            f"a change of a {name} changes {member} too",
            _remembering(resource, also),
        )
    yield Fault(
        f"{change}.collateral",
        (*still, rid.stated(change, "collateral")),
        f"a change of a {name} changes another one too",
        _remembering(resource, partial(_spread, resource)),
    )


def _spread(resource: Resource, call: Call, item: Stored, store: GenericStore, before: Mapping[str, Any]) -> None:
    for other in store.all(resource.name):
        if other is not item and other.owner == item.owner and not other.shared:
            changed = {name: value for name, value in item.members.items() if before.get(name) != value}
            other.members.update(changed)


def _remembering(resource: Resource, change: Callable[[Call, Stored, GenericStore, Mapping[str, Any]], None]) -> Hooks:
    """Change what a change has stored, knowing what was there before."""
    before: dict[str, Mapping[str, Any]] = {}

    def handle(call: Call, _caller: Caller, store: GenericStore) -> Answer | None:
        item = store.get(resource.name, _own(call, resource)) if call.operation == resource.change else None
        if item is not None:
            before[item.id] = copy.deepcopy(item.members)
        return None

    def stored(call: Call, item: Stored, store: GenericStore) -> None:
        if call.operation == resource.change and item.id in before:
            change(call, item, store, before[item.id])

    return Hooks(handle=handle, stored=stored)


def _restored(stage: str, resource: Resource) -> Hooks:
    """Put back what was there before a change, before it is answered or after."""
    before: dict[str, dict[str, Any]] = {}

    def handle(call: Call, _caller: Caller, store: GenericStore) -> Answer | None:
        item = store.get(resource.name, _own(call, resource)) if call.operation == resource.change else None
        if item is not None:
            before[item.id] = copy.deepcopy(item.members)
        return None

    def restore(call: Call, store: GenericStore) -> None:
        item = store.get(resource.name, _own(call, resource)) if call.operation == resource.change else None
        if item is not None and item.id in before:
            item.members = before.pop(item.id)

    if stage == "stored":
        return Hooks(handle=handle, stored=lambda call, _item, store: restore(call, store))

    def answer(call: Call, answer: Answer, store: GenericStore) -> Answer:
        if call.operation == resource.change and store is not None:
            restore(call, store)
        return answer

    return Hooks(handle=handle, answer=answer)


# --- what was removed -----------------------------------------------------------------------------------------------


def _removals(contract: Contract, resource: Resource) -> Iterator[Fault]:
    remove, name = str(resource.remove), resource.name
    gone = (rid.gone(remove), *promised(contract, remove))
    yield Fault(f"{remove}.undone", gone, f"a {name} that was deleted stays", _deleting(resource, _put_back))
    if resource.show is not None:
        breaks = (*gone, rid.error(404), rid.path(resource.show, resource.parameter))
        yield Fault(f"{remove}.shown", breaks, f"a {name} that was deleted is still shown", _haunted(resource))
    if resource.list is not None:
        breaks = (*gone, rid.complete(resource.list))
        yield Fault(f"{remove}.listed", breaks, f"a {name} that was deleted is still listed", _still_listed(resource))
    breaks = (rid.stated(remove, "collateral"), *gone)
    yield Fault(
        f"{remove}.collateral", breaks, f"with a {name} another one is deleted", _deleting(resource, _take_another)
    )
    again = (rid.error(404), rid.path(remove, resource.parameter), *gone)
    yield Fault(f"{remove}.again", again, f"a {name} is deleted that is not there", _twice(contract, resource))


def _deleting(resource: Resource, change: Callable[[GenericStore, Stored], None]) -> Hooks:
    """Do something after a resource was deleted."""
    held: dict[str, Stored] = {}

    def handle(call: Call, _caller: Caller, store: GenericStore) -> Answer | None:
        if call.operation == resource.remove:
            item = store.get(resource.name, _own(call, resource))
            held.clear()
            held.update({item.id: item} if item is not None else {})
        return None

    def after(call: Call, answer: Answer, store: GenericStore) -> Answer:
        for item in held.values():
            change(store, item)
        return answer

    return Hooks(handle=handle, answer=answering(resource.remove, after).answer)


def _put_back(store: GenericStore, item: Stored) -> None:
    store.put(item)


def _take_another(store: GenericStore, item: Stored) -> None:
    others = [other for other in store.all(item.kind) if other.owner == item.owner and not other.shared]
    if others:
        store.drop(others[-1])


def _haunted(resource: Resource) -> Hooks:
    """Show what was deleted as it was shown last."""
    last: dict[str, Answer] = {}

    def answer(call: Call, answer: Answer, _store: Any) -> Answer:
        if call.operation != resource.show:
            return answer
        own = _own(call, resource)
        if succeeded(answer):
            last[own] = answer
        return replace(last[own]) if answer.status == 404 and own in last else answer

    return Hooks(answer=answer)


def _still_listed(resource: Resource) -> Hooks:
    ghosts: dict[str, Stored] = {}

    def handle(call: Call, _caller: Caller, store: GenericStore) -> Answer | None:
        item = store.get(resource.name, _own(call, resource)) if call.operation == resource.remove else None
        if item is not None:
            ghosts[item.id] = item
        return None

    def visible(call: Call, found: list[Stored], store: GenericStore) -> list[Stored]:
        if call.operation != resource.list or call.caller is None:
            return found
        gone = [item for item in ghosts.values() if store.get(item.kind, item.id) is None]
        return [*found, *(item for item in gone if item.owner == call.caller.project)]

    return Hooks(handle=handle, visible=visible)


def _twice(contract: Contract, resource: Resource) -> Hooks:
    operation = contract.operations[resource.remove or ""]

    def answer(call: Call, answer: Answer, _store: Any) -> Answer:
        if call.operation == operation.id and answer.status == 404 and operation.responses:
            spec = operation.responses[0]
            if spec.media_type is None or spec.schema is None or fits(spec.schema, {}):
                return Answer(spec.status, None if spec.media_type is None else {})
        return answer

    return Hooks(answer=answer)
