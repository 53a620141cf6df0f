"""Reading again before anything is blamed."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from library import LIBRARY

from conformance.judge.alike import TwoAnswers
from conformance.model.deviation import Deviation
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.run.sending.client import Client
from conformance.run.sending.rereading import LATEST, NODES, PAUSES, Rereading

ID, OTHER = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
LOST = Deviation("not-as-changed", place="name")


class Cloud:
    """A client of a cloud that shows what `shown` says, after so many seconds."""

    def __init__(self, shown: Callable[[float, int], tuple[int, Any]]) -> None:
        self.recorder = SimpleNamespace(exchanges=[])
        self.contract = LIBRARY
        self.passed = 0.0
        self.late: list[float] = []
        self.sent = 0
        self._shown = shown

    def ask(self, method: str, path: str, status: int = 200, body: Any = None) -> Exchange:
        request = Request(method, f"http://cloud/v2/images{path}", operation="image.show", actor="main")
        headers = Headers.of({"Content-Type": "application/json"})
        response = Response(status, headers=headers, body=json.dumps(body).encode())
        exchange = Exchange(len(self.recorder.exchanges) + 1, request, response, self.passed)
        self.recorder.exchanges.append(exchange)
        return exchange

    def resend(self, request: Request) -> Exchange:
        self.sent += 1
        return self.ask(
            request.method, request.url.removeprefix("http://cloud/v2/images"), *self._shown(self.passed, self.sent)
        )

    def wait(self, seconds: float) -> None:
        self.passed += seconds

    def seen_late(self, seconds: float) -> None:
        self.late.append(seconds)


def again(cloud: Cloud, shown: Exchange, rereading: Rereading | None = None) -> TwoAnswers | None:
    rereading = rereading or Rereading(cast(Client, cloud))
    return rereading.again("image.patch.stored", LOST, shown, 1)


@pytest.mark.parametrize(("lag", "waited"), [(0.0, 0.0), (0.15, 0.2), (0.7, 1.0), (2.5, 3.0)])
def test_what_is_seen_only_later_was_answered_in_two_ways(lag: float, waited: float) -> None:
    cloud = Cloud(lambda passed, _sent: (200, {"name": "new" if passed >= lag else "old"}))
    cloud.ask("PATCH", f"/{ID}", 200, {"name": "new"})
    shown = cloud.ask("GET", f"/{ID}", 200, {"name": "old"})
    found = again(cloud, shown)
    assert found is not None
    assert (shown, 200, "name") == (found.first, found.then.status, found.place)
    assert [pytest.approx(waited)] == cloud.late


def test_of_two_nodes_that_take_turns_one_answers_otherwise_at_once() -> None:
    cloud = Cloud(lambda _passed, sent: (200, {"name": "old" if sent % NODES else "new"}))
    cloud.ask("PATCH", f"/{ID}")
    assert again(cloud, cloud.ask("GET", f"/{ID}", 200, {"name": "old"})) is not None
    assert (0.0, NODES) == (cloud.passed, cloud.sent)


def test_what_stands_is_not_doubted_again() -> None:
    cloud = Cloud(lambda _passed, _sent: (200, {"name": "old"}))
    cloud.ask("PATCH", f"/{ID}")
    shown, rereading = cloud.ask("GET", f"/{ID}", 200, {"name": "old"}), Rereading(cast(Client, cloud))
    assert again(cloud, shown, rereading) is None
    assert (NODES + len(PAUSES) - 1, pytest.approx(sum(PAUSES))) == (cloud.sent, cloud.passed)
    assert again(cloud, shown, rereading) is None
    assert NODES + len(PAUSES) - 1 == cloud.sent


@pytest.mark.parametrize(("ago", "waited"), [(LATEST, 0.0), (LATEST - 0.1, PAUSES[1])])
def test_what_was_written_long_before_is_not_waited_for(ago: float, waited: float) -> None:
    cloud = Cloud(lambda _passed, _sent: (200, {"name": "old"}))
    cloud.ask("PATCH", f"/{ID}")
    cloud.passed = ago
    assert again(cloud, cloud.ask("GET", f"/{ID}", 200, {"name": "old"})) is None
    assert pytest.approx(ago + waited) == cloud.passed


def test_nothing_is_waited_for_when_nothing_was_written() -> None:
    cloud = Cloud(lambda _passed, _sent: (200, {"name": "old"}))
    assert again(cloud, cloud.ask("GET", f"/{ID}", 200, {"name": "old"})) is None
    assert (NODES, 0.0) == (cloud.sent, cloud.passed)


@pytest.mark.parametrize(("written", "sent"), [(ID, 0), (OTHER, 1)])
def test_what_was_written_since_cannot_be_read_again(written: str, sent: int) -> None:
    cloud = Cloud(lambda _passed, _sent: (200, {"name": "new"}))
    cloud.ask("PATCH", f"/{ID}")
    shown = cloud.ask("GET", f"/{ID}", 200, {"name": "old"})
    cloud.ask("DELETE", f"/{written}", 204)
    assert (sent == 0) == (again(cloud, shown) is None)
    assert sent == cloud.sent


@pytest.mark.parametrize("status", [401, 429, 503])
def test_a_limit_and_a_token_that_has_expired_are_no_second_answer(status: int) -> None:
    cloud = Cloud(lambda _passed, _sent: (status, None))
    cloud.ask("PATCH", f"/{ID}")
    assert again(cloud, cloud.ask("GET", f"/{ID}", 200, {"name": "old"})) is None


@pytest.mark.parametrize("query", ["", f"?name={OTHER}"])
def test_a_list_is_not_read_again_once_anything_was_written_after_it(query: str) -> None:
    cloud = Cloud(lambda _passed, _sent: (200, {"images": []}))
    cloud.ask("POST", "", 201, {"id": ID})
    shown = cloud.ask("GET", query, 200, {"images": [{"id": ID}]})
    cloud.ask("DELETE", f"/{ID}", 204)
    assert again(cloud, shown) is None
    assert 0 == cloud.sent


def test_what_depends_on_what_was_asked_before_is_asked_again_in_the_same_order() -> None:
    """A cache keeps the last part that was read, and gives it for the whole."""
    kept: list[str] = []

    def shown(path: str) -> tuple[int, Any]:
        kept.append(path) if "part" in path else None
        return 200, {"name": path if "part" in path else kept[-1]}

    class Cache(Cloud):
        def resend(self, request: Request) -> Exchange:
            self.sent += 1
            path = request.url.removeprefix("http://cloud/v2/images")
            return self.ask(request.method, path, *shown(path))

    cloud = Cache(lambda _passed, _sent: (200, None))
    cloud.ask("PATCH", f"/{ID}")
    for path in (f"/{ID}?part=1", f"/{ID}?part=2", f"/{ID}"):
        whole = cloud.ask("GET", path, *shown(path))
    assert again(cloud, whole) is None
    assert 3 * (NODES + len(PAUSES) - 1) == cloud.sent


def test_what_was_given_away_is_not_asked_again() -> None:
    cloud = Cloud(lambda _passed, _sent: (200, {"images": []}))
    shown = cloud.ask("GET", "", 200, {"images": [{"id": ID}]})
    given = Deviation("listed-to-another-project")
    assert Rereading(cast(Client, cloud)).again("image.isolation.list", given, shown, 1) is None
    assert 0 == cloud.sent
