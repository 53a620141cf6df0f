"""What a validator of OpenAPI passes over makes a spec invalid, too."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.contract.validity import fault_of


def operation(schema: Any, **members: Any) -> dict[str, Any]:
    body = {"content": {"application/json": {"schema": schema}}}
    return {"requestBody": body, "responses": {"200": {"description": "Success."}}, **members}


def spec(post: dict[str, Any]) -> dict[str, Any]:
    thing = {"type": "object"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Title", "version": "1"},
        "paths": {"/v1/things": {"post": post}},
        "components": {"schemas": {"Thing": thing}},
    }


def shared(schema: Any) -> dict[str, Any]:
    return spec(operation({}, **{"x-operations": {"start": operation(schema)}}))


@pytest.mark.parametrize("of", [lambda schema: spec(operation(schema)), shared], ids=["alone", "sharing an address"])
@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        ({"type": ["object", "null"]}, ""),
        ({"$ref": "#/components/schemas/Thing"}, ""),
        ({"$ref": "#/paths/~1v1~1things~1{id}/get"}, ""),
        ({"properties": {"schema": {"pattern": "^a"}}}, ""),
        ({"type": ["object", "null", "null"]}, "schema.type: "),
        ({"properties": {"a": {"type": "word"}}}, "schema.properties.a.type: "),
        ({"pattern": "("}, "schema.pattern: "),
        ({"minLength": "1"}, "schema.minLength: "),
    ],
)
def test_a_schema_that_nobody_can_use_is_told_with_its_place(of: Any, schema: Any, wanted: str) -> None:
    found = fault_of(of(schema))
    assert wanted in found if wanted else found == ""


def test_an_operation_that_shares_an_address_has_to_be_one() -> None:
    wrong = spec(operation({}, **{"x-operations": {"start": {"responses": []}}}))
    assert fault_of(wrong) != ""


def test_an_example_with_a_member_of_that_name_is_no_schema() -> None:
    post = operation({})
    post["requestBody"]["content"]["application/json"]["example"] = {"schema": {"type": "word"}}
    assert fault_of(spec(post)) == ""
