"""Rows of values in which every two come together, from the contract."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from conformance.contract import Contract
from conformance.generate.combinations import AMAZON, LEFT_OUT, create_rows, levels, patch_rows, together


def pairs_of(rows: tuple[dict[str, Any], ...]) -> set[tuple[str, str, str, str]]:
    return {(left, repr(row[left]), right, repr(row[right])) for row in rows for left, right in combinations(row, 2)}


def test_every_two_values_come_together() -> None:
    wanted = {"a": (1, 2, 3), "b": ([], ["x"]), "c": (True, False)}
    rows = together(wanted)
    due = {(left, repr(x), right, repr(y)) for left, right in combinations(wanted, 2) for x in wanted[left] for y in wanted[right]}
    assert due == pairs_of(rows)
    assert len(rows) < 3 * 2 * 2


def test_every_three_come_together_when_asked_for() -> None:
    rows = together(dict.fromkeys("abcd", (0, 1)), strength=3)
    assert {(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)} == {(row["a"], row["c"], row["d"]) for row in rows}


def test_the_same_levels_give_the_same_rows(contract: Contract) -> None:
    assert create_rows(contract) == create_rows(contract)


def test_the_values_of_create_are_those_of_the_contract_that_may_be_sent(contract: Contract) -> None:
    found = levels(contract)
    properties = (contract.operations["image.create"].request_schema or {})["properties"]
    assert tuple(properties["disk_format"]["enum"]) == found["disk_format"]
    assert found["visibility"] == ("private", "shared")
    assert found["min_ram"] == (0, 1, 40, 2147483647)
    assert {"name", "id"} == properties.keys() - found.keys()


def test_creates_have_every_two_values_that_a_service_has_to_take(contract: Contract) -> None:
    rows = create_rows(contract)
    found = levels(contract)
    for left, right in combinations([*found, "property"], 2):
        values = {name: [*found.get(name, ("007", "")), LEFT_OUT] for name in (left, right)}
        missing = [(x, y) for x in values[left] for y in values[right] if not any(row[left] == x and row[right] == y for row in rows)]
        assert all(x != y and {x, y} & set(AMAZON) for x, y in missing), (left, right, missing)
        assert not missing or (left, right) == ("container_format", "disk_format")


def test_changes_name_every_two_members_together(contract: Contract) -> None:
    rows = patch_rows(contract)
    assert all(any(LEFT_OUT not in (row[left], row[right]) for row in rows) for left, right in combinations(rows[0], 2))
