"""Checks of the body of an answer: its form, its members, and that it is about what was asked for."""

from __future__ import annotations

import time
import weakref
from dataclasses import replace
from typing import Any

import pytest
from looks import ID, IMAGE, LOCATION, Build, body, failures, wrong

from conformance.judge.registry import judge_exchange
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation


def test_a_right_create_is_silent_and_looked_at(contract: Contract, exchange: Build) -> None:
    made = exchange("image.create", 201, body(IMAGE), LOCATION, method="POST")
    assert failures(made, contract) == []
    looked = {item.requirement for item in judge_exchange(made, contract)}
    assert {f"image.create.response.201.{name}" for name in IMAGE} <= looked


@pytest.mark.parametrize("name", sorted(IMAGE))
def test_each_member_that_is_missing_is_a_finding_of_its_own(contract: Contract, exchange: Build, name: str) -> None:
    made = exchange(
        "image.create", 201, body({key: value for key, value in IMAGE.items() if key != name}), LOCATION, method="POST"
    )
    assert (f"image.create.response.201.{name}", wrong("missing", name)) in failures(made, contract)


@pytest.mark.parametrize(
    ("name", "value", "deviation"),
    [
        ("min_disk", "1", wrong("type", "min_disk", **{"is": "string", "wanted": "integer"})),
        ("protected", "no", wrong("type", "protected", **{"is": "string", "wanted": "boolean"})),
        ("id", "7", wrong("format", "id", wanted="uuid")),
        ("created_at", "2021-02-25 11:28", wrong("format", "created_at", wanted="date-time")),
        ("size", -1, wrong("breaks", "size", keyword="minimum")),
        ("status", "sleeping", wrong("breaks", "status", keyword="enum")),
        ("file", f"/v2/images/{ID}", wrong("not-of-the-id", "file")),
        ("self", "/v2/images/other", wrong("not-of-the-id", "self")),
        ("schema", "/v2/schemas/flavor", wrong("another-resource", "schema")),
        ("updated_at", "2020-01-01T00:00:00Z", wrong("before", "updated_at", earlier="created_at")),
        ("tags", "a", wrong("type", "tags", **{"is": "string", "wanted": "array"})),
        ("name", 7, wrong("type", "name", **{"is": "integer", "wanted": "null or string"})),
    ],
)
def test_a_member_that_is_wrong_is_found(
    contract: Contract, exchange: Build, name: str, value: Any, deviation: Deviation
) -> None:
    made = exchange("image.create", 201, body({**IMAGE, name: value}), LOCATION, method="POST")
    assert (f"image.create.response.201.{name}", deviation) in failures(made, contract)


def test_links_may_carry_the_endpoint_in_front(contract: Contract, exchange: Build) -> None:
    absolute = {
        **IMAGE,
        "self": f"https://cloud/image/v2/images/{ID}",
        "file": f"https://cloud/image/v2/images/{ID}/file",
    }
    assert failures(exchange("image.create", 201, body(absolute), LOCATION, method="POST"), contract) == []


def test_an_answer_about_another_image_is_found(contract: Contract, exchange: Build) -> None:
    other = "00000000-0000-4000-8000-000000000000"
    made = exchange("image.patch", 200, body(IMAGE), method="PATCH", url=f"http://cloud/v2/images/{other}")
    assert failures(made, contract) == [("image.patch.response.200.id", wrong("another-id", "id"))]


def test_items_of_a_list_are_judged_and_named_by_index(contract: Contract, exchange: Build) -> None:
    made = exchange(body=body({"images": [{"id": ID, "name": "a"}, {"id": ID}]}))
    assert [("image.list.response.200.images.name", "images[1].name")] == [
        (requirement, deviation.path) for requirement, deviation in failures(made, contract)
    ]


def test_an_empty_list_says_nothing_about_items(contract: Contract, exchange: Build) -> None:
    looked = {item.requirement for item in judge_exchange(exchange(body=body({"images": []})), contract)}
    assert "image.list.response.200.images" in looked
    assert "image.list.response.200.images.id" not in looked


def test_an_image_found_by_another_spelling_of_its_id_is_that_image(contract: Contract, exchange: Build) -> None:
    shown = exchange("image.patch", 200, body(IMAGE), method="PATCH", url=f"http://image/v2/images/{ID}%0A")
    other = exchange("image.patch", 200, body({**IMAGE, "id": ID[:-1] + "d"}), url=f"http://image/v2/images/{ID}%0A")
    told = [[item.kind for _, item in failures(made, contract)] for made in (shown, other)]
    assert [False, True] == ["another-id" in kinds for kinds in told]


@pytest.mark.parametrize(("content", "length"), [(b"x", "1"), (b"", "5")])
def test_a_204_with_a_body_is_found(contract: Contract, exchange: Build, content: bytes, length: str) -> None:
    made = exchange(
        "image.delete", 204, content, {"Content-Length": length, "Content-Type": "text/plain"}, method="DELETE"
    )
    assert ("image.delete.empty", wrong("not-empty")) in failures(made, contract)


@pytest.mark.parametrize("content", [b"{", b"\xff", b'{"images": NaN}', b"[" * 100_000, b"1" * 5000])
def test_a_body_that_cannot_be_read_is_found_and_never_raises(
    contract: Contract, exchange: Build, content: bytes
) -> None:
    assert any(name == "image.list.response.200" for name, _ in failures(exchange(body=content), contract))


@pytest.mark.parametrize("item", ["{}", "null", '{"id": 1}', "[[]]"])
def test_a_list_of_a_hundred_thousand_is_judged_by_its_beginning(
    contract: Contract, exchange: Build, item: str
) -> None:
    large = b'{"images": [' + b",".join([item.encode()] * 100_000) + b"]}"
    began = time.process_time()
    found = failures(exchange("image.list", 200, large), contract)
    assert time.process_time() - began < 20
    assert 1000 <= len(found) <= 50_000


def test_a_body_that_cannot_be_read_is_held_by_nobody_afterwards(contract: Contract, exchange: Build) -> None:
    """An exception that is raised again and again holds every frame that it has passed, and what they hold."""
    held = []
    for _ in range(3):
        made = exchange("image.list", 200, b'{"images": [')
        failures(made, contract)
        held.append(weakref.ref(made))
        del made
    assert [None] * 3 == [item() for item in held]


@pytest.mark.parametrize(
    ("name", "query", "judged"),
    [("fields", "fields=id", False), ("fields", "limit=1", True), ("fielder", "fielder=id", True)],
)
def test_what_a_request_does_not_choose_is_not_missing(
    contract: Contract, exchange: Build, name: str, query: str, *, judged: bool
) -> None:
    listed = contract.operations["image.list"]
    parameter = replace(listed.query[0], name=name)
    choosing = replace(
        contract,
        operations={**contract.operations, "image.list": replace(listed, parameters=(*listed.parameters, parameter))},
    )
    rows = {"images": [{"id": ID}], "first": "/v2/images", "schema": "/v2/schemas/images"}
    made = exchange("image.list", 200, body(rows), url=f"http://cloud/v2/images?{query}")
    assert judged is any(item.kind == "missing" for _, item in failures(made, choosing))
    wrong_id = exchange("image.list", 200, body({**rows, "images": [{"id": 7}]}), url=f"http://cloud/v2/images?{query}")
    assert any(item.kind == "type" for _, item in failures(wrong_id, choosing))
