"""What the commands and plain pytest hand to a run, and do with its verdict: sentences and reports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rich.console import Console

from conformance.contract.source_map import requirement_places, spec_sources
from conformance.model.errors import Exit, ReportsFailed, plain
from conformance.model.verdict import Verdict
from conformance.reports import FORMATS, Presentation, open_reports, publish_summary, write_reports
from conformance.reports.outcome_line import TARGET_LINE
from conformance.reports.sentences import sentence, spoken
from conformance.run.runner import conduct
from conformance.run.session import Options, Session
from conformance.run.wording import Wording
from conformance.target.choice import names_cloud

__all__ = ["ENGLISH", "FAULTS", "conduct_run", "present_run", "presented", "report"]

FAULTS = "suite-fault.txt"
"""The file, beside the reports, with the tracebacks of our own faults."""

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
    """The same, for who shows the verdict too. A run without a cloud says so first."""
    named = names_cloud(options.settings)
    session = Session(replace(options, wording=ENGLISH))
    open_reports(out, alluredir)
    if not named:
        progress.print(TARGET_LINE.plain(language), highlight=False, markup=False)
    verdict = conduct(session, progress)
    shown = presented(verdict, language, options.specs, out)
    try:
        written = report(shown, out, alluredir)
    except KeyboardInterrupt:  # the run is over: what it found is written all the same
        written = report(shown, out, alluredir)
    except ReportsFailed as failure:
        for name, error in failure.errors.items():
            session.at_fault(name, error)
        shown = replace(shown, verdict=replace(verdict, exit_code=int(Exit.SUITE)))
        written = tuple(path for path in (out / item.file for item in FORMATS.values()) if path.is_file())[::-1]
    if session.refusal is not None:
        progress.print(f"conformance: {plain(session.refusal)}", markup=False, highlight=False, soft_wrap=True)
    (out / FAULTS).unlink(missing_ok=True)
    if session.faults:
        progress.print(f"conformance: {write_faults(session, out)}", markup=False, highlight=False, soft_wrap=True)
    return shown, written


def write_faults(session: Session, out: Path) -> str:
    """Write the tracebacks of our faults beside the reports; returns the line that says what they are and where."""
    path = out / FAULTS
    note = next(item for item in session.notes if item.kind == "suite-at-fault")
    text = spoken(note).plain("en")
    try:
        path.write_text("\n\n".join(session.faults), encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        return f"{text}; the traceback could not be written to {path}: {error.strerror}"
    return f"{text}; the traceback is in {path}"


def presented(verdict: Verdict, language: str, specs: Path | None, out: Path) -> Presentation:
    """A verdict with what its reports in `out` point at: the specs, which are laid beside them. Raises UsageError."""
    try:
        folder = f"{out.resolve().relative_to(Path.cwd()).as_posix()}/".removeprefix("./")
    except ValueError:
        folder = ""  # elsewhere: reports hold no path of the machine
    return Presentation(verdict, language, requirement_places(specs), spec_sources(specs), folder)


def report(shown: Presentation, out: Path, alluredir: Path | str | None) -> tuple[Path, ...]:
    """Write the reports of a run, and the summary of a pipeline's job; returns what was written. Raises UsageError."""
    written = write_reports(shown, out, alluredir)
    publish_summary(shown)
    return written
