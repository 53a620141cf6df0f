"""A part of the bank: what it has of each place and promise, and that the parts are the whole."""

from __future__ import annotations

from itertools import combinations

import pytest

from conformance.model.contract import Contract
from conformance.proof.bank import bank, liberties
from conformance.proof.part import WHOLE, BankPart
from conformance.services.fault import Fault, Hooks

PARTS = tuple(BankPart(number, 3) for number in (1, 2, 3))


def fault(id: str, *breaks: str) -> Fault:
    return Fault(id, breaks, "", Hooks())


def ids(faults: tuple[Fault, ...]) -> list[str]:
    return [item.id for item in faults]


def test_the_whole_leaves_nothing_out(contract: Contract) -> None:
    known = tuple(bank(contract).values())
    assert (False, known) == (bool(WHOLE), WHOLE.faults(known))


def test_the_parts_are_together_the_whole(contract: Contract) -> None:
    for known in (tuple(bank(contract).values()), tuple(liberties(contract).values())):
        taken = [part.faults(known) if known[0].breaks else part.liberties(known) for part in PARTS]
        assert {item.id for item in known} == {item.id for part in taken for item in part}
        assert all(len(part) < len(known) / 2 for part in taken)


@pytest.mark.parametrize("part", PARTS, ids=str)
def test_each_place_and_each_promise_has_a_fault_in_each_part(contract: Contract, part: BankPart) -> None:
    known = bank(contract).values()
    taken = part.faults(known)
    for of in (lambda item: {item.id.rpartition(".")[0]}, lambda item: {*item.breaks}):
        assert {name for item in known for name in of(item)} == {name for item in taken for name in of(item)}


def test_of_a_place_each_part_has_others() -> None:
    known = [fault(f"list.rows.{letter}", "list") for letter in "abcdef"]
    assert ids(BankPart(2, 3).faults(known)) == ["list.rows.b", "list.rows.e"]
    assert not any({*one} & {*two} for one, two in combinations([ids(part.faults(known)) for part in PARTS], 2))


def test_a_promise_that_one_fault_of_a_place_alone_breaks_is_in_each_part() -> None:
    known = [fault("list.rows.a", "list"), fault("list.rows.b", "list"), fault("list.rows.c", "list", "order")]
    assert ids(BankPart(1, 3).faults(known)) == ["list.rows.a", "list.rows.c"]
