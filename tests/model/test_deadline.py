"""Deadlines, and the time of a run."""

from __future__ import annotations

import pytest

from conformance.model.deadline import NEVER, Deadline, RunTime, in_units, parse_time
from conformance.model.errors import UsageError


class Clock:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_deadline_says_what_is_left_and_never_less_than_nothing() -> None:
    clock = Clock()
    deadline = Deadline.after(10, clock)
    assert (10.0, False) == (deadline.left(), deadline.over)
    clock.now += 4
    assert (6.0, False) == (deadline.left(), deadline.over)
    clock.now += 60
    assert (0.0, True) == (deadline.left(), deadline.over)


def test_of_two_deadlines_the_earlier_one_holds() -> None:
    deadline = Deadline.after(10, Clock())
    assert [3.0, 10.0] == [deadline.within(seconds).left() for seconds in (3, 30)]
    assert (float("inf"), False) == (NEVER.left(), NEVER.over)


@pytest.mark.parametrize(("seconds", "cases"), [(10.0, 8.0), (600.0, 480.0), (900.0, 780.0), (7200.0, 7080.0)])
def test_cleaning_up_has_a_fifth_of_a_run_and_at_most_two_minutes(seconds: float, cases: float) -> None:
    time = RunTime.starting(seconds, Clock())
    assert (cases, seconds) == (time.cases.left(), time.end.left())


def test_what_judging_will_take_is_spent_as_soon_as_it_is_known() -> None:
    clock, owed = Clock(), [0.0]
    time = RunTime.starting(100, clock, lambda: owed[0])
    clock.now += 10
    owed[0] = 30.0
    assert (40.0, 90.0) == (time.cases.left(), time.end.left())
    assert 40.0 == time.cases.within(50).left()
    owed[0] = 70.0
    assert time.cases.over


@pytest.mark.parametrize(
    ("passed", "owed", "left"), [(10, 30, 60), (50, 30, 20), (50, 300, 20), (90, 5, 10), (200, 0, 0)]
)
def test_cleaning_up_has_its_share_whatever_judging_will_take_and_ends_with_the_run(
    passed: float, owed: float, left: float
) -> None:
    clock = Clock()
    time = RunTime.starting(100, clock, lambda: owed)
    clock.now += passed
    assert left == time.cleaning().left()


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90.0), ("15m", 900.0), ("2h", 7200.0), ("1s", 1.0)])
def test_a_time_has_a_unit(text: str, seconds: float) -> None:
    assert seconds == parse_time(text)


@pytest.mark.parametrize(
    "text", ["", "15", "m", "0s", "00m", "-1m", "1.5h", "1e3s", "15 m", "٣m", "1d", "9999999h", "nan", "15mm"]
)
def test_what_is_no_time_is_one_line_that_names_the_option(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--max-time .*: is no time; give seconds, minutes or hours"):
        parse_time(text)


@pytest.mark.parametrize(
    ("seconds", "text"), [(90, "90 s"), (900, "15 min"), (7200, "2 h"), (5400, "90 min"), (0.5, "0.5 s")]
)
def test_a_time_is_said_in_its_largest_whole_unit(seconds: float, text: str) -> None:
    assert text == in_units(seconds)
