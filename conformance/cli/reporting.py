"""What the commands and plain pytest hand to a run, and do with its verdict: sentences and reports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rich.console import Console

from conformance.contract.source_map import requirement_places, spec_sources
from conformance.model.verdict import Verdict
from conformance.reports import Presentation, publish_summary, write_reports
from conformance.reports.sentences import sentence, spoken
from conformance.run.runner import run_cases
from conformance.run.session import Options, Session
from conformance.run.wording import Wording

__all__ = ["ENGLISH", "conduct_run", "present_run", "presented", "report"]

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
    """The same, for who shows the verdict too."""
    with Session(replace(options, wording=ENGLISH)) as session:
        verdict = run_cases(session, progress)
        shown = presented(verdict, language, options.specs, out)
        return shown, report(shown, out, alluredir)


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
