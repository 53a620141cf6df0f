"""Answers of gateways and caches: fields that say two things, codings that nobody accepted, tokens that are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from conformance.judge.gateway_checks import HOLDS
from conformance.judge.registry import judge_exchange, judge_run
from conformance.judge.run_checks import REPEATED
from conformance.model.contract import Contract
from conformance.model.message import Exchange

Build = Callable[..., Exchange]
Kinds = Callable[[str, Exchange], list[str]]


@pytest.fixture
def seen(contract: Contract) -> Kinds:
    """What a check finds wrong with an exchange."""

    def of(check: str, exchange: Exchange) -> list[str]:
        found = [item for item in judge_exchange(exchange, contract) if item.check == check]
        return [item.deviation.kind for item in found if item.deviation is not None]

    return of


def again(exchange: Exchange, name: str, value: str) -> Exchange:
    """The exchange whose answer has one more header."""
    headers = replace(exchange.response.headers, items=(*exchange.response.headers.items, (name, value)))
    return replace(exchange, response=replace(exchange.response, headers=headers))


def with_token(exchange: Exchange, token: str) -> Exchange:
    headers = exchange.request.headers.replaced("X-Auth-Token", token)
    return replace(exchange, request=replace(exchange.request, headers=headers))


@pytest.mark.parametrize(("second", "wanted"), [("text/html", ["two-values"]), ("application/json", [])])
def test_a_content_type_that_stands_twice_must_not_say_two_things(
    seen: Kinds, exchange: Build, second: str, wanted: list[str]
) -> None:
    assert wanted == seen("single-fields", again(exchange(body=b"{}"), "Content-Type", second))


@pytest.mark.parametrize(
    ("media_type", "coding", "wanted"),
    [
        ("application/json", "gzip", ["another-coding"]),
        ("application/json", "identity", []),
        ("application/octet-stream", "gzip", []),
    ],
)
def test_text_is_in_no_coding_that_the_request_did_not_accept(
    seen: Kinds, exchange: Build, media_type: str, coding: str, wanted: list[str]
) -> None:
    answer = exchange(body=b"{}", headers={"Content-Type": media_type, "Content-Encoding": coding})
    assert wanted == seen("content-coding", answer)


def of_run(check: str, contract: Contract, *exchanges: Exchange) -> list[str | None]:
    looks = [item for _, item, _ in judge_run(list(exchanges), contract) if item.check == check]
    return [None if item.deviation is None else item.deviation.kind for item in looks]


def test_a_token_that_opened_an_operation_is_not_refused_there(contract: Contract, exchange: Build) -> None:
    opened, refused = (with_token(exchange(status=status, number=status), "t") for status in (200, 401))
    assert [None, "valid-token-refused"] == of_run(HOLDS, contract, opened, refused)


@pytest.mark.parametrize(
    "change",
    [{"actor": "anonymous"}, {"operation": "image.delete"}, {"operation": None}],
    ids=["who is anonymous", "what was never opened", "no operation"],
)
def test_a_refusal_of_whom_no_token_opened_that_operation_is_none_of_a_token(
    contract: Contract, exchange: Build, change: dict[str, Any]
) -> None:
    opened = with_token(exchange(number=1), "t")
    refused = with_token(exchange(status=401, number=2, **{"actor": "main", **change}), "t")
    assert "valid-token-refused" not in of_run(HOLDS, contract, opened, refused)
    other = with_token(exchange(status=401, number=3), "another")
    assert "valid-token-refused" not in of_run(HOLDS, contract, opened, other)


def test_an_answer_with_the_id_and_the_body_of_an_earlier_one_is_that_answer(
    contract: Contract, exchange: Build
) -> None:
    headers = {"x-openstack-request-id": "r"}
    same = [exchange(body=b"{}", headers=headers, number=number) for number in (1, 2)]
    assert [None, "answer-again"] == of_run(REPEATED, contract, *same)
    other = exchange(body=b"[]", headers=headers, number=3)
    assert [None, "repeated-request-id", "repeated-request-id"] == of_run(REPEATED, contract, *same, other)
