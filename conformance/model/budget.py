"""What the generated cases of a run may spend."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from conformance.model.deadline import NEVER, Deadline
from conformance.model.errors import UsageError

__all__ = ["Budget", "parse_budget", "parse_bytes"]


@dataclass
class Budget:
    """A bound on requests, on seconds, or on neither (None), counted from when it is made. `spent` gives the requests
    so far in all; `deadline` is that of whoever gave the budget, which no time of its own reaches beyond."""

    requests: float | None
    seconds: float | None
    spent: Callable[[], int]
    deadline: Deadline = NEVER
    _from: int = field(init=False)
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        self._from, self._began = self.spent(), time.monotonic()

    def free(self, requests: int) -> None:
        """Count so many of the requests so far to something else."""
        self._from += requests

    @property
    def over(self) -> bool:
        """Whether it is used up."""
        return self.late or (self.requests is not None and self.spent() - self._from >= self.requests)

    @property
    def late(self) -> bool:
        """Whether its time is up, or there never was anything to spend."""
        late = self.seconds is not None and time.monotonic() - self._began >= self.seconds
        return late or self.requests == 0 or self.deadline.over


def parse_budget(text: str) -> tuple[int | None, float | None]:
    """(requests, seconds) of `500`, `120s` or `10m`. Raises UsageError."""
    seconds = {"s": 1, "m": 60}.get(text[-1:])
    number = text[:-1] if seconds is not None else text
    if not (number.isascii() and number.isdecimal()) or len(number) > 9:
        raise UsageError(f"--budget {text}: is neither a number of requests (500) nor a time (120s, 10m)")
    return (int(number), None) if seconds is None else (None, float(number) * seconds)


_UNITS = {"": 1, "kB": 1000, "KiB": 2**10, "MB": 1_000_000, "MiB": 2**20}


def parse_bytes(text: str) -> int:
    """The bytes of `65536`, `64KiB`, `8MiB`, `10MB`. Raises UsageError."""
    found = re.fullmatch(r"([0-9]{1,12})(KiB|MiB|kB|MB|)", text.strip())
    if found is None:
        raise UsageError(f"--bytes {text}: is no number of bytes (65536, 64KiB, 8MiB, 10MB)")
    return int(found[1]) * _UNITS[found[2]]
