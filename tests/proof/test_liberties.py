"""Liberties: each changes what a client receives, and none is a fault of the bank."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import requests
from targets import Offline, reference_with

from conformance.model.contract import Contract
from conformance.proof.bank import bank, faults_of, liberties
from conformance.services.wire import Answer

VARYING = re.compile(r"\b[0-9a-f]{32}\b|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
"""Ids and times, which no two runs have in common."""
IMAGES = "/v2/images"
IMAGE_ID = "0f0e0d0c-1a2b-4c3d-8e4f-5a6b7c8d9e0f"
MINE, OTHER = "reference", "reference-other"


def transcript(contract: Contract, *names: str) -> str:
    """What a fixed client receives, without what changes from run to run."""
    target = Offline(contract, *(item.hooks for item in faults_of(contract, names)))
    tokens = {account: token_of(target, account) for account in (MINE, OTHER)}

    def call(method: str, path: str = IMAGES, account: str = MINE, **given: Any) -> Answer:
        headers = {"accept-encoding": "gzip", **given.pop("headers", {})}
        return target.call(method, path, headers=headers, **{"token": tokens[account], **given})

    made = call("POST", json={"name": "一", "tags": ["a", "b"], "visibility": "private"})
    queued = call("POST", json={"name": "two"})
    place, empty = (f"{IMAGES}/{item.body['id']}" for item in (made, queued))
    call("PUT", f"{place}/file", body=b"data", headers={"content-type": "application/octet-stream"})
    answers = [
        made,
        call("GET"),
        *(call("GET", query=[("limit", limit)]) for limit in ("1", "2")),
        call("GET", place),
        call("GET", place, OTHER),
        call("GET", token="none"),
        call("GET", f"{empty}/file"),
        call("GET", f"{place}/file"),
        call("GET", "/"),
        catalogued(target.login(target.password(MINE))),
        *odd(call, place),
        *again(call, place),
        call("GET", query=[("limit", "1"), ("marker", made.body["id"])]),
        *lists(call),
    ]
    told = [
        f"{item.status} {item.media_type} {[*item.headers.items(), *item.further]} {item.encoded()!r}"
        for item in answers
    ]
    return VARYING.sub("*", "\n".join(told))


FILE = {"content-type": "application/octet-stream"}
PATCH = {"content-type": "application/openstack-images-v2.1-json-patch"}


def catalogued(answer: Answer) -> Answer:
    """The answer to a login with nothing but the types of the catalogue's services, for the rest changes each time."""
    kinds = [service["type"] for service in answer.body["token"]["catalog"]]
    return replace(answer, body=kinds, headers={})


def odd(call: Callable[..., Answer], place: str) -> list[Answer]:
    """The answers to other spellings, to what the document does not have, and to too much of something."""
    image_id = place.rpartition("/")[2]
    replaced = {"op": "replace", "path": "/disk_format", "value": "RAW"}
    many = [f"t{number}" for number in range(129)]
    posts: list[dict[str, Any]] = [
        {"disk_format": "RAW"},
        {"disk_format": " raw"},
        {"id": f"{{{IMAGE_ID}}}"},
        {"tags": many},
        {f"p{number}": "" for number in range(129)},
        {"name": "n" * 256},
        {"long": "x" * 1000},
        {f"p{number}": "x" * 800 for number in range(100)},
        {"name": "beyond \U0001f600"},
        {"name": "nul \0"},
        {"a/b c": ""},
    ]
    queries = [
        "name=beyond \U0001f600",
        "name=nul \0",
        "sort_key= id",
        "sort_key=ID",
        "limit=0_2",
        "limit=2.0",
        "unknown=1",
        "name=" + "n" * 5000,
    ]
    return [
        *(call("POST", json=body) for body in posts),
        call("POST", body=b"{}"),
        call("POST", body=b"{}", headers={"content-type": "text/plain"}),
        *(call("PATCH", place, json=[item], headers=PATCH) for item in (replaced, {**replaced, "value": " raw"})),
        call("PATCH", place, json=[{**replaced, "value": "raw", "from": "/x"}], headers=PATCH),
        *(call("GET", query=[tuple(query.split("=", 1))]) for query in queries),
        call("GET", body=b"{}"),
        *(call("GET", f"{place}/file", headers={"range": f"bytes={text}"}) for text in ("1-2", "0-0,2-3")),
        call("PUT", f"{place}/file", body=b"x" * 70_000, headers=FILE),
        call("PUT", f"{place}/file", body=b"x", headers={**FILE, "transfer-encoding": "chunked"}),
        *(call("GET", f"{IMAGES}/{form}/file") for form in (f"{image_id}%0A", f"%7B{image_id}%7D")),
    ]


def lists(call: Callable[..., Answer]) -> list[Answer]:
    """The answers to lists in every order, over names of every case, and sizes and formats that are there or not; then
    over more images than some put on a page."""
    for number, name in ((2, "b"), (3, "A"), (1, "a"), (4, "B")):
        body = {"id": f"{number}{IMAGE_ID[1:]}", "name": name, "disk_format": "raw" if number < 4 else None}
        call("POST", json={key: value for key, value in body.items() if value is not None})
    call("PUT", f"{IMAGES}/3{IMAGE_ID[1:]}/file", body=b"data", headers=FILE)
    orders = [("name", "asc"), ("size", "asc"), ("size", "desc"), ("disk_format", "asc"), ("disk_format", "desc")]
    sorted_lists = [call("GET", query=[("sort_key", key), ("sort_dir", down)]) for key, down in orders]
    for number in range(26):
        call("POST", json={"name": f"one of many, {number}"})
    return [*sorted_lists, call("GET"), call("GET", query=[("limit", "30")])]


def again(call: Callable[..., Answer], place: str) -> list[Answer]:
    """The answers to what was done before: an upload, a look, a create with the id of what was deleted."""
    file = {"headers": {"content-type": "application/octet-stream"}}
    return [
        call("PUT", f"{place}/file", body=b"other data", **file),
        call("GET", place),
        call("GET", f"{place}/file"),
        call("DELETE", place),
        call("POST", json={"id": place.rpartition("/")[2]}),
    ]


def token_of(target: Offline, account: str) -> str:
    """A token of the account, whatever the case of the header that it comes in."""
    headers = target.login(target.password(account)).headers
    return {name.lower(): value for name, value in headers.items()}["x-subject-token"]


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


def test_there_is_something_to_be_silent_on() -> None:
    assert 115 == len(liberties())


def test_a_document_in_another_order_is_json_all_the_same(contract: Contract) -> None:
    with reference_with("liberty.json.order")(contract) as reference:
        assert list(json.loads(requests.get(reference.urls["identity"], timeout=10).content)) == ["version"]


def test_a_body_in_chunks_is_read_as_one(contract: Contract) -> None:
    with reference_with("liberty.http.chunked")(contract) as reference:
        answer = requests.get(reference.urls["identity"], timeout=10)
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert list(answer.json()) == ["version"]
