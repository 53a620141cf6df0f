"""Deleting, and what keeps a resource from being deleted."""

from __future__ import annotations

from typing import Any

import pytest
from library import Library, always, answered

from conformance.model.errors import TargetUnreachable
from conformance.model.message import Request, Response
from conformance.run.reading import Members
from conformance.run.sending.client import Client


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


def test_where_deletions_stall_what_has_served_is_left_to_the_cleaning_up() -> None:
    def stalls(request: Request) -> Response:
        raise TargetUnreachable(f"no answer to {request.method}")

    library = Library(stalls)
    assert [False] * 5 == [library.client.discard(f"b-{number}") for number in range(5)]
    assert (["b-0", "b-1", "b-2"], [10.0] * 3) == ([item.url[-3:] for item in library.sent], library.given)
