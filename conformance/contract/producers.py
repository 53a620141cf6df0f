"""What must be there before a resource can be made, read off the contract.

Rules
- A POST that makes what another path takes is a producer. The parameters of a path, and the members of a body that are
  called by a resource (`volume_id`, `volume_ids`, `flavorRef`), need one of it.
- The project at the head of a path, and a project or user that no resource of the contract is, are those of the token.
- Producers come before consumers; of a circle the first of the contract comes first, and the circle is told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from conformance.model.contract import Contract, Operation, Resource, Schema

__all__ = [
    "OWN",
    "Making",
    "Need",
    "head_of",
    "holder_of",
    "inner_of",
    "makeable",
    "making_of",
    "needs_of",
    "parameters_of",
    "producer_of",
]

OWN = frozenset({"project_id", "tenant_id", "user_id"})
"""What the token itself says."""
_PARAMETER = re.compile(r"\{([^{}]+)\}")
_HEAD = re.compile(r"\A(?:/v\d+(?:\.\d+)?)?/\{((?:project|tenant)(?:_id)?)\}(?=/)")
_REFERENCE = re.compile(r"(?P<stem>.+?)(?:_ids?|_uuid|_ref|Ref|Id)\Z")


@dataclass(frozen=True, slots=True)
class Need:
    """What a call cannot be sent without: the parameter of its path or the member of its body that says it, and the name of
    the resource that is meant, "" for none that the contract can make or list."""

    name: str
    resource: str = ""
    member: bool = False


@dataclass(frozen=True, slots=True)
class Making:
    """The resources that can be made and removed again, each after what it needs; `circles` are those that need each
    other."""

    order: tuple[str, ...]
    circles: tuple[tuple[str, ...], ...] = ()


def parameters_of(operation: Operation) -> tuple[str, ...]:
    """The parameters of a path, without the project at its head."""
    return tuple(_PARAMETER.findall(_HEAD.sub("", operation.path)))


def head_of(operation: Operation) -> str:
    """The parameter at the head of a path that is the project, "" for none."""
    match = _HEAD.match(operation.path)
    return match[1] if match else ""


def inner_of(schema: Schema | None) -> tuple[str, Schema]:
    """The only object of a body that holds all that is said of a resource, and its schema; "" and the body itself where
    there is none."""
    node = schema or {}
    members = node.get("properties", {})
    if len(members) == 1:
        ((name, only),) = members.items()
        if "properties" in only or only.get("type") == "object":
            return name, only
    return "", node


def makeable(contract: Contract, operations: Collection[str]) -> dict[str, Resource]:
    """The resources that can be made and removed again by these operations, and that stand below no other: what does is
    made with one, and gone with it."""
    return {
        item.name: item
        for item in contract.resources.values()
        if item.create in operations
        and item.remove in operations
        and not parameters_of(contract.operations[str(item.create)])
    }


def holder_of(contract: Contract, resource: Resource) -> Resource | None:
    """The resource that can be made and removed, and stands below no other, where another stands below it and below nothing
    else (`/racks/{rack_id}/slots`); None for any other."""
    for item in contract.resources.values():
        place = resource.collection.removeprefix(f"{item.item}/")
        made = item.service == resource.service and item.create is not None and item.remove is not None
        if item.parameter and made and place != resource.collection and "{" not in place:
            return None if parameters_of(contract.operations[str(item.create)]) else item
    return None


def producer_of(contract: Contract, name: str, service: str) -> Resource | None:
    """The resource that a parameter or member is the id of: the one whose paths call it so, else the one that its name ends
    in; those of the same service before those of others."""
    match = _REFERENCE.fullmatch(name)
    stem = match["stem"] if match else ""
    found = sorted(contract.resources.values(), key=lambda item: (item.service != service, item.collection.count("{")))
    by_parameter = (item for item in found if item.parameter == name)
    nouns = ((item, item.name.rpartition(".")[2]) for item in found)
    by_noun = (item for item, noun in nouns if stem and (stem == noun or stem.endswith(f"_{noun}")))
    return next(by_parameter, None) or next(by_noun, None)


def needs_of(contract: Contract, operation: Operation) -> Iterator[Need]:
    """What must be known before a call of an operation can be sent: the parameters of its path, and the required members of
    its body that are called by a resource."""
    for name in parameters_of(operation):
        producer = producer_of(contract, name, operation.service)
        yield Need(name, producer.name if producer is not None else "")
    _, body = inner_of(operation.request_schema)
    for name in body.get("required", ()):
        match = _REFERENCE.fullmatch(name)
        producer = producer_of(contract, name, operation.service) if match else None
        if match and (producer is not None or name not in OWN):
            yield Need(name, producer.name if producer is not None else "", member=True)


def making_of(contract: Contract, operations: Collection[str]) -> Making:
    """In which order the resources of these operations are made; they are removed in the opposite one."""
    known = makeable(contract, operations)
    before: Mapping[str, set[str]] = {
        name: {
            need.resource
            for need in needs_of(contract, contract.operations[str(item.create)])
            if need.resource in known and need.resource != name
        }
        for name, item in known.items()
    }
    circles: list[tuple[str, ...]] = []
    while True:
        sorter = TopologicalSorter(before)
        try:
            sorter.prepare()
        except CycleError as error:
            circle = tuple(dict.fromkeys(error.args[1]))
            circles.append(circle)
            before[next(name for name in known if name in circle)].difference_update(circle)
            continue
        break
    return Making(_ordered(before), tuple(circles))


def _ordered(before: Mapping[str, set[str]]) -> tuple[str, ...]:
    """The names, each after those that it needs, in the order of the contract where that leaves a choice."""
    done: list[str] = []

    def place(name: str) -> None:
        if name not in done:
            for needed in before:
                if needed in before[name]:
                    place(needed)
            done.append(name)

    for name in before:
        place(name)
    return tuple(done)
