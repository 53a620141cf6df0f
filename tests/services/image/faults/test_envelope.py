"""Faults of failures: at which of them each acts."""

from __future__ import annotations

import pytest
from targets import Offline

from conformance.model.contract import Contract
from conformance.proof.bank import faults_of

ID = "4c1b2a9e-5d3f-4e6a-8b7c-9d0e1f2a3b4c"


def target(contract: Contract, fault: str) -> Offline:
    return Offline(contract, *(item.hooks for item in faults_of(contract, [fault])))


@pytest.mark.parametrize(
    ("fault", "path", "wanted"),
    [
        ("status.failure.no-resource", "/v2/servers", 200),
        ("status.failure.no-resource", f"/v2/images/{ID}/members", 404),
        ("status.failure.no-resource", "/v9/images", 404),
        ("status.failure.no-resource", f"/v2/images/{ID}", 404),
        ("status.failure.no-part", "/v2/servers", 404),
        ("status.failure.no-part", f"/v2/images/{ID}/members", 200),
        ("status.failure.no-part", f"/v2/images/{ID}/file/part", 200),
        ("status.failure.no-part", f"/v2/images/{ID}/file", 404),
    ],
)
def test_a_path_that_the_contract_does_not_have_is_answered_with_success(
    contract: Contract, fault: str, path: str, wanted: int
) -> None:
    assert wanted == target(contract, fault).call("GET", path).status


def test_one_failure_of_one_operation_is_broken_and_no_other(contract: Contract) -> None:
    made = target(contract, "image.delete.failure.404.title-missing")
    broken, shown = (made.call(method, f"/v2/images/{ID}") for method in ("DELETE", "GET"))
    assert {"message", "code"} == broken.body["error"].keys()
    assert {"message", "code", "title"} == shown.body["error"].keys()


@pytest.mark.parametrize(("status", "wanted"), [("deleted", 503), ("queued", 200)])
def test_a_list_by_a_status_that_finds_nothing_meets_a_code_that_nobody_can_be_sure_to_meet(
    contract: Contract, status: str, wanted: int
) -> None:
    made = target(contract, "error.503.met.html")
    made.call("POST", "/v2/images", json={})
    assert wanted == made.call("GET", "/v2/images", query=[("status", status)]).status


@pytest.mark.parametrize(("word", "wanted"), [("renamed", {"fault"}), ("message.missing", {"error"})])
def test_the_envelope_of_every_failure_is_broken(contract: Contract, word: str, wanted: set[str]) -> None:
    made = target(contract, f"error.envelope.{word}")
    for answer in (made.call("GET", "/v2/images", token="none"), made.call("GET", "/v2/servers")):
        assert wanted == answer.body.keys()
        assert "message" not in answer.body.get("error", {})
