"""The figures of the page: shares add up, quantiles are right, one axis holds all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.model.contract import Authority, Level
from conformance.model.verdict import Outcome, RequirementResult
from conformance.reports.page.charts import KINDS, MOST_POINTS, latencies, outcome_bars, quantile, status_bars


def requirement(outcome: Outcome, *, required: bool = True) -> RequirementResult:
    return RequirementResult("a.b", "s", Level.MUST, Authority.DOCUMENT, ((1, 1),), "a", outcome, required, {})


def test_a_bar_divides_into_what_became_of_the_promises() -> None:
    items = [requirement(Outcome.FAILED), *[requirement(Outcome.PASSED)] * 3]
    (bar,) = outcome_bars([("a", items)])
    assert (bar.name, bar.total) == ("a", 4)
    assert [(part.kind, part.count, part.x, part.width) for part in bar.segments] == [
        ("kept", 3, 0.0, 75.0),
        ("broken", 1, 75.0, 25.0),
    ]
    assert [part.middle for part in bar.segments] == [37.5, 87.5]


def test_what_is_broken_and_not_required_is_advisory_and_what_is_excluded_is_no_part_of_the_bar() -> None:
    outcomes = [requirement(item) for item in Outcome] + [requirement(Outcome.FAILED, required=False)]
    (bar,) = outcome_bars([("a", outcomes)])
    assert [part.kind for part in bar.segments] == list(KINDS)
    assert (bar.total, {part.count for part in bar.segments}) == (6, {1})


def test_a_count_stands_only_in_a_segment_that_has_room() -> None:
    (bar,) = outcome_bars([("a", [requirement(Outcome.NOT_EXERCISED), *[requirement(Outcome.PASSED)] * 99])])
    assert [(part.kind, part.labelled) for part in bar.segments] == [("kept", True), ("not-exercised", False)]


def test_statuses_are_counted_for_each_operation_in_the_given_order(exchange: Any) -> None:
    sent = [
        exchange("b", 200),
        exchange("a", 404),
        exchange("b", 201),
        exchange("b", 200),
        exchange(None, 999),
        exchange("b", 500),
    ]
    bars = status_bars(sent, ["b", "a"])
    assert [(bar.name, [(part.label, part.kind, part.count) for part in bar.segments]) for bar in bars] == [
        ("b", [("200", "s2", 2), ("201", "s2", 1), ("500", "s5", 1)]),
        ("a", [("404", "s4", 1)]),
        ("other", [("999", "s1", 1)]),
    ]


@pytest.mark.parametrize(("share", "value"), [(0, 1), (0.5, 2.5), (0.95, 3.85), (1, 4)])
def test_quantiles_are_linear_between_neighbours(share: float, value: float) -> None:
    assert quantile([1, 2, 3, 4], share) == pytest.approx(value)


def test_the_quantile_of_one_value_is_that_value() -> None:
    assert quantile([7.0], 0.95) == 7.0


def timed(exchange: Any, name: str, *milliseconds: float) -> list[Any]:
    return [
        replace(exchange(name), response=replace(exchange(name).response, elapsed=value / 1000))
        for value in milliseconds
    ]


def test_latencies_share_one_axis_that_holds_every_value(exchange: Any) -> None:
    drawn = latencies([*timed(exchange, "a", 3, 4, 5), *timed(exchange, "b", 700)], ["b"])
    assert drawn is not None
    assert (drawn.axis.low, drawn.axis.high) == (2, 1000)
    assert [label for _, label in drawn.axis.ticks] == ["2 ms", "10 ms", "100 ms", "1 s"]
    assert [strip.name for strip in drawn.strips] == ["b", "a"]
    a = drawn.strips[1]
    assert (a.count, a.p50, a.longest, drawn.sampled) == (3, pytest.approx(4), pytest.approx(5), False)
    assert a.p95 == pytest.approx(4.9)
    assert 0 < a.x25 < a.x50 < a.x75 < a.x95 < drawn.strips[0].x50 < 100
    assert [x for x, _ in a.points] == sorted(x for x, _ in a.points)


def test_labels_of_the_axis_stand_clear_of_each_other(exchange: Any) -> None:
    drawn = latencies(timed(exchange, "a", 0.6, 700), ["a"])
    assert drawn is not None
    assert [label for _, label in drawn.axis.ticks] == ["0.5 ms", "10 ms", "100 ms", "1 s"]


def test_the_axis_is_logarithmic(exchange: Any) -> None:
    drawn = latencies(timed(exchange, "a", 1, 10, 100), [])
    assert drawn is not None
    assert [round(drawn.axis.at(value) * 2) / 2 for value in (1, 10, 100)] == [0, 50, 100]


def test_of_many_exchanges_an_even_sample_is_drawn_and_both_ends_with_it(exchange: Any) -> None:
    drawn = latencies(timed(exchange, "a", *range(1, 5001)), [])
    assert drawn is not None
    strip = drawn.strips[0]
    assert (len(strip.points), strip.count, drawn.sampled) == (MOST_POINTS, 5000, True)
    assert (strip.points[0][0], strip.points[-1][0]) == (drawn.axis.at(1), drawn.axis.at(5000))


@pytest.mark.parametrize("value", [0.000001, 5, 1e9])
def test_any_latency_has_a_place_on_the_axis(exchange: Any, value: float) -> None:
    drawn = latencies(timed(exchange, "a", value), [])
    assert drawn is not None
    assert 0 <= drawn.strips[0].x50 <= 100
    assert len(drawn.axis.ticks) >= 2


def test_without_a_time_there_is_no_chart(exchange: Any) -> None:
    assert latencies([exchange("a")], []) is None
