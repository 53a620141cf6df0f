"""What may be sent for a member, and what has to be taken: only what the contract leaves no doubt about."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.model.contract import Authority, Operation
from conformance.services.generic.drawing import Offer, drawn, offers_of, refers

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


KIND = {"type": "string", "enum": ["one", "two"]}


@pytest.mark.parametrize(
    ("node", "beside", "sure"),
    [
        (KIND, {}, True),
        (KIND, {"name": {"type": "string"}, "metadata": MAP}, True),
        (KIND, {"kind": KIND}, True),
        (KIND, {"size": {"type": "integer"}}, False),
        (KIND, {"zone": {"type": "string"}}, False),
        ({**KIND, "default": "one"}, {"size": {"type": "integer"}}, True),
        ({**KIND, "default": "two"}, {"size": {"type": "integer"}}, False),
        ({"type": "integer", "minimum": 1}, {"sort": KIND}, False),
        ({"type": "boolean"}, {"sort": KIND}, False),
        (MAP, {"size": {"type": "integer"}}, True),
    ],
)
def test_a_value_need_not_be_taken_where_another_row_may_rule_it_out(
    node: dict[str, Any], beside: dict[str, Any], *, sure: bool
) -> None:
    found = drawn("kind", node, beside=beside)
    assert found is not None
    assert (sure, True) == (found.sure, found.known)


def asking(example: Any = None, **rows: Any) -> Operation:
    """A create with these rows, and this example."""
    schema = {"type": "object", "properties": rows, "required": ["name"]}
    wrapped = {"type": "object", "properties": {"box": schema}}
    return Operation(
        "box.create",
        "POST",
        "/boxes",
        "box",
        Authority.DOCUMENT,
        ((1, 1),),
        request_schema=wrapped,
        request_example={"box": example} if example is not None else None,
    )


@pytest.mark.parametrize(
    ("operation", "own", "due"),
    [
        (asking(kind={"enum": ["a", "b", "c", "d"]}, size={}), None, [("a", False), ("b", False), ("c", False)]),
        (asking(kind={"enum": ["a", "b"]}, size={}), "b", [("a", False), ("b", True)]),
        (asking(kind={"enum": ["a", "b"]}, size={}), "a", [("a", False), ("a", True)]),
        (asking(kind={"enum": ["a", "b"]}, size={}), "elsewhere", [("a", False), ("b", False)]),
        (asking({"kind": "b"}, kind={"enum": ["a", "b"]}, size={}), None, [("a", False), ("b", True)]),
        (asking({"kind": "b", "size": 1}, kind={"enum": ["a", "b"]}, size={}), None, [("a", False), ("b", False)]),
        (asking(kind={"enum": ["a", "b"]}), None, [("a", True)]),
        (asking(kind={"type": "string"}, size={}), "b", [("another value of it", False)]),
    ],
)
def test_what_proves_nothing_is_followed_by_what_has_to_be_taken(
    operation: Operation, own: Any, due: list[tuple[Any, bool]]
) -> None:
    rows = (operation.request_schema or {})["properties"]["box"]["properties"]
    first = drawn("kind", rows["kind"], beside=rows)
    assert first is not None
    offers = [(item.value, item.sure) for item in offers_of(operation, "kind", first, own)]
    assert due == list(dict.fromkeys(offers))
