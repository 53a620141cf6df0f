"""Series of cases that go one way through the code and are too long for every `make test`; and examples of a strategy.

Some of a series are drawn by the day and run with the other tests; the rest is marked `proof`, and `make proof` runs it.
So the two together run the whole of it, and from day to day `make test` alone does, too. CONFORMANCE_ALL=1 draws all, and
CONFORMANCE_DAY=2026-01-31 draws as on that day.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

__all__ = ["DAY", "drawn", "examples"]

V = TypeVar("V")

DAY = "CONFORMANCE_DAY"
os.environ.setdefault(DAY, datetime.now(UTC).date().isoformat())  # workers of one run draw alike, also at midnight


def drawn(values: Iterable[Any], most: int) -> list[Any]:
    """The values (a tuple holds those of several names) as parameters in their order, all but `most` of them marked `proof`."""
    given = [value if isinstance(value, tuple) else (value,) for value in values]
    chosen = set(range(len(given)))
    if os.environ.get("CONFORMANCE_ALL") != "1" and len(given) > most:
        chosen = set(random.Random(f"{os.environ[DAY]} {given}").sample(sorted(chosen), most))
    return [
        pytest.param(*value, marks=() if index in chosen else pytest.mark.proof) for index, value in enumerate(given)
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
