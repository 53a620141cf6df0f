"""A run takes no more than 512 MiB, and hardly more when it is longer: whatever it finds, judged, reported and read back.

The whole of it (100,000 requests) takes half an hour: CONFORMANCE_ALL=1. The figures stand in docs/limits.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from draws import long

ROOT = Path(__file__).parents[2]
WHOLE = os.environ.get("CONFORMANCE_ALL") == "1"
SHORT, LONG = (20_000, 60_000) if WHOLE else (1500, 4500)
MOST = 512
"""MiB that a run may take."""
MORE = 32
"""MiB that three times as many requests may take more."""


def peak(requests: int, kind: str, tmp_path: Path) -> int:
    """MiB that recording, judging and reporting so many requests took at most, in a process of its own."""
    command = [sys.executable, "-m", "tests.proof.long_run", str(requests), kind]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["findings"] > 4 * requests) == (kind == "broken")
    return int(told["read"])


@long
@pytest.mark.proof
@pytest.mark.parametrize("kind", ["conformant", "broken"])
def test_three_times_as_many_requests_take_the_same_memory(kind: str, tmp_path: Path) -> None:
    short, long = peak(SHORT, kind, tmp_path), peak(LONG, kind, tmp_path)
    assert long < MOST
    assert long - short < MORE


@pytest.mark.proof
@pytest.mark.skipif(not WHOLE, reason="a hundred thousand requests take half an hour (CONFORMANCE_ALL=1)")
@pytest.mark.parametrize("kind", ["conformant", "broken"])
def test_a_hundred_thousand_requests_take_less_than_512_mib(kind: str, tmp_path: Path) -> None:
    assert peak(100_000, kind, tmp_path) < MOST
