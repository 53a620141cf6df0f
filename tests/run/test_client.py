"""The client: requests made from a contract, what it makes written down before, found again and removed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from conformance.model.contract import Authority, Contract, Operation, Resource, ResponseSpec
from conformance.model.errors import SuiteError, TargetUnreachable
from conformance.model.marks import Marks, tag_of
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.model.phrase import Phrase
from conformance.run.client import MOST_LOOKS, REGRESSION_SEED, Client, Connection, resource_of
from conformance.run.reading import Members, body_of
from conformance.run.recorder import Recorder
from conformance.run.sender import RecordingSender
from conformance.run.service import Service, service_named
from conformance.run.unexercised import NotExercised
from conformance.target.secrets import Secrets

BOOKS = Service(
    name="book",
    marks=Marks(name="title", tags="tags"),
    owner="owner",
    next="next",
    plain={"lent": False},
    largest_page={"limit": 10},
)
RUN = "0123abcd"
EMPTY: Any = {}


def operation(name: str, method: str, path: str, status: int, **members: Any) -> Operation:
    success = ResponseSpec(status, "application/json", None, (), Authority.DOCUMENT, ())
    service = name.partition(".")[0]
    return Operation(name, method, path, service, Authority.DOCUMENT, (), responses=(success,), **members)


OPERATIONS = (
    operation("book.list", "GET", "/v1/books", 200),
    operation("book.create", "POST", "/v1/books", 201, request_media_type="application/json"),
    operation("book.show", "GET", "/v1/books/{book_id}", 200),
    operation("book.delete", "DELETE", "/v1/books/{book_id}", 204),
    operation("card.create", "POST", "/v3/cards", 201, secured=False, issues_token=True),
)
BOOK = Resource(
    name="book",
    service="book",
    collection="/v1/books",
    parameter="book_id",
    list="book.list",
    create="book.create",
    show="book.show",
    remove="book.delete",
    items="books",
)
LIBRARY = Contract(
    "library", "1", "0" * 64, {item.id: item for item in OPERATIONS}, {}, EMPTY, {}, EMPTY, resources={"book": BOOK}
)


class Journal:
    """Keeps what it is told, in order, with what was sent before."""

    run_id = RUN

    def __init__(self, sent: list[Request]) -> None:
        self._sent = sent
        self.told: list[tuple[str, Any, int]] = []

    def intend(self, name: str, own: str | None = None, *, project: str = "") -> None:
        self.told.append(("intend", (name, own, project), len(self._sent)))

    def created(self, own: str, *, project: str = "") -> None:
        self.told.append(("created", (own, project), len(self._sent)))

    def gone(self, own: str) -> None:
        self.told.append(("gone", own, len(self._sent)))


class Unjudging(Recorder):
    """Numbers exchanges and judges none."""

    def observe(self, request: Request, response: Response) -> Exchange:
        self.exchanges.append(Exchange(len(self.exchanges) + 1, request, response))
        return self.exchanges[-1]


class Library:
    """A client whose requests a function of the test answers."""

    def __init__(self, answer: Callable[[Request], Response], make: type[Client] = Client, **changes: Any) -> None:
        self.sent: list[Request] = []
        self._answer = answer
        actors = {
            "main": SimpleNamespace(token=lambda: "token-of-main", project_id="p-1"),
            "other": SimpleNamespace(token=lambda: "token-of-other", project_id="p-2"),
        }
        urls = {"book": "http://books", "card": "http://cards"}
        target: Any = SimpleNamespace(actors=actors, main=actors["main"], url=urls.__getitem__)
        contract = LIBRARY if not changes else _with(**changes)
        recorder, secrets = Unjudging(contract), Secrets()
        wire: Any = self
        self.journal = Journal(self.sent)
        journal: Any = self.journal
        connection = Connection(target, RecordingSender(wire, recorder, secrets), recorder, secrets)
        self.client = make(connection, BOOKS, journal, 1)

    def send(self, request: Request) -> Response:
        self.sent.append(request)
        return self._answer(request)


def _with(**changes: Any) -> Contract:
    return replace(LIBRARY, resources={"book": replace(BOOK, **changes)})


def answered(status: int = 200, body: Any = None, **headers: str) -> Response:
    data = b"" if body is None else json.dumps(body).encode()
    return Response(status, headers=Headers.of({"Content-Type": "application/json", **headers}), body=data)


def always(status: int = 200, body: Any = None, **headers: str) -> Callable[[Request], Response]:
    return lambda _request: answered(status, body, **headers)


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


# --- making and observing ---------------------------------------------------------------------------------------------


def test_what_is_about_to_be_created_is_in_the_journal_before_it_is_sent() -> None:
    library = Library(always(201, {"id": "b-1"}))
    library.client.create({"title": "ours", "id": "own"}, actor="other")
    assert [("intend", ("ours", "own", "p-2"), 0), ("created", ("b-1", "p-2"), 1)] == library.journal.told


def test_a_create_that_answers_no_object_is_known_by_its_location() -> None:
    library = Library(always(201, Location="http://books/v1/books/b-2?x=1"))
    library.client.create(b"not json")
    assert [("created", ("b-2", ""), 1)] == library.journal.told


def test_a_create_that_is_refused_made_nothing() -> None:
    library = Library(always(400, {"id": "b-1"}))
    library.client.create({"title": "ours"})
    assert [("intend", ("ours", None, ""), 0)] == library.journal.told


def test_what_is_made_has_a_name_of_ours_and_the_plain_members_of_its_service() -> None:
    library = Library(always(201, {"id": "b-1"}))
    library.client.make(pages=3)
    sent = json.loads(library.sent[0].body)
    assert ({"lent": False, "pages": 3}, True) == (
        {name: value for name, value in sent.items() if name != "title"},
        sent["title"].startswith(f"conformance-{RUN}-"),
    )


@pytest.mark.parametrize("answer", [always(500), always(200, {"id": "b-1"})])
def test_a_create_that_makes_nothing_we_know_leaves_the_case_unjudged(answer: Callable[[Request], Response]) -> None:
    library = Library(answer)
    with pytest.raises(NotExercised) as caught:
        library.client.make()
    status = answer(Request("GET", "")).status
    assert Phrase.of("prerequisite", operation="book.create", status=status) == caught.value.reason


@pytest.mark.parametrize(("answer", "got"), [({"no": "id"}, "nothing"), ({"id": None}, "null"), ({"id": [7]}, "array")])
def test_a_create_that_does_not_say_what_it_made_leaves_the_case_unjudged_and_says_so(answer: Any, got: str) -> None:
    with pytest.raises(NotExercised) as caught:
        Library(always(201, answer)).client.make()
    reason = Phrase.of("answer-without", operation="book.create", status=201, place="id", due="string", got=got)
    assert reason == caught.value.reason


def test_what_show_does_not_find_is_not_there() -> None:
    assert Library(always(404)).client.observe("b-1") is None


class Late:
    """Makes a resource, and shows it after so many looks."""

    def __init__(self, looks: int) -> None:
        self._looks = looks

    def __call__(self, request: Request) -> Response:
        if request.method == "POST":
            return answered(201, {"id": "b-1"})
        if request.method == "DELETE":
            return answered(204)
        self._looks -= 1
        return answered(404) if self._looks >= 0 else answered(200, {"id": "b-1"})


def test_what_was_made_and_is_not_there_is_looked_for_again() -> None:
    library = Library(Late(2))
    made = library.client.make()
    assert {"id": "b-1"} == library.client.observe(made.text("id"))


@pytest.mark.parametrize("deleted", [True, False])
def test_what_stays_away_is_not_there_and_what_we_deleted_is_not_looked_for(deleted: bool) -> None:
    library = Library(Late(100))
    library.client.make()
    if deleted:
        library.client.delete("b-1")
    assert library.client.observe("b-1") is None
    assert (1 if deleted else 1 + MOST_LOOKS) == len([item for item in library.sent if item.method == "GET"])


def test_what_show_answers_is_what_is_observed() -> None:
    assert {"id": "b-1"} == Library(always(200, {"id": "b-1"})).client.observe("b-1")


def test_a_service_that_does_not_show_observes_nothing_and_is_not_asked() -> None:
    library = Library(always())
    library.client.shows = False
    with pytest.raises(NotExercised) as caught:
        library.client.observe("b-1")
    assert (Phrase.of("unobservable", operation="book.show"), []) == (caught.value.reason, library.sent)


def test_a_contract_without_show_observes_nothing() -> None:
    with pytest.raises(NotExercised) as caught:
        Library(always(), show=None).client.observe("b-1")
    assert Phrase.of("nothing-shows", resource="book") == caught.value.reason


# --- lists ------------------------------------------------------------------------------------------------------------


def test_pages_follow_each_other_until_one_comes_again() -> None:
    nexts = {"": "/v1/books?marker=1", "marker=1": "/v1/books?marker=2", "marker=2": "/v1/books?marker=1"}
    library = Library(lambda request: answered(200, {"books": [], "next": nexts[urlsplit(request.url).query]}))
    assert 3 == len(list(library.client.pages()))


@pytest.mark.parametrize("after", [None, 7, "no query", "/v1/books?\ud800"])
def test_what_is_no_next_page_ends_the_list(after: Any) -> None:
    assert 1 == len(list(Library(always(200, {"books": [], "next": after})).client.pages()))


def test_of_a_run_is_what_has_a_name_or_the_tag_of_it_and_the_right_owner() -> None:
    books = [
        {"id": "by-name", "title": "ours", "owner": "p-1"},
        {"id": "by-tag", "title": "x", "tags": [tag_of(RUN)]},
        {"id": "another", "title": "ours too", "tags": ["x"]},
        {"id": "of-another-project", "title": "ours", "owner": "p-2"},
        {"title": "ours"},
        "no object",
    ]
    library = Library(always(200, {"books": books}))
    assert ("by-name", "by-tag") == library.client.of_run(RUN, {"ours"})
    assert "limit=10" == urlsplit(library.sent[0].url).query


def test_nothing_is_found_of_a_project_that_we_have_no_credentials_for() -> None:
    library = Library(always(200, {"books": []}))
    assert ((), []) == (library.client.of_run(RUN, {"ours"}, "p-9"), library.sent)


def test_nothing_is_found_where_nothing_can_be_made_or_listed() -> None:
    for missing in ({"create": None}, {"list": None}):
        library = Library(always(200, {"books": [{"id": "b-1", "title": "ours"}]}), **missing)
        assert ((), []) == (library.client.of_run(RUN, {"ours"}), library.sent)


# --- removing ---------------------------------------------------------------------------------------------------------


class Guarded(Client):
    """A client of a service that has something to take away before a delete."""

    def release(self, resource_id: str, actor: str) -> None:
        self.send("POST", f"/v1/books/{resource_id}/return", actor=actor)

    def removed(self, body: Any) -> bool:
        return isinstance(body, dict) and body.get("state") == "pulped"

    def held(self, resource: Members) -> bool:
        return resource.get("lent") is True


def test_what_keeps_a_resource_is_taken_away_and_the_delete_sent_again() -> None:
    def answer(request: Request) -> Response:
        returned = any(item.method == "POST" for item in library.sent)
        return answered(204 if returned else 409) if request.method == "DELETE" else answered()

    library = Library(answer, Guarded)
    assert library.client.remove("b-1") is True
    assert ["DELETE", "POST", "DELETE"] == [item.method for item in library.sent]


@pytest.mark.parametrize(("lent", "methods"), [(True, ["POST", "DELETE"]), (False, ["DELETE"])])
def test_what_create_has_answered_to_be_kept_is_released_before_the_delete(lent: bool, methods: list[str]) -> None:
    made = answered(201, {"id": "b-1", "lent": lent})
    library = Library(lambda request: made if request.url.endswith("/books") else answered(204), Guarded)
    library.client.create({"title": "a"})
    assert library.client.remove("b-1") is True
    assert methods == [item.method for item in library.sent[1:]]


@pytest.mark.parametrize(
    ("shown", "gone"),
    [
        (answered(404), True),
        (answered(410), True),
        (answered(200, {"state": "pulped"}), True),
        (answered(200, {"state": "there"}), False),
        (answered(500), False),
    ],
)
def test_a_resource_that_no_delete_takes_is_gone_when_show_says_so(shown: Response, gone: bool) -> None:
    library = Library(lambda request: answered(400) if request.method != "GET" else shown, Guarded)
    assert library.client.remove("b-1") is gone


def test_without_show_a_resource_that_no_delete_takes_is_there() -> None:
    assert Library(always(400), show=None).client.remove("b-1") is False


def test_a_resource_of_a_project_without_credentials_stays() -> None:
    library = Library(always(204))
    assert (False, []) == (library.client.remove("b-1", "p-9"), library.sent)


@pytest.mark.parametrize(("status", "told"), [(204, [("gone", "b-1", 1)]), (500, [])])
def test_what_is_discarded_is_forgotten_when_it_is_gone(status: int, told: list[tuple[str, str, int]]) -> None:
    library = Library(always(status))
    library.client.discard("b-1")
    assert told == library.journal.told


# --- names ------------------------------------------------------------------------------------------------------------


def test_a_case_draws_the_same_each_time_and_another_case_something_else() -> None:
    client = Library(always()).client
    drawn = []
    for case in ("list.a", "list.a", "list.b"):
        client.begin(case)
        drawn.append(client.random.random())
    assert (True, False) == (drawn[0] == drawn[1], drawn[0] == drawn[2])


def test_no_name_comes_twice_in_a_case_nor_when_it_is_tried_again() -> None:
    client = Library(always()).client
    names = []
    for attempt in range(2):
        client.begin("list.a", attempt)
        names += [client.name(), client.name()]
    assert 4 == len(set(names))


def test_only_what_explores_draws_with_the_seed_of_the_run() -> None:
    client = Library(always()).client
    client.begin("one")
    assert (REGRESSION_SEED, False) == (client.seed, client.explores)
    fixed = client.random.random()
    client.begin("one", explores=True)
    assert client.explores
    assert client.seed != REGRESSION_SEED
    assert fixed != client.random.random()


def test_an_id_that_nothing_has_is_a_uuid_that_no_seed_makes() -> None:
    first, second = Library(always()).client.uuid(), Library(always()).client.uuid()
    assert ([8, 4, 4, 4, 12], False) == (list(map(len, first.split("-"))), first == second)


@pytest.mark.parametrize("changes", [{"create": None}, {"remove": None}])
def test_a_service_has_something_to_make_when_it_can_be_created_and_removed(changes: dict[str, None]) -> None:
    assert (BOOK, None) == (resource_of(LIBRARY, BOOKS), resource_of(_with(**changes), BOOKS))


def test_a_service_without_anything_to_make_has_no_resource() -> None:
    assert resource_of(LIBRARY, service_named("card")) is None


# --- a connection that breaks, a quota that is used up ------------------------------------------------------------------


class Breaking:
    """Breaks the connection of the first create; the list has what it is told."""

    def __init__(self, *listed: Any, status: int = 200) -> None:
        self._listed = listed
        self._status = status
        self.creates = 0

    def __call__(self, request: Request) -> Response:
        if request.method == "GET":
            rows = [row(json.loads(name)) if callable(row) else row for row in self._listed for name in self.names]
            return answered(self._status, {"books": rows})
        self.creates += 1
        if self.creates == 1:
            self.names = [json.dumps(json.loads(request.body)["title"])]
            raise TargetUnreachable("books: closed without an answer")
        return answered(201, {"id": "b-1"})


def test_a_create_whose_connection_broke_is_sent_again_when_nothing_came_of_it() -> None:
    breaking = Breaking({"id": "b-9", "title": "of somebody else"}, None, {"id": "b-8", "title": None})
    assert ("b-1", 2) == (Library(breaking).client.make().text("id"), breaking.creates)


@pytest.mark.parametrize("breaking", [Breaking(lambda name: {"id": "b-1", "title": name}), Breaking(status=500)])
def test_a_create_that_may_have_made_something_is_not_sent_again(breaking: Breaking) -> None:
    with pytest.raises(TargetUnreachable):
        Library(breaking).client.make()
    assert 1 == breaking.creates


def test_a_create_without_a_name_of_its_own_is_not_sent_again() -> None:
    def broken(_request: Request) -> Response:
        raise TargetUnreachable("closed")

    library = Library(broken)
    with pytest.raises(TargetUnreachable):
        library.client.create(b"{}")
    assert 1 == len(library.sent)


def test_a_quota_that_is_used_up_leaves_the_case_unjudged() -> None:
    with pytest.raises(NotExercised) as caught:
        Library(always(413)).client.create({"title": "ours"})
    assert Phrase.of("quota-used-up", operation="book.create", status=413) == caught.value.reason


def test_a_create_that_alone_is_too_large_is_answered_as_it_was() -> None:
    def answer(request: Request) -> Response:
        if request.method == "POST":
            return answered(413) if b"large" in request.body else answered(201, {"id": "b-1"})
        return answered(204)

    library = Library(answer)
    assert 413 == library.client.create({"title": "large"}).response.status
    assert ["POST", "POST", "DELETE"] == [item.method for item in library.sent]
