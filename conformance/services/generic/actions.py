"""What is done to a resource beside making, showing, changing and removing it: the operations below a single one that write,
such as `POST /crates/{id}/action` and `PUT /crates/{id}/marks`.

Rules
- They go to a resource that was made for them. A body is what the file of values gives, the document's example, and the
  plainest values that the schema allows. What means another resource is sent only where it is given: what links two
  resources may keep both from being deleted.
- What makes something else that nothing of the contract removes is not done.
- Which state an action needs no contract says: that it is refused proves nothing, unless it sets what can be read at the
  same path, and the contract says that the value is valid.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from conformance.contract.producers import inner_of, parameters_of
from conformance.model.contract import Contract, Operation, Resource, Schema
from conformance.model.jsonvalue import JSON
from conformance.model.message import READING, Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import NotExercised
from conformance.services.generic.arrange import EXPOSES, is_a_patch, is_refused
from conformance.services.generic.client import GenericClient
from conformance.services.generic.drawing import drawn, refers
from conformance.services.generic.harm import lasting, parts_of

__all__ = ["acted_on", "acted_with", "forms_of_action", "reader_of", "removes", "with_body"]

MAKES = 201
"""The status of what has made a resource (RFC 9110, 15.3.2)."""
REMOVING = frozenset(
    [
        *[
            "delete",
            "remove",
            "release",
            "terminate",
            "destroy",
            "purge",
            "discard",
            "recycle",
            "drop",
            "retire",
            "expire",
        ],
        *["cancel", "abort", "merge", "commit", "finish", "complete", "end", "consume", "apply", "execute"],
        *["reject", "decline", "withdraw", "detach", "move", "evict", "kill", "clear", "reclaim"],
    ]
)
"""Parts of the name of an action after which the resource need not be there any more."""


def acted_on(contract: Contract, operation: Operation) -> Resource | None:
    """The resource below which an operation writes, where the contract makes and removes it and the operation names no other;
    None for any other operation, and for one whose body is no JSON."""
    resource = contract.resource_of(operation.id)
    below = resource is not None and any(operation.id in names for names in resource.extra.values())
    if resource is None or not below or operation.method in READING or is_a_patch(operation):
        return None
    made = resource.create is not None and resource.remove is not None and len(parameters_of(operation)) == 1
    sent = operation.request_media_type is None or operation.request_schema is not None
    return resource if made and sent else None


def reader_of(contract: Contract, operation: Operation) -> Operation | None:
    """The operation that reads what an operation writes, in the same form; None where nothing does."""
    found = (
        item
        for item in contract.operations.values()
        if (item.service, item.path) == (operation.service, operation.path)
    )
    reader = next((item for item in found if item.method == "GET"), None)
    spec = reader.responses[0] if reader is not None and reader.responses else None
    same = spec is not None and inner_of(spec.schema)[0] == inner_of(operation.request_schema)[0]
    return reader if same and operation.request_schema is not None else None


def removes(operation: Operation) -> bool:
    """Whether an action may be to have the resource no more, by its name."""
    return operation.method == "DELETE" or bool(REMOVING & parts_of(operation))


def acted_with(cloud: GenericClient, operation: Operation, own: str) -> tuple[Exchange, Mapping[str, Any]]:
    """Do what an operation does to a resource, in the first form that is not refused; the answer, and the members that were
    sent. Raises NotExercised when it is held back, or needs what nobody knows."""
    word = lasting(operation, cloud.allow)
    if word:
        raise NotExercised(Phrase.of("not-allowed", operation=operation.id, word=word))
    if MAKES in {spec.status for spec in operation.responses} and operation.method == "POST":
        raise NotExercised(Phrase.of("makes-for-good", operation=operation.id))
    for members in forms_of_action(cloud, operation):
        exchange = with_body(cloud, operation, own, members)
        if not is_refused(exchange):
            break
    return exchange, members


def with_body(cloud: GenericClient, operation: Operation, own: str, members: JSON) -> Exchange:
    """A call of an operation on a resource, with these members where it takes any."""
    if operation.request_schema is None:
        return cloud.call(operation.id, own)
    headers = {"Content-Type": operation.request_media_type}
    return cloud.call(operation.id, own, body=cloud.encoded(operation, members), headers=headers)


def forms_of_action(cloud: GenericClient, operation: Operation) -> tuple[dict[str, Any], ...]:
    """The members that a body of an operation may have, the most telling form first: with what it can do without, where the
    contract says that the value is valid; then with what it needs alone. Raises NotExercised when a value is missing."""
    schema = inner_of(operation.request_schema)[1]
    members: Mapping[str, Schema] = schema.get("properties", {})
    if not members:
        offer = drawn("", schema)
        return (offer.value,) if offer is not None and isinstance(offer.value, dict) else ({},)
    given = cloud.given(operation)
    names = dict.fromkeys([*schema.get("required", ()), *({operation.action} & members.keys())])
    needed = {
        name: given[name] if name in given else _value(cloud, operation, name, members.get(name, {})) for name in names
    }
    offers = {
        name: drawn(name, node) for name, node in members.items() if name not in needed and not _reaches(name, node)
    }
    further = {name: item.value for name, item in offers.items() if item is not None and item.known}
    whole = {**further, **given, **needed}
    return (whole, needed) if whole != needed else (needed,)


def _value(cloud: GenericClient, operation: Operation, name: str, node: Schema) -> Any:
    if _reaches(name, node):
        raise NotExercised(Phrase.of("value-missing", operation=operation.id, name=name))
    return cloud.member(operation, name, node)


def _reaches(name: str, node: Schema) -> bool:
    """Whether a value of a member means another resource, or reaches beyond this one; that of an object may by what it
    needs."""
    if refers(name, node) or EXPOSES.fullmatch(name) or re.search("uuid", str(node.get("format", ""))):
        return True
    inner = node.get("properties", {})
    return any(_reaches(item, inner.get(item, {})) for item in node.get("required", ()))
