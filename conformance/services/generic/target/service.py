"""A part of the reference target for the operations of a contract that no service has made its own.

What it knows is the contract: paths, methods, schemas, success statuses, media types, and which operations list, create,
show, change and remove what (`Contract.resources`). What that does not say is as OpenStack's services do it: a resource
belongs to the project of the token, others do not see it, an administrator sees all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from conformance.contract.producers import head_of
from conformance.model.contract import Operation, Resource, Schema
from conformance.model.errors import SuiteError
from conformance.services.generic.target.documents import (
    Documents,
    resource_of,
    row_example,
    row_schema,
    schema_of,
    success_of,
)
from conformance.services.generic.target.listing import LIMITS, MARKER, OFFSETS, Selection
from conformance.services.generic.target.patching import patched
from conformance.services.generic.target.requests import Requests
from conformance.services.generic.target.routes import Does, Route, Routes
from conformance.services.generic.target.shapes import (
    NOTHING,
    fits,
    kind_of_schema,
    wrapper_of,
)
from conformance.services.generic.target.store import PROJECTS, GenericStore, Stored
from conformance.services.part import Surroundings
from conformance.services.wire import Answer, Call, Caller, Refused

__all__ = ["STOCK", "GenericPart"]

STOCK = 2
"""Resources that there are of each kind that is listed or shown, and that nobody can create."""
_CHANGED = re.compile(r"updat|modif|chang")
"""What is in the name of a member that says when a resource was changed."""
_OWNERS = ("project_id", "tenant_id", "owner", "owner_id")


class GenericPart:
    """Answers the calls to one service. Raises SuiteError when nobody gives tokens."""

    def __init__(self, around: Surroundings, service: str, operations: Iterable[Operation]) -> None:
        if around.tokens is None:
            raise SuiteError(f"the {service} part of the reference needs a part that gives tokens")
        self.endpoint = around.urls[service]
        self.state = GenericStore(around.clock)
        self.service = service
        self._contract = around.contract
        self._tokens = around.tokens
        self._hooks = around.hooks
        self.routes = Routes(around.contract, operations)
        self._requests = Requests(around.contract, self.routes, self.state, around.hooks)
        self._documents = Documents(around.contract, self.routes, self.state)
        self._listings = {
            route.operation.id: Selection(
                route.operation,
                (*self._documents.members(resource_of(route)), *row_schema(route).get("properties", {})),
            )
            for route in self.routes.routes
            if route.does is Does.LIST
        }
        self._alone: dict[str, Any] = {}
        self._does: Mapping[Does, Callable[[Call, Caller, Route], Answer]] = {
            Does.LIST: self._list,
            Does.CREATE: self._create,
            Does.SHOW: self._show,
            Does.CHANGE: self._change,
            Does.REMOVE: self._remove,
            Does.BELOW: self._below,
            Does.ALONE: self._stand_alone,
        }
        self._stock()

    # --- what every call goes through -------------------------------------------------------------------------------

    def knows(self, call: Call) -> bool:
        """Whether some operation of this part has the path of a call."""
        return bool(self.routes.at(call.path))

    def addressed(self, call: Call) -> Call:
        """The call with its operation, the parameters of its path, and the caller that its token stands for."""
        found = self.routes.of(call)
        caller = self._tokens.caller(call.headers.get("x-auth-token"))
        if found is None:
            return replace(call, caller=caller)
        return replace(call, operation=found[0].operation.id, names=found[1], caller=caller)

    def answer(self, call: Call) -> Answer:
        """The answer to a call. Raises Refused."""
        if call.path in {"", "/"}:
            return Answer(300, {"versions": [{"id": "v1.0", "status": "CURRENT", "links": []}]})
        operation = self.routes[call.operation].operation if call.operation in self.routes else None
        caller = self._caller(call, operation)
        if operation is None:
            raise self._undefined(call)
        route = self.routes[operation.id]
        self._requests.check(call, operation)
        for hooks in self._hooks:
            instead = hooks.handle(call, caller, self.state) if hooks.handle else None
            if instead is not None:
                return instead
        self._check_holders(call, caller, operation)
        return self._does[route.does](call, caller, route)

    def _caller(self, call: Call, operation: Operation | None) -> Caller:
        caller = call.caller
        for hooks in self._hooks:
            caller = hooks.authorise(call, caller, self._tokens) if hooks.authorise else caller
        if caller is None and operation is not None and not operation.secured:
            caller = Caller("", frozenset({"member"}))
        if caller is None:
            raise self._requests.refused(
                401, "The request needs a token.", {"WWW-Authenticate": 'Keystone uri="/identity"'}
            )
        return caller

    def _undefined(self, call: Call) -> Refused:
        """The refusal of what no operation is: 405 where the path has other methods, else 404."""
        allowed = sorted({route.operation.method for route, _ in self.routes.at(call.path)})
        if allowed:
            return self._requests.refused(405, f"{call.method} is not defined here.", {"Allow": ", ".join(allowed)})
        return Refused(404, "There is nothing at this path.")

    def _check_holders(self, call: Call, caller: Caller, operation: Operation) -> None:
        """Refuse a path on which something stands that is not there."""
        route = self.routes[operation.id]
        last = route.resource.item if route.resource is not None and route.does is not Does.BELOW else ""
        for match in re.finditer(r"/\{([^{}]+)\}", operation.path):
            name, before = match[1], operation.path[: match.start()]
            if operation.path[: match.end()] == last:
                continue
            holder = self.routes.holder(name, before)
            value = call.names[name]
            if holder is not None and (holder.list or holder.create):
                inner = {
                    key: call.names[key] for key in re.findall(r"\{([^{}]+)\}", holder.collection) if key in call.names
                }
                self.state.find(
                    caller, holder.name, value, inner if len(inner) == holder.collection.count("{") else None
                )
            elif holder is None and name in PROJECTS and not caller.admin and value != caller.project:
                raise Refused(404, "There is no such project.")

    # --- the operations ---------------------------------------------------------------------------------------------

    def _list(self, call: Call, caller: Caller, route: Route) -> Answer:
        resource = resource_of(route)
        query: Sequence[tuple[str, str]] = call.query
        for hooks in self._hooks:
            query = hooks.query(call, query) if hooks.query else query
        found = list(self.state.visible(caller, resource.name, self._parents(call, resource)))
        for hooks in self._hooks:
            found = hooks.visible(call, found, self.state) if hooks.visible else found
        row, example = row_schema(route), row_example(route)
        shown = {item.id: self._documents.of(item, resource, row, example) for item in found}
        whole = {"type": "object", "properties": {**self._documents.members(resource), **row.get("properties", {})}}
        page, total, more = self._listings[route.operation.id].select(
            found, query, lambda item: {**self._documents.of(item, resource, whole), **_named(shown[item.id])}
        )
        rows = [shown[item.id] for item in page]
        spec = success_of(route.operation)
        if spec is None or spec.schema is None:
            return self._success(call, route.operation, rows)
        if kind_of_schema(spec.schema) == "array":
            return self._success(call, route.operation, rows)
        body = self._around(call, route, spec.schema, rows, total)
        if more:
            self._lead_on(body, call, route.operation, spec.schema, page[-1], len(page))
        return self._success(call, route.operation, body)

    def _around(self, call: Call, route: Route, schema: Schema, rows: list[Any], total: int) -> dict[str, Any]:
        """The members of a list's answer: the rows, their number, and links to this page."""
        items = resource_of(route).items
        maker = self._documents.maker(call.path, None, call.path)
        example = route.operation.response_example
        body: dict[str, Any] = {}
        for name, node in schema.get("properties", {}).items():
            shown = example.get(name, NOTHING) if isinstance(example, Mapping) else NOTHING
            if name == items:
                body[name] = rows
            elif kind_of_schema(node) == "integer" and re.search(r"total|count|number", name):
                body[name] = total
            elif name == "next" or route.operation.page_links.get(name) == "next" or name.endswith("_links"):
                empty: Any = [] if kind_of_schema(node) == "array" else None
                if name in schema.get("required", ()) and fits(node, empty):
                    body[name] = empty
            else:
                body[name] = maker.shaped(node, NOTHING, shown, f".{name}")
        return body

    def _lead_on(
        self, body: dict[str, Any], call: Call, operation: Operation, schema: Schema, last: Stored, size: int
    ) -> None:
        """Put the link to the next page where the schema has room for one."""
        names = {item.name for item in operation.query}
        rest = [(name, value) for name, value in call.query if name not in {MARKER, *OFFSETS}]
        if MARKER in names:
            rest.append((MARKER, last.id))
        elif names & set(OFFSETS):
            start = next((int(value) for name, value in call.query if name in OFFSETS), 0)
            rest.append((OFFSETS[0], str(start + size)))
        else:
            return
        if not any(name in LIMITS for name, _ in rest):
            return
        link = f"{call.path}?{urlencode(rest)}"
        for name, node in schema.get("properties", {}).items():
            if name == "next" or operation.page_links.get(name) == "next":
                body[name] = link
            elif name.endswith("_links") and kind_of_schema(node) == "array":
                body[name] = [{"href": link, "rel": "next"}]

    def _create(self, call: Call, caller: Caller, route: Route) -> Answer:
        resource = resource_of(route)
        members = self._requests.members(call, route)
        self._requests.check_references(caller, members)
        given = {**_defaults(route.operation), **members}
        own = self._documents.own_id(resource, members)
        item = self.state.create(caller, resource.name, self._parents(call, resource), given, own)
        self._stored(call, item)
        return self._shown(call, route, item)

    def _show(self, call: Call, caller: Caller, route: Route) -> Answer:
        return self._shown(call, route, self._found(call, caller, resource_of(route)))

    def _change(self, call: Call, caller: Caller, route: Route) -> Answer:
        resource = resource_of(route)
        own, parents = call.names[resource.parameter], self._parents(call, resource)
        if resource.create is None and call.method == "PUT" and self.state.get(resource.name, own) is None:
            members = self._requests.members(call, route)
            item = self.state.create(caller, resource.name, parents, members, own)
        else:
            item = self.state.own(caller, resource.name, own, parents)
            body = self._requests.members(call, route)
            if isinstance(body, list):
                known = self._documents.of(item, resource, schema_of(self._documents.operation(resource.show)) or {})
                body = patched({**known, **item.members}, body)
            self._requests.check_references(caller, body)
            item.members.update(body)
            self.state.touch(item)
        self._stored(call, item)
        return self._shown(call, route, item)

    def _remove(self, call: Call, caller: Caller, route: Route) -> Answer:
        resource = resource_of(route)
        item = self.state.own(caller, resource.name, call.names[resource.parameter], self._parents(call, resource))
        said = self._shown(call, route, item)
        self.state.remove(item, resource.parameter)
        return said

    def _below(self, call: Call, caller: Caller, route: Route) -> Answer:
        """What is kept with a resource below its path: read, replaced, changed, taken away; or an action on it.

        What stands below a member's name is that member: `/v1/books/{book_id}/notes` are the notes of the book.
        """
        resource = resource_of(route)
        reads = call.method in {"GET", "HEAD"}
        own, parents = call.names[resource.parameter], self._parents(call, resource)
        item = (self.state.find if reads else self.state.own)(caller, resource.name, own, parents)
        place = route.rest.removeprefix("/")
        member = place in self._documents.members(resource)
        kept, key = (item.members, place) if member else (item.below, call.path)
        if call.method == "DELETE":
            kept.pop(key, None)
        elif not reads:
            said = self._requests.members(call, route)
            if isinstance(said, Mapping) and not self._acts(route):
                before = kept.get(key) if call.method != "PUT" else None
                kept[key] = {**(before if isinstance(before, Mapping) else {}), **said}
            self.state.touch(item)
            self._stored(call, item)
        return self._paper(call, route, kept.get(key, NOTHING), item)

    def _acts(self, route: Route) -> bool:
        """Whether an operation below a resource is a request to do something: a POST to what is never read."""
        path = route.operation.path
        return route.operation.method == "POST" and not any(
            other.operation.path == path and other.operation.method == "GET" for other in self.routes.routes
        )

    def _stand_alone(self, call: Call, caller: Caller, route: Route) -> Answer:
        """What is about no resource: what is said of it is kept for each project."""
        place = f"{caller.project} {call.path}"
        if call.method not in {"GET", "HEAD", "DELETE"}:
            if not caller.writer:
                raise Refused(403, "Your role does not permit that.")
            said = self._requests.members(call, route)
            if isinstance(said, Mapping):
                before = self._alone.get(place, {})
                self._alone[place] = {**before, **said}
        elif call.method == "DELETE":
            self._alone.pop(place, None)
        return self._paper(call, route, self._alone.get(place, NOTHING), None)

    # --- bodies -----------------------------------------------------------------------------------------------------

    # --- answers ----------------------------------------------------------------------------------------------------

    def _shown(self, call: Call, route: Route, item: Stored) -> Answer:
        """A resource as the answer of an operation has it."""
        resource = resource_of(route)
        schema = schema_of(route.operation)
        headers = {"Location": self._documents.path_of(item, resource)}
        if schema is None:
            return self._success(call, route.operation, None, headers)
        wrapper = wrapper_of(schema)
        if wrapper:
            body: Any = {wrapper: self._documents.of(item, resource, schema["properties"][wrapper])}
        elif kind_of_schema(schema) in {"object", ""}:
            body = self._documents.of(item, resource, schema)
        else:
            body = self._documents.maker(item.id, item, headers["Location"]).shaped(
                schema, NOTHING, route.operation.response_example
            )
        return self._success(call, route.operation, body, headers)

    def _paper(self, call: Call, route: Route, held: Any, item: Stored | None) -> Answer:
        """The answer of an operation that is about no resource of its own."""
        schema = schema_of(route.operation)
        if schema is None:
            return self._success(call, route.operation, None, {"Location": call.path})
        wrapper, example = wrapper_of(schema), route.operation.response_example
        value = {wrapper: held} if wrapper and held is not NOTHING else held
        key = f"{item.id if item is not None else ''}{call.path}"
        return self._success(
            call,
            route.operation,
            self._documents.maker(key, item, call.path).shaped(schema, value, example),
            {"Location": call.path},
        )

    def _success(
        self, call: Call, operation: Operation, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """The documented success of an operation, with the headers that it promises."""
        spec = success_of(operation)
        if spec is None:
            return Answer(200 if body is not None else 204, body)
        known = {name.lower(): value for name, value in (headers or {}).items()}
        sent = {name: known.get(name.lower(), call.headers.get(name.lower(), f"{name} value")) for name in spec.headers}
        if spec.media_type is None:
            return Answer(spec.status, None, sent)
        if spec.schema is None and "json" not in spec.media_type:
            return Answer(spec.status, b"data", sent, spec.media_type)
        return Answer(spec.status, body if body is not None else {}, sent, spec.media_type)

    def _stored(self, call: Call, item: Stored) -> None:
        for hooks in self._hooks:
            if hooks.stored:
                hooks.stored(call, item, self.state)

    def _parents(self, call: Call, resource: Resource) -> dict[str, str]:
        return {name: call.names[name] for name in re.findall(r"\{([^{}]+)\}", resource.collection)}

    def _found(self, call: Call, caller: Caller, resource: Resource) -> Stored:
        return self.state.find(caller, resource.name, call.names[resource.parameter], self._parents(call, resource))

    def _stock(self) -> None:
        """Have something in the lists of what nobody can create."""
        service = Caller("", frozenset({"admin"}))
        for resource in self._contract.resources.values():
            readable = any(name in self.routes for name in (resource.list, resource.show) if name is not None)
            puts = self._documents.operation(resource.change)
            upserts = puts is not None and puts.method == "PUT"
            if not readable or resource.create is not None or upserts:
                continue
            for parents in self._places(resource):
                for _ in range(STOCK):
                    own = self._documents.own_id(resource, {})
                    self.state.create(service, resource.name, parents, {}, own, shared=True)

    def _places(self, resource: Resource) -> list[dict[str, str]]:
        """The parameters of the paths of a collection that are there from the beginning: of each project, where one stands at
        the head of it."""
        operation = self._documents.operation(resource.list or resource.show)
        head = head_of(operation) if operation is not None else ""
        if resource.collection.count("{") > bool(head):
            return []
        return [{head: project} for project in self._tokens.projects.values()] if head else [{}]


def _named(row: Any) -> Mapping[str, Any]:
    """The members of a row; none of one that is no object."""
    return row if isinstance(row, Mapping) else {}


def _defaults(operation: Operation) -> dict[str, Any]:
    """What members are that a create leaves out: as the schema says, else as the document's example shows."""
    schema = operation.request_schema or {}
    wrapper = wrapper_of(schema)
    inner = schema["properties"][wrapper] if wrapper else schema
    said = {name: node["default"] for name, node in inner.get("properties", {}).items() if "default" in node}
    return {**operation.defaults, **said}
