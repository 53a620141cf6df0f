"""What a run's seed drew beyond what is the same for every seed."""

from __future__ import annotations

from conformance.judge.explored import ranges


def test_numbers_become_ranges_without_a_gap() -> None:
    assert ranges([7, 3, 4, 5]) == (range(3, 6), range(7, 8))
    assert ranges([]) == ()
