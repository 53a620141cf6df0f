"""Whether a spec is OpenAPI 3.1 whose schemas can be used.

Rules
- A validator of OpenAPI passes over `x-operations` and what is in a schema. Operations that share an address are looked
  at one by one, and each schema has to be one of JSON Schema 2020-12 that compiles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs
from openapi_spec_validator import OpenAPIV31SpecValidator

from conformance.contract.services import METHODS, SHARING

__all__ = ["fault_of"]

_VALUES = frozenset({"example", "examples", "default", "value"})
"""Members that hold values, and no schemas."""


def fault_of(spec: Mapping[str, Any]) -> str:
    """What is wrong with a spec, in one line; nothing where it is valid."""
    for whole in (spec, {**spec, "paths": _shared(spec)}):
        error = next(iter(OpenAPIV31SpecValidator(dict(whole)).iter_errors()), None)
        if error is not None:
            return _line(error.message)
    for place, schema in _schemas(spec, ()):
        try:
            jsonschema_rs.Draft202012Validator(_without_references(schema))
        except (ValueError, TypeError) as error:  # a ValidationError is a ValueError
            inside = [str(step) for step in getattr(error, "instance_path", ())]
            return f"{'.'.join((*place, *inside))}: {_line(str(getattr(error, 'message', error)))}"
    return ""


def _without_references(node: Any) -> Any:
    """A schema without its references: they lead out of it, and are put in place elsewhere (references.py)."""
    if isinstance(node, Mapping):
        return {
            name: _without_references(item)
            for name, item in node.items()
            if not (name == "$ref" and isinstance(item, str))
        }
    return [_without_references(item) for item in node] if isinstance(node, list) else node


def _line(text: str) -> str:
    return " ".join(text.splitlines()[:1])[:200]


def _shared(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The operations that share an address, each on a path of its own."""
    return {
        f"{path}#{action}": {**{name: item[name] for name in item if name not in METHODS}, method: one}
        for path, item in spec.get("paths", {}).items()
        for method in METHODS & item.keys()
        for action, one in item[method].get(SHARING, {}).items()
    }


def _schemas(node: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """(place, schema) of each schema that stands for itself."""
    if isinstance(node, list):
        for at, item in enumerate(node):
            yield from _schemas(item, (*place, str(at)))
    elif isinstance(node, Mapping):
        for name, item in node.items():
            here = (*place, str(name))
            if name == "schema" or place == ("components", "schemas"):
                yield here, item
            elif name not in _VALUES:
                yield from _schemas(item, here)
