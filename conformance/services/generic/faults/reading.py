"""What faults read off a contract, a call and an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract, Operation, Resource, Schema
from conformance.services.fault import Fault, Hooks
from conformance.services.generic.target.shapes import kind_of_schema, wrapper_of
from conformance.services.generic.target.store import Stored
from conformance.services.wire import Answer, Call
from conformance.target.secret_members import names_secret

__all__ = [
    "RowChange",
    "another",
    "answering",
    "body_schema",
    "differing",
    "kept",
    "kept_members",
    "owed",
    "promised",
    "said_by",
    "shown_schema",
    "succeeded",
    "with_rows",
]

RowChange = Callable[[list[Any]], list[Any]]


def kept(contract: Contract, faults: Iterator[Fault]) -> Iterator[Fault]:
    """The faults with those of their promises that the ledger of the contract has; one that breaks none of these is
    none."""
    for fault in faults:
        broken = owed(contract, *fault.breaks)
        if broken:
            yield replace(fault, breaks=broken)


def owed(contract: Contract, *names: str) -> tuple[str, ...]:
    """The promises among these that the contract makes, and that a check is owed for."""
    known = contract.requirements
    return tuple(dict.fromkeys(name for name in names if name in known and known[name].excluded is None))


def promised(contract: Contract, name: str | None) -> tuple[str, ...]:
    """What is promised of the success of an operation as a whole."""
    operation = contract.operations.get(name or "")
    return tuple(rid.response(operation.id, spec.status) for spec in operation.responses) if operation else ()


def said_by(contract: Contract, name: str) -> tuple[str, ...]:
    """The promises on the body of an operation as a whole, and on what it is wrapped in."""
    wrapper = wrapper_of(contract.operations[name].request_schema)
    return (rid.request(name), *((rid.body(name, wrapper),) if wrapper else ()))


def succeeded(answer: Answer) -> bool:
    """Whether an answer is a success."""
    return 200 <= answer.status < 300


def answering(operation: str | None, change: Callable[[Call, Answer, Any], Answer]) -> Hooks:
    """Change the successes of an operation."""

    def changed(call: Call, answer: Answer, store: Any) -> Answer:
        return change(call, answer, store) if call.operation == operation and succeeded(answer) else answer

    return Hooks(answer=changed)


def with_rows(answer: Answer, resource: Resource, change: RowChange) -> Answer:
    """A list's answer with other rows in it."""
    body = answer.body
    if isinstance(body, list):
        return replace(answer, body=change(body))
    if isinstance(body, Mapping) and isinstance(body.get(resource.items), list):
        return replace(answer, body={**body, resource.items: change(list(body[resource.items]))})
    return answer


def body_schema(operation: Operation | None) -> Schema:
    """The schema of what a request says of its resource, without what it is wrapped in."""
    schema = (operation.request_schema if operation is not None else None) or {}
    wrapper = wrapper_of(schema)
    return schema["properties"][wrapper] if wrapper else schema


def shown_schema(contract: Contract, resource: Resource) -> Schema:
    """The schema of a resource where it is shown, else where it is listed."""
    show = contract.operations.get(resource.show or "")
    if show is not None and show.responses and show.responses[0].schema is not None:
        schema = show.responses[0].schema
        wrapper = wrapper_of(schema)
        return schema["properties"][wrapper] if wrapper else schema
    listing = contract.operations.get(resource.list or "")
    schema = (listing.responses[0].schema if listing is not None and listing.responses else None) or {}
    node = schema.get("properties", {}).get(resource.items, schema)
    return node.get("items", {})  # type: ignore[no-any-return]


def kept_members(contract: Contract, resource: Resource, operation: str | None) -> dict[str, Schema]:
    """The members that a request of the operation may say, and that are shown in the same form."""
    said = body_schema(contract.operations.get(operation or "")).get("properties", {})
    shown = shown_schema(contract, resource).get("properties", {})
    same = {
        name: node for name, node in said.items() if name in shown and name != resource.id and not names_secret(name)
    }
    return {name: node for name, node in same.items() if kind_of_schema(node) == kind_of_schema(shown[name])}


def differing(item: Stored, name: str, node: Schema) -> Any:
    """A value of a member that it does not have now, and might."""
    return another(item.members.get(name), node)


def another(now: Any, node: Schema) -> Any:
    """A value that a schema may allow, and not the one that there is now."""
    kind = kind_of_schema(node)
    if node.get("enum"):
        return next((value for value in node["enum"] if value not in {now, None}), now)
    if kind == "integer":
        least = node.get("minimum", node.get("exclusiveMinimum", 0) + 1)
        return least if now != least else least + 1
    if kind == "boolean":
        return not now
    if kind == "object" and node.get("properties"):
        held = now if isinstance(now, Mapping) else {}
        return {**held, **{name: another(held.get(name), below) for name, below in node["properties"].items()}}
    if kind == "object":
        return {"astray": "astray"} if now != {"astray": "astray"} else {}
    if kind == "number":
        return another(int(now) if isinstance(now, int | float) else None, {**node, "type": "integer"})
    return [] if kind == "array" else "astray"[: node.get("maxLength", 6)]
