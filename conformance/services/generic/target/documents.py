"""Resources as answers show them: what is stored, in the shape of a schema."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from conformance.model.contract import Contract, Operation, Resource, ResponseSpec, Schema
from conformance.services.generic.target.routes import Route, Routes
from conformance.services.generic.target.shapes import NOTHING, Maker, fits, kind_of_schema
from conformance.services.generic.target.store import GenericStore, Stored

__all__ = ["Documents", "resource_of", "row_example", "row_schema", "schema_of", "success_of"]

_CHANGED = re.compile(r"updat|modif|chang")
"""What is in the name of a member that says when a resource was changed."""
_OWNERS = ("project_id", "tenant_id", "owner", "owner_id")


class Documents:
    """Shows the resources of a store."""

    def __init__(self, contract: Contract, routes: Routes, store: GenericStore) -> None:
        self._contract = contract
        self._routes = routes
        self._store = store

    def of(self, item: Stored, resource: Resource, schema: Schema, row: Any = NOTHING) -> Any:
        """A resource in the shape of a schema; `row` is the example of one that is no object.

        What nobody has said is the same in every answer, whatever each of them has for a schema and an example.
        """
        example = self.example(resource) or row
        maker = self.maker(item.id, item, self.path_of(item, resource))
        held = self._held(item, resource, schema)
        otherwise = {
            name: node
            for name, node in self.members(resource).items()
            if name != resource.id and schema.get("properties", {}).get(name, node) != node
        }
        if otherwise:
            where_shown: Schema = {"type": "object", "properties": otherwise}
            told = self._held(item, resource, where_shown)
            made = maker.shaped(where_shown, {name: told[name] for name in otherwise if name in told}, example)
            held = {**held, **made, **item.members}
        return maker.shaped(schema, held, example)

    def _held(self, item: Stored, resource: Resource, schema: Schema) -> dict[str, Any]:
        """What is held of a resource where a schema has it shown."""
        held = {**self._references(schema), **item.members}
        node = schema.get("properties", {}).get(resource.id, {})
        held[resource.id] = int(item.id) if kind_of_schema(node) == "integer" and item.id.isdecimal() else item.id
        held |= {name: item.owner for name in _OWNERS if name not in held and name in schema.get("properties", {})}
        held |= {
            name: value
            for name, value in item.parents.items()
            if name not in held and name in schema.get("properties", {})
        }
        if resource.address in schema.get("properties", {}):
            held[resource.address] = self.path_of(item, resource)
        return held

    def _references(self, schema: Schema) -> dict[str, Any]:
        """What members that refer to other resources hold when nobody has said it: nothing, where they may, else the id of
        one that is there."""
        found: dict[str, Any] = {}
        for name, node in schema.get("properties", {}).items():
            for kind in self._routes.meant(name):
                others = self._store.all(kind)
                if fits(node, None):
                    found[name] = None
                elif others:
                    found[name] = others[0].id
        return found

    def maker(self, key: str, item: Stored | None, link: str) -> Maker:
        """Makes what is not held; `key` tells it apart, and an address in it leads to `link`."""
        started = self._store.clock.now()

        def stamp(name: str) -> str:
            moment = started if item is None else item.updated if _CHANGED.search(name) else item.created
            return _stamp(moment)

        return Maker(key, stamp, link)

    def path_of(self, item: Stored, resource: Resource) -> str:
        """The path of a resource."""
        names = {**item.parents, resource.parameter: item.id}
        path = resource.item if resource.parameter else resource.collection
        return re.sub(r"\{([^{}]+)\}", lambda match: quote(str(names.get(match[1], "")), safe=""), path)

    def own_id(self, resource: Resource, members: Mapping[str, Any]) -> str:
        """The id that a request gives to what it makes; else one of the type that answers have."""
        said = members.get(resource.id)
        if isinstance(said, str | int) and not isinstance(said, bool) and said != "":
            return str(said)
        node = self._schema_of_id(resource)
        if kind_of_schema(node) == "integer":
            return str(self._store.number() + 1)
        own = str(uuid.uuid4())
        plain = {name: rule for name, rule in node.items() if name != "default"}
        return own if fits(node, own) else str(Maker(own, str).shaped(plain, NOTHING, NOTHING, ".id"))

    def operation(self, name: str | None) -> Operation | None:
        """The operation of this name, None for none."""
        return self._contract.operations.get(name) if name is not None else None

    def members(self, resource: Resource) -> Mapping[str, Schema]:
        """The members that a resource has where it is shown, else where it is made or changed."""
        names = (resource.show, resource.create, resource.change)
        found = (_inner(schema_of(self.operation(name)), resource.wrapper).get("properties") for name in names)
        return next((known for known in found if known), {})

    def example(self, resource: Resource) -> Mapping[str, Any]:
        """The members with which the document's examples show a resource: where it is shown, else made, changed or
        listed."""
        found: dict[str, Any] = {}
        for name in (resource.show, resource.create, resource.change):
            whole = operation.response_example if (operation := self.operation(name)) is not None else None
            shown = whole.get(resource.wrapper) if resource.wrapper and isinstance(whole, Mapping) else whole
            if isinstance(shown, Mapping):
                found = {**shown, **found}
        listing = resource.list if resource.list is not None and resource.list in self._routes else None
        listed = row_example(self._routes[listing]) if listing is not None else NOTHING
        return {**listed, **found} if isinstance(listed, Mapping) else found

    def _schema_of_id(self, resource: Resource) -> Schema:
        if resource.id in self.members(resource):
            return self.members(resource)[resource.id]
        if resource.list is not None and resource.list in self._routes:
            row = row_schema(self._routes[resource.list])
            return row.get("properties", {}).get(resource.id, {})  # type: ignore[no-any-return]
        return {}


def resource_of(route: Route) -> Resource:
    """The resource of a route that has one."""
    assert route.resource is not None
    return route.resource


def success_of(operation: Operation) -> ResponseSpec | None:
    """The first documented success."""
    return operation.responses[0] if operation.responses else None


def schema_of(operation: Operation | None) -> Schema | None:
    """The schema of the first documented success, None where that has no document."""
    spec = success_of(operation) if operation is not None else None
    return spec.schema if spec is not None else None


def _inner(schema: Schema | None, wrapper: str) -> Schema:
    known: Mapping[str, Any] = (schema or {}).get("properties", {})
    return known.get(wrapper, {}) if wrapper else schema or {}


def row_schema(route: Route) -> Schema:
    """The schema of one resource in a list."""
    schema = schema_of(route.operation) or {}
    resource = resource_of(route)
    node = schema if kind_of_schema(schema) == "array" else schema.get("properties", {}).get(resource.items, {})
    return node.get("items", {})  # type: ignore[no-any-return]


def row_example(route: Route) -> Any:
    """The first resource in the example of a list."""
    example = route.operation.response_example
    rows = example.get(resource_of(route).items) if isinstance(example, Mapping) else example
    return rows[0] if isinstance(rows, list) and rows else NOTHING


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
