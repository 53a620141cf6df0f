"""Which defaults that rows name are promises: those of what is made, where an answer can show them."""

from __future__ import annotations

from typing import Any

import pytest
from warehouse import obj, within

from conformance.contract.said_defaults import said_defaults

SIZE = {"type": "integer", "default": 20}


def spec(
    sent: dict[str, Any], told: dict[str, Any], *, path: str = "/v2/boxes", method: str = "post", **said: Any
) -> dict[str, Any]:
    """One operation with this body and this answer."""
    operation = {
        "operationId": "box.create",
        "requestBody": {"content": {"application/json": {"schema": sent}}},
        "responses": {"201": {"content": {"application/json": {"schema": told}}}},
        **said,
    }
    return {"paths": {path: {method: operation}}}


def found(document: dict[str, Any]) -> list[tuple[str, str, object]]:
    """(operation, member, value) of each."""
    return [(operation, name, node["default"]) for operation, name, node in said_defaults(document)]


BODY = within("box", obj({"size": SIZE, "name": {"type": "string"}}, ["name"]))
ANSWER = within("box", obj({"size": {"type": ["integer", "null"]}}))


def test_a_default_that_the_answer_to_a_create_shows_is_one() -> None:
    assert found(spec(BODY, ANSWER)) == [("box.create", "size", 20)]


def test_it_is_one_where_only_a_show_has_the_member() -> None:
    document = spec(BODY, within("box", obj({"id": {"type": "string"}})))
    assert found(document) == []
    shown = {"responses": {"200": {"content": {"application/json": {"schema": ANSWER}}}}}
    document["paths"]["/v2/boxes/{box_id}"] = {"get": shown}
    assert found(document) == [("box.create", "size", 20)]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (spec(within("box", obj({"size": SIZE})), ANSWER), "the member is required"),
        (spec(BODY, within("box", obj({"size": {"type": "string"}}))), "the answer has it in another type"),
        (spec(BODY, within("box", obj({"size": {"type": "integer", "enum": [1]}}))), "the answer cannot have it"),
        (spec(BODY, within("task", obj({"size": SIZE}))), "the answer tells of something else"),
        (spec(BODY, ANSWER, method="put"), "a change leaves what it does not name"),
        (spec(BODY, ANSWER, path="/v2/boxes/{box_id}"), "nothing is made"),
        (spec(BODY, ANSWER, **{"x-operations": {}}), "it is an action"),
        (spec(BODY, ANSWER, **{"x-authority": "upstream"}), "it is not the document's"),
    ],
)
def test_no_other_default_is_one(document: dict[str, Any], why: str) -> None:
    assert found(document) == [], why
