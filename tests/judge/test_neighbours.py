"""The neighbour of a finding is the nearest request that was answered rightly."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from conformance.judge.neighbours import Neighbours
from conformance.judge.sent import partitioned
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.finding import Finding
from conformance.model.message import Exchange, Headers

Nearest = Callable[..., int | None]
Build = Callable[..., Exchange]


@pytest.fixture
def nearest(contract: Contract) -> Nearest:
    def of(exchange: Exchange, *others: Exchange, wrong: Iterable[Exchange] = ()) -> int | None:
        findings = [
            Finding("status.documented", "check", item.operation, item.response.status, Deviation("x"), item)
            for item in (exchange, *wrong)
        ]
        return Neighbours(partitioned((exchange, *others), contract), findings, contract).of(exchange)

    return of


def asked(build: Build, number: int, query: str, status: int = 200) -> Exchange:
    sent = build("image.list", status, number=number, url=f"http://cloud/v2/images?{query}")
    return replace(sent, request=replace(sent.request, headers=Headers.of({"X-Auth-Token": "a-token"})))


def test_it_differs_in_the_fewest_parts(nearest: Nearest, exchange: Build) -> None:
    bad = asked(exchange, 1, "limit=x&name=a", 500)
    assert 3 == nearest(bad, asked(exchange, 2, ""), asked(exchange, 3, "limit=5&name=a"))


def test_of_two_as_near_the_one_of_the_same_case_is_taken(nearest: Nearest, exchange: Build) -> None:
    bad = replace(asked(exchange, 1, "limit=x", 500), case="list.a")
    near = [replace(asked(exchange, number, "limit=5"), case=case) for number, case in ((2, "list.b"), (3, "list.a"))]
    assert 3 == nearest(bad, *near)


def test_an_answer_with_something_wrong_is_none(nearest: Nearest, exchange: Build) -> None:
    other = asked(exchange, 2, "limit=5")
    assert None is nearest(asked(exchange, 1, "limit=x", 500), other, wrong=[other])


def test_a_refusal_is_right_where_it_was_due(nearest: Nearest, exchange: Build) -> None:
    bad = asked(exchange, 1, "limit=x", 500)
    assert 2 == nearest(bad, asked(exchange, 2, "limit=y", 400))
    assert None is nearest(bad, asked(exchange, 2, "limit=5", 400))


def test_what_was_taken_and_due_a_refusal_is_none(nearest: Nearest, exchange: Build) -> None:
    assert None is nearest(asked(exchange, 1, "limit=x", 500), asked(exchange, 2, "limit=y"))


def test_another_operation_has_none(nearest: Nearest, exchange: Build) -> None:
    bad = exchange("image.delete", 500, method="DELETE", url="http://cloud/v2/images/x")
    assert None is nearest(bad, asked(exchange, 2, ""))
