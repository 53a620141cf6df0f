"""The session of a run: from the options to the verdict, with nothing left behind whatever its end."""

from __future__ import annotations

import secrets as entropy
import shlex
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Self

from conformance.contract.specs import load_contract
from conformance.generate.exploration import Budget, keep_drawing_in, parse_budget
from conformance.generate.sizes import parse_bytes
from conformance.judge.confirmation import MOST_CASES
from conformance.judge.excuses import Excuses
from conformance.judge.judgement import judge, to_confirm
from conformance.judge.plain import plain_verdict
from conformance.judge.registry import covered, passive_ids, required
from conformance.model.contract import Contract
from conformance.model.errors import SuiteError, TargetError, UsageError
from conformance.model.phrase import Phrase, Value
from conformance.model.record import Record
from conformance.model.verdict import Removal, Run, Verdict
from conformance.run.aftermath import look_back
from conformance.run.baseline_file import load_baseline
from conformance.run.cases import Case, registry
from conformance.run.client import Client, Connection, resource_of
from conformance.run.embedded import CLOUD, OTHER_CLOUD, Embed
from conformance.run.facts import gather
from conformance.run.journal import Journal, clean, prepare, state_directory, unfinished
from conformance.run.recorder import Recorder
from conformance.run.sender import RecordingSender
from conformance.run.service import Service, services_of
from conformance.run.unexercised import NotExercised
from conformance.run.waivers_file import load_waivers
from conformance.run.wording import PLAIN, Wording
from conformance.target.choice import names_cloud
from conformance.target.cloud import Settings, Target, Wanted, open_target
from conformance.target.secrets import Secrets
from conformance.target.transport import Transport

__all__ = ["EXPLORING", "PROFILES", "Options", "Session", "allowance_of", "budget_of", "in_profile", "seed_of_day"]

PROFILES = ("smoke", "gate", "acceptance")
BUDGETS = {"smoke": "0", "gate": "400", "acceptance": "6000"}
"""Requests of the generated cases in each profile."""
BYTES = {"smoke": "0", "gate": "8MiB", "acceptance": "224MiB"}
"""Bytes of data that the cases about sizes send and receive in each profile; the other cases need some KiB."""
EXPLORING = 0.2
"""What the exploring part of a case may spend, as a share of what its regression part may."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a run was asked for. `seed` is what the exploring part is drawn with; `selection` is pytest's -k or a choice of files.

    `embedded` makes the target of a run that names no cloud; without it such a run is refused. `waivers` and `baseline`
    are files; `confirm` is how often a case that showed a finding is tried again. `budget` bounds the generated cases:
    requests (`500`) or a time (`120s`, `10m`); the profile's own when None. So does `allowance` the data of the cases about
    sizes (`64KiB`, `8MiB`). `wording` says what waivers that name a
    text are matched against. Without `explore` cases that draw are not run with the seed of the run. `modules` are those
    whose cases are collected, all when there are none: less to do for who knows what `selection` chooses.
    """

    settings: Settings = field(default_factory=Settings)
    profile: str = "gate"
    seed: int = 0
    strict: bool = False
    selection: str | None = None
    specs: Path | None = None
    embedded: Embed | None = None
    waivers: Path | None = None
    strict_waivers: bool = False
    baseline: Path | None = None
    confirm: int = 0
    budget: str | None = None
    allowance: str | None = None
    wording: Wording = PLAIN
    explore: bool = True
    modules: tuple[str, ...] = ()


def budget_of(profile: str, budget: str | None) -> tuple[int | None, float | None]:
    """What the generated cases of a run may spend: requests, or seconds. Raises UsageError."""
    return parse_budget(budget if budget is not None else BUDGETS[profile])


def allowance_of(profile: str, given: str | None) -> int:
    """The bytes of data that the cases about sizes of a run may send and receive. Raises UsageError."""
    return parse_bytes(given if given is not None else BYTES[profile])


def seed_of_day() -> int:
    """The seed of a run that was given none: today's date in UTC as a number, such as 20261231, so that each day
    explores something else and whoever reads of a run can repeat it."""
    return int(datetime.now(UTC).strftime("%Y%m%d"))


def in_profile(case: Case, profile: str) -> bool:
    """Whether the profile runs the case."""
    return case.smoke if profile == "smoke" else profile == "acceptance" or not case.acceptance


