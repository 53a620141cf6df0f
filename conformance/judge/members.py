"""The members of a resource, as a contract has them: those that are sent, those that are answered, those that it does
not name."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.model.contract import Contract, Resource, Schema

__all__ = ["FURTHER", "answered_members", "kept_members", "member_schema", "nullable", "place_of", "sent_schema"]

FURTHER = "further property"
"""The place of all members that the contract allows without naming them."""


def kept_members(contract: Contract, resource: Resource) -> tuple[str, ...]:
    """Members of a created resource that no request of the contract sets: the service keeps them."""
    sent = sent_schema(contract, resource).get("properties", {})
    return tuple(name for name in answered_members(contract, resource.create) if name not in sent)


def place_of(contract: Contract, operation: str, member: str) -> str:
    """A member of the resource that an operation belongs to, as a deviation names it: FURTHER when the contract does
    not name it."""
    resource = contract.resource_of(operation)
    if resource is None:
        return FURTHER
    known = {*sent_schema(contract, resource).get("properties", {}), *answered_members(contract, resource.create)}
    return member if member in known else FURTHER


def member_schema(contract: Contract, resource: Resource, name: str) -> Schema | None:
    """The schema of a member that a change may set; further properties have the one that a create gives them."""
    if name == resource.id or name in kept_members(contract, resource):
        return None
    schema = sent_schema(contract, resource)
    found = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
    return found if isinstance(found, Mapping) else None


def nullable(contract: Contract, operation: str | None, name: str) -> bool:
    """Whether the answer of the operation may hold null for the member, so that null in a request is open."""
    return "null" in answered_members(contract, operation).get(name, {}).get("type", ())


def sent_schema(contract: Contract, resource: Resource) -> Schema:
    """The schema of the members that a create sets."""
    operation = contract.operations.get(resource.create or "")
    schema = (operation.request_schema if operation is not None else None) or {}
    return _inside(schema, resource.wrapper)


def answered_members(contract: Contract, operation: str | None) -> Mapping[str, Schema]:
    """The members of a resource in the answer of an operation, with their schemas."""
    item = contract.operations.get(operation or "")
    schema = item.responses[0].schema if item is not None and item.responses else None
    resource = contract.resource_of(operation or "")
    found: Mapping[str, Schema] = _inside(schema or {}, resource.wrapper if resource else "").get("properties", {})
    return found


def _inside(schema: Schema, wrapper: str) -> Schema:
    """The schema of a resource: the member that wraps it, or the whole."""
    inner: Schema = schema.get("properties", {}).get(wrapper, schema)
    return inner
