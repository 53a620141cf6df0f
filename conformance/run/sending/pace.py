"""The pace of a run: how many requests go out in a time, and how many are under way at once.

Rules
- A bound that the user gives (`--rate`, `--max-in-flight`) is kept exactly, by every request: login, cases, tries again
  and cleaning up.
- It is kept where it counts, at the server: a request has its turn when the answer to the one so many before it has been
  here for the whole time. How long requests are on their way makes no difference to that.
- Requests are spread evenly over the time, since many gateways count in shorter times than they say.
- A cloud that limits the rate by itself (429) makes the run slower than it was then, for the rest of it.
"""

from __future__ import annotations

import fcntl
import math
import mmap
import os
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from conformance.model.errors import UsageError

__all__ = ["Pace", "Rate"]

UNITS = {"s": 1, "m": 60}
"""Letter behind the slash -> seconds."""
SLOWEST = 4.0
"""Requests a second below which a run does not slow itself down, nor below half of what it began with: a gate must end
within its time. What a cloud asks for beyond that is waited for."""
SHARE = 0.9
"""Of what a cloud has let through, what is sent from then on."""
SHORTEST_WINDOW, LONGEST_WINDOW, MOST_COUNTED = 1.0, 60.0, 2000
"""Seconds over which it is counted what a cloud has let through, as it asks to wait; and requests, at most."""
MARGIN = 0.002
"""Seconds on top of a time that is kept, for clocks that are read in another place."""
LOOK_AGAIN = 0.005
"""Seconds after which it is looked again whether a request under way has been answered."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` requests in any time of so many `seconds`."""

    count: int
    seconds: float

    @classmethod
    def parse(cls, text: str) -> Self:
        """The rate of `20/s` or `600/m`. Raises UsageError for anything else."""
        number, slash, unit = text.partition("/")
        usable = slash and unit in UNITS and number.isascii() and number.isdecimal() and len(number) <= 6
        if not usable or not int(number):
            raise UsageError(f"--rate {text[:40]}: is no rate; give requests a second or a minute (20/s, 600/m)")
        return cls(int(number), float(UNITS[unit]))

    @property
    def interval(self) -> float:
        """Seconds from one request to the next when they are spread evenly."""
        return self.seconds / self.count


