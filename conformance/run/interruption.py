"""Being ended from outside: Ctrl-C and the signals of service managers, pipelines and closed terminals, all taken alike.

Rules
- SIGINT, SIGTERM and SIGHUP mean the same: stop, clean up, and report what was seen until then. One that whoever started
  us ignores (nohup, the background of a shell) stays ignored.
- One interruption is enough: the first is raised as KeyboardInterrupt, and whatever comes after it is only noted, so that
  cleaning up and writing the reports come to their end.
- Held back, also the first is only noted. So it is while the program is imported, until the place of the reports is
  taken: then even a run that is ended at once says so there. And so it is again once the cases are over.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

__all__ = ["came", "hold", "interruptible", "let_all_through", "let_through", "listen", "taken"]

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _State:
    """What this process knows of its signals: it has one handler for each, and so one state."""

    holding = True
    noted = False
    """One came while they were held back, and was not raised."""
    raised = False


def listen() -> None:
    """From now on note the signals that end a process, and no more."""
    _State.holding = True
    _handle(_on_signal)


@contextmanager
def taken() -> Iterator[None]:
    """Signals as a run takes them, held back to begin with; afterwards they are what they were before."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    if _on_signal not in before.values():
        _State.noted = _State.raised = False  # nobody has listened until now
    listen()
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def interruptible() -> Iterator[None]:
    """The same, let through from the start."""
    with taken():
        let_through()
        yield


def hold() -> None:
    """From now on only note a signal."""
    _State.holding = True


def let_through() -> None:
    """From now on raise KeyboardInterrupt for the next signal, and for no other after it; at once when one came while they
    were held back."""
    _State.raised, _State.holding = False, _State.noted
    if _State.noted:
        _State.noted, _State.raised = False, True
        raise KeyboardInterrupt


def let_all_through() -> None:
    """Let a signal interrupt wherever it comes, each time: for what owes nothing when it ends."""
    _handle(signal.default_int_handler)
    if _State.noted:
        _State.noted = False
        raise KeyboardInterrupt


def came() -> bool:
    """Whether a signal came since they were last let through, also when nobody has heeded it."""
    return _State.noted or _State.raised


def _handle(handler: Callable[[int, FrameType | None], Any]) -> None:
    if threading.current_thread() is not threading.main_thread():
        return  # Python gives signals to the main thread alone
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _on_signal(_number: int, _frame: FrameType | None) -> None:
    if _State.holding:
        _State.noted = True
        return
    _State.holding = _State.raised = True
    raise KeyboardInterrupt
