"""Faults behind leniency act on other spellings, and leave the usual ones alone."""

from __future__ import annotations

from typing import Any

import pytest
from targets import Offline

from conformance.model.contract import Contract
from conformance.proof.bank import faults_of

IMAGES = "/v2/images"


def target(contract: Contract, name: str) -> Offline:
    return Offline(contract, *(item.hooks for item in faults_of(contract, [name])))


@pytest.mark.parametrize(
    ("name", "query", "wanted"),
    [
        ("image.list.query.limit.spelled.to-the-underscore", ("limit", "1_0"), 200),
        ("image.list.query.limit.spelled.zeros-are-all", ("limit", "02"), 200),
        ("image.list.query.limit.spelled.zeros-are-all", ("limit", "ten"), 400),
        ("image.list.query.sort_dir.spelled.ascending", ("sort_dir", "DESC"), 200),
        ("image.list.query.sort_dir.spelled.ascending", ("sort_dir", "up"), 400),
        ("image.list.query.sort_key.spelled.created", ("sort_key", " name"), 200),
        ("image.list.padded.server-error", ("sort_key", " name"), 500),
        ("image.list.padded.server-error", ("sort_key", "name"), 200),
        ("image.list.other-digits.server-error", ("limit", "1_0"), 500),
        ("image.list.unknown-parameter.server-error", ("no_such", "x"), 500),
        ("image.list.unknown-parameter.server-error", ("size_min", "1"), 200),
    ],
)
def test_a_list_stumbles_over_a_spelling_alone(
    contract: Contract, name: str, query: tuple[str, str], wanted: int
) -> None:
    assert wanted == target(contract, name).call("GET", IMAGES, query=[query]).status


@pytest.mark.parametrize(("sent", "stored"), [("RAW", "ami"), (" ami", "ari"), ("raw", "raw")])
def test_a_format_in_another_spelling_is_taken_for_another(contract: Contract, sent: str, stored: str) -> None:
    answer = target(contract, "image.create.disk_format.spelled").call("POST", IMAGES, json={"disk_format": sent})
    assert (201, stored) == (answer.status, answer.body["disk_format"])


@pytest.mark.parametrize(
    ("name", "body", "wanted"),
    [
        ("status.too-much.small", {"min_ram": -1}, 413),
        ("status.too-much.small", {"min_ram": 1}, 201),
        ("status.too-much.other", {"tags": [f"t{number}" for number in range(129)]}, 422),
        ("status.too-much.other", {"tags": ["a"], "min_ram": -1}, 400),
        ("image.create.other-case.server-error", {"disk_format": "RAW"}, 500),
        ("image.create.other-case.server-error", {"disk_format": "raw"}, 201),
    ],
)
def test_a_create_is_refused_with_the_status_of_another_kind(
    contract: Contract, name: str, body: dict[str, Any], wanted: int
) -> None:
    assert wanted == target(contract, name).call("POST", IMAGES, json=body).status


def test_an_id_with_a_blank_is_answered_with_500_by_one_operation(contract: Contract) -> None:
    cloud = target(contract, "image.download.padded-id.server-error")
    made = cloud.call("POST", IMAGES, json={}).body
    statuses = [
        cloud.call(method, path).status
        for method, path in (
            ("GET", f"{made['self']}%0A/file"),
            ("DELETE", f"{made['self']}%0A"),
            ("GET", made["file"]),
        )
    ]
    assert [500, 404, 204] == statuses
