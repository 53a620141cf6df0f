"""The whole of acceptance, which the self-check does not run: silent on a right target, and no fault of ours on a wrong one."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from draws import long
from rich.console import Console
from targets import reference_with

from conformance.cli.reporting import conduct_run
from conformance.model.verdict import Verdict
from conformance.run.options import Options
from conformance.target.cloud import Settings

FAULTS = ("error.envelope.message.missing", "image.create.body.name.altered", "image.list.complete.ten")


def accepted(out: Path, *faults: str) -> Verdict:
    options = Options(
        Settings(), profile="acceptance", seed=1, budget="300", allowance="8MiB", embedded=reference_with(*faults)
    )
    return conduct_run(options, out, Console(file=io.StringIO()))[0]


@long
@pytest.mark.proof
def test_a_right_target_is_conformant(tmp_path: Path) -> None:
    verdict = accepted(tmp_path)
    assert (0, ()) == (verdict.exit_code, verdict.findings)


@long
@pytest.mark.proof
def test_a_wrong_target_is_never_our_fault(tmp_path: Path) -> None:
    assert 1 == accepted(tmp_path, *FAULTS).exit_code
