"""What a request depends on, found in the exchanges before it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.after.replay.lineage import History, Lineage, renamed
from conformance.after.traffic import CLEANUP
from conformance.model.contract import Resource
from conformance.model.message import Exchange, Headers, Request, Response

MARK = "conformance-0011aabb"
ONE, TWO = "11111111-1111-4111-a111-11111111111a", "22222222-2222-4222-a222-22222222222b"
IMAGES = Resource(name="image", service="image", collection="/v2/images", create="image.create", items="images")
ROOT = "http://cloud/image/v2/images"


class Run:
    """Exchanges in the order in which they are asked for."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def __call__(
        self,
        method: str,
        path: str,
        status: int,
        sent: Any = None,
        got: Any = None,
        *,
        case: str = "c",
        actor: str = "main",
        **headers: str,
    ) -> Exchange:
        body = b"" if sent is None else sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        answer = b"" if got is None else json.dumps(got).encode()
        request = Request(method, ROOT + path, body=body, actor=actor)
        exchange = Exchange(
            len(self.exchanges) + 1, request, Response(status, headers=Headers.of(headers), body=answer), case=case
        )
        self.exchanges.append(exchange)
        return exchange

    def create(self, image_id: str, *, case: str = "c", actor: str = "main", **members: Any) -> Exchange:
        return self("POST", "", 201, members, {"id": image_id, **members}, case=case, actor=actor)

    def lineage(self, target: Exchange, *related: int, path: str = "", content: bool = False) -> Lineage:
        return History(self.exchanges, MARK, [IMAGES]).lineage(target, related, path=path, content=content)

    def steps(self, target: Exchange, *related: int, path: str = "", content: bool = False) -> list[int]:
        return [step.exchange.number for step in self.lineage(target, *related, path=path, content=content).steps]


@pytest.fixture
def run() -> Run:
    return Run()


def test_a_request_without_images_depends_on_nothing(run: Run) -> None:
    run.create(ONE, name=f"{MARK}-1")
    assert run.steps(run("GET", "?limit=1", 200, got={"images": [{"id": ONE}]})) == []


def test_an_id_in_the_path_leads_to_its_create_and_to_what_changed_it_since_in_order(run: Run) -> None:
    run.create(TWO)  # 1: another image
    run.create(ONE)  # 2
    run("PUT", f"/{ONE}/file", 204, b"data")  # 3
    run("PATCH", f"/{ONE}", 409, [])  # 4: refused, so nothing has changed
    run("GET", f"/{ONE}", 200)  # 5: reading changes nothing
    run("PATCH", f"/{TWO}", 200, [])  # 6: the other one
    run("PATCH", f"/{ONE}", 200, [])  # 7
    target = run("DELETE", f"/{ONE}", 403)  # 8
    run("PATCH", f"/{ONE}", 200, [])  # 9: later
    assert run.steps(target) == [2, 3, 7]


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("GET", f"?marker={ONE}", None),
        ("GET", f"?id=in:{TWO},{ONE}", None),
        ("GET", f"/{ONE.upper()}", None),
        ("POST", "", {"id": ONE}),
        ("PATCH", "/0", [{"value": ONE}]),
    ],
)
def test_an_id_counts_wherever_the_request_names_it(run: Run, method: str, path: str, sent: Any) -> None:
    run.create(ONE)
    assert run.steps(run(method, path, 400, sent)) == [1]


def test_cleaning_up_is_never_a_cause_and_has_causes_itself(run: Run) -> None:
    run.create(ONE)
    run("PATCH", f"/{ONE}", 200, [], case=CLEANUP)
    assert run.steps(run("DELETE", f"/{ONE}", 500, case=CLEANUP)) == [1]


def test_a_filter_by_a_name_leads_to_the_images_that_were_given_it(run: Run) -> None:
    run.create(ONE, name=f"{MARK}-1")
    run.create(TWO, name="other")
    run("PATCH", f"/{TWO}", 200, [{"op": "replace", "path": "/name", "value": f"{MARK}-2 é"}])
    assert run.steps(run("GET", f"?name={MARK}-1", 200)) == [1]
    assert run.steps(run("GET", f"?name={MARK}-2%20%C3%A9", 200)) == [2, 3]
    assert run.steps(run("GET", "?name=other", 200)) == []


