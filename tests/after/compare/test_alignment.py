"""Requests of two runs are paired by what they ask, and drift is told once, with its numbers."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from conformance.after.compare.alignment import kind_of_request, shown, status_drift
from conformance.model.message import DISCOVERY, Exchange, Headers, Request, Response

ID = "8a1f6a3e-3b0d-4c55-9a51-1d2f3b4c5d6e"
OTHER_ID = "11111111-3b0d-4c55-9a51-1d2f3b4c5d6e"


def sent(
    status: int,
    body: Any = None,
    case: str = "create.case",
    *,
    method: str = "POST",
    path: str = "/v2/images",
    number: int = 1,
    operation: str = "image.create",
) -> Exchange:
    data = json.dumps(body).encode() if body is not None else b""
    headers = Headers.of({"Content-Type": "application/json"})
    return Exchange(
        number, Request(method, f"http://cloud:1{path}", headers, data, operation, "main"), Response(status), 0.0, case
    )


def test_the_same_answers_are_no_drift() -> None:
    run = [sent(201, {"name": "a"}), sent(400, {"name": 7})]
    assert status_drift(run, run) == ()


def test_another_status_is_told_with_both_exchanges() -> None:
    (drift,) = status_drift([sent(400, {"name": 7}, number=3)], [sent(500, {"name": 7}, number=9)])
    assert (drift.operation, drift.case, drift.before, drift.after, drift.count) == (
        "image.create",
        "create.case",
        (400,),
        (500,),
        1,
    )
    assert (drift.numbers_before, drift.numbers_after) == ((3,), (9,))
    assert drift.server_error
    assert drift.request == 'POST /v2/images {"name": 7}'


def test_ids_times_names_and_hosts_do_not_keep_requests_apart() -> None:
    before = sent(204, {"name": "conformance-0a1b2c3d-7", "t": "2026-01-01T00:00:00Z"}, path=f"/v2/images/{ID}")
    after = sent(
        404, {"name": "conformance-99999999-0f83f7r1-12", "t": "2027-02-02T01:01:01Z"}, path=f"/v2/images/{OTHER_ID}"
    )
    after = replace(after, request=replace(after.request, url=after.request.url.replace("cloud:1", "elsewhere/image")))
    (drift,) = status_drift([before], [after])
    assert (drift.before, drift.after) == ((204,), (404,))
    assert drift.request == 'POST /v2/images/<id> {"name": "<name>", "t": "<time>"}'


def test_one_request_more_in_a_case_does_not_shift_the_others() -> None:
    before = [sent(201, {"a": 1}), sent(400, {"b": 1}), sent(409, {"c": 1})]
    assert status_drift(before, [sent(201, {"new": 1}), *before]) == ()


def test_the_same_request_twice_is_compared_in_order() -> None:
    first, again = (
        sent(status, method="DELETE", path=f"/v2/images/{ID}", operation="image.delete") for status in (204, 404)
    )
    (drift,) = status_drift([first, again], [first, replace(again, response=Response(500))])
    assert (drift.before, drift.after) == ((404,), (500,))


def test_repetitions_that_met_fewer_statuses_are_no_drift() -> None:
    wait = [sent(202, {"w": 1}), sent(202, {"w": 1}), sent(200, {"w": 1})]
    assert status_drift(wait, wait[2:]) == ()
    (drift,) = status_drift(wait[2:], wait)
    assert (drift.before, drift.after) == ((200,), (202,))


def test_the_same_drift_in_one_case_is_one_row_with_a_count() -> None:
    before = [sent(400, {"n": value}) for value in range(4)]
    after = [sent(403, {"n": value}) for value in range(4)]
    (drift,) = status_drift(before, after)
    assert drift.count == 4


def test_logging_in_cleaning_up_and_discovery_are_left_out() -> None:
    before = [sent(200, case=""), sent(204, case="cleanup"), sent(300, operation=DISCOVERY)]
    after = [replace(item, response=Response(500)) for item in before]
    assert status_drift(before, after) == ()


def test_generated_requests_are_compared_by_kind_and_chance_is_not_told() -> None:
    before = [sent(201, {"name": f"a{value}"}) for value in range(50)]
    once = [sent(201 if value else 409, {"name": f"b{value}"}) for value in range(50)]
    always = [sent(409, {"name": f"b{value}"}) for value in range(50)]
    assert status_drift(before, once) == ()
    (drift,) = status_drift(before, always)
    assert (drift.before, drift.after, drift.count) == ((201,), (409,), 50)


def test_a_small_sample_of_generated_requests_is_not_told() -> None:
    assert status_drift([sent(201, {"name": "a"})], [sent(409, {"name": "b"}), sent(409, {"name": "c"})]) == ()


def test_what_a_request_carries_makes_its_kind() -> None:
    assert kind_of_request(sent(1, {"name": "a"})) == kind_of_request(sent(2, {"name": "b"}))
    assert kind_of_request(sent(1, {"name": "a"})) != kind_of_request(sent(1, {"size": "a"}))
    patch = [[{"op": op, "path": "/name", "value": 1}] for op in ("replace", "add")]
    assert kind_of_request(sent(1, patch[0])) != kind_of_request(sent(1, patch[1]))


def test_a_request_is_shown_in_one_line_of_bounded_length() -> None:
    line = shown(sent(200, "x\ny" * 500, path="/v2/images?name=%0Aa"))
    assert len(line) <= 160
    assert "\n" not in line


def test_a_refusal_of_what_was_accepted_is_known_as_one() -> None:
    (drift,) = status_drift([sent(201, {"n": 1})], [sent(403, {"n": 1})])
    assert drift.refused
    assert not drift.server_error


def test_a_request_about_what_another_case_made_is_not_paired() -> None:
    def run(maker: str, status: int) -> list[Exchange]:
        made = replace(sent(201, case=maker), response=Response(201, body=json.dumps({"id": ID}).encode()))
        page = sent(status, case="list.case", method="GET", path=f"/v2/images?marker={ID}", operation="image.list")
        return [made, page]

    assert [((200,), (400,))] == [
        (item.before, item.after) for item in status_drift(run("list.case", 200), run("list.case", 400))
    ]
    assert () == status_drift(run("another.case", 200), run("another.case", 400))
