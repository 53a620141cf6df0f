"""The pytest plugin: options, fixtures and the life of a run. `conformance/plugin.py` composes it with what it is
handed.

Under `conformance run` the command opens the session and reports; under plain pytest this plugin opens it and has it
reported, and the process ends with the verdict's exit code.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from pathlib import Path

import pytest

from conformance.contract.specs import default_directory, load_effective
from conformance.generate import exploration
from conformance.judge.registry import covered
from conformance.model.deviation import Deviation
from conformance.model.errors import ConformanceError, TargetError
from conformance.model.phrase import Phrase
from conformance.model.record import Attempt
from conformance.model.verdict import Verdict
from conformance.run.cases import Case, Expect, NotApplicable, NotExercised, service_of
from conformance.run.client import Client
from conformance.run.embedded import Embed
from conformance.run.session import PROFILES, Options, Session, budget_of, in_profile, seed_of_day
from conformance.run.waivers_file import chosen as chosen_waivers
from conformance.run.wording import PLAIN, Wording
from conformance.target.cloud import Settings

__all__ = ["EMBED", "MOST_CONFIRM", "PREPARE", "REPORT", "SESSION", "WORDING", "Supervisor"]

SESSION: pytest.StashKey[Session] = pytest.StashKey()
EMBED: pytest.StashKey[Embed] = pytest.StashKey()
"""What makes the target of a run without a cloud; put there by the plugin that composes this one, like all that
follow."""
WORDING: pytest.StashKey[Wording] = pytest.StashKey()
"""The functions that make sentences of values."""
PREPARE: pytest.StashKey[Callable[[], None]] = pytest.StashKey()
"""Opens what the reports are written to, before the first request. Raises UsageError."""
REPORT: pytest.StashKey[Callable[[Verdict, Options], Callable[[], None]]] = pytest.StashKey()
"""Writes the reports of a run under plain pytest; returns a function that prints the verdict after pytest's own
summary."""


def _nothing() -> None:
    """What is done before a run whose reports nobody writes."""


EXPLORING = "exploring"
"""The marker of the items that draw with the seed of the run."""
MOST_CONFIRM = 10
LEAST_EXTRA = 60.0
"""Seconds that trying again may take when the run itself was shorter."""
MOST_OUTAGES = 3
"""Cases in a row that find no target before the run gives up."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of `conformance run` that say what is run, under the same names."""
    group = parser.getgroup("conformance", "conformance of a cloud to the vendor's document")
    group.addoption("--os-cloud", help="cloud of clouds.yaml; without any cloud the embedded reference is the target")
    group.addoption(
        "--reference",
        action="store_true",
        help="the embedded reference is the target on purpose, as is needed where CI is set",
    )
    group.addoption("--os-region-name", help="region of the catalogue")
    group.addoption("--os-interface", help="interface of the catalogue: public, internal or admin")
    group.addoption("--os-cacert", help="CA file that the cloud's certificates are verified with")
    group.addoption("--insecure", action="store_true", help="do not verify certificates")
    group.addoption("--other-cloud", help="cloud of clouds.yaml with a second project, for isolation")
    group.addoption("--profile", choices=PROFILES, default="gate", help="how much is run (default: gate)")
    group.addoption(
        "--seed", type=int, help="what the exploring part is drawn with (default: today's date, 20261231 say)"
    )
    group.addoption(
        "--budget",
        help="what the generated cases may spend: requests (500) or a time (120s, 10m) (default: the profile's)",
    )
    group.addoption(
        "--bytes", help="data that the cases about sizes may send and receive (64KiB, 8MiB) (default: the profile's)"
    )
    group.addoption(
        "--waivers", type=Path, help="file of waivers (default: waivers.yaml in the current directory when it is there)"
    )
    group.addoption(
        "--strict-waivers", action="store_true", help="waivers that are unused or have expired fail the run"
    )
    group.addoption("--baseline", type=Path, help="file of known findings; only others fail the run")
    group.addoption(
        "--confirm",
        type=int,
        choices=range(MOST_CONFIRM + 1),
        default=0,
        metavar="N",
        help="run cases with findings N more times, to tell a flaky target from a wrong one (default: 0)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Know the markers of the cases."""
    config.addinivalue_line("markers", "conformance(case): a conformance case and what it verifies")
    config.addinivalue_line("markers", f"{EXPLORING}: a case drawn with the seed of the run; it decides nothing")
    if not any(isinstance(plugin, Supervisor) for plugin in config.pluginmanager.get_plugins()):
        config.pluginmanager.register(Supervisor(), "conformance-supervisor")


def case_of(item: pytest.Item) -> Case | None:
    """The declaration of a conformance case, None for any other test."""
    marker = item.get_closest_marker("conformance")
    return marker.args[0] if marker is not None else None


def options_of(config: pytest.Config) -> Options:
    """The options of a run under plain pytest."""
    get = config.getoption
    chosen = get("-k") or " ".join(str(arg) for arg in config.args if "::" in str(arg))
    seed = get("--seed")
    return Options(
        settings=Settings(
            cloud=get("--os-cloud"),
            region=get("--os-region-name"),
            interface=get("--os-interface"),
            other_cloud=get("--other-cloud"),
            reference=get("--reference"),
            cacert=get("--os-cacert"),
            insecure=get("--insecure"),
        ),
        profile=get("--profile"),
        seed=seed_of_day() if seed is None else seed,
        strict=bool(get("strict", False)),  # pytest has an option of this name, and takes it for its own strictness too
        selection=chosen or None,
        budget=get("--budget"),
        allowance=get("--bytes"),
        waivers=chosen_waivers(get("--waivers")),
        strict_waivers=get("--strict-waivers"),
        baseline=get("--baseline"),
        confirm=get("--confirm"),
        embedded=config.stash.get(EMBED, None),
        wording=config.stash.get(WORDING, PLAIN),
    )


def explores(item: pytest.Item) -> bool:
    """Whether the item is the exploring part of its case."""
    return item.get_closest_marker(EXPLORING) is not None


def exploring_part(item: pytest.Item) -> pytest.Item:
    """The case once more, as one that draws with the seed of the run."""
    assert isinstance(item, pytest.Function)
    part = pytest.Function.from_parent(item.parent, name=f"{item.name}[{EXPLORING}]", callobj=item.obj)
    part.add_marker(EXPLORING)
    return part


def key_of(item: pytest.Item) -> str:
    """The name of a case with its parameters and part, the same wherever pytest is started."""
    case = case_of(item)
    assert case is not None
    part = f"[{EXPLORING}]" if explores(item) else ""
    return case.name + item.name.removeprefix(getattr(item, "originalname", None) or item.name) + part


def client_of(item: pytest.Item, run: Session) -> Client:
    """The client of the service whose case this is."""
    case = case_of(item)
    return run.client_of(service_of(case) if case is not None else "")


class Supervisor:
    """Watches over the cases: opens the run before the first, judges each, ends the run after the last.

    `run` is given by the command; under plain pytest it is made when there is a case to run.
    """

    def __init__(self, run: Session | None = None) -> None:
        self.given = run
        self.outages = 0
        self.again = 0
        """How often the case under way ran before; above 0 while cases are tried again."""

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
            result = yield
            self._confirm(session, self.given)
            return result
        try:
            run = Session(options_of(session.config))
            session.config.stash.get(PREPARE, _nothing)()
        except ConformanceError as error:
            pytest.exit(str(error), returncode=int(error.exit_code))
        try:
            run.__enter__()
        except TargetError as error:
            run.could_not_start(error)
            session.config.stash[SESSION] = run
            pytest.exit(str(error), returncode=int(error.exit_code))
        except ConformanceError as error:
            pytest.exit(str(error), returncode=int(error.exit_code))
        session.config.stash[SESSION] = run
        # Allure's own plugin would write a result for each case beside ours for each requirement, and count everything
        # twice.
        if session.config.pluginmanager.has_plugin("allure_listener"):
            session.config.pluginmanager.unregister(name="allure_listener")
        try:
            result = yield
            self._confirm(session, run)
            return result
        except KeyboardInterrupt:
            run.interrupted()
            raise
        finally:
            run.cleanup()

    def _confirm(self, session: pytest.Session, run: Session) -> None:
        """Run the cases again that show what fails the run, and stop when that took as long as the run itself."""
        if not run.options.confirm or session.shouldstop or session.shouldfail:
            return
        wanted = dict.fromkeys(run.to_confirm())
        items = [item for item in session.items if case_of(item) is not None and key_of(item) in wanted]
        began, most = run.age, max(run.age, LEAST_EXTRA)
        for self.again in range(1, run.options.confirm + 1):
            for item in items:
                if run.age - began > most:
                    run.notes.append(
                        Phrase.of("confirming-ended", seconds=round(most), round=self.again, rounds=run.options.confirm)
                    )
                    return
                # The hook is public and runs an item anew, with fixtures of its own, each time it is called.
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
                if session.shouldstop:
                    return

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Begin a case with its own random numbers, and write down which exchanges and findings were its."""
        if case_of(item) is None:
            return (yield)
        run, key = item.config.stash[SESSION], key_of(item)
        recorder = run.recorder
        item.stash[COMPLETE] = False
        sent, found = len(recorder.exchanges) + 1, len(recorder.findings)
        recorder.exploring = explores(item)
        client_of(item, run).begin(key, self.again, explores=recorder.exploring)
        try:
            return (yield)
        finally:
            exchanges, findings = range(sent, len(recorder.exchanges) + 1), range(found, len(recorder.findings))
            recorder.attempts.append(Attempt(key, exchanges, findings, item.stash[COMPLETE], recorder.exploring))
            recorder.exploring = False

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Run a case; whatever ends it is either a finding, a reason why it judged nothing, or our own fault."""
        case = case_of(item)
        if case is None:
            return (yield)
        run = item.config.stash[SESSION]
        run.recorder.case = case.name
        try:
            yield
            self.outages = 0
            item.stash[COMPLETE] = True
        except NotExercised as reason:  # skipped to pytest alone: the verdict says that it was not exercised
            self._not_exercised(run, case, reason.reason, reason.requirements)
            pytest.skip(run.options.wording.spoken(reason.reason))
        except NotApplicable as reason:
            pytest.skip(run.options.wording.spoken(reason.reason))
        except TargetError as error:
            self.outages += 1
            self._not_exercised(run, case, Phrase.of("no-answer-came", said=str(error)))
            if self.outages >= MOST_OUTAGES:
                run.cut_short = True
                run.notes.append(Phrase.of("given-up", cases=MOST_OUTAGES, said=str(error)))
                run.given_up = True
                item.session.shouldstop = str(error)
            pytest.skip(str(error))
        finally:
            run.sweep()
        failures = item.stash.get(FAILURES, [])
        if failures:
            pytest.fail("\n".join(run.options.wording.sentence(item) for item in failures), pytrace=False)
        return None

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

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool | None:
        """An exception in the plugin or in pytest; True keeps pytest from printing it."""
        if self.given is None:
            return None
        self.given.at_fault("pytest", excinfo.value)
        return True

    def _not_exercised(self, run: Session, case: Case, reason: Phrase, requirements: tuple[str, ...] = ()) -> None:
        # The first time decides what was judged, and only what is the same for every seed does.
        if not self.again and not run.recorder.exploring:
            unjudged = requirements or covered(case.verifies, run.contract.requirements)
            run.recorder.not_judged(unjudged, case.name, reason)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Generator[None, object, object]:
        """Under plain pytest: have the verdict reported, and end with its exit code."""
        run = session.config.stash.get(SESSION, None)
        if run is None or self.given is not None:
            return (yield)
        try:
            verdict = run.verdict()
            show = session.config.stash[REPORT](verdict, run.options)
        finally:
            run.__exit__(None, None, None)
        result = yield
        show()
        session.exitstatus = int(verdict.exit_code)
        return result


FAILURES: pytest.StashKey[list[Deviation]] = pytest.StashKey()
COMPLETE: pytest.StashKey[bool] = pytest.StashKey()


@pytest.fixture
def run(request: pytest.FixtureRequest) -> Session:
    """The run under way."""
    return request.config.stash[SESSION]


@pytest.fixture
def cloud(run: Session, request: pytest.FixtureRequest) -> Client:
    """The client of the service whose case runs."""
    return client_of(request.node, run)


@pytest.fixture
def share(run: Session) -> Callable[[float], exploration.Budget]:
    """Gives a part of the budget of the generated cases."""
    return run.share


@pytest.fixture
def allowance(run: Session) -> int:
    """Bytes of data that the cases about sizes may send and receive."""
    return run.allowance


@pytest.fixture
def description(run: Session, cloud: Client) -> Mapping[str, object]:
    """The effective OpenAPI description of the service whose case runs."""
    return load_effective(run.options.specs or default_directory())[cloud.service.name]


@pytest.fixture
def options(run: Session) -> Options:
    """What the run was asked for."""
    return run.options


@pytest.fixture
def expect(run: Session, request: pytest.FixtureRequest) -> Expect:
    """The soft assertions of the case."""
    case = case_of(request.node)
    assert case is not None
    value = Expect(run.recorder, case)
    request.node.stash[FAILURES] = value.failures
    return value
