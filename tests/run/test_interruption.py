"""Signals: the first interrupts, no other does, and what comes too early is heeded as soon as it can be."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from conformance.run.interruption import SIGNALS, came, hold, interruptible, let_through, taken


@pytest.fixture(autouse=True)
def signals_of_the_tests() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    assert before == {number: signal.getsignal(number) for number in SIGNALS}


def send(number: int) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_interrupts_and_no_other_does(number: signal.Signals) -> None:
    with interruptible():
        with pytest.raises(KeyboardInterrupt):
            send(number)
        send(number)
        send(signal.SIGINT)
        assert came()


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_that_comes_too_early_interrupts_when_it_may(number: signal.Signals) -> None:
    with taken():
        send(number)
        with pytest.raises(KeyboardInterrupt):
            let_through()
        send(number)


def test_once_all_is_seen_a_signal_interrupts_nothing() -> None:
    with interruptible():
        hold()
        send(signal.SIGTERM)
        assert came()


def test_a_run_knows_nothing_of_the_signals_of_the_run_before() -> None:
    with interruptible():
        hold()
        send(signal.SIGTERM)
    with interruptible():
        assert not came()


def test_what_is_ignored_stays_ignored() -> None:
    """`nohup` and the background of a shell."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptible():
            send(signal.SIGHUP)
            assert not came()
    finally:
        signal.signal(signal.SIGHUP, before)
