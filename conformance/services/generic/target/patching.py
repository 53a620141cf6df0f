"""JSON Patch (RFC 6902) on the members of a resource, one level deep, all operations or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conformance.services.wire import Refused

__all__ = ["patched"]


def patched(members: Mapping[str, Any], operations: Sequence[Any]) -> dict[str, Any]:
    """What the members become by the operations, without those that stay. Raises Refused: 400 for what is no operation, 409 for what is not there."""
    found, changes = dict(members), {}
    for item in operations:
        path = item.get("path") if isinstance(item, Mapping) else None
        if not isinstance(path, str) or not path.startswith("/") or "/" in path[1:] or len(path) < 2:
            raise Refused(400, "The path leads to no member.")
        name, op = path[1:].replace("~1", "/").replace("~0", "~"), item.get("op")
        if op in {"add", "replace"} and "value" in item:
            if op == "replace" and name not in found:
                raise Refused(409, f"There is no member {name}.")
            found[name] = changes[name] = item["value"]
        elif op == "remove" and name in found:
            found[name] = changes[name] = None
        else:
            raise Refused(400 if name in found or op != "remove" else 409, f"{op} cannot be done.")
    return changes
