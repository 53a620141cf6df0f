"""No answer can crash the suite: runs against a target that spoils its answers, each in another way.

Each kind at each operation is a run of its own: some are drawn by the day, `CONFORMANCE_ALL=1` runs all.

A run of any of them ends with exit code 1 or 3 and a verdict that follows its schema, and leaves nothing.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import jsonschema_rs
import pytest
from answers import KINDS, OPERATIONS, mixed, spoiled
from checkout import SCHEMAS
from draws import drawn
from rich.console import Console

from conformance.cli.reporting import FAULTS, conduct_run
from conformance.model.contract import Contract
from conformance.model.errors import Exit
from conformance.proof.reference import Reference
from conformance.run.options import Options
from conformance.services.fault import Fault
from conformance.target.cloud import Settings
from conformance.target.transport import TransportLimits

LIMITS = TransportLimits(silence=20, total=20)


def judged(fault: Fault, contract: Contract, tmp_path: Path, profile: str = "gate") -> tuple[int, list[str], int]:
    """Exit code, our own faults, and what is left on the target."""
    with Reference(contract, faults=[fault]) as reference:
        reference.write_clouds(tmp_path / "clouds.yaml")
        settings = Settings(
            cloud="reference",
            other_cloud="reference-other",
            config_files=(str(tmp_path / "clouds.yaml"),),
            limits=LIMITS,
        )
        options = Options(settings, profile, seed=1, budget="20")
        verdict, _ = conduct_run(options, tmp_path / "out", Console(file=io.StringIO()))
        left = reference.resources()
    value = json.loads((tmp_path / "out" / "verdict.json").read_text(encoding="utf-8"))
    schema = json.loads((SCHEMAS / "verdict.schema.json").read_text(encoding="utf-8"))
    assert [] == [str(error) for error in jsonschema_rs.validator_for(schema).iter_errors(value)]
    path = tmp_path / "out" / FAULTS
    return verdict.exit_code, path.read_text(encoding="utf-8").splitlines() if path.is_file() else [], left


SERIES = [
    (operation, kind)
    for operation in OPERATIONS
    for kind in KINDS
    if (operation, kind) != ("auth.token", "stale")  # that the two logins gave the same project is taken for a mistake
]


@pytest.mark.parametrize(("operation", "kind"), drawn(SERIES, 1, 2))
def test_answers_of_one_operation_spoiled_in_one_way_end_in_a_verdict(
    operation: str, kind: str, contract: Contract, tmp_path: Path
) -> None:
    code, faults, left = judged(spoiled(operation, kind), contract, tmp_path)
    assert ([], 0) == (faults, left)
    assert code in {Exit.CONFORMANT, Exit.NON_CONFORMANT, Exit.INCONCLUSIVE}


@pytest.mark.parametrize("seed", drawn(range(20), 0, 1))
def test_answers_of_all_operations_spoiled_in_all_ways_end_in_a_verdict(
    seed: int, contract: Contract, tmp_path: Path
) -> None:
    code, faults, left = judged(mixed(seed), contract, tmp_path)
    assert ([], 0) == (faults, left)
    assert code in {Exit.NON_CONFORMANT, Exit.INCONCLUSIVE}


@pytest.mark.parametrize(("operation", "kind"), drawn(SERIES, 3, 10))
def test_the_smallest_run_ends_in_a_verdict_too(operation: str, kind: str, contract: Contract, tmp_path: Path) -> None:
    code, faults, left = judged(spoiled(operation, kind), contract, tmp_path, "smoke")
    assert ([], 0) == (faults, left)
    assert code != Exit.SUITE
