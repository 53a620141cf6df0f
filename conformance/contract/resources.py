"""The resources of a contract, read off the paths and methods of its operations.

Rules
- A path that ends in a noun is a collection when another path continues it by one parameter alone (`/v2/servers`,
  `/v2/servers/{server_id}`), or when it is both listed (GET) and created in (POST).
- Of several operations on one method and path the one whose body is called by the resource is meant, else the first.
- GET and POST of the collection list and create; where nothing lists it but the same in more detail (`/v2/servers/detail`,
  whose answer holds `servers`), that does. GET, PATCH (or PUT) and DELETE of the single one show, change and remove it.
- What stands below a single one and is no collection of its own belongs to it as an extra
  (`/v2/servers/{server_id}/file`).
- The id of a resource is the member that the parameter of its path is called by; where it has none, the end of its address.
- Each collection is a resource of its own; where the nouns of two paths are equal the later is called by more of its own.
- A call that none of this fits, such as the one that gives a token, is about no resource.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from conformance.document.nouns import nouns, segments, singular
from conformance.model.contract import Contract, Operation, Resource, Schema

__all__ = ["WHOLE", "lists_of", "resources_of"]

_ADDRESSES = ("ref", "href", "url", "uri")
"""What a member is called, or ends in, that holds an address."""
_PARAMETER = re.compile(r"/\{([^/{}]+)\}\Z")
WHOLE = ("detail", "details", "all", "list")
"""Segments below a collection that choose nothing of it; others (`/v2/servers/deleted`) may list a part."""


def resources_of(operations: Iterable[Operation]) -> dict[str, Resource]:
    """Name -> resource, in the order of the operations."""
    found: dict[str, Resource] = {}
    by_service: dict[str, dict[str, list[Operation]]] = {}
    for operation in operations:
        by_service.setdefault(operation.service, {}).setdefault(operation.path, []).append(operation)
    for service, there in by_service.items():
        paths = {path: _by_method(path, items) for path, items in there.items()}
        collections = _collections(paths)
        for path, parameter in collections.items():
            resource = _resource(service, path, parameter, paths, collections)
            below = {place: tuple(item.id for item in there[f"{resource.item}{place}"]) for place in resource.extra}
            name = next(name for name in _names(resource) if name not in found)
            found[name] = replace(resource, name=name, extra=below)
    return found


def _names(resource: Resource) -> Iterator[str]:
    """The names that a resource can have, that which says least first; the others say more of its path, as the ids of its
    operations do (document/naming.py), then whose it is."""
    yield resource.name
    own = ".".join(singular(part.strip("{}")) for part in segments(resource.collection))
    yield own
    yield from (f"{resource.service}.{resource.name}", f"{resource.service}.{own}")
    whole = ".".join(part.strip("{}") for part in resource.collection.split("/") if part)
    yield from (whole, f"{resource.service}.{whole}")
    yield from (f"{resource.service}.{whole}-{number}" for number in count(2))


def lists_of(contract: Contract, resource: Resource) -> tuple[Resource, ...]:
    """The resource with each operation that lists all of its collection: its own list first, then those at paths of their own
    (`/v2/servers/detail`) whose answers hold the resources in the same member."""
    if resource.list is None:
        return ()
    paths = {f"{resource.collection}/{word}" for word in WHOLE}
    others = (
        item.id
        for item in contract.operations.values()
        if (item.service, item.method) == (resource.service, "GET") and item.path in paths and item.id != resource.list
        if _items(_answer(item))[0] == resource.items
    )
    return (resource, *(replace(resource, list=name) for name in others))


def _by_method(path: str, operations: Iterable[Operation]) -> dict[str, Operation]:
    noun = (nouns(path) or ("",))[-1]
    chosen: dict[str, Operation] = {}
    for item in operations:
        if item.method not in chosen or item.action == noun:
            chosen[item.method] = item
    return chosen


def _collections(paths: Mapping[str, Mapping[str, Operation]]) -> dict[str, str]:
    """Path of a collection -> the parameter that follows it, empty when none does."""
    found: dict[str, str] = {}
    for path, methods in paths.items():
        single = _PARAMETER.search(path)
        if single is not None and nouns(path[: single.start()]):
            found[path[: single.start()]] = single.group(1)
        elif single is None and {"GET", "POST"} <= methods.keys():
            found.setdefault(path, "")
    return found


def _resource(
    service: str,
    path: str,
    parameter: str,
    paths: Mapping[str, Mapping[str, Operation]],
    collections: Mapping[str, str],
) -> Resource:
    single = f"{path}/{{{parameter}}}"
    many, one = paths.get(path, {}), paths.get(single, {})
    show = one.get("GET")
    create = many.get("POST")
    change = one.get("PATCH") or one.get("PUT")
    lists = many.get("GET") or _listed_below(path, paths)
    items, item = _items(_answer(lists))
    wrapper, shape = _wrapped(next((_answer(side) for side in (show, create, change) if side is not None), {}))
    members = {**item.get("properties", {}), **shape.get("properties", {})}
    own = _id_member(parameter, members)
    return Resource(
        name=".".join(nouns(path)),
        service=service,
        collection=path,
        parameter=parameter,
        list=_id(lists),
        create=_id(create),
        show=_id(show),
        change=_id(change),
        remove=_id(one.get("DELETE")),
        extra={
            below.removeprefix(single): tuple(operation.id for operation in methods.values())
            for below, methods in paths.items()
            if below.startswith(f"{single}/")
            and not any(_belongs(below, other) for other in collections if other != path)
        },
        items=items,
        wrapper=wrapper,
        id=own,
        address=_address_member(parameter, nouns(path)[-1], members),
        numbered="integer" in members.get(own, {}).get("type", ()),
    )


def _listed_below(path: str, paths: Mapping[str, Mapping[str, Operation]]) -> Operation | None:
    """The operation that lists a collection in more detail, at a path of its own."""
    below = (paths.get(f"{path}/{word}", {}).get("GET") for word in WHOLE)
    noun = path.rsplit("/", 1)[-1]
    return next((item for item in below if item is not None and _items(_answer(item))[0] == noun), None)


def _belongs(path: str, collection: str) -> bool:
    return path == collection or path.startswith(f"{collection}/")


def _id(operation: Operation | None) -> str | None:
    return operation.id if operation is not None else None


def _answer(operation: Operation | None) -> Schema:
    """The schema of the first success that has one."""
    answers = operation.responses if operation is not None else ()
    return next((spec.schema for spec in answers if spec.schema is not None), {})


def _items(answer: Schema) -> tuple[str, Schema]:
    """The member of a list's answer that holds the resources, and the schema of one: the first array of objects."""
    if "items" in answer:
        return "", answer["items"]
    for name, node in answer.get("properties", {}).items():
        if _is_object(node.get("items", {})):
            return name, node["items"]
    return "", {}


def _wrapped(answer: Schema) -> tuple[str, Schema]:
    """The only member of an answer when it is an object, with its schema; else nothing, with the answer itself."""
    members = answer.get("properties", {})
    if len(members) == 1:
        ((name, node),) = members.items()
        if _is_object(node):
            return name, node
    return "", answer


def _is_object(node: Mapping[str, Any]) -> bool:
    kind = node.get("type", ())
    return "properties" in node or kind == "object" or (isinstance(kind, list) and "object" in kind)


def _id_member(parameter: str, members: Mapping[str, Any]) -> str:
    """The longest member that the name of the parameter is or ends in: `id` for `server_id`, `name` for `pair_name`."""
    fitting = [name for name in members if parameter == name or parameter.endswith(f"_{name}")]
    return max(fitting, key=len, default="id")


def _address_member(parameter: str, noun: str, members: Mapping[str, Any]) -> str:
    """The member that is called the address of a resource, "" where a member is its id: `server_ref`."""
    if not parameter or _id_member(parameter, members) in members:
        return ""
    names = [*(f"{noun}_{ending}" for ending in _ADDRESSES), *_ADDRESSES]
    return next((name for name in names if name in members), "")
