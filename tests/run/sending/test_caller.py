"""Requests to a service: made from the contract, with the token of who asks."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from library import BOOK, BOOKS, LIBRARY, Library, always, answered, library_with

from conformance.model.deadline import Deadline
from conformance.model.errors import ConnectionBroken, SuiteError
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.run.reading import body_of
from conformance.run.sending.caller import resource_of
from conformance.run.service import service_named

# --- one request ------------------------------------------------------------------------------------------------------


def test_a_call_fills_the_path_of_its_operation_with_the_id_escaped() -> None:
    library = Library(always())
    library.client.call("book.show", "a/b c")
    assert ("GET", "http://books/v1/books/a%2Fb%20c") == (library.sent[0].method, library.sent[0].url)


def test_a_query_is_written_into_the_url() -> None:
    library = Library(always())
    library.client.list({"limit": 2, "title": "a&b"})
    assert {"limit": ["2"], "title": ["a&b"]} == parse_qs(urlsplit(library.sent[0].url).query)


def test_a_request_carries_the_token_of_its_actor_which_is_a_secret_from_then_on() -> None:
    library = Library(always())
    library.client.list(actor="other")
    assert "token-of-other" == library.sent[0].headers.get("X-Auth-Token")
    assert "$OS_TOKEN_OTHER" == library.client.secrets.text("token-of-other")


def test_an_operation_that_asks_for_no_token_gets_none_and_goes_to_its_own_service() -> None:
    library = Library(always())
    library.client.call("card.create")
    assert (None, "http://cards/v3/cards") == (library.sent[0].headers.get("X-Auth-Token"), library.sent[0].url)


@pytest.mark.parametrize(("token", "sent"), [(None, None), ("garbage", "garbage")])
def test_an_anonymous_request_has_the_token_given_or_none(token: str | None, sent: str | None) -> None:
    library = Library(always())
    library.client.call("book.list", anonymous=True, token=token)
    assert (sent, "anonymous") == (library.sent[0].headers.get("X-Auth-Token"), library.sent[0].actor)


def test_a_header_that_is_none_is_taken_away() -> None:
    library = Library(always())
    library.client.call("book.list", headers={"Accept": None})
    assert library.sent[0].headers.get("Accept") is None


def test_an_operation_that_the_contract_does_not_have_is_our_fault() -> None:
    with pytest.raises(SuiteError, match=r"the operation book\.burn, which the contract does not have"):
        Library(always()).client.call("book.burn")


def test_the_body_of_an_answer_that_is_no_json_is_none() -> None:
    assert body_of(Exchange(1, Request("GET", "http://books/"), Response(200, body=b"<html>"))) is None


@pytest.mark.parametrize("changes", [{"create": None}, {"remove": None}])
def test_a_service_has_something_to_make_when_it_can_be_created_and_removed(changes: dict[str, None]) -> None:
    assert (BOOK, None) == (resource_of(LIBRARY, BOOKS), resource_of(library_with(**changes), BOOKS))


def test_a_service_without_anything_to_make_has_no_resource() -> None:
    assert resource_of(LIBRARY, service_named("card")) is None


# --- a token that is lost -----------------------------------------------------------------------------------------------


def opens(*tokens: str) -> Callable[[Request], Response]:
    """A library that is open to these tokens alone."""
    return lambda request: answered(200 if request.headers.get("X-Auth-Token") in tokens else 401, {"id": "b-1"})


def test_a_token_that_is_lost_is_replaced_and_what_it_met_is_not_judged() -> None:
    library = Library(opens("token-1-of-main"))
    assert [200, 200] == [library.client.show("b-1").response.status for _ in range(2)]
    assert (1, 1) == (library.logins, library.sender.troubles.logins)
    assert [200, 200] == [item.response.status for item in library.recorder.exchanges]


def test_a_service_that_refuses_one_thing_with_a_valid_token_is_told_so() -> None:
    library = Library(lambda request: answered(401 if request.url.endswith("/b-1") else 200, {"books": []}))
    assert [401, 401] == [library.client.show("b-1").response.status for _ in range(2)]
    assert 0 == library.logins


def test_a_service_that_refuses_every_token_is_asked_with_a_new_one_once_for_an_operation() -> None:
    library = Library(opens())
    assert {401} == {library.client.show("b-1").response.status for _ in range(3)}
    assert (1, 0) == (library.logins, library.sender.troubles.logins)


def test_a_request_that_is_sent_again_has_the_token_that_its_actor_has_now() -> None:
    library = Library(always())
    request = library.client.list().request
    library.client.target.main.renew()  # as keystoneauth1 does before a token expires
    assert "token-1-of-main" == library.client.resend(request).request.headers.get("X-Auth-Token")


@pytest.mark.parametrize(("token", "anonymous"), [("revoked", False), ("garbage", True), (None, True)])
def test_a_request_that_is_sent_again_keeps_the_token_that_a_case_chose(token: str | None, anonymous: bool) -> None:
    library = Library(always())
    request = library.client.call("book.list", token=token, anonymous=anonymous).request
    library.client.resend(request)
    assert [token, token] == [item.headers.get("X-Auth-Token") for item in library.sent]


@pytest.mark.parametrize(
    ("actor", "first", "then"),
    [("main", "token-of-a-worker", "token-of-main"), ("main", None, None), ("anonymous", "garbage", "garbage")],
)
def test_what_another_process_has_asked_is_asked_again_with_the_token_of_this_one(
    actor: str, first: str | None, then: str | None
) -> None:
    library = Library(always())
    headers = Headers.of({"X-Auth-Token": first} if first is not None else {})
    request = Request("GET", "http://books/v1/books", headers, operation="book.list", actor=actor)
    assert then == library.client.ask_again(request).request.headers.get("X-Auth-Token")


def test_a_token_that_a_case_chose_is_not_replaced() -> None:
    library = Library(opens("token-1-of-main"))
    assert 401 == library.client.call("book.show", "b-1", token="revoked").response.status
    assert 401 == library.client.call("book.show", "b-1", anonymous=True).response.status
    assert 0 == library.logins


# --- a connection that is accepted and closed -------------------------------------------------------------------------


class Closing:
    """A service that closes so many connections without an answer, after the first request: any, or those of a method."""

    def __init__(self, count: int, method: str = "") -> None:
        self._left = count
        self._method = method
        self._first = True

    def __call__(self, request: Request) -> Response:
        if not self._first and self._left and request.method.startswith(self._method):
            self._left -= 1
            raise ConnectionBroken("books: closed without an answer")
        self._first = False
        return answered(200, {"books": []})


def after_a_list(closing: Closing) -> Library:
    library = Library(closing)
    library.client.list()
    library.sent.clear()
    return library


def test_a_service_whose_connections_are_closed_for_a_while_is_waited_for_and_asked_again() -> None:
    library = after_a_list(Closing(6))
    assert 200 == library.client.list().response.status
    assert ["http://books/", "http://books/v1/books"] == [request.url for request in library.sent[-2:]]
    assert (1, 1, True) == (
        len(library.sender.troubles.away),
        library.sender.troubles.sent_again,
        sum(library.paused) > 1,
    )


def test_a_look_whether_a_service_is_there_is_not_judged_and_carries_no_token() -> None:
    library = after_a_list(Closing(6))
    library.client.list()
    looks = [request for request in library.sent if request.url == "http://books/"]
    assert (5, {None}) == (len(looks), {request.headers.get("X-Auth-Token") for request in looks})
    assert 2 == len(library.recorder.exchanges)


def test_what_may_have_been_carried_out_is_not_asked_again_but_the_service_is_waited_for() -> None:
    library = after_a_list(Closing(6))
    with pytest.raises(ConnectionBroken):
        library.client.call("book.create", body=b"{}")
    assert (1, True) == (sum(request.method == "POST" for request in library.sent), sum(library.paused) > 1)


def test_a_delete_that_finds_nothing_after_the_connections_were_closed_was_carried_out() -> None:
    closing = Closing(6)

    def answer(request: Request) -> Response:
        answer = closing(request)
        return answered(404) if request.method == "DELETE" else answer

    library = Library(answer)
    library.client.list()
    with pytest.raises(ConnectionBroken) as raised:
        library.client.delete("b-1")
    assert raised.value.done


def test_connections_that_only_some_requests_have_closed_are_not_waited_for() -> None:
    library = after_a_list(Closing(1000, "DELETE"))
    with pytest.raises(ConnectionBroken):
        library.client.delete("b-1")
    assert [] == library.paused


def test_a_service_that_closes_all_connections_for_ever_is_waited_for_once() -> None:
    library = after_a_list(Closing(1000))
    for _ in range(2):
        with pytest.raises(ConnectionBroken, match="closed without an answer"):
            library.client.list()
        assert 20 < sum(library.paused) <= 45


def test_half_of_the_time_that_is_left_is_spent_on_waiting_at_most() -> None:
    library = after_a_list(Closing(1000))
    library.deadline = Deadline.after(20)
    with pytest.raises(ConnectionBroken):
        library.client.list()
    assert 5 < sum(library.paused) <= 10


def test_a_service_that_has_never_answered_is_not_waited_for() -> None:
    def closed(_request: Request) -> Response:
        raise ConnectionBroken("closed")

    library = Library(closed)
    with pytest.raises(ConnectionBroken):
        library.client.list()
    assert (2, []) == (len(library.sent), library.paused)
