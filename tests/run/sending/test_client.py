"""The client: what it makes written down before, found again and removed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from library import RUN, Library, always, answered

from conformance.model.errors import ConnectionBroken, NoRoom, TargetBusy, TargetUnreachable, TimeOver
from conformance.model.message import Request, Response
from conformance.model.phrase import Phrase
from conformance.run.sending.client import LOOKS, REGRESSION_SEED
from conformance.run.unexercised import NotExercised

# --- making and observing ---------------------------------------------------------------------------------------------


def test_what_is_about_to_be_created_is_in_the_journal_before_it_is_sent() -> None:
    library = Library(always(201, {"id": "b-1"}))
    library.client.create({"title": "ours", "id": "own"}, actor="other")
    assert [("intend", ("ours", "own", "p-2"), 0), ("created", ("b-1", "ours", "p-2"), 1)] == library.journal.told


def test_a_create_that_answers_no_object_is_known_by_its_location() -> None:
    library = Library(always(201, Location="http://books/v1/books/b-2?x=1"))
    library.client.create(b"not json")
    assert [("created", ("b-2", "", ""), 1)] == library.journal.told


@pytest.mark.parametrize("location", ["http://books/v1/jobs/j-1", "/v1/jobs/j-1", "http://[bad/v1/jobs/j-1"])
def test_a_location_that_leads_elsewhere_is_no_id_of_what_was_made(location: str) -> None:
    library = Library(always(201, Location=location))
    library.client.create(b"not json")
    assert [item for item in library.journal.told if item[0] == "created"] == []


def test_a_create_that_is_refused_made_nothing() -> None:
    library = Library(always(400, {"id": "b-1"}))
    library.client.create({"title": "ours"})
    assert [("intend", ("ours", None, ""), 0), ("refused", "ours", 1)] == library.journal.told


def test_a_create_that_was_refused_for_the_rate_until_we_gave_up_made_nothing() -> None:
    def busy(_request: Request) -> Response:
        raise TargetBusy("books: takes no more requests")

    library = Library(busy)
    with pytest.raises(TargetBusy):
        library.client.create({"title": "ours"})
    assert ("refused", "ours", 1) == library.journal.told[-1]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KeyboardInterrupt(), "cut off"),
        (TargetUnreachable("silent"), "cut off"),
        (TimeOver("broken off", sent=True), "cut off"),
        (TimeOver("not sent"), "refused"),
        (NoRoom("answered, and not written down"), "unclear"),
    ],
)
def test_a_create_whose_answer_nobody_heard_may_be_carried_out_yet(error: BaseException, told: str) -> None:
    def silent(_request: Request) -> Response:
        raise error

    library = Library(silent)
    with pytest.raises(type(error)):
        library.client.create({"title": "ours"})
    assert (told, "ours", 1) == library.journal.told[-1]


@pytest.mark.parametrize(("status", "told"), [(500, "unclear"), (502, "cut off"), (504, "cut off")])
def test_a_gateway_that_heard_no_answer_to_a_create_says_that_it_may_be_carried_out_yet(status: int, told: str) -> None:
    library = Library(always(status, {}))
    library.client.create({"title": "ours"})
    assert (told, "ours", 1) == library.journal.told[-1]


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
    assert (1 if deleted else 1 + len(LOOKS)) == len([item for item in library.sent if item.method == "GET"])


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


# --- a connection that breaks -------------------------------------------------------------------------------------------


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
            raise ConnectionBroken("books: closed without an answer")
        return answered(201, {"id": "b-1"})


def test_a_create_whose_connection_broke_is_sent_again_when_nothing_came_of_it() -> None:
    breaking = Breaking({"id": "b-9", "title": "of somebody else"}, None, {"id": "b-8", "title": None})
    assert ("b-1", 2) == (Library(breaking).client.make().text("id"), breaking.creates)


class Formless(Breaking):
    """One whose list has the form of none, so that it does not show what is there."""

    def __call__(self, request: Request) -> Response:
        return answered(200, {}) if request.method == "GET" else super().__call__(request)


@pytest.mark.parametrize(
    "breaking", [Breaking(lambda name: {"id": "b-1", "title": name}), Breaking(status=500), Formless()]
)
def test_a_create_that_may_have_made_something_is_not_sent_again(breaking: Breaking) -> None:
    with pytest.raises(TargetUnreachable):
        Library(breaking).client.make()
    assert 1 == breaking.creates


def test_a_create_without_a_name_of_its_own_is_not_sent_again() -> None:
    def broken(_request: Request) -> Response:
        raise ConnectionBroken("closed")

    library = Library(broken)
    with pytest.raises(TargetUnreachable):
        library.client.create(b"{}")
    assert 1 == len(library.sent)
