"""Cases that run again when all have run: those that have seen what nothing else has, and those that fail the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence

import pytest

from conformance.model.phrase import Phrase
from conformance.run.items import case_of, key_of
from conformance.run.session import Session

__all__ = ["MOST_GOES", "Repetition", "one_by_one"]

MOST_GOES = 2
"""Times that a case is run again which has seen what nothing else has."""
LEAST_EXTRA = 60.0
"""Seconds that trying again may take when the run itself was shorter."""


class Repetition:
    """Runs cases of a run again, and counts how often each has run."""

    def __init__(self) -> None:
        self.goes: Counter[str] = Counter()
        """How often a case has run, by its key."""
        self.run_items: Callable[[pytest.Session, Sequence[pytest.Item], Callable[[], bool]], None] = one_by_one
        """Runs cases until it is told that no further one may begin."""

    def doubt(self, session: pytest.Session, run: Session) -> None:
        """Run the cases again that have seen something which nothing else in the run has (judge/once.py), at most
        MOST_GOES times, and stop when that took as long as the run itself."""
        began, most = run.age, max(run.age, LEAST_EXTRA)
        wanted: Collection[str] | None = None
        for _ in range(MOST_GOES):
            if session.shouldstop or session.shouldfail:
                return
            now = run.doubted()
            wanted = [case for case in now if wanted is None or case in wanted]
            if not wanted:
                return
            again = [item for item in session.items if case_of(item) is not None and key_of(item) in wanted]
            self.run_items(session, again, lambda: run.age - began > most or run.time.cases.over)

    def confirm(self, session: pytest.Session, run: Session) -> None:
        """Run the cases again that show what fails the run, and stop when that took as long as the run itself."""
        if not run.options.confirm or session.shouldstop or session.shouldfail:
            return
        if not run.may_judge:
            rounds = run.options.confirm
            run.notes.append(Phrase.of("confirming-ended", seconds=0, round=1, rounds=rounds))
            return
        wanted = dict.fromkeys(run.to_confirm())
        items = [item for item in session.items if case_of(item) is not None and key_of(item) in wanted]
        began, most = run.age, max(run.age, LEAST_EXTRA)
        for number in range(1, run.options.confirm + 1):
            # Those that were doubted before have run as often.
            again = [item for item in items if self.goes[key_of(item)] <= number]
            self.run_items(session, again, lambda: run.age - began > most or run.time.cases.over)
            if session.shouldstop:
                return
            if any(self.goes[key_of(item)] <= number for item in again):
                seconds, rounds = round(run.age - began), run.options.confirm
                run.notes.append(Phrase.of("confirming-ended", seconds=seconds, round=number, rounds=rounds))
                return


def one_by_one(session: pytest.Session, items: Sequence[pytest.Item], over: Callable[[], bool]) -> None:
    """Run cases again in this process, until `over` says that no further one may begin."""
    for item in items:
        if over() or session.shouldstop:
            return
        # The hook is public and runs an item anew, with fixtures of its own, each time it is called.
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
