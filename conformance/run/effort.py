"""What judging a run will take at its end, by what judging its exchanges one by one has taken so far.

At the end everything that was recorded is read several times: secrets are taken out, what only the whole run shows is
looked for, findings are grouped, reports are written. How long that takes is known by how long it took to judge each
exchange when it was met, on this machine and as busy as it is, by the findings, and by the bytes that are kept.
`tests/proof/long_run.py` measures it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

__all__ = ["Effort"]

AGAIN = 1.2
"""Times that judging all of it takes as long as judging each exchange by itself."""
FINDING, BYTE = 0.0002, 1 / (8 * 2**20)
"""Seconds of an idle machine on top of that, for each finding and for each byte that is kept."""


@dataclass(slots=True)
class Effort:
    """How long it took to judge exchanges: the `seconds` that passed, and for how many of them the machine was at it."""

    seconds: float = 0.0
    work: float = 0.0

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Add what is done here."""
        began, worked = time.monotonic(), time.thread_time()
        try:
            yield
        finally:
            self.seconds += time.monotonic() - began
            self.work += time.thread_time() - worked

    def add(self, other: Effort) -> None:
        """Add that of another process."""
        self.seconds += other.seconds
        self.work += other.work

    def ahead(self, findings: int, size: int) -> float:
        """The seconds that judging and reporting will take: exchanges that take so many bytes, with so many findings."""
        busy = max(1.0, self.seconds / self.work) if self.work else 1.0
        return AGAIN * self.seconds + busy * (FINDING * findings + BYTE * size)
