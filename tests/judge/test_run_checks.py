"""What only the sequence of exchanges shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from conformance.judge.kinds import TWO_ANSWERS
from conformance.judge.registry import judge_run
from conformance.judge.run_checks import BACK, MADE, REPEATED
from conformance.model.contract import Contract
from conformance.model.finding import Assertion
from conformance.model.message import Exchange

Build = Callable[..., Exchange]
Looks = Callable[[str, list[Exchange]], list[tuple[Exchange, Assertion, tuple[Exchange, ...]]]]
ID, OTHER = "4d5d0496-d499-4407-a79b-013c4f89200c", "5e5d0496-d499-4407-a79b-013c4f89200c"
LATE = "6f5d0496-d499-4407-a79b-013c4f89200c"


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def deleted(exchange: Build, status: int = 204, own: str = ID, **rest: Any) -> Exchange:
    return exchange("image.delete", status, method="DELETE", url=f"http://cloud/v2/images/{own}", **rest)


@pytest.fixture
def looks(contract: Contract) -> Looks:
    """What one check says of a run: each look with its exchange and what led up to it."""

    def run(check: str, exchanges: list[Exchange]) -> list[tuple[Exchange, Assertion, tuple[Exchange, ...]]]:
        return [look for look in judge_run(exchanges, contract) if look[1].check == check]

    return run


def test_a_repeated_request_id_is_found(looks: Looks, exchange: Build) -> None:
    same = [exchange(number=number, headers={"x-openstack-request-id": "r"}) for number in (1, 2)]
    assert [True, False] == [item.ok for _, item, _ in looks(REPEATED, same)]
    other = [exchange(number=number) for number in (1, 2)]
    assert [True, True] == [item.ok for _, item, _ in looks(REPEATED, other)]


@pytest.mark.parametrize("answer", [{"images": [{"id": OTHER}, {"id": ID}]}, {"id": ID, "name": "x"}])
def test_an_image_that_is_back_is_found_in_each_answer_with_its_deletion(
    looks: Looks, exchange: Build, answer: Any
) -> None:
    run = [
        deleted(exchange),
        *(exchange(number=number, body=body(answer)) for number in (2, 3)),
        exchange(number=4, body=body({"images": [{"id": OTHER}]}), url="http://cloud/v2/images?limit=1"),
    ]
    seen = list(looks(BACK, run))
    assert [(at.number, [item.number for item in related]) for at, item, related in seen if not item.ok] == [
        (2, [1]),
        (3, [1]),
    ]


def test_an_image_that_the_same_request_shows_no_more_was_answered_in_two_ways(looks: Looks, exchange: Build) -> None:
    rows = [{"id": OTHER}, {"id": ID}]
    run = [
        deleted(exchange),
        *(exchange(number=number, body=body({"images": rows[:count]})) for number, count in ((2, 2), (3, 2), (4, 1))),
    ]
    seen = [
        (at.number, item.deviation.kind, [other.number for other in related])
        for at, item, related in looks(BACK, run)
        if item.deviation is not None
    ]
    assert [(2, TWO_ANSWERS, [1, 4]), (3, TWO_ANSWERS, [1, 4])] == seen


def lists(exchange: Build, *rows: int) -> list[Exchange]:
    """Answers to one request, each with so many of two images, the second of which was deleted."""
    return [
        exchange(number=number, body=body({"images": [{"id": OTHER}, {"id": ID}][:count]}))
        for number, count in enumerate(rows, start=2)
    ]


def test_an_image_that_the_same_request_has_just_not_shown_was_answered_in_two_ways(
    looks: Looks, exchange: Build
) -> None:
    run = [deleted(exchange), *lists(exchange, 1, 2)]
    ((at, item, related),) = [look for look in looks(BACK, run) if not look[1].ok]
    assert item.deviation is not None
    assert (3, TWO_ANSWERS, [1, 2]) == (at.number, item.deviation.kind, [other.number for other in related])


@pytest.mark.parametrize(
    ("sent", "operation", "kinds"),
    [
        (3.0, "image.list", [TWO_ANSWERS]),  # as late as the other answer was, and nobody has asked again
        (7.0, "image.list", [TWO_ANSWERS, "back-again"]),  # later than that
        (3.0, "image.show", [TWO_ANSWERS, "back-again"]),  # lists are late: nothing is known of what is shown
    ],
)
def test_where_lists_are_late_one_that_nobody_has_asked_for_again_blames_no_delete(
    looks: Looks, exchange: Build, sent: float, operation: str, kinds: list[str]
) -> None:
    late, then = lists(exchange, 2, 1)
    other = exchange(operation, number=4, body=body({"images": [{"id": ID}]}), url="http://cloud/v2/images?limit=9")
    run = [
        replace(deleted(exchange), started=1.0),
        replace(late, started=2.0),
        replace(then, started=5.0),
        replace(other, started=sent),
    ]
    found = [item.deviation.kind for _, item, _ in looks(BACK, run) if item.deviation is not None]
    assert kinds == found


def test_an_answer_is_late_for_seconds_and_not_for_minutes(looks: Looks, exchange: Build) -> None:
    late, then = lists(exchange, 2, 1)
    other = exchange(number=4, body=body({"images": [{"id": ID}]}), url="http://cloud/v2/images?limit=9")
    run = [
        replace(deleted(exchange), started=1.0),
        replace(late, started=2.0),
        replace(then, started=300.0),
        replace(other, started=200.0),
    ]
    found = [item.deviation.kind for _, item, _ in looks(BACK, run) if item.deviation is not None]
    assert [TWO_ANSWERS, "back-again"] == found


def test_a_delete_lost_long_ago_is_told_where_lists_are_late_and_show_a_fresh_one_too(
    looks: Looks, exchange: Build
) -> None:
    late, then = lists(exchange, 2, 1)
    fresh = deleted(exchange, number=5, own=OTHER)
    both = exchange(number=6, body=body({"images": [{"id": OTHER}, {"id": ID}]}), url="http://cloud/v2/images?limit=9")
    run = [
        replace(deleted(exchange, own=LATE), started=1.0),
        replace(late, started=2.0, response=replace(late.response, body=body({"images": [{"id": LATE}]}))),
        replace(then, started=7.0),
        replace(deleted(exchange, number=4), started=10.0),
        replace(fresh, started=700.0),
        replace(both, started=701.0),
    ]
    seen = [
        (at.number, item.deviation.kind, [other.number for other in related])
        for at, item, related in looks(BACK, run)
        if item.deviation is not None
    ]
    assert [(2, TWO_ANSWERS, [1, 3]), (6, "back-again", [4, 5])] == seen


def test_an_answer_that_began_before_the_deletion_ended_is_not_cited_as_one_without_it(
    looks: Looks, exchange: Build
) -> None:
    begun_before, later = lists(exchange, 2, 2)
    run = [replace(deleted(exchange), started=1.0), replace(begun_before, started=0.5), replace(later, started=2.0)]
    seen = [
        (at.number, item.deviation.kind, [other.number for other in related])
        for at, item, related in looks(BACK, run)
        if item.deviation is not None
    ]
    assert [(3, "back-again", [1])] == seen


def test_an_image_that_comes_back_when_something_was_written_is_back(looks: Looks, exchange: Build) -> None:
    one, two = lists(exchange, 1, 2)
    written = exchange("image.patch", method="PATCH", url=f"http://cloud/v2/images/{OTHER}", number=3)
    ((_, item, _),) = [
        look for look in looks(BACK, [deleted(exchange), one, written, replace(two, number=4)]) if not look[1].ok
    ]
    assert item.deviation is not None
    assert "back-again" == item.deviation.kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (204, "back-again"),
        (503, "back-again"),  # perhaps it was carried out
        *((status, TWO_ANSWERS) for status in (401, 404, 410, 429)),  # it took nothing away
    ],
)
def test_what_could_not_be_deleted_again_was_not_there(looks: Looks, exchange: Build, status: int, kind: str) -> None:
    two, one = lists(exchange, 2, 1)
    again = replace(deleted(exchange, status), number=3)
    ((at, item, _),) = [
        look for look in looks(BACK, [deleted(exchange), two, again, replace(one, number=4)]) if not look[1].ok
    ]
    assert item.deviation is not None
    assert (2, kind) == (at.number, item.deviation.kind)


@pytest.mark.parametrize("data", [b"", b'{"images": [{"id": "', b"[]"])
def test_an_answer_that_cannot_be_read_is_not_one_without_what_was_deleted(
    looks: Looks, exchange: Build, data: bytes
) -> None:
    (two,) = lists(exchange, 2)
    unread = exchange(body=data)
    for run in (
        [deleted(exchange), two, replace(unread, number=3)],
        [deleted(exchange), replace(unread, number=2), replace(two, number=3)],
    ):
        seen = [(item.deviation.kind, len(related)) for _, item, related in looks(BACK, run) if item.deviation]
        assert [("back-again", 1)] == seen


@pytest.mark.parametrize(("status", "kinds"), [(503, [TWO_ANSWERS]), (204, [TWO_ANSWERS, "back-again"])])
def test_where_lists_are_late_a_delete_that_failed_does_not_say_that_it_was_there(
    looks: Looks, exchange: Build, status: int, kinds: list[str]
) -> None:
    late, then = lists(exchange, 2, 1)
    rows = body({"images": [{"id": LATE}]})
    other = exchange(number=5, body=rows, url="http://cloud/v2/images?limit=9")
    run = [
        replace(deleted(exchange), started=1.0),
        replace(late, started=2.0),
        replace(then, started=6.0),
        replace(deleted(exchange, own=LATE, number=4), started=7.0),
        replace(other, started=8.0),
        replace(deleted(exchange, status, own=LATE, number=6), started=9.0),
    ]
    assert kinds == [item.deviation.kind for _, item, _ in looks(BACK, run) if item.deviation is not None]


def test_an_image_that_stays_away_is_looked_for(looks: Looks, exchange: Build) -> None:
    run = [deleted(exchange), exchange(number=2, body=body({"images": [{"id": OTHER}]}))]
    assert [(item.requirement, item.ok) for _, item, _ in looks(BACK, run)] == [("image.delete.gone", True)]


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_delete_that_was_refused_takes_nothing_away(looks: Looks, exchange: Build, status: int) -> None:
    assert list(looks(BACK, [deleted(exchange, status), exchange(number=2, body=body({"images": [{"id": ID}]}))])) == []


def test_an_image_that_was_made_again_is_not_back(looks: Looks, exchange: Build) -> None:
    made = exchange("image.create", 201, body({"id": ID}), method="POST", number=2)
    run = [deleted(exchange), made, exchange(number=3, body=body({"images": [{"id": ID}]}))]
    assert [item.ok for _, item, _ in looks(BACK, run)] == []


@pytest.mark.parametrize("data", [b"", b"no json", b"[]", b'{"images": "none"}', b'{"images": [7, {"id": 7}]}'])
def test_what_shows_no_image_says_nothing(looks: Looks, exchange: Build, data: bytes) -> None:
    assert list(looks(BACK, [deleted(exchange), exchange(number=2, body=data)])) == []


def made(exchange: Build, **rest: Any) -> Exchange:
    return exchange("image.create", 201, body({"id": ID}), method="POST", number=1, **rest)


def shown(exchange: Build, status: int, number: int = 2, **rest: Any) -> Exchange:
    return exchange("image.show", status, url=f"http://cloud/v2/images/{ID}", number=number, **rest)


def test_an_image_that_was_made_and_is_not_shown_is_found_once_with_its_create(looks: Looks, exchange: Build) -> None:
    run = [made(exchange), shown(exchange, 404), shown(exchange, 404, 3)]
    seen = [
        (at.number, item.requirement, [other.number for other in related]) for at, item, related in looks(MADE, run)
    ]
    assert [(2, "image.create.response.201", [1])] == seen
    assert [False] == [item.ok for _, item, _ in looks(MADE, run)]


def test_an_image_whose_delete_was_never_answered_may_be_gone(looks: Looks, exchange: Build) -> None:
    gone = shown(exchange, 404)
    assert [] == looks(MADE, [made(exchange), replace(gone, request=replace(gone.request, doubtful=True))])


def test_an_image_that_is_shown_later_was_answered_in_two_ways(looks: Looks, exchange: Build) -> None:
    run = [made(exchange), shown(exchange, 404), shown(exchange, 404, 3), shown(exchange, 200, 4)]
    ((at, item, related),) = looks(MADE, run)
    assert item.deviation is not None
    assert (2, TWO_ANSWERS, [1, 4]) == (at.number, item.deviation.kind, [other.number for other in related])
    assert {"first": "404", "then": "200"} == dict(item.deviation.seen)


@pytest.mark.parametrize("deletion", [None, 403, 500])
def test_an_image_that_is_away_once_was_answered_in_two_ways(
    looks: Looks, exchange: Build, deletion: int | None
) -> None:
    tried = [deleted(exchange, deletion, number=3)] if deletion is not None else []
    run = [made(exchange), shown(exchange, 200), *tried, shown(exchange, 404, 4), shown(exchange, 200, 5)]
    (_, first, _), (at, item, related) = looks(MADE, run)
    assert first.ok
    assert item.deviation is not None
    assert (4, TWO_ANSWERS, [1, 5]) == (at.number, item.deviation.kind, [other.number for other in related])


def test_an_image_that_was_shown_and_is_away_at_the_end_is_for_the_cases(looks: Looks, exchange: Build) -> None:
    run = [made(exchange), shown(exchange, 200), shown(exchange, 404, 3)]
    assert [True] == [item.ok for _, item, _ in looks(MADE, run)]


def test_an_image_that_is_shown_is_there(looks: Looks, exchange: Build) -> None:
    assert [True] == [item.ok for _, item, _ in looks(MADE, [made(exchange), shown(exchange, 200)])]


@pytest.mark.parametrize("status", [204, 403, 500])
def test_an_image_that_somebody_tried_to_delete_need_not_be_there(looks: Looks, exchange: Build, status: int) -> None:
    assert [] == looks(MADE, [made(exchange), deleted(exchange, status, number=2), shown(exchange, 404, 3)])


def test_what_another_project_is_not_shown_is_no_lost_image(looks: Looks, exchange: Build) -> None:
    assert [] == looks(MADE, [made(exchange), shown(exchange, 404, actor="other")])
