"""Values that keep a schema, drawn: for tests of what is to keep schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

__all__ = ["values_of"]


def values_of(schema: Mapping[str, Any]) -> SearchStrategy[Any]:
    """Values of the types, enumerations, bounds and lengths of a schema."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds = schema.get("type", "object" if "properties" in schema else "string")
    return st.one_of([_of_type(kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds)])


def _of_type(kind: str, schema: Mapping[str, Any]) -> SearchStrategy[Any]:
    if kind == "object":
        return _objects(schema)
    if kind == "array":
        fewest, most = schema.get("minItems", 0), schema.get("maxItems", 3)
        return st.lists(values_of(schema.get("items", {})), min_size=fewest, max_size=most)
    if kind == "integer":
        least = schema.get("minimum", schema.get("exclusiveMinimum", -101) + 1)
        return st.integers(least, schema.get("maximum", least + 200))
    if kind == "string":
        return _texts(schema)
    return {"null": st.none(), "boolean": st.booleans(), "number": st.integers(0, 9).map(float)}[kind]


def _texts(schema: Mapping[str, Any]) -> SearchStrategy[str]:
    if schema.get("format") == "uuid":
        return st.uuids().map(str)
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True)
    letters = st.characters(min_codepoint=32, max_codepoint=0x24FF, exclude_categories=["Cs", "Cc"])
    return st.text(letters, min_size=schema.get("minLength", 0), max_size=schema.get("maxLength", 40))


def _objects(schema: Mapping[str, Any]) -> SearchStrategy[dict[str, Any]]:
    known = schema.get("properties", {})
    needed = {name: values_of(node) for name, node in known.items() if name in schema.get("required", ())}
    other = {name: values_of(node) for name, node in known.items() if name not in needed}
    return st.fixed_dictionaries(needed, optional=other)
