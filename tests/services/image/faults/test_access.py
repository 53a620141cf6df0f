"""Faults of who may call: what they wait for, by values."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from targets import Offline

from conformance.model.contract import Contract
from conformance.proof.bank import faults_of

IMAGES = "/v2/images"


def target(contract: Contract, fault: str) -> Offline:
    return Offline(contract, *(item.hooks for item in faults_of(contract, [fault])))


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ([("limit", "1")], 404),
        ([("limit", "9")], 404),
        ([("limit", "10")], 200),
        ([("limit", "0")], 200),
        ([("limit", "1"), ("name", "x")], 200),
        ([], 200),
    ],
)
def test_a_list_of_nothing_but_a_few_images_is_not_found(
    contract: Contract, query: Sequence[tuple[str, str]], wanted: int
) -> None:
    assert wanted == target(contract, "catalogue.endpoint.another").call("GET", IMAGES, query=query).status


@pytest.mark.parametrize(
    ("body", "wanted"), [('{"name": "é"}', 401), ('{"name": "e"}', 201), ('{"tags": ["镜"]}', 401)]
)
def test_a_create_whose_body_is_not_ascii_is_taken_for_one_without_a_token(
    contract: Contract, body: str, wanted: int
) -> None:
    headers = {"content-type": "application/json"}
    answer = target(contract, "header.x-auth-token.refused").call("POST", IMAGES, body=body.encode(), headers=headers)
    assert wanted == answer.status


@pytest.mark.parametrize(
    ("kind", "token", "wanted"),
    [("absent", None, 200), ("garbage", "no-token", 200), ("absent", "no-token", 401), ("garbage", None, 401)],
)
def test_an_operation_is_open_to_one_kind_of_token(
    contract: Contract, kind: str, token: str | None, wanted: int
) -> None:
    assert wanted == target(contract, f"image.list.auth.{kind}").call("GET", IMAGES, token=token).status


def test_a_token_without_a_project_opens_a_list(contract: Contract) -> None:
    for fault, wanted in (("image.list.auth.unscoped", 200), ("image.create.auth.unscoped", 401)):
        made = target(contract, fault)
        token = made.login(made.password(scope=None)).headers["X-Subject-Token"]
        assert wanted == made.call("GET", IMAGES, token=token).status


def test_another_project_is_opened_by_a_header(contract: Contract) -> None:
    made = target(contract, "header.x-project-id.followed-by-show")
    image = made.call("POST", IMAGES, json={}).body["id"]
    headers = {"x-project-id": made.identity.projects["reference"]}
    asked = [
        made.call(method, f"{IMAGES}/{image}", account="reference-other", headers=headers).status
        for method in ("GET", "DELETE")
    ]
    assert asked == [200, 404]
