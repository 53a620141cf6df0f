"""Workers: cases by several processes, one record, the same verdict; and what becomes of a run whose workers end."""

from __future__ import annotations

import io
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from targets import reference_with

from conformance.model.contract import Contract
from conformance.model.deadline import Deadline, RunTime
from conformance.model.errors import Exit, NoRoom
from conformance.model.message import Exchange
from conformance.model.spool import Exchanges
from conformance.model.verdict import Verdict
from conformance.proof.reference import Reference
from conformance.run import workers
from conformance.run.by_workers import ByWorkers
from conformance.run.journal_file import state_directory
from conformance.run.options import WORKERS, Options, workers_of
from conformance.run.runner import conduct
from conformance.run.sending.caller import Lateness
from conformance.run.session import Session
from conformance.run.workers import Harvest, Workers, in_order
from conformance.services.fault import Fault, Hooks
from conformance.services.wire import Answer, Call
from conformance.target.cloud import Settings

SOME = "test_delete or test_create"
STOPPED = ("delete.what_is_not_there_cannot_be_deleted", "delete.a_protected_image_is_refused_and_stays")
FAULTS = ("history.deleted.download", "image.create.nan", "error.404.html")


def run(contract: Contract, count: int, *faults: str, seed: int = 1, selection: str | None = SOME) -> Verdict:
    options = Options(profile="smoke", seed=seed, workers=count, selection=selection, embedded=reference_with(*faults))
    return conduct(Session(options, contract), Console(file=io.StringIO()))


def told(verdict: Verdict) -> tuple[object, ...]:
    """What a verdict says, without numbers and times."""
    groups = [(item.id, item.requirement, item.binding, item.count) for item in verdict.findings]
    outcomes = [(item.id, item.outcome, dict(item.checks)) for item in verdict.requirements]
    return verdict.exit_code, groups, outcomes, [(item.request.method, item.case) for item in verdict.exchanges]


def test_what_takes_long_comes_first_then_what_draws_and_what_only_explores_last() -> None:
    explores, long = [False, False, False, True, True], [False, False, True, False, True]
    assert [2, 1, 0, 4, 3] == in_order(explores, long, [False, True, False, True, True])


def test_three_workers_say_what_one_process_says(contract: Contract) -> None:
    alone, shared = run(contract, 1, *FAULTS), run(contract, 3, *FAULTS)
    assert told(alone) == told(shared)
    assert Exit.NON_CONFORMANT == shared.exit_code
    assert list(range(1, len(shared.exchanges) + 1)) == [item.number for item in shared.exchanges]


@pytest.mark.parametrize(
    ("given", "settings", "in_flight", "count"),
    [
        (None, Settings(cloud="lab"), None, WORKERS),
        (None, Settings(cloud="lab"), 1, 1),
        (None, Settings(reference=True), None, 1),
        (5, Settings(reference=True), 1, 5),
    ],
)
def test_a_cloud_has_two_workers_unless_it_is_said_otherwise(
    given: int | None, settings: Settings, in_flight: int | None, count: int
) -> None:
    assert count == workers_of(given, settings, in_flight)


