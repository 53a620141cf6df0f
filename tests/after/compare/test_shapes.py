"""Shapes inferred from traffic: each kind of difference is told, and what the client caused is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.after.compare.shapes import ABSENT, ShapeDrift, shape_drift
from conformance.model.contract import Resource
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.reports.sentences import spoken

IMAGES = Resource(name="image", service="image", collection="/v2/images", items="images")
ID = "8a1f6a3e-3b0d-4c55-9a51-1d2f3b4c5d6e"


def answer(
    body: Any,
    status: int = 201,
    *,
    case: str = "create.case",
    operation: str = "image.create",
    sent: Any = None,
    headers: dict[str, str] | None = None,
    method: str = "POST",
) -> Exchange:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {"Content-Type": "application/json", **(headers or {})}
    request = Request(
        method,
        "http://cloud/v2/images",
        body=json.dumps(sent).encode() if sent is not None else b"",
        operation=operation,
    )
    return Exchange(1, request, Response(status, headers=Headers.of(fields), body=data), 0.0, case)


def told(before: list[Exchange], after: list[Exchange]) -> list[tuple[str, str, str, str]]:
    return [
        (item.place, item.change, spoken(item.before).plain("en"), spoken(item.after).plain("en"))
        for item in shape_drift(before, after, [IMAGES])
    ]


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ([{"a": 1}], [{"a": 1, "b": "x"}], ("b", "appeared", "absent", "always there, string")),
        ([{"a": 1, "b": "x"}], [{"a": 1}], ("b", "vanished", "always there, string", "absent")),
        ([{"a": 1}, {"a": 1}], [{"a": 1}, {}], ("a", "became optional", "always there", "sometimes there")),
        ([{"a": 1}, {}], [{"a": 1}, {"a": 2}], ("a", "became constant", "sometimes there", "always there")),
        ([{"a": 1}], [{"a": None}, {"a": 1}], ("a", "became nullable", "integer", "integer or null")),
        ([{"a": 1}, {"a": None}], [{"a": 1}], ("a", "no longer nullable", "integer or null", "integer")),
        ([{"a": 1}], [{"a": "1"}], ("a", "changed type", "integer", "string")),
        ([{"a": {"b": [1]}}], [{"a": {"b": ["x"]}}], ("a.b[]", "changed type", "integer", "string")),
        ([{"a": 1}], [[1]], ("body", "changed type", "object", "array")),
        ([{"a": 1}], [b"<html>"], ("body", "changed type", "object", "application/json")),
        ([b""], [{"a": 1}], ("body", "changed type", "empty", "object")),
    ],
)
def test_each_difference_is_told_by_its_name(before: list[Any], after: list[Any], wanted: tuple[str, ...]) -> None:
    assert wanted in told([answer(item) for item in before], [answer(item) for item in after])


def test_the_same_shape_with_other_values_is_no_drift() -> None:
    assert told([answer({"a": 1, "b": [{"c": "x"}]})], [answer({"b": [{"c": "y"}, {"c": "z"}], "a": 2})]) == []


def test_below_a_member_that_is_gone_nothing_is_told_again() -> None:
    rows = told([answer({"a": {"b": {"c": 1}}, "l": [{"d": 1}]})], [answer({})])
    assert [row[:2] for row in rows] == [("a", "vanished"), ("l", "vanished")]


def test_a_list_that_is_empty_now_is_no_drift() -> None:
    assert told([answer({"l": [1]})], [answer({"l": []})]) == []


def test_a_header_that_comes_or_goes_is_told_and_transport_headers_are_not() -> None:
    before = [
        answer({}, headers={"Location": "x", "Date": "1", "X-Openstack-Request-Id": "req-1", "Connection": "close"})
    ]
    after = [answer({}, headers={"OpenStack-image-store-ids": "files", "Age": "3"})]
    assert told(before, after) == [
        ("header location", "vanished", "in 1 of 1 answers", "absent"),
        ("header openstack-image-store-ids", "appeared", "absent", "in 1 of 1 answers"),
    ]


def test_only_cases_that_met_the_place_in_both_runs_count() -> None:
    assert told([answer({"a": 1}, case="x")], [answer({"b": 1}, case="y")]) == []


def test_statuses_of_a_class_are_taken_together_and_classes_apart() -> None:
    rows = shape_drift([answer({"a": 1}), answer({"e": 1}, 404)], [answer({"a": 1}), answer({"f": 1}, 400)])
    assert [(row.statuses, row.place) for row in rows] == [("4xx", "e"), ("4xx", "f")]


def test_a_member_that_the_client_sent_in_one_run_only_is_left_out() -> None:
    plain, extra = answer({"id": ID}, sent={}), answer({"id": ID, "colour": "red"}, sent={"colour": "red"})
    assert told([plain], [extra]) == []
    assert told([extra], [plain]) == []
    silent = answer({"id": ID}, sent={"colour": "red"})
    assert [row[:2] for row in told([extra], [silent])] == [("colour", "vanished")]


def test_a_null_that_the_client_sent_in_one_run_only_is_left_out() -> None:
    word, null = answer({"name": "a"}, sent={"name": "a"}), answer({"name": None}, sent={"name": None})
    assert told([word], [word, null]) == []
    patched = answer({"name": None}, 200, sent=[{"op": "replace", "path": "/name", "value": None}], method="PATCH")
    assert told([answer({"name": "a"}, 200)], [answer({"name": "a"}, 200), patched]) == []
    assert [row[1] for row in told([word], [word, answer({"name": None}, sent={"name": "b"})])] == ["became nullable"]


def test_in_lists_only_what_the_run_made_counts() -> None:
    made = answer({"id": ID, "status": "queued"})
    mine = {"id": ID, "status": "queued"}
    strange = {"id": "99999999-3b0d-4c55-9a51-1d2f3b4c5d6e", "status": "queued", "odd": 1}
    before = [made, answer({"images": [mine]}, 200, operation="image.list", method="GET")]
    after = [made, answer({"images": [mine, strange]}, 200, operation="image.list", method="GET")]
    assert told(before, after) == []


def seen(*values: str) -> list[Exchange]:
    return [
        answer({"status": value, "name": f"n-{value}"}, 200, method="GET", operation="image.show") for value in values
    ]


@pytest.mark.parametrize(("maker", "wanted"), [("list.case", [("images[].odd", "vanished")]), ("another.case", [])])
def test_in_lists_what_another_case_made_does_not_count(maker: str, wanted: list[tuple[str, str]]) -> None:
    def run(row: dict[str, Any]) -> list[Exchange]:
        listed = answer({"images": [row]}, 200, case="list.case", operation="image.list", method="GET")
        return [answer({"id": ID}, case=maker), listed]

    assert wanted == [item[:2] for item in told(run({"id": ID, "odd": 1}), run({"id": ID}))]


def test_a_new_word_among_few_is_a_new_value() -> None:
    before = seen(*["queued", "active"] * 10)
    assert told(before, seen("queued", "active", "deactivated")) == [
        ("status", "new value", "active, queued", "deactivated")
    ]


def test_free_text_small_samples_and_values_that_the_client_sent_are_no_new_values() -> None:
    assert told(seen("queued", "active"), seen("queued", "deactivated")) == []
    many = [f"w{chr(97 + number)}" for number in range(20)]
    assert told(seen(*many), seen(*many, "wz")) == []
    sent = answer(
        {"status": "killed"},
        200,
        method="PATCH",
        operation="image.patch",
        sent=[{"path": "/status", "value": "killed"}],
    )
    assert told(seen(*["queued", "active"] * 10), [*seen("queued", "active", "killed"), sent]) == []


def test_a_cloud_that_names_its_things_otherwise_has_no_new_values() -> None:
    one = [answer({"token": {"user": {"name": "a"}, "kind": "blue"}}) for _ in range(30)]
    other = [answer({"token": {"user": {"name": "b"}, "kind": "red"}}) for _ in range(30)]
    assert told(one, other) == []


def test_a_place_names_its_promise() -> None:
    rows = [
        ShapeDrift("image.list", "2xx", place, "vanished", ABSENT, ABSENT, 1, 1).requirement
        for place in ("images[].id", "header location", "body")
    ]
    assert rows == ["images.id", "location", None]
