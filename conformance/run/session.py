"""The conduct of one run: from the options to the verdict, with nothing left behind whatever its end."""

from __future__ import annotations

import secrets as entropy
import shlex
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Self

from conformance.contract.specs import load_contract
from conformance.generate.exploration import Budget, parse_budget
from conformance.judge.confirmation import MOST_CASES
from conformance.judge.judgement import Excuses, judge, to_confirm
from conformance.judge.registry import covered, passive_ids, required
from conformance.model.contract import Contract
from conformance.model.errors import ConformanceError, TargetError, UsageError
from conformance.model.message import Request, Response
from conformance.model.record import Record
from conformance.model.verdict import Run, Verdict
from conformance.reports.sentences import sentence
from conformance.run.baseline_file import load_baseline
from conformance.run.cases import Case, registry
from conformance.run.client import Client
from conformance.run.embedded import CLOUD, OTHER_CLOUD, Embed
from conformance.run.facts import gather
from conformance.run.journal import Journal, clean, state_directory, unfinished
from conformance.run.recorder import Recorder
from conformance.run.waivers_file import load_waivers
from conformance.target.cloud import Settings, Target, configured, open_target
from conformance.target.secrets import Secrets

__all__ = ["PROFILES", "Conduct", "Options", "in_profile"]

PROFILES = ("smoke", "gate", "acceptance")
BUDGETS = {"smoke": "0", "gate": "400", "acceptance": "6000"}
"""Requests of the generated cases in each profile."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a run was asked for. `seed` makes the same requests again; `selection` is pytest's -k or a choice of files.

    `embedded` makes the target of a run that names no cloud; without it such a run is refused. `waivers` and `baseline` are files; `confirm` is how often a
    case that showed a finding is tried again. `budget` bounds the generated cases: requests (`500`) or seconds (`120s`); the
    profile's own when None."""

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


def in_profile(case: Case, profile: str) -> bool:
    """Whether the profile runs the case."""
    return case.smoke if profile == "smoke" else profile == "acceptance" or not case.acceptance


