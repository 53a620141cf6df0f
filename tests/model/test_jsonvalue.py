"""JSON values: times as the contract has them and as queries name them, what is equal, what a URI may hold."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.model.jsonvalue import can_be_sent, equal, in_utc, moment


@pytest.mark.parametrize(
    ("text", "seconds", "due"),
    [
        ("2026-11-25T12:00:00Z", 0, "2026-11-25T12:00:00Z"),
        ("2026-11-25T20:00:00+08:00", 0, "2026-11-25T12:00:00Z"),
        ("2026-11-25T12:00:00.999Z", 0, "2026-11-25T12:00:00Z"),
        ("2026-01-01T00:00:00+01:00", 3600, "2026-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59Z", 1, None),
        ("0001-01-01T00:00:00+08:00", 0, None),
    ],
)
def test_a_moment_is_named_in_utc(text: str, seconds: int, due: str | None) -> None:
    value = moment(text)
    assert value is not None
    assert in_utc(value, seconds) == due


@pytest.mark.parametrize("text", ["2026-11-25", "2026-11-25T12:00:00", "2026-13-25T12:00:00Z", "yesterday", ""])
def test_a_time_without_an_offset_is_no_moment(text: str) -> None:
    assert moment(text) is None


@pytest.mark.parametrize(
    ("uri", "due"),
    [
        ("/v2/images?name=a%20b&marker=x", True),
        ("https://cloud.example/v2/images?limit=2", True),
        ("/v2/images?name=页", True),
        ("", True),
        ("/v2/images?name=a b", False),
        ("/v2/images?name=a\tb", False),
        ("/v2/images?name=<b>", False),
        ('/v2/images?name="', False),
        ("/v2/images?name=a\x7f", False),
    ],
)
def test_a_uri_that_holds_what_none_may_hold_cannot_be_sent(uri: str, due: bool) -> None:
    assert due is can_be_sent(uri)


@pytest.mark.parametrize(
    ("alike", "due", "got"), [(False, 1, True), (True, 1, 1), (True, None, None), (False, ["a", "b"], ["b", "a"])]
)
def test_true_is_not_one_and_a_list_has_an_order(alike: bool, due: Any, got: Any) -> None:
    assert alike is equal(due, got)


@pytest.mark.parametrize(
    ("alike", "due", "got"),
    [
        (True, ["a", "b"], ["b", "a"]),
        (True, ["a", "a", "b"], ["b", "a"]),
        (True, ["a", "a"], ["a", "a"]),
        (False, ["a", "b"], ["b", "a", "a"]),
        (False, ["1"], [1]),
        (False, ["a"], "a"),
    ],
)
def test_sets_have_no_order_and_hold_nothing_twice(alike: bool, due: Any, got: Any) -> None:
    assert alike is equal(due, got, unordered=True)
