"""Walks over any resource: silent on a target that keeps the contract, and on one that does not the right promise and the
shortest way there."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from draws import drawn
from rich.console import Console
from targets import reference_with
from warehouse import write_warehouse

from conformance.cli.reporting import conduct_run
from conformance.contract.specs import load_contract
from conformance.model.verdict import FindingGroup, Verdict
from conformance.proof.bank import bank
from conformance.run.options import Options

CASE = "walks.a_resource_follows_the_model"


@pytest.fixture(scope="session")
def specs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The specs of the warehouse."""
    return write_warehouse(tmp_path_factory.mktemp("warehouse"))


def walked(specs: Path, out: Path, *faults: str, seed: int = 1, selection: str = "walks") -> Verdict:
    options = Options(specs=specs, seed=seed, selection=selection, embedded=reference_with(*faults))
    verdict, _ = conduct_run(options, out, Console(file=io.StringIO()))
    return verdict


def found_by_walks(verdict: Verdict) -> dict[str, FindingGroup]:
    """Requirement -> the group of findings of the walks."""
    return {
        group.requirement: group
        for group in verdict.findings
        if any(CASE in names for variant in group.variants for names in variant.checks.values())
    }


@pytest.mark.parametrize("seed", drawn(range(20), 2, 4))
def test_a_target_that_keeps_the_contract_has_no_finding(specs: Path, tmp_path: Path, seed: int) -> None:
    verdict = walked(specs, tmp_path, seed=seed)
    assert ([], (), True) == (
        [(group.requirement, group.deviation) for group in verdict.findings],
        verdict.run.leftovers,
        verdict.run.requests < 700,
    )


@pytest.mark.parametrize(
    ("fault", "requirement", "kind"),
    [
        ("crate.create.later.revives", "crate.delete.gone", "still-there"),
        ("crate.delete.later.stays", "crate.delete.gone", "still-there"),
        ("crate.delete.later.touches", "crate.delete.gone", "another-changed"),
        ("rack.update.later.lost", "rack.update.body.rack", "differs-where"),
        ("rack.create.unlisted", "rack.list.complete", "not-listed"),
        ("rack.update.collateral", "rack.update.response.200", "another-changed"),
    ],
)
def test_a_fault_breaks_the_promise_that_it_is_about(
    specs: Path, tmp_path: Path, fault: str, requirement: str, kind: str
) -> None:
    found = found_by_walks(walked(specs, tmp_path, fault, selection=f"walks and {fault.partition('.')[0]}"))
    assert kind in {variant.deviation.kind for variant in found[requirement].variants}


def test_a_finding_names_the_shortest_sequence(specs: Path, tmp_path: Path) -> None:
    verdict = walked(specs, tmp_path, "crate.create.later.revives", selection="walks and crate")
    group = found_by_walks(verdict)["crate.delete.gone"]
    led = [verdict.exchanges[number - 1].operation for number in group.related]
    changing = [name for name in led if name not in {"crate.show", "crate.list"}]
    assert ["crate.create", "crate.delete", "crate.create"] == changing


def test_the_same_seed_sends_the_same_requests(specs: Path, tmp_path: Path) -> None:
    def sent(out: str, seed: int) -> list[tuple[str, str, int]]:
        verdict = walked(specs, tmp_path / out, seed=seed, selection="walks and rack")
        return [
            (item.request.method, item.operation, len(item.request.body))
            for item in verdict.exchanges
            if item.case.startswith(CASE)
        ]

    first = sent("1", 5)
    assert first
    assert first == sent("2", 5)
    assert first != sent("3", 6)


def test_each_fault_of_a_sequence_needs_one(specs: Path) -> None:
    made = [name for name in bank(load_contract(specs)) if ".later." in name]
    assert {"crate.create.later.revives", "key.create.later.revives", "rack.delete.later.touches"} <= set(made)
