"""The session of a run: from the options to the verdict, with nothing left behind whatever its end."""

from __future__ import annotations

import secrets as entropy
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, Self

from conformance.contract.specs import load_contract
from conformance.judge.confirmation import MOST_CASES
from conformance.judge.judgement import judge, to_confirm
from conformance.judge.kinds import BACK_AGAIN
from conformance.judge.once import doubted, of_the_run
from conformance.judge.plain import empty_verdict, plain_verdict
from conformance.model.budget import Budget
from conformance.model.contract import Contract
from conformance.model.deadline import RunTime, in_units
from conformance.model.errors import ConformanceError, NoRoom, SuiteError, TargetError, UsageError, of_this_machine
from conformance.model.finding import Finding
from conformance.model.findings import Findings
from conformance.model.phrase import Phrase
from conformance.model.record import Record
from conformance.model.verdict import Verdict
from conformance.run.account import record_of, run_of
from conformance.run.cases import Case, is_of
from conformance.run.cleanup.cleaning import Cleaning
from conformance.run.cleanup.entrance import Entrance, SalvagingSender
from conformance.run.embedded import CLOUD, OTHER_CLOUD
from conformance.run.excuse_files import excuses_of, values_of
from conformance.run.facts import gather
from conformance.run.journal import Journal
from conformance.run.journal_file import found, prepare, state_directory
from conformance.run.journal_readback import unfinished
from conformance.run.options import EXPLORING, Options, allowance_of, budget_of, max_time_of
from conformance.run.preflight import look_over
from conformance.run.recorder import Recorder
from conformance.run.sending.caller import Connection, place_of, resource_of
from conformance.run.sending.client import Client
from conformance.run.sending.pace import Pace, Rate
from conformance.run.sending.rereading import NODES, Rereading
from conformance.run.sending.sender import RecordingSender
from conformance.run.service import Service, services_of
from conformance.run.wanted import wanted_of
from conformance.target.choice import names_cloud
from conformance.target.cloud import Settings, Target, check_configuration, open_target
from conformance.target.everyday import words_of
from conformance.target.secret_members import secret_values
from conformance.target.secrets import Secrets
from conformance.target.transport import Transport

__all__ = ["Session"]

MOST_LOOKED_AGAIN, LOOKED_AGAIN_AFTER = 10, 2.0
"""Requests that are sent again at the end because they had shown what was deleted, and seconds after which that is."""


