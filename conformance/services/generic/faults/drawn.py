"""Faults that single values do not show: of members of objects in a body, and of signs in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract, Operation, Resource, Schema
from conformance.services.fault import Fault, Hooks
from conformance.services.generic import NAMING
from conformance.services.generic.faults.reading import body_schema
from conformance.services.generic.target.shapes import NOTHING, Maker, fits, kind_of_schema, wrapper_of
from conformance.services.wire import Call

__all__ = ["faults"]

MAKER = Maker("taken", lambda _name: "2000-01-01T00:00:00Z")


def faults(contract: Contract, resource: Resource) -> Iterator[Fault]:
    """The faults of what is sent to make or to change a resource."""
    for name in (resource.create, resource.change):
        if name is not None and kind_of_schema(contract.operations[name].request_schema or {}) == "object":
            yield from _inside(contract.operations[name])
    if resource.create is not None:
        yield from _signs(contract.operations[resource.create])


def _inside(operation: Operation) -> Iterator[Fault]:
    wrapper = wrapper_of(operation.request_schema)
    for member, node in body_schema(operation).get("properties", {}).items():
        for inner, below in node.get("properties", {}).items():
            if kind_of_schema(below) in {"", "object", "array"}:
                continue
            named = [rid.body(operation.id, f"{member}.{inner}"), rid.body(operation.id, member)]
            yield Fault(
                f"{operation.id}.inside.{member}.{inner}",
                (*named, rid.body(operation.id, wrapper), rid.request(operation.id), rid.error(400)),
                f"{operation.id} takes {member} with {inner} of another type",
                Hooks(members=partial(_mended, operation.id, wrapper, member, inner, below)),
            )


def _mended(
    operation: str, wrapper: str, member: str, inner: str, node: Schema, call: Call, body: Any, _store: Any
) -> Any:
    """Put what is allowed in the place of what is of another type, before the body is checked."""
    whole = body.get(wrapper) if wrapper and isinstance(body, Mapping) else body
    if call.operation != operation or not isinstance(whole, Mapping):
        return body
    value = whole.get(member)
    if not isinstance(value, Mapping) or inner not in value:
        return body
    if fits({"type": node.get("type", kind_of_schema(node))}, value[inner]):
        return body
    mended = {**whole, member: {**value, inner: MAKER.shaped(node, NOTHING, NOTHING, f".{inner}")}}
    return {**body, wrapper: mended} if wrapper else mended


def _signs(operation: Operation) -> Iterator[Fault]:
    wrapper = wrapper_of(operation.request_schema)
    members = body_schema(operation).get("properties", {})
    for name in NAMING:
        if members.get(name, {}).get("type") == "string" and not {"enum", "pattern", "format"} & members[name].keys():
            breaks = (rid.body(operation.id, name), rid.body(operation.id, wrapper), rid.request(operation.id))
            yield Fault(
                f"{operation.id}.cleansed.{name}",
                breaks,
                f"{operation.id} keeps another sign for each that HTML has a meaning for",
                Hooks(members=partial(_cleansed, operation.id, wrapper, name)),
            )


def _cleansed(operation: str, wrapper: str, name: str, call: Call, body: Any, _store: Any) -> Any:
    whole = body.get(wrapper) if wrapper and isinstance(body, Mapping) else body
    if call.operation != operation or not isinstance(whole, Mapping) or not isinstance(whole.get(name), str):
        return body
    kept = {**whole, name: re.sub("[<>&]", "_", whole[name])}
    return {**body, wrapper: kept} if wrapper else kept
