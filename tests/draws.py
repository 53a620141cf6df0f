"""Series of cases that go one way through the code and are too long for every `make test`; and examples of a strategy.

Some of a series are drawn by the day and run with the other tests; further ones are marked `proof`, and `make proof` runs
them: the rest of the series, or of one that takes an hour another part by the day. What neither runs is not collected.
So from day to day the two run the whole of it. A test that is long by itself is run on every third day, and else skipped
with its reason. CONFORMANCE_ALL=1 draws all, and CONFORMANCE_DAY=2026-01-31 draws as on that day.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from zlib import crc32

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

__all__ = ["DAY", "drawn", "examples", "long"]

V = TypeVar("V")
Test = TypeVar("Test", bound=Callable[..., Any])

DAY = "CONFORMANCE_DAY"
os.environ.setdefault(DAY, datetime.now(UTC).date().isoformat())  # workers of one run draw alike, also at midnight


def long(test: Test) -> Test:
    """A test that takes many seconds and rarely breaks: it runs on every third day, each such test on days of its own."""
    turn = crc32(f"{test.__module__}.{test.__qualname__}".encode()) % 3
    today = date.fromisoformat(os.environ[DAY]).toordinal() % 3
    left_out = os.environ.get("CONFORMANCE_ALL") != "1" and turn != today
    return pytest.mark.skipif(left_out, reason="long, and not of this day (CONFORMANCE_ALL=1)")(test)


def drawn(values: Iterable[Any], most: int, proof: int | None = None) -> list[Any]:
    """The values (a tuple holds those of several names) as parameters in their order, all but `most` of them marked
    `proof`; of those so many, where `proof` is given."""
    given = [value if isinstance(value, tuple) else (value,) for value in values]
    order = list(range(len(given)))
    if os.environ.get("CONFORMANCE_ALL") == "1" or len(given) <= most:
        return [pytest.param(*value) for value in given]
    random.Random(f"{os.environ[DAY]} {given}").shuffle(order)
    today, later = order[:most], order[most : None if proof is None else most + proof]
    return [
        pytest.param(*given[index], marks=() if index in today else pytest.mark.proof)
        for index in sorted([*today, *later])
    ]


def examples(values: SearchStrategy[V], count: int = 12, number: int = 0) -> list[V]:
    """The first `count` values that hypothesis draws with the seed `number`: the same ones in each run."""
    found: list[V] = []

    @seed(number)
    @settings(
        max_examples=count,
        phases=(Phase.generate,),
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(values)
    def collect(value: V) -> None:
        found.append(value)

    collect()
    return found
