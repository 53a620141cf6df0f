"""Whose the id is that a create is answered with: what somebody else has made is never changed or deleted for it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from library import RUN, Library, answered

from conformance.model.marks import tag_of
from conformance.model.message import Request, Response
from conformance.model.phrase import Phrase
from conformance.run.unexercised import NotExercised

THEIRS = {"id": "golden", "title": "theirs"}
OURS = f"conformance-{RUN}-1"


def library(created: dict[str, Any], shelf: dict[str, Any], **lists: Any) -> Library:
    """One whose creates are answered with these members beside those that were sent, and which has this to show: path of
    it -> book."""

    def answer(request: Request) -> Response:
        if request.method == "POST":
            return answered(201, {**json.loads(request.body), **created})
        if request.url.partition("?")[0].endswith("/books"):
            return answered(200, {"books": list(shelf.values())})
        book = shelf.get(request.url.rpartition("/books/")[2])
        return answered(200, book) if book is not None else answered(404)

    return Library(answer)


def asked(there: Library) -> list[tuple[str, str]]:
    return [(item.method, item.url.partition("/v1/books")[2]) for item in there.sent]


def test_a_create_that_is_answered_as_it_should_be_is_believed_without_a_look() -> None:
    there = library({"id": "b-1"}, {"golden": THEIRS})
    there.client.list()
    there.client.create({"title": OURS})
    assert (["b-1"], 2) == (list(there.journal.ids), len(there.sent))


@pytest.mark.parametrize(
    ("sent", "answered_with"),
    [
        ({"title": "x", "tags": [tag_of(RUN)]}, {"title": "another"}),
        ({"title": " spaced "}, {"title": "spaced"}),
        ({"title": "tr\u00e8s"}, {}),
        ({"title": 5}, {"title": None}),
        ({"title": OURS}, {"title": OURS.upper()}),
    ],
)
def test_a_name_that_was_made_another_of_is_no_reason_for_doubt(sent: Any, answered_with: dict[str, Any]) -> None:
    there = library({"id": "b-1", **answered_with}, {})
    there.client.create(sent)
    assert (["b-1"], 1) == (list(there.journal.ids), len(there.sent))


def test_what_was_shown_before_the_create_was_sent_is_not_ours() -> None:
    there = library({"id": "golden"}, {"golden": THEIRS})
    there.client.list()
    with pytest.raises(NotExercised) as caught:
        there.client.create({"title": OURS})
    assert Phrase.of("anothers-id", operation="book.create") == caught.value.reason
    assert ([], ("misnamed", ("golden", OURS, True), 2)) == (list(there.journal.ids), there.journal.told[-1])


def test_an_answer_about_what_somebody_else_has_made_is_looked_at_and_not_believed() -> None:
    there = library(THEIRS, {"golden": THEIRS})
    with pytest.raises(NotExercised):
        there.client.create({"title": OURS})
    assert [("POST", ""), ("GET", "/golden")] == asked(there)
    assert ("misnamed", ("golden", OURS, True), 2) == there.journal.told[-1]


@pytest.mark.parametrize("sent", [{}, {"title": ""}, {"title": None}])
def test_what_a_create_without_a_name_is_answered_with_is_not_believed_and_stops_no_case(sent: dict[str, Any]) -> None:
    there = library({"id": "b-1", "title": "made up"}, {"b-1": {"id": "b-1", "title": "made up"}})
    assert 201 == there.client.create(sent).status
    assert ([], {"b-1"}) == (list(there.journal.ids), there.journal.misnamed)


def test_an_answer_about_what_somebody_else_has_made_that_nothing_shows_is_not_believed_either() -> None:
    there = library(THEIRS, {})
    there.client.create({"title": OURS})
    assert ("misnamed", ("golden", OURS, False), 2) == there.journal.told[-1]


def test_a_wrong_answer_about_what_is_ours_is_told_by_a_look() -> None:
    there = library({"id": "b-1", "title": "wrong"}, {"b-1": {"id": "b-1", "title": OURS}})
    there.client.create({"title": OURS})
    assert {"b-1": ""} == there.journal.ids


@pytest.mark.parametrize(
    ("own", "path"), [("x/../golden", "x%2F..%2Fgolden"), ("golden?x", "golden%3Fx"), ("..", ".."), (".", ".")]
)
def test_an_id_that_may_lead_elsewhere_is_looked_at_and_used_for_nothing_where_that_shows_another(
    own: str, path: str
) -> None:
    there = library({"id": own}, {path: THEIRS})
    with pytest.raises(NotExercised):
        there.client.create({"title": OURS})
    for change in (lambda: there.client.delete(own), lambda: there.client.call("book.delete", own)):
        with pytest.raises(NotExercised) as caught:
            change()
        assert Phrase.of("anothers-resource", method="DELETE") == caught.value.reason
    assert (True, [("POST", ""), ("GET", f"/{path}")]) == (there.client.discard(own), asked(there))


def test_once_an_id_was_wrong_each_further_one_is_looked_at() -> None:
    shelf = {"golden": THEIRS, "silver": {"id": "silver", "title": "theirs, too"}}
    made: dict[str, Any] = {"id": "golden"}
    there = library(made, shelf)
    there.client.show("golden")
    for own in ("golden", "silver"):
        made["id"] = own
        with pytest.raises(NotExercised):
            there.client.create({"title": OURS})
    assert ({}, {"golden", "silver"}) == (there.journal.ids, there.journal.others)


def test_an_id_that_two_creates_were_answered_with_is_looked_at() -> None:
    there = library({"id": "unseen"}, {"unseen": {"id": "unseen", "title": "theirs"}})
    there.client.create({"title": OURS})
    with pytest.raises(NotExercised):
        there.client.create({"title": f"{OURS}0"})
    assert {"unseen"} == there.journal.others


@pytest.mark.parametrize(("link", "looks"), [("/v1/books/b-1/pages", 1), ("http://books/v1/books/another", 2)])
def test_an_id_that_the_links_of_the_answer_contradict_is_looked_at(link: str, looks: int) -> None:
    there = library({"id": "b-1", "pages_at": link}, {"b-1": {"id": "b-1", "title": OURS}})
    there.client.create({"title": OURS})
    assert (["b-1"], looks) == (list(there.journal.ids), len(there.sent))


@pytest.mark.parametrize(("listed", "others"), [("b-1", {"unseen"}), ("unseen", set()), (None, set())])
def test_an_id_that_is_shown_under_another_name_is_anothers_where_a_list_has_what_was_made_under_another_id(
    listed: str | None, others: set[str]
) -> None:
    shelf = {"unseen": {"id": "unseen", "title": "theirs"}}

    def answer(request: Request) -> Response:
        if request.method == "POST":
            return answered(201, {**json.loads(request.body), "id": "unseen"})
        row = [{"id": listed, "title": OURS}] if listed is not None else []
        return answered(200, shelf["unseen"] if request.url.endswith("/unseen") else {"books": row})

    there = Library(answer)
    there.client.create({"title": OURS})
    for _ in range(2):
        there.client.show("unseen")
    assert (others, 4) == (there.journal.others, len(there.sent))


def test_an_id_that_we_have_given_another_name_is_not_looked_for() -> None:
    there = library({"id": "b-1"}, {"b-1": {"id": "b-1", "title": "changed"}})
    there.client.create({"title": OURS})
    there.client.send("PATCH", "/v1/books/b-1", service="book")
    there.client.show("b-1")
    assert 3 == len(there.sent)


def test_what_has_the_id_that_we_chose_is_known_though_its_create_names_another() -> None:
    there = library({"id": "golden"}, {"golden": THEIRS, "own": {"id": "own", "title": OURS}})
    there.client.list()
    with pytest.raises(NotExercised):
        there.client.create({"title": OURS, "id": "own"})
    assert ({"own": ""}, "created") == (there.journal.ids, there.journal.told[-1][0])
