"""Cleaning up after a run on clouds that break: nothing is left, or what is left is named and stays in the journal."""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from gateways import Call as Passed
from gateways import Gateway

from conformance.model.contract import Contract
from conformance.model.deadline import Deadline
from conformance.model.errors import NoRoom, TargetUnreachable, TimeOver
from conformance.proof.reference import Reference
from conformance.run import journal, preflight
from conformance.run.cleanup import cleaning, removal
from conformance.run.cleanup.holdings import Holdings
from conformance.run.cleanup.insistence import Insistence
from conformance.run.cleanup.removal import Presence
from conformance.run.journal_file import state_directory
from conformance.run.options import Options
from conformance.run.sending.client import Client
from conformance.run.session import Session
from conformance.run.unexercised import NotExercised
from conformance.run.workers import Workers
from conformance.services.fault import Fault, Hooks
from conformance.services.image.target.store import ImageStore
from conformance.services.wire import Answer, Call
from conformance.target.cloud import Settings


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "PAUSES", (0.01, 0.02))
    monkeypatch.setattr(preflight, "PAUSES", (0.01, 0.02, 0.04))


def session_on(cloud: Reference, contract: Contract, folder: Path) -> Session:
    """A session of a smoke run that has not begun."""
    cloud.write_clouds(folder / "clouds.yaml")
    settings = Settings(cloud="reference", config_files=(str(folder / "clouds.yaml"),))
    return Session(Options(settings, profile="smoke", seed=1), contract)


@contextmanager
def against(contract: Contract, folder: Path, **hooks: Any) -> Iterator[tuple[Session, Reference]]:
    """An open session on a cloud that breaks."""
    breaking = Fault("ours", (), "breaks", Hooks(**hooks))
    with Reference(contract, faults=[breaking]) as cloud, session_on(cloud, contract, folder) as session:
        yield session, cloud


def journals() -> list[Path]:
    return list(state_directory().glob("*.jsonl"))


def kinds(session: Session) -> list[str]:
    return [note.kind for note in session.notes]


def _spoilt(make: Callable[[Any], Any]) -> Callable[[Call, Answer, ImageStore], Answer]:
    def spoil(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        ours = (call.operation or "").startswith("image.") and answer.status < 300
        return replace(answer, body=make(answer.body)) if ours and answer.body else answer

    return spoil


def _in_lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _in_lists(item) for key, item in value.items()}
    return [_in_lists(item) for item in value] if isinstance(value, list) else [value]


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: None if key == "id" else _without_ids(item) for key, item in value.items()}
    return [_without_ids(item) for item in value] if isinstance(value, list) else value


def _failing(call: Call, answer: Answer, _store: ImageStore) -> Answer:
    return Answer(500, {}) if call.operation == "image.create" else answer


@pytest.mark.parametrize("answer", [_spoilt(_in_lists), _spoilt(_without_ids), _failing])
def test_what_creates_have_made_that_say_nothing_of_it_is_found_and_deleted(
    contract: Contract, tmp_path: Path, answer: Any
) -> None:
    with against(contract, tmp_path, answer=answer) as (session, cloud):
        session.client.unfit.clear()  # the cases would not ask for it
        for _ in range(4):
            session.client.create({"name": session.client.name()})
        session.cleanup()
        assert (0, (), []) == (cloud.resources(), session.cleaning.leftovers, journals())


