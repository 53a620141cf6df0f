"""The one door to the wire."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.model.contract import Contract
from conformance.model.errors import TargetBusy, TargetUnreachable
from conformance.model.message import DISCOVERY, Headers, Request, Response
from conformance.run.recorder import Recorder
from conformance.run.sender import LONGEST_WAITS, MOST_TRIES, RecordingSender, token_variable, wait_asked
from conformance.target.secrets import Secrets

TOKEN = "a-token-of-ours"
LOGIN = Request("POST", "http://cloud/v3/auth/tokens", operation="auth.token", actor="other")


class Transport:
    """Answers everything alike, or not at all."""

    def __init__(self, response: Response | None) -> None:
        self._response = response

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


class Limited:
    """Answers as it is told, one after the other, then with 200."""

    def __init__(self, *answers: Response) -> None:
        self._answers = list(answers)
        self.sent = 0

    def send(self, _request: Request) -> Response:
        self.sent += 1
        return self._answers.pop(0) if self._answers else Response(200)


def limited(contract: Contract, *answers: Response) -> tuple[RecordingSender, Recorder, Limited, list[float]]:
    recorder, transport, slept = Recorder(contract), Limited(*answers), []
    wire: Any = transport
    return RecordingSender(wire, recorder, Secrets(), sleep=slept.append), recorder, transport, slept


def later(status: int, text: str | None = None) -> Response:
    return Response(status, headers=Headers.of({"Retry-After": text} if text is not None else {}))


CREATE = Request("POST", "http://cloud/v2/images", operation="image.create", actor="main")


@pytest.mark.parametrize("status", [429, 503])
def test_a_target_that_asks_to_wait_is_waited_for_and_what_it_met_is_no_exchange(
    contract: Contract, status: int
) -> None:
    door, recorder, transport, slept = limited(contract, later(status, "3"), later(status, "2"))
    assert 200 == door.exchange(CREATE).response.status
    assert ([200], 3, [3.0, 2.0]) == ([item.response.status for item in recorder.exchanges], transport.sent, slept)
    assert (2, 5.0) == (door.waits, door.waited)


def test_a_target_that_asks_to_wait_without_end_cannot_be_judged(contract: Contract) -> None:
    door, recorder, transport, slept = limited(contract, *[later(429)] * 20)
    with pytest.raises(TargetBusy, match=r"cloud: takes no more requests \(429 to POST, 6 times\)"):
        door.exchange(CREATE)
    assert ([], MOST_TRIES, [1.0, 2.0, 4.0, 8.0, 16.0]) == (recorder.exchanges, transport.sent, slept)


def test_nobody_waits_an_hour(contract: Contract) -> None:
    door, _, transport, slept = limited(contract, later(429, "3600"))
    with pytest.raises(TargetBusy):
        door.exchange(CREATE)
    assert (1, []) == (transport.sent, slept)


def test_the_waits_of_a_run_are_bounded_together(contract: Contract) -> None:
    door, _, _, slept = limited(contract, *[later(429, "50")] * 100)
    for _ in range(10):
        with pytest.raises(TargetBusy):
            door.exchange(CREATE)
    assert LONGEST_WAITS - 50 <= sum(slept) <= LONGEST_WAITS


def test_an_unavailable_service_that_does_not_say_when_to_come_again_is_judged(contract: Contract) -> None:
    door, recorder, _, slept = limited(contract, later(503))
    assert (503, []) == (door.exchange(CREATE).response.status, slept)
    assert recorder.findings


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
