"""A run in this process: the cases by pytest, and the cleaning up."""

from __future__ import annotations

import contextlib
import importlib
import io
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from rich.console import Console

from conformance.model.contract import Contract
from conformance.model.errors import SuiteError, TargetError, UsageError
from conformance.model.verdict import Verdict
from conformance.run.cases import case_packages
from conformance.run.interruption import hold, let_through
from conformance.run.session import Session

__all__ = ["check_selection", "conduct", "pytest_arguments", "run_cases"]

CONFIGURATION = Path(__file__).with_name("pytest.ini")
"""Of pytest, for the cases alone."""
_WORD = re.compile(r"[\w:+\-.\[\]\\/]+")
_OPERATORS = frozenset({"and", "or", "not"})
"""Of a selection: its words, and those that are none."""
UNUSED = (
    "cacheprovider",
    "terminal",
    "logging",
    "unraisableexception",
    "threadexception",
    "faulthandler",
    "doctest",
    "pastebin",
    "debugging",
)
"""Plugins of pytest's own that a run has no use for."""


def conduct(
    session: Session, progress: Console, *watchers: object, opened: Callable[[], None] = lambda: None
) -> Verdict:
    """Open a run, run its cases, clean up, and judge. There is a verdict whatever happens: a run that cannot start, that
    is interrupted, or that meets a bug of ours has one that says so. `opened` is called before the first case.

    Raises UsageError alone.
    """
    try:
        let_through()
        with session:
            opened()
            return run_cases(session, progress, *watchers)
    except TargetError as error:
        session.could_not_start(error)
    except UsageError:
        raise
    except KeyboardInterrupt:
        session.interrupted()
    except Exception as error:  # of ours: the run owes a verdict all the same
        session.at_fault("start", error)
    hold()
    return session.verdict()


def check_selection(expression: str | None) -> None:
    """Raise UsageError for a selection that pytest would not understand. It is the last word, and comes when the run is
    open; what is plainly no expression costs no login."""
    try:
        compile(_WORD.sub(lambda word: word[0] if word[0] in _OPERATORS else "x", expression or "x"), "-k", "eval")
    except (SyntaxError, ValueError):
        raise UsageError(_no_expression(expression)) from None


def _no_expression(expression: str | None) -> str:
    return f"-k {expression}: is no expression that pytest understands"


def run_cases(session: Session, progress: Console, *watchers: object) -> Verdict:
    """Run the cases of an open run in this process, clean up, and judge.

    pytest's plugins of the environment stay out: what runs is the suite alone, wherever it is installed. `watchers` are
    plugins of the caller's.
    """
    import pytest  # with what stands on it: the first request, the login, need not wait for it

    from conformance.run.by_workers import ByWorkers
    from conformance.run.progress import Progress
    from conformance.run.supervisor import Supervisor

    options = session.options
    chosen = ["-k", options.selection] if options.selection else []
    arguments = [*pytest_arguments(options.profile, options.modules, session.contract), *chosen]
    watcher, supervisor = Progress(session, progress), Supervisor(session)
    crew = [ByWorkers(session, supervisor, watcher)] if options.workers > 1 else []
    said = io.StringIO()  # pytest reports a bad -k in two lines of its own; ours is one
    try:
        with contextlib.redirect_stderr(said):
            status = pytest.main(arguments, plugins=[supervisor, watcher, *crew, *watchers])
    finally:
        hold()  # all that was to be seen has been seen
        session.cleanup()
    if status == pytest.ExitCode.USAGE_ERROR and options.selection:
        raise UsageError(_no_expression(options.selection))
    progress.print(session.secrets.line(said.getvalue()), end="", markup=False, highlight=False)
    if status == pytest.ExitCode.INTERRUPTED:
        session.interrupted()
    if status in {pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR} and not session.suite_fault:
        session.at_fault("pytest", SuiteError("the suite could not be run by pytest"))
    return session.verdict()


def pytest_arguments(profile: str, modules: Iterable[str] = (), contract: Contract | None = None) -> list[str]:
    """The command line on which pytest runs the cases for a contract, or these modules of them: its own configuration, none
    of a directory around."""
    chosen = [str(importlib.import_module(module).__file__) for module in modules]
    folders = [str(next(iter(package.__path__))) for package in case_packages(contract)]
    return [
        *(chosen or folders),
        "-c",
        str(CONFIGURATION),
        "--rootdir",
        str(CONFIGURATION.parent),
        "--disable-plugin-autoload",
        "--assert=plain",
        "--continue-on-collection-errors",
        *(argument for name in UNUSED for argument in ("-p", f"no:{name}")),
        "-p",
        "conformance.plugin",
        "--profile",
        profile,
    ]
