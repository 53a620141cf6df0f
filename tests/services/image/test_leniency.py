"""Liberties of leniency take what the reference refuses, for what it means."""

from __future__ import annotations

from typing import Any

import pytest
from targets import Offline

from conformance.model.contract import Contract
from conformance.proof.bank import faults_of, liberties

IMAGES = "/v2/images"
ID = "0f0e0d0c-1a2b-4c3d-8e4f-5a6b7c8d9e0f"


def target(contract: Contract, *names: str) -> Offline:
    return Offline(contract, *(item.hooks for item in faults_of(contract, names)))


@pytest.mark.parametrize(
    ("liberty", "member", "sent", "stored"),
    [
        ("liberty.create.any-case", "disk_format", "RAW", "raw"),
        ("liberty.create.padded", "disk_format", "raw\r\n", "raw"),
        ("liberty.create.id", "id", "{" + ID + "}", ID),
        ("liberty.create.id", "id", ID.replace("-", ""), ID),
        ("liberty.create.id", "id", f" {ID}", ID),
    ],
)
def test_a_spelling_is_stored_as_what_it_means(
    contract: Contract, liberty: str, member: str, sent: str, stored: str
) -> None:
    assert 400 == target(contract).call("POST", IMAGES, json={member: sent}).status
    assert stored == target(contract, liberty).call("POST", IMAGES, json={member: sent}).body[member]


@pytest.mark.parametrize("text", ["+2", " 2", "02", "0_2", "２"])
def test_a_limit_in_other_digits_is_that_limit(contract: Contract, text: str) -> None:
    cloud = target(contract, "liberty.query.any-digits")
    for _ in range(3):
        cloud.call("POST", IMAGES, json={})
    assert 2 == len(cloud.call("GET", IMAGES, query=[("limit", text)]).body["images"])
    assert 400 == target(contract).call("GET", IMAGES, query=[("limit", text)]).status


@pytest.mark.parametrize(
    ("liberty", "body", "status"),
    [
        ("liberty.status.tags-413", {"tags": [f"t{number}" for number in range(129)]}, 413),
        ("liberty.status.properties-413", {f"p{number}": "" for number in range(129)}, 413),
        ("liberty.status.name-413", {"name": "n" * 256}, 413),
        ("liberty.status.tags-413", {"tags": [7]}, 400),
    ],
)
def test_too_much_is_refused_with_413_and_the_rest_as_before(
    contract: Contract, liberty: str, body: dict[str, Any], status: int
) -> None:
    assert status == target(contract, liberty).call("POST", IMAGES, json=body).status


def test_every_liberty_of_leniency_says_which_advice_it_is_due(contract: Contract) -> None:
    due = {name for item in liberties().values() for name in item.remarks}
    assert {name for name in due if contract.requirements[name].binding} == set()
    assert {"status.too-much", "status.media-type", "status.unknown-parameter", "image.list.lenient"} <= due
