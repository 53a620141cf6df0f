"""The bank of faults as a whole: what the ledger owes it, what it may wait for, and how it is asked for."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import pytest
from checkout import ROOT
from literals import compared_numbers, distinctive, names_of, texts
from targets import Offline

from conformance.model.contract import Contract
from conformance.model.errors import SuiteError, UsageError
from conformance.model.marks import OWN_PROPERTY, tag_of
from conformance.proof import bank as bank_module
from conformance.proof.bank import bank, faults_of, liberties
from conformance.proof.scorecard import without_fault
from conformance.proof.selfcheck import faults_like, proven
from conformance.run.service import Service, registered
from conformance.services.fault import Fault, Hooks
from conformance.services.wire import Answer, Call

CODE = ROOT / "conformance"
SUITE = [
    path
    for pattern in (
        "services/*/cases/*.py",
        "services/*/walks/**/*.py",
        "services/*/arrange.py",
        "generate/*.py",
        "run/*.py",
    )
    for path in sorted(CODE.glob(pattern))
]
"""Where it is written what the suite sends."""
LIBERTIES = ("services/*/liberties/*.py",)
BANK = [
    path
    for pattern in ("services/*/faults/*.py", *LIBERTIES, "services/forms.py", "services/product.py")
    for path in sorted(CODE.glob(pattern))
]
STANDARD = frozenset(
    {
        *("utf-8", "utf-16", "utf-16-le", "latin-1"),  # names of encodings
        *(
            "text/html",
            "text/plain",
            "application/",
            "Content-MD5",
            "http://",
            "https://",
            "&amp;",
        ),  # HTTP, URIs and HTML
        *("T00:00:00Z", "urn:uuid:"),  # RFC 3339, RFC 9562
        ".unsent.",  # of the ids of the ledger (model/requirement_id.py)
        "\uffff",  # Unicode, the last code point of the BMP
        "region_id",  # a member of the Identity API's endpoints
        *("marker=", "/v2/images?", "/image"),  # the address of a further page, upstream and of the reference
        *("os_hidden", "os_hash_algo", "sha512"),  # members that OpenStack's images have
    }
)
"""What the suite sends and the bank says because both know it from elsewhere."""


def test_every_promise_that_a_server_can_break_has_a_fault(contract: Contract) -> None:
    assert without_fault(contract, proven(contract)) == ()


def test_every_fault_breaks_promises_of_the_ledger(contract: Contract) -> None:
    made = [item for service in registered() for item in service.faults(contract)]
    assert {name for item in made for name in item.breaks if name not in contract.requirements} == set()
    assert [item.id for item in made if not item.breaks] == []
    assert {item.id for item in made} <= bank(contract).keys()


def test_every_fault_acts_somewhere(contract: Contract) -> None:
    idle = [
        item.id
        for item in bank(contract).values()
        if not any(getattr(item.hooks, field.name) for field in fields(item.hooks))
    ]
    assert idle == []


def test_no_two_faults_or_liberties_have_the_same_id(contract: Contract) -> None:
    made = [item.id for service in registered() for item in (*service.faults(contract), *service.liberties())]
    assert [name for name, count in Counter(made).items() if count > 1] == []


def test_a_bank_in_which_two_faults_have_the_same_id_is_refused(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    def twins(_contract: Contract) -> list[Fault]:
        return [Fault("server.list.slow", ("error.404",), "it is slow", Hooks()) for _ in range(2)]

    monkeypatch.setattr(bank_module, "registered", lambda: (Service(name="image", faults=twins),))
    with pytest.raises(SuiteError, match=r"two faults of the bank are called server\.list\.slow"):
        bank(contract)


def test_the_bank_is_sorted_by_id(contract: Contract) -> None:
    for found in (bank(contract), liberties()):
        assert sorted(found) == list(found)


def test_each_service_has_faults_in_the_bank(contract: Contract) -> None:
    for service in registered():
        assert {item.id for item in service.faults(contract)} <= bank(contract).keys()
        assert any(True for _ in service.faults(contract))


def test_a_fault_is_made_anew_for_each_server(contract: Contract) -> None:
    # Some count what they have seen; a count of an earlier run would make the next one another.
    first, second = (faults_of(contract, ["rare.one-in-forty"])[0] for _ in range(2))
    assert first.hooks.answer is not second.hooks.answer


def test_no_fault_looks_for_what_is_stored_when_a_client_logs_in(contract: Contract) -> None:
    # Where tokens are given nothing else is held, so nothing is handed to the last stage of such a call.
    target = Offline(contract)
    body = target.password()
    call = Call("identity", "POST", "/v3/auth/tokens", (), {}, json.dumps(body).encode())
    answers = [target.login(body), target.login({})]
    assert [201, 400] == [item.status for item in answers]
    for item in (*bank(contract).values(), *liberties().values()):
        for answer in answers if item.hooks.answer is not None else ():
            assert isinstance(item.hooks.answer(call, answer, None), Answer)


def test_faults_and_liberties_are_found_by_their_names_in_the_order_asked_for(contract: Contract) -> None:
    names = ["request-id.empty", "liberty.http.gzip", "image.list.status"]
    assert names == [item.id for item in faults_of(contract, names)]


def test_a_fault_that_there_is_not_is_refused(contract: Contract) -> None:
    with pytest.raises(UsageError, match="fault request-id: there is no such fault"):
        faults_of(contract, ["request-id.empty", "request-id"])


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


# --- what faults wait for -------------------------------------------------------------------------------------------


def shared_with_the_suite(contract: Contract, files: Iterable[Path]) -> set[tuple[str, str]]:
    """File and literal: what these files of the bank share with what the suite sends, but for words and names."""
    made = [*bank(contract).values(), *liberties().values()]
    told = "\n".join(text for item in made for text in (item.id, item.description))
    names = names_of(contract)
    sent = distinctive([text for path in SUITE for text in texts(path)], names)
    return {
        (path.name, text)
        for path in files
        for text in distinctive(texts(path), {*names, *STANDARD})
        if any(text.strip() in other for other in sent)
        and text not in told
        and not re.fullmatch(r"[1-5]\d\d", text)  # a status
    }


def test_no_fault_waits_for_a_mark_of_this_suite() -> None:
    marks = [OWN_PROPERTY, tag_of("")]
    assert marks == ["conformance_", "conformance-"]
    found = [(path.name, text) for path in BANK for text in texts(path) if any(mark in text for mark in marks)]
    assert found == []


def test_no_fault_waits_for_a_text_that_only_this_suite_sends(contract: Contract) -> None:
    assert shared_with_the_suite(contract, BANK) == set()


def test_the_search_finds_a_fault_that_waits_for_what_this_suite_sends(contract: Contract, tmp_path: Path) -> None:
    path = tmp_path / "made_up.py"
    path.write_text('hit = "字节".encode() in call.body or accept.endswith("q=0.9") or key == "no_such_key"\n')
    assert {text for _, text in shared_with_the_suite(contract, [path])} == {"字节", "q=0.9", "no_such_key"}


def test_no_fault_waits_for_a_number_that_no_contract_and_no_standard_knows(contract: Contract) -> None:
    statuses = {spec.status for operation in contract.operations.values() for spec in operation.responses}
    known = {0, 1, 413, *statuses, *contract.error_codes}  # 413: RFC 9110, 15.5.14
    found = {(path.name, number) for path in BANK for number in compared_numbers(path) if number not in known}
    # Each twentieth delete, and each third image of a crowd: counts, not values that are sent.
    assert found == {("removal.py", 20), ("removal.py", 19), ("crowd.py", 3)}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("字节", True),
        ("q=0.9", True),
        ("no_such_key", True),
        ("0123", True),
        ("limit", False),
        ("image/png", True),
        ("vmdk", False),
        ("a plain sentence", False),
        (";q=", False),
    ],
)
def test_a_text_is_distinctive_when_neither_a_language_nor_the_contract_has_it(
    contract: Contract, text: str, wanted: bool
) -> None:
    assert wanted is (distinctive([text], names_of(contract)) == {text})
