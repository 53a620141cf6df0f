"""The same seed draws the same, whatever is loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from checkout import ROOT

DRAW = """
import sys
sys.path.insert(0, {folder!r})
{load}
from hypothesis import strategies as st
{steady}
from hypothesis import HealthCheck, Phase, given, seed, settings
found = []
@seed(1)
@settings(max_examples=400, phases=(Phase.generate,), database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(), st.text())
def collect(number, text):
    found.append((number, text))
collect()
print(ascii(found))
"""
OURS = "import conformance.generate.exploration"


def drawn(folder: Path, load: str, steady: str) -> str:
    script = DRAW.format(folder=str(folder), load=load, steady=steady)
    return subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=300
    ).stdout


@pytest.mark.parametrize(("steady", "same"), [(OURS, True), ("", False)])
def test_a_module_that_is_loaded_changes_nothing_of_what_is_drawn(tmp_path: Path, steady: str, same: bool) -> None:
    """Without ours it does: else this would prove nothing."""
    (tmp_path / "elsewhere.py").write_text(
        "".join(f"WORD_{number} = 'constant-{number}', {900_000 + number}\n" for number in range(300))
    )
    assert same is (drawn(tmp_path, "import elsewhere", steady) == drawn(tmp_path, "", steady))