class Session:
    """A run under way. Use as a context: entering logs in, leaving takes down what entering put up."""

    def __init__(self, options: Options, contract: Contract | None = None) -> None:
        self.options = options
        self.contract: Contract = contract or load_contract(options.specs)
        self._budget = budget_of(options.profile, options.budget)
        self.allowance = allowance_of(options.profile, options.allowance)
        """Bytes of data that the cases about sizes may send and receive."""
        self.services = services_of(self.contract)
        self.recorder = Recorder(self.contract)
        self.secrets = Secrets()
        self.run_id = entropy.token_hex(4)
        self.notes: list[Phrase] = []
        self.faults: list[str] = []
        """A traceback for each exception of ours, without secrets; they are for the maintainers, and in no report."""
        self.cut_short = False
        self.excuses = self._excuses()
        self.given_up = False
        self.refusal: str | None = None
        """Why the run could not start, as the error says it; None when it did."""
        self.leftovers: tuple[str, ...] = ()
        self._stuck: frozenset[str] = frozenset()
        self._looked = 0
        self._began = datetime.now(UTC)
        self._clock = time.monotonic()
        self._stack = ExitStack()
        self.clients: dict[str, Client] = {}
        """A client for each service, by its name; none for the one that gives tokens, which the others are called
        with."""
        self.target: Target
        self.sender: RecordingSender
        self.facts: dict[str, Any] | None = None
        self._pause: Callable[[float], None] = time.sleep
        self._durable = True
        self.embedded = False
        """Whether the run names no cloud, so that its target is the one inside this process."""

    def _excuses(self) -> Excuses:
        """Read waivers and baseline before anything is sent, so that a mistake in them costs nothing."""
        waivers, baseline, contract = self.options.waivers, self.options.baseline, self.contract
        if waivers is None and self.options.strict_waivers:
            raise UsageError("--strict-waivers: there are no waivers; give --waivers FILE, or write waivers.yaml")
        excuses = Excuses(
            sentence=lambda finding: self.options.wording.sentence(finding.deviation),
            waivers=load_waivers(waivers, contract) if waivers is not None else (),
            baseline=load_baseline(baseline, {"name": contract.name, "sha256": contract.sha256})
            if baseline is not None
            else None,
        )
        if waivers is not None:
            self.notes.append(Phrase.of("waivers-in-use", count=len(excuses.waivers), file=str(waivers)))
        if excuses.baseline is not None:
            self.notes.append(Phrase.of("baseline-in-use", count=len(excuses.baseline.entries), file=str(baseline)))
        return excuses

    def to_confirm(self) -> tuple[str, ...]:
        """The cases to try again, so that what fails the run is seen to be steady or not."""
        cases, left = to_confirm(self.record(), self.contract, self.excuses)
        if left:
            self.notes.append(Phrase.of("not-tried-again", count=left, most=MOST_CASES))
        return cases

    @property
    def budget(self) -> tuple[int | None, float | None]:
        """What the generated cases may spend: requests and seconds, None for what is not bounded."""
        return self._budget

    @property
    def age(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._clock

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            if self.clients:
                self.cleanup()
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def at_fault(self, where: str, error: BaseException) -> None:
        """Write down an exception of ours: the run ends with exit code 4, and with all that was judged besides.

        `where` is the case, or the stage of the run.
        """
        text = self.secrets.text("".join(traceback.format_exception(error)))
        self.faults.append(f"{where}\n{text}")
        self.notes.append(
            Phrase.of("suite-at-fault", case=where, error=type(error).__name__, said=" ".join(str(error).split())[:200])
        )

    @property
    def suite_fault(self) -> bool:
        """Whether an exception of ours was met."""
        return bool(self.faults)

    def could_not_start(self, error: TargetError) -> None:
        """Say that the run never came to its cases, and why."""
        self.refusal = str(error)
        self.notes.append(Phrase.of("could-not-start", said=self.refusal))

    def interrupted(self) -> None:
        """Say that the run was ended from outside, before its last case."""
        self.cut_short = True
        self.notes.append(Phrase.of("interrupted"))

    def _open(self) -> None:
        settings = self.options.settings
        prepare(state_directory())
        keep_drawing_in(state_directory())
        if not names_cloud(settings):
            settings = self._embedded(settings)
        services = {item.name: () if item.gives_tokens else item.catalogue for item in self.services}
        self.target = open_target(settings, Wanted(services, self.contract.token_operation), self._door)
        self._stack.callback(self.target.transport.close)
        for actor in self.target.actors.values():
            for secret in actor.secrets:
                self.secrets.learn(
                    secret, "$OS_PASSWORD" if actor.name == "main" else f"$OS_PASSWORD_{actor.name.upper()}"
                )
        connection = Connection(self.target, self.sender, self.recorder, self.secrets, self._pause)
        for service in self.services:
            if not service.gives_tokens:
                self._connect(connection, service)
        self.facts = gather(self.client, self.services)
        for client in self.clients.values():
            if resource_of(self.contract, client.service) is not None:
                self._explore(client)

    def _door(self, transport: Transport) -> RecordingSender:
        self.sender = RecordingSender(transport, self.recorder, self.secrets)
        return self.sender

    def _connect(self, connection: Connection, service: Service) -> None:
        """Make the client of a service, and clean up after runs that ended without doing so."""
        directory = state_directory()
        where = (self.target.url(service.name), self.target.main.project_id)
        earlier = list(unfinished(directory, *where))
        journal = Journal.open(directory, *where, self.run_id, durable=self._durable)
        self._stack.callback(journal.close, done=False)  # what cleaning up has closed, and deleted, stays so
        make = service.client() if service.client is not None else Client
        client: Client = make(connection, service, journal, self.options.seed)
        client.thorough = self.options.profile == "acceptance"
        self.clients[service.name] = client
        for old in earlier:
            left = clean(old, client)
            old.close(done=not left)
            theirs = sum(bool(old.ids.get(resource_id)) for resource_id in left)
            kind = (
                "earlier-run-left-of-second-project"
                if theirs
                else "earlier-run-left"
                if left
                else "earlier-run-cleaned"
            )
            self.notes.append(Phrase.of(kind, run=old.run_id, **(_some(left) if left else {})))

    @property
    def client(self) -> Client:
        """The client of the contract's first service. Raises SuiteError before the session is opened."""
        for client in self.clients.values():
            return client
        raise SuiteError("the session has no client: it is not open, or its contract gives tokens and nothing else")

    def client_of(self, service: str) -> Client:
        """The client of a service; that of the first one for the service that gives tokens."""
        return self.clients.get(service) or self.client

    def _explore(self, client: Client) -> None:
        """Find out whether the credentials may create resources: a document may give that to administrators, OpenStack
        gives it to members (ruling 39)."""
        service, resource = client.service, client.resource
        self.recorder.case = "start"
        try:
            made = client.create({service.marks.name: client.name(), **service.plain})
        except NotExercised as reason:  # a quota is used up
            self.notes.append(reason.reason)
            return
        status = made.response.status
        self.recorder.may_create[service.name] = status not in {401, 403}
        if status in {401, 403}:
            self.notes.append(Phrase.of("may-create-nothing", operation=made.operation, status=status))
        resource_id = next(iter(client.journal.ids), None)
        if status < 300 and resource_id is not None and resource.show is not None:
            # Tried more than once: a service that stores late has the operation all the same.
            client.shows = any(client.show(resource_id).response.status == 200 for _ in range(3))
            if not client.shows:
                self.notes.append(Phrase.of("does-not-answer", operation=resource.show))
        self.sweep()

    def _embedded(self, settings: Settings) -> Settings:
        """Without any cloud: the target inside this process. Raises UsageError when none was handed in."""
        if self.options.embedded is None:
            raise UsageError("no cloud is named: give --os-cloud")
        target = self._stack.enter_context(self.options.embedded(self.contract))
        self._pause, self._durable, self.embedded = target.advance, not target.ends_with_process, True
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
        )

    def sweep(self) -> None:
        """Delete what the case that just ended created, so that the cloud holds few resources of ours at a time.

        What cannot be deleted now is tried again at the end, and not before.
        """
        self.recorder.case = "cleanup"
        try:
            exchanges, self._looked = self.recorder.exchanges[self._looked :], len(self.recorder.exchanges)
            for client in self.clients.values():
                look_back(client, exchanges)
                for resource_id, project in tuple(client.journal.ids.items()):
                    if resource_id not in self._stuck and client.remove(resource_id, project):
                        client.journal.gone(resource_id)
            self._stuck = frozenset(self._ids())
        except TargetError:
            return
        except Exception as error:  # of ours: the next sweep tries again
            self.at_fault("cleanup", error)
        finally:
            self.recorder.case = ""

    def _ids(self) -> tuple[str, ...]:
        """What the journals say is there."""
        return tuple(resource_id for client in self.clients.values() for resource_id in client.journal.ids)

    def cleanup(self) -> None:
        """Delete what this run created; what cannot be deleted is in the verdict and stays in the journal."""
        self.recorder.case = "cleanup"
        limits = self.options.settings.limits
        self.target.transport.allow(limits.cleanup, limits.bodies)
        self.leftovers = ()
        for client in self.clients.values():
            left: tuple[str, ...] = tuple(client.journal.ids)
            try:
                left = clean(client.journal, client)
            except TargetError as error:
                self.notes.append(Phrase.of("cleanup-cut-short", said=str(error)))
            except Exception as error:  # of ours: the other projects are cleaned all the same
                self.at_fault("cleanup", error)
            finally:
                self.leftovers += left
                client.journal.close(done=not left)
        if self.leftovers:
            self.notes.append(Phrase.of("left-behind", **_some(self.leftovers)))

    def verdict(self) -> Verdict:
        """The verdict on what was seen so far. When judging it fails, a plain one of what the checks have found."""
        try:
            return judge(self.record(), self.contract, self.excuses)
        except Exception as error:  # of ours: a verdict stands all the same
            self.at_fault("judging", error)
            return plain_verdict(self.record(), self.contract)

    def record(self) -> Record:
        """What was seen so far, without secrets."""
        cases = [case for case in registry(self._uncollected) if in_profile(case, self.options.profile)]
        owed = required(self.contract, self._promised(cases))
        reasons = self._reasons(cases)
        run = Run(
            id=self.run_id,
            seed=self.options.seed,
            profile=self.options.profile,
            started_at=self._began.isoformat(timespec="seconds").replace("+00:00", "Z"),
            duration=round(self.age, 3),
            requests=0,
            command=self.secrets.text(shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])),
            suite_version=metadata.version("easystack-conformance"),
            selection=self.options.selection,
            strict=self.options.strict,
            leftovers=self.leftovers,
            cut_short=self.cut_short,
            strict_waivers=self.options.strict_waivers,
        )
        recorder = self.recorder
        return self.secrets.record(
            Record(
                run=run,
                target=self._about(),
                exchanges=tuple(recorder.exchanges),
                findings=tuple(recorder.findings),
                looks=dict(recorder.looks),
                provocations=tuple(recorder.provocations),
                unjudged={name: dict(cases) for name, cases in recorder.unjudged.items()},
                attempts=tuple(recorder.attempts),
                required=owed,
                reasons=reasons,
                notes=(*self.notes, *self._waits()),
                suite_fault=self.suite_fault,
                removal=self._removal(),
                started=self.refusal is None,
            )
        )

    def _waits(self) -> tuple[Phrase, ...]:
        sender: RecordingSender | None = getattr(self, "sender", None)
        if sender is None or not sender.waits:
            return ()
        return (Phrase.of("asked-to-wait", count=sender.waits, seconds=round(sender.waited)),)

    def _uncollected(self, module: str, error: Exception) -> None:
        if not self.faults:  # pytest has met it too, unless it never came to that
            self.at_fault(module, error)

    def _about(self) -> dict[str, Any]:
        """What the run was against; as far as it got, when it could not start."""
        target: Target | None = getattr(self, "target", None)
        about = {"name": self.options.settings.cloud or "", "url": "", "urls": {}, "region": "", "project": ""}
        if target is not None:
            first = next((item.name for item in self.services if not item.gives_tokens), None)
            about = {
                "name": target.name,
                "url": target.urls.get(first or "", ""),
                "urls": dict(target.urls),
                "region": target.region,
                "project": target.main.project_name,
            }
        other = target.actors.get("other") if target is not None else None
        return {
            **about,
            "second_project": other.project_name if other is not None else None,
            "roles": list(target.main.roles) if target is not None else [],
            "facts": self.facts,
            "may_create": all(self.recorder.may_create.values()) if target is not None else None,
            "embedded": self.embedded,
        }

    def _removal(self) -> Removal | None:
        client = next(iter(self.clients.values()), None)
        if client is None or resource_of(self.contract, client.service) is None:
            return None
        return client.removal

    def _promised(self, cases: Iterable[Case]) -> Iterable[str]:
        """What a run of this profile owes: smoke what its cases declare, the others everything, with a case for it or
        without."""
        if self.options.profile != "smoke":
            return self.contract.requirements
        declared = covered((pattern for case in cases for pattern in case.verifies), self.contract.requirements)
        return {*declared, *passive_ids(self.contract.requirements)}

    def _reasons(self, cases: Iterable[Case]) -> dict[str, Phrase | str]:
        reasons: dict[str, Phrase | str] = dict(self.contract.reasons)
        if self.options.profile == "smoke":
            outside = set(self.contract.requirements) - set(
                covered((pattern for case in cases for pattern in case.verifies), self.contract.requirements)
            )
            reasons |= {name: Phrase.of("not-in-smoke") for name in outside if name not in reasons}
        if self.refusal is not None:
            obstacle = Phrase.of("could-not-start", said=self.refusal)
            return {**dict.fromkeys(self.contract.requirements, obstacle), **self.contract.reasons}
        if self.options.selection:
            unselected = Phrase.of("not-selected", selection=self.options.selection)
            reasons = {**dict.fromkeys(self.contract.requirements, unselected), **reasons}
        return reasons


def _some(ids: tuple[str, ...]) -> dict[str, Value]:
    """How many resources, and the ids of the first; a target may send ids of any length."""
    return {"count": len(ids), "ids": ", ".join(item[:64] for item in ids[:10])}
