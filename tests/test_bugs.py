"""docs/bugs.md: the reports of users, the faults that stand for them, and what the suite says of each."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import pytest
from checkout import ROOT
from draws import drawn

from conformance.contract.specs import load_contract
from conformance.model.contract import Contract
from conformance.proof.bank import bank, liberties
from conformance.proof.selfcheck import clean_run, trial
from conformance.services.fault import Fault

PAGE = (ROOT / "docs" / "bugs.md").read_text(encoding="utf-8")
CLASSES = (
    "Lists and links",
    "Values that are syntax somewhere",
    "Sizes",
    "What a request leaves behind",
    "Histories",
    "What answers give away",
    "Gateways, authentication, headers",
)
UNSEEN = "What a client cannot see, or the suite never sends"
ADDRESS = re.compile(
    r"\[[^\]]+\]\((https://(bugs\.launchpad\.net/bugs/\d+|github\.com/[\w.-]+/[\w.-]+/(issues|pull)/\d+))\)"
)


def rows(section: str) -> list[tuple[str, ...]]:
    """The cells of the rows of a section."""
    text = PAGE.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in lines[1:]]


SEEN = [row for section in CLASSES for row in rows(section)]
FAULTS = sorted({row[2].strip("`") for row in SEEN})


@cache
def known() -> dict[str, Fault]:
    return bank(load_contract()) | liberties()


def said(fault: Fault, contract: Contract) -> str:
    """What the suite says of a server that has the fault, as the page writes it."""
    named = fault.breaks or fault.remarks
    binding = [f"`{name}`" for name in named if fault.breaks and contract.requirements[name].binding]
    advice = [f"`{name}`" for name in named if f"`{name}`" not in binding]
    parts = (("binding", binding), ("advice", advice))
    return "; ".join(f"{word}: {', '.join(names)}" for word, names in parts if names) or "silent"


def test_each_class_has_reports_and_all_have_at_least_sixty() -> None:
    assert [section for section in (*CLASSES, UNSEEN) if not rows(section)] == []
    assert len(SEEN) >= 60


def test_each_address_is_that_of_a_public_tracker_and_stands_there_once() -> None:
    addresses = [row[0] for row in (*SEEN, *rows(UNSEEN))]
    assert [address for address in addresses if not ADDRESS.fullmatch(address)] == []
    assert [address for address, count in Counter(addresses).items() if count > 1] == []


def test_each_report_is_told_in_a_sentence_and_what_is_not_seen_has_its_reason() -> None:
    told = [cell for row in (*SEEN, *rows(UNSEEN)) for cell in row[1:]]
    assert [cell for cell in told if not cell] == []
    assert {4} == {len(row) for row in SEEN}
    assert {3} == {len(row) for row in rows(UNSEEN)}


def test_each_fault_that_stands_for_a_report_is_in_the_bank() -> None:
    assert [name for name in FAULTS if name not in known()] == []


def test_what_the_suite_says_is_what_the_bank_promises(contract: Contract) -> None:
    wrong = {
        row[0]: due for row in SEEN if row[3] != (due := said(known()[row[2].strip("`")], contract))
    }  # the address -> the cell as it has to be
    assert wrong == {}


@pytest.mark.parametrize("fault", drawn(FAULTS, 2, 5))
def test_the_suite_says_it_of_a_server_that_has_the_fault(fault: str) -> None:
    if known()[fault].breaks:
        assert trial(fault).outcome == "caught"
    else:
        found = clean_run("gate", 1, fault)
        assert found.silent, (found.overall, found.findings, found.notes)
