"""A run does no harm to what is there besides it, and finds nothing wrong in it: a crowd with names like ours, another run."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from conformance.contract.specs import load_contract
from conformance.model.errors import Exit
from conformance.model.jsonvalue import JSON
from conformance.proof.reference import Reference
from conformance.run.options import Options
from conformance.run.runner import conduct
from conformance.run.session import Session
from conformance.services.fault import Fault, Hooks
from conformance.services.image.liberties.crowd import crowd
from conformance.services.image.target.store import ImageStore
from conformance.services.wire import Answer, Call, Caller

NAMESAKES = "conformance-0a1b2c3d-feed00-{number}"
"""A name as a run makes one up; of no run of ours."""
COMMAND = [sys.executable, "-m", "conformance", "run", "--os-cloud", "reference", "--other-cloud", "reference-other"]


@pytest.mark.proof
def test_five_hundred_images_with_names_like_ours_are_no_finding_and_stay_as_they_are() -> None:
    before: dict[str, JSON] = {}
    stores: list[ImageStore] = []
    there = crowd(500, NAMESAKES)

    def handle(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
        there(call, caller, store)
        if not stores:
            stores.append(store)
            before.update({item.id: dict(item.members) for item in store.all()})
        return None

    fault = Fault("crowd", (), "", Hooks(handle=handle))
    options = Options(seed=1, embedded=lambda contract: Reference(contract, faults=[fault]))
    verdict = conduct(Session(options), Console(file=io.StringIO()))
    assert (Exit.CONFORMANT, ()) == (verdict.exit_code, tuple(item.id for item in verdict.findings))
    assert 500 == len(before)
    assert before == {item.id: dict(item.members) for item in stores[0].all()}


@pytest.mark.proof
def test_two_runs_at_once_on_one_project_find_nothing_in_each_other_and_leave_nothing(tmp_path: Path) -> None:
    contract = load_contract()
    with Reference(contract) as reference:
        reference.write_clouds(tmp_path / "clouds.yaml")
        runs = [
            subprocess.Popen(
                [*COMMAND, "--seed", str(seed), "--out", str(tmp_path / str(seed))],
                cwd=tmp_path,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for seed in (1, 2)
        ]
        ends = [(process.communicate(timeout=300)[0][-2000:], process.returncode) for process in runs]
        assert [0, 0] == [code for _, code in ends], "\n".join(said for said, _ in ends)
        assert 0 == reference.resources()
