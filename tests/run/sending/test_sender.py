"""The one door to the wire."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any, cast

import pytest

from conformance.model.contract import Contract
from conformance.model.deadline import NEVER, Deadline
from conformance.model.errors import ConnectionBroken, TargetAway, TargetBusy, TargetUnreachable
from conformance.model.message import DISCOVERY, Headers, Request, Response
from conformance.run.recorder import Recorder
from conformance.run.sending.pace import Pace
from conformance.run.sending.sender import RecordingSender, token_variable, wait_asked
from conformance.run.sending.spans import seconds_of
from conformance.target.secrets import Secrets

TOKEN = "a-token-of-ours"
LOGIN = Request("POST", "http://cloud/v3/auth/tokens", operation="auth.token", actor="other")


class Transport:
    """Answers everything alike, or not at all."""

    def __init__(self, response: Response | None) -> None:
        self._response = response

    deadline = NEVER

    def send(self, request: Request) -> Response:
        if self._response is None:
            raise TargetUnreachable("nobody")
        return self._response


def sender(contract: Contract, response: Response | None) -> tuple[RecordingSender, Recorder, Secrets]:
    recorder, secrets = Recorder(contract), Secrets()
    transport: Any = Transport(response)
    return RecordingSender(transport, recorder, secrets), recorder, secrets


def test_what_is_sent_is_recorded_and_judged(contract: Contract) -> None:
    door, recorder, _ = sender(contract, Response(599))
    exchange = door.exchange(Request("GET", "http://cloud/v2/images", operation="image.list", actor="main"))
    assert [exchange] == recorder.exchanges
    assert recorder.findings


def test_what_finds_no_target_is_not_recorded(contract: Contract) -> None:
    door, recorder, _ = sender(contract, None)
    with pytest.raises(TargetUnreachable):
        door.exchange(LOGIN)
    assert [] == recorder.exchanges


def test_what_is_asked_after_a_delete_that_was_never_answered_is_doubtful(contract: Contract) -> None:
    door, recorder, _ = sender(contract, None)
    url = "http://cloud/v2/images/1"
    with pytest.raises(TargetUnreachable):
        door.exchange(Request("DELETE", url, operation="image.delete", actor="main"))
    made = [recorder.observe(Request("GET", at, actor="main"), Response(404)) for at in (url, url + "1")]
    assert [True, False] == [item.request.doubtful for item in made]


def test_the_token_of_a_login_is_a_secret_from_then_on(contract: Contract) -> None:
    door, _, secrets = sender(contract, Response(201, headers=Headers.of({"X-Subject-Token": TOKEN})))
    door.send(LOGIN)
    assert "$OS_TOKEN_OTHER" == secrets.text(TOKEN)


def test_a_request_of_a_case_teaches_no_token(contract: Contract) -> None:
    """What a token is shown as depends on what the case does with it."""
    door, _, secrets = sender(contract, Response(201, headers=Headers.of({"X-Subject-Token": TOKEN})))
    door.exchange(LOGIN)
    assert TOKEN == secrets.text(TOKEN)


def test_a_login_without_a_token_teaches_nothing(contract: Contract) -> None:
    door, recorder, secrets = sender(contract, Response(300))
    door.send(Request("GET", "http://cloud/", operation=DISCOVERY, actor="main"))
    assert (1, TOKEN) == (len(recorder.exchanges), secrets.text(TOKEN))


@pytest.mark.parametrize(("actor", "variable"), [("main", "$OS_TOKEN"), ("other", "$OS_TOKEN_OTHER")])
def test_each_actor_has_a_variable_for_its_token(actor: str, variable: str) -> None:
    assert variable == token_variable(actor)


# --- limits of the platform -------------------------------------------------------------------------------------------


class World:
    """A target that answers as it is told, one after the other, then with 200; and the time, which only sleeping and
    `takes` put forward."""

    def __init__(self, *answers: Response | Exception, takes: float = 0.0) -> None:
        self._answers = list(answers)
        self._takes = takes
        self.sent: list[str] = []
        self.slept: list[float] = []
        self.now = 0.0
        self.deadline = Deadline(10_000.0, self.clock)

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def send(self, request: Request) -> Response:
        self.sent.append(request.method)
        self.now += self._takes
        answer = self._answers.pop(0) if self._answers else Response(200)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def door(self, contract: Contract) -> tuple[RecordingSender, Recorder]:
        """A sender before it, and its recorder."""
        recorder, wire = Recorder(contract), cast(Any, self)
        pace = Pace(clock=self.clock, sleep=self.sleep)
        return RecordingSender(wire, recorder, Secrets(), pace, sleep=self.sleep, clock=self.clock), recorder


def later(status: int, text: str | None = None) -> Response:
    return Response(status, headers=Headers.of({"Retry-After": text} if text is not None else {}))


CREATE = Request("POST", "http://cloud/v2/images", operation="image.create", actor="main")
LIST = Request("GET", "http://cloud/v2/images", operation="image.list", actor="main")
DELETE = Request("DELETE", "http://cloud/v2/images/1", operation="image.delete", actor="main")


@pytest.mark.parametrize("status", [429, 503])
def test_a_target_that_asks_to_wait_is_waited_for_and_what_it_met_is_no_exchange(
    contract: Contract, status: int
) -> None:
    world = World(later(status, "3"), later(status, "2"))
    door, recorder = world.door(contract)
    assert 200 == door.exchange(CREATE).response.status
    assert ([200], 3) == ([item.response.status for item in recorder.exchanges], len(world.sent))
    assert (2, 5.0) == (door.troubles.waits, seconds_of(door.troubles.waited))


def test_a_service_that_is_restarted_for_a_while_and_says_so_is_waited_for(contract: Contract) -> None:
    world = World(*[later(503, "1")] * 20)
    door, _ = world.door(contract)
    assert 200 == door.exchange(CREATE).response.status


@pytest.mark.parametrize("text", [None, "0", "1", "soon", "Wed, 21 Oct 2015 07:28:00 GMT", "50"])
def test_a_target_that_asks_to_wait_without_end_cannot_be_judged(contract: Contract, text: str | None) -> None:
    world = World(*[later(429, text)] * 1000)
    door, recorder = world.door(contract)
    with pytest.raises(TargetBusy, match=r"cloud: takes no more requests \(429 to POST, \d+ times\)"):
        door.exchange(CREATE)
    assert ([], True) == (list(recorder.exchanges), 30 <= world.now <= 2 * 60)


def test_what_was_waited_for_in_vain_is_hardly_waited_for_again_until_it_is_answered(contract: Contract) -> None:
    world = World(*[later(429, "1")] * 70)
    door, _ = world.door(contract)
    with pytest.raises(TargetBusy):
        door.exchange(CREATE)
    began = world.now
    with pytest.raises(TargetBusy):
        door.exchange(CREATE)
    assert 5 >= world.now - began
    world._answers = [Response(200), later(429, "30")]
    door.exchange(CREATE)
    assert 200 == door.exchange(CREATE).response.status


def test_nobody_waits_longer_than_the_run_has_time(contract: Contract) -> None:
    world = World(later(429, "3600"))
    world.deadline = Deadline(900.0, world.clock)
    door, _ = world.door(contract)
    with pytest.raises(TargetBusy):
        door.exchange(CREATE)
    assert (1, []) == (len(world.sent), world.slept)


def test_a_long_wait_that_the_run_has_time_for_is_kept_once(contract: Contract) -> None:
    world = World(later(429, "200"))
    door, _ = world.door(contract)
    assert 200 == door.exchange(CREATE).response.status
    assert 200 <= world.now


def test_a_cloud_that_limits_the_rate_makes_the_run_slower_and_an_unavailable_service_does_not(
    contract: Contract,
) -> None:
    world = World(*[Response(200)] * 20, later(429, "1"))
    door, _ = world.door(contract)
    for _ in range(21):
        door.exchange(LIST)
    assert door.pace.slowed == pytest.approx(18, rel=0.1)
    world = World(later(503, "1"))
    door, _ = world.door(contract)
    door.exchange(LIST)
    assert door.pace.slowed is None


def test_an_unavailable_service_that_does_not_say_when_to_come_again_is_judged(contract: Contract) -> None:
    world = World(later(503))
    door, recorder = world.door(contract)
    assert (503, []) == (door.exchange(CREATE).response.status, world.slept)
    assert recorder.findings


# --- connections that break -------------------------------------------------------------------------------------------

BROKE = ConnectionBroken("it broke")


@pytest.mark.parametrize("request_", [LIST, DELETE, replace(LIST, method="HEAD"), LOGIN])
def test_what_is_safe_to_send_again_is_sent_again_once(contract: Contract, request_: Request) -> None:
    world = World(BROKE, Response(204))
    door, recorder = world.door(contract)
    assert 204 == door.exchange(request_).response.status
    assert (2, 1, 1) == (len(world.sent), len(recorder.exchanges), door.troubles.sent_again)


@pytest.mark.parametrize("request_", [CREATE, replace(CREATE, method="PATCH"), replace(CREATE, method="PUT")])
def test_what_may_have_been_done_is_not_sent_again(contract: Contract, request_: Request) -> None:
    world = World(BROKE)
    door, _ = world.door(contract)
    with pytest.raises(ConnectionBroken):
        door.exchange(request_)
    assert (1, 0) == (len(world.sent), door.troubles.sent_again)


def test_a_connection_that_breaks_twice_is_no_answer(contract: Contract) -> None:
    world = World(BROKE, BROKE)
    door, _ = world.door(contract)
    with pytest.raises(ConnectionBroken):
        door.exchange(LIST)
    assert 2 == len(world.sent)


@pytest.mark.parametrize("status", [404, 410])
def test_a_delete_that_is_sent_again_and_finds_nothing_was_done_the_first_time(contract: Contract, status: int) -> None:
    world = World(BROKE, Response(status))
    door, recorder = world.door(contract)
    with pytest.raises(ConnectionBroken) as raised:
        door.exchange(DELETE)
    assert (True, [], {}) == (raised.value.done, list(recorder.findings), dict(recorder.looks))
    assert [status] == [item.response.status for item in recorder.exchanges]


def cut(status: int = 200) -> Response:
    return Response(status, headers=Headers.of({"Content-Length": "20"}), body=b'{"images": [')


def test_an_answer_that_ends_before_its_announced_end_is_a_connection_that_broke(contract: Contract) -> None:
    world = World(cut())
    door, recorder = world.door(contract)
    assert b"" == door.exchange(LIST).response.body
    assert (2, 1, 1) == (len(world.sent), len(recorder.exchanges), door.troubles.sent_again)
    with pytest.raises(ConnectionBroken):
        World(cut(201)).door(contract)[0].exchange(CREATE)


@pytest.mark.parametrize("request_", [LIST, CREATE])
def test_a_target_that_always_announces_more_than_comes_is_judged(contract: Contract, request_: Request) -> None:
    world = World(cut(), cut(), cut())
    door, recorder = world.door(contract)
    for _ in range(2):
        with contextlib.suppress(ConnectionBroken):
            door.exchange(request_)
    assert "another-length" in {item.deviation.kind for item in recorder.findings}


def idle() -> Response:
    """What some gateways send when nothing came for a while, right before they close the connection."""
    return Response(408, headers=Headers.of({"Connection": "close"}))


def test_a_408_that_closes_the_connection_is_a_connection_that_broke(contract: Contract) -> None:
    world = World(idle())
    door, recorder = world.door(contract)
    assert 200 == door.exchange(LIST).response.status
    assert (2, 1, 1) == (len(world.sent), len(recorder.exchanges), door.troubles.sent_again)
    with pytest.raises(ConnectionBroken, match="408"):
        World(idle()).door(contract)[0].exchange(CREATE)


@pytest.mark.parametrize("request_", [LIST, CREATE])
def test_a_target_that_always_answers_408_is_judged(contract: Contract, request_: Request) -> None:
    world = World(idle(), idle(), idle())
    door, recorder = world.door(contract)
    for _ in range(2):
        with contextlib.suppress(ConnectionBroken):
            door.exchange(request_)
    assert 408 in {item.response.status for item in recorder.exchanges}


def test_a_408_that_keeps_the_connection_is_an_answer(contract: Contract) -> None:
    world = World(Response(408))
    door, _ = world.door(contract)
    assert (408, 1) == (door.exchange(LIST).response.status, len(world.sent))


# --- a target that is away --------------------------------------------------------------------------------------------

AWAY = TargetAway("connection refused")


def test_a_target_that_was_there_and_is_away_is_waited_for_whatever_is_asked(contract: Contract) -> None:
    world = World(Response(200), *[AWAY] * 6)
    door, recorder = world.door(contract)
    for request_ in (LIST, CREATE):
        assert 200 == door.exchange(request_).response.status
    assert (2, 1, 0) == (len(recorder.exchanges), len(door.troubles.away), door.troubles.sent_again)
    assert sorted(world.slept) == world.slept


def test_a_target_that_stays_away_is_waited_for_once_and_not_again(contract: Contract) -> None:
    world = World(Response(200), *[AWAY] * 1000)
    door, _ = world.door(contract)
    door.exchange(LIST)
    with pytest.raises(TargetAway):
        door.exchange(LIST)
    waited = world.now
    with pytest.raises(TargetAway):
        door.exchange(CREATE)
    assert (True, waited) == (30 <= waited <= 60, world.now)


def test_a_target_that_never_was_there_is_not_waited_for(contract: Contract) -> None:
    world = World(AWAY)
    door, _ = world.door(contract)
    with pytest.raises(TargetAway):
        door.exchange(LIST)
    assert [] == world.slept


GIVEN = Response(201, headers=Headers.of({"X-Subject-Token": TOKEN}))
PAGE = Response(502, headers=Headers.of({"Content-Type": "text/html"}), body=b"<html>")
CLOSED = ConnectionBroken("closed")


@pytest.mark.parametrize("met", [PAGE, CLOSED], ids=["a page of a gateway", "a closed connection"])
def test_an_identity_service_that_is_restarted_while_a_token_is_renewed_is_waited_for(
    contract: Contract, met: Response | ConnectionBroken
) -> None:
    world = World(GIVEN, *[met] * 5, GIVEN)
    door, recorder = world.door(contract)
    assert [201, 201] == [door.send(LOGIN).status for _ in range(2)]
    assert ([201, 201], 1) == ([item.response.status for item in recorder.exchanges], len(door.troubles.away))


@pytest.mark.parametrize(("met", "error"), [(PAGE, TargetAway), (CLOSED, ConnectionBroken)])
def test_an_identity_service_that_stays_away_is_waited_for_once_and_is_no_breach(
    contract: Contract, met: Response | ConnectionBroken, error: type[Exception]
) -> None:
    world = World(GIVEN, *[met] * 1000)
    door, recorder = world.door(contract)
    door.send(LOGIN)
    with pytest.raises(error):
        door.send(LOGIN)
    waited = world.now
    with pytest.raises(error):
        door.send(LOGIN)
    assert (True, waited, 1) == (30 <= waited <= 60, world.now, len(recorder.exchanges))


def test_an_identity_service_that_had_little_time_to_come_back_is_waited_for_again(contract: Contract) -> None:
    world = World(GIVEN, *[PAGE] * 8, GIVEN)
    door, _ = world.door(contract)
    door.send(LOGIN)
    whole, world.deadline = world.deadline, Deadline(4.0, world.clock)
    with pytest.raises(TargetAway):
        door.send(LOGIN)
    world.deadline = whole
    assert 201 == door.send(LOGIN).status


def test_an_identity_service_that_never_gave_a_token_is_not_waited_for(contract: Contract) -> None:
    world = World(PAGE)
    door, _ = world.door(contract)
    assert (502, []) == (door.send(LOGIN).status, world.slept)


def test_nobody_waits_for_a_target_beyond_the_time_of_the_run(contract: Contract) -> None:
    world = World(Response(200), *[AWAY] * 1000)
    world.deadline = Deadline(3.0, world.clock)
    door, _ = world.door(contract)
    door.exchange(LIST)
    with pytest.raises(TargetAway):
        door.exchange(LIST)
    assert 3.0 >= world.now


@pytest.mark.parametrize(
    ("status", "text", "due"),
    [
        (200, "5", None),
        (429, "0", 0.0),
        (429, None, 1.0),
        (429, "soon", 1.0),
        (429, "-3", 1.0),
        (429, "9" * 400, 999999999.0),
        (429, "Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        (429, "Wed, 99 Oct 99999 07:28:00 GMT", 1.0),
        (503, "soon", None),
        (503, "７", None),
    ],
)
def test_what_retry_after_says_is_read_as_its_rfc_has_it(status: int, text: str | None, due: float | None) -> None:
    assert due == wait_asked(later(status, text))


@pytest.mark.parametrize(
    ("status", "text", "due"),
    [
        (403, "API rate limit exceeded", 1.0),
        (403, '{"code": "RateLimitExceeded"}', 1.0),
        (420, "Enhance your calm: too many requests", 1.0),
        (503, "SlowDown", 1.0),
        (509, "You are being throttled", 1.0),
        (403, "请求过于频繁", 1.0),
        (403, "You are not authorized to complete publicize_image action.", None),
        (403, "the quota of images is used up", None),
        (400, "rate limit must be a number", None),
        (503, "no host is left", None),
    ],
)
def test_a_limit_of_the_rate_is_told_by_its_text_where_its_status_is_another(
    status: int, text: str, due: float | None
) -> None:
    assert due == wait_asked(Response(status, body=text.encode()))
