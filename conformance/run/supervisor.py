"""The supervisor: the life of a run under pytest, and of each of its cases.

Under `conformance run` the command opens the session and reports; under plain pytest the supervisor opens it and has it
reported, and the process ends with the verdict's exit code.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import ExitStack

import pytest

from conformance.contract.specs import load_contract
from conformance.generate.exploration import keep_drawing_in
from conformance.model.contract import Contract
from conformance.model.deadline import in_units
from conformance.model.deviation import Deviation
from conformance.model.errors import (
    ConformanceError,
    ConnectionBroken,
    Exit,
    NotACloud,
    TargetAway,
    TargetBusy,
    TargetError,
    TargetUnreachable,
    TimeOver,
    UsageError,
)
from conformance.model.phrase import Phrase
from conformance.model.record import Attempt
from conformance.run.cases import Case, NotApplicable, NotExercised, verified_by
from conformance.run.interruption import came, hold, let_through, taken
from conformance.run.items import case_of, client_of, explores, exploring_part, key_of
from conformance.run.journal_file import state_directory
from conformance.run.options import MOST_CONFIRM, budget_of, in_profile
from conformance.run.pytest_options import options_of
from conformance.run.recorder import Bookmark
from conformance.run.repetition import MOST_GOES, Repetition
from conformance.run.reporter import ENDED, REPORTER, Reporter
from conformance.run.session import Session
from conformance.target.secrets import without_secrets

__all__ = ["FAILURES", "MOST_OUTAGES", "SESSION", "Supervisor", "contract_of"]

SESSION: pytest.StashKey[Session] = pytest.StashKey()
"""The run under way."""
SENT: pytest.StashKey[int] = pytest.StashKey()
"""The number of the first exchange of the case under way."""
FAILURES: pytest.StashKey[list[Deviation]] = pytest.StashKey()
"""What the case under way has seen wrong."""
COMPLETE: pytest.StashKey[bool] = pytest.StashKey()
"""Whether the case has come to its end."""
STOPPED: pytest.StashKey[str] = pytest.StashKey()
"""The answer for which the case could not go on (model.record.Attempt)."""
ODD = frozenset({"prerequisite", "answer-without", "shows-nothing", "two-answers"})
"""Reasons of cases that could not go on for what one answer was."""
MOST_STALLS = 3
"""Cases of a run that run again because an answer did not come in time: each may take a minute."""
WORTH_SAYING = 0.1
"""Part of the time of a run from which on it is said that judging takes it."""
MOST_OUTAGES = 3
"""Cases in a row that find no target before the run gives up."""


class Supervisor:
    """Watches over the cases: opens the run before the first, judges each, ends the run after the last.

    `run` is given by the command; under plain pytest it is made when there is a case to run.
    """

    def __init__(self, run: Session | None = None) -> None:
        keep_drawing_in(state_directory())
        self.given = run
        self.desk: Reporter | None = None
        self.stack = ExitStack()
        """What a run under plain pytest has taken until its end."""
        self.outages = 0
        self.again = 0
        """How often the case under way ran before; above 0 while cases are tried again."""
        self.whole: set[pytest.Item] = set()
        """The cases that the end of the run has not cut off."""
        self.stalls = 0
        """How often a case ran again because an answer did not come in time."""
        self.late = False
        """Whether it was said that the time of the run is over."""
        self.repetition = Repetition()

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out the cases that the profile does not run; those that draw come again at the end, to explore."""
        profile = config.getoption("--profile")
        out = [item for item in items if (case := case_of(item)) and not in_profile(case, profile)]
        if out:
            config.hook.pytest_deselected(items=out)
            items[:] = [item for item in items if item not in out]
        given = self.given.options if self.given is not None else None
        budget = given.budget if given is not None else config.getoption("--budget")
        if any(budget_of(profile, budget)) and (given is None or given.explore):
            items += [exploring_part(item) for item in items if (case := case_of(item)) and case.draws]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Open the run, run the cases, clean up."""
        if session.config.option.collectonly or not any(case_of(item) for item in session.items):
            return (yield)
        if self.given is not None:
            session.config.stash[SESSION] = self.given
            return (yield from self._run_cases(session, self.given))
        run = self._opened(session)
        # Allure's own plugin would write a result for each case beside ours for each requirement, and count everything
        # twice.
        if session.config.pluginmanager.has_plugin("allure_listener"):
            session.config.pluginmanager.unregister(name="allure_listener")
        try:
            return (yield from self._run_cases(session, run))
        finally:
            hold()
            run.cleanup()

    def _opened(self, session: pytest.Session) -> Session:
        """The run of plain pytest, its reports claimed and its session open. Ends pytest when it cannot start."""
        try:
            run = Session(options_of(session.config))
            desk = session.config.stash[REPORTER](run)
            self.stack.enter_context(taken())
            self.stack.enter_context(desk)
            desk.open()
        except ConformanceError as error:
            self.stack.close()
            pytest.exit(without_secrets(str(error)), returncode=int(error.exit_code))
        session.config.stash[SESSION], self.desk = run, desk
        try:
            let_through()
            return run.__enter__()
        except UsageError as error:
            hold()
            desk.refuse(error)
            del session.config.stash[SESSION]
            self.stack.close()
            pytest.exit(without_secrets(str(error)), returncode=int(error.exit_code))
        except TargetError as error:
            run.could_not_start(error)
            pytest.exit(without_secrets(str(error)), returncode=int(error.exit_code))
        except KeyboardInterrupt:
            run.interrupted()
            raise
        except Exception as error:  # of ours: the run owes a verdict all the same
            run.at_fault("start", error)
            pytest.exit(f"the suite is at fault: {type(error).__name__}", returncode=int(Exit.SUITE))

    def _run_cases(self, session: pytest.Session, run: Session) -> Generator[None, object, object]:
        """Run the cases, and those again that show what fails the run. Whatever ends them early, those that were not run
        have that as the reason why they judge nothing."""
        try:
            result = yield
            self.repetition.doubt(session, run)
            self.repetition.confirm(session, run)
            return result
        except (KeyboardInterrupt, session.Failed):  # shouldstop is one, too, and has said why
            run.interrupted()
            raise
        finally:
            if run.ended is not None:
                for item in session.items:
                    case = case_of(item)
                    if case is not None and item not in self.whole and not explores(item):
                        run.recorder.not_judged(verified_by(case, run.contract), case.name, run.ended)

    def out_of_time(self, session: pytest.Session, run: Session) -> None:
        """Say that the time of the run is over, and stop. What only explores decides nothing: a run that has come to it
        is whole, and what is left of it ends at its first request."""
        self.late = True
        deciding = [item for item in session.items if case_of(item) is not None and not explores(item)]
        done, time = sum(item in self.whole for item in deciding), in_units(run.time.seconds)
        if done < len(deciding):
            run.end(Phrase.of("time-over", time=time, done=done, total=len(deciding)))
            session.shouldstop = "the time of the run is over"
        else:
            run.notes.append(Phrase.of("exploring-ended", time=time))
        if run.owed > run.time.seconds * WORTH_SAYING:
            run.notes.append(Phrase.of("time-for-judging", seconds=round(run.owed)))

    def was_run(self, item: pytest.Item, run: Session, attempts: Iterable[Attempt], *, whole: bool) -> None:
        """A worker has run a case; `whole` says that the end of the run has not cut it off."""
        case = case_of(item)
        if (
            case is not None
            and self.repetition.goes[key_of(item)]
            and any(go.complete and not go.explores for go in attempts)
        ):
            run.recorder.judged_after_all(case.name)
        self.repetition.goes[key_of(item)] += 1
        if whole:
            self.whole.add(item)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Begin a case with its own random numbers, and write down which exchanges and findings were its."""
        if case_of(item) is None:
            return (yield)
        if came():  # a signal that was raised where nobody heeds exceptions
            raise KeyboardInterrupt
        run, key = item.config.stash[SESSION], key_of(item)
        recorder = run.recorder
        item.stash[COMPLETE], item.stash[STOPPED] = False, ""
        self.whole.add(item)
        self.again = self.repetition.goes[key]
        self.repetition.goes[key] += 1
        item.stash[SENT], found = len(recorder.exchanges) + 1, len(recorder.findings)
        recorder.exploring = explores(item)
        client_of(item, run).begin(key, self.again, explores=recorder.exploring)
        try:
            return (yield)
        finally:
            sent, findings = range(item.stash[SENT], len(recorder.exchanges) + 1), range(found, len(recorder.findings))
            recorder.attempts.append(
                Attempt(key, sent, findings, item.stash[COMPLETE], recorder.exploring, item.stash[STOPPED])
            )
            recorder.exploring = False
            if run.full is not None:
                run.end(Phrase.of("no-room", said=str(run.full)))
                item.session.shouldstop = str(run.full)
            if run.time.cases.over and not self.again and not self.late:
                self.out_of_time(item.session, run)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Run a case; whatever ends it is either a finding, a reason why it judged nothing, or our own fault."""
        case = case_of(item)
        if case is None:
            return (yield)
        run = item.config.stash[SESSION]
        run.recorder.case = case.name
        mark = run.recorder.mark()
        try:
            try:
                yield
            except (TargetUnreachable, NotACloud) as error:
                if not self._may_run_again(run, error):
                    raise
                self._run_again(item, run, case, mark)
            self.outages = 0
            item.stash[COMPLETE] = True
            if run.time.cases.over:  # what draws asks less when its time is over
                raise TimeOver("the time of the run is over")
            if self.again and not run.recorder.exploring:
                run.recorder.judged_after_all(case.name)
        except NotExercised as reason:  # skipped to pytest alone: the verdict says that it was not exercised
            item.stash[STOPPED] = str(reason.reason) if reason.reason.kind in ODD else ""
            self._not_exercised(run, case, reason.reason, reason.requirements)
            pytest.skip(run.options.wording.spoken(run.secrets.phrase(reason.reason)))
        except NotApplicable as reason:
            pytest.skip(run.options.wording.spoken(run.secrets.phrase(reason.reason)))
        except TimeOver as error:
            item.stash[COMPLETE] = False
            self.whole.discard(item)
            pytest.skip(run.secrets.line(str(error)))
        except KeyboardInterrupt:
            self.whole.discard(item)
            raise
        except TargetError as error:
            answered = len(run.recorder.exchanges) >= item.stash[SENT]
            self.outages += not (answered and isinstance(error, ConnectionBroken))  # one that breaks is there
            self._not_exercised(run, case, _reason(error))
            if self.outages >= MOST_OUTAGES:
                given_up = Phrase.of("given-up", cases=MOST_OUTAGES, said=str(error))
                run.end(_reason(error) if isinstance(error, TargetBusy) else given_up)
                item.session.shouldstop = run.secrets.line(str(error))
            pytest.skip(run.secrets.line(str(error)))
        finally:
            run.sweep()
        failures = item.stash.get(FAILURES, [])
        if failures:
            said = (run.options.wording.sentence(run.secrets.deviation(item)) for item in failures)
            pytest.fail("\n".join(said), pytrace=False)
        return None

    def _may_run_again(self, run: Session, error: TargetError) -> bool:
        """Whether a case is run once more. One that met a target which is away has waited for it; and not every answer
        that does not come in time is waited for twice."""
        if isinstance(error, TargetAway) or run.time.cases.over or run.full is not None:
            return False
        if isinstance(error, ConnectionBroken | NotACloud):
            return True
        self.stalls += 1
        return self.stalls <= MOST_STALLS

    def _run_again(self, item: pytest.Item, run: Session, case: Case, mark: Bookmark) -> None:
        """Run a case once more whose connection broke, as if it had not run; what was sent before stays in the record."""
        recorder, key = run.recorder, key_of(item)
        run.sender.troubles.cases_again += 1
        recorder.take_back(mark)
        item.stash.get(FAILURES, []).clear()
        run.sweep()
        sent, found = range(item.stash[SENT], len(recorder.exchanges) + 1), len(recorder.findings)
        recorder.attempts.append(Attempt(key, sent, range(found, found), complete=False, explores=recorder.exploring))
        item.stash[SENT] = len(recorder.exchanges) + 1
        recorder.case = case.name
        client_of(item, run).begin(key, MOST_CONFIRM + MOST_GOES + 1 + self.again, explores=recorder.exploring)
        item.runtest()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """What pytest prints of a case, such as the traceback of an exception of ours, holds no secret."""
        report = yield
        run = item.config.stash.get(SESSION, None)
        if run is not None and report.failed:
            shown = run.secrets.line(report.longreprtext)
            report.longrepr = shown if shown != report.longreprtext else report.longrepr
        return report

    def pytest_exception_interact(self, node: pytest.Item | pytest.Collector, call: pytest.CallInfo[object]) -> None:
        """An exception in a case, a fixture or the collection that nothing above has an answer to is a bug of ours (exit
        code 4), whatever class it has."""
        run = node.config.stash.get(SESSION, self.given)
        error = call.excinfo.value if call.excinfo is not None else None
        if run is None or error is None or isinstance(error, pytest.fail.Exception | pytest.skip.Exception):
            return
        case = case_of(node) if isinstance(node, pytest.Item) else None
        if case is not None:
            run.at_fault(case.name, error)
        elif self.given is not None:  # under plain pytest other tests than ours may be collected
            run.at_fault("collection", error)
        if run.ended is not None:
            node.session.shouldstop = "the run has ended"

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool | None:
        """An exception in the plugin or in pytest; True keeps pytest from printing it."""
        if self.given is None:
            return None
        self.given.at_fault("pytest", excinfo.value)
        return True

    def _not_exercised(self, run: Session, case: Case, reason: Phrase, requirements: tuple[str, ...] = ()) -> None:
        # The first time decides what was judged, and only what is the same for every seed does.
        if not self.again and not run.recorder.exploring:
            unjudged = requirements or verified_by(case, run.contract)
            run.recorder.not_judged(unjudged, case.name, reason)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Generator[None, object, object]:
        """Under plain pytest: have the verdict reported, and end with its exit code."""
        run = session.config.stash.get(SESSION, None)
        if run is None or self.given is not None:
            return (yield)
        hold()
        with self.stack:
            verdict = run.verdict()
            desk = self.desk
            assert desk is not None
            desk.report(verdict)
            run.__exit__(None, None, None)
            result = yield
            desk.show()
            session.exitstatus = session.config.stash[ENDED] = desk.exit_code
        return result


def contract_of(config: pytest.Config) -> Contract:
    """The contract of the run that is to begin; cases are collected before it does."""
    supervisors = (plugin for plugin in config.pluginmanager.get_plugins() if isinstance(plugin, Supervisor))
    given = next((item.given for item in supervisors if item.given is not None), None)
    return given.contract if given is not None else load_contract(options_of(config).specs)


def _reason(error: TargetError) -> Phrase:
    """Why a case judged nothing: a limit of the platform, or that no answer came."""
    if isinstance(error, TargetBusy):
        return Phrase.of("rate-limited" if error.rate else "not-available")
    return Phrase.of("no-answer-came", said=str(error))
