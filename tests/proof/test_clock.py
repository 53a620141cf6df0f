"""The embedded reference's clock: put forward, so that a run waits for nothing; a target of its own keeps real time."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from conformance.model.contract import Contract
from conformance.model.jsonvalue import moment
from conformance.proof.reference import Reference
from conformance.run.session import Conduct, Options
from conformance.services.clock import Clock


@pytest.fixture
def conduct(contract: Contract) -> Iterator[Conduct]:
    with Conduct(Options(seed=1, embedded=Reference), contract) as value:
        yield value
        value.cleanup()


def test_a_clock_that_is_put_forward_is_ahead_by_as_much() -> None:
    clock, still = Clock(), Clock()
    clock.advance(1.5)
    clock.advance(60)
    assert 61.4 < (clock.now() - still.now()).total_seconds() < 61.6


def test_waiting_moves_the_stamps_and_takes_no_time(conduct: Conduct) -> None:
    cloud = conduct.client
    began = time.monotonic()
    first = moment(cloud.create({"name": cloud.name()}).response.json()["created_at"])
    cloud.wait(600)
    second = moment(cloud.create({"name": cloud.name()}).response.json()["created_at"])
    assert first is not None
    assert second is not None
    assert 600 <= (second - first).total_seconds() < 660
    assert time.monotonic() - began < 60


def test_a_token_outlives_its_time_no_more_than_elsewhere(conduct: Conduct) -> None:
    cloud = conduct.client
    token = cloud.target.main.token()
    cloud.wait(3700)
    assert cloud.call("image.list", token=token, anonymous=True).response.status == 401
