"""Liberties: each changes what a client receives, and none is a fault of the bank."""

from __future__ import annotations

import json
import re

import pytest
import requests
from targets import reference_with

from conformance.model.contract import Contract
from conformance.proof.bank import bank, liberties

VARYING = re.compile(
    r"\b[0-9a-f]{32}\b|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|:\d{4,5}\b|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]+ GMT"
)


def transcript(contract: Contract, *faults: str) -> str:
    """What a fixed client receives, without what changes from run to run."""
    with reference_with(*faults)(contract) as reference, requests.Session() as client:
        tokens = []
        for name in ("reference", "reference-other"):
            auth = reference.clouds()["clouds"][name]["auth"]
            user = {"name": auth["username"], "domain": {"name": "Default"}, "password": auth["password"]}
            scope = {"project": {"name": auth["project_name"], "domain": {"name": "Default"}}}
            body = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}}
            tokens.append(
                client.post(f"{reference.urls['identity']}/auth/tokens", json=body, timeout=10).headers[
                    "X-Subject-Token"
                ]
            )
        root, mine, other = (
            f"{reference.urls['image']}/v2/images",
            {"X-Auth-Token": tokens[0]},
            {"X-Auth-Token": tokens[1]},
        )
        made = client.post(
            root, json={"name": "一", "tags": ["a", "b"], "visibility": "private"}, headers=mine, timeout=10
        )
        place = f"{root}/{made.json()['id']}"
        client.put(
            f"{place}/file", data=b"data", headers={**mine, "Content-Type": "application/octet-stream"}, timeout=10
        )
        queued = client.post(root, json={"name": "two"}, headers=mine, timeout=10)
        asked = [
            ("GET", root, mine),
            ("GET", f"{root}?limit=1", mine),
            ("GET", place, mine),
            ("GET", place, other),
            ("GET", root, {}),
            ("GET", f"{root}/{queued.json()['id']}/file", mine),
            ("DELETE", place, mine),
        ]
        answers = [made, *(client.request(method, url, headers=headers, timeout=10) for method, url, headers in asked)]
        told = [f"{item.status_code} {list(item.headers.items())} {item.content!r}" for item in answers]
    return VARYING.sub("*", "\n".join(told))


@pytest.fixture(scope="module")
def plain(contract: Contract) -> str:
    return transcript(contract)


def test_the_plain_reference_says_the_same_twice(contract: Contract, plain: str) -> None:
    assert transcript(contract) == plain


@pytest.mark.parametrize("name", liberties())
def test_each_liberty_changes_what_a_client_receives(contract: Contract, plain: str, name: str) -> None:
    assert transcript(contract, name) != plain


def test_no_liberty_breaks_a_promise_and_every_fault_breaks_one(contract: Contract) -> None:
    assert [item.id for item in liberties().values() if item.breaks] == []
    assert [item.id for item in bank(contract).values() if not item.breaks] == []
    assert liberties().keys() & bank(contract).keys() == set()


def test_a_transcript_is_json_where_it_should_be(contract: Contract) -> None:
    with reference_with("liberty.json.order")(contract) as reference:
        assert list(json.loads(requests.get(f"{reference.urls['identity']}", timeout=10).content)) == ["version"]
