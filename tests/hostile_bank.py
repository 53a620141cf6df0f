"""The bank of hostile servers: what they do, where in a run they do it, and what a run against one comes to.

A server is made of an answer (hostile_answers.py has them, by class) and a place: in place of the identity service,
or as a service behind an honest login, always, from some request on, or only where something is created or deleted. What
is done on purpose at one place (links to elsewhere, certificates, catalogues, tokens that are lost, services that die) stands
on its own. All of them meet the whole command path, with limits of a test.

`python tests/hostile_table.py` makes docs/hostile.md of it.
"""

from __future__ import annotations

import io
import itertools
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from commands import command
from echoes import told
from hostile import LIMITS, STEERING, Memory, Pieces, Server, clouds_at
from hostile_answers import ANSWERS, Answer
from hostile_stages import CATALOGUES, DYING, LINKS, SLOW, TLS, TOKENS, Clouds, Stage, Staging
from rich.console import Console

from conformance.cli.reporting import conduct_run
from conformance.contract.specs import load_contract
from conformance.contract.yamlfiles import dump_yaml
from conformance.model.errors import ConformanceError, Exit
from conformance.model.steering import plain
from conformance.model.verdict import Verdict
from conformance.proof.reference import Reference
from conformance.reports import Presentation, print_verdict
from conformance.reports.sentences import message, spoken
from conformance.run.options import Options
from conformance.target.cloud import Settings
from conformance.target.transport import TransportLimits

__all__ = ["BANK", "PLACES", "Hostile", "Met", "leaked", "meet"]

SELECTION = "limit or created_image or page"
"""Cases that create, list, page and delete: 26 requests of an honest cloud."""
REPORTS = {"verdict.json", "junit.xml", "index.html", "summary.md", "report.sarif", "exchanges.har"}
LIVE = {".html": r"<script>window|<img src=x", ".md": r"<script>window|<img src=x|(?<!\\\\)\]\(javascript:"}
"""What a browser would run if a report held it."""
PATIENT = TransportLimits(silence=20, total=20)


@dataclass(frozen=True, slots=True)
class Hostile:
    """A hostile server, and what a run against it may come to: seconds, MiB on top of what there was, exit codes.

    `kept`: what was created may be left, and is named then.
    """

    kind: str
    does: str
    place: str
    stage: Staging
    codes: frozenset[int] = frozenset({Exit.INCONCLUSIVE})
    selection: str = SELECTION
    limits: TransportLimits = LIMITS
    max_time: str = "20s"
    seconds: float = 24.0
    mebibytes: int = 250
    kept: bool = False

    @property
    def name(self) -> str:
        return f"{self.kind}: {self.does}" + (f", {self.place}" if self.place else "")


@dataclass(frozen=True, slots=True)
class Met:
    """What came of a run: `left` resources that stayed, `wrong` what must not be."""

    seconds: float
    mebibytes: float
    code: int
    says: str
    left: int
    named: int
    requests: int
    wrong: Sequence[str] = field(default=())


# --- places -----------------------------------------------------------------------------------------------------------


def _at_login(given: Answer) -> Staging:
    return lambda stage: clouds_at(stage.serve(Server, lambda _: given.make()).root)


def _where(given: Answer, chosen: Callable[[str, str, int], bool]) -> Staging:
    """Behind an honest login: the requests (method, path, how many there were) that are answered so are carried out."""

    def stage(stage: Stage) -> Clouds:
        count = itertools.count(1)

        def twist(method: str, path: str, honest: bytes) -> Pieces:
            if path.startswith("/identity"):
                return [honest]
            return given.make() if chosen(method, path, next(count)) else [honest]

        return stage.before(twist)

    return stage


PLACES: Mapping[str, Callable[[Answer], Staging]] = {
    "at the login": _at_login,
    "as the service": lambda given: _where(given, lambda *_: True),
    "from the 15th request on": lambda given: _where(given, lambda _method, _path, count: count >= 15),
    "where something is created": lambda given: _where(
        given, lambda method, path, _: method == "POST" and path.endswith("/images")
    ),
    "where something is listed": lambda given: _where(
        given, lambda method, path, _: method == "GET" and re.search(r"/images(\?|$)", path) is not None
    ),
    "where something is deleted": lambda given: _where(given, lambda method, _path, _count: method == "DELETE"),
}


def _placed() -> Iterator[Hostile]:
    for given in ANSWERS:
        for place, stage in PLACES.items():
            judged = {Exit.NON_CONFORMANT, Exit.INCONCLUSIVE}
            yield Hostile(
                given.kind,
                given.does,
                place,
                stage(given),
                frozenset(judged if given.http and place != "at the login" else {Exit.INCONCLUSIVE}),
                kept=place in {"as the service", "from the 15th request on"},
                seconds=60.0 if "grow" in given.does else 24.0,
            )


BOTH = frozenset({Exit.NON_CONFORMANT, Exit.INCONCLUSIVE})


def _staged() -> Iterator[Hostile]:
    for does, stage in LINKS.items():
        codes = frozenset({Exit.INCONCLUSIVE}) if "login" in does else BOTH
        yield Hostile("links", does, "", stage, codes, kept=True)
    for does, stage in CATALOGUES.items():
        yield Hostile("catalogue", does, "", stage, limits=PATIENT)
    for does, stage in TLS.items():
        yield Hostile("TLS", does, "", stage)
    for does, stage in TOKENS.items():
        yield Hostile("tokens", does, "", stage, BOTH)
    for does, stage in DYING.items():
        yield Hostile("dying", does, "", stage, kept=True)
    for does, stage in SLOW.items():
        yield Hostile("slow", does, "--max-time 8s", stage, limits=PATIENT, max_time="8s", seconds=12, kept=True)


