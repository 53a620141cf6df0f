"""What any document promises that lists operations, error codes and a token."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.contract.general import general
from conformance.contract.specs import load_effective
from conformance.model.contract import Authority, Requirement


@pytest.fixture(scope="module")
def found(specs_of_library: Path) -> dict[str, Requirement]:
    return {item.id: item for item in general(load_effective(specs_of_library))}


def test_codes_and_the_token_header_promise_what_their_lines_say(found: dict[str, Requirement]) -> None:
    common = {name for name, item in found.items() if item.operation is None}
    assert {"auth.required", "status.documented", "status.server-error"} == common
    assert all(found[name].source and found[name].binding for name in common)


def test_what_can_be_made_is_listed_whole_and_gone_when_it_was_deleted(found: dict[str, Requirement]) -> None:
    assert {"book.delete.gone", "reader.delete.gone"} == {name for name in found if name.endswith(".gone")}
    assert {"book.list.complete"} == {name for name in found if name.endswith(".complete")}


def test_a_list_of_a_whole_collection_in_detail_is_complete_too() -> None:
    operation = {"x-source": [[1, 1]]}
    paths = {
        "/v3/crates": {
            "get": {**operation, "operationId": "crate.list"},
            "post": {**operation, "operationId": "crate.create"},
        },
        "/v3/crates/detail": {"get": {**operation, "operationId": "crate.detail"}},
        "/v3/crates/deleted": {"get": {**operation, "operationId": "crate.deleted"}},
        "/v3/halls/detail": {"get": {**operation, "operationId": "hall.detail"}},
    }
    common = {"request-headers": [], "response-members": [], "methods": [], "error-codes": []}
    made = {item.id for item in general({"warehouse": {"paths": paths, "x-common": common}})}
    assert {"crate.list.complete", "crate.detail.complete"} == {name for name in made if name.endswith(".complete")}


def test_that_a_resource_is_its_project_s_alone_is_advice(found: dict[str, Requirement]) -> None:
    isolated = {item for name, item in found.items() if ".isolation." in name}
    assert isolated
    assert {Authority.UPSTREAM} == {item.authority for item in isolated}
