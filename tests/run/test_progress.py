"""How far a run is: what is said of the time that is left, and that there is a sign of life within a case that takes long."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from conformance.proof.reference import Reference
from conformance.run import progress
from conformance.run.cases import registry
from conformance.run.options import Options
from conformance.run.progress import Forecast, Progress, spoken_time
from conformance.run.session import Session

FIRST = next(iter(registry()))


@pytest.mark.parametrize(
    ("pace", "age", "sent", "due"),
    [
        (Forecast(0, None, plain_left=10, plain=10, requests=50), 20.0, 50, 20.0),
        (Forecast(100, None, 2, 1, plain_left=0, plain=10, requests=50), 20.0, 100, 10.0),
        (Forecast(None, 60.0, 2, 0, plain_left=0, plain=10, requests=50), 20.0, 50, 60.0),
        (Forecast(100, None, 2, 2, plain_left=0, plain=10, requests=50), 20.0, 100, 0.0),
        (Forecast(0, None, plain_left=10, plain=4, requests=50), 20.0, 50, None),
        (Forecast(0, None, plain_left=10, plain=10, requests=50), 1.0, 50, None),
        (Forecast(0, None, plain_left=10, plain=10, requests=0), 20.0, 0, None),
        (Forecast(0, None, 2, 2, plain_left=16, plain=6, requests=9, shared=True), 20.0, 9, 40.0),
        (Forecast(0, None, 2, 2, plain_left=17, plain=6, requests=9, shared=True), 20.0, 9, None),
    ],
)
def test_the_time_left_comes_of_what_cases_took_so_far_and_of_the_budget(
    pace: Forecast, age: float, sent: int, due: float | None
) -> None:
    assert due == pace.seconds_left(age, sent)


@pytest.mark.parametrize(
    ("seconds", "due"), [(0.0, "10 s"), (44.0, "40 s"), (100.0, "2 min"), (3000.0, "50 min"), (7300.0, "2 h")]
)
def test_a_duration_is_rounded_as_one_says_it(seconds: float, due: str) -> None:
    assert due == spoken_time(seconds)


@pytest.fixture
def running() -> Iterator[tuple[Progress, io.StringIO]]:
    """The progress of an open run that logs to a file, within a case."""
    out = io.StringIO()
    with Session(Options(profile="smoke", seed=1, embedded=Reference)) as session:
        watcher = Progress(session, Console(file=out, width=80))
        watcher._total, watcher._case = 3, FIRST
        yield watcher, out
        session.cleanup()


def test_the_case_under_way_is_named_when_it_takes_long(
    running: tuple[Progress, io.StringIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher, _ = running
    assert FIRST.name not in watcher.line()
    monkeypatch.setattr(watcher, "_since", time.monotonic() - 12)
    assert watcher.line().endswith(f"; {FIRST.name} for 12 s")


@pytest.mark.parametrize(("ci", "least", "most"), [("", 2, 9), ("true", 0, 0)])
def test_within_a_case_there_is_a_line_every_while_and_in_a_pipeline_hardly_any(
    running: tuple[Progress, io.StringIO], monkeypatch: pytest.MonkeyPatch, ci: str, least: int, most: int
) -> None:
    watcher, out = running
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(progress, "LOGGED", 0.2)

    class Collected:
        items: tuple[pytest.Item, ...] = ()

    watcher.pytest_collection_finish(Collected())
    time.sleep(1)
    watcher.pytest_sessionfinish()
    assert least <= len(out.getvalue().splitlines()) <= most


def test_a_terminal_has_one_line_that_is_rewritten_and_fits(running: tuple[Progress, io.StringIO]) -> None:
    watcher, _ = running
    out = io.StringIO()
    watcher._console = Console(file=out, width=20, force_terminal=True)
    watcher._write()
    watcher._write()
    assert "\n" not in out.getvalue()
    assert [19, 19] == [len(text) for text in out.getvalue().split("\r\x1b[K")[1:]]


OFTEN = """
import sys
from conformance.run import progress
progress.LOGGED = 0.05
sys.argv = ["conformance", "run", "--reference", "-k", "test_stateful", "--budget", "400", "--seed", "1", "--out", "out"]
from conformance.cli.main import main
main()
"""


def test_within_cases_the_line_comes_past_what_pytest_captures(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OFTEN],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "CI"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("case ")]
    assert len([line for line in lines if line.startswith("case 0/")]) > 1, done.stderr