def test_a_filter_finds_no_image_that_was_gone_and_prefers_those_of_its_case(run: Run) -> None:
    run.create(ONE, tags=[MARK], case="first")
    run.create(TWO, tags=[MARK], case="second")
    assert run.steps(run("GET", f"?tag={MARK}", 200, case="second")) == [2]
    run("DELETE", f"/{TWO}", 204, case="second")
    assert run.steps(run("GET", f"?tag={MARK}", 200, case="second")) == [1]


def test_an_image_in_the_answer_counts_when_the_answer_is_what_is_wrong(run: Run) -> None:
    run.create(ONE)
    run.create(TWO)
    target = run("GET", "", 200, got={"images": [{"id": "00000000"}, {"id": TWO}, {"id": ONE}]})
    assert run.steps(target) == []
    assert run.steps(target, path="images[1].name") == [2]
    assert run.steps(target, path="images[0].name") == []
    assert run.steps(target, content=True) == [1, 2]


def test_what_a_cause_names_is_a_cause_too(run: Run) -> None:
    run.create(ONE)
    run.create(TWO, base=ONE)
    assert run.steps(run("GET", f"/{TWO}", 500)) == [1, 2]


def test_related_exchanges_that_may_have_changed_something_count_even_when_refused(run: Run) -> None:
    run.create(ONE)
    refused = run("PATCH", f"/{ONE}", 400, [])
    seen = run("GET", f"/{ONE}", 200)
    target = run("GET", "?limit=1", 200)
    later = run("POST", "", 201, {}, {"id": TWO})
    assert run.steps(target, refused.number, seen.number, later.number, 99) == [1, 2]


def test_an_id_that_is_made_again_comes_from_the_last_create_before(run: Run) -> None:
    run.create(ONE)
    run("DELETE", f"/{ONE}", 204)
    run.create(ONE)
    assert run.steps(run("GET", f"/{ONE}", 500)) == [3]


def test_the_images_of_the_other_project_come_with_their_actor(run: Run) -> None:
    run.create(ONE, actor="other")
    lineage = run.lineage(run("GET", f"/{ONE}", 200, actor="anonymous"))
    assert [(step.exchange.request.actor, step.makes) for step in lineage.steps] == [("other", ONE)]


@pytest.mark.parametrize(
    ("status", "sent", "makes"),
    [
        (201, {"name": "n"}, ONE),
        (201, {"id": ONE}, ONE),
        (500, {"id": ONE}, ONE),
        (500, {"name": "n"}, None),
        (400, {"id": ONE}, None),
    ],
)
def test_a_create_says_what_sending_it_again_may_leave_behind(
    run: Run, status: int, sent: Any, makes: str | None
) -> None:
    got = {"id": ONE} if status == 201 else {}
    assert makes == run.lineage(run("POST", "", status, sent, got)).target.makes


def test_the_location_names_the_image_when_the_body_does_not(run: Run) -> None:
    exchange = run("POST", "", 201, {}, ["no object"], Location=f"/v2/images/{ONE}")
    assert History([exchange], MARK, [IMAGES]).made_id(exchange) == ONE
    assert run.steps(run("GET", f"/{ONE}", 404)) == [1]


def test_an_id_in_a_create_is_an_own_one_only_when_it_is_a_uuid() -> None:
    assert [
        History([], MARK, [IMAGES]).own_id(Request("POST", ROOT, body=body))
        for body in (json.dumps({"id": ONE}).encode(), b'{"id": "x"}', b'{"id": 7}', b"[")
    ] == [ONE, None, None, None]


def test_names_are_replaced_everywhere_in_their_own_case_of_letters() -> None:
    request = Request(
        "PUT",
        f"{ROOT}/{ONE}?n={MARK}-1",
        Headers((("X-Auth-Token", "$OS_TOKEN"),)),
        b"\xff " + ONE.upper().encode() + b" " + MARK.upper().encode(),
    )
    new = renamed(request, {ONE: TWO, MARK: "conformance-99999999", "$OS_TOKEN": "secret"})
    assert (f"{ROOT}/{TWO}?n=conformance-99999999-1", "secret") == (new.url, new.headers.get("X-Auth-Token"))
    assert b"\xff " + TWO.upper().encode() + b" CONFORMANCE-99999999" == new.body
