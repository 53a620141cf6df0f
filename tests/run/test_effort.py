"""What judging a run will take is told by what judging its exchanges took."""

from __future__ import annotations

import time

from conformance.run.effort import AGAIN, BYTE, FINDING, Effort


def test_nothing_recorded_takes_nothing() -> None:
    assert 0.0 == Effort().ahead(0, 0)


def test_judging_all_takes_longer_than_judging_each_and_more_for_each_finding_and_byte() -> None:
    effort = Effort(seconds=10.0, work=10.0)
    assert 10 * AGAIN == effort.ahead(0, 0)
    assert 10 * AGAIN + 1000 * FINDING + 2**20 * BYTE == effort.ahead(1000, 2**20)


def test_on_a_busy_machine_all_of_it_takes_as_many_times_longer() -> None:
    assert 2 * Effort(5.0, 5.0).ahead(1000, 2**20) == Effort(10.0, 5.0).ahead(1000, 2**20)


def test_what_is_done_while_it_is_measured_counts_and_so_does_another_process() -> None:
    effort = Effort()
    with effort.measured():
        time.sleep(0.01)
    assert effort.seconds >= 0.01 > effort.work
    effort.add(Effort(2.0, 1.0))
    assert effort.seconds > 2.0
    assert effort.work >= 1.0
