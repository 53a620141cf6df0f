"""Faults as the product of a table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.services.fault import Fault, Hooks
from conformance.services.product import Effect, Where, family, product
from conformance.services.wire import Answer, Call

CALL = Call("compute", "GET", "/servers", (), {}, b"")


def answering(status: int) -> Hooks:
    return Hooks(answer=lambda _call, answer, _store: replace(answer, status=status))


def status_of(fault: Fault) -> int:
    assert fault.hooks.answer is not None
    answer: Answer = fault.hooks.answer(CALL, Answer(200), None)
    return answer.status


@pytest.fixture
def places() -> list[Where[int]]:
    return [
        Where("server.list", "a list", answering, ("server.list.complete",)),
        Where("server.show", "a show", lambda status: answering(status + 1)),
    ]


@pytest.fixture
def effects() -> list[Effect[int]]:
    return [
        Effect("broken", "it is broken", 500, ("status.server-error", "server.list.complete")),
        Effect("gone", "it is gone", 410),
    ]


def test_each_effect_is_brought_in_at_each_place(places: list[Where[int]], effects: list[Effect[int]]) -> None:
    assert [(item.id, item.description, status_of(item)) for item in product(places, effects)] == [
        ("server.list.broken", "a list: it is broken", 500),
        ("server.list.gone", "a list: it is gone", 410),
        ("server.show.broken", "a show: it is broken", 501),
        ("server.show.gone", "a show: it is gone", 411),
    ]


def test_a_fault_breaks_what_its_place_and_its_effect_break_each_once(
    places: list[Where[int]], effects: list[Effect[int]]
) -> None:
    assert [item.breaks for item in product(places, effects)] == [
        ("server.list.complete", "status.server-error"),
        ("server.list.complete",),
        ("status.server-error", "server.list.complete"),
        (),
    ]


def test_effects_that_can_be_read_once_only_are_brought_in_everywhere(
    places: list[Where[int]], effects: list[Effect[int]]
) -> None:
    assert len(list(product(places, iter(effects)))) == 4


def test_a_family_shares_the_beginning_of_its_ids_and_what_it_breaks() -> None:
    rows = [("slow", "it is slow", answering(200)), ("odd", "it is odd", answering(299))]
    assert [
        (item.id, item.breaks, item.description, status_of(item)) for item in family("server", ("a", "b"), rows)
    ] == [
        ("server.slow", ("a", "b"), "it is slow", 200),
        ("server.odd", ("a", "b"), "it is odd", 299),
    ]
