"""What may be sent for a member, and what has to be taken: only what the contract leaves no doubt about."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.services.generic.drawing import Offer, drawn, refers

MAP = {"type": "object", "additionalProperties": {"type": "string"}}


@pytest.mark.parametrize(
    ("name", "node", "sure"),
    [
        ("description", {"type": "string", "maxLength": 8}, True),
        ("zone", {"type": "string", "maxLength": 255}, False),
        ("key_name", {"type": "string", "pattern": "^[a-z]+$"}, False),
        ("zone", {"type": "string", "enum": ["one", "two"]}, True),
        ("zone", {"type": "string", "default": "one"}, True),
        ("address", {"type": "string", "format": "ipv4"}, False),
        ("shared", {"type": "boolean"}, True),
        ("size", {"type": "integer", "minimum": 1}, True),
        ("size", {"type": "integer"}, False),
        ("metadata", MAP, True),
        ("hints", {"type": "object"}, False),
        ("zones", {"type": "array", "items": {"type": "string"}}, False),
    ],
)
def test_a_value_has_to_be_taken_where_its_meaning_is_known(name: str, node: dict[str, Any], *, sure: bool) -> None:
    found = drawn(name, node)
    assert found is not None
    assert sure is found.sure


@pytest.mark.parametrize(
    ("node", "now"),
    [
        ({"type": "integer", "minimum": 3, "maximum": 3}, 3),
        ({"type": "string", "enum": ["one"]}, "one"),
        ({"type": "string", "pattern": "("}, None),
    ],
)
def test_nothing_is_given_where_no_other_value_is_known(node: dict[str, Any], now: Any) -> None:
    assert drawn("size", node, now) is None


def test_another_value_than_the_one_that_is_there_is_given() -> None:
    assert Offer(4, sure=True) == drawn("size", {"type": "integer", "minimum": 3, "maximum": 4}, 3)
    assert Offer("two", sure=True) == drawn("zone", {"type": "string", "enum": ["one", "two"]}, "one")


@pytest.mark.parametrize(("name", "means"), [("flavorRef", True), ("zone_id", True), ("zone", False)])
def test_a_name_can_mean_another_resource(name: str, *, means: bool) -> None:
    assert means is refers(name, {"type": "string"})
    assert not refers(name, {"type": "string", "enum": ["one"]})
