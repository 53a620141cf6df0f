"""How far a run is, while it runs: a line that says what has been done, which case is under way, and about how long it will take.

On a terminal the line is rewritten twice a second. Elsewhere there is a new one every ten seconds, also within a case that takes
long; where `CI` is set every minute, so that a log of hours stays short.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass

import pytest
from rich.console import Console

from conformance.run.cases import Case
from conformance.run.items import case_of
from conformance.run.session import Session
from conformance.run.streams import forgiving

__all__ = ["Forecast", "Progress", "spoken_time"]

REWRITTEN, LOGGED, IN_PIPELINE = 0.5, 10.0, 60.0
"""Seconds between two lines: on a terminal, elsewhere, and where `CI` is set."""
LEAST_CASES, LEAST_SECONDS = 5, 3.0
"""Cases and seconds after which it is said how long the rest will take."""
LONG = 3.0
"""Seconds after which the case under way is named."""
LEAST_SHARED = 1 / 3
"""Part of the cases after which it is said how long the rest will take, where workers share them: the long ones come
first."""


@dataclass
class Forecast:
    """What a run has spent, and what is before it. Cases that search spend a budget, the others about the same each.

    `budget` and `seconds` are what the searching cases may spend, None without a bound. `plain` counts the other cases
    that are done and `requests` what they sent. Where the cases are `shared` by workers nobody knows what those under way
    have sent, and the time goes by cases.
    """

    budget: float | None
    seconds: float | None
    searching: int = 0
    searching_done: int = 0
    plain_left: int = 0
    plain: int = 0
    requests: int = 0
    shared: bool = False

    def seconds_left(self, age: float, sent: int) -> float | None:
        """How long the rest will take, after `age` seconds and `sent` requests; None while that cannot be told."""
        if self.plain < LEAST_CASES or age < LEAST_SECONDS or not sent:
            return None
        if self.shared:
            done, left = self.plain + self.searching_done, self.plain_left + self.searching - self.searching_done
            return age / done * left if done >= LEAST_SHARED * (done + left) else None
        part = (self.searching - self.searching_done) / self.searching if self.searching else 0.0
        each = self.requests / self.plain
        ahead = self.plain_left * each + (self.budget or 0.0) * part
        return age / sent * ahead + (self.seconds or 0.0) * part


def spoken_time(seconds: float) -> str:
    """A duration as one says it: `20 s`, `3 min`, `2 h`."""
    if seconds < 90:
        return f"{max(10, round(seconds, -1)):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"


class Progress:
    """A plugin of pytest that writes the line."""

    def __init__(self, session: Session, console: Console) -> None:
        self._session = session
        self._given, self._console = console, _past_capture(console)
        self._pace = Forecast(*session.budget, shared=session.options.workers > 1)
        self._modules = {name for service in session.services for name in service.searching}
        self._total = 0
        self._done = 0
        self._case: Case | None = None
        self._sent = 0
        self._since = self._last = time.monotonic()
        self._over = threading.Event()
        self._writing = threading.Lock()

    @property
    def _every(self) -> float:
        if self._console.is_terminal:
            return REWRITTEN
        return IN_PIPELINE if os.environ.get("CI") else LOGGED

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count the cases, and begin to write."""
        cases = [case for item in session.items if (case := case_of(item)) is not None]
        self._total = len(cases)
        self._pace.searching = sum(map(self._searches, cases))
        self._pace.plain_left = len(cases) - self._pace.searching
        threading.Thread(target=self._write_on, name="progress", daemon=True).start()

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Note which case is under way."""
        self._case, self._since = case_of(item), time.monotonic()
        self._sent = len(self._session.recorder.exchanges)

    def pytest_runtest_logfinish(self, nodeid: str, location: object) -> None:
        """Count what the case has spent, and say how far the run is."""
        case, self._case = self._case, None
        self._done += 1
        if case is not None and self._searches(case):
            self._pace.searching_done = min(self._pace.searching, self._pace.searching_done + 1)
        else:
            self._pace.plain += 1
            self._pace.requests += len(self._session.recorder.exchanges) - self._sent
            self._pace.plain_left = max(0, self._pace.plain_left - 1)
        if self._console.is_terminal or self._done == self._total:
            self._write()

    def pytest_sessionfinish(self) -> None:
        """Write no more."""
        with self._writing:
            self._over.set()
            if self._console.is_terminal and self._total:
                self._console.file.write("\n")
            if self._console is not self._given:
                self._console.file.close()

    def _searches(self, case: Case) -> bool:
        return case.name.partition(".")[0] in self._modules

    def _write_on(self) -> None:
        while not self._over.wait(min(1.0, self._every)):
            if time.monotonic() - self._last >= self._every:
                self._write()

    def line(self) -> str:
        """How far the run is."""
        done, total = self._done, self._total
        again = f" and {done - total} again" if done > total else ""
        exchanges = self._session.recorder.exchanges
        # An id is kept once it is made; a key would be hashed anew after each case. What is one cause is known at the end.
        seen = {item.id for item in tuple(self._session.recorder.findings)}
        text = f"case {min(done, total)}/{total}{again}, {len(exchanges)} requests, {len(seen)} deviations seen"
        left = self._pace.seconds_left(self._session.age, len(exchanges)) if done < total else None
        if left is not None:
            text += f", about {spoken_time(left)} left"
        case, busy = self._case, time.monotonic() - self._since
        return f"{text}; {case.name} for {busy:.0f} s" if case is not None and busy >= LONG else text

    def _write(self) -> None:
        with self._writing:
            if self._over.is_set():
                return
            self._last = time.monotonic()
            if self._console.is_terminal:
                self._console.file.write(f"\r\x1b[K{self.line()[: self._console.width - 1]}")
                self._console.file.flush()
            else:
                self._console.print(self.line(), highlight=False, markup=False, soft_wrap=True)


def _past_capture(console: Console) -> Console:
    """The console on a descriptor of its own: within a case pytest has put a file in the place of the usual ones."""
    try:
        descriptor = os.dup(console.file.fileno())
    except (OSError, ValueError, AttributeError):
        return console  # it is no file of the system, and is not captured
    file = forgiving(descriptor, console.encoding, by_line=True, owned=True)
    return Console(file=file, width=console.width, force_terminal=console.is_terminal)