class Pace:
    """Gives requests their turns, one after the other; `most` of them are under way at once. Without bounds everything
    goes out at once. Safe for several threads, and for processes that are copies of the one that made it (fork)."""

    def __init__(
        self,
        rate: Rate | None = None,
        most: int | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if most is not None and most < 1:
            raise UsageError(f"--max-in-flight {most}: at least one request has to be under way")
        self._rate = rate
        self._most = most
        self._clock = clock
        self._sleep = sleep
        self._board = _Board(max(rate.count if rate is not None else 0, MOST_COUNTED))

    @property
    def slowed(self) -> float | None:
        """At how many requests a second the run goes by itself; None as long as no cloud has limited it."""
        return self._board.slowed or None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Around the sending of one request: waits until it may go out."""
        slot = self._slot()
        try:
            number = self._take()
            try:
                yield
            finally:
                self._board.end(number, self._clock())
        finally:
            if slot is not None:
                self._board.give_back(slot)

    def _slot(self) -> int | None:
        """One of the places for requests under way; None where there is no bound."""
        if self._most is None:
            return None
        while (slot := self._board.take_one(self._most)) is None:
            self._sleep(LOOK_AGAIN)
        return slot

    def _take(self) -> int:
        while True:
            with self._board.alone():
                seconds = self._to_wait()
                if seconds <= 0:
                    self._board.due = max(self._clock(), self._board.due) + self._interval
                    return self._board.begin()
            self._sleep(seconds)

    @property
    def _interval(self) -> float:
        """Seconds between requests: the user's rate spread evenly, or what the run has slowed itself down to."""
        given = self._rate.interval if self._rate is not None else 0.0
        slowed = self._board.slowed
        return max(given, 1 / slowed if slowed else 0.0)

    def _to_wait(self) -> float:
        now = self._clock()
        seconds = self._board.due - now
        if self._rate is None:
            return seconds
        ended = self._board.ended(self._rate.count, now)
        if ended is None:  # of the last so many, the first is not even answered
            return max(seconds, LOOK_AGAIN)
        return max(seconds, ended + self._rate.seconds + MARGIN - now)

    def limited(self, seconds: float) -> None:
        """The cloud has refused the last request for the rate alone and asks to wait so long: from now on, go a little
        slower than it let requests through in a time before that."""
        with self._board.alone():
            slowed, window = self._board.slowed, min(max(seconds, SHORTEST_WINDOW), LONGEST_WINDOW)
            through = self._board.count_since(self._clock() - window) - 1
            wanted = through / window * SHARE if through > 0 else (slowed or 2 * SLOWEST) / 2
            if not slowed:
                self._board.least = max(SLOWEST, wanted / 2)
            self._board.slowed = max(self._board.least, min(wanted, slowed or wanted))


class _Board:
    """What the processes of a run write down in common: when the last requests were answered, and who has a turn.

    The memory is shared by a fork. What locks it is a lock of a process (POSIX), which ends with it; beside that one of
    threads.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._memory = memoryview(mmap.mmap(-1, 8 * (4 + 2 * size))).cast("d")
        self._file, path = tempfile.mkstemp(prefix="conformance-")
        os.unlink(path)
        weakref.finalize(self, os.close, self._file)
        self._threads = threading.Lock()
        self._mine: set[int] = set()
        """The places of requests under way that this process has taken."""

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Around what only one may do at a time."""
        with self._threads:
            fcntl.lockf(self._file, fcntl.LOCK_EX, 1, 0)
            try:
                yield
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, 0)

    @property
    def due(self) -> float:
        """The moment at which the next request may go out, as far as requests are spread."""
        return self._memory[0]

    @due.setter
    def due(self, moment: float) -> None:
        self._memory[0] = moment

    @property
    def slowed(self) -> float:
        """What `Pace.slowed` is, 0 for none."""
        return self._memory[1]

    @slowed.setter
    def slowed(self, rate: float) -> None:
        self._memory[1] = rate

    @property
    def least(self) -> float:
        """The requests a second below which the run does not slow itself down."""
        return self._memory[3]

    @least.setter
    def least(self, rate: float) -> None:
        self._memory[3] = rate

    def begin(self) -> int:
        """Write down that a request goes out; returns its number."""
        number = int(self._memory[2])
        self._memory[2] = number + 1
        place = self._place(number)
        self._memory[place], self._memory[place + 1] = math.inf, os.getpid()
        return number

    def end(self, number: int, moment: float) -> None:
        """Write down that it was answered, or failed."""
        self._memory[self._place(number)] = moment

    def ended(self, before: int, now: float) -> float | None:
        """When the request so many before the next one was answered; None while it is under way. One whose process has
        ended is under way no more."""
        number = int(self._memory[2]) - before
        if number < 0:
            return -math.inf
        place = self._place(number)
        if self._memory[place] == math.inf and not _lives(int(self._memory[place + 1])):
            self._memory[place] = now
        return None if self._memory[place] == math.inf else self._memory[place]

    def count_since(self, moment: float) -> int:
        """How many of the last requests were answered after a moment."""
        last = int(self._memory[2])
        numbers = range(max(0, last - self._size), last)
        return sum(moment < self._memory[self._place(number)] < math.inf for number in numbers)

    def _place(self, number: int) -> int:
        return 4 + 2 * (number % self._size)

    def take_one(self, most: int) -> int | None:
        """Take one of so many places for requests under way; None when none is free."""
        with self._threads:
            for place in range(1, most + 1):
                if place in self._mine:
                    continue
                try:
                    fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
                except OSError:
                    continue
                self._mine.add(place)
                return place
        return None

    def give_back(self, place: int) -> None:
        """Give a place back."""
        with self._threads:
            self._mine.discard(place)
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, place)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
