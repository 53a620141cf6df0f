"""What is left to the contract alone: which operations, and who their clients are."""

from __future__ import annotations

from conformance.model.contract import Contract
from conformance.run.cases import registry
from conformance.run.service import services_of, unclaimed


def test_what_no_service_claims_is_left_and_its_resources_have_a_client_each(books: Contract) -> None:
    assert {"book", "reader"} == {operation.service for operation in unclaimed(books)}
    assert ["book book", "reader"] == [service.key for service in services_of(books) if not service.gives_tokens]


def test_nothing_of_the_product_s_own_edition_is_left(contract: Contract) -> None:
    assert () == unclaimed(contract)
    assert all(".generic." not in case.module for case in registry(contract=contract))


def test_the_operation_by_which_we_log_in_is_never_left(books: Contract) -> None:
    assert books.token_operation is not None
    assert books.token_operation not in unclaimed(books)
