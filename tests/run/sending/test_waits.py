"""What never comes is given up after two waits, and nothing else is."""

from __future__ import annotations

from conformance.run.sending.waits import Waits


def test_what_was_in_vain_twice_is_hopeless_and_nothing_beside_it() -> None:
    waits = Waits()
    waits.over("a", {"gone"}, {"gone"}, waited=True)
    assert not waits.hopeless("a", {"gone"})
    waits.over("a", {"gone"}, {"gone"}, waited=True)
    assert waits.hopeless("a", {"gone"})
    assert not waits.hopeless("b", {"gone"})
    assert not waits.hopeless("a", {"gone", "late"})


def test_what_came_once_while_it_was_waited_for_is_never_hopeless() -> None:
    waits = Waits()
    waits.over("a", {"busy"}, set(), waited=True)
    for _ in range(3):
        waits.over("a", {"busy"}, {"busy"}, waited=True)
    assert not waits.hopeless("a", {"busy"})


def test_what_is_there_at_once_is_waited_for_again() -> None:
    waits = Waits()
    for _ in range(2):
        waits.over("a", {"busy"}, {"busy"}, waited=True)
    waits.over("a", set(), set(), waited=False)
    assert not waits.hopeless("a", {"busy"})


def test_what_was_asked_once_is_no_wait() -> None:
    waits = Waits()
    for _ in range(5):
        waits.over("a", {"busy"}, {"busy"}, waited=False)
    assert not waits.hopeless("a", {"busy"})
