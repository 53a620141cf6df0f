"""What is drawn by the day and what is left to the proof are together the whole series, or a part of a very long one; what is missing is never passed over in CI."""

from __future__ import annotations

import pytest
from checkout import PIPELINE, not_here, tool
from draws import DAY, drawn, long

SERIES = [f"fault {number}" for number in range(30)]


def parts(most: int) -> tuple[list[str], list[str]]:
    """(drawn, left to the proof)"""
    given = [(item.values[0], bool(item.marks)) for item in drawn(SERIES, most)]
    assert SERIES == [value for value, _ in given]
    return [value for value, proof in given if not proof], [value for value, proof in given if proof]


@pytest.fixture(autouse=True)
def by_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DAY, "2026-01-31")
    monkeypatch.delenv("CONFORMANCE_ALL", raising=False)


def test_so_many_are_drawn_and_all_others_are_proof() -> None:
    today, rest = parts(4)
    assert (4, 26) == (len(today), len(rest))
    assert set(SERIES) == {*today, *rest}


def test_of_a_series_that_takes_an_hour_the_proof_has_a_part_of_its_own() -> None:
    given = [(item.values[0], bool(item.marks)) for item in drawn(SERIES, 4, 10)]
    today, proof = ({value for value, mark in given if mark is wanted} for wanted in (False, True))
    assert (4, 10, set()) == (len(today), len(proof), today & proof)
    assert [value for value, _ in given] == [value for value in SERIES if value in today | proof]


def test_a_day_draws_the_same_each_time_and_another_day_others(monkeypatch: pytest.MonkeyPatch) -> None:
    first = parts(4)
    assert first == parts(4)
    monkeypatch.setenv(DAY, "2026-02-01")
    assert first != parts(4)


def test_all_are_drawn_when_all_are_asked_for_and_of_a_short_series(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [] == parts(30)[1]
    monkeypatch.setenv("CONFORMANCE_ALL", "1")
    assert [] == parts(4)[1]
    assert SERIES == [item.values[0] for item in drawn(SERIES, 4, 10)]


def left_out() -> bool:
    """Whether a long test does not run, with these variables."""

    def test() -> None: ...

    (mark,) = long(test).pytestmark  # type: ignore[attr-defined]
    assert mark.kwargs == {"reason": "long, and not of this day (CONFORMANCE_ALL=1)"}
    return bool(mark.args[0])


def test_a_long_test_runs_on_every_third_day_and_when_all_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    of_days = []
    for day in range(10, 22):
        monkeypatch.setenv(DAY, f"2026-01-{day}")
        of_days.append(left_out())
    assert of_days[:3] * 4 == of_days
    assert (2, 1) == (of_days[:3].count(True), of_days[:3].count(False))
    monkeypatch.setenv("CONFORMANCE_ALL", "1")
    monkeypatch.setenv(DAY, f"2026-01-{10 + of_days.index(True)}")
    assert not left_out()


def test_what_is_missing_is_skipped_with_its_reason_and_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv(PIPELINE, raising=False)
    with pytest.raises(pytest.skip.Exception, match="no such thing"):
        not_here("no such thing")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no such thing"):
        not_here("no such thing")


def test_a_program_that_is_not_installed_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-program is not installed on this machine"):
        tool("no-such-program")