def test_images_of_others_that_creates_are_answered_with_are_left_as_they_are_and_what_was_made_is_deleted(
    contract: Contract, tmp_path: Path
) -> None:
    golden: list[str] = []

    def crossed(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        if call.operation != "image.create" or answer.status != 201 or not golden:
            return answer
        return replace(answer, body={**answer.body, "id": golden[0]})

    breaking = Fault("ours", (), "answers creates with another id", Hooks(answer=crossed))
    with Reference(contract, faults=[breaking]) as cloud:
        with session_on(cloud, contract, tmp_path) as before:  # which is another to the next one
            made = before.client.make(name="golden").text("id")
            before.client.journal.close(done=True)
        golden.append(made)
        with session_on(cloud, contract, tmp_path) as session:
            with pytest.raises(NotExercised):
                session.client.create({"name": session.client.name()})
            with pytest.raises(NotExercised):
                session.client.delete(golden[0])
            session.sweep()
            session.cleanup()
            told = [dict(note.terms) for note in session.notes if note.kind == "misnamed"]
            assert ([{"count": 1, "ids": golden[0]}], 1, (), []) == (
                told,
                cloud.resources(),
                session.cleaning.leftovers,
                journals(),
            )


def test_where_many_creates_say_nothing_what_they_made_is_deleted_after_the_case(
    contract: Contract, tmp_path: Path
) -> None:
    with against(contract, tmp_path, answer=_failing) as (session, cloud):
        session.client.unfit.clear()  # the cases would not ask for it
        for _ in range(6):
            session.client.create({"name": session.client.name()})
        session.sweep()
        assert 0 == cloud.resources()
        session.cleanup()


def _denied(status: int, body: Any) -> Callable[[Call, Answer, ImageStore], Answer]:
    """Creates are carried out and answered so, and no list shows anything."""

    def deny(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        if call.operation == "image.create" and answer.status < 300:
            return Answer(status, body)
        return replace(answer, body={"images": []}) if call.operation == "image.list" else answer

    return deny


@pytest.mark.parametrize(
    "answer",
    [
        _denied(201, None),
        _denied(201, {"id": 7}),
        _denied(202, ["x"]),
        _denied(201, "x"),
        _denied(401, {}),
        _denied(500, {}),
    ],
)
def test_what_creates_may_have_made_that_no_list_shows_stays_in_the_journal(
    contract: Contract, tmp_path: Path, answer: Any
) -> None:
    denying: list[bool] = [True]

    def lie(call: Call, given: Answer, store: ImageStore) -> Answer:
        return answer(call, given, store) if denying else given

    with against(contract, tmp_path, answer=lie) as (session, cloud):
        session.client.unfit.clear()
        session.client.create({"name": session.client.name()})
        session.cleanup()
        made = cloud.resources()
        [maybe] = [dict(note.terms) for note in session.notes if note.kind == "maybe-made"]
        assert (made, 1) == (maybe["count"], len(session.cleaning.leftovers))
        settings = session.options
        with Session(settings, contract) as again:  # the cloud lies as before
            assert "earlier-run-unseen" in kinds(again)
            again.cleanup()
        assert made <= cloud.resources()
        denying.clear()
        with Session(settings, contract) as later:
            assert "earlier-run-cleaned" in kinds(later)
            later.cleanup()
        assert (0, []) == (cloud.resources(), journals())


def test_a_create_that_fails_is_settled_by_lists_that_show_others(contract: Contract, tmp_path: Path) -> None:
    failing: list[bool] = []

    def fail(call: Call, *_: Any) -> Answer | None:
        return Answer(500, {}) if failing and call.operation == "image.create" else None

    with against(contract, tmp_path, handle=fail) as (session, _):
        session.client.make()
        session.client.list()
        failing.append(True)
        session.client.create({"name": session.client.name()})
        session.cleanup()
        assert ([], ()) == (journals(), session.cleaning.leftovers)


def test_what_is_left_is_named_each_once_and_stays_in_the_journal(contract: Contract, tmp_path: Path) -> None:
    def deaf(call: Call, *_: Any) -> Answer | None:
        return Answer(204) if call.operation == "image.delete" else None

    with against(contract, tmp_path, handle=deaf) as (session, cloud):
        made = {session.client.make()["id"] for _ in range(2)}
        session.sweep()
        session.cleanup()
        left = session.record().run.leftovers
    assert (cloud.resources(), set(left)) == (len(left), set(left) | made)
    assert (1, ["left-behind"]) == (len(journals()), kinds(session))


@pytest.mark.parametrize("status", [600, 999])
def test_what_is_deleted_with_a_status_that_says_nothing_is_seen_to_be_gone(
    contract: Contract, tmp_path: Path, status: int
) -> None:
    def strange(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        return Answer(status) if call.operation == "image.delete" else answer

    with against(contract, tmp_path, answer=strange) as (session, cloud):
        for _ in range(2):
            session.client.make()
        session.sweep()
        session.cleanup()
        assert (0, (), []) == (cloud.resources(), session.cleaning.leftovers, journals())


def test_what_stalled_after_one_case_is_not_waited_for_after_the_next(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def stalls(_self: Holdings, resource_id: str, _project: str) -> Presence:
        asked.append(resource_id)
        raise TargetUnreachable("stalls")

    with against(contract, tmp_path) as (session, _):
        with monkeypatch.context() as patch:
            patch.setattr(Holdings, "delete", stalls)
            first = session.client.make()["id"]
            session.sweep()
            session.sweep()
            second = session.client.make()["id"]
            session.sweep()
        assert [first, second] == asked
        session.cleanup()
        assert [] == journals()


def test_a_look_that_stalls_after_a_case_keeps_nothing_that_the_case_has_made(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stalls(*_: Any) -> None:
        raise TargetUnreachable("stalls")

    monkeypatch.setattr(cleaning, "look_back", stalls)
    with against(contract, tmp_path) as (session, cloud):
        session.client.make()
        session.sweep()
        assert 0 == cloud.resources()


# --- interruptions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_while_cleaning_up_leave_nothing_behind(
    contract: Contract, tmp_path: Path, number: signal.Signals
) -> None:
    armed: list[bool] = []

    def kill(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        if armed and call.operation == "image.delete":
            os.kill(os.getpid(), number)
        return answer

    with against(contract, tmp_path, answer=kill) as (session, cloud):
        for _ in range(3):
            session.client.make()
        armed.append(True)
        session.cleanup()
        assert (0, [], ()) == (cloud.resources(), journals(), session.cleaning.leftovers)


def test_an_exception_in_cleaning_up_keeps_the_journal_and_names_what_is_left(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise KeyError("ours")

    with against(contract, tmp_path) as (session, _):
        made = session.client.make()["id"]
        monkeypatch.setattr(removal.Removing, "run", broken)
        session.cleanup()
        assert ((made,), True, 1) == (session.cleaning.leftovers, session.suite_fault, len(journals()))


def _unreachable(*_: Any, **_given: Any) -> Any:
    raise TargetUnreachable("gone")


def test_a_run_that_fails_while_it_opens_deletes_its_first_resource(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Client, "show", _unreachable)
    with Reference(contract) as cloud:
        session = session_on(cloud, contract, tmp_path)
        with pytest.raises(TargetUnreachable), session:
            pass
        assert (0, []) == (cloud.resources(), journals())


def test_what_a_run_that_fails_while_it_opens_cannot_delete_is_said(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Client, "show", _unreachable)
    monkeypatch.setattr(Client, "free_and_delete", _unreachable)
    monkeypatch.setattr(Client, "delete", _unreachable)
    with Reference(contract) as cloud:
        session = session_on(cloud, contract, tmp_path)
        with pytest.raises(TargetUnreachable), session:
            pass
        assert (1, 1, 1) == (cloud.resources(), len(journals()), len(session.record().run.leftovers))
    assert ["cleanup-cut-short", "left-behind"] == kinds(session)


# --- creates that are carried out after they were cut off -------------------------------------------------------------


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

    def pass_on_late(call: Passed) -> None:
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


# --- a disk that is full ----------------------------------------------------------------------------------------------


def test_what_cannot_be_written_down_is_not_sent(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with against(contract, tmp_path) as (session, cloud):
        session.client.make()
        before = len(session.recorder.exchanges)
        with monkeypatch.context() as patch:
            patch.setattr(journal.os, "write", full)
            with pytest.raises(NoRoom):
                session.client.make()
        assert (1, before) == (cloud.resources(), len(session.recorder.exchanges))
        assert session.full is not None
        session.cleanup()
        assert 0 == cloud.resources()


def _limited(limited: Collection[str]) -> Callable[[Call, Answer, ImageStore], Answer]:
    """These operations are refused, by a quota of changes."""

    def limit(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        return Answer(403, {"message": "the quota of changes is used up"}) if call.operation in limited else answer

    return limit


def test_a_limit_that_cleaning_up_meets_is_no_fault_of_ours_and_not_judged(contract: Contract, tmp_path: Path) -> None:
    limited: set[str] = set()
    with against(contract, tmp_path, answer=_limited(limited)) as (session, cloud):
        session.client.make()
        limited |= {"image.delete", "image.patch"}
        session.sweep()
        limited.clear()
        session.cleanup()
        changes = [item for item in session.recorder.exchanges if item.operation == "image.patch"]
        assert ([], [], 0) == (session.faults, changes, cloud.resources())


def test_a_limit_that_is_met_while_room_is_made_is_not_judged(contract: Contract, tmp_path: Path) -> None:
    limited: set[str] = set()
    with against(contract, tmp_path, answer=_limited(limited)) as (session, cloud):
        session.client.make(protected=True)
        session.client.begin("the next case")
        before = len(session.recorder.exchanges)
        limited |= {"image.create", "image.patch"}
        with pytest.raises(NotExercised, match="quota-used-up"):
            session.client.make()
        assert "image.patch" not in [item.operation for item in session.recorder.exchanges[before:]]
        limited.clear()
        session.cleanup()
        assert 0 == cloud.resources()
