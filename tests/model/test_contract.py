"""The values of a contract."""

from __future__ import annotations

import pytest

from conformance.model.contract import Authority, Contract, Level, Requirement, Statement


def requirement(**members: object) -> Requirement:
    values = {"level": Level.MUST, "authority": Authority.DOCUMENT, "source": ((1, 1),), **members}
    return Requirement("status.class", Statement("A sentence"), **values)


def test_a_statement_reads_with_its_values_filled_in() -> None:
    assert str(Statement("{member} is {value}", {"member": "tags", "value": "[]"})) == "tags is []"


def test_a_sentence_without_values_keeps_its_braces() -> None:
    assert str(Statement("The path is /servers/{server_id}")) == "The path is /servers/{server_id}"


def test_statements_of_one_kind_share_their_template(contract: Contract) -> None:
    of_members = {
        item.statement.template for item in contract.requirements.values() if item.kind == "response" and item.place
    }
    assert of_members == {"{member} is as documented"}


@pytest.mark.parametrize(
    ("members", "wanted"),
    [
        ({}, True),
        ({"level": Level.SHOULD}, False),
        ({"level": Level.MAY}, False),
        ({"authority": Authority.RULING}, True),
        ({"authority": Authority.UPSTREAM}, False),
        ({"excluded": "out of reach"}, False),
    ],
)
def test_only_a_must_of_the_document_or_a_ruling_binds(members: dict[str, object], wanted: bool) -> None:
    assert requirement(**members).binding is wanted


def test_the_promises_of_an_answer_are_found_by_operation_and_status(contract: Contract) -> None:
    for item in contract.requirements.values():
        if item.kind in {"response", "response-header"} and item.place:
            assert item.operation is not None
            assert item.status is not None
            assert contract.promised(item.operation, item.status)[item.place] == item.id
    assert contract.promised("no such operation", 200) == {}


def test_a_path_is_matched_whole(contract: Contract) -> None:
    for item in contract.operations.values():
        path = item.pattern.pattern.replace("[^/]+", "x").removesuffix(r"\Z").replace("\\", "")
        assert contract.match(item.method, path) == item
        assert contract.match(item.method, f"{path}/more") != item
        assert contract.match("OPTIONS", path) is None
