"""Failures named by the kind of request that meets them, and what was sent, counted."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

from conformance.judge.attribution import attributed, sent
from conformance.judge.rules import of_type, wrong_type
from conformance.judge.sent import partitioned
from conformance.model.contract import Contract
from conformance.model.equivalence import VALID, Class, Part
from conformance.model.message import Headers, Request, Response
from conformance.model.verdict import SentRow
from conformance.run.recorder import Recorder


class Cloud:
    """Exchanges of creates: body and status."""

    def __init__(self, contract: Contract) -> None:
        self.recorder = Recorder(contract)

    def create(self, body: Any, status: int) -> None:
        headers = Headers.of({"X-Auth-Token": "t", "Content-Type": "application/json"})
        request = Request("POST", "http://cloud/v2/images", headers, json.dumps(body).encode(), "image.create", "main")
        self.recorder.observe(request, Response(status))

    def told(self, check: str = "server-error", drawn: tuple[int, ...] = ()) -> dict[tuple[Part, ...], int]:
        """The class of request that explains a finding of the check -> how often."""
        known = partitioned(self.recorder.exchanges, self.recorder.contract)
        return Counter(
            item.deviation.request for item in attributed(self.recorder.findings, known, drawn) if item.check == check
        )


def part(place: str, held: Class) -> tuple[Part, ...]:
    return (Part(place, held),)


A_VALID_REQUEST: tuple[Part, ...] = ()
EMPTY_ARRAY = part("body", wrong_type("empty array", "object"))


def test_one_server_error_does_not_hide_another(contract: Contract) -> None:
    cloud = Cloud(contract)
    for body in ([], [1], {"min_ram": "x"}, {"name": "fine"}):
        cloud.create(body, 500 if isinstance(body, list) or "min_ram" in body else 201)
    assert cloud.told() == {
        EMPTY_ARRAY: 1,
        part("body", wrong_type("array", "object")): 1,
        part("min_ram", wrong_type("string", "integer")): 1,
    }


def test_what_the_seed_drew_explains_no_failure_that_every_seed_meets(contract: Contract) -> None:
    cloud = Cloud(contract)
    for number in range(10):
        cloud.create({"name": f"n{number}"}, 500 if number == 0 else 201)
    cloud.create({"min_ram": "x"}, 500)
    before = cloud.told()
    for number in range(9):  # refused as they should be, so that the class alone would explain nothing any more
        cloud.create({"min_ram": f"x{number}"}, 400)
    assert before == cloud.told(drawn=tuple(range(12, 21)))
    assert {A_VALID_REQUEST: 1, part("min_ram", wrong_type("string", "integer")): 1} == before
    assert {A_VALID_REQUEST: 2} == cloud.told()


def test_a_class_that_only_the_seed_drew_is_explained_by_all_that_was_sent(contract: Contract) -> None:
    cloud = Cloud(contract)
    for body, status in (({"name": "one"}, 201), ({"name": "two"}, 500), ([], 500)):
        cloud.create(body, status)
    assert EMPTY_ARRAY not in cloud.told()
    cloud.create([], 500)
    assert 2 == cloud.told(drawn=(3, 4))[EMPTY_ARRAY]


def test_a_failure_of_every_request_is_one_group(contract: Contract) -> None:
    cloud = Cloud(contract)
    for number in range(10):
        cloud.create({"name": "fine", "min_ram": number}, 503)
        cloud.create({"min_ram": "x" * number, "min_disk": -number}, 503)
        cloud.create([number], 503)
    assert cloud.told() == {A_VALID_REQUEST: 30}


def test_now_and_then_a_failure_of_valid_requests_is_one_group_and_hides_no_class_that_always_fails(
    contract: Contract,
) -> None:
    cloud = Cloud(contract)
    for number in range(40):
        cloud.create({"name": f"fine {number}"}, 500 if number % 20 == 0 else 201)
        cloud.create({"min_ram": "ten"}, 500 if number == 7 else 400)
    cloud.create([], 500)
    assert cloud.told() == {
        A_VALID_REQUEST: 3,
        EMPTY_ARRAY: 1,
    }


def test_a_class_that_fails_in_company_is_named_by_the_part_that_always_fails(contract: Contract) -> None:
    cloud = Cloud(contract)
    for ram in ("x", -1, 2**40):
        cloud.create({"min_ram": ram}, 400)
        cloud.create({"min_ram": ram, "tags": [7]}, 500)
    cloud.create({"tags": [7]}, 500)
    assert cloud.told() == {part("tags", replace(of_type(["string"], 7), item=True)): 4}


def test_a_boundary_that_always_fails_is_told_apart_from_other_valid_requests(contract: Contract) -> None:
    cloud = Cloud(contract)
    for number in range(5):
        cloud.create({"min_ram": 0}, 500)
        cloud.create({"min_ram": number + 1}, 201)
    assert cloud.told() == {part("min_ram", Class("boundary")): 5}


def test_an_undocumented_status_is_named_by_its_requests_too(contract: Contract) -> None:
    cloud = Cloud(contract)
    cloud.create({"tags": [str(number) for number in range(129)]}, 413)
    cloud.create({"name": "fine"}, 201)
    assert cloud.told("documented-status") == {part("tags", Class.broken("more-items-than", most=128)): 1}


def test_what_was_sent_is_counted_by_place_class_and_status(contract: Contract) -> None:
    cloud = Cloud(contract)
    for body, status in (({"min_ram": 1}, 201), ({"min_ram": 2}, 201), ({"min_ram": -1}, 400), ({"min_ram": 1.0}, 201)):
        cloud.create(body, status)
    rows = [row for row in sent(partitioned(cloud.recorder.exchanges, contract)) if row.place == "min_ram"]
    assert rows == [
        SentRow("image.create", "min_ram", Class.broken("below-minimum"), {400: 1}),
        SentRow("image.create", "min_ram", Class.open("integer-as-fraction"), {201: 1}),
        SentRow("image.create", "min_ram", VALID, {201: 2}),
    ]


def test_a_place_that_fails_with_every_wrong_type_is_one_group(contract: Contract) -> None:
    cloud = Cloud(contract)
    for value in (7, True, ["a"], {"a": 1}):
        cloud.create({"id": value}, 500)
    cloud.create({"id": "x"}, 400)
    assert cloud.told() == {part("id", Class.broken("another-type", wanted="string")): 4}


def borrowed(cloud: Cloud) -> list[bool]:
    known = partitioned(cloud.recorder.exchanges, cloud.recorder.contract)
    return [item.borrowed for item in attributed(cloud.recorder.findings, known) if item.check == "server-error"]


def test_a_request_that_fails_as_valid_ones_do_has_borrowed_their_class(contract: Contract) -> None:
    cloud = Cloud(contract)
    for body in ({"name": "fine"}, {"min_ram": "ten"}, {"min_ram": 0}):
        cloud.create(body, 500)
    assert cloud.told() == {A_VALID_REQUEST: 3}
    assert borrowed(cloud) == [False, True, False]


def test_a_class_that_a_request_belongs_to_is_not_borrowed(contract: Contract) -> None:
    cloud = Cloud(contract)
    for ram in ("x", -1):
        cloud.create({"min_ram": ram}, 400)
        cloud.create({"min_ram": ram, "min_disk": 1.0}, 500)
    cloud.create({"name": "fine"}, 201)
    assert cloud.told() == {part("min_disk", Class.open("integer-as-fraction")): 2}
    assert borrowed(cloud) == [False, False]


def test_what_fails_from_one_size_on_fails_for_the_size_of_its_body(contract: Contract) -> None:
    cloud = Cloud(contract)
    for blanks in (0, 5000, 8192, 9000, 70_000):
        cloud.create({"name": "n", "description": "x" * blanks}, 502 if blanks > 8000 else 201)
    assert cloud.told() == {part("body", Class.open("larger-than", bytes=8192)): 3}


def test_one_large_body_is_not_enough_to_blame_sizes(contract: Contract) -> None:
    cloud = Cloud(contract)
    for blanks, status in ((0, 201), (9000, 502), (70_000, 201)):
        cloud.create({"name": "n", "tags": ["x" * 200] * (blanks // 200)}, status)
    assert all(part.held.rule != "larger-than" for parts in cloud.told() for part in parts)
