"""The histories that every run walks: silent on what keeps the contract, and on each fault that only they show one cause."""

from __future__ import annotations

import io
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from draws import drawn
from rich.console import Console
from targets import reference_with

from conformance.cli.reporting import conduct_run
from conformance.contract.specs import load_contract
from conformance.model.contract import Contract
from conformance.model.verdict import FindingGroup, Verdict
from conformance.proof.bank import bank, liberties
from conformance.run.options import Options
from conformance.services.clock import Clock
from conformance.services.image.walks.histories import HISTORIES, Episode
from conformance.target.cloud import Settings

FAULTS = [name for name in bank(load_contract()) if name.startswith("history.")]
LIBERTIES = [name for name in liberties() if name.startswith(("liberty.history.", "liberty.paging."))]
OF_UPSTREAM = "history.private-again.show"
"""The one whose promise is upstream's alone: showing is no operation of the document."""


def walked(out: Path, *names: str) -> Verdict:
    options = Options(Settings(), profile="gate", seed=1, selection="stateful", embedded=reference_with(*names))
    return conduct_run(options, out, Console(file=io.StringIO()))[0]


def that_decide(verdict: Verdict, contract: Contract) -> list[FindingGroup]:
    return [group for group in verdict.findings if contract.requirements[group.requirement].binding]


@pytest.fixture(params=[0, 0.35], ids=["real-time", "quick"])
def clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The target's clock, as it is, and so quick that its second turns between any two requests."""
    now = Clock.now

    def later(self: Clock) -> datetime:
        self.advance(request.param)
        return now(self)

    monkeypatch.setattr(Clock, "now", later)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("fault", drawn([name for name in FAULTS if name != OF_UPSTREAM], 4, 16))
def test_a_fault_that_only_a_history_shows_is_one_cause(tmp_path: Path, contract: Contract, fault: str) -> None:
    groups = that_decide(walked(tmp_path, fault), contract)
    assert 1 == len(groups)
    assert {variant.requirement for variant in groups[0].variants} & set(bank(contract)[fault].breaks)


@pytest.mark.parametrize("liberty", drawn(LIBERTIES, 5, 10))
def test_what_the_document_leaves_open_is_right_both_ways(tmp_path: Path, liberty: str) -> None:
    assert () == tuple(walked(tmp_path, liberty).findings)


def test_an_access_that_stays_is_told_though_it_does_not_count(tmp_path: Path) -> None:
    assert {"image.isolation.show"} == {group.requirement for group in walked(tmp_path, OF_UPSTREAM).findings}


@pytest.mark.parametrize("episode", HISTORIES, ids=lambda item: item.about)
def test_a_history_acts_on_images_that_it_has_made_and_on_pages_that_it_holds(episode: Episode) -> None:
    made: set[int] = set()
    held: Counter[int] = Counter()
    for step in episode.steps:
        if step.kind == "create":
            made.add(step.slot)
        elif step.kind in {"open", "turn"}:
            held[step.page or 0] += 1 if step.kind == "open" else -1
        elif step.page is not None:
            assert held[step.page] == 1
        elif step.kind != "list":
            assert step.slot in made
    assert all(count == 0 for count in held.values())


def test_histories_have_names_of_their_own() -> None:
    assert len(HISTORIES) == len({item.about for item in HISTORIES})