BANK: Sequence[Hostile] = (*_placed(), *_staged())


# --- meeting one ------------------------------------------------------------------------------------------------------


def meet(hostile: Hostile, folder: Path, workers: int = 1) -> Met:
    """Run the suite, as the command does, with so many workers against a hostile server; then make it honest and have what
    was left deleted."""
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        reference = stack.enter_context(Reference(load_contract()))
        stage = Stage(reference, stack, folder)
        clouds = folder / "clouds.yaml"
        clouds.write_text(dump_yaml(hostile.stage(stage)))
        settings = Settings(cloud="reference", config_files=(str(clouds),), limits=hostile.limits)
        chosen = {"selection": hostile.selection, "max_time": hostile.max_time, "workers": workers}
        options = Options(settings, "smoke", seed=1, **chosen)
        said, verdict = io.StringIO(), None
        began, memory = time.monotonic(), Memory()
        try:
            verdict, written = conduct_run(options, folder / "out", Console(file=said, width=1000))
        except ConformanceError as error:
            said.write(f"{error.exit_code} {error}")
        seconds, mebibytes = time.monotonic() - began, memory.taken
        wrong: list[str] = []
        if verdict is None:
            return Met(seconds, mebibytes, -1, said.getvalue(), 0, 0, 0, ("no verdict",))
        print_verdict(Presentation(verdict), Console(file=said, width=80), written)
        left, named = reference.resources(), _named(verdict)
        wrong += _promised(hostile, verdict, seconds, mebibytes)
        wrong += _written(folder / "out", verdict, said.getvalue())
        secrets = [*reference.secrets, "hidden-word"]
        wrong += leaked(folder, said.getvalue(), secrets)
        wrong += [f"another origin was sent {request[:60]!r}" for request in stage.thief.seen[:1]]
        if left and (not hostile.kept or named < left):
            wrong.append(f"{left} resources stayed, {named} are named")
        if left:
            stage.calm = True
            done = command("cleanup", "--os-cloud", "reference", cwd=folder)
            if reference.resources():
                wrong.append(f"{reference.resources()} resources stay after cleaning up: {done.stdout}{done.stderr}")
        return Met(
            seconds, mebibytes, verdict.exit_code, _says(verdict), left, named, verdict.run.requests, tuple(wrong)
        )


def _named(verdict: Verdict) -> int:
    """How many resources a verdict says that it has left, or may have."""
    maybe = (dict(note.terms) for note in verdict.notes if note.kind in {"maybe-left", "maybe-made"})
    return sum(not name.startswith("conformance-") for name in verdict.run.leftovers) + sum(
        int(str(terms["count"])) for terms in maybe
    )


def _promised(hostile: Hostile, verdict: Verdict, seconds: float, mebibytes: float) -> Iterator[str]:
    said = _says(verdict)
    if seconds > hostile.seconds:
        yield f"it took {seconds:.0f} s"
    if mebibytes > hostile.mebibytes:
        yield f"it took {mebibytes:.0f} MiB"
    if verdict.exit_code not in hostile.codes:
        yield f"exit code {verdict.exit_code}: {said}"
    if [note for note in verdict.notes if note.kind == "suite-at-fault"]:
        yield f"the suite is at fault: {said}"


def _says(verdict: Verdict) -> str:
    """What stands on top: the first finding that counts, else the first note, else why something was not exercised."""
    findings = [message(group).plain("en") for group in verdict.findings if group.binding]
    notes = [spoken(note).plain("en") for note in verdict.notes]
    reasons = [
        spoken(item.reason).plain("en")
        for item in verdict.requirements
        if item.required and item.reason is not None and not isinstance(item.reason, str)
    ]
    return plain((findings or notes or [text for text in reasons if "not selected" not in text] or ["nothing"])[0])


def _written(out: Path, verdict: Verdict, said: str) -> Iterator[str]:
    there = {path.name for path in out.iterdir()}
    if not there >= REPORTS:
        yield f"not written: {sorted(REPORTS - there)}"
    written = json.loads((out / "verdict.json").read_text(encoding="utf-8"))
    if written["exit_code"] != verdict.exit_code:
        yield "verdict.json has another exit code"
    if STEERING.search(said):
        yield "the terminal is steered"
    for path in (item for item in out.rglob("*") if item.is_file()):
        if path.suffix in {".md", ".html", ".sarif", ".xml", ".json", ".sh"}:
            text = path.read_text(encoding="utf-8").replace("\t", " ").replace("\r", " ")
            found = STEERING.search(text)
            if found:
                yield f"{path.name} holds {text[max(0, found.start() - 40) : found.end()]!r}"
            if path.suffix == ".md":
                text = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", text)  # code is shown as it is
            if re.search(LIVE.get(path.suffix, "(?!)"), text):
                yield f"{path.name} holds what a browser would run"
        if path.stat().st_mode & 0o077:
            yield f"{path.name} is for others to read"
    if list(out.parent.glob("hurt*")) or Path("/tmp/hurt").exists():
        yield "a path of the target was written to"


def leaked(folder: Path, said: str, secrets: Sequence[str]) -> Iterator[str]:
    """Where a secret is told in some form: in the reports (out) or the journals (state) of a folder, or on the terminal."""
    found = told(folder / "out", secrets, said) | told(folder / "state", secrets)
    yield from (f"{name} tells a secret: {words!r}" for name, words in sorted(found))
