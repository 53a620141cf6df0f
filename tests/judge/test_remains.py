"""What a request may have left of it, read off the exchange."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.judge.remains import (
    ANYTHING,
    WHATEVER_IS_ODD,
    Mark,
    addressed_id,
    digest_of,
    made_id,
    marks_of,
    texts_of,
)
from conformance.model.contract import Contract
from conformance.model.equivalence import Class, Part
from conformance.model.message import Exchange, Headers, Request, Response

ID = "4d5d0496-d499-4407-a79b-000000000001"


def exchange(
    operation: str, body: Any = None, path: str = "", status: int = 200, answer: Any = None, **headers: str
) -> Exchange:
    """An exchange of an operation of images; `path` goes on from the root of all images."""
    request = Request("GET", f"http://cloud/v2/images{path}", Headers(), json.dumps(body).encode(), operation, "main")
    return Exchange(1, request, Response(status, headers=Headers.of(headers), body=json.dumps(answer).encode()))


def marks(contract: Contract, sent: Exchange, *found: Part) -> set[Mark]:
    return set(marks_of(sent, found, contract.operations[sent.operation], contract))


def test_of_a_create_that_was_taken_are_left_its_classes_and_its_values(contract: Contract) -> None:
    odd = Part("container_format", Class.open("null"))
    assert {
        Mark("image.create", True, ANYTHING),
        Mark("image.create", True, odd),
        Mark("image.create", True, Part("container_format", WHATEVER_IS_ODD)),
        Mark("image.create", True, Part("min_ram", Class("a-value")), "7"),
    } == marks(contract, exchange("image.create", {"id": ID, "min_ram": 7}, status=201), odd)


def test_of_a_refused_change_are_left_its_status_and_the_operations_of_its_patch(contract: Contract) -> None:
    step = {"op": "replace", "path": "/min_ram", "value": 7}
    assert {
        Mark("image.patch", False, ANYTHING),
        Mark("image.patch", False, Part("request", Class("refused-with", terms=(("status", 403),)))),
        Mark("image.patch", False, Part("/min_ram", Class("a-value")), '["replace", "/min_ram", 7]'),
    } == marks(contract, exchange("image.patch", [step], f"/{ID}", status=403))


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        (ID, exchange("image.show", path=f"/{ID.upper()}")),
        (ID, exchange("image.download", path=f"/{ID}/file")),
        (ID, exchange("image.create", {"id": ID.upper()})),
        (None, exchange("image.create", {"name": "a"})),
        (None, exchange("image.show")),
    ],
)
def test_a_request_is_about_the_id_of_its_path_or_the_one_that_it_chooses(
    contract: Contract, wanted: str | None, sent: Exchange
) -> None:
    assert wanted == addressed_id(sent, contract.operations[sent.operation], contract.resources["image"])


@pytest.mark.parametrize(
    ("wanted", "answer", "headers"),
    [
        (ID, {"id": ID.upper()}, {}),
        (ID, {"id": 7}, {"Location": f"http://cloud/v2/images/{ID}?x=1"}),
        (ID, None, {"Location": f"/v2/images/{ID}/"}),
        (None, {"name": "a"}, {}),
    ],
)
def test_what_a_create_has_made_is_read_off_its_answer_and_else_off_its_location(
    contract: Contract, wanted: str | None, answer: Any, headers: dict[str, str]
) -> None:
    made = exchange("image.create", {}, status=201, answer=answer, **headers)
    assert wanted == made_id(made, contract.resources["image"])


def test_the_same_request_has_the_same_digest_whatever_was_answered() -> None:
    first, again = exchange("image.create", {"name": "a"}), exchange("image.create", {"name": "a"}, status=500)
    assert (True, False) == (
        digest_of(first) == digest_of(again),
        digest_of(first) == digest_of(exchange("image.create", {"name": "b"})),
    )


def test_words_of_an_enumeration_are_no_texts_that_a_list_may_ask_for() -> None:
    assert ["conformance-1"] == list(
        texts_of(exchange("image.create", {"name": "conformance-1", "visibility": "private"}))
    )
