"""Values tried within a budget: every failure kept, made small, none tried twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from conformance.generate.exploration import Exploration, simplest
from conformance.model.budget import Budget, parse_budget
from conformance.model.errors import TargetError, UsageError


def exploring(
    label: Callable[[int], str | None],
    *,
    requests: float | None = None,
    shrinks: int = 30,
    seed: int = 1,
    simplest: bool = True,
) -> tuple[Exploration[int, int], list[int]]:
    sent: list[int] = []

    def send(value: int) -> int:
        sent.append(value)
        return value

    budget = Budget(requests, None, lambda: len(sent))
    return Exploration(st.integers(0, 10000), send, label, lambda value: value, budget, seed, shrinks, simplest), sent


def test_a_failing_value_is_made_small() -> None:
    tries, _ = exploring(lambda value: "large" if value >= 100 else None)
    tries.widen(30)
    assert tries.smallest["large"][0] < 400


def test_each_kind_of_failure_is_kept_and_none_stops_the_others() -> None:
    tries, _ = exploring(lambda value: "odd" if value % 2 else "large" if value > 50 else None)
    tries.widen(40)
    assert set(tries.smallest) == {"odd", "large"}
    assert len(tries.results) >= 30


def test_the_value_that_every_seed_begins_with_can_be_left_out() -> None:
    begun = []
    for seed in (1, 2):
        for with_simplest in (True, False):
            tries, sent = exploring(lambda _value: None, seed=seed, simplest=with_simplest)
            tries.widen(3)
            begun.append(sent)
    assert [0, 0] == [begun[0][0], begun[2][0]]
    assert begun[0][1:] == begun[1] != begun[3] == begun[2][1:]


def test_what_is_due_is_tried_whatever_it_costs_but_not_without_a_budget() -> None:
    for requests, due, most in ((1, True, 5), (1, False, 1), (0, True, 0)):
        tries, sent = exploring(lambda _value: None, requests=requests)
        tries.widen(5, due=due)
        assert most == len(sent)


def test_no_value_is_sent_twice() -> None:
    tries, sent = exploring(lambda value: "large" if value >= 100 else None)
    for examples in (1, 5, 20):
        tries.widen(examples)
    assert len(sent) == len(set(sent))


def test_shrinking_is_bounded() -> None:
    tries, sent = exploring(lambda value: "large" if value >= 100 else None, shrinks=3)
    tries.widen(10)
    assert len(sent) <= 10 + 3


def test_nothing_more_is_drawn_when_the_budget_is_used_up() -> None:
    drawn: list[int] = []

    def noted(value: int) -> int:
        drawn.append(value)
        return value

    tries, sent = exploring(lambda _value: None, requests=7)
    tries.values = st.integers(0, 10000).map(noted)
    tries.widen(1000)
    assert (7, 7) == (len(sent), len(tries.results))
    assert len(drawn) < 50


def test_nothing_is_sent_beyond_the_budget() -> None:
    tries, sent = exploring(lambda _value: None, requests=7)
    tries.widen(100)
    assert len(sent) == 7


def test_the_same_seed_tries_the_same() -> None:
    first, second = exploring(lambda _value: None)[0], exploring(lambda _value: None)[0]
    first.widen(20)
    second.widen(20)
    assert first.results == second.results


def test_what_the_sender_raises_comes_out_as_it_is() -> None:
    def send(_value: int) -> int:
        raise TargetError("gone")

    tries = Exploration(
        st.integers(), send, lambda _result: None, lambda value: value, Budget(None, None, lambda: 0), 1, 5
    )
    with pytest.raises(TargetError, match="gone"):
        tries.widen(5)


def test_a_budget_of_seconds_runs_out() -> None:
    assert Budget(None, 0.0, lambda: 0).over
    assert not Budget(None, 60.0, lambda: 0).over


@pytest.mark.parametrize(
    ("text", "parsed"), [("500", (500, None)), ("0", (0, None)), ("120s", (None, 120.0)), ("10m", (None, 600.0))]
)
def test_a_budget_is_read_as_requests_or_seconds(text: str, parsed: tuple[int | None, float | None]) -> None:
    assert parsed == parse_budget(text)


@pytest.mark.parametrize("text", ["", "s", "-1", "1.5", "m", "10h", "٣", "9" * 30])
def test_another_budget_is_refused_with_what_would_do(text: str) -> None:
    with pytest.raises(UsageError, match=r"is neither a number of requests \(500\) nor a time \(120s, 10m\)"):
        parse_budget(text)


def test_the_simplest_values_of_many_strategies_are_those_with_which_each_begins() -> None:
    strategies = [st.integers(5, 9), st.text("ab", min_size=2), st.sampled_from(["x", "y"])] * 20
    assert [(5,), ("aa",), ("x",)] * 20 == simplest(strategies)


def test_a_strategy_whose_simplest_draw_is_filtered_away_has_none_and_takes_it_from_no_other() -> None:
    strategies = [st.integers(0, 9), st.integers(0, 99).filter(lambda value: value % 7 == 3), st.integers(7, 9)]
    assert [(0,), None, (7,)] == simplest(strategies)


def test_to_begin_with_the_simplest_value_is_to_widen_by_one() -> None:
    for label in (lambda value: "zero" if value == 0 else None, lambda _value: None):
        begun, sent = exploring(label)
        begun.begin(0)
        widened, sent_too = exploring(label)
        widened.widen(1)
        assert (sent_too, widened.results, widened.smallest) == (sent, begun.results, begun.smallest)


def test_the_first_of_the_values_is_not_drawn_where_it_is_left_out() -> None:
    tries, sent = exploring(lambda _value: None, simplest=False)
    tries.widen(1)
    assert sent == []
