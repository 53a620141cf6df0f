"""How one JSON Schema differs from another: each kind of difference, in both directions."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.contract.schema_changes import schema_changes


def kinds(old: Any, new: Any) -> list[tuple[str, str]]:
    return [(item.kind, item.place) for item in schema_changes(old, new)]


def members(required: list[str] | None = None, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, **({"required": required} if required is not None else {})}


TEXT = {"type": "string"}

PAIRS: dict[str, tuple[Any, Any, list[tuple[str, str]], list[tuple[str, str]]]] = {
    "null": (TEXT, {"type": ["string", "null"]}, [("became-nullable", "")], [("no-longer-nullable", "")]),
    "wider type": (TEXT, {"type": ["string", "integer"]}, [("type-widened", "")], [("type-narrowed", "")]),
    "integer and number": ({"type": "integer"}, {"type": "number"}, [("type-widened", "")], [("type-narrowed", "")]),
    "another type": (TEXT, {"type": "integer"}, [("type-changed", "")], [("type-changed", "")]),
    "enum": ({"enum": ["a"]}, {"enum": ["a", "b"]}, [("enum-value-added", "")], [("enum-value-removed", "")]),
    "enum or any": ({}, {"enum": ["a"]}, [("limit-narrowed", "")], [("limit-widened", "")]),
    "const": ({"const": 1}, {"const": 2}, [("enum-value-removed", ""), ("enum-value-added", "")], []),
    "lower limit": ({"minimum": 1}, {"minimum": 2}, [("limit-narrowed", "")], [("limit-widened", "")]),
    "upper limit": ({"maxLength": 9}, {"maxLength": 8}, [("limit-narrowed", "")], [("limit-widened", "")]),
    "a limit": ({}, {"maximum": 8}, [("limit-narrowed", "")], [("limit-widened", "")]),
    "unique": ({}, {"uniqueItems": True}, [("limit-narrowed", "")], [("limit-widened", "")]),
    "format": ({"format": "uuid"}, {"format": "date"}, [("format-changed", "")], [("format-changed", "")]),
    "pattern": ({}, {"pattern": "a"}, [("limit-narrowed", "")], [("limit-widened", "")]),
    "closed": ({}, {"additionalProperties": False}, [("closed", "")], [("opened", "")]),
    "a member": (members(), members(a=TEXT), [("member-added", "a")], [("member-removed", "a")]),
    "a required member": (
        members(),
        members(["a"], a=TEXT),
        [("required-member-added", "a")],
        [("required-member-removed", "a")],
    ),
    "required": (
        members(a=TEXT),
        members(["a"], a=TEXT),
        [("member-became-required", "a")],
        [("member-became-optional", "a")],
    ),
    "a nested member": (
        members(list={"type": "array", "items": members(a=TEXT)}),
        members(list={"type": "array", "items": members(a={"type": "integer"})}),
        [("type-changed", "list[].a")],
        [("type-changed", "list[].a")],
    ),
    "items": (
        {"type": "array"},
        {"type": "array", "items": TEXT},
        [("limit-narrowed", "[]")],
        [("limit-widened", "[]")],
    ),
    "members of no name": (
        {"additionalProperties": TEXT},
        {"additionalProperties": {"type": "integer"}},
        [("type-changed", "*")],
        [("type-changed", "*")],
    ),
    "a keyword of no rule": ({}, {"not": {}}, [("schema-changed", "")], [("schema-changed", "")]),
    "no schema at all": (True, {}, [("schema-changed", "")], [("schema-changed", "")]),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_difference_is_told_in_both_directions(name: str) -> None:
    old, new, there, back = PAIRS[name]
    assert there == kinds(old, new)
    if back:
        assert back == kinds(new, old)


def test_equal_schemas_have_no_difference() -> None:
    for old, new, *_ in PAIRS.values():
        assert kinds(old, old) == kinds(new, new) == []


def test_prose_and_extensions_are_no_difference() -> None:
    assert kinds({"description": "a", "x-source": [[1, 1]]}, {"description": "b", "title": "c"}) == []


def test_true_is_not_one() -> None:
    assert kinds({"enum": [True]}, {"enum": [1]}) == [("enum-value-removed", ""), ("enum-value-added", "")]


def test_null_in_the_enum_of_what_became_nullable_is_told_once() -> None:
    old, new = {"type": "string", "enum": ["a"]}, {"type": ["string", "null"], "enum": ["a", None]}
    assert kinds(old, new) == [("became-nullable", "")]


def test_a_difference_shows_both_sides() -> None:
    (found,) = schema_changes({"minimum": 1}, {"minimum": 2})
    assert (found.before, found.after) == ("minimum 1", "minimum 2")
