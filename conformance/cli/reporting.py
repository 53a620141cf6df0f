"""What the commands and plain pytest hand to a run, and do with its verdict: sentences and reports."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Self

from rich.console import Console

from conformance.contract.source_map import requirement_places, spec_sources
from conformance.model.errors import Exit, UsageError
from conformance.model.steering import plain
from conformance.model.verdict import Overall, Verdict
from conformance.reports import FAULTS, Presentation, Reports, Written, print_verdict, under_way
from conformance.reports.destination import put
from conformance.reports.outcome_line import TARGET_LINE
from conformance.reports.sentences import sentence, spoken
from conformance.run.account import run_of
from conformance.run.interruption import taken
from conformance.run.options import Options
from conformance.run.runner import check_selection, conduct
from conformance.run.session import Session
from conformance.run.wording import Wording
from conformance.target.choice import names_cloud

__all__ = ["ENGLISH", "FAULTS", "Desk", "conduct_run", "present_run", "presented"]

ENGLISH = Wording(lambda deviation: sentence(deviation).plain("en"), lambda phrase: spoken(phrase).plain("en"))
"""The sentences of the reports."""


def conduct_run(
    options: Options, out: Path, progress: Console, language: str = "en", alluredir: Path | None = None
) -> tuple[Verdict, tuple[Path, ...]]:
    """Log in, run the cases in this process, clean up, write the reports; returns the verdict and what was written."""
    shown, written = present_run(options, out, progress, language, alluredir)
    return shown.verdict, written


def present_run(
    options: Options, out: Path, progress: Console, language: str = "en", alluredir: Path | None = None
) -> tuple[Presentation, tuple[Path, ...]]:
    """The same, for who shows the verdict too. A run without a cloud says so first.

    Raises UsageError. What is wrong with the options, the configuration, waivers or baseline is known before the place of
    the reports is claimed, and leaves there what there was; what turns out later, such as a token without a project, is in
    the verdict as well, which has exit code 2 then.
    """
    check_selection(options.selection)
    named = names_cloud(options.settings)
    session = Session(replace(options, wording=ENGLISH))
    with taken(), Desk(session, out, progress, language, alluredir) as desk:
        desk.open()
        if not named:
            progress.print(TARGET_LINE.plain(language), highlight=False, markup=False)
        try:
            verdict = conduct(session, progress, opened=desk.foretell)
        except UsageError as error:
            desk.refuse(error)
            raise
        return desk.report(verdict)


class Desk:
    """Where one run is reported, from before its first request until it has ended. Use as a context."""

    def __init__(
        self,
        session: Session,
        out: Path,
        progress: Console,
        language: str = "en",
        alluredir: Path | None = None,
        output: Console | None = None,
    ) -> None:
        self._output = output
        self._session = session
        self._out = out
        self._progress = progress
        self._language = language
        self._reports = Reports(out, alluredir)
        self._stack = ExitStack()
        self._written: Written | None = None

    def __enter__(self) -> Self:
        self._stack.enter_context(self._reports)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def open(self) -> None:
        """Claim the place of the reports, and say there that the run is under way.

        Raises UsageError, also for what is wrong with the configuration; then everything is as it was before.
        """
        session, contract = self._session, self._session.contract
        session.check()
        self._reports.claim(spec_sources(session.options.specs))
        about = {"name": contract.name, "version": contract.version, "sha256": contract.sha256}
        self._reports.begin(Presentation(under_way(run_of(session), about), self._language))

    def foretell(self) -> None:
        """Say before the first case, in a line each, what will not be exercised, why, and what to do about it."""
        for said in map(self._session.secrets.phrase, self._session.foreseen):
            line = plain(spoken(said).plain(self._language))
            self._progress.print(f"conformance: {line}", markup=False, highlight=False, soft_wrap=True)

    def refuse(self, error: UsageError) -> None:
        """Report a run that could not start for what it was asked for, or for its configuration."""
        self._session.could_not_start(error)
        verdict = replace(self._session.verdict(), overall=Overall.INCONCLUSIVE, exit_code=int(Exit.USAGE))
        self._reports.finish(self._presented(verdict))

    def report(self, verdict: Verdict) -> tuple[Presentation, tuple[Path, ...]]:
        """Write the reports, and say in a line each what a reader of them must know beside; returns what they say, and the
        files."""
        written = self._reports.finish(self._presented(verdict))
        for name, error in written.failed.items():
            self._session.at_fault(name, error)
        for line in self._lines(written):
            self._progress.print(f"conformance: {plain(line)}", markup=False, highlight=False, soft_wrap=True)
        self._written = written
        return written.shown, written.paths

    @property
    def exit_code(self) -> int:
        """That of the verdict as it was reported; of the suite's fault before that."""
        return self._written.shown.verdict.exit_code if self._written is not None else int(Exit.SUITE)

    def show(self) -> None:
        """Print what was reported."""
        if self._written is not None:
            print_verdict(self._written.shown, self._output or Console(), self._written.paths)

    def _presented(self, verdict: Verdict) -> Presentation:
        try:
            return presented(verdict, self._language, self._session.options.specs, self._out)
        except Exception as error:  # of ours, or the specs are gone meanwhile: the verdict is written all the same
            self._session.at_fault("specs", error)
            return Presentation(self._session.verdict(), self._language)

    def _lines(self, written: Written) -> list[str]:
        session = self._session
        lines = [session.refusal] if session.refusal is not None else []
        lines += [f"{self._out}: {name} could not be written: {said}" for name, said in written.missing.items()]
        if session.faults:
            lines.append(self._faults())
        return lines

    def _faults(self) -> str:
        """Write the tracebacks of our faults beside the reports; returns the line that says what they are and where."""
        path = self._out / FAULTS
        text = spoken(next(item for item in self._session.notes if item.kind == "suite-at-fault")).plain("en")
        try:
            put(path, "\n\n".join(self._session.faults).encode("utf-8", "backslashreplace"), private=True)
        except UsageError as error:
            return f"{text}; the traceback could not be written: {error}"
        return f"{text}; the traceback is in {path}"


def presented(verdict: Verdict, language: str, specs: Path | None, out: Path) -> Presentation:
    """A verdict with what its reports in `out` point at: the specs, which are laid beside them. Raises UsageError."""
    try:
        folder = f"{out.resolve().relative_to(Path.cwd()).as_posix()}/".removeprefix("./")
    except (OSError, ValueError):
        folder = ""  # elsewhere: reports hold no path of the machine
    return Presentation(verdict, language, requirement_places(specs), spec_sources(specs), folder)
