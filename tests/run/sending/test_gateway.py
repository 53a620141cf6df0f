"""A gateway that does not reach the service is an outage, which is waited for; it is told apart from a service that fails."""

from __future__ import annotations

import pytest

from conformance.model.errors import ConnectionBroken, TargetAway
from conformance.model.message import Headers, Request, Response
from conformance.run.sending.gateway import LONGEST, Outages

READ = Request("GET", "http://cloud/v1/books")
WRITE = Request("POST", "http://cloud/v1/books")
RIGHT = Response(200)


def page(status: int) -> Response:
    return Response(status, headers=Headers.of({"Content-Type": "text/html"}), body=b"<h1>Gateway</h1>")


class Away:
    """A service that is away for so many looks."""

    def __init__(self, looks: int) -> None:
        self._looks = looks
        self.waited: list[float] = []
        self.outages = Outages()

    def look(self) -> Response:
        self._looks -= 1
        return page(502) if self._looks >= 0 else RIGHT

    def answer(self, request: Request, response: Response) -> Response:
        repeatable = request.method == "GET"
        return self.outages.waited_for(
            request, response, self.look, lambda: RIGHT, self.waited.append, repeatable=repeatable
        )


@pytest.mark.parametrize(("request_", "status"), [(READ, 502), (READ, 504), (READ, 503), (WRITE, 503)])
def test_what_surely_did_nothing_is_sent_again_after_an_outage(request_: Request, status: int) -> None:
    away = Away(4)
    assert (RIGHT, 4, 1) == (away.answer(request_, page(status)), len(away.waited), away.outages.count)
    assert sorted(away.waited) == away.waited


@pytest.mark.parametrize("status", [502, 504])
def test_what_may_have_been_carried_out_is_a_connection_that_broke(status: int) -> None:
    with pytest.raises(ConnectionBroken):
        Away(2).answer(WRITE, page(status))


def test_an_answer_of_the_service_itself_is_an_answer() -> None:
    said = Response(503, headers=Headers.of({"Content-Type": "application/json"}), body=b"{}")
    away = Away(10)
    assert (said, []) == (away.answer(READ, said), away.waited)


def test_a_page_that_only_one_request_meets_is_an_answer_to_it() -> None:
    away, said = Away(0), page(502)
    assert (said, []) == (away.answer(READ, said), away.waited)


def test_a_service_that_stays_away_is_waited_for_once() -> None:
    away = Away(1000)
    with pytest.raises(TargetAway):
        away.answer(READ, page(502))
    waited = sum(away.waited)
    with pytest.raises(TargetAway):
        away.answer(READ, page(502))
    assert (waited, True) == (sum(away.waited), LONGEST / 2 < waited <= LONGEST)
