"""The ledger: one requirement for each promise of the effective specs."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from conformance.contract.ledger import defaults_of, derive
from conformance.contract.specs import load_effective
from conformance.model.contract import Authority, Level, Requirement
from conformance.model.errors import UsageError
from conformance.model.requirement_id import Kind

Specs = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def specs(specs_of_library: Path) -> Specs:
    return load_effective(specs_of_library)


@pytest.fixture(scope="module")
def ledger(specs: Specs) -> dict[str, Requirement]:
    return {item.id: item for item in derive(specs)}


IDS = """
auth.card.create.body.auth auth.card.create.lenient auth.card.create.request auth.card.create.response.201
auth.card.create.response.201.x-subject-token auth.required
book.create.body.kind book.create.body.pages book.create.body.title book.create.body.weight
book.create.default.borrower book.create.default.lent book.create.default.weight book.create.lenient
book.create.request book.create.response.201 book.create.response.201.borrower book.create.response.201.id
book.create.response.201.kind book.create.response.201.lent book.create.response.201.pages
book.create.response.201.self book.create.response.201.title book.create.response.201.updated_at
book.create.response.201.weight book.delete.empty book.delete.gone book.delete.lenient book.delete.path.book_id
book.delete.response.204 book.download.lenient book.download.path.book_id book.download.response.200
book.isolation.delete book.isolation.list book.isolation.patch book.list.complete book.list.lenient
book.list.query.author book.list.query.page-size book.list.query.page_size book.list.response.200
book.list.response.200.books book.list.response.200.books.id book.list.response.200.books.title
book.list.response.200.total book.patch.body.op book.patch.body.path book.patch.body.value book.patch.lenient
book.patch.path.book_id book.patch.request book.patch.response.200 book.patch.response.200.id
book.patch.response.200.title
error.300 error.400 error.401 error.404 error.409 error.413 error.500 error.envelope error.envelope.code
error.envelope.message error.envelope.title
header.content-type header.request-id header.x-auth-token
method.delete method.get method.options method.patch method.post
reader.delete.gone reader.delete.lenient reader.delete.path.reader_card reader.delete.response.204
reader.list.response.200 reader.list.response.200.readers reader.list.response.200.readers.card
reader.replace.body.phone reader.replace.lenient reader.replace.path.reader_card reader.replace.request
reader.replace.response.200 reader.replace.response.200.card reader.replace.response.200.phone
status.documented status.server-error
transport.language
"""


def test_every_promise_of_every_service_has_one_requirement(specs: Specs) -> None:
    assert IDS.split() == [item.id for item in derive(specs)]


def test_the_order_of_the_specs_changes_nothing(specs: Specs) -> None:
    assert derive(specs) == derive(dict(reversed(specs.items())))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("header.content-type", "Content-Type is understood as HTTP and the table define it"),
        ("header.request-id", "RequestId is in every answer and never the same twice"),
        ("method.get", "The generic meaning of GET"),
        ("error.413", "413 Request Entity Too Large is sent where it is due"),
        ("error.envelope", "A failure carries a JSON object with the object error"),
        ("error.envelope.code", "error.code is there, of type integer, and true of the answer"),
        (
            "book.list.query.author",
            "The query parameter author is understood, and values that it cannot have are refused",
        ),
        ("book.create.request", "A body of another shape than the documented one is refused"),
        ("book.create.body.kind", "kind is taken as documented, and values that it cannot have are refused"),
        ("book.create.response.201", "Success is answered with 201 and the documented body"),
        ("book.list.response.200.books.id", "books.id is as documented"),
        ("auth.card.create.response.201.x-subject-token", "The answer has the header X-Subject-Token"),
        ("book.create.default.lent", "lent is false when the request leaves it out"),
        ("book.delete.empty", "The answer has no body"),
    ],
)
def test_a_requirement_reads_as_a_sentence(ledger: dict[str, Requirement], name: str, sentence: str) -> None:
    assert sentence == str(ledger[name].statement)


def test_what_an_id_was_made_of_stands_beside_it(ledger: dict[str, Requirement]) -> None:
    def parts(name: str) -> tuple[Kind, str | None, str, int | None]:
        item = ledger[name]
        return item.kind, item.operation, item.place, item.status

    assert parts("header.request-id") == (Kind.HEADER, None, "RequestId", None)
    assert parts("error.404") == (Kind.ERROR, None, "", 404)
    assert parts("error.envelope.code") == (Kind.ENVELOPE, None, "code", None)
    assert parts("book.list.query.author") == (Kind.PARAMETER, "book.list", "author", None)
    assert parts("book.create.request") == (Kind.REQUEST, "book.create", "", None)
    assert parts("book.create.body.kind") == (Kind.BODY, "book.create", "kind", None)
    assert parts("book.list.response.200.books.id") == (Kind.RESPONSE, "book.list", "books.id", 200)
    assert parts("book.create.default.lent") == (Kind.DEFAULT, "book.create", "lent", None)
    assert parts("book.delete.empty") == (Kind.STATED, "book.delete", "", None)


def test_lines_are_those_of_the_row_or_of_the_example(ledger: dict[str, Requirement]) -> None:
    assert ledger["book.list.query.page-size"].source == ((159, 161),)
    assert ledger["book.create.default.lent"].source == ((284, 284),)
    assert ledger["book.create.response.201.updated_at"].source == ((268, 268), (292, 292))


def test_what_has_no_lines_of_its_own_has_those_of_its_operation(ledger: dict[str, Requirement]) -> None:
    assert ledger["book.patch.body.op"].source == ((302, 351),)


def test_a_ruling_is_the_authority_where_the_errata_decided(ledger: dict[str, Requirement]) -> None:
    ruled = {name: item.ruling for name, item in ledger.items() if item.authority is Authority.RULING}
    assert ruled == {
        "auth.card.create.body.auth": 5,
        "auth.card.create.request": 5,
        "auth.card.create.response.201": 5,
        "auth.card.create.response.201.x-subject-token": 5,
        "book.create.body.pages": 2,
        "book.create.response.201.pages": 2,
        "book.create.response.201.updated_at": 3,
        "book.list.query.page-size": 1,
        "book.list.query.page_size": 1,
        "error.300": 4,
        "reader.list.response.200.readers.card": 6,
    }


def test_levels_and_reasons_come_from_the_errata(ledger: dict[str, Requirement]) -> None:
    owed = (item for item in ledger.values() if item.kind is not Kind.LENIENT and ".isolation." not in item.id)
    assert {item.id: item.level for item in owed if item.level is not Level.MUST} == {
        "book.list.query.page-size": Level.SHOULD,
        "error.300": Level.MAY,
        "error.413": Level.MAY,
        "error.500": Level.MAY,
        "transport.language": Level.SHOULD,
    }
    assert {name: item.excluded for name, item in ledger.items() if item.excluded} == {
        "method.options": "no operation uses it",
        "transport.language": "nothing that a program can see",
    }


def test_leniency_is_advice_and_refusals_go_by_the_ruling_that_the_errata_name(specs: Specs) -> None:
    changed = copy.deepcopy(specs)
    next(spec for spec in changed.values() if "x-common" in spec)["x-common"]["x-leniency"] = 7
    found = {item.id: item for item in derive(changed)}
    advice = found["book.list.lenient"]
    assert (Authority.UPSTREAM, Level.MAY, 7) == (advice.authority, advice.level, advice.ruling)
    parameter = found["book.list.query.author"]
    assert (Authority.DOCUMENT, 7) == (parameter.authority, parameter.ruling)
    assert {item.ruling for item in derive(specs) if item.id in {advice.id, parameter.id}} == {None}


def test_what_only_an_example_leaves_out_is_promised_where_errata_state_promises(specs: Specs) -> None:
    changed = copy.deepcopy(specs)
    for spec in changed.values():
        spec.pop("x-requirements", None)
    assert {"book.create.default.lent"} <= {item.id for item in derive(specs)}
    assert [] == [item.id for item in derive(changed) if ".default." in item.id]


def test_an_operation_of_upstream_owes_only_its_answer(specs: Specs) -> None:
    changed = copy.deepcopy(specs)
    changed["reader"]["paths"]["/v1/readers/{reader_card}"]["put"]["x-authority"] = "upstream"
    found = {item.id: item.authority for item in derive(changed) if item.operation == "reader.replace"}
    assert set(found.values()) == {Authority.UPSTREAM}
    assert list(found) == [
        "reader.replace.response.200",
        "reader.replace.response.200.card",
        "reader.replace.response.200.phone",
    ]


def test_the_common_part_is_found_wherever_it_stands(specs: Specs) -> None:
    changed = copy.deepcopy(specs)
    changed["reader"]["x-common"] = changed["book"].pop("x-common")
    changed["reader"]["x-requirements"] = changed["book"].pop("x-requirements")
    changed["reader"]["components"]["responses"] = changed["book"]["components"]["responses"]
    assert derive(specs) == derive(changed)


def test_a_sentence_may_be_stated_in_any_spec(specs: Specs) -> None:
    stated = {"id": "card.number", "statement": "A card has a number", "authority": "document", "source": [[1, 1]]}
    changed = {**specs, "identity": {**specs["identity"], "x-requirements": [stated]}}
    assert {item.id for item in derive(changed)} - {item.id for item in derive(specs)} == {"card.number"}


def test_specs_without_a_common_part_are_refused(specs: Specs) -> None:
    with pytest.raises(UsageError, match="no common part"):
        derive({"identity": specs["identity"]})


def test_an_unknown_member_of_a_stated_requirement_is_refused(specs: Specs) -> None:
    stated = {"id": "a", "statement": "b", "authority": "document", "source": [[1, 1]], "sauce": 1}
    changed = {**specs, "book": {**specs["book"], "x-requirements": [stated]}}
    with pytest.raises(UsageError, match="requirement a: unknown member 'sauce'"):
        derive(changed)


# --- defaults -------------------------------------------------------------------------------------------------------


def operation(sent: Any, shown: dict[str, Any]) -> dict[str, Any]:
    example = {"value": shown, "x-source": [[7, 9]], "x-lines": {"/tags": 8}}
    media = {"schema": {"required": list(shown)}, "examples": {"document": example}}
    return {
        "requestBody": {"x-examples": [{"value": sent}]},
        "responses": {"201": {"content": {"application/json": media}}},
    }


def test_a_default_is_what_the_answer_shows_and_the_request_left_out() -> None:
    found = defaults_of(operation({"name": "a"}, {"name": "a", "tags": [], "state": "new", "size": None}))
    assert found == {"tags": ([], [[8, 8]]), "state": ("new", [[7, 9]]), "size": (None, [[7, 9]])}


@pytest.mark.parametrize("value", [3, "2031-01-02", "/v1/books", "id0", ["x"], {"a": 1}])
def test_a_value_that_may_differ_from_one_resource_to_the_next_is_no_default(value: Any) -> None:
    assert defaults_of(operation({}, {"member": value})) == {}


def test_without_an_example_of_a_request_nothing_is_a_default() -> None:
    assert defaults_of({"responses": operation({}, {"tags": []})["responses"]}) == {}
    assert defaults_of(operation(["a list"], {"tags": []})) == {}
