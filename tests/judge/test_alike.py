"""Two goes of one case held against each other."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from conformance.judge.alike import TwoAnswers, first_difference, same_request_differs
from conformance.model.contract import Resource
from conformance.model.message import Exchange, Headers, Request, Response

ROOT = "http://cloud/v2/images"


def item(method: str, path: str, status: int, body: Any = None, sent: Any = None) -> Exchange:
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = Headers.of(
        {"Content-Type": "application/octet-stream" if isinstance(body, bytes) else "application/json"}
    )
    operation = {"POST": "image.create", "PATCH": "image.patch"}.get(method, "image.show")
    request = Request(method, ROOT + path, body=json.dumps(sent).encode() if sent else b"", operation=operation)
    return Exchange(1, request, Response(status, headers=headers, body=data))


def go(again: str = "a", **other: Any) -> list[Exchange]:
    """A go of a case: an image is made, changed and shown, and listed beside those of others."""
    own, name = str(uuid4()), f"conformance-0a0a0a0a-abc123{again}-1"
    image = {"id": own, "name": name, "created_at": f"2026-01-0{1 + (again > 'a')}T00:00:00Z", "min_ram": 0}
    others = [{"id": str(uuid4()), "name": "theirs"} for _ in range(again > "a")]
    return [
        item("POST", "", 201, image, {"name": name}),
        item("PATCH", f"/{own}", 200, {**image, "min_ram": 1}),
        item("GET", f"/{own}", 200, {**image, "min_ram": 1, **other}),
        item("GET", "?limit=5", 200, {"images": [*others, image], "first": "/v2/images"}),
    ]


def told(found: TwoAnswers | None) -> dict[str, Any]:
    assert found is not None
    return dict(found.deviation.seen)


def test_goes_that_differ_in_ids_names_times_and_what_others_have_are_alike() -> None:
    assert first_difference(go(), go("b")) is None


@pytest.mark.parametrize(("other", "first"), [({"min_ram": 0}, "200 min_ram: 0"), ({"name": None}, "200 name: null")])
def test_the_first_answer_that_is_another_is_told(other: dict[str, Any], first: str) -> None:
    one, then = go(**other), go("b")
    found = first_difference(one, then)
    assert found is not None
    assert (one[2], then[2]) == (found.first, found.then)
    assert first == told(found)["first"]


def test_another_status_is_told_before_anything_else() -> None:
    one, then = go(), go("b")
    one[1] = item("PATCH", one[1].request.url.removeprefix(ROOT), 404, {"error": {"code": 404}})
    assert {"first": "404", "then": "200"} == told(first_difference(one, then))


def test_nothing_is_told_of_goes_whose_requests_are_others() -> None:
    one, then = go(), go("b")
    assert first_difference([one[0], *one[2:]], [then[0], then[1]]) is None


def test_the_id_of_another_go_is_no_id_of_this_one() -> None:
    one, then = go(), go("b")
    assert (
        first_difference(
            [one[0], item("GET", one[2].request.url.removeprefix(ROOT), 200, json.loads(then[2].response.body))],
            then[:1] + then[2:],
        )
        is not None
    )


@pytest.mark.parametrize(
    ("first", "then", "seen"),
    [
        (b"abc", b"abc", None),
        (b"abc", b"ab", "200 body"),
        ({"images": []}, {"images": []}, None),
        ({"images": [{"id": "of-another"}]}, {"images": []}, None),
        ({"images": [{"id": None}]}, {"images": [{"id": "of-another"}, {"id": "x"}]}, "200 images: 1"),
        ({"a": 1, "b": 2}, {"a": 1}, "200 b: 2"),
    ],
)
def test_the_answers_to_one_request_are_compared(first: Any, then: Any, seen: str | None) -> None:
    found = same_request_differs(item("GET", "/x", 200, first), item("GET", "/x", 200, then), ())
    assert (seen is None) == (found is None)
    assert found is None or told(found)["first"].startswith(seen)


def page(rows: list[str], query: str = "?limit=2", *, more: bool = True) -> Exchange:
    """A page of a list, with a link to the next."""
    body: dict[str, Any] = {"images": [{"id": row, "min_ram": 0} for row in rows], "first": "/v2/images?limit=2"}
    return item("GET", query, 200, body | ({"next": f"/v2/images?limit=2&marker={rows[-1]}"} if more else {}))


def test_how_much_of_ours_is_on_a_page_with_resources_of_others_is_up_to_them() -> None:
    made = [item("POST", "", 201, {"id": str(uuid4())}) for _ in range(2)]
    first, last = (json.loads(exchange.response.body)["id"] for exchange in made)
    alone, beside = page([first, last]), page([str(uuid4()), first])
    assert same_request_differs(alone, beside, made) is None
    assert same_request_differs(beside, alone, made) is None
    assert first_difference([*made, alone], [*made, beside]) is None
    follows = page([last], f"?limit=2&marker={first}", more=False), page([], f"?limit=2&marker={first}", more=False)
    assert {"first": "200 images: 1", "then": "200 images: 0"} == told(same_request_differs(*follows, made))


def test_a_list_that_is_no_page_has_all_of_ours_beside_what_others_have() -> None:
    made = item("POST", "", 201, {"id": str(uuid4())})
    own, theirs = json.loads(made.response.body)["id"], str(uuid4())
    found = same_request_differs(page([theirs], more=False), page([own, theirs], more=False), [made])
    assert {"first": "200 images: 0", "then": "200 images: 1"} == told(found)


def test_a_page_after_a_resource_of_others_is_theirs_to_move() -> None:
    made, theirs = item("POST", "", 201, {"id": str(uuid4())}), str(uuid4())
    own = json.loads(made.response.body)["id"]
    before, query = page([theirs]), f"?limit=2&marker={theirs}"
    first, then = page([own], query, more=False), page([str(uuid4())], query, more=False)
    gone = item("GET", query, 404, {"error": {"code": 404}})
    for other in (then, gone):
        assert same_request_differs(first, other, [made, before]) is None
        assert first_difference([made, before, first], [made, before, other]) is None


def test_what_a_list_has_shown_of_others_is_theirs_to_change() -> None:
    made, theirs = item("POST", "", 201, {"id": str(uuid4())}), str(uuid4())
    before = page([theirs])
    one, then = (item("GET", f"/{theirs}", 200, {"id": theirs, "min_ram": ram}) for ram in (1, 2))
    assert same_request_differs(one, then, [made, before, one]) is None
    assert first_difference([made, before, one], [made, before, then]) is None
    assert same_request_differs(one, then, [made, one]) is not None
    renamed = page([theirs]), item("GET", "?limit=2", 200, {"images": [{"id": theirs, "min_ram": 9}]})
    assert same_request_differs(*renamed, [made, before, one]) is None
    assert first_difference([made, before, one, renamed[0]], [made, before, one, renamed[1]]) is None


BOX = Resource(name="box", service="goods", collection="/boxes", list="box.list", items="boxes", address="box_ref")
CASK = Resource(name="cask", service="goods", collection="/casks", list="cask.list", items="casks", id="name")


def listed(kind: Resource, rows: list[dict[str, Any]], **beside: Any) -> Exchange:
    """A list of resources that another member than `id` tells apart, with what stands beside them."""
    found = item("GET", "", 200, {kind.items: rows, **beside})
    return replace(found, request=replace(found.request, operation=str(kind.list)))


@pytest.mark.parametrize("kind", [BOX, CASK], ids=["by-address", "by-name"])
def test_of_a_list_without_ids_what_others_have_is_not_compared(kind: Resource) -> None:
    lists = {str(kind.list): kind}
    own, theirs = ("c0ffee01", "theirs") if kind is CASK else (str(uuid4()), str(uuid4()))

    def row(name: str, lid: str = "shut") -> dict[str, Any]:
        told_by = {"box_ref": f"https://goods/boxes/{name}"} if kind is BOX else {"name": name}
        return {**told_by, "lid": lid}

    made = item("POST", "", 201, row(own), {"name": own})
    alone = listed(kind, [row(own)], total=1)
    beside = listed(kind, [row(theirs), row(own)], total=2)
    assert same_request_differs(alone, beside, [made], lists) is None
    assert first_difference([made, alone], [made, beside], lists) is None
    assert same_request_differs(beside, listed(kind, [row(theirs)], total=1), [made], lists) is not None
    assert same_request_differs(alone, listed(kind, [row(own, "open")], total=1), [made], lists) is not None
