"""Whatever becomes of a run, its directory says what became of it, and never what an earlier one had found."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from checkout import ROOT
from commands import command

REPORTS = {"verdict.json", "junit.xml", "index.html", "summary.md", "report.sarif", "exchanges.har", "specs"}
SMOKE = ("run", "--reference", "--profile", "smoke", "--seed", "1", "-k", "test_delete")


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose verdict must not stand when the next has begun."""
    place = tmp_path_factory.mktemp("earlier")
    assert 3 == command(*SMOKE, "--out", "out", cwd=place).returncode
    verdict = json.loads((place / "out" / "verdict.json").read_bytes())
    (place / "out" / "verdict.json").write_text(json.dumps({**verdict, "outcome": "conformant", "exit_code": 0}))
    return place / "out"


@pytest.fixture
def out(earlier: Path, tmp_path: Path) -> Path:
    """The directory of that run, for one test."""
    return Path(shutil.copytree(earlier, tmp_path / "out"))


def told(out: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((out / "verdict.json").read_bytes())
    return value


def started(out: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "conformance", *SMOKE, *words, "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def test_a_target_that_is_not_there_takes_the_verdict_of_an_earlier_run_away(out: Path, tmp_path: Path) -> None:
    env = {"OS_AUTH_URL": "http://127.0.0.1:1/v3", "OS_USERNAME": "u", "OS_PASSWORD": "p"}
    done = command("run", "--out", out, cwd=tmp_path, env=env)
    verdict = told(out)
    assert (3, 3, "inconclusive") == (done.returncode, verdict["exit_code"], verdict["outcome"])
    assert ["could-not-start"] == [note["kind"] for note in verdict["notes"]]
    assert REPORTS == {path.name for path in out.iterdir()}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_comes_while_the_program_is_loaded_is_in_the_verdict(out: Path, number: signal.Signals) -> None:
    process = started(out)
    while not caught(process.pid, signal.SIGHUP):
        time.sleep(0.005)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert (3, "inconclusive", ["interrupted"]) == (
        process.returncode,
        told(out)["outcome"],
        [note["kind"] for note in told(out)["notes"]],
    )


def caught(process: int, number: signal.Signals) -> bool:
    """Whether a process has a handler for a signal by now."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    mask = int(next(line for line in status.splitlines() if line.startswith("SigCgt:")).split()[1], 16)
    return bool(mask >> (number - 1) & 1)


def test_a_run_that_is_killed_leaves_that_it_has_not_ended_and_keeps_no_other_out(out: Path, tmp_path: Path) -> None:
    process = started(out)
    while told(out)["run"]["ended"]:
        time.sleep(0.005)
    process.kill()
    process.communicate(timeout=60)
    assert ("inconclusive", False) == (told(out)["outcome"], told(out)["run"]["ended"])
    assert not (out / "exchanges.har").exists()
    for words in (
        ("report", out),
        ("compare", out, out),
        ("replay", out),
        ("bundle", out),
        ("baseline", "update", out),
    ):
        done = command(*words, cwd=tmp_path)
        assert (2, 1) == (done.returncode, len(done.stderr.splitlines()))
        assert "its run is under way, or was killed before its end" in done.stderr
    assert 3 == command(*SMOKE, "--out", out, cwd=tmp_path).returncode
    assert (True, REPORTS) == (told(out)["run"]["ended"], {path.name for path in out.iterdir()})


@pytest.mark.proof
def test_plain_pytest_has_the_same_properties(out: Path) -> None:
    words = [sys.executable, "-m", "pytest", "conformance/services", "-p", "no:cacheprovider", "--profile", "smoke"]
    line = " ".join([*words, "-k", "test_delete", "--out", str(out)])
    for streams in ("> /dev/full 2>&1", ">&- 2>&-", "| head -1"):
        shell = ["bash", "-c", f"set -o pipefail; {line} {streams}"]
        assert 3 == subprocess.run(shell, cwd=ROOT, capture_output=True, timeout=120, check=False).returncode
        assert (3, REPORTS) == (told(out)["exit_code"], {path.name for path in out.iterdir()})
    process = subprocess.Popen([*words, "--out", str(out)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while told(out)["run"]["ended"]:
        time.sleep(0.005)
    process.send_signal(signal.SIGTERM)
    said = process.communicate(timeout=60)[0].decode().splitlines()
    assert said[-1].endswith("(exit 3)")
    assert (3, "interrupted") == (process.returncode, told(out)["notes"][-1]["kind"])
