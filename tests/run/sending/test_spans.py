"""Time that several processes spend at once counts once."""

from __future__ import annotations

from conformance.run.sending.sender import Setbacks
from conformance.run.sending.spans import seconds_of, united


def test_time_that_is_spent_at_once_counts_once() -> None:
    assert ((1, 5), (6, 7)) == united([(6, 7), (2, 5), (1, 3), (2, 3)])
    assert 5 == seconds_of(united([(6, 7), (2, 5), (1, 3)]))


def test_workers_that_wait_at_the_same_time_do_not_wait_longer_than_that() -> None:
    ours = Setbacks(waits=1, waited=((0, 8),), away=((10, 18),))
    ours.add(Setbacks(waits=2, waited=((1, 9),), away=((11, 19),)))
    assert (3, ((0, 9),), ((10, 19),)) == (ours.waits, ours.waited, ours.away)
