"""What a project holds of ours, as cleaning up reads it from answers of any form."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.model.contract import Contract
from conformance.model.deadline import Deadline
from conformance.model.errors import LoginRefused, TargetUnreachable
from conformance.model.marks import tag_of
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.run.cleanup.holdings import Holdings
from conformance.run.cleanup.removal import Listed, Presence
from conformance.run.recorder import Recorder
from conformance.run.sending.caller import Connection
from conformance.run.sending.sender import RecordingSender
from conformance.run.service import service_named
from conformance.services.image.client import ImageClient
from conformance.target.secrets import Secrets

RUN = "0123abcd"
RUNS = {RUN: frozenset({"ours"})}
OURS = {"id": "a", "name": "ours"}


class Unjudging(Recorder):
    """Records no exchange and judges none."""

    def observe(self, request: Request, response: Response) -> Exchange:
        return Exchange(1, request, response)


class Way:
    """An entrance that leads through the client's own connection. `logins` counts those that were asked for."""

    def __init__(self, login: Callable[[], None] = lambda: None) -> None:
        self.logins = 0
        self._login = login

    @contextmanager
    def taken(self, _client: object) -> Iterator[None]:
        yield

    def bound(self, _deadline: Deadline) -> None:
        pass

    def log_in(self) -> None:
        self.logins += 1
        self._login()


class Cloud:
    """Holdings whose requests are answered one after the other, the last answer again and again: (status, body)."""

    def __init__(self, contract: Contract, *answers: tuple[int, Any], login: Callable[[], None] = lambda: None) -> None:
        self.sent: list[Request] = []
        self._answers: Sequence[tuple[int, Any]] = answers
        actors = {"main": SimpleNamespace(token=lambda: "token", renew=lambda: "token", project_id="p-1")}
        target: Any = SimpleNamespace(
            actors=actors, main=actors["main"], url=lambda _name, _actor="main": "http://cloud"
        )
        wire: Any = self
        recorder, secrets = Unjudging(contract), Secrets()
        sender = RecordingSender(wire, recorder, secrets)
        journal: Any = SimpleNamespace(
            run_id=RUN, ids={}, deleted={}, names={}, others=set(), misnamed=set(), meets=set
        )
        client = ImageClient(Connection(target, sender, recorder, secrets), service_named("image"), journal, 1)
        self.way: Any = Way(login)
        self.holdings = Holdings(client, self.way)

    def send(self, request: Request) -> Response:
        self.sent.append(request)
        status, body = self._answers[min(len(self.sent), len(self._answers)) - 1]
        if isinstance(body, Exception):
            raise body
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Response(status, headers=Headers.of({"Content-Type": "application/json"}), body=data)

    def asked(self) -> list[str]:
        return [f"{item.method} {item.url.partition('/v2/')[2]}" for item in self.sent]


def test_of_a_run_is_what_has_a_name_or_the_tag_of_it_and_the_right_owner(contract: Contract) -> None:
    images = [
        {"id": "by-name", "name": "ours", "owner": "p-1"},
        {"id": "by-tag", "name": "x", "tags": [tag_of(RUN)]},
        {"id": "another", "name": "ours too", "tags": ["x"]},
        {"id": "of-another-project", "name": "ours", "owner": "p-2"},
        {"id": "a-ghost", "name": "ours", "status": "deleted"},
        "no object",
    ]
    cloud = Cloud(contract, (200, {"images": images}))
    assert Listed({"by-name": RUN, "by-tag": RUN}, True) == cloud.holdings.listed(RUNS, "")
    assert ["GET images?limit=500"] == cloud.asked()


@pytest.mark.parametrize(
    "row",
    [
        {"id": 7, "name": ["ours"], "self": "/v2/images/a"},
        {"id": None, "name": {"value": "ours"}, "file": "http://cloud/v2/images/a/file"},
        {"id": ["a"], "name": "x", "tags": {"0": tag_of(RUN)}},
        {"id": {"value": "a"}, "name": "ours", "owner": 5},
    ],
)
def test_answers_of_wrong_types_hide_nothing(contract: Contract, row: Any) -> None:
    assert Listed({"a": RUN}, True) == Cloud(contract, (200, {"images": [row]})).holdings.listed(RUNS, "")


@pytest.mark.parametrize("own", [".", ".."])
def test_what_has_no_id_of_its_own_is_counted_one_by_one(contract: Contract, own: str) -> None:
    rows = [{"id": own, "name": "ours"}, {"id": own, "name": "x", "tags": [tag_of(RUN)]}]
    assert Listed({}, False, {RUN: 2}) == Cloud(contract, (200, {"images": rows})).holdings.listed(RUNS, "")


def test_of_resources_with_one_id_all_but_the_first_are_counted_and_one_that_is_listed_twice_once(
    contract: Contract,
) -> None:
    rows = [{"id": "same", "name": name, "tags": [tag_of(RUN)]} for name in ("ours", "x", "ours", "y")]
    assert Listed({"same": RUN}, False, {RUN: 2}) == Cloud(contract, (200, {"images": rows})).holdings.listed(RUNS, "")


def test_an_id_that_cannot_be_read_is_counted(contract: Contract) -> None:
    assert Listed({}, False, {RUN: 1}) == Cloud(contract, (200, {"images": [{"name": "ours"}]})).holdings.listed(
        RUNS, ""
    )


