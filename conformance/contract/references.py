"""References within an OpenAPI document (`$ref: '#/components/schemas/Error'`), replaced by what they point at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.model.errors import UsageError

__all__ = ["resolved"]

_DEEPEST = 20
"""References within references that are followed; one that leads back to itself is anything below that."""


def resolved(spec: Mapping[str, Any], node: Any, depth: int = 0) -> Any:
    """The node with each local reference replaced. Raises UsageError for one that points at nothing."""
    if isinstance(node, list):
        return [resolved(spec, item, depth) for item in node]
    if not isinstance(node, Mapping):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/") and depth < _DEEPEST:
        target: Any = spec
        for part in reference.removeprefix("#/").split("/"):
            # A slash and a tilde in a name are written ~1 and ~0 (RFC 6901).
            name = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(target, Mapping) or name not in target:
                raise UsageError(f"the reference {reference} points at nothing")
            target = target[name]
        return resolved(spec, target, depth + 1)
    if isinstance(reference, str) and depth >= _DEEPEST:
        return {}
    return {key: resolved(spec, value, depth) for key, value in node.items()}
