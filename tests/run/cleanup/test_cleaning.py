"""Cleaning up after a run on clouds that break: nothing is left, or what is left is named and stays in the journal."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from breaking import against, journals, kinds, session_on

from conformance.model.contract import Contract
from conformance.model.errors import NoRoom, TargetUnreachable
from conformance.proof.reference import Reference
from conformance.run import journal, preflight
from conformance.run.cleanup import cleaning, removal
from conformance.run.cleanup.holdings import Holdings
from conformance.run.cleanup.removal import Presence
from conformance.run.sending.client import Client
from conformance.run.session import Session
from conformance.run.unexercised import NotExercised
from conformance.services.fault import Fault, Hooks
from conformance.services.image.target.store import ImageStore
from conformance.services.wire import Answer, Call


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "PAUSES", (0.01, 0.02))
    monkeypatch.setattr(preflight, "PAUSES", (0.01, 0.02, 0.04))


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
