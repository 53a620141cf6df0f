"""The items of pytest as cases: the exploring part of a case keeps its subject, and what it judges of that."""

from __future__ import annotations

import pytest

from conformance.run.cases import Case
from conformance.run.items import case_of, explores, exploring_part, key_of

CASE = Case("items.ours", ("error.404",), smoke=False, draws=True)


@pytest.mark.parametrize("number", [3])
def test_a_subject(number: int) -> None:
    """What the test below makes a part of."""
    assert number == 3


def test_the_exploring_part_of_a_case_has_its_subject_and_its_marks(request: pytest.FixtureRequest) -> None:
    module = request.node.getparent(pytest.Module)
    made = next(item for item in module.collect() if item.name.startswith("test_a_subject"))
    made.add_marker(pytest.mark.conformance(CASE))
    part = exploring_part(made)
    assert isinstance(part, pytest.Function)
    assert ({"number": 3}, True, False) == (part.callspec.params, explores(part), explores(made))
    assert case_of(part) is CASE
    assert ["items.ours[3]", "items.ours[3][exploring]"] == [key_of(made), key_of(part)]
