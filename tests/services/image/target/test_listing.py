"""Lists of the reference: filters, order and pages, by values."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from targets import Offline

from conformance.model.contract import Contract
from conformance.services.image.target.listing import PAGE

IMAGES = "/v2/images"
FILE = {"content-type": "application/octet-stream"}


@pytest.fixture
def target(contract: Contract) -> Offline:
    """Four images, made ten seconds apart: a, b, c with data, and one without a name."""
    target = Offline(contract)
    made = [
        {"name": "b", "disk_format": "raw", "container_format": "bare", "tags": ["x", "y"], "own": "1"},
        {"name": "a", "min_ram": 5, "protected": True, "tags": ["x"]},
        {"name": "c", "visibility": "community"},
        {"tags": ["z"]},
    ]
    for members in made:
        image = target.call("POST", IMAGES, json=members).body
        if members.get("name") == "c":
            target.call("PUT", image["file"], headers=FILE, body=b"12345")
        target.clock.advance(10)
    return target


def answered(target: Offline, *query: tuple[str, str]) -> dict[str, Any]:
    answer = target.call("GET", IMAGES, query=query)
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def names(target: Offline, *query: tuple[str, str]) -> list[str | None]:
    return [image["name"] for image in answered(target, *query)["images"]]


def refused(target: Offline, *query: tuple[str, str]) -> int:
    return target.call("GET", IMAGES, query=query).status


def test_a_list_has_each_image_as_it_is_shown_and_a_link_to_it(target: Offline) -> None:
    body = answered(target)
    shown = [target.call("GET", image["self"]).body for image in body["images"]]
    links = [[{"href": image["self"], "rel": "self"}] for image in shown]
    assert [{**image, "links": link} for image, link in zip(shown, links, strict=True)] == body["images"]
    assert {name: value for name, value in body.items() if name != "images"} == {
        "first": "/v2/images",
        "schema": "/v2/schemas/images",
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ([("name", "a")], ["a"]),
        ([("name", "A")], []),
        ([("name", "")], []),
        ([("status", "active")], ["c"]),
        ([("status", "queued")], [None, "a", "b"]),
        ([("disk_format", "raw")], ["b"]),
        ([("container_format", "bare")], ["b"]),
        ([("min_ram", "5")], ["a"]),
        ([("size", "5")], ["c"]),
        ([("visibility", "community")], ["c"]),
        ([("visibility", "all")], [None, "c", "a", "b"]),
        ([("visibility", "public")], []),
        ([("protected", "true")], ["a"]),
        ([("protected", "FALSE")], [None, "c", "b"]),
        ([("tag", "x")], ["a", "b"]),
        ([("tag", "x"), ("tag", "y")], ["b"]),
        ([("type", "anything")], [None, "c", "a", "b"]),
        ([("name", "a"), ("protected", "false")], []),
    ],
)
def test_a_filter_chooses(target: Offline, query: list[tuple[str, str]], expected: list[str | None]) -> None:
    assert expected == names(target, *query)


def test_changes_since_chooses_what_changed_at_that_second_or_later(target: Offline) -> None:
    moments = {image["name"]: image["updated_at"] for image in answered(target)["images"]}
    assert names(target, ("changes-since", moments["c"])) == [None, "c"]
    assert names(target, ("changes-since", moments["a"].replace("Z", "+00:00"))) == [None, "c", "a"]
    assert names(target, ("changes-since", "2999-01-01T00:00:00Z")) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ([], [None, "c", "a", "b"]),
        ([("sort_key", "name")], ["c", "b", "a", None]),
        ([("sort_key", "name"), ("sort_dir", "asc")], [None, "a", "b", "c"]),
        ([("sort-key", "name"), ("sort-dir", "asc")], [None, "a", "b", "c"]),
        ([("sort_dir", "asc")], ["b", "a", "c", None]),
        ([("sort_key", "created_at"), ("sort_dir", "asc")], ["b", "a", "c", None]),
        ([("sort_key", "size"), ("sort_dir", "asc")], [None, "a", "b", "c"]),
        (
            [("sort_key", "status"), ("sort_dir", "asc"), ("sort_key", "name"), ("sort_dir", "desc")],
            ["c", "b", "a", None],
        ),
        ([("sort_key", "status"), ("sort_dir", "asc"), ("sort_key", "name")], ["c", None, "a", "b"]),
    ],
)
def test_keys_and_directions_order(target: Offline, query: list[tuple[str, str]], expected: list[str | None]) -> None:
    assert expected == names(target, *query)


def test_each_sort_key_of_the_contract_is_known(target: Offline, contract: Contract) -> None:
    keys = next(item for item in contract.operations["image.list"].query if item.name == "sort_key").schema["enum"]
    orders = {key: names(target, ("sort_key", key), ("sort_dir", "asc")) for key in keys}
    assert {key: {None, "a", "b", "c"} for key in keys} == {key: set(order) for key, order in orders.items()}


def test_pages_follow_each_other_to_the_end(target: Offline) -> None:
    query = [("limit", "3"), ("sort_key", "name"), ("sort_dir", "asc"), ("visibility", "all")]
    first = answered(target, *query)
    assert [image["name"] for image in first["images"]] == [None, "a", "b"]
    place = urlsplit(first["next"])
    assert ("/v2/images", [*query, ("marker", first["images"][-1]["id"])]) == (place.path, parse_qsl(place.query))
    second = answered(target, *parse_qsl(place.query))
    assert ([image["name"] for image in second["images"]], "next" in second) == (["c"], False)
    assert query == parse_qsl(urlsplit(second["first"]).query)


@pytest.mark.parametrize(
    ("limit", "count", "more"), [("0", 0, False), ("1", 1, True), ("4", 4, False), ("9" * 18, 4, False)]
)
def test_a_page_has_at_most_as_many_images_as_the_limit(target: Offline, limit: str, count: int, more: bool) -> None:
    body = answered(target, ("limit", limit))
    assert (count, more) == (len(body["images"]), "next" in body)


def test_a_page_is_bounded_without_a_limit(contract: Contract) -> None:
    target = Offline(contract)
    for _ in range(PAGE + 1):
        target.call("POST", IMAGES, json={})
    for query in ((), (("limit", str(PAGE + 1)),)):
        body = answered(target, *query)
        assert (len(body["images"]), "next" in body) == (PAGE, True)


def test_images_of_one_second_are_listed_newest_first(contract: Contract) -> None:
    target = Offline(contract)
    for number in range(5):
        target.call("POST", IMAGES, json={"name": str(number)})
    assert names(target) == ["4", "3", "2", "1", "0"]


@pytest.mark.parametrize(
    "query",
    [
        ("limit", "-1"),
        ("limit", "many"),
        ("limit", ""),
        ("limit", "1.5"),
        ("limit", "9" * 19),
        ("marker", "00000000-0000-4000-8000-000000000000"),
        ("marker", ""),
        ("nobody-has-this", "1"),
        ("own", "1"),
        ("sort_key", "owner"),
        ("sort_key", "NAME"),
        ("sort-key", ""),
        ("sort_dir", "up"),
        ("sort-dir", "ASC"),
        ("visibility", "secret"),
        ("protected", "1"),
        ("changes-since", "yesterday"),
        ("changes-since", "2020-01-01T00:00:00"),
    ],
)
def test_what_means_nothing_is_refused_whatever_there_is_to_list(
    target: Offline, contract: Contract, query: tuple[str, str]
) -> None:
    assert (refused(target, query), refused(Offline(contract), query)) == (400, 400)


def test_a_marker_of_an_image_that_the_filter_leaves_out_is_refused(target: Offline) -> None:
    marker = answered(target, ("name", "a"))["images"][0]["id"]
    assert refused(target, ("name", "b"), ("marker", marker)) == 400
