"""The life of a run under pytest: what ends a case is a finding, a reason, or our own fault."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from checkout import ROOT
from rich.console import Console

from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.errors import Exit, TargetUnreachable
from conformance.model.phrase import Phrase
from conformance.model.verdict import Outcome, Verdict
from conformance.proof.reference import Reference
from conformance.run.cases import Expect, NotApplicable, NotExercised
from conformance.run.plugin import MOST_OUTAGES
from conformance.run.runner import run_cases
from conformance.run.session import Options, Session

OPTIONS = Options(profile="smoke", seed=1, embedded=Reference, selection="test_delete")
REASON = Phrase.of("not-protected")
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


def raising(error: Exception) -> Callable[[Expect], None]:
    def act(_expect: Expect) -> None:
        raise error

    return act


def result(verdict: Verdict, requirement: str) -> tuple[Outcome, object]:
    return next((item.outcome, item.reason) for item in verdict.requirements if item.id == requirement)


def test_a_case_that_cannot_judge_leaves_its_requirements_unjudged_with_its_reason(contract: Contract) -> None:
    session, verdict, instead = ran(contract, raising(NotExercised(REASON)))
    assert {"skipped"} == set(instead.outcomes)
    assert {REASON} == set(session.recorder.unjudged[COMPLETE].values())
    outcome, reason = result(verdict, COMPLETE)
    assert (Outcome.NOT_EXERCISED, "in-case") == (outcome, reason.kind if isinstance(reason, Phrase) else reason)


def test_a_case_may_leave_some_of_its_requirements_unjudged(contract: Contract) -> None:
    session, _, _ = ran(contract, raising(NotExercised(REASON, COMPLETE)))
    assert {COMPLETE} == set(session.recorder.unjudged)


def test_a_case_that_does_not_apply_leaves_nothing_unjudged(contract: Contract) -> None:
    session, _, instead = ran(contract, raising(NotApplicable(REASON)))
    assert ({}, {"skipped"}) == (session.recorder.unjudged, set(instead.outcomes))


def test_a_run_gives_up_after_cases_in_a_row_that_find_no_target(contract: Contract) -> None:
    session, verdict, instead = ran(contract, raising(TargetUnreachable("nobody there")))
    assert MOST_OUTAGES == len(instead.outcomes)
    assert Phrase.of("given-up", cases=MOST_OUTAGES, said="nobody there") in session.notes
    assert (True, Exit.INCONCLUSIVE) == (session.cut_short, verdict.exit_code)


def test_an_error_of_ours_is_never_the_targets(contract: Contract) -> None:
    session, verdict, instead = ran(contract, raising(ZeroDivisionError("ours")))
    assert ({"failed"}, Exit.SUITE) == (set(instead.outcomes), verdict.exit_code)
    assert {("suite-at-fault", "ZeroDivisionError", "ours")} == {
        (note.kind, note.get("error"), note.get("said")) for note in session.notes
    }


def test_a_look_that_fails_is_a_finding_and_fails_the_case_in_its_words(contract: Contract) -> None:
    seen = Deviation("still-there", terms=(("where", "listed"),))

    def act(expect: Expect) -> None:
        expect(COMPLETE, False, seen)

    session, _, instead = ran(contract, act, selection="test_a_deleted_image_is_gone")
    found = session.recorder.findings
    assert {seen} == {item.deviation for item in found}
    assert {session.options.wording.sentence(seen)} == set(instead.texts)


def test_the_exchanges_and_findings_of_a_case_are_written_down_with_it(contract: Contract) -> None:
    session, _, instead = ran(contract, lambda _expect: None)
    assert len(instead.outcomes) == len(session.recorder.attempts)
    assert all(attempt.complete for attempt in session.recorder.attempts)
    assert [] == [item for item in session.recorder.attempts if len(item.findings)]


def test_an_attempt_that_was_broken_off_is_not_complete(contract: Contract) -> None:
    session, _, _ = ran(contract, raising(NotExercised(REASON)))
    assert {False} == {attempt.complete for attempt in session.recorder.attempts}


def test_a_profile_leaves_out_the_cases_of_larger_ones(contract: Contract) -> None:
    smoke = ran(contract, lambda _expect: None)[2].outcomes
    gate = ran(contract, lambda _expect: None, profile="gate")[2].outcomes
    assert 0 < len(smoke) < len(gate)


def test_cases_that_draw_come_again_at_the_end_to_explore_with_the_seed_of_the_run(contract: Contract) -> None:
    session, _, _ = ran(contract, lambda _expect: None, profile="gate", selection="test_delete or stateful", seed=7)
    attempts = session.recorder.attempts
    assert [item for item in attempts if item.explores] == attempts[-1:]
    assert attempts[-1].case.removesuffix("[exploring]") in {item.case for item in attempts[:-1]}


@pytest.mark.parametrize("given", [{"profile": "smoke"}, {"budget": "0"}, {"explore": False}])
def test_nothing_explores_in_smoke_without_a_budget_or_when_it_is_not_wanted(
    contract: Contract, given: dict[str, object]
) -> None:
    session, _, _ = ran(contract, lambda _expect: None, **{"profile": "gate", "selection": "stateful", **given})
    assert [] == [item for item in session.recorder.attempts if item.explores]


def test_a_case_that_explores_leaves_nothing_unjudged_and_its_looks_do_not_count(contract: Contract) -> None:
    calls: list[bool] = []

    def act(expect: Expect) -> None:
        calls.append(expect._recorder.exploring)
        if calls[-1]:
            expect.kept("image.patch.atomic")
            raise NotExercised(REASON)

    session, verdict, _ = ran(contract, act, profile="gate", selection="stateful")
    assert [False, True] == calls
    assert {} == session.recorder.unjudged
    assert Outcome.NOT_EXERCISED is result(verdict, "image.patch.atomic")[0]


def test_ctrl_c_ends_the_run_with_a_note_and_cleans_up(contract: Contract) -> None:
    def act(_expect: Expect) -> None:
        raise KeyboardInterrupt

    session, verdict, _ = ran(contract, act)
    assert ([Phrase.of("interrupted")], True, ()) == (session.notes, verdict.run.cut_short, session.leftovers)


PLAIN_CASE = """
from conformance.run.cases import Expect, verifies

