"""Runs in which a function stands in the place of each case."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.console import Console

from conformance.model.contract import Contract
from conformance.model.deadline import RunTime
from conformance.model.verdict import Verdict
from conformance.proof.reference import Reference
from conformance.run.cases import Expect
from conformance.run.options import Options
from conformance.run.runner import run_cases
from conformance.run.session import Session

OPTIONS = Options(profile="smoke", seed=1, embedded=Reference, selection="test_delete")
COMPLETE = "image.delete.response.204"


class Instead:
    """Runs a function in place of each case; keeps what pytest reports of them."""

    def __init__(self, act: Callable[[Expect], None]) -> None:
        self._act = act
        self.outcomes: list[str] = []
        self.texts: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        self._act(pyfuncitem.funcargs["expect"])
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self.outcomes.append(report.outcome)
            self.texts.append(str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr))


def ran(contract: Contract, act: Callable[[Expect], None], **changes: object) -> tuple[Session, Verdict, Instead]:
    instead = Instead(act)
    with Session(replace(OPTIONS, **changes), contract) as session:
        verdict = run_cases(session, Console(file=io.StringIO()), instead)
    return session, verdict, instead


class Clock:
    """A clock that stands still until it is put forward."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def timed(contract: Contract, act: Callable[[Expect, Clock], None], **changes: object) -> tuple[Session, Verdict]:
    """A run of 100 s in which only `act` takes time."""
    clock = Clock()
    with Session(replace(OPTIONS, **changes), contract) as session:
        session.time = RunTime.starting(100, clock)
        verdict = run_cases(session, Console(file=io.StringIO()), Instead(lambda expect: act(expect, clock)))
    return session, verdict
