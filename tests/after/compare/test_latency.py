"""Latency: told with confidence or not at all."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from conformance.after.compare.latency import MINIMUM, interval, latencies
from conformance.model.message import DISCOVERY, Exchange

Build = Callable[..., Exchange]


def sample(exchange: Build, seconds: list[float], operation: str = "image.list", status: int = 200) -> list[Exchange]:
    return [exchange(operation, status, elapsed=value, number=number) for number, value in enumerate(seconds, 1)]


def noisy(seed: int, median: float, count: int = 60) -> list[float]:
    draw = random.Random(seed)
    return [median * draw.uniform(0.8, 1.25) for _ in range(count)]


def test_an_operation_that_takes_three_times_as_long_is_slower(exchange: Build) -> None:
    (row,) = latencies(sample(exchange, noisy(1, 0.01)), sample(exchange, noisy(2, 0.03)))
    assert (row.drift, row.count_before, row.count_after) == ("slower", 60, 60)
    assert row.low is not None
    assert row.high is not None
    assert row.ratio is not None
    assert 1.5 < row.low < row.ratio < row.high


def test_an_operation_that_takes_a_third_of_the_time_is_faster(exchange: Build) -> None:
    (row,) = latencies(sample(exchange, noisy(1, 0.03)), sample(exchange, noisy(2, 0.01)))
    assert row.drift == "faster"


@pytest.mark.parametrize("seed", range(20))
def test_two_samples_of_the_same_latency_are_no_drift(exchange: Build, seed: int) -> None:
    (row,) = latencies(sample(exchange, noisy(seed, 0.02)), sample(exchange, noisy(seed + 100, 0.02)))
    assert row.drift is None


def test_under_the_minimum_only_the_counts_are_told(exchange: Build) -> None:
    (row,) = latencies(sample(exchange, [0.01] * (MINIMUM - 1)), sample(exchange, [9.0] * 100))
    assert (row.count_before, row.count_after, row.before, row.after, row.ratio, row.drift) == (
        MINIMUM - 1,
        100,
        None,
        None,
        None,
        None,
    )


def test_load_that_comes_and_goes_within_a_run_is_no_drift(exchange: Build) -> None:
    waves = [0.01] * 12 + [0.05] * 48
    (row,) = latencies(sample(exchange, [0.01] * 60), sample(exchange, waves))
    assert row.drift is None


def test_a_difference_under_a_millisecond_is_no_drift(exchange: Build) -> None:
    (row,) = latencies(sample(exchange, [0.0002] * 60), sample(exchange, [0.0009] * 60))
    assert row.drift is None


def test_failures_and_discovery_do_not_count(exchange: Build) -> None:
    assert latencies(sample(exchange, [1.0] * 40, status=404), sample(exchange, [1.0] * 40, DISCOVERY)) == ()


def test_a_clock_that_reads_zero_says_nothing(exchange: Build) -> None:
    (row,) = latencies(sample(exchange, [0.0] * 60), sample(exchange, [1.0] * 60))
    assert row.ratio is None


def test_the_interval_covers_the_median_of_the_source_as_often_as_it_says() -> None:
    hits = 0
    for seed in range(400):
        draw = random.Random(seed)
        low, high = interval([draw.expovariate(1.0) for _ in range(40)])
        hits += low <= 0.6931 <= high
    assert hits >= 396
