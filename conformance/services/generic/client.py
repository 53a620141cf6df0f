"""Requests to any service: bodies as the schemas of its contract have them, after what they need was made."""

from __future__ import annotations

import json
from typing import Any

from conformance.contract.producers import inner_of
from conformance.generate.values import plain_value
from conformance.model.contract import Operation
from conformance.model.jsonvalue import JSON
from conformance.model.message import Exchange
from conformance.run.reading import Members, reading
from conformance.run.sending.client import Client

__all__ = ["GenericClient"]


class GenericClient(Client):
    """Makes, shows, lists, changes and removes the resources of one kind. Those of the other kinds are made by the other
    `clients` of the run."""

    def encoded(self, operation: Operation, members: JSON) -> bytes:
        """What a request sends of these members, in what the contract wraps them in."""
        wrapper, _ = inner_of(operation.request_schema)
        wraps = wrapper and isinstance(members, dict)
        return json.dumps({wrapper: members} if wraps else members, ensure_ascii=False).encode()

    def told(self, exchange: Exchange) -> Members:
        """The members of the resource that an answer tells of, out of what wraps them."""
        whole = reading(exchange)
        return whole.members(self.resource.wrapper) if self.resource.wrapper else whole

    def needed(self) -> dict[str, Any]:
        """What a create cannot do without, and a name of ours."""
        _, schema = inner_of(self.operation(str(self.resource.create)).request_schema)
        members = schema.get("properties", {})
        found = {name: plain_value(members.get(name, {})) for name in schema.get("required", ())}
        return {**found, self.service.marks.name: self.name()} if self.service.marks.name in members else found

    def make(self, **members: Any) -> Members:
        """A new resource of what a create needs and of these members, as create answers it."""
        return super().make(**{**self.needed(), **members})
