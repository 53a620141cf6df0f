"""Runs the suite against the reference with one fault: the cases that judge what the fault breaks, and smoke."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from rich.console import Console

from conformance.cases import registry
from conformance.conduct import Options
from conformance.coverage import covered
from conformance.reference import Fault
from conformance.runner import conduct_run
from conformance.verdict import Verdict


def selection(fault: Fault) -> str:
    """A pytest expression for the cases that declare one of the broken requirements."""
    # A fault of one code is shown by the cases that provoke the code, one of an operation by those of its success.
    stem = ".".join(fault.id.split(".")[:2])
    wanted = (*fault.breaks, stem, f"{stem}.response.20?")
    names = [case.name.partition(".")[2] for case in registry() if covered(case.verifies, wanted)]
    return " or ".join(f"test_{name}" for name in names)


def run_against(fault: Fault | None, *, profile: str = "gate", select: str | None = None) -> Verdict:
    """The verdict on the reference with this fault."""
    faults = (fault.id,) if fault is not None else ()
    options = Options(profile=profile, seed=1, selection=select, faults=faults)
    with tempfile.TemporaryDirectory() as out:
        verdict, _ = conduct_run(options, Path(out), Console(file=io.StringIO()))
    return verdict


def caught(fault: Fault) -> tuple[Verdict, list[str]]:
    """The verdict, and the ids of the broken requirements that have a finding."""
    wanted = selection(fault)
    verdict = run_against(fault, select=wanted) if wanted else run_against(fault, profile="smoke")
    return verdict, sorted({group.requirement for group in verdict.findings} & set(fault.breaks))