def test_cases_that_run_again_are_shared_out_and_judge_after_all(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two cases stop at an answer without an id, and come to their end when they run again."""
    stopped = [f"-{sha256(case.encode()).hexdigest()[:6]}a-1" for case in STOPPED]  # what they call their first image

    def answer(call: Call, answer: Answer, _store: object) -> Answer:
        if call.operation == "image.create" and any(name in call.body.decode() for name in stopped):
            return replace(answer, body={name: value for name, value in answer.body.items() if name != "id"})
        return answer

    def target(given: Contract) -> Reference:
        return Reference(given, faults=[Fault("odd", (), "without an id", Hooks(answer=answer))])

    again: list[int] = []
    shared = ByWorkers._share_out

    def counted(
        self: ByWorkers, session: pytest.Session, items: Sequence[pytest.Item], over: Callable[[], bool]
    ) -> None:
        again.append(len(items))
        shared(self, session, items, over)

    monkeypatch.setattr(ByWorkers, "_share_out", counted)
    found = []
    for count in (1, 3):
        options = Options(profile="smoke", seed=1, workers=count, selection=SOME, embedded=target)
        found.append(conduct(Session(options, contract), Console(file=io.StringIO())))
    assert [2] == again[1:]
    assert told(found[0]) == told(found[1])
    assert Exit.NON_CONFORMANT == found[0].exit_code  # of the image that was made, and not named


BESIDE = tuple(f"conformance.services.image.cases.test_{name}" for name in ("whole_list", "pages", "syntax", "patch"))


@pytest.mark.proof
@pytest.mark.parametrize("fault", ["image.list.going-on.repeats", "image.list.going-on.size.desc.ties"])
def test_what_other_workers_make_and_change_is_in_no_finding_of_a_faulty_list(fault: str, contract: Contract) -> None:
    """Lists that are walked beside cases that make and change many resources, and read again because they are wrong."""
    found = []
    for count in (1, 3):
        options = Options(profile="gate", seed=5, workers=count, modules=BESIDE, embedded=reference_with(fault))
        verdict = conduct(Session(options, contract), Console(file=io.StringIO()))
        found.append((verdict.exit_code, [(item.id, item.requirement, item.binding) for item in verdict.findings]))
    assert found[0] == found[1]


def test_each_worker_has_a_connection_of_its_own_and_works_at_the_same_time(contract: Contract) -> None:
    verdict = run(contract, 3)
    spans = sorted((item.started, item.started + item.response.elapsed, item.case) for item in verdict.exchanges)
    overlaps = [(one[2], two[2]) for one, two in pairwise(spans) if two[0] < one[1]]
    assert overlaps


def test_what_a_worker_knows_of_late_reads_the_process_that_cleans_up_knows(contract: Contract) -> None:
    def late(_place: int) -> bool:
        for _ in range(2):
            session.client.seen_late(1.0)
        return True

    with Session(Options(profile="smoke", seed=1, embedded=Reference), contract) as session:
        Workers(session, 1, begin=lambda: None, run_case=late, taken=lambda _: None, over=lambda: False).run([0])
        assert Lateness(2, 2.0) == session.client.lateness
        session.cleanup()


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(
    ("end", "code", "said"),
    [
        (killed, Exit.INCONCLUSIVE, "worker-killed"),
        (lambda: os._exit(1), Exit.SUITE, "suite-at-fault"),
        (lambda: os.kill(os.getpid(), signal.SIGUSR2), Exit.SUITE, "suite-at-fault"),
    ],
    ids=["killed", "exit", "another signal"],
)
def test_a_worker_that_ends_is_a_fault_of_ours_unless_it_was_killed_and_what_it_made_is_deleted(
    end: Callable[[], None], code: Exit, said: str, contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Session.sweep

    def fatal(session: Session) -> None:
        if os.getpid() != parent and any(client.journal.ids for client in session.clients.values()):
            end()
        made(session)

    parent = os.getpid()
    monkeypatch.setattr(Session, "sweep", fatal)
    with Reference(contract) as reference:
        reference.write_clouds(tmp_path / "clouds.yaml")
        settings = Settings(cloud="reference", config_files=(str(tmp_path / "clouds.yaml"),))
        options = Options(profile="smoke", seed=1, workers=2, selection=SOME, settings=settings)
        verdict = conduct(Session(options, contract), Console(file=io.StringIO()))
        assert (code, 0, ()) == (verdict.exit_code, reference.resources(), verdict.run.leftovers)
        assert said in [note.kind for note in verdict.notes]
        assert [] == [*state_directory().glob("*.jsonl")]


def test_an_interrupted_run_leaves_no_worker_and_nothing_that_one_has_made(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait, asked = workers.wait, 0

    def interrupted(pipes: Iterable[object], patience: float) -> list[object]:
        nonlocal asked
        asked += 1
        if asked == 5:
            raise KeyboardInterrupt
        return wait(pipes, patience)  # type: ignore[arg-type,return-value]

    fork, forked = os.fork, []

    def counted() -> int:
        process = fork()
        if process:
            forked.append(process)
        return process

    monkeypatch.setattr(os, "fork", counted)
    monkeypatch.setattr(workers, "wait", interrupted)
    with Reference(contract) as reference:
        reference.write_clouds(tmp_path / "clouds.yaml")
        settings = Settings(cloud="reference", config_files=(str(tmp_path / "clouds.yaml"),))
        options = Options(profile="smoke", seed=1, workers=2, selection=SOME, settings=settings)
        verdict = conduct(Session(options, contract), Console(file=io.StringIO()))
        assert (Exit.INCONCLUSIVE, True) == (verdict.exit_code, verdict.run.cut_short)
        assert (0, ()) == (reference.resources(), verdict.run.leftovers)
    assert 2 == len(forked)
    for process in forked:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_when_the_time_is_over_no_further_case_begins(contract: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = Session.sweep

    def slow(session: Session) -> None:
        time.sleep(0.2)  # a quick machine has all cases done in a second, and a slow one needs that to begin
        sweep(session)

    monkeypatch.setattr(Session, "sweep", slow)
    options = Options(profile="smoke", seed=1, workers=2, max_time="3s", embedded=Reference)
    began = time.monotonic()
    verdict = conduct(Session(options, contract), Console(file=io.StringIO()))
    assert time.monotonic() - began < 30
    assert (Exit.INCONCLUSIVE, True) == (verdict.exit_code, verdict.run.cut_short)
    assert "time-over" in [note.kind for note in verdict.notes]


@contextmanager
def opened(contract: Contract, folder: Path, **chosen: Any) -> Iterator[tuple[Session, Reference]]:
    """A session on a cloud that keeps its resources, whose journals are files."""
    with Reference(contract) as reference:
        reference.write_clouds(folder / "clouds.yaml")
        settings = Settings(cloud="reference", config_files=(str(folder / "clouds.yaml"),))
        options = Options(**{"profile": "smoke", "seed": 1, "settings": settings, **chosen})
        with Session(options, contract) as session:
            yield session, reference


def by_workers(session: Session, count: int, run_case: Callable[[int], object], places: Sequence[int]) -> None:
    def whole(place: int) -> bool:
        session.recorder.case = f"case {place}"
        session.client.begin(f"case {place}")
        run_case(place)
        return True

    crew = Workers(
        session, count, begin=lambda: None, run_case=whole, taken=lambda _: None, over=lambda: session.time.cases.over
    )
    crew.run(places)


def fill_the_disk(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """From so many exchanges on, the record of this process finds no room for more; that of a worker does."""
    parent, append = os.getpid(), Exchanges.append

    def until_full(self: Exchanges, exchange: Exchange) -> None:
        if os.getpid() == parent and len(self) >= after:
            raise NoRoom("no space left on device")
        append(self, exchange)

    monkeypatch.setattr(Exchanges, "append", until_full)


def test_what_workers_have_made_is_deleted_though_our_disk_has_no_room_for_what_they_have_seen(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(contract, tmp_path) as (session, reference):
        fill_the_disk(monkeypatch, len(session.recorder.exchanges))
        with pytest.raises(NoRoom):  # the last case comes first, so that the others wait for the record
            by_workers(session, 1, lambda _: session.client.make(), [2, 1, 0])
        assert (3, 3) == (reference.resources(), len(session.client.journal.ids))
        session.cleanup()
        assert (0, ()) == (reference.resources(), session.cleaning.leftovers)


@pytest.mark.parametrize("count", [2, 3])
def test_a_disk_that_is_full_ends_a_run_with_workers_as_any_other_and_is_no_fault_of_ours(
    count: int, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_the_disk(monkeypatch, 40)
    verdict = run(contract, count)
    assert (Exit.INCONCLUSIVE, ["no-room"]) == (verdict.exit_code, [note.kind for note in verdict.notes])
    assert 40 == len(verdict.exchanges)


def test_a_worker_that_ends_does_not_keep_the_turns_of_the_others(contract: Contract, tmp_path: Path) -> None:
    def run_case(place: int) -> None:
        if place == 0:
            session.pace._take()
            os.kill(os.getpid(), signal.SIGKILL)  # with a request under way
        for _ in range(4):
            session.client.list()

    with opened(contract, tmp_path, rate="5/s") as (session, _):
        session.time = RunTime(600.0, Deadline.after(10.0), Deadline.after(600.0))
        by_workers(session, 2, run_case, [0, 1])
        assert not session.time.cases.over
        assert ["case 1"] * 4 == [item.case for item in session.recorder.exchanges if item.case.startswith("case")]
        assert ["worker-killed"] == [note.kind for note in session.notes]


def test_a_worker_that_hands_over_nothing_is_ended_after_the_time_of_the_run_and_what_it_made_deleted(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_case(_: int) -> None:
        session.client.make()
        time.sleep(30.0)

    monkeypatch.setattr(workers, "LAST_WORD", 0.2)
    with opened(contract, tmp_path) as (session, reference):
        session.time = RunTime(600.0, Deadline.after(2.0), Deadline.after(600.0))
        began = time.monotonic()
        by_workers(session, 1, run_case, [0])
        assert 1.5 < time.monotonic() - began < 20.0
        assert 1 == reference.resources()
        session.cleanup()
        assert (0, ()) == (reference.resources(), session.cleaning.leftovers)


TOLD = "gAAAAABnR2xvcnkgdG8gdGhlIHRva2Vu"


def test_a_secret_that_a_worker_has_learnt_is_known_though_it_ends_in_the_middle_of_its_case(
    contract: Contract, tmp_path: Path
) -> None:
    def run_case(place: int) -> None:
        session.secrets.learn(f"{TOLD}-{place}", "$OS_TOKEN")
        if place == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    with opened(contract, tmp_path) as (session, _):
        by_workers(session, 2, run_case, [0, 1])
        assert "$OS_TOKEN $OS_TOKEN" == session.secrets.text(f"{TOLD}-0 {TOLD}-1")


def test_a_secret_that_a_worker_has_learnt_is_known_when_the_run_ends_before_its_case_does(
    contract: Contract, tmp_path: Path
) -> None:
    def run_case(place: int) -> None:
        session.secrets.learn(f"{TOLD}-{place}", "$OS_TOKEN")
        (tmp_path / f"learnt-{place}").touch()
        time.sleep(60 * place)

    def taken(_: Harvest) -> None:
        while not (tmp_path / "learnt-1").exists():
            time.sleep(0.01)
        raise KeyboardInterrupt

    with opened(contract, tmp_path) as (session, _):
        crew = Workers(
            session,
            2,
            begin=lambda: None,
            run_case=lambda place: run_case(place) is None,
            taken=taken,
            over=lambda: False,
        )
        with pytest.raises(KeyboardInterrupt):
            crew.run([0, 1])
        assert "$OS_TOKEN $OS_TOKEN" == session.secrets.text(f"{TOLD}-0 {TOLD}-1")


def test_a_secret_that_one_worker_has_learnt_is_known_to_the_others_with_their_next_case(
    contract: Contract, tmp_path: Path
) -> None:
    def run_case(place: int) -> None:
        known = tmp_path / "learnt"
        if place == 0:
            session.secrets.learn(TOLD, "$OS_TOKEN")
            known.touch()
            time.sleep(3)
        while place == 1 and not known.exists():
            time.sleep(0.01)
        if place == 2:
            (tmp_path / "shown").write_text(f"{os.getpid()} {session.secrets.text(TOLD)}")
        (tmp_path / f"by-{place}").write_text(str(os.getpid()))

    with opened(contract, tmp_path) as (session, _):
        by_workers(session, 2, run_case, [0, 1, 2])
    other = (tmp_path / "by-1").read_text()
    assert other != (tmp_path / "by-0").read_text()
    assert f"{other} $OS_TOKEN" == (tmp_path / "shown").read_text()
