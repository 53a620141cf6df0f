"""Values that are named beside a range."""

from __future__ import annotations

import re

import pytest

from conformance.document.further_values import further_values

RANGE = re.compile(r"范围(?P<low>\d+)-(?P<high>\d+)")


def found(text: str) -> set[int | float]:
    return set(further_values(text, list(RANGE.finditer(text))))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("范围10-20，0", {0}),
        ("范围10-20，或者为5", {5}),
        ("5或范围10-20", {5}),
        ("范围10-20。传-1则关闭", {-1}),
        ("范围10-20，30表示全部", {30}),
        ("范围0-20", set()),
        ("范围10-20，不能为0", set()),
        ("范围10-20，0除外", set()),
        ("范围10-20，默认值为0", set()),
        ("范围10-20，2030年起", set()),
        ("范围10-20，0-23点", set()),
    ],
)
def test_a_value_beside_a_range_is_found(text: str, values: set[int]) -> None:
    assert found(text) == values