class Session:
    """A run under way. Use as a context: entering logs in, leaving takes down what entering put up."""

    def __init__(self, options: Options, contract: Contract | None = None) -> None:
        self.options = options
        self.contract: Contract = contract or load_contract(options.specs)
        self._budget = budget_of(options.profile, options.budget)
        self.allowance = allowance_of(options.profile, options.allowance)
        """Bytes of data that the cases about sizes may send and receive."""
        self.time = RunTime.starting(max_time_of(options.profile, options.max_time), owed=lambda: self.owed)
        """What the run may take: login, waits, cases and tries again until `time.cases`, which comes earlier the more there is
        to be judged and reported, then cleaning up, and all of it until `time.end`."""
        self.pace = Pace(Rate.parse(options.rate) if options.rate is not None else None, options.max_in_flight)
        """How many requests go out in a time; for all that the run sends."""
        self.services = services_of(self.contract)
        self.recorder = Recorder(self.contract)
        self._owed_elsewhere, self._alike = 0.0, 1
        """In a worker: what the others' exchanges will take to be judged, and how many record as much as this one."""
        self.secrets = Secrets()
        self.secrets.name(*words_of(self.contract))
        self.run_id = entropy.token_hex(4)
        self.notes: list[Phrase] = []
        self.foreseen: tuple[Phrase, ...] = ()
        """What cannot be exercised, as far as that is known before the first case: it is among the notes too."""
        self.faults: list[str] = []
        """A traceback for each exception of ours, without secrets; they are for the maintainers, and in no report."""
        self.ended: Phrase | None = None
        """Why the run ended before its last case; None when it did not."""
        self.excuses, said = excuses_of(self.options, self.contract)
        self.notes += said
        self._values = values_of(self.options, self.contract)
        for member, value in secret_values(self._values):
            self.secrets.learn(value, f"$OS_{member.upper()}")
        self._tell_stale()
        self._compare_times()
        self.refusal: str | None = None
        """Why the run could not start, as the error says it; None when it did."""
        self.began = datetime.now(UTC)
        self._clock = time.monotonic()
        self._stack = ExitStack()
        self.clients: dict[str, Client] = {}
        """A client for each service, by its name; none for the one that gives tokens, which the others are called
        with."""
        self.cleaning = Cleaning(self.clients, self.recorder, self.notes, self.at_fault)
        self._looked_again = False
        self._rereading: dict[str, Rereading] = {}
        self.target: Target
        self.sender: RecordingSender
        self.facts: dict[str, Any] | None = None
        self._pause: Callable[[float], None] = self._sleep
        self._durable = True
        self.embedded = False
        """Whether the run names no cloud, so that its target is the one inside this process."""

    def _tell_stale(self) -> None:
        """Say so when actions of the errata change nothing: what they decide does not hold in this run."""
        stale = self.contract.stale
        if stale:
            self.notes.append(Phrase.of("errata-stale", count=len(stale), target=stale[0].target))

    def _compare_times(self) -> None:
        """Say so when the generated cases are given more time than all cases have."""
        seconds = self._budget[1]
        if seconds is not None and seconds > self.time.cases.left():
            self.notes.append(
                Phrase.of("budget-beyond-time", budget=self.options.budget or "", time=in_units(self.time.seconds))
            )

    @property
    def owed(self) -> float:
        """The seconds that judging and reporting what was recorded so far will take."""
        return self._owed_elsewhere + self.recorder.owed * self._alike

    @property
    def may_judge(self) -> bool:
        """Whether there is time to judge what was recorded so far now, and again at the end."""
        return self.time.cases.left() > self.owed

    def become_worker(self) -> None:
        """Go on in a copy of the process that has opened the run: with a connection of its own, and with time that
        passes by itself, for the clock of an embedded target is in the other process."""
        self.target.transport.renew()
        self.cleaning.entrance.renew()
        self._pause = self._sleep
        self._alike = self.options.workers

    def is_owed(self, seconds: float) -> None:
        """In a worker: what all workers have recorded until now will take so long to be judged."""
        self._owed_elsewhere = seconds

    def begin_anew(self) -> None:
        """In a worker: forget what the recorder has, for it is handed over."""
        self.recorder.begin_anew()
        self.cleaning.begin_anew()

    def _let_pass(self, seconds: float) -> None:
        self._pause(seconds)

    def _sleep(self, seconds: float) -> None:
        """Let time pass on the target, as far as the run has it."""
        time.sleep(min(seconds, self.time.cases.left()))

    def doubted(self) -> tuple[str, ...]:
        """The cases to run again, because what they have seen was seen once (judge/once.py); none when there is no time to
        find out."""
        if not self.may_judge:
            return ()
        of_run = Findings(of_the_run(self.recorder.exchanges, self.contract))
        if not self._looked_again and self.clients:
            self._looked_again = True
            if self._look_again(of_run):
                of_run = Findings(of_the_run(self.recorder.exchanges, self.contract))
        found = chain(self.recorder.findings, of_run)
        return doubted(found, self.recorder.attempts, self.excuses.know)

    def _look_again(self, findings: Iterable[Finding]) -> bool:
        """Read once more what showed something that had been deleted; whether there was any."""
        numbers = [item.exchange.number for item in findings if item.deviation.kind in BACK_AGAIN and item.exchange]
        shown = (self.recorder.exchanges[number - 1].request for number in numbers)
        requests = {(item.url, item.actor): item for item in shown if item.method == "GET"}
        try:
            if requests:
                self.client.wait(LOOKED_AGAIN_AFTER)
            for request in list(requests.values())[:MOST_LOOKED_AGAIN]:
                for _ in range(NODES):
                    self.client.ask_again(request)
        except TargetError:
            pass
        return bool(requests)

    def to_confirm(self) -> tuple[str, ...]:
        """The cases to try again, so that what fails the run is seen to be steady or not."""
        cases, left = to_confirm(self.record(), self.contract, self.excuses)
        if left:
            self.notes.append(Phrase.of("not-tried-again", count=left, most=MOST_CASES))
        return cases

    def rereading(self, client: Client) -> Rereading:
        """Reads again for the cases of a client."""
        return self._rereading.setdefault(client.service.key, Rereading(client))

    @property
    def budget(self) -> tuple[int | None, float | None]:
        """What the generated cases may spend: requests and seconds, None for what is not bounded."""
        return self._budget

    @property
    def age(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._clock

    def check(self) -> None:
        """Find out what can be known of the configuration and of the place of the journals before anything is sent.

        Raises UsageError.
        """
        prepare(state_directory())
        if names_cloud(self.options.settings):
            check_configuration(self.options.settings)

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            try:
                if self.clients:
                    self.cleanup()
            finally:
                self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def at_fault(self, where: str, error: BaseException) -> None:
        """Write down an exception of ours: the run ends with exit code 4, and with all that was judged besides.

        `where` is the case, or the stage of the run. What the machine that we run on has no more of, room or files say, is
        no fault of ours: then nothing more is sent, and what was judged until then stands.
        """
        machine = of_this_machine(error)
        if machine is not None:
            self.end(Phrase.of("machine-failed", case=where, said=machine))
            return
        text = self.secrets.line("".join(traceback.format_exception(error)))
        self.faults.append(f"{where}\n{text}")
        said = " ".join(self.secrets.line(str(error)).split())[:200]
        note = Phrase.of("suite-at-fault", case=where, error=type(error).__name__, said=said)
        if note not in self.notes:
            self.notes.append(note)

    @property
    def full(self) -> NoRoom | None:
        """Why nothing more can be written down, so that nothing more may be created or judged; None while that is not
        so."""
        reasons = (self.recorder.full, *(client.journal.full for client in self.clients.values()))
        return next((reason for reason in reasons if reason is not None), None)

    @property
    def suite_fault(self) -> bool:
        """Whether an exception of ours was met."""
        return bool(self.faults)

    def could_not_start(self, error: ConformanceError) -> None:
        """Say that the run never came to its cases, and why: the target, or what the run was asked for."""
        self.refusal = self.secrets.line(str(error))
        self.notes.insert(0, Phrase.of("could-not-start", said=self.refusal))

    def end(self, reason: Phrase) -> None:
        """Say why the run ends before its last case. The first reason stands."""
        if self.ended is None:
            self.ended = reason
            if reason not in self.notes:  # a worker has said so, too
                self.notes.append(reason)

    def interrupted(self) -> None:
        """Say that the run was ended from outside, before its last case."""
        self.end(Phrase.of("interrupted"))

    @property
    def cut_short(self) -> bool:
        """Whether the run ended before its last case."""
        return self.ended is not None

    def _open(self) -> None:
        settings = self.options.settings
        prepare(state_directory())
        self.notes += [item.said for item in found(state_directory())[1]]
        if not names_cloud(settings):
            settings = self._embedded(settings)
        wanted = wanted_of(self.contract)
        self.target = open_target(settings, wanted, self._door, self.time.cases, self.secrets)
        self._stack.callback(self.target.transport.close)
        if self.target.unverified:
            self.notes.append(Phrase.of("not-verified"))
        entrance = Entrance(self.target, settings, wanted, self._side_door, self.secrets)
        self._stack.callback(entrance.close)
        self.cleaning.enter(entrance)
        connection = Connection(self.target, self.sender, self.recorder, self.secrets, self._let_pass, self.clients)
        before = [self._connect(connection, service) for service in self.services if not service.gives_tokens]
        for client, journals in reversed(before):  # what needs others is removed before them
            self.cleaning.after_earlier(journals, client, self.time.cases)
        self.facts = gather(self.client, self.services)
        foreseen = (said for client in self.clients.values() for said in client.foresees())
        self.foreseen = tuple(dict.fromkeys(foreseen))
        self.notes += self.foreseen
        for client in self.clients.values():
            if resource_of(self.contract, client.service) is not None and not client.service.about:
                self.notes += look_over(client)
                self.sweep()

    def _door(self, transport: Transport) -> RecordingSender:
        self.sender = RecordingSender(transport, self.recorder, self.secrets, self.pace)
        return self.sender

    def _side_door(self, transport: Transport) -> RecordingSender:
        sender = SalvagingSender(transport, self.recorder, self.secrets, self.pace)
        sender.knows(self.sender)
        return sender

    def _connect(self, connection: Connection, service: Service) -> tuple[Client, list[Journal]]:
        """Make the client of a service; returns it and the journals of runs that ended without cleaning up."""
        directory = state_directory()
        where = (place_of(self.target, self.contract, service), self.target.main.project_id)
        earlier = list(unfinished(directory, *map(self.secrets.text, where)))
        journal = Journal.open(directory, *where, self.run_id, durable=self._durable, shown=self.secrets.text)
        make = service.client() if service.client is not None else Client
        client: Client = make(connection, service, journal, self.options.seed)
        # What cleaning up has closed, and deleted, stays so; who makes nothing has nothing to delete.
        self._stack.callback(journal.close, done=not client.makes)
        client.thorough = self.options.profile == "acceptance"
        client.read_only = self.options.read_only
        client.allow, client.values = self.options.allow, self._values
        self.clients[service.key] = client
        if self.options.read_only:
            for old in earlier:
                old.close(done=False)
                self.notes.append(Phrase.of("earlier-run-not-cleaned", run=old.run_id))
            earlier = []
        return client, earlier

    @property
    def client(self) -> Client:
        """The client of the contract's first service. Raises SuiteError before the session is opened."""
        for client in self.clients.values():
            return client
        raise SuiteError("the session has no client: it is not open, or its contract gives tokens and nothing else")

    def client_of(self, case: Case | None) -> Client:
        """The first client of the service whose case this is; the first of all for the service that gives tokens."""
        found = (item for item in self.clients.values() if case is not None and is_of(case, item.service))
        return next(found, None) or self.client

    def _embedded(self, settings: Settings) -> Settings:
        """Without any cloud: the target inside this process. Raises UsageError when none was handed in."""
        if self.options.embedded is None:
            raise UsageError("no cloud is named: give --os-cloud")
        target = self._stack.enter_context(self.options.embedded(self.contract))
        self._pause, self._durable, self.embedded = target.advance, not target.ends_with_process, True
        self.cleaning.pause = target.advance
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="conformance-")))
        clouds = folder / "clouds.yaml"
        target.write_clouds(clouds)
        return replace(settings, reference=True, cloud=CLOUD, other_cloud=OTHER_CLOUD, config_files=(str(clouds),))

    def share(self, part: float) -> Budget:
        """A share (0 to 1) of the budget of the generated cases, counted from now; less of it for a case that
        explores."""
        if self.recorder.exploring:
            part *= EXPLORING
        requests, seconds = self._budget
        return Budget(
            None if requests is None else round(requests * part),
            None if seconds is None else seconds * part,
            lambda: len(self.recorder.exchanges),
            self.time.cases,
        )

    def sweep(self) -> None:
        """Delete what the case that just ended created."""
        self.cleaning.sweep(self.time.cases)

    def cleanup(self) -> None:
        """Delete what this run created; what cannot be deleted is in the verdict and stays in the journal."""
        self.cleaning.finish(self.time.cleaning())

    def record(self) -> Record:
        """What was seen so far, without secrets."""
        return record_of(self)

    def verdict(self) -> Verdict:
        """The verdict on what was seen so far. When judging it fails, a plain one of what the checks have found, and when
        that fails, one that says so and nothing else."""
        try:
            return judge(self.record(), self.contract, self.excuses)
        except Exception as error:  # of ours: a verdict stands all the same
            self.at_fault("judging", error)
        try:
            return plain_verdict(self.record(), self.contract)
        except Exception as error:
            self.at_fault("judging", error)
            return empty_verdict(run_of(self), self.contract, map(self.secrets.phrase, self.notes))
