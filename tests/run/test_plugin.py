"""A run under plain pytest: opened when there is a case, reported, and ended with the verdict's exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from checkout import ROOT

from conformance.model.errors import Exit

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
