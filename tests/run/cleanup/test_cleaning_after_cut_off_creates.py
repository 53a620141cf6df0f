"""Cleaning up after creates that were cut off: they may be carried out when the run has ended."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from breaking import against, journals, kinds
from gateways import Call, Gateway

from conformance.model.contract import Contract
from conformance.model.deadline import Deadline
from conformance.model.errors import TimeOver
from conformance.proof.reference import Reference
from conformance.run import preflight
from conformance.run.cleanup import removal
from conformance.run.cleanup.insistence import Insistence
from conformance.run.options import Options
from conformance.run.session import Session
from conformance.run.workers import Workers
from conformance.target.cloud import Settings


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "PAUSES", (0.01, 0.02))
    monkeypatch.setattr(preflight, "PAUSES", (0.01, 0.02, 0.04))


def _interrupted(session: Session) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(KeyboardInterrupt):
            session.client.create({"name": session.client.name()})
    finally:
        signal.signal(signal.SIGALRM, before)


def _out_of_time(session: Session) -> None:
    session.target.transport.deadline = Deadline.after(0.3)
    with pytest.raises(TimeOver):
        session.client.create({"name": session.client.name()})


def _with_a_worker_killed(session: Session) -> None:
    def run_case(_place: int) -> bool:
        session.client.begin("killed")
        session.client.create({"name": session.client.name()})
        return True

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(KeyboardInterrupt):
            Workers(session, 1, begin=lambda: None, run_case=run_case, taken=lambda _: None, over=lambda: False).run(
                [0]
            )
    finally:
        signal.signal(signal.SIGALRM, before)


ENDS: Mapping[str, Callable[[Session], None]] = {
    "interrupted": _interrupted,
    "out of time": _out_of_time,
    "a worker killed": _with_a_worker_killed,
}


@contextmanager
def slow(contract: Contract, folder: Path) -> Iterator[tuple[Reference, Settings, list[bool]]]:
    """A cloud behind a gateway that passes creates on a second late, once it is told to."""
    late: list[bool] = []

    def pass_on_late(call: Call) -> None:
        if late and call.creates:
            time.sleep(1.0)

    with Reference(contract) as cloud:
        port = urlsplit(cloud.urls["image"]).port or 0
        clouds = folder / "clouds.yaml"
        cloud.write_clouds(clouds)
        with Gateway(port, pass_on_late) as gateway:
            clouds.write_text(clouds.read_text().replace(f":{port}/", f":{gateway.port}/"))
            yield cloud, Settings(cloud="reference", config_files=(str(clouds),)), late


@contextmanager
def ending(contract: Contract, settings: Settings) -> Iterator[Session]:
    """A session that has made and listed a resource, in the middle of a case."""
    with Session(Options(settings, profile="smoke", seed=1), contract) as session:
        session.recorder.case = "case"
        session.client.begin("case")
        session.client.make()
        session.client.list()
        yield session


@pytest.mark.parametrize("end", list(ENDS))
def test_what_a_create_makes_after_the_run_has_ended_is_deleted(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr(removal, "PAUSES", (0.1, 0.2))
    with slow(contract, tmp_path) as (cloud, settings, late), ending(contract, settings) as session:
        late.append(True)
        ENDS[end](session)
        session.cleanup()
        time.sleep(1.0)
        assert (0, (), []) == (cloud.resources(), session.cleaning.leftovers, journals())


def test_what_a_create_may_make_when_there_is_no_time_to_wait_for_it_is_named_and_kept(
    contract: Contract, tmp_path: Path
) -> None:
    with slow(contract, tmp_path) as (cloud, settings, late):
        with ending(contract, settings) as session:
            late.append(True)
            _interrupted(session)
            session.cleaning.finish(Deadline.after(0.2))
            assert (1, 1) == (len(session.cleaning.leftovers), len(journals()))
        time.sleep(1.0)
        assert 1 == cloud.resources()
        late.clear()
        with Session(Options(settings, profile="smoke", seed=1), contract) as later:
            later.cleanup()
        assert (0, []) == (cloud.resources(), journals())


def test_what_a_create_makes_after_its_process_was_killed_the_next_start_deletes(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "PAUSES", (0.1, 0.2))
    with slow(contract, tmp_path) as (cloud, settings, late):
        with ending(contract, settings) as session:
            late.append(True)
            process = os.fork()
            if not process:
                session.become_worker()
                session.client.create({"name": session.client.name()})
                os._exit(0)
            time.sleep(0.3)
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
        late.clear()
        with Session(Options(settings, profile="smoke", seed=1), contract) as later:
            assert "earlier-run-cleaned" in kinds(later)
            later.cleanup()
        time.sleep(1.0)
        assert (0, []) == (cloud.resources(), journals())


def test_a_run_that_nothing_was_cut_off_of_waits_for_nothing(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused: list[float] = []
    monkeypatch.setattr(Insistence, "pause", lambda _self, seconds: paused.append(seconds))
    with against(contract, tmp_path) as (session, _):
        session.client.make()
        session.client.create({"name": 7})
        session.cleanup()
        assert ([], [], ()) == (paused, journals(), session.cleaning.leftovers)
