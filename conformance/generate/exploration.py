"""Exploration of a strategy: its values are tried one by one within a budget, and for each kind of failure a small
value is found.

Rules
- No value is tried twice. Failures have labels, and each label is followed up by itself; none ends the exploration.
- Shrinking takes a bounded number of further tries; it gives the smallest value that was tried, which need not be
  minimal.
- The same strategy, seed and outcomes give the same tries.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.strategies import SearchStrategy

from conformance.generate.steady import keep_steady
from conformance.model.errors import UsageError

keep_steady()

__all__ = ["Budget", "Exploration", "keep_drawing_in", "parse_budget"]

STORAGE = "HYPOTHESIS_STORAGE_DIRECTORY"
"""The variable with which a user chooses where hypothesis keeps its files; it wins."""


def keep_drawing_in(directory: Path) -> None:
    """Have hypothesis keep its files in a folder of this directory, and not in the one where the command was typed."""
    if not os.environ.get(STORAGE):
        set_hypothesis_home_dir(directory / "hypothesis")


V = TypeVar("V")
R = TypeVar("R")
L = TypeVar("L", bound=Hashable)


@dataclass
class Budget:
    """A bound on requests, on seconds, or on neither (None), counted from when it is made. `spent` gives the requests
    so far in all."""

    requests: float | None
    seconds: float | None
    spent: Callable[[], int]
    _from: int = field(init=False)
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        self._from, self._began = self.spent(), time.monotonic()

    def free(self, requests: int) -> None:
        """Count so many of the requests so far to something else."""
        self._from += requests

    @property
    def over(self) -> bool:
        """Whether it is used up."""
        return self.late or (self.requests is not None and self.spent() - self._from >= self.requests)

    @property
    def late(self) -> bool:
        """Whether its time is up, or there never was anything to spend."""
        return self.requests == 0 or (self.seconds is not None and time.monotonic() - self._began >= self.seconds)


def parse_budget(text: str) -> tuple[int | None, float | None]:
    """(requests, seconds) of `500`, `120s` or `10m`. Raises UsageError."""
    seconds = {"s": 1, "m": 60}.get(text[-1:])
    number = text[:-1] if seconds is not None else text
    if not (number.isascii() and number.isdecimal()) or len(number) > 9:
        raise UsageError(f"--budget {text}: is neither a number of requests (500) nor a time (120s, 10m)")
    return (int(number), None) if seconds is None else (None, float(number) * seconds)


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
        self._run(examples, (Phase.generate,), lambda value: self._try(value, more=True, due=due))
        for label in [label for result in self.results if (label := self.label(result)) is not None]:
            if label not in self.smallest:
                self._follow(label, examples)

    def _try(self, value: V, *, more: bool, due: bool = False) -> R | None:
        key = self.key(value)
        self._first = key if self._first is None else self._first
        if key not in self._known:
            left_out = key == self._first and not self.simplest
            if not more or left_out or (self.budget.late if due else self.budget.over):
                return None
            self._known[key] = self.send(value)
            self.results.append(self._known[key])
        return self._known[key]

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
        @settings(
            max_examples=examples,
            phases=phases,
            database=None,
            deadline=None,
            derandomize=False,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        )
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
