"""Values that are drawn from a schema: those that keep its bounds, and those that break one."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from draws import examples

from conformance.generate.values import broken_values, number_in, one_of_each, plain_value, valid_values
from conformance.judge.rules import rule_of

SCHEMAS: list[dict[str, Any]] = [
    {"type": "string", "minLength": 3, "maxLength": 5},
    {"type": "string", "minLength": 20},
    {"type": "string", "maxLength": 4},
    {"type": "integer", "exclusiveMinimum": 0},
    {"type": "integer", "exclusiveMinimum": 6, "exclusiveMaximum": 8},
    {"type": "integer", "maximum": -3},
    {"type": "integer", "minimum": 3, "maximum": 3},
    {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 3},
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_what_is_drawn_as_valid_keeps_the_schema(schema: dict[str, Any]) -> None:
    for value in (plain_value(schema), *examples(valid_values(schema), 30)):
        jsonschema.validate(value, schema)


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_what_is_drawn_as_broken_is_of_its_class(schema: dict[str, Any]) -> None:
    for held, values in broken_values(schema):
        assert {held} == {rule_of(schema, value) for value in examples(values, 8)}


def test_each_bound_is_broken_by_a_class_of_its_own() -> None:
    rules = {name.rule for schema in SCHEMAS for name, _ in broken_values(schema)}
    assert {"shorter-than", "longer-than", "below-minimum", "above-maximum", "fewer-items-than"} <= rules
    assert any(held.rule == "shorter-than" for held in one_of_each({"type": "string", "minLength": 3}))


@pytest.mark.parametrize("number", [0, 1, 9, 10**6])
def test_a_number_for_a_schema_is_within_its_bounds(number: int) -> None:
    for schema in SCHEMAS:
        if schema["type"] == "integer":
            jsonschema.validate(number_in(schema, number), schema)
