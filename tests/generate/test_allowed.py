"""Values that a schema allows, whatever rules it mixes; none where none can be found."""

from __future__ import annotations

from itertools import islice
from typing import Any

import jsonschema
import pytest

from conformance.generate.allowed import allowed_values, is_allowed

SCHEMAS: list[dict[str, Any]] = [
    {"type": "string", "pattern": "^[a-z0-9-]+$", "maxLength": 60},
    {"type": "string", "pattern": r"^\d{3}-[A-Z]{2}$"},
    {"type": "string", "pattern": "[0-9]+x", "minLength": 20},
    {"type": "string", "minLength": 30, "maxLength": 32},
    {"type": "string", "maxLength": 4},
    {"type": "string", "format": "ipv4"},
    {"type": ["string", "null"], "enum": [None, "one"]},
    {"type": "integer", "maximum": 0},
    {"type": "integer", "minimum": 5, "maximum": 5},
    {"type": "integer", "multipleOf": 8, "minimum": 3},
    {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    {"type": "array", "items": {"type": "integer", "minimum": 3}, "minItems": 2, "uniqueItems": True},
    {"type": "object", "additionalProperties": {"type": "string", "maxLength": 3}},
    {"type": "object", "properties": {"a": {"type": "integer", "minimum": 4}}, "required": ["a"]},
    {"anyOf": [{"type": "integer", "minimum": 3}, {"type": "boolean"}]},
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_what_is_given_keeps_every_rule_and_is_the_same_each_time(schema: dict[str, Any]) -> None:
    values = list(islice(allowed_values(schema), 5))
    assert values
    for value in values:
        jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(value)
        assert value is not None
    assert values == list(islice(allowed_values(schema), 5))


def test_another_value_is_found_for_a_pattern() -> None:
    assert 2 == len(set(islice(allowed_values({"type": "string", "pattern": r"^\d{3}-[A-Z]{2}$"}), 2)))


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "("},
        {"type": "string", "pattern": "^a$", "minLength": 2},
        {"type": "integer", "minimum": 3, "maximum": 2},
        {"type": "string", "enum": []},
    ],
    ids=str,
)
def test_nothing_is_given_where_nothing_is_found(schema: dict[str, Any]) -> None:
    assert [] == list(allowed_values(schema))


def test_a_schema_that_cannot_be_understood_allows_nothing_that_is_known() -> None:
    assert is_allowed({"type": "string", "pattern": "^a"}, "ab")
    assert not is_allowed({"type": "string", "pattern": "("}, "ab")
