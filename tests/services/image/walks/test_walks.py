"""The walks: silent on a target that keeps the contract, and on one that does not the right promise and the shortest way there."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from draws import drawn, long
from rich.console import Console
from targets import reference_with

from conformance.cli.reporting import conduct_run
from conformance.contract.specs import load_contract
from conformance.model.contract import Contract
from conformance.model.verdict import FindingGroup, Verdict
from conformance.proof.bank import bank
from conformance.proof.reference import Reference
from conformance.run.options import Options
from conformance.run.session import Session
from conformance.target.cloud import Settings

CASE = "stateful.the_cloud_follows_the_model"
FAULTS = [name for name in bank(load_contract()) if name.startswith("state.")]


def walked(
    out: Path, seed: int = 1, faults: tuple[str, ...] = (), settings: Settings | None = None, profile: str = "gate"
) -> Verdict:
    options = Options(
        settings or Settings(), profile=profile, seed=seed, selection="stateful", embedded=reference_with(*faults)
    )
    verdict, _ = conduct_run(options, out, Console(file=io.StringIO()))
    return verdict


def found(verdict: Verdict, requirement: str) -> FindingGroup:
    return next(group for group in verdict.findings if group.requirement == requirement)


def requests(verdict: Verdict) -> list[tuple[str, str, str, int]]:
    """What was sent, without what is new in every run: ids, names, hosts and times."""
    said = [item for item in verdict.exchanges if item.case == CASE]
    return [
        (item.request.actor, item.request.method, item.request.operation or "", len(item.request.body)) for item in said
    ]


@pytest.mark.parametrize("seed", drawn(range(20), 1, 3))
def test_a_target_that_keeps_the_contract_has_no_finding(tmp_path: Path, seed: int) -> None:
    verdict = walked(tmp_path, seed)
    assert (
        [(group.requirement, group.deviation) for group in verdict.findings],
        verdict.run.leftovers,
    ) == ([], ())
    assert 150 < verdict.run.requests < 380


def test_the_same_seed_sends_the_same_requests(tmp_path: Path) -> None:
    first, second = walked(tmp_path / "1", 5), walked(tmp_path / "2", 5)
    assert requests(first) == requests(second)
    assert requests(first) != requests(walked(tmp_path / "3", 6))


@pytest.mark.parametrize("fault", drawn(FAULTS, 1, 4))
def test_a_fault_that_needs_a_history_breaks_the_promise_that_it_is_about(
    tmp_path: Path, contract: Contract, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The walks alone, with the requests of acceptance and three seeds to decide by; the self-check shows that a gate
    with all its cases and the one seed that decides finds each too."""
    wanted = set(bank(contract)[fault].breaks)
    for seed in (1, 2, 3):
        monkeypatch.setattr("conformance.run.sending.client.REGRESSION_SEED", seed)
        verdict = walked(tmp_path / str(seed), seed, (fault,), profile="acceptance")
        shown = (variant for group in verdict.findings for variant in group.variants)
        if wanted & {item.requirement for item in shown if any(CASE in names for names in item.checks.values())}:
            return
    pytest.fail(f"three times 2000 requests did not meet {fault}")


@long
def test_a_finding_names_the_shortest_sequence(tmp_path: Path) -> None:
    group = found(walked(tmp_path, faults=("state.patch.second-clears-tags",)), "image.patch.unchanged")
    assert (
        group.deviation.kind,
        group.deviation.place,
        group.deviation.terms,
    ) == ("turned", "tags", (("when", "another-member"),))
    verdict = walked(tmp_path, faults=("state.patch.second-clears-tags",))
    group = found(verdict, "image.patch.unchanged")
    led = [verdict.exchanges[number - 1] for number in group.related]
    assert [item.operation for item in led] == ["image.create", "image.patch", "image.patch"]
    assert group.exemplar is not None
    assert (group.exemplar.operation, group.related) == ("image.show", tuple(sorted(group.related)))


def test_a_deviation_of_every_answer_does_not_end_the_walks(tmp_path: Path) -> None:
    verdict = walked(tmp_path, faults=("error.404.html", "state.patch.second-clears-tags"))
    assert {"error.envelope", "image.patch.unchanged"} <= {group.requirement for group in verdict.findings}


def test_a_failure_of_one_answer_in_forty_is_no_finding_about_the_images(tmp_path: Path) -> None:
    verdict = walked(tmp_path, faults=("rare.one-in-forty",))
    assert {"error.500", "status.server-error"} >= {group.requirement for group in verdict.findings}
    assert verdict.findings


def test_a_second_project_leaves_nothing_behind(tmp_path: Path, reference: Reference) -> None:
    reference.write_clouds(tmp_path / "clouds.yaml")
    settings = Settings(cloud="reference", other_cloud="reference-other", config_files=(str(tmp_path / "clouds.yaml"),))
    verdict = walked(tmp_path / "reports", settings=settings)
    made = [item for item in verdict.exchanges if item.request.actor == "other" and item.operation == "image.create"]
    assert (bool(made), reference.resources()) == (True, 0)


def test_the_next_start_deletes_what_the_second_project_left(tmp_path: Path, reference: Reference) -> None:
    reference.write_clouds(tmp_path / "clouds.yaml")
    files = (str(tmp_path / "clouds.yaml"),)
    both = Options(Settings(cloud="reference", other_cloud="reference-other", config_files=files))
    with Session(both) as crashed:
        crashed.client.create({"name": crashed.client.name(), "protected": True}, actor="other")
        crashed.client.journal.close(done=False)
    assert reference.resources() == 1
    with Session(Options(Settings(cloud="reference", config_files=files))) as alone:
        assert [note.kind for note in alone.notes] == ["earlier-run-left-of-second-project"]
        alone.cleanup()
    assert reference.resources() == 1
    with Session(both) as next_start:
        assert [note.kind for note in next_start.notes] == ["earlier-run-cleaned"]
        next_start.cleanup()
    assert reference.resources() == 0
