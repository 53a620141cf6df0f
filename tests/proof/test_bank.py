"""The bank of faults follows from the ledger: what is promised later is missed here until a fault stands for it."""

from __future__ import annotations

from dataclasses import fields

import pytest

from conformance.model.contract import Contract
from conformance.model.errors import UsageError
from conformance.proof.bank import bank, faults_of
from conformance.proof.scorecard import without_fault
from conformance.proof.selfcheck import faults_like


def test_every_promise_that_a_server_can_break_has_a_fault(contract: Contract) -> None:
    assert without_fault(contract, [item.breaks for item in bank(contract).values()]) == ()


def test_every_fault_breaks_promises_of_the_ledger(contract: Contract) -> None:
    strangers = {name for item in bank(contract).values() for name in item.breaks if name not in contract.requirements}
    assert strangers == set()
    assert [item.id for item in bank(contract).values() if not item.breaks] == []


def test_every_fault_acts_somewhere(contract: Contract) -> None:
    idle = [
        item.id
        for item in bank(contract).values()
        if not any(getattr(item.hooks, field.name) for field in fields(item.hooks))
    ]
    assert idle == []


def test_a_fault_is_made_anew_for_each_server(contract: Contract) -> None:
    # Some count what they have seen; a count of an earlier run would make the next one another.
    first, second = (faults_of(contract, ["rare.one-in-forty"])[0] for _ in range(2))
    assert first.hooks.answer is not second.hooks.answer


@pytest.mark.parametrize("pattern", ["image.list.query.*", "*.request-id"])
def test_a_pattern_chooses_the_faults_of_that_name(contract: Contract, pattern: str) -> None:
    chosen = [item.id for item in faults_like(contract, [pattern])]
    stem = pattern.strip("*")
    assert chosen == [
        name
        for name in bank(contract)
        if stem in name and ((pattern[0] == "*" and name.endswith(stem)) or name.startswith(stem))
    ]
    assert len(chosen) > 5


def test_a_pattern_that_fits_no_fault_is_refused(contract: Contract) -> None:
    with pytest.raises(UsageError, match=r"--fault image\.nothing: no fault has such a name"):
        faults_like(contract, ["image.list.*", "image.nothing"])
