"""The defaults that rows name, where an answer can show whether they hold.

Rules
- Only what is made has a default: a change that leaves a member out leaves it as it is, and an action shows nothing.
- A member that a request cannot leave out has none, whatever its row says.
- It is judged where the answer, or the resource as it is shown, has a member of the same name and type that can be it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.references import resolved
from conformance.contract.services import SHARING, is_success
from conformance.model.jsonvalue import kind_of

__all__ = ["said_defaults"]

_SINGLE = re.compile(r"/\{[^/{}]+\}\Z")


def said_defaults(spec: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(id of a create, member of its body, its schema with a `default`) of an effective spec."""
    paths: Mapping[str, Mapping[str, Any]] = spec.get("paths", {})
    for path, methods in paths.items():
        create = methods.get("post", {})
        upstream = create.get("x-authority") == "upstream"
        if "requestBody" not in create or SHARING in create or upstream or _SINGLE.search(path):
            continue
        wrapper, body = _inner(spec, create["requestBody"])
        single = (item for other, item in paths.items() if _SINGLE.sub("", other) == path and other != path)
        showing = [create, *(item["get"] for item in single if "get" in item)]
        shown = [_answer(spec, operation, wrapper) for operation in showing]
        needed = body.get("required", ())
        for name, node in body.get("properties", {}).items():
            said = "default" in node and "x-source" in node and name not in needed
            if said and any(name in members and _can_be(members[name], node["default"]) for members in shown):
                yield create["operationId"], name, node


def _inner(spec: Mapping[str, Any], part: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The member that a body is wrapped in, and the schema of what it says; no schema where it has none."""
    schema: Mapping[str, Any] = next(
        (resolved(spec, media.get("schema", {})) for media in part.get("content", {}).values()), {}
    )
    members: Mapping[str, Mapping[str, Any]] = schema.get("properties", {})
    if len(members) == 1:
        ((name, node),) = members.items()
        if "properties" in node or node.get("type") == "object":
            return name, node
    return "", schema


def _answer(spec: Mapping[str, Any], operation: Mapping[str, Any], wrapper: str) -> Mapping[str, Any]:
    """The members of what the first success of an operation shows."""
    found = (item for status, item in operation["responses"].items() if is_success(status) and "$ref" not in item)
    around, schema = _inner(spec, next(found, {}))
    return schema.get("properties", {}) if around == wrapper or not wrapper or not around else {}


def _can_be(node: Mapping[str, Any], value: Any) -> bool:
    """Whether a member of an answer can have a value."""
    kinds = node.get("type", [])
    known = {kinds} if isinstance(kinds, str) else {*kinds}
    kind = kind_of(value)
    fits = not known or kind in known or (kind == "integer" and "number" in known)
    return fits and ("enum" not in node or value in node["enum"])
