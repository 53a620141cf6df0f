"""Which operation of a contract a call is a call of, and what that operation does to which resource.

Rules
- An address without parameters is more to the point than one that a parameter fits too (`/v1/books/detail`).
- What an operation does follows from its method and from where its path stands to the collection of a resource; below
  a single resource are papers of its own, kept with it.
- Of several operations on one method and path the body tells, by the member that only one of them has.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any
from urllib.parse import unquote

from conformance.model.contract import Contract, Operation, Resource
from conformance.services.generic.target.shapes import fits, kind_of_schema, wrapper_of
from conformance.services.wire import Call

__all__ = ["Does", "Route", "Routes"]

_PARAMETER = re.compile(r"\{([^{}]+)\}")


class Does(StrEnum):
    """What an operation does."""

    LIST = "list"
    CREATE = "create"
    SHOW = "show"
    CHANGE = "change"
    REMOVE = "remove"
    BELOW = "below"
    ALONE = "alone"


@dataclass(frozen=True)
class Route:
    """An operation, what it does, to which resource, and for one below a single resource the rest of its path."""

    operation: Operation
    does: Does
    resource: Resource | None = None
    rest: str = ""

    def names(self, path: str) -> dict[str, str] | None:
        """The parameters of a path of this operation, None for any other path."""
        match = _pattern(self.operation.path).fullmatch(path)
        found = _PARAMETER.findall(self.operation.path)
        return dict(zip(found, map(unquote, match.groups()), strict=True)) if match else None


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("([^/]+)".join(re.escape(part) for part in _PARAMETER.sub("\0", path).split("\0")))


class Routes:
    """The routes of these operations of a contract."""

    def __init__(self, contract: Contract, operations: Iterable[Operation]) -> None:
        mine = list(operations)
        # What another service holds is not to be found here: its ids are taken as they come.
        services = {item.service for item in mine}
        self._resources = [item for item in contract.resources.values() if item.service in services]
        routes = [self._route(item) for item in mine]
        self.routes = sorted(routes, key=lambda route: len(_PARAMETER.findall(route.operation.path)))
        self._of = {route.operation.id: route for route in self.routes}

    def __getitem__(self, operation: str) -> Route:
        return self._of[operation]

    def __contains__(self, operation: object) -> bool:
        return operation in self._of

    def at(self, path: str) -> list[tuple[Route, dict[str, str]]]:
        """The routes that fit a path, the likeliest first, with the parameters that they read off it."""
        found = ((route, route.names(path)) for route in self.routes)
        return [(route, names) for route, names in found if names is not None]

    def of(self, call: Call) -> tuple[Route, dict[str, str]] | None:
        """The route of a call, None when no operation is called so."""
        found = [(route, names) for route, names in self.at(call.path) if route.operation.method == call.method]
        same = [pair for pair in found if pair[0].operation.path == found[0][0].operation.path]
        if len(same) > 1:
            body = _read(call.body)
            for route, names in same:
                schema = route.operation.request_schema or {}
                inner = wrapper_of(schema) or next(iter(schema.get("required", ())), "")
                if (isinstance(body, Mapping) and inner in body) or (body is not None and fits(schema, body)):
                    return route, names
        return found[0] if found else None

    def holder(self, parameter: str, before: str) -> Resource | None:
        """The resource that a parameter names: the one whose path stands `before` it, else the one that calls its own
        parameter so."""
        for item in self._resources:
            if item.parameter and item.collection == before:
                return item
        named = [item for item in self._resources if item.parameter == parameter and "{" not in item.collection]
        return named[0] if len(named) == 1 else None

    def meant(self, member: str) -> tuple[str, ...]:
        """The kinds of resource that a member of a body refers to: `book_id` to those with that parameter."""
        if not member.endswith("_id"):
            return ()
        return tuple(item.name for item in self._resources if item.parameter == member and (item.list or item.create))

    def _route(self, operation: Operation) -> Route:
        path, method = operation.path, operation.method
        inside: Route | None = None
        for item in sorted(self._resources, key=lambda item: len(item.collection)):
            if path == item.collection and method in {"GET", "HEAD", "POST"}:
                return Route(operation, Does.CREATE if method == "POST" else Does.LIST, item)
            if item.parameter and path == item.item and method != "POST":
                does = {"GET": Does.SHOW, "HEAD": Does.SHOW, "DELETE": Does.REMOVE}.get(method, Does.CHANGE)
                return Route(operation, does, item)
            if item.parameter and path.startswith(item.item):
                inside = Route(operation, Does.BELOW, item, path[len(item.item) :])
            elif path.startswith(f"{item.collection}/") and method == "GET" and _lists(operation, item):
                return Route(operation, Does.LIST, item)
        return inside or Route(operation, Does.ALONE)


def _lists(operation: Operation, resource: Resource) -> bool:
    """Whether an operation answers with the list of a resource, in more detail say (`/v1/books/detail`)."""
    rest = operation.path[len(resource.collection) :]
    schema = next((spec.schema for spec in operation.responses if spec.schema is not None), {})
    node = schema.get("properties", {}).get(resource.items, {})
    return "{" not in rest and resource.list is not None and kind_of_schema(node) == "array"


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
