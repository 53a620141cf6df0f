"""The same tomorrow: whatever the seeds, runs of an unchanged target compare as equal and pass each other's baseline.

    CONFORMANCE_ALL=1 python -m pytest tests/proof/test_seeds.py

holds every two of 20 seeds to it, on the reference with and without faults; without the variable it is two of the day on the
one without, and three of the day on both for `make proof`.
A cloud is held to it too when the environment names one, as clouds.yaml does; 20 runs of some 50 seconds each:

    CONFORMANCE_SEEDS_CLOUD=lab CONFORMANCE_SEEDS_OTHER_CLOUD=lab-other CONFORMANCE_ALL=1 \
        python -m pytest tests/proof/test_seeds.py -k cloud
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from random import Random

import pytest
from draws import DAY, drawn
from rich.console import Console
from targets import reference_with

from conformance.after.compare.change import UNCHANGED, Result
from conformance.after.compare.comparison import compare
from conformance.judge.baseline import Baseline, Entry, entries_of, pruned, updated
from conformance.model.contract import Contract
from conformance.model.verdict import Verdict
from conformance.run.baseline_file import load_baseline, write_baseline
from conformance.run.options import Options
from conformance.run.runner import run_cases
from conformance.run.session import Session
from conformance.target.cloud import Settings

FAULTS = (
    "image.create.only.four-byte-name.server-error",
    "image.create.open.server-error",
    "image.create.null.server-error",
    "image.create.only.long-name.request-id",
    "image.create.body.min_ram.lenient",
    "image.create.body.tags.altered",
    "image.list.complete.ten",
    "image.list.query.sort_dir.lenient",
    "image.patch.only.active-image.request-id",
    "image.patch.read-only.lenient",
    "image.delete.gone.twentieth",
    "state.patch.second-clears-tags",
    "error.404.html",
)
"""Of different kinds, several at once: failures for odd texts, lists that lose items, wrong values that are taken, headers
that are missing, histories, counters."""
TARGETS: dict[str, tuple[str, ...]] = {"clean": (), "faulty": FAULTS}
CONFIGURED = os.environ.get("OS_CLIENT_CONFIG_FILE")
"""As it was before the tests' own fixtures took the clouds of the environment away."""
CLOUD, OTHER = os.environ.get("CONFORMANCE_SEEDS_CLOUD"), os.environ.get("CONFORMANCE_SEEDS_OTHER_CLOUD")
SEEDS = tuple(range(1, 21))
ALL = os.environ.get("CONFORMANCE_ALL") == "1"
OF_THE_DAY = tuple(Random(os.environ[DAY]).sample(SEEDS, 5))
TODAY, PROOF = OF_THE_DAY[:2], SEEDS if ALL else OF_THE_DAY[2:]


@dataclass(frozen=True)
class Ran:
    """A run of a seed, and the baseline that is made of it, as its file holds it."""

    seed: int
    verdict: Verdict
    baseline: Baseline


def ran(contract: Contract, target: str, seed: int, folder: Path) -> Ran:
    files = (CONFIGURED,) if CONFIGURED else ()
    settings = Settings(cloud=CLOUD, other_cloud=OTHER, config_files=files) if target == "cloud" else Settings()
    embedded = None if target == "cloud" else reference_with(*TARGETS[target])
    with Session(Options(settings, seed=seed, embedded=embedded), contract) as session:
        verdict = run_cases(session, Console(file=io.StringIO()))
    path = folder / f"{target}-{seed}.json"
    write_baseline(updated(Baseline(contract.name, contract.sha256), verdict), path)
    return Ran(seed, verdict, load_baseline(path, {"name": contract.name, "sha256": contract.sha256}))


def binding(verdict: Verdict) -> frozenset[Entry]:
    """What fails a run that has no baseline."""
    return frozenset(entry for group in verdict.findings if group.binding for entry in entries_of(group))


def differences(first: Ran, second: Ran) -> Iterable[str]:
    """In what the second run is not the same as the first."""
    for entry in binding(second.verdict) - first.baseline.entries:
        yield f"fails the run against the baseline: {entry}"
    for entry in first.baseline.entries - pruned(first.baseline, second.verdict).entries:
        yield f"is pruned: {entry}"
    if first.verdict.exit_code != second.verdict.exit_code:
        yield f"exit codes {first.verdict.exit_code} and {second.verdict.exit_code}"
    earlier = {item.id: item for item in first.verdict.requirements}
    for item in second.verdict.requirements:
        pair = {str(earlier[item.id].outcome), str(item.outcome)}
        if len(pair) > 1 and pair != {"passed", "explored"}:
            yield f"{item.id}: {pair}"
    compared = compare(first.verdict, second.verdict)
    if compared.result is not Result.NONE:
        yield f"compared: {compared.result}, {[str(item) for item in compared.reasons]}"
    for item in compared.findings:
        if item.change not in UNCHANGED:
            yield f"compared: {item.change}: {item.requirement} {item.deviation.kind}"
    for drift in (*compared.statuses, *compared.shapes):
        yield f"compared: {drift.drift}"


@pytest.mark.parametrize(
    ("target", "seeds"),
    [
        ("clean", TODAY),
        *drawn([(target, PROOF) for target in (*TARGETS, *(["cloud"] if CLOUD else []))], 0),
    ],
)
def test_runs_of_every_two_seeds_are_the_same(
    contract: Contract, tmp_path: Path, target: str, seeds: tuple[int, ...]
) -> None:
    runs = [ran(contract, target, seed, tmp_path) for seed in seeds]
    found = [
        f"{first.seed} and {second.seed}: {text}"
        for first, second in permutations(runs, 2)
        for text in differences(first, second)
    ]
    assert [] == found
    assert bool(runs[0].baseline.entries) is (target != "clean")
