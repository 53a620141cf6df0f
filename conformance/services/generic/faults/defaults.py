"""Faults of defaults: what a create leaves out is another value than the document names."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from conformance.model import requirement_id
from conformance.model.contract import Contract, Resource
from conformance.services.fault import Fault, Hooks
from conformance.services.generic.faults.reading import another, body_schema
from conformance.services.generic.target.shapes import wrapper_of
from conformance.services.generic.target.store import GenericStore
from conformance.services.wire import Call

__all__ = ["faults"]


def faults(contract: Contract, resource: Resource) -> Iterator[Fault]:
    """The faults of what a create of a resource leaves out."""
    create = contract.operations.get(resource.create or "")
    if create is None:
        return
    wrapper = wrapper_of(create.request_schema)
    for name, node in body_schema(create).get("properties", {}).items():
        if "default" in node:
            other = another(node["default"], node)
            yield Fault(
                f"{create.id}.unsent.{name}.said",
                (requirement_id.unsent(create.id, name),),
                f"{name} is not the default when it is left out",
                Hooks(members=partial(_filled, create.id, wrapper, name, other)),
            )


def _filled(operation: str, wrapper: str, name: str, value: Any, call: Call, body: Any, _store: GenericStore) -> Any:
    inner = body.get(wrapper) if wrapper and isinstance(body, dict) else body
    if call.operation != operation or not isinstance(inner, dict) or name in inner:
        return body
    filled = {**inner, name: value}
    return {**body, wrapper: filled} if wrapper else filled
