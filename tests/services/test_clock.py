"""The clock of the reference."""

from __future__ import annotations

from datetime import UTC, datetime

from conformance.services.clock import Clock


def test_a_clock_tells_the_real_time_in_utc() -> None:
    before, told, after = datetime.now(UTC), Clock().now(), datetime.now(UTC)
    assert before <= told <= after


def test_a_clock_that_is_put_forward_is_ahead_by_as_much() -> None:
    clock, still = Clock(), Clock()
    clock.advance(1.5)
    clock.advance(60)
    assert 61.4 < (clock.now() - still.now()).total_seconds() < 61.6
