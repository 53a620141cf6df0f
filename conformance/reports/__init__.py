"""Reports: one file for each format, each a function of the verdict alone."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from conformance.model.errors import Exit, ReportsFailed, UsageError
from conformance.model.phrase import Phrase
from conformance.reports.allure import to_allure
from conformance.reports.destination import open_directory, put, put_all
from conformance.reports.formats import FORMATS, VERDICT
from conformance.reports.language import LANGUAGES
from conformance.reports.presentation import SCRIPTS, Presentation
from conformance.reports.script import as_file
from conformance.reports.sentences import message
from conformance.reports.summary import to_summary
from conformance.reports.terminal import print_verdict

__all__ = [
    "FORMATS",
    "LANGUAGES",
    "SCRIPTS",
    "Presentation",
    "open_reports",
    "print_verdict",
    "publish_summary",
    "write_report",
    "write_reports",
]

_SCRIPT = re.compile(r"[0-9a-f]{12}\.sh")


def write_reports(shown: Presentation, directory: Path, alluredir: Path | str | None = None) -> tuple[Path, ...]:
    """Write a file of each format, the specs, a script for each finding and, last, verdict.json; each is whole or not there.

    Allure results go to `alluredir` when it is given. Returns the paths in `directory`, verdict.json first. Raises UsageError
    when a directory cannot be written; ReportsFailed, after all others are written, when a format cannot be made: then
    verdict.json says so and has exit code 4.
    """
    failed: dict[str, Exception] = {}
    made: dict[str, bytes] = {}
    if alluredir is not None:
        _tried("allure", lambda: _write_allure(shown, Path(alluredir)), failed)
    scripts = _tried(SCRIPTS, lambda: tuple(_scripts(shown)), failed) or ()
    for item in FORMATS.values():
        data = _tried(item.file, partial(_made, item.file, shown, failed), failed)
        if data is None and item.file == VERDICT:
            data = _tried("verdict.json without findings", lambda: _bare(shown, failed), failed)
        if data is not None:
            made[item.file] = data
    folder = directory / SCRIPTS
    files = {folder / name: text.encode("utf-8", "replace") for name, text in scripts}
    files |= {directory / name: data for name, data in (*shown.specs.items(), *made.items())}
    # A verdict of an earlier run must not stand beside reports of this one, nor a report that could not be made anew.
    stale = [directory / VERDICT, *(directory / item.file for item in FORMATS.values() if item.file not in made)]
    try:
        old = [path for path in folder.glob("*.sh") if _SCRIPT.fullmatch(path.name)] if folder.is_dir() else []
        for path in files:
            path.parent.mkdir(parents=True, exist_ok=True)
        put_all(files, [*stale, *(path for path in old if path not in files)], [folder / name for name, _ in scripts])
    except OSError as error:
        raise UsageError(f"{directory}: reports cannot be written: {error.strerror}; give another --out") from None
    if failed:
        raise ReportsFailed(failed)
    return tuple(directory / name for name in reversed(made))


T = TypeVar("T")


def _tried(name: str, make: Callable[[], T], failed: dict[str, Exception]) -> T | None:
    """What `make` makes; None, and an entry in `failed`, when it raises an exception of ours."""
    try:
        return make()
    except UsageError:
        raise
    except Exception as error:  # the other reports are written all the same
        failed[name] = error
        return None


def _made(file: str, shown: Presentation, failed: Mapping[str, Exception]) -> bytes:
    make = next(item.make for item in FORMATS.values() if item.file == file)
    return make(_faulty(shown, failed))


def _faulty(shown: Presentation, failed: Mapping[str, Exception]) -> Presentation:
    """The presentation with a note for each format that could not be made, and with exit code 4 when there is one."""
    if not failed:
        return shown
    notes = tuple(
        Phrase.of("suite-at-fault", case=name, error=type(error).__name__, said=" ".join(str(error).split())[:200])
        for name, error in failed.items()
    )
    verdict = shown.verdict
    return replace(shown, verdict=replace(verdict, exit_code=int(Exit.SUITE), notes=(*verdict.notes, *notes)))


def _bare(shown: Presentation, failed: Mapping[str, Exception]) -> bytes:
    """verdict.json with no more than the outcomes: the least that is left when the whole cannot be made."""
    least = replace(shown.verdict, findings=(), sent=(), waivers=(), error_codes=(), notes=())
    return FORMATS["json"].make(_faulty(replace(shown, verdict=least), failed))


def write_report(shown: Presentation, form: str, path: Path) -> None:
    """Write the report of one format alone, whole or not at all. Raises UsageError when the file cannot be written."""
    put(path, FORMATS[form].make(shown))


def open_reports(
    directory: Path, alluredir: Path | str | None = None, environ: Mapping[str, str] | None = None
) -> None:
    """Find out before the first request whether everything can be written that a run writes. Raises UsageError."""
    open_directory(directory, ours=[FORMATS[name].file for name in ("html", "junit", "sarif", "har")])
    if alluredir is not None:
        open_directory(Path(alluredir), "--alluredir")
    place = _page(environ)
    if place is not None:
        try:
            with place.open("ab"):
                pass
        except OSError as error:
            raise UsageError(f"GITHUB_STEP_SUMMARY {place}: cannot be written: {error.strerror}") from None


def publish_summary(shown: Presentation, environ: Mapping[str, str] | None = None) -> None:
    """Append the summary to the page of the job, where the pipeline names a file for it (GITHUB_STEP_SUMMARY). Raises UsageError."""
    place = _page(environ)
    if place is not None:
        try:
            with place.open("ab") as page:
                page.write(to_summary(shown).encode("utf-8", "replace") + b"\n")
        except OSError as error:
            raise UsageError(f"GITHUB_STEP_SUMMARY {place}: cannot be written: {error.strerror}") from None


def _page(environ: Mapping[str, str] | None) -> Path | None:
    place = (os.environ if environ is None else environ).get("GITHUB_STEP_SUMMARY")
    return Path(place) if place else None


def _write_allure(shown: Presentation, directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        put_all({directory / name: data for name, data in to_allure(shown).items()})
    except OSError as error:
        raise UsageError(
            f"{directory}: Allure results cannot be written: {error.strerror}; give another --alluredir"
        ) from None


def _scripts(shown: Presentation) -> Iterator[tuple[str, str]]:
    for group in shown.verdict.findings:
        if group.id in shown.commands:
            title = f"Finding {group.id}, {group.requirement}: {message(group).plain('en')}"
            yield f"{group.id}.sh", as_file(shown.commands[group.id], title)