@pytest.mark.parametrize(
    "body",
    [
        {"images": {"0": OURS}},
        {"image": OURS},
        {"images": [OURS], "next": "/v2/images?limit=500"},
        {"images": [OURS], "next": "javascript:x"},
        {"images": [OURS], "next": 5},
    ],
)
def test_a_list_that_may_hold_more_is_not_whole(contract: Contract, body: Any) -> None:
    assert Listed({"a": RUN}, False) == Cloud(contract, (200, body)).holdings.listed(RUNS, "")


@pytest.mark.parametrize(
    "body",
    [
        b'HTTP/1.1 OK\r\n\r\n{"images": [{"id": "a", "name": "ours"}]}',
        b'{"images": [{"id": "a", "name": "ours"}, {"id": "b", "na',
        b'zz\r\n{"images": [{"id": "x"}, {"id": "a", "name": "ours"}]}trailing {',
    ],
)
def test_what_is_ours_is_found_in_what_is_no_json(contract: Contract, body: bytes) -> None:
    assert Listed({"a": RUN}, False) == Cloud(contract, (200, body)).holdings.listed(RUNS, "")


@pytest.mark.parametrize("answer", [(200, b"no json"), (404, {}), (200, {"images": None})])
def test_what_is_no_list_says_nothing(contract: Contract, answer: tuple[int, Any]) -> None:
    assert Listed() == Cloud(contract, answer).holdings.listed(RUNS, "")


def test_pages_that_were_read_before_the_list_broke_count(contract: Contract) -> None:
    broken = TargetUnreachable("broken")
    cloud = Cloud(contract, (200, {"images": [OURS], "next": "/v2/images?marker=a"}), (0, broken))
    assert Listed({"a": RUN}, False) == cloud.holdings.listed(RUNS, "")
    with pytest.raises(TargetUnreachable):
        Cloud(contract, (0, broken)).holdings.listed(RUNS, "")


def test_a_list_by_name_asks_for_it(contract: Contract) -> None:
    cloud = Cloud(contract, (200, {"images": [OURS]}))
    assert Listed({"a": RUN}, True) == cloud.holdings.listed(RUNS, "", "ours")
    assert ["GET images?limit=500&name=ours"] == cloud.asked()


@pytest.mark.parametrize("what", ["listed", "delete", "look"])
def test_a_service_that_fails_has_not_answered(contract: Contract, what: str) -> None:
    holdings = Cloud(contract, (503, {})).holdings
    with pytest.raises(TargetUnreachable, match="is answered with 503"):
        holdings.listed(RUNS, "") if what == "listed" else getattr(holdings, what)("a", "")


@pytest.mark.parametrize(
    ("answers", "meaning", "asked"),
    [
        ([204], Presence.THERE, ["DELETE"]),
        ([200], Presence.THERE, ["DELETE"]),
        ([404], Presence.GONE, ["DELETE"]),
        ([403, 200, 204], Presence.THERE, ["DELETE", "PATCH", "DELETE"]),
        ([500, 500, 404], Presence.GONE, ["DELETE", "PATCH", "DELETE"]),
        ([409, 200, 409], Presence.BUSY, ["DELETE", "PATCH", "DELETE"]),
    ],
)
def test_what_keeps_a_resource_is_taken_away(
    contract: Contract, answers: list[int], meaning: Presence, asked: list[str]
) -> None:
    cloud = Cloud(contract, *((status, {}) for status in answers))
    assert (meaning, asked) == (cloud.holdings.delete("a", ""), [item.method for item in cloud.sent])


@pytest.mark.parametrize(
    ("status", "body", "presence"),
    [
        (200, {}, Presence.THERE),
        (200, {"status": "deleted"}, Presence.GONE),
        (404, {}, Presence.GONE),
        (410, {}, Presence.GONE),
        (403, {}, Presence.UNKNOWN),
    ],
)
def test_showing_says_whether_a_resource_is_there(
    contract: Contract, status: int, body: Any, presence: Presence
) -> None:
    assert presence is Cloud(contract, (status, body)).holdings.look("a", "")


def test_a_token_that_is_refused_is_had_anew(contract: Contract) -> None:
    cloud = Cloud(contract, (401, {}), (204, {}), (204, {}))
    assert (Presence.THERE, 1) == (cloud.holdings.delete("a", ""), cloud.way.logins)
    assert (Presence.THERE, 1) == (cloud.holdings.delete("b", ""), cloud.way.logins)


def test_where_every_token_is_refused_logging_in_is_given_up(contract: Contract) -> None:
    cloud = Cloud(contract, (401, {}))
    for _ in range(9):
        assert Presence.UNKNOWN is cloud.holdings.look("a", "")
    assert 3 == cloud.way.logins


def test_a_login_that_is_refused_is_an_error_of_the_target(contract: Contract) -> None:
    def refused() -> None:
        raise LoginRefused("no")

    with pytest.raises(LoginRefused):
        Cloud(contract, (401, {}), login=refused).holdings.look("a", "")


def test_nothing_is_asked_of_a_project_that_we_have_no_credentials_for(contract: Contract) -> None:
    cloud = Cloud(contract, (204, {}))
    holdings = cloud.holdings
    assert (False, Listed(), Presence.UNKNOWN, Presence.UNKNOWN) == (
        holdings.serves("p-9"), holdings.listed(RUNS, "p-9"), holdings.delete("a", "p-9"), holdings.look("a", "p-9"),
    )  # fmt: skip
    assert [] == cloud.sent
