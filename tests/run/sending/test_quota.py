"""A quota that is used up: told apart from a refusal, and room made."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from library import Library, always, answered

from conformance.model.message import Headers, Request, Response
from conformance.model.phrase import Phrase
from conformance.run.sending.quota import Quota
from conformance.run.unexercised import NotExercised


class Shelf:
    """A library with room for so many books, which refuses more with this status and text; `slow` is how many creates
    after a deletion it still counts what was deleted."""

    def __init__(self, room: int, status: int = 413, text: str = "no", slow: int = 0) -> None:
        self.room, self.slow = room, slow
        self._refusal = Response(status, headers=Headers.of({"Content-Type": "text/html"}), body=text.encode())
        self.books: list[str] = []
        self._late = 0
        self._number = 0

    def __call__(self, request: Request) -> Response:
        own = request.url.rpartition("/")[2]
        if request.method == "DELETE":
            self.books.remove(own)
            self._late = self.slow
            return answered(204)
        if request.method != "POST":
            return answered(200, {"id": own})
        self._late -= 1
        if len(self.books) >= self.room or self._late >= 0:
            return self._refusal
        self._number += 1
        self.books.append(f"b-{self._number}")
        return answered(201, {"id": self.books[-1]})


REFUSALS = [
    (413, "no"),
    (413, '{"error": {"message": "Quota exceeded for books"}}'),
    (403, "<html><h1>403</h1>Your quota is used up.</html>"),
    (403, '{"overLimit": {"code": 403, "message": "This request was rejected."}}'),
    (403, "The limit of 10 books has been reached."),
    (409, "Maximum number of books exceeded"),
    (422, "超出项目的配额"),
]


@pytest.mark.parametrize(("status", "text"), REFUSALS)
def test_a_quota_that_is_used_up_leaves_the_case_unjudged_and_nothing_of_it_is_judged(status: int, text: str) -> None:
    library = Library(Shelf(0, status, text))
    with pytest.raises(NotExercised) as caught:
        library.client.create({"title": "ours"})
    assert Phrase.of("quota-used-up", operation="book.create", status=status) == caught.value.reason
    assert ([], 0) == (list(library.recorder.exchanges), library.client.quota.room)


def test_what_the_case_needs_no_more_makes_room() -> None:
    shelf = Shelf(2)
    library = Library(shelf)
    kept = library.client.make().text("id")
    spare = library.client.make().text("id")
    library.client.releases.append(lambda: library.client.discard(spare) if spare in shelf.books else None)
    assert 201 == library.client.create({"title": "ours"}).response.status
    assert [kept, "b-3"] == shelf.books


def test_what_an_earlier_case_has_left_makes_room_and_what_the_case_has_made_stays() -> None:
    shelf = Shelf(2)
    library = Library(shelf)
    library.client.make()
    library.client.begin("the next case")
    library.client.make()
    library.client.make()
    assert ["b-2", "b-3"] == shelf.books
    with pytest.raises(NotExercised):
        library.client.make()
    assert (["b-2", "b-3"], 2) == (shelf.books, library.client.quota.room)


def test_a_service_that_counts_what_was_deleted_a_moment_longer_is_waited_for() -> None:
    shelf = Shelf(1, slow=2)
    library = Library(shelf)
    library.client.discard(library.client.make().text("id"))
    library.client.make()
    assert (1, True) == (len(shelf.books), sum(library.paused) > 0)


def test_a_quota_of_something_in_a_resource_is_none_of_the_resources() -> None:
    def answer(request: Request) -> Response:
        if request.method == "POST":
            said = {"message": "The quota of tags is 3"}
            return answered(413, said) if b"many" in request.body else answered(201, {"id": "b-1"})
        return answered(204)

    with pytest.raises(NotExercised) as caught:
        Library(answer).client.create({"title": "many"})
    assert "quota-of-something" == caught.value.reason.kind


@pytest.mark.parametrize(("status", "text"), REFUSALS)
def test_who_has_no_project_meets_the_quota_of_the_own_one(status: int, text: str) -> None:
    library = Library(Shelf(0, status, text))
    with pytest.raises(NotExercised) as caught:
        library.client.call("book.create", body=b"{}", anonymous=True)
    assert Phrase.of("quota-used-up", operation="book.create", status=status) == caught.value.reason
    assert "main" == library.sent[1].actor


def test_there_was_room_for_what_another_process_held_when_one_was_refused() -> None:
    ours, theirs = Quota(room=0), Quota(most=2)
    ours.add(1, theirs)
    assert 2 == ours.room_in_all


def test_no_room_is_spoken_of_as_long_as_there_always_was_some() -> None:
    assert Quota(most=2).room_in_all is None


def test_a_refusal_that_speaks_of_no_quota_is_an_answer_like_any_other() -> None:
    for status in (400, 403, 409, 422):
        library = Library(always(status, {"message": "you may not"}))
        assert status == library.client.create({"title": "ours"}).response.status
        assert 1 == len(library.sent)


def test_a_create_that_alone_is_too_large_is_answered_as_it_was() -> None:
    def answer(request: Request) -> Response:
        if request.method == "POST":
            return answered(413) if b"large" in request.body else answered(201, {"id": "b-1"})
        return answered(204)

    library = Library(answer)
    assert 413 == library.client.create({"title": "large"}).response.status
    assert ["POST", "POST", "DELETE"] == [item.method for item in library.sent]


COUNTED = "The limit has been exceeded on the number of allowed image tags. Attempted: 129, Maximum: 128"


@pytest.mark.parametrize("status", [403, 409, 413, 422])
@pytest.mark.parametrize("said", [COUNTED, "the limit was exceeded", "title exceeds the limit of 255 characters"])
def test_what_is_too_large_is_refused_for_that_with_whatever_status(status: int, said: str) -> None:
    client = Library(refusing_what_is_large(status, said)).client
    assert status == client.create({"title": "x" * 70_000}).response.status


@pytest.mark.parametrize("said", ["the quota of bytes is used up", "超出配额限制"])
def test_what_is_too_large_is_not_refused_for_that_where_the_refusal_names_a_limit_of_the_platform(said: str) -> None:
    client = Library(refusing_what_is_large(403, said)).client
    with pytest.raises(NotExercised) as caught:
        client.create({"title": "x" * 70_000})
    assert "quota-of-something" == caught.value.reason.kind


@pytest.mark.parametrize("status", [403, 409, 413, 422])
def test_a_change_with_too_much_in_it_is_refused_for_that(status: int) -> None:
    library = Library(always(status, {"message": "the limit was exceeded"}))
    assert status == library.client.delete("x" * 5000).response.status
    assert 1 == len(library.sent)


def test_bytes_that_are_stored_may_be_more_than_a_quota_that_is_not_named_as_one() -> None:
    client = Library(always(403, {"message": "the limit of storage was exceeded"})).client
    with pytest.raises(NotExercised) as caught:
        client.send("PUT", "/v1/books/b-1/text", body=b"x" * 70_000)
    assert "quota-of-something" == caught.value.reason.kind


def refusing_what_is_large(status: int, said: str) -> Callable[[Request], Response]:
    """A library that refuses a create of many bytes so."""

    def answer(request: Request) -> Response:
        if request.method == "POST":
            large = len(request.body) > 70_000
            return answered(status, {"message": said}) if large else answered(201, {"id": "b-1"})
        return answered(204)

    return answer
