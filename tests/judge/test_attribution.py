"""Failures named by the kind of request that meets them, and what was sent, counted."""

from __future__ import annotations

import json
from typing import Any

from conformance.judge.attribution import attributed, partitioned, sent
from conformance.model.contract import Contract
from conformance.model.message import Headers, Request, Response
from conformance.model.verdict import SentRow
from conformance.run.recorder import Recorder


class Cloud:
    """Exchanges of creates: body and status."""

    def __init__(self, contract: Contract) -> None:
        self.gate = Recorder(contract)

    def create(self, body: Any, status: int) -> None:
        headers = Headers.of({"X-Auth-Token": "t", "Content-Type": "application/json"})
        request = Request("POST", "http://cloud/v2/images", headers, json.dumps(body).encode(), "image.create", "main")
        self.gate.observe(request, Response(status))

    def kinds(self) -> dict[str, int]:
        """Failure of a server error -> how often."""
        known = partitioned(self.gate.exchanges, self.gate.contract)
        found = [
            item.failure
            for item in attributed(self.gate.findings, known, self.gate.contract)
            if item.check == "server-error"
        ]
        return {failure: found.count(failure) for failure in found}


def test_one_server_error_does_not_hide_another(contract: Contract) -> None:
    cloud = Cloud(contract)
    for body in ([], [1], {"min_ram": "x"}, {"name": "fine"}):
        cloud.create(body, 500 if isinstance(body, list) or "min_ram" in body else 201)
    assert cloud.kinds() == {
        "500 from image.create: body is empty array instead of object": 1,
        "500 from image.create: body is array instead of object": 1,
        "500 from image.create: min_ram is string instead of integer": 1,
    }


def test_a_failure_of_every_request_is_one_group(contract: Contract) -> None:
    cloud = Cloud(contract)
    for number in range(10):
        cloud.create({"name": "fine", "min_ram": number}, 503)
        cloud.create({"min_ram": "x" * number, "min_disk": -number}, 503)
        cloud.create([number], 503)
    assert cloud.kinds() == {"503 from image.create: a valid request": 30}


def test_now_and_then_a_failure_of_valid_requests_is_one_group_and_hides_no_class_that_always_fails(
    contract: Contract,
) -> None:
    cloud = Cloud(contract)
    for number in range(40):
        cloud.create({"name": f"fine {number}"}, 500 if number % 20 == 0 else 201)
        cloud.create({"min_ram": "ten"}, 500 if number == 7 else 400)
    cloud.create([], 500)
    assert cloud.kinds() == {
        "500 from image.create: a valid request": 3,
        "500 from image.create: body is empty array instead of object": 1,
    }


def test_a_class_that_fails_in_company_is_named_by_the_part_that_always_fails(contract: Contract) -> None:
    cloud = Cloud(contract)
    for ram in ("x", -1, 2**40):
        cloud.create({"min_ram": ram}, 400)
        cloud.create({"min_ram": ram, "tags": [7]}, 500)
    cloud.create({"tags": [7]}, 500)
    assert cloud.kinds() == {"500 from image.create: tags has an item that is integer instead of string": 4}


def test_a_boundary_that_always_fails_is_told_apart_from_other_valid_requests(contract: Contract) -> None:
    cloud = Cloud(contract)
    for number in range(5):
        cloud.create({"min_ram": 0}, 500)
        cloud.create({"min_ram": number + 1}, 201)
    assert cloud.kinds() == {"500 from image.create: a valid request, min_ram boundary": 5}


def test_an_undocumented_status_is_named_by_its_requests_too(contract: Contract) -> None:
    cloud = Cloud(contract)
    cloud.create({"tags": [str(number) for number in range(129)]}, 413)
    cloud.create({"name": "fine"}, 201)
    known = partitioned(cloud.recorder.exchanges, contract)
    found = {
        item.failure
        for item in attributed(cloud.recorder.findings, known, contract)
        if item.check == "documented-status"
    }
    assert found == {"undocumented 413 from image.create: tags has more than 128 items"}


def test_what_was_sent_is_counted_by_place_class_and_status(contract: Contract) -> None:
    cloud = Cloud(contract)
    for body, status in (({"min_ram": 1}, 201), ({"min_ram": 2}, 201), ({"min_ram": -1}, 400), ({"min_ram": 1.0}, 201)):
        cloud.create(body, status)
    rows = [row for row in sent(partitioned(cloud.recorder.exchanges, contract)) if row.place == "min_ram"]
    assert rows == [
        SentRow("image.create", "min_ram", "is below the minimum", {400: 1}),
        SentRow("image.create", "min_ram", "open: is an integer written as a fraction", {201: 1}),
        SentRow("image.create", "min_ram", "valid", {201: 2}),
    ]


def test_a_place_that_fails_with_every_wrong_type_is_one_group(contract: Contract) -> None:
    cloud = Cloud(contract)
    for value in (7, True, ["a"], {"a": 1}):
        cloud.create({"id": value}, 500)
    cloud.create({"id": "x"}, 400)
    assert cloud.kinds() == {"500 from image.create: id is of another type than string": 4}
