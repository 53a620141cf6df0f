"""What a contract leaves open is nobody's fault; what it does say is held all the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.model.contract import Contract
from conformance.services.generic.arrange import as_far_as, sent_members, tells_rows_apart
from conformance.services.generic.cases.test_lists import is_selected, is_single

MOMENT = {"type": "string", "format": "date-time"}
TEXT = {"type": "string"}
COLOUR = {"type": "string", "enum": ["red", "green"]}
STRAPS = {"type": "array", "items": {"type": "object", "properties": {"place": TEXT, "colour": COLOUR}}}


@pytest.mark.parametrize(
    ("node", "sent", "seen", "same"),
    [
        (MOMENT, "2031-01-02T03:04:05Z", "2031-01-02T03:04:05.000000+00:00", True),
        (MOMENT, "2031-01-02T03:04:05Z", "2031-01-02T11:04:05+08:00", True),
        (MOMENT, "2031-01-02T03:04:05Z", "2031-01-02T03:04:06Z", False),
        (MOMENT, "soon", "Soon", False),
        (TEXT, " A Crate ", "a crate", True),
        (TEXT, "a <crate>", "a _crate_", False),
        (TEXT, "a crate", None, False),
        (COLOUR, "red", "RED", False),
    ],
)
def test_a_text_may_be_shown_in_another_writing(node: Any, sent: str, seen: Any, *, same: bool) -> None:
    assert (as_far_as(node, sent, seen) == sent) is same


@pytest.mark.parametrize(
    ("node", "sent", "seen", "same"),
    [
        (STRAPS, [{"place": "top"}], [{"place": "top", "colour": "red"}], True),
        (STRAPS, [{"place": "Top"}], [{"place": "top"}], True),
        (STRAPS, [{"place": "top"}], [{"place": "side", "colour": "red"}], False),
        (STRAPS, [{"place": "top", "colour": "red"}], [{"place": "top"}], False),
        (STRAPS, [{"place": "top"}], [{"place": "top"}, {"place": "side"}], False),
        (STRAPS, [{"place": "top"}, {"place": "side"}], [{"place": "top"}], False),
        (STRAPS, [{"place": "top"}, {"place": "side"}], [{"place": "side"}, {"place": "top"}], False),
        ({"type": "array", "items": COLOUR}, ["red"], ["RED"], False),
        ({"type": "array", "items": {"type": "array", "items": MOMENT}}, [["2031-01-02T03:04:05Z"]], [["2031-01-02T03:04:05.0+00:00"]], True),
        ({"type": "array", "items": {"type": "object"}}, [{"place": "top"}], [{"place": "top", "colour": "red"}], False),
    ],
)  # fmt: skip
def test_each_item_of_an_array_may_be_shown_with_more_than_was_set(
    node: Any, sent: Any, seen: Any, *, same: bool
) -> None:
    assert (as_far_as(node, sent, seen) == sent) is same


@pytest.mark.parametrize(
    ("schema", "asked", "held", "selected"),
    [
        (TEXT, "crate", "An old Crate", True),
        (TEXT, "crate", "a box", False),
        (TEXT, "crate", None, False),
        (COLOUR, "red", "redder", False),
        ({"type": "boolean"}, True, True, True),
        ({"type": "boolean"}, True, False, False),
    ],
)
def test_a_part_of_a_text_may_be_enough_for_a_filter(schema: Any, asked: Any, held: Any, *, selected: bool) -> None:
    assert is_selected(schema, asked, held) is selected


def test_a_secret_is_not_looked_for_where_a_resource_is_shown(goods: Contract) -> None:
    def with_secret(name: str) -> Any:
        operation = goods.operations[name]
        spec = operation.responses[0]
        rack = {"properties": {"rack": added((spec.schema or {})["properties"]["rack"])}}
        body = (
            {
                **(operation.request_schema or {}),
                "properties": {"rack": added((operation.request_schema or {})["properties"]["rack"])},
            }
            if operation.request_schema
            else None
        )
        return replace(
            operation, request_schema=body, responses=(replace(spec, schema={**(spec.schema or {}), **rack}),)
        )

    def added(node: Any) -> Any:
        return {**node, "properties": {**node["properties"], "admin_password": TEXT, "door": TEXT}}

    changed = {name: with_secret(name) for name in ("rack.create", "rack.show")}
    contract = replace(goods, operations={**goods.operations, **changed})
    found = sent_members(contract, "rack.create", contract.resources["rack"])
    assert ("door" in found, "admin_password" in found) == (True, False)


def test_rows_that_have_no_id_as_documented_are_not_told_apart(goods: Contract) -> None:
    assert tells_rows_apart(goods, goods.resources["rack"])
    assert not tells_rows_apart(goods, replace(goods.resources["rack"], id="rack_number"))
    assert not tells_rows_apart(goods, replace(goods.resources["rack"], list=None))


@pytest.mark.parametrize(
    ("racks", "apart"),
    [
        ({"type": "object"}, False),  # keyed by what tells them apart
        ({"type": "array", "items": {"type": "string"}}, False),
        ({"type": "array", "items": {"type": "object"}}, True),
        ({"type": "array"}, True),
    ],
)
def test_rows_stand_in_an_array_of_objects(goods: Contract, racks: dict[str, Any], *, apart: bool) -> None:
    operation = goods.operations["rack.list"]
    spec = replace(operation.responses[0], schema={"type": "object", "properties": {"racks": racks}})
    listed = replace(goods, operations={**goods.operations, "rack.list": replace(operation, responses=(spec,))})
    rack = goods.resources["rack"]
    assert apart is tells_rows_apart(listed, rack)
    if not apart:
        assert not tells_rows_apart(listed, replace(rack, items=""))


@pytest.mark.parametrize(
    ("operation", "single"),
    [("limits.show", True), ("crate.detail", False), ("crate.list", False), ("key.delete", False)],
)
def test_one_thing_may_be_there_only_once_it_was_set(goods: Contract, operation: str, *, single: bool) -> None:
    assert is_single(goods.operations[operation]) is single
