"""The one door to the wire."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.model.contract import Contract
from conformance.model.errors import TargetUnreachable
from conformance.model.message import DISCOVERY, Headers, Request, Response
from conformance.run.recorder import Recorder
from conformance.run.sender import RecordingSender, token_variable
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
