"""Signals while cleaning up: counted; the third, at a distance, leaves."""

from __future__ import annotations

import os
import signal
import time

import pytest

from conformance.run.cleanup import insistence
from conformance.run.cleanup.insistence import Insistence


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(insistence, "APART", 0.05)


@pytest.mark.parametrize("number", insistence.SIGNALS)
def test_a_signal_interrupts_nothing_and_says_how_to_leave(
    number: signal.Signals, capfd: pytest.CaptureFixture[str]
) -> None:
    with Insistence(lambda: None) as insisted:
        os.kill(os.getpid(), number)
        assert not insisted.leaving
    assert (
        "\nconformance: deleting what the run has made; 2 more Ctrl-C leave it where it is\n" == capfd.readouterr().err
    )


def test_the_third_leaves_and_says_what_deletes_it(capfd: pytest.CaptureFixture[str]) -> None:
    left: list[bool] = []
    with Insistence(lambda: left.append(True)) as insisted:
        for _ in range(4):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.06)
        assert (True, [True]) == (insisted.leaving, left)
    assert "left; what stays is in the journal, and conformance cleanup deletes it" in capfd.readouterr().err


def test_signals_at_once_count_as_one() -> None:
    with Insistence(lambda: None) as insisted:
        for number in (*insistence.SIGNALS, *insistence.SIGNALS):
            os.kill(os.getpid(), number)
        assert not insisted.leaving


def test_afterwards_signals_are_what_they_were() -> None:
    before = [signal.getsignal(number) for number in insistence.SIGNALS]
    with Insistence(lambda: None):
        assert before != [signal.getsignal(number) for number in insistence.SIGNALS]
    assert before == [signal.getsignal(number) for number in insistence.SIGNALS]


def test_a_signal_that_is_ignored_stays_so() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Insistence(lambda: None):
            assert signal.SIG_IGN is signal.getsignal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_pause_ends_when_somebody_leaves() -> None:
    with Insistence(lambda: None) as insisted:
        insisted.leaving = True
        began = time.monotonic()
        insisted.pause(30)
    assert time.monotonic() - began < 5
