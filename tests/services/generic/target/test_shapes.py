"""Values in the shape of a schema."""

from __future__ import annotations

import re
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schemas import values_of

from conformance.services.generic.target.shapes import NOTHING, Maker, fits, strict

MAKER = Maker("a-key", lambda _name: "2031-01-02T03:04:05Z", "/v1/books/1")
SCHEMAS: list[dict[str, Any]] = [
    {"type": "string", "minLength": 3, "maxLength": 5},
    {"type": "string", "pattern": "^[A-Z]{3}-[0-9]+$"},
    {"type": "string", "format": "uuid"},
    {"type": "string", "format": "date-time"},
    {"type": "string", "format": "ipv4"},
    {"type": "string", "format": "email"},
    {"type": "string", "format": "uri-reference"},
    {"type": "integer", "minimum": 7},
    {"type": "integer", "exclusiveMinimum": 7, "maximum": 9},
    {"type": "integer", "minimum": 7, "multipleOf": 5},
    {"type": "number", "maximum": -3},
    {"type": ["null", "integer"]},
    {"enum": [None, "b"]},
    {"const": 7},
    {"type": "array", "items": {"type": "string"}, "minItems": 2},
    {"type": "array", "maxItems": 0},
    {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "object", "properties": {"b": {"type": "boolean"}}, "required": ["b"]}}}, "required": ["a"]},
    {"allOf": [{"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}, {"properties": {"b": {"type": "integer"}}, "required": ["b"]}]},
    {"oneOf": [{"type": "string", "minLength": 2}, {"type": "integer"}]},
    {},
]  # fmt: skip


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_what_is_made_keeps_the_schema(schema: dict[str, Any]) -> None:
    made = MAKER.shaped(schema)
    jsonschema.validate(made, schema, format_checker=jsonschema.FormatChecker())
    assert made == MAKER.shaped(schema)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_value_that_keeps_the_schema_is_kept(data: st.DataObject) -> None:
    schema = data.draw(st.sampled_from([item for item in SCHEMAS if "type" in item and "Of" not in str(item)]))
    value = data.draw(values_of(schema))
    assert not fits(schema, value) or MAKER.shaped(schema, value) == value


def test_a_value_of_the_example_is_taken_before_one_that_is_made_and_one_that_is_held_before_both() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}
    assert MAKER.shaped(schema, {"a": "held"}, {"a": "x", "b": "shown"}) == {"a": "held", "b": "shown"}


def test_an_id_or_a_time_of_the_example_is_nobodys() -> None:
    own = "0a4ea7b2-3c1d-4f5e-8a6b-7c8d9e0f1a2b"
    assert MAKER.shaped({"type": "string", "format": "uuid"}, NOTHING, own) != own


def test_members_that_the_schema_does_not_name_are_shown_where_it_has_room_for_them() -> None:
    closed, room = {"type": "object", "properties": {}}, {"type": "object", "additionalProperties": {"type": "string"}}
    assert MAKER.shaped(room, {"a": "b", "c": 3}) == {"a": "b"}
    assert MAKER.shaped({**closed, "properties": {"d": {"type": "integer"}}}, {"a": "b"}) == {"d": 1}


def test_a_strict_schema_allows_no_member_that_it_does_not_name() -> None:
    schema = strict(
        {"type": "object", "properties": {"a": {"type": "object", "properties": {"b": {}}}, "c": {"type": "object"}}}
    )
    assert fits(schema, {"a": {"b": 1}, "c": {"d": 1}})
    assert not fits(schema, {"a": {"x": 1}})
    assert not fits(schema, {"x": 1})


def test_what_is_made_for_one_key_is_not_what_is_made_for_another() -> None:
    schema = {"type": "string", "format": "uuid"}
    other = Maker("another", MAKER.stamp).shaped(schema)
    assert re.fullmatch(r"[0-9a-f-]{36}", other)
    assert other != MAKER.shaped(schema)
