"""Signals while cleaning up: counted, so that none of them leaves anything behind on the cloud.

Rules
- SIGINT, SIGTERM and SIGHUP mean the same. The first says how to leave; the third leaves at once what is not deleted yet,
  and the journal keeps it.
- Those that come within a second count as one: who holds the keys down, or stops a whole group of processes, means it
  once.
- SIGKILL ends the process as ever; the journal is on the disk.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, Self

__all__ = ["LEAVES", "Insistence"]

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LEAVES = 3
"""The signal that leaves."""
APART = 1.0
"""Seconds between two signals that count as two."""
SLICE = 0.1
"""Seconds after which a pause looks whether it is still wanted."""
COMMAND = "conformance cleanup"
"""What deletes later what is left now."""


class Insistence:
    """Counts the signals that come while it is entered. `leaving` says that there were enough of them; `on_leaving` is
    called then, from the handler."""

    def __init__(self, on_leaving: Callable[[], None]) -> None:
        self.leaving = False
        self._on_leaving = on_leaving
        self._count = 0
        self._last = -APART
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():  # Python gives signals to it alone
            for number in SIGNALS:
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def pause(self, seconds: float) -> None:
        """Let time pass, as long as nobody wants us to leave."""
        until = time.monotonic() + seconds
        while not self.leaving and (left := until - time.monotonic()) > 0:
            time.sleep(min(SLICE, left))

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if now - self._last < APART or self.leaving:
            return
        self._last, self._count = now, self._count + 1
        if self._count >= LEAVES:
            self.leaving = True
            _say(f"left; what stays is in the journal, and {COMMAND} deletes it")
            self._on_leaving()
        else:
            more = LEAVES - self._count
            _say(f"deleting what the run has made; {more} more Ctrl-C leave{'s' if more == 1 else ''} it where it is")


def _say(text: str) -> None:
    """One line on standard error, written as a signal handler may."""
    with contextlib.suppress(OSError):
        os.write(2, f"\nconformance: {text}\n".encode())
