"""The plugin that has the cases of a run run by workers, also those that run again.

A case that found no room in a quota while others held what they had made runs once more by itself, when they have ended.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from conformance.model.errors import NoRoom
from conformance.model.phrase import Phrase
from conformance.run.items import case_of, explores
from conformance.run.repetition import one_by_one
from conformance.run.session import Session
from conformance.run.supervisor import Supervisor
from conformance.run.workers import Harvest, Workers, in_order

__all__ = ["ByWorkers"]

CROWDED = frozenset({"quota-used-up", "quota-of-something", "changed-by-others"})
"""Reasons of a case that could not create what it needs, or whose lists were changed meanwhile: another worker may be to
blame. Where one makes room in between, a quota of resources looks like one of what was asked."""


class ByWorkers:
    """A plugin that has the cases run by workers, in the place of pytest's own loop. `alone` are the plugins of this
    process that no worker needs."""

    def __init__(self, run: Session, supervisor: Supervisor, *alone: object) -> None:
        self._run = run
        self._supervisor = supervisor
        self._alone = alone
        self._crowded: list[pytest.Item] = []
        """The cases for which there was no room beside those of other workers."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Run all cases. Raises what pytest's own loop raises when the run is ended early."""
        if session.config.option.collectonly or session.testsfailed:
            return None
        self._supervisor.repetition.run_items = self._run_items
        self._crowded.clear()
        self._share_out(session, session.items, lambda: False)
        if self._ended(session):
            raise session.Interrupted(session.shouldstop)
        one_by_one(session, list(self._crowded), lambda: self._run.time.cases.over)
        return True

    def _run_items(self, session: pytest.Session, items: Sequence[pytest.Item], over: Callable[[], bool]) -> None:
        if len(items) > 1:
            self._share_out(session, items, over)
        else:
            one_by_one(session, items, over)

    def _share_out(self, session: pytest.Session, items: Sequence[pytest.Item], enough: Callable[[], bool]) -> None:
        """Have workers run these cases, until `enough` says that no further one may begin, or the run has ended."""
        supervisor = self._supervisor

        def begin() -> None:
            supervisor.late = True  # whether the time is over is said by the process that started this one
            for plugin in self._alone:
                session.config.pluginmanager.unregister(plugin)

        def run_case(place: int) -> bool:
            items[place].config.hook.pytest_runtest_protocol(item=items[place], nextitem=None)
            return items[place] in supervisor.whole

        def taken(harvest: Harvest) -> None:
            item, seen = items[harvest.place], harvest.seen
            supervisor.was_run(item, self._run, seen.attempts, whole=harvest.whole)
            if any(reason.kind in CROWDED for cases in seen.unjudged.values() for reason in cases.values()):
                self._crowded.append(item)
            item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)

        explored = [explores(item) for item in items]
        cases = [case_of(item) for item in items]
        long = [case is not None and case.long for case in cases]
        draws = [case is not None and case.draws for case in cases]
        workers = Workers(
            self._run,
            self._run.options.workers,
            begin=begin,
            run_case=run_case,
            taken=taken,
            over=lambda: self._ended(session) or enough(),
        )
        try:
            workers.run(in_order(explored, long, draws))
        except NoRoom as error:
            self._run.end(Phrase.of("no-room", said=str(error)))
            self._ended(session)

    def _ended(self, session: pytest.Session) -> bool:
        """Whether the run has ended; says so where that was not said."""
        if self._run.time.cases.over and not self._supervisor.late:
            self._supervisor.out_of_time(session, self._run)
        if self._run.ended is not None and not session.shouldstop:
            session.shouldstop = self._run.ended.kind
        return bool(session.shouldstop)