class Conduct:
    """A run under way. Use as a context: entering logs in, leaving takes down what entering put up."""

    def __init__(self, options: Options, contract: Contract | None = None) -> None:
        self.options = options
        self.contract: Contract = contract or load_contract(options.specs)
        self._budget = parse_budget(options.budget if options.budget is not None else BUDGETS[options.profile])
        self.gate = Recorder(self.contract)
        self.secrets = Secrets()
        self.run_id = entropy.token_hex(4)
        self.notes: list[str] = []
        self.suite_fault = False
        self.cut_short = False
        self.excuses = self._excuses()
        self.given_up = False
        self.leftovers: tuple[str, ...] = ()
        self._stuck: frozenset[str] = frozenset()
        self._began = datetime.now(UTC)
        self._clock = time.monotonic()
        self._stack = ExitStack()
        self.client: Client
        self.target: Target
        self._journal: Journal
        self.facts: dict[str, Any] | None = None
        self._pause: Callable[[float], None] = time.sleep

    def _excuses(self) -> Excuses:
        """Read waivers and baseline before anything is sent, so that a mistake in them costs nothing."""
        waivers, baseline, contract = self.options.waivers, self.options.baseline, self.contract
        if waivers is None and self.options.strict_waivers:
            raise UsageError("--strict-waivers: there are no waivers; give --waivers FILE, or write waivers.yaml")
        excuses = Excuses(
            sentence=lambda finding: sentence(finding.deviation).plain("en"),
            waivers=load_waivers(waivers, contract) if waivers is not None else (),
            baseline=load_baseline(baseline, {"name": contract.name, "sha256": contract.sha256})
            if baseline is not None
            else None,
        )
        if waivers is not None:
            self.notes.append(f"waivers are in use: {len(excuses.waivers)}, from {waivers}")
        if excuses.baseline is not None:
            self.notes.append(f"a baseline is in use: {len(excuses.baseline.entries)} known findings, from {baseline}")
        return excuses

    def to_confirm(self) -> tuple[str, ...]:
        """The cases to try again, so that what fails the run is seen to be steady or not."""
        cases, left = to_confirm(self.record(), self.contract, self.excuses)
        if left:
            self.notes.append(
                f"{left} groups of findings were not tried again: no case shows them, or {MOST_CASES} cases were enough"
            )
        return cases

    @property
    def age(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._clock

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _open(self) -> None:
        settings = self.options.settings
        if not configured(settings):
            settings = self._embedded(settings)
        self.target = open_target(settings, self._observe)
        self._stack.callback(self.target.transport.close)
        for actor in self.target.actors.values():
            for secret in actor.secrets:
                self.secrets.learn(
                    secret, "$OS_PASSWORD" if actor.name == "main" else f"$OS_PASSWORD_{actor.name.upper()}"
                )
        directory = state_directory()
        where = (self.target.image_url, self.target.main.project_id)
        earlier = list(unfinished(directory, *where))
        self._journal = Journal.open(directory, *where, self.run_id, durable=self._pause is time.sleep)
        self._stack.callback(self._journal.close, done=False)  # what cleaning up has closed, and deleted, stays so
        self.client = Client(self.target, self.gate, self._journal, self.secrets, self.options.seed, self._pause)
        for journal in earlier:
            left = clean(journal, self.client)
            journal.close(done=not left)
            theirs = sum(bool(journal.ids.get(image_id)) for image_id in left)
            advice = "; some belong to its second project: give --other-cloud once more" if theirs else ""
            self.notes.append(f"an earlier run ({journal.run_id}) had not cleaned up; {_said(left)}{advice}")
        self.facts = gather(self.client)
        self._explore()

    def _explore(self) -> None:
        """Find out whether the credentials may create images: the document gives that to administrators, OpenStack to members
        (document lines 28-34, ruling 39)."""
        self.gate.case = "start"
        made = self.client.create({"name": self.client.name(), "visibility": "private"})
        status = made.response.status
        self.gate.may_create = status not in {401, 403}
        if status in {401, 403}:
            self.notes.append(
                f"the credentials may not create images (POST is answered with {status}), so little can be judged; "
                "give those of a user who may, on this platform perhaps an administrator (document lines 28-34)"
            )
        image_id = next(iter(self._journal.ids), None)
        if status < 300 and image_id is not None:
            # Tried more than once: a service that stores late has the operation all the same.
            self.gate.shows = any(self.client.show(image_id).response.status == 200 for _ in range(3))
            if not self.gate.shows:
                self.notes.append(
                    "GET /v2/images/{id}, which the document does not have, does not answer; what needs it is not exercised"
                )
        self.sweep()

    def _embedded(self, settings: Settings) -> Settings:
        """Without any cloud: the target inside this process. Raises UsageError when none was handed in."""
        if self.options.embedded is None:
            raise UsageError("no cloud is named: give --os-cloud")
        target = self._stack.enter_context(self.options.embedded(self.contract))
        self._pause = target.advance
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="conformance-")))
        clouds = folder / "clouds.yaml"
        target.write_clouds(clouds)
        return replace(settings, cloud=CLOUD, other_cloud=OTHER_CLOUD, config_files=(str(clouds),))

    def _observe(self, request: Request, response: Response) -> None:
        token = response.headers.get("X-Subject-Token")
        if token:
            self.secrets.learn(token, "$OS_TOKEN" if request.actor == "main" else f"$OS_TOKEN_{request.actor.upper()}")
        self.gate.observe(request, response)

    def share(self, part: float) -> Budget:
        """A part (0 to 1) of the budget of the generated cases, counted from now."""
        requests, seconds = self._budget
        return Budget(
            None if requests is None else round(requests * part),
            None if seconds is None else seconds * part,
            lambda: len(self.gate.exchanges),
        )

    def sweep(self) -> None:
        """Delete what the case that just ended created, so that the cloud holds few images of ours at a time.

        What cannot be deleted now is tried again at the end, and not before.
        """
        self.gate.case = "cleanup"
        try:
            for image_id, project in tuple(self._journal.ids.items()):
                if image_id not in self._stuck and self.client.remove(image_id, project):
                    self._journal.gone(image_id)
            self._stuck = frozenset(self._journal.ids)
        except TargetError:
            return
        finally:
            self.gate.case = ""

    def cleanup(self) -> None:
        """Delete what this run created; what cannot be deleted is in the verdict and stays in the journal."""
        self.gate.case = "cleanup"
        limits = self.options.settings.limits
        self.target.transport.allow(limits.cleanup, limits.bodies)
        try:
            self.leftovers = clean(self._journal, self.client)
        except TargetError as error:
            self.leftovers = tuple(self._journal.ids)
            self.notes.append(f"cleaning up was cut short: {error}")
        except ConformanceError:
            self.leftovers = tuple(self._journal.ids)
            raise
        finally:
            self._journal.close(done=not self.leftovers)
        if self.leftovers:
            self.notes.append(f"images left behind, to be deleted by the next start: {_some(self.leftovers)}")

    def verdict(self) -> Verdict:
        """The verdict on what was seen so far."""
        return judge(self.record(), self.contract, self.excuses)

    def record(self) -> Record:
        """What was seen so far, without secrets."""
        cases = [case for case in registry() if in_profile(case, self.options.profile)]
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
        main = self.target.main
        target = {
            "name": self.target.name,
            "identity_url": self.target.identity_url,
            "image_url": self.target.image_url,
            "region": self.target.region,
            "project": main.project_name,
            "second_project": self.target.actors["other"].project_name if "other" in self.target.actors else None,
            "roles": list(main.roles),
            "facts": self.facts,
            "may_create": self.gate.may_create,
        }
        gate = self.gate
        return self.secrets.record(
            Record(
                run=run,
                target=target,
                exchanges=tuple(gate.exchanges),
                findings=tuple(gate.findings),
                looks=dict(gate.looks),
                provocations=tuple(gate.provocations),
                unjudged={name: dict(cases) for name, cases in gate.unjudged.items()},
                attempts=tuple(gate.attempts),
                required=owed,
                reasons=reasons,
                notes=tuple(self.notes),
                suite_fault=self.suite_fault,
            )
        )

    def _promised(self, cases: Iterable[Case]) -> Iterable[str]:
        """What a run of this profile owes: smoke what its cases declare, the others everything, with a case for it or without."""
        if self.options.profile != "smoke":
            return self.contract.requirements
        declared = covered((pattern for case in cases for pattern in case.verifies), self.contract.requirements)
        return {*declared, *passive_ids(self.contract.requirements)}

    def _reasons(self, cases: Iterable[Case]) -> dict[str, str]:
        reasons: dict[str, str] = {}
        spec_reasons = self.contract.reasons
        reasons |= dict(spec_reasons)
        if self.options.profile == "smoke":
            outside = set(self.contract.requirements) - set(
                covered((pattern for case in cases for pattern in case.verifies), self.contract.requirements)
            )
            reasons |= {
                name: "the profile smoke does not run the cases for it" for name in outside if name not in reasons
            }
        if self.options.selection:
            reasons = dict.fromkeys(self.contract.requirements, f"not selected ({self.options.selection})") | reasons
        return reasons


def _some(ids: tuple[str, ...]) -> str:
    shown = ", ".join(item[:64] for item in ids[:10])
    return f"{shown} and {len(ids) - 10} more" if len(ids) > 10 else shown


def _said(left: tuple[str, ...]) -> str:
    return "its images are deleted now" if not left else f"these could not be deleted: {_some(left)}"
