"""Exploration of a strategy: its values are tried one by one within a budget, and for each kind of failure a small
value is found.

Rules
- No value is tried twice. Failures have labels, and each label is followed up by itself; none ends the exploration.
- Shrinking takes a bounded number of further tries; it gives the smallest value that was tried, which need not be
  minimal.
- The same strategy, seed and outcomes give the same tries.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy

from conformance.generate.steady import keep_steady
from conformance.model.budget import Budget

keep_steady()

__all__ = ["Exploration", "keep_drawing_in", "simplest"]

STORAGE = "HYPOTHESIS_STORAGE_DIRECTORY"
"""The variable with which a user chooses where hypothesis keeps its files; it wins."""


def keep_drawing_in(directory: Path) -> None:
    """Have hypothesis keep its files in a folder of this directory, and not in the one where the command was typed."""
    if not os.environ.get(STORAGE):
        set_hypothesis_home_dir(directory / "hypothesis")


V = TypeVar("V")
R = TypeVar("R")
L = TypeVar("L", bound=Hashable)


TOGETHER = 24
"""Strategies of which the simplest values are drawn at once: to begin to draw costs as much as a request."""
_NOTHING_DRAWN = st.binary(min_size=16, max_size=16)
"""Drawn beside the others: zeros in the simplest draw, and in no other that anybody will see."""


def simplest(strategies: Sequence[SearchStrategy[V]]) -> list[tuple[V] | None]:
    """The value with which each strategy begins, whatever the seed, as a tuple of one; None for a strategy whose simplest
    draw is no value of it (a filter takes it away)."""
    found: list[tuple[V] | None] = []
    for start in range(0, len(strategies), TOGETHER):
        found += _drawn_together(strategies[start : start + TOGETHER])
    return found


def _drawn_together(strategies: Sequence[SearchStrategy[V]]) -> list[tuple[V] | None]:
    drawn: list[Any] = []
    strategy: SearchStrategy[Any] = st.tuples(_NOTHING_DRAWN, *strategies)

    @seed(0)
    @_settings(1, (Phase.generate,))
    @given(strategy)
    def test(values: Any) -> None:
        drawn.append(values)

    with contextlib.suppress(Unsatisfiable):
        test()
    if drawn and not any(drawn[0][0]):
        return [(value,) for value in drawn[0][1:]]
    if len(strategies) == 1:
        return [None]
    half = len(strategies) // 2
    return [*_drawn_together(strategies[:half]), *_drawn_together(strategies[half:])]


def _settings(examples: int, phases: tuple[Phase, ...]) -> settings:
    return settings(
        max_examples=examples,
        phases=phases,
        database=None,
        deadline=None,
        derandomize=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )


@dataclass
class Exploration(Generic[V, R, L]):
    """The tries of one strategy. `send` makes a try and gives its result, `label` says what is wrong with a result,
    None for nothing.

    `key` tells values apart. Without `simplest` the value with which the strategy begins, whatever the seed, is left
    out. `results` are all results in the order of the tries, `smallest` the last, smallest failing
    value of each label with its result.
    """

    values: SearchStrategy[V]
    send: Callable[[V], R]
    label: Callable[[R], L | None]
    key: Callable[[V], Hashable]
    budget: Budget
    seed: int
    shrinks: int
    simplest: bool = True
    results: list[R] = field(default_factory=list)
    smallest: dict[L, tuple[V, R]] = field(default_factory=dict)
    _known: dict[Hashable, R] = field(default_factory=dict)
    _first: Hashable = None

    def widen(self, examples: int, *, due: bool = False) -> None:
        """Try the first `examples` values that the seed draws; those tried before cost nothing. `due`: whatever they
        cost, as long as there is time."""
        if examples == 1 and not self.simplest:
            return  # the first value is the one that is left out

        def look(value: V) -> None:
            if self._spent(due):
                raise _Enough
            self._try(value, more=True, due=due)

        with contextlib.suppress(_Enough):
            self._run(examples, (Phase.generate,), look)
        self._follow_all(examples)

    def begin(self, value: V, *, due: bool = False) -> None:
        """Try the value with which the strategy begins, where it is known (see `simplest`): what `widen(1)` does."""
        self._try(value, more=True, due=due)
        self._follow_all(1)

    def _follow_all(self, examples: int) -> None:
        for label in [label for result in self.results if (label := self.label(result)) is not None]:
            if label not in self.smallest:
                self._follow(label, examples)

    def _try(self, value: V, *, more: bool, due: bool = False) -> R | None:
        key = self.key(value)
        self._first = key if self._first is None else self._first
        if key not in self._known:
            left_out = key == self._first and not self.simplest
            if not more or left_out or self._spent(due):
                return None
            self._known[key] = self.send(value)
            self.results.append(self._known[key])
        return self._known[key]

    def _spent(self, due: bool) -> bool:
        """Whether nothing more is tried; what is `due` may cost what it wants, as long as there is time."""
        return self.budget.late if due else self.budget.over

    def _follow(self, label: L, examples: int) -> None:
        """Find a small value with this label, from those that are known."""
        limit = len(self.results) + self.shrinks

        def look(value: V) -> None:
            result = self._try(value, more=len(self.results) < limit)
            if result is not None and self.label(result) == label:
                self.smallest[label] = (value, result)
                raise _Fails

        first = self._known.get(self._first)
        # A strategy begins with its simplest value; there is nothing smaller to look for.
        simplest = first is not None and self.label(first) == label
        phases = (Phase.generate,) if simplest else (Phase.generate, Phase.shrink)
        try:
            self._run(examples, phases, look)
        except _Fails:
            return

    def _run(self, examples: int, phases: tuple[Phase, ...], body: Callable[[V], object]) -> None:
        trouble: list[Exception] = []

        @seed(self.seed)
        @_settings(examples, phases)
        @given(self.values)
        def test(value: V) -> None:
            if trouble:
                return
            try:
                body(value)
            except _Fails:
                raise
            except Exception as error:  # kept from hypothesis, which would run the test again and call it flaky
                trouble.append(error)

        test()
        if trouble:
            raise trouble[0]


class _Fails(Exception):
    """The value has the label that is looked for."""


class _Enough(BaseException):
    """Nothing more is to be drawn. hypothesis would take an Exception for a failure, and run it again."""
