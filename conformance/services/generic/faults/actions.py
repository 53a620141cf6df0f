"""Faults of what is done to a resource beside making, showing, changing and removing it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from conformance.model.contract import Contract, Operation, Resource
from conformance.model.message import READING
from conformance.services.fault import Fault, Hooks
from conformance.services.generic.faults.reading import answering, promised, said_by
from conformance.services.generic.target.shapes import kind_of_schema, wrapper_of
from conformance.services.wire import Answer, Call

__all__ = ["faults"]


def faults(contract: Contract, resource: Resource) -> Iterator[Fault]:
    """The faults of what is done to a resource that is made and removed."""
    if resource.create is None or resource.remove is None or "{" in resource.collection:
        return
    operations = [contract.operations[name] for names in resource.extra.values() for name in names]
    read = {item.path for item in operations if item.method in READING}
    for operation in operations:
        if operation.method in READING or operation.path.count("{") > 1:
            continue
        if operation.method != "DELETE":
            said = f"after {operation.id} the {resource.name} is not there any more"
            yield Fault(f"{operation.id}.loses", promised(contract, operation.id), said, _losing(operation, resource))
        if operation.path in read and kind_of_schema(operation.request_schema or {}) == "object":
            breaks = (*said_by(contract, operation.id), *promised(contract, operation.id))
            said = f"{operation.id} is answered and keeps nothing"
            yield Fault(f"{operation.id}.forgotten", breaks, said, Hooks(members=partial(_nothing, operation)))


def _losing(operation: Operation, resource: Resource) -> Hooks:
    def lost(call: Call, answer: Answer, store: Any) -> Answer:
        item = store.get(resource.name, call.names.get(resource.parameter, "")) if store is not None else None
        if item is not None:
            store.drop(item)
        return answer

    return answering(operation.id, lost)


def _nothing(operation: Operation, call: Call, body: Any, _store: Any) -> Any:
    """Take a body for one that says nothing."""
    wrapper = wrapper_of(operation.request_schema)
    if call.operation != operation.id or not isinstance(body, Mapping):
        return body
    return {**body, wrapper: {}} if wrapper in body else body if wrapper else {}
