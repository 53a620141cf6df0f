"""The pace of a run, by the times at which requests arrive at a server that has a clock of its own making."""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections.abc import Callable

import pytest

from conformance.model.errors import UsageError
from conformance.run.sending.pace import SLOWEST, Pace, Rate


class World:
    """A clock that only sleeping and travelling put forward, and a server that writes down when requests arrive."""

    def __init__(self) -> None:
        self.now = 100.0
        self.arrived: list[float] = []
        self.chance = random.Random(1)

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def send(self, pace: Pace, latency: float = 0.0) -> None:
        """One request whose way there takes up to `latency`, and the way back too."""
        with pace.turn():
            self.now += self.chance.random() * latency
            self.arrived.append(self.now)
            self.now += self.chance.random() * latency

    def pace(self, rate: str | None = None) -> Pace:
        return Pace(Rate.parse(rate) if rate else None, clock=self.clock, sleep=self.sleep)

    def most_within(self, seconds: float) -> int:
        """The most requests that arrived in any time of so many seconds, both ends counted."""
        return max(sum(start <= other <= start + seconds for other in self.arrived) for start in self.arrived)


@pytest.mark.parametrize("latency", [0.0, 0.01, 0.3, 5.0])
def test_no_second_has_more_requests_than_the_rate_however_long_they_are_on_their_way(latency: float) -> None:
    world = World()
    pace = world.pace("20/s")
    for _ in range(200):
        world.send(pace, latency)
    assert world.most_within(1.0) <= 20


def test_no_minute_has_more_requests_than_a_rate_by_the_minute() -> None:
    world = World()
    pace = world.pace("30/m")
    for _ in range(100):
        world.send(pace, 0.05)
    assert 30 == world.most_within(60.0)


def test_a_rate_is_used_up_and_spread_evenly() -> None:
    world = World()
    pace = world.pace("20/s")
    for _ in range(201):
        world.send(pace)
    assert world.arrived[-1] - world.arrived[0] <= 10.1
    assert 11 >= world.most_within(0.5)


def test_time_that_was_not_used_is_not_saved_up() -> None:
    world = World()
    pace = world.pace("20/s")
    world.send(pace)
    world.sleep(60)
    for _ in range(60):
        world.send(pace)
    assert 20 >= world.most_within(1.0)


def test_without_a_rate_nobody_waits() -> None:
    world = World()
    pace = world.pace()
    for _ in range(100):
        world.send(pace)
    assert {100.0} == set(world.arrived)


def test_a_cloud_that_limits_the_rate_makes_the_run_slower_than_it_let_through() -> None:
    world = World()
    pace = world.pace()
    for _ in range(41):  # forty go through in two seconds, the next one is refused
        world.sleep(0.05)
        world.send(pace)
    pace.limited(0)
    assert 18 == pytest.approx(pace.slowed, rel=0.05)
    world.arrived.clear()
    for _ in range(100):
        world.send(pace)
    assert 19 >= world.most_within(1.0)


def test_a_run_never_slows_itself_down_to_a_standstill_nor_up_again() -> None:
    world = World()
    pace = world.pace()
    for _ in range(50):
        pace.limited(30)
    assert SLOWEST == pace.slowed
    for _ in range(1000):
        world.send(pace)
    pace.limited(0)
    assert SLOWEST == pace.slowed


def test_no_more_requests_are_under_way_at_once_than_may_be() -> None:
    pace, lock = Pace(most=3), threading.Lock()
    under_way: list[int] = [0]
    seen: list[int] = []

    def send() -> None:
        for _ in range(5):
            with pace.turn():
                with lock:
                    under_way[0] += 1
                    seen.append(under_way[0])
                time.sleep(0.002)
                with lock:
                    under_way[0] -= 1

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 3 == max(seen)


def test_the_rate_is_kept_by_several_threads_together() -> None:
    pace, arrived = Pace(Rate(10, 0.1)), []

    def send() -> None:
        for _ in range(10):
            with pace.turn():
                arrived.append(time.monotonic())

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    arrived.sort()
    assert 0.1 <= min(later - earlier for earlier, later in zip(arrived, arrived[10:], strict=False))


def in_processes(count: int, act: Callable[[], list[float]]) -> list[list[float]]:
    """What copies of this process return that act at the same time."""
    pipes = []
    for _ in range(count):
        ours, theirs = os.pipe()
        if not os.fork():
            try:
                os.write(theirs, json.dumps(act()).encode())
            finally:
                os._exit(0)
        os.close(theirs)
        pipes.append(ours)
    found = []
    for pipe in pipes:
        with os.fdopen(pipe) as file:
            found.append(json.loads(file.read()))
    for _ in range(count):
        os.wait()
    return found


def test_the_rate_is_kept_by_several_processes_together() -> None:
    pace = Pace(Rate(10, 0.2))

    def act() -> list[float]:
        arrived = []
        for _ in range(10):
            with pace.turn():
                arrived.append(time.monotonic())
        return arrived

    arrived = sorted(moment for found in in_processes(3, act) for moment in found)
    assert 30 == len(arrived)
    assert 0.2 <= min(later - earlier for earlier, later in zip(arrived, arrived[10:], strict=False))


def test_no_more_requests_are_under_way_at_once_than_may_be_in_several_processes() -> None:
    pace = Pace(most=2)

    def act() -> list[float]:
        spans = []
        for _ in range(6):
            with pace.turn():
                spans.append(time.monotonic())
                time.sleep(0.005)
                spans.append(time.monotonic())
        return spans

    spans = [(found[place], found[place + 1]) for found in in_processes(4, act) for place in range(0, 12, 2)]
    assert 2 == max(sum(start <= moment < end for start, end in spans) for moment, _ in spans)


def test_a_process_that_is_killed_in_its_turn_holds_nobody_up() -> None:
    pace = Pace(Rate(1, 0.05), 1)
    process = os.fork()
    if not process:
        with pace.turn():
            os._exit(1)
    os.waitpid(process, 0)
    began = time.monotonic()
    with pace.turn():
        assert 1 >= time.monotonic() - began


def test_a_process_that_is_limited_slows_the_others_down() -> None:
    pace = Pace()

    def act() -> list[float]:
        pace.limited(1)
        return []

    in_processes(1, act)
    assert pace.slowed is not None


def test_a_request_that_fails_gives_its_turn_back() -> None:
    pace = Pace(most=1)
    for _ in range(3):
        with pytest.raises(ConnectionError), pace.turn():
            raise ConnectionError


@pytest.mark.parametrize("text", ["", "20", "20/h", "/s", "0/s", "-1/s", "1.5/s", "２/s", "9999999/s", "x/s", "20/s "])
def test_what_is_no_rate_is_a_mistake_of_the_user(text: str) -> None:
    with pytest.raises(UsageError, match="--rate"):
        Rate.parse(text)


@pytest.mark.parametrize(("text", "due"), [("20/s", Rate(20, 1.0)), ("600/m", Rate(600, 60.0))])
def test_a_rate_is_requests_a_second_or_a_minute(text: str, due: Rate) -> None:
    assert due == Rate.parse(text)
