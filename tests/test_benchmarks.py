"""The benchmark works; what it measures is never tested."""

from __future__ import annotations

import subprocess
import sys

import pytest
from checkout import ROOT

sys.path.insert(0, str(ROOT))

from benchmarks.measure import Measured
from benchmarks.table import Row, table

HIDDEN = "import sys; sys.modules['schemathesis'] = None; sys.argv = ['benchmarks']; from benchmarks.__main__ import main; main()"


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


def test_a_row_is_the_median_of_its_runs() -> None:
    runs = [Measured(100, 1.0, 0.1, 0), Measured(300, 2.0, 0.6, 0), Measured(900, 3.0, 0.9, 0)]
    lines = table([Row("a tool", runs, (3, 4, 60.0)), Row("another", runs[:1])], {"a note": "of ours"}).splitlines()
    assert "| a tool | 300 | 2.0 | 150 | 1.00 | 3 of 4 | 3.0 |" == lines[4]
    assert "| another | 100 | 1.0 | 100 | 1.00 |  |  |" == lines[5]
    assert "a note: of ours" == lines[-1]
    assert (True, True) == ("cores" in lines[0], "load" in lines[0])


def test_a_part_can_be_run_alone() -> None:
    done = python("-m", "benchmarks", "--quick", "--only", "bare")
    assert (0, "bare: 1 runs\n") == (done.returncode, done.stderr)
    assert [line for line in done.stdout.splitlines() if line.startswith("| bare loop of requests | ")]


def test_a_tool_that_is_missing_is_said_in_one_line() -> None:
    done = python("-c", HIDDEN)
    line = "benchmark: schemathesis is not installed; `make benchmark` installs it\n"
    assert (1, "", line) == (done.returncode, done.stdout, done.stderr)


@pytest.mark.proof
def test_all_tools_run_one_after_the_other() -> None:
    done = python("-m", "benchmarks", "--quick")
    assert done.returncode == 0, done.stderr
    rows = [line.split(" | ")[0] for line in done.stdout.splitlines() if line.startswith("| ")]
    assert ["| tool", "| bare loop of requests", "| schemathesis run", "| conformance run --profile smoke"] == rows