@verifies("image.list.complete")
def test_nothing(expect: Expect) -> None:
    expect("image.list.complete", True, "")
"""


def plain_pytest(folder: Path, *options: str) -> int:
    """Plain pytest in a folder with one case; returns its exit code."""
    (folder / "test_plain.py").write_text(PLAIN_CASE, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "conformance.plugin", "--seed", "1", "--out", "out", *options]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, timeout=120).returncode


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--collect-only",), pytest.ExitCode.OK),
        (("-k", "nothing_of_ours"), pytest.ExitCode.NO_TESTS_COLLECTED),
        (("--profile", "smoke"), pytest.ExitCode.NO_TESTS_COLLECTED),
    ],
)
def test_plain_pytest_that_runs_no_case_opens_no_run(tmp_path: Path, options: tuple[str, ...], code: int) -> None:
    assert (code, False) == (plain_pytest(tmp_path, *options), (tmp_path / "out").exists())


def test_plain_pytest_writes_the_reports_and_ends_with_the_verdicts_exit_code(tmp_path: Path) -> None:
    code = plain_pytest(tmp_path)
    assert (Exit.INCONCLUSIVE, True) == (code, (tmp_path / "out" / "verdict.json").is_file())


def test_plain_pytest_that_finds_no_target_writes_a_verdict_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    login = {
        "AUTH_URL": "http://127.0.0.1:1/v3",
        "USERNAME": "u",
        "PASSWORD": "p",
        "PROJECT_NAME": "p",
        "USER_DOMAIN_NAME": "d",
        "PROJECT_DOMAIN_NAME": "d",
    }
    for name, value in login.items():
        monkeypatch.setenv(f"OS_{name}", value)
    code = plain_pytest(tmp_path)
    verdict = json.loads((tmp_path / "out" / "verdict.json").read_text(encoding="utf-8"))
    assert (Exit.INCONCLUSIVE, Exit.INCONCLUSIVE) == (code, verdict["exit_code"])
    assert ["could-not-start"] == [note["kind"] for note in verdict["notes"]]
