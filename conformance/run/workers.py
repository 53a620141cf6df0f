"""The cases of a run by several processes at once, and one record of what they have seen.

Rules
- A worker is a copy of this process (fork), made when the run is open and its cases are collected: it begins at once. It
  has a connection of its own, and the journal in common with the others: each line is one write.
- A worker is given one case after the other, those that take long first, and hands over what it has seen of each, in
  portions that wait on disk. That becomes part of the record in the order of the cases, whoever was first: the same run
  gives the same record.
- Ending the run, trying cases again and cleaning up are this process's alone. When it ends the workers early they are
  killed; what they have made is in the journal. A worker that ends by itself is a fault of ours; one that is killed from
  outside ends the run, as the machine may have no more memory.
- When the time of the run is over, workers are waited for as long as they have something to hand over, and not longer.
- What workers have made is known to this process before anything of theirs is written down, for which a disk may have
  no room.
- A secret that a worker learns is told at once, and with the next case to the others: a target may tell anybody of it.
- No worker outlives this process, however it ends: it would go on to make what nobody cleans up.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait

from conformance.model.deviation import Deviation
from conformance.model.errors import SuiteError
from conformance.model.phrase import Phrase
from conformance.model.spool import Spool
from conformance.run.case_record import CaseRecord, Portion, portions, summary, take_over
from conformance.run.effort import Effort
from conformance.run.journal import Held
from conformance.run.journal_readback import read_again
from conformance.run.sending.caller import Lateness
from conformance.run.sending.quota import Quota
from conformance.run.sending.sender import Setbacks
from conformance.run.session import Session

__all__ = ["Harvest", "Workers", "in_order"]

PORTION, HARVEST, SECRET = b"+", b".", b"$"
"""What a worker says before a portion, before what ends a case, and before a secret that it has just learnt."""
PATIENCE = 1.0
"""Seconds after which this process looks whether the time of the run is over."""
LAST_BREATH = 1.0
"""Seconds after the end of its pipe in which a worker ends."""
LAST_WORD = 10.0
"""Seconds for which a worker may hand over nothing once the time of the run is over: what it asks is broken off then."""


@dataclass(frozen=True, slots=True)
class Harvest:
    """What a worker hands over of one case, after the portions of what it has seen.

    `place` is that of the case among those of the run, `whole` says that the end of the run has not cut it off. `held`
    maps a service to what its journal names since the last case. `ended` is why the run has to end. `troubles` are what stood in the way since the last case, `quotas`
    map a service to what the worker of this `number` has met of quotas, `steady` to what was seen to stand when it was
    read again, `late` to what the worker knows of reads that are late. `unanswered` are the URLs of deletes whose answer
    never came.
    """

    place: int
    whole: bool
    seen: CaseRecord
    held: dict[str, Held]
    notes: tuple[Phrase, ...]
    faults: tuple[str, ...]
    ended: Phrase | None
    number: int
    troubles: Setbacks
    quotas: dict[str, Quota]
    steady: dict[str, frozenset[tuple[str, Deviation]]]
    late: dict[str, Lateness]
    unanswered: frozenset[str]


@dataclass
class _Worker:
    """A process, and the pipe to it; `place` is the case that it has, None while it has none. `portions` are the places
    of what it has handed over of that case, among all that is kept; `told` is how many of the secrets that are known it
    was told of."""

    process: int
    pipe: Connection
    place: int | None = None
    portions: list[int] = field(default_factory=list)
    told: int = 0


def in_order(explores: Sequence[bool], long: Sequence[bool], draws: Sequence[bool]) -> list[int]:
    """The places of cases in the order in which they are handed out: what only explores comes last, what takes long
    first, then what draws."""
    return sorted(range(len(explores)), key=lambda place: (explores[place], not long[place], not draws[place], place))


class Workers:
    """Hands cases out to `count` workers and takes over what they have seen.

    `begin` is called in each worker before its first case. `run_case` runs the case of a place in a worker, and says whether the end of the run has not cut it off;
    `taken` is told of each case in the order of the places, when it has become part of the record; `over` says whether
    no further case may begin.
    """

    def __init__(
        self,
        session: Session,
        count: int,
        *,
        begin: Callable[[], None],
        run_case: Callable[[int], bool],
        taken: Callable[[Harvest], None],
        over: Callable[[], bool],
    ) -> None:
        self._session = session
        self._count = count
        self._begin = begin
        self._run_case = run_case
        self._taken = taken
        self._over = over
        self._workers: list[_Worker] = []
        self._waiting: dict[int, tuple[Harvest, list[int]]] = {}
        self._kept = Spool()
        self._pending = 0
        """Bytes that were handed over and are not part of the record yet."""
        self._silent = 0.0
        """Seconds for which workers were waited for in vain since the time of the run is over."""
        self._life = os.pipe()
        """Nothing is ever written to it: who reads it is told of the end of the last process that could."""

    def run(self, order: Sequence[int]) -> None:
        """Run the cases of these places. Raises what ends the run early, after the workers are gone; NoRoom, when what they
        have seen cannot be kept."""
        todo = iter(order)
        expected = iter(sorted(order))
        upcoming: list[int] = [next(expected)] if order else []
        try:
            for _ in range(min(self._count, len(order))):
                self._workers.append(self._forked())
            for worker in self._workers:
                self._give(worker, todo)
            while any(worker.place is not None for worker in self._workers) and self._silent <= LAST_WORD:
                self._harvest(todo)
                while upcoming and upcoming[0] in self._waiting:
                    self._take(upcoming.pop())
                    upcoming += [place for place in (next(expected, None),) if place is not None]
        finally:
            self._end()

    def _take(self, place: int) -> None:
        self._learn(self._waiting[place][0])
        self._record(place)

    def _learn(self, harvest: Harvest) -> None:
        """Know what a worker has come to know and what it has made, all but the record of its case."""
        session = self._session
        for name, held in harvest.held.items():
            session.clients[name].journal.take_over(held)
        session.notes += [note for note in harvest.notes if note not in session.notes]
        session.faults += harvest.faults
        session.sender.troubles.add(harvest.troubles)
        for name, quota in harvest.quotas.items():
            session.clients[name].quota.add(harvest.number, quota)
        for name, steady in harvest.steady.items():
            session.rereading(session.clients[name]).steady |= steady
        for name, late in harvest.late.items():
            client = session.clients[name]
            client.lateness = max(client.lateness, late)
        session.recorder.unanswered |= harvest.unanswered
        if harvest.ended is not None:
            session.end(harvest.ended)

    def _record(self, place: int) -> None:
        """Make what a worker has seen of a case part of the record. Raises NoRoom."""
        harvest, kept = self._waiting.pop(place)
        take_over(self._session.recorder, map(self._portion, kept), harvest.seen)
        self._taken(harvest)

    def _portion(self, index: int) -> Portion:
        data = self._kept[index]
        self._count_pending(-len(data))
        portion: Portion = pickle.loads(data)
        return portion

    def _count_pending(self, size: int) -> None:
        self._pending += size
        self._session.is_owed(Effort().ahead(0, self._pending))

    def _harvest(self, todo: Iterator[int]) -> None:
        """Wait for workers, keep what they hand over, and give another case to who has handed over all of one."""
        busy = [worker for worker in self._workers if worker.place is not None]
        ready = wait([worker.pipe for worker in busy], PATIENCE)
        self._silent = 0.0 if ready or not self._session.time.cases.over else self._silent + PATIENCE
        free: list[_Worker] = []
        for worker in (worker for worker in busy if worker.pipe in ready):
            try:
                kind, data = worker.pipe.recv_bytes(1), worker.pipe.recv_bytes()
            except (EOFError, OSError):
                self._bury(worker)
                continue
            if kind == SECRET:
                self._session.secrets.learn(*pickle.loads(data))
                continue
            if kind == PORTION:
                self._kept.append(data)
                worker.portions.append(len(self._kept) - 1)
                self._count_pending(len(data))
                continue
            harvest: Harvest = pickle.loads(data)
            self._waiting[harvest.place] = harvest, worker.portions
            self._session.recorder.effort.add(harvest.seen.effort)
            worker.place, worker.portions = None, []
            free.append(worker)
        for worker in free:  # what the others have told is known by now
            self._give(worker, todo)

    def _bury(self, worker: _Worker) -> None:
        """A worker has ended by itself. As long as nobody waits for its end it is there to all others, and a request that
        it had under way has its turn (run/sending/pace.py)."""
        self._workers.remove(worker)
        worker.pipe.close()
        killed = _ended_by(worker.process) == signal.SIGKILL
        self._count_pending(-sum(len(self._kept[index]) for index in worker.portions))
        if killed:
            self._session.end(Phrase.of("worker-killed", signal="SIGKILL", option="--workers 1"))
        else:
            self._session.at_fault("worker", SuiteError("a worker has ended in the middle of a case"))
        self._read_journals_again()

    def _read_journals_again(self) -> None:
        for client in self._session.clients.values():
            read_again(client.journal)

    def _give(self, worker: _Worker, todo: Iterator[int]) -> None:
        if self._over():
            return
        worker.place = next(todo, None)
        if worker.place is not None:
            learnt = self._session.secrets.learnt
            with suppress(OSError):  # then its end is seen where its answer is waited for
                worker.pipe.send((worker.place, self._session.owed, learnt[worker.told :]))
            worker.told = len(learnt)

    def _end(self) -> None:
        for worker in self._workers:
            if worker.place is None:
                worker.pipe.close()
            else:
                _kill(worker.process)
        for end in self._life:
            os.close(end)
        killed = any(worker.place is not None for worker in self._workers)
        for worker in self._workers:
            _reap(worker.process)
            if worker.place is not None:
                self._hear_out(worker)
        waiting = sorted(self._waiting)  # those after one that was not run
        for place in waiting:
            self._learn(self._waiting[place][0])
        if killed:
            self._read_journals_again()
        for place in waiting:
            self._record(place)

    def _hear_out(self, worker: _Worker) -> None:
        """Learn the secrets that a worker, which is gone, has told of."""
        with suppress(EOFError, OSError):
            while worker.pipe.poll():
                kind, data = worker.pipe.recv_bytes(1), worker.pipe.recv_bytes()
                if kind == SECRET:
                    self._session.secrets.learn(*pickle.loads(data))
        worker.pipe.close()

    # --- in the worker ----------------------------------------------------------------------------------------------

    def _forked(self) -> _Worker:
        ours, theirs = Pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        process = os.fork()
        if process:
            theirs.close()
            return _Worker(process, ours, told=len(self._session.secrets.learnt))
        code = 1
        try:
            ours.close()
            for other in self._workers:
                other.pipe.close()
            self._serve(theirs)
            code = 0
        finally:
            os._exit(code)  # nothing of what this copy has inherited is taken down by it

    def _serve(self, pipe: Connection) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # whoever started us ends us
        reading, writing = self._life
        os.close(writing)
        threading.Thread(target=_end_with, args=(reading,), daemon=True).start()
        session = self._session
        session.become_worker()
        session.begin_anew()
        self._begin()
        session.sender.troubles.taken()
        for client in session.clients.values():
            client.quota = Quota()
        speech = threading.Lock()

        def say(kind: bytes, value: object) -> None:
            with speech:
                pipe.send_bytes(kind)
                pipe.send_bytes(pickle.dumps(value))

        def tell(value: str, replacement: str) -> None:
            with suppress(OSError):  # who started us has ended
                say(SECRET, (value, replacement))

        session.secrets.tell = tell
        while True:
            try:
                place, owed, learnt = pipe.recv()
            except EOFError:
                return
            for value, replacement in learnt:
                session.secrets.learn(value, replacement)
            session.is_owed(owed)
            notes, faults = len(session.notes), len(session.faults)
            whole = self._run_case(place)
            harvest = Harvest(
                place,
                whole,
                summary(session.recorder),
                {name: client.journal.hand_over() for name, client in session.clients.items()},
                tuple(session.notes[notes:]),
                tuple(session.faults[faults:]),
                session.ended,
                len(self._workers),
                session.sender.troubles.taken(),
                {name: client.quota for name, client in session.clients.items()},
                {name: frozenset(session.rereading(client).steady) for name, client in session.clients.items()},
                {name: client.lateness for name, client in session.clients.items()},
                frozenset(session.recorder.unanswered),
            )
            try:
                for portion in portions(session.recorder):
                    say(PORTION, portion)
                say(HARVEST, harvest)
            except OSError:  # who started us has ended
                return
            session.begin_anew()


def _kill(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def _ended_by(process: int) -> int:
    """The signal that ended a process of ours, 0 when none did; nobody else sees it any more. One that only closed its pipe
    is killed, by us."""
    until = time.monotonic() + LAST_BREATH
    with suppress(ChildProcessError):
        while time.monotonic() < until:
            found, status = os.waitpid(process, os.WNOHANG)
            if found:
                return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
            time.sleep(0.01)
        _kill(process)
        _reap(process)
    return 0


def _reap(process: int) -> None:
    """Wait until a process of ours has ended, to everybody."""
    with suppress(ChildProcessError):
        os.waitpid(process, 0)


def _end_with(life: int) -> None:
    """End this process when the other one has ended."""
    os.read(life, 1)
    os._exit(1)
