"""The faults and liberties of any contract: each acts, and breaks only what the ledger promises."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from draws import drawn
from driven import differs, transcript
from warehouse import warehouse

from conformance.model.contract import Contract
from conformance.proof.bank import bank, liberties
from conformance.services.generic.faults import ALL
from conformance.services.rest import rest_faults, unclaimed

with TemporaryDirectory() as place:
    GOODS = warehouse(Path(place))
EVERY = bank(GOODS, every=True)
"""All faults, of the days that draw others too."""


def operation_of(contract: Contract, fault: str) -> str:
    """The operation with whose id the id of a fault begins."""
    found = [name for name in contract.operations if fault.startswith(f"{name}.")]
    return max(found, key=len, default="")


def test_two_walks_over_a_target_without_a_fault_are_alike() -> None:
    assert transcript(GOODS) == transcript(GOODS)


@cache
def usual(only: str) -> list[str]:
    """What a target without a fault answers to the walk for an operation."""
    return transcript(GOODS, only=only)


@pytest.mark.parametrize("name", drawn(EVERY, 15, 50))
def test_each_fault_changes_what_somebody_can_see(name: str) -> None:
    only = operation_of(GOODS, name)
    assert differs(usual(only), GOODS, EVERY[name].hooks, only=only)


def test_each_liberty_changes_what_somebody_can_see() -> None:
    plain = transcript(GOODS)
    silent = [item.id for item in liberties(GOODS).values() if transcript(GOODS, item.hooks) == plain]
    # The walk sends no body that is large, and no text that is not plain.
    assert silent == ["liberty.any.refusals.large", "liberty.any.state.plainly"]


def test_faults_break_what_the_ledger_has_and_liberties_nothing(books: Contract) -> None:
    for contract in (GOODS, books):
        made = bank(contract).values()
        assert {name for item in made for name in item.breaks} <= contract.requirements.keys()
        assert [item.id for item in made if not item.breaks] == []
        assert [item.id for item in liberties(contract).values() if item.breaks] == []


def test_each_operation_and_each_resource_has_its_faults(books: Contract) -> None:
    for contract in (GOODS, books):
        known = [operation_of(contract, name) for name in bank(contract)]
        assert {item.id for item in unclaimed(contract)} == {*known} - {""}  # some are of a service as a whole
    found = bank(GOODS)
    for name in ("crate", "seal", "rack", "slot"):
        wanted = {f"{name}.create.lost", f"{name}.create.unlisted", f"{name}.delete.undone", f"{name}.delete.listed"}
        assert wanted <= found.keys()


def test_all_members_have_their_faults_when_all_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    some = {item.id for item in rest_faults(GOODS)}
    monkeypatch.setenv(ALL, "1")
    every = {item.id for item in rest_faults(GOODS)}
    assert some < every
    members = {"name", "note", "weight", "colour", "fragile", "kind_id", "marks"}
    assert {f"crate.create.taken.{name}.type" for name in members} <= every


def test_the_shipped_contract_leaves_nothing_to_the_generic_bank(contract: Contract) -> None:
    assert (unclaimed(contract), list(rest_faults(contract))) == ((), [])
