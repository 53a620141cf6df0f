"""JSON values: times as the contract has them and as queries name them, what is equal, what a URI may hold."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from looks import IMAGE

from conformance.model.contract import Contract
from conformance.model.jsonvalue import (
    FORMATS,
    Unreadable,
    beginning,
    can_be_sent,
    equal,
    in_utc,
    moment,
    read_json,
    valid,
)
from conformance.model.phrase import Phrase


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


def test_the_beginning_of_a_value_leaves_out_what_is_more_of_arrays_and_keeps_objects_whole() -> None:
    value: Any = {"a": [[1, 2, 3], {"b": [4], "c": 5}, 6], "d": [7], "e": 8}
    assert value == beginning(value, 20)
    assert {"a": [[1, 2, 3]], "d": [], "e": 8} == beginning(value, 6)
    assert 10 == len(json.loads(json.dumps(beginning([0] * 100, 11))))


@pytest.mark.parametrize("text", ["[" * 101 + "]" * 101, '{"a":' * 101 + "1" + "}" * 101, "[" * 100_000])
def test_what_is_nested_too_deeply_is_not_read(text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_json(text.encode())
    assert "nested-too-deeply" == caught.value.reason.kind


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" + "1" * 5000 + "]", Phrase.of("number-too-long", digits=5000, most=4300)),
        ('{"size": -1e999}', Phrase.of("number-too-large", token="-1e999")),
        ("[NaN]", Phrase.of("no-json-number", token="NaN")),
    ],
)
def test_a_number_that_cannot_be_read_is_told_as_what_it_is(text: str, reason: Phrase) -> None:
    with pytest.raises(Unreadable) as caught:
        read_json(text.encode())
    assert reason == caught.value.reason


def test_a_hundred_levels_are_read_and_brackets_in_texts_are_none() -> None:
    assert read_json(b"[" * 100 + b"]" * 100) is not None
    assert "[" * 300 == read_json(b'"' + b"[" * 300 + b'"')


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("2021-02-25T11:28:54Z", True),
        ("2021-02-25T11:28:54.123456+08:00", True),
        ("20210225T112854Z", True),
        ("2021-02-25T11:28:54", False),
        ("2021-02-25", False),
        ("2021-13-25T11:28:54Z", False),
        ("now", False),
    ],
)
def test_a_moment_is_iso_8601_with_an_offset(text: str, good: bool) -> None:
    assert good is (moment(text) is not None)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(IMAGE)), inner, max_size=6),
        max_leaves=10,
    )
)
def test_both_validators_give_the_same_answer(contract: Contract, value: Any) -> None:
    checker = jsonschema.FormatChecker(formats=())
    for name, check in FORMATS.items():
        checker.checks(name)(lambda text, check=check: not isinstance(text, str) or check(text))
    for operation in contract.operations.values():
        for spec in operation.responses:
            if spec.schema is not None:
                oracle = jsonschema.Draft202012Validator(spec.schema, format_checker=checker)
                assert oracle.is_valid(value) is valid(spec.schema, value)
