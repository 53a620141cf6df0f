"""The words of a comparison: one for each thing that can become of a promise, a finding or a shape, in both languages."""

from __future__ import annotations

import pytest

from conformance.after.compare.comparison import Change, Result
from conformance.reports.comparison_words import word


@pytest.mark.parametrize("name", [*map(str, Change), *map(str, Result), "slower", "faster"])
def test_every_outcome_has_a_word_in_both_languages(name: str) -> None:
    assert word(name, "en") != word(name, "zh")


@pytest.mark.parametrize(
    "change",
    [
        "appeared",
        "vanished",
        "became optional",
        "became constant",
        "became nullable",
        "no longer nullable",
        "changed type",
        "new value",
    ],
)
def test_every_change_of_a_shape_has_a_word_in_both_languages(change: str) -> None:
    assert word(change, "en") != word(change, "zh")


def test_what_has_no_word_is_shown_by_its_name() -> None:
    assert word("no such word", "zh") == "no such word"
