"""Rows of values in which every two come together, from the contract."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from conformance.generate.combinations import LEFT_OUT, linked, together
from conformance.model.contract import Contract
from conformance.services.image.drawn import create_rows, levels, patch_rows

AMAZON = ("ami", "ari", "aki")
"""Formats that both enumerations of formats have."""


def pairs_of(rows: tuple[dict[str, Any], ...]) -> set[tuple[str, str, str, str]]:
    return {(left, repr(row[left]), right, repr(row[right])) for row in rows for left, right in combinations(row, 2)}


def test_every_two_values_come_together() -> None:
    wanted = {"a": (1, 2, 3), "b": ([], ["x"]), "c": (True, False)}
    rows = together(wanted)
    due = {
        (left, repr(x), right, repr(y))
        for left, right in combinations(wanted, 2)
        for x in wanted[left]
        for y in wanted[right]
    }
    assert due == pairs_of(rows)
    assert len(rows) < 3 * 2 * 2


def test_every_three_come_together_when_asked_for() -> None:
    rows = together(dict.fromkeys("abcd", (0, 1)), strength=3)
    assert {(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)} == {
        (row["a"], row["c"], row["d"]) for row in rows
    }


def test_the_same_levels_give_the_same_rows(contract: Contract) -> None:
    assert create_rows(contract) == create_rows(contract)


def test_the_values_of_create_are_those_of_the_contract_that_may_be_sent(contract: Contract) -> None:
    found = levels(contract)
    properties = (contract.operations["image.create"].request_schema or {})["properties"]
    assert tuple(properties["disk_format"]["enum"]) == found["disk_format"]
    assert found["visibility"] == ("private", "shared")
    assert found["min_ram"] == (0, 1, 40, 2147483647)
    assert {"name", "id"} == properties.keys() - found.keys()


def test_every_two_formats_come_together_beside_members_without_their_defaults(contract: Contract) -> None:
    found = levels(contract)
    rows = [
        row
        for row in create_rows(contract)
        if row["min_disk"] not in (0, LEFT_OUT)
        and row["min_ram"] not in (0, LEFT_OUT)
        and row["tags"] not in ([], LEFT_OUT)
        and row["visibility"] == "shared"
    ]
    there = {(row["container_format"], row["disk_format"]) for row in rows}
    due = {
        (x, y) for x in found["container_format"] for y in found["disk_format"] if x == y or not {x, y} & set(AMAZON)
    }
    assert due - there == set()


def test_formats_that_may_not_go_together_are_not_sent_together(contract: Contract) -> None:
    kinds = [{row["container_format"], row["disk_format"]} - {LEFT_OUT} for row in create_rows(contract)]
    assert [kind for kind in kinds if kind & set(AMAZON) and len(kind) > 1] == []


def test_every_format_is_sent_alone_or_beside_defaults(contract: Contract) -> None:
    rows, found = create_rows(contract), levels(contract)
    alone = [
        row["disk_format"] for row in rows if all(row[other] == LEFT_OUT for other in found if other != "disk_format")
    ]
    assert set(alone) == set(found["disk_format"])
    defaults = (LEFT_OUT, 0, 0, False, [], "private")
    beside = [
        row["container_format"]
        for row in rows
        if tuple(row[name] for name in found if name != "container_format") == defaults
    ]
    assert set(beside) == set(found["container_format"])


def test_every_two_values_of_the_other_members_come_together(contract: Contract) -> None:
    rows = create_rows(contract)
    few: dict[str, tuple[Any, ...]] = {
        "min_disk": (0, 1, LEFT_OUT),
        "min_ram": (0, 1, LEFT_OUT),
        "protected": (True, False, LEFT_OUT),
        "visibility": ("private", "shared", LEFT_OUT),
        "id": (True, LEFT_OUT),
        "property": ("007", "", LEFT_OUT),
    }
    missing = [
        (left, x, right, y)
        for left, right in combinations(few, 2)
        for x in few[left]
        for y in few[right]
        if not any(row[left] == x and row[right] == y for row in rows)
    ]
    assert missing == []


def test_changes_name_every_two_members_together(contract: Contract) -> None:
    rows = patch_rows(contract)
    assert all(any(LEFT_OUT not in (row[left], row[right]) for row in rows) for left, right in combinations(rows[0], 2))


def test_enumerations_with_values_in_common_are_linked_by_them() -> None:
    assert linked({"a": ("x", "y"), "b": ("y", "z"), "c": ("w",)}) == (("a", "b"), {"y"})


def test_enumerations_without_values_in_common_are_not_linked() -> None:
    assert linked({"a": ("x",), "b": ("y",)}) == ((), frozenset())
