"""How long something may take, as a moment by which it has ended: handed down, so that waits never add up beyond it.

Rules
- A deadline is a value. Whatever waits, tries again or repeats is given one, and asks it how much is left.
- The clock is the monotonic one, which nobody puts back; a test hands in its own.
- Cleaning up has a share of a run's time at its end that nothing else can use up.
- What was recorded has to be judged and reported, and that takes time: it counts as spent as soon as it is recorded.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from conformance.model.errors import UsageError

__all__ = ["NEVER", "Deadline", "RunTime", "in_units", "parse_time"]

Seconds = Callable[[], float]

CLEANING, MOST_CLEANING = 0.2, 120.0
"""What cleaning up has of the time of a run: a fifth, and at most two minutes."""
UNITS = {"s": 1, "m": 60, "h": 3600}
"""Letter behind a number -> seconds."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment, in seconds of the clock, by which something has ended."""

    moment: float
    clock: Seconds = field(default=time.monotonic, repr=False)

    @classmethod
    def after(cls, seconds: float, clock: Seconds = time.monotonic) -> Self:
        """So many seconds from now."""
        return cls(clock() + seconds, clock)

    def left(self) -> float:
        """Seconds that are left; 0 when it has passed."""
        return max(0.0, self.moment - self.clock())

    @property
    def over(self) -> bool:
        """Whether it has passed."""
        return self.clock() >= self.moment

    def within(self, seconds: float) -> Deadline:
        """This deadline, or so many seconds from now where that is earlier."""
        return Deadline(min(self.moment, self.clock() + seconds), self.clock)


NEVER = Deadline(math.inf)
"""No bound."""


@dataclass(frozen=True, slots=True)
class RunTime:
    """The time of a run: all of it in seconds, the deadline of its cases, and that of the whole."""

    seconds: float
    cases: Deadline
    end: Deadline

    @classmethod
    def starting(cls, seconds: float, clock: Seconds = time.monotonic, owed: Seconds = lambda: 0.0) -> Self:
        """The time of a run that begins now and takes so many seconds at most. `owed` tells the seconds that judging what
        was recorded so far will take, and reporting it: the cases end earlier by them."""
        end = clock() + seconds

        def ahead() -> float:
            return clock() + owed()

        return cls(seconds, Deadline(end - _share(seconds), ahead), Deadline(end, clock))

    def cleaning(self) -> Deadline:
        """The deadline of cleaning up that begins now: it has its share whatever judging will take, and what the cases have
        left over."""
        return self.end.within(_share(self.seconds) + self.cases.left())


def _share(seconds: float) -> float:
    return min(seconds * CLEANING, MOST_CLEANING)


def parse_time(text: str, option: str = "--max-time") -> float:
    """The seconds of `90s`, `15m` or `2h`. Raises UsageError, which names the option, for anything else and for no time
    at all."""
    number, unit = text[:-1], UNITS.get(text[-1:])
    usable = unit is not None and number.isascii() and number.isdecimal() and len(number) <= 6
    if not usable or not int(number):
        raise UsageError(f"{option} {text[:40]}: is no time; give seconds, minutes or hours (90s, 15m, 2h)")
    return float(int(number) * (unit or 0))


def in_units(seconds: float) -> str:
    """Seconds in the largest unit that leaves a whole number: `90 s`, `15 min`, `2 h`."""
    for unit, name in ((3600, "h"), (60, "min")):
        if seconds >= unit and seconds % unit == 0:
            return f"{seconds / unit:g} {name}"
    return f"{seconds:g} s"
