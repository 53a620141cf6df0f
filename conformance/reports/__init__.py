"""Reports: one file for each format, each a function of the verdict alone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from conformance.model.errors import UsageError
from conformance.reports.allure import to_allure
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
    "print_verdict",
    "publish_summary",
    "write_report",
    "write_reports",
]

_SCRIPT = re.compile(r"[0-9a-f]{12}\.sh")


def write_reports(shown: Presentation, directory: Path, alluredir: Path | str | None = None) -> tuple[Path, ...]:
    """Write a file of each format, the specs, a script for each finding and, last, verdict.json; each is whole or not there.

    Allure results go to `alluredir` when it is given. Returns the paths in `directory`, verdict.json first. Raises UsageError
    when a directory cannot be written.
    """
    if alluredir is not None:
        _write_allure(shown, Path(alluredir))
    made = {item.file: item.make(shown) for item in FORMATS.values()}
    try:
        directory.mkdir(parents=True, exist_ok=True)
        # A verdict of an earlier run must not stand beside reports of this one.
        (directory / VERDICT).unlink(missing_ok=True)
        _write_scripts(shown, directory / SCRIPTS)
        for name, data in shown.specs.items():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            _write(directory / name, data)
        for name, data in made.items():
            _write(directory / name, data)
    except OSError as error:
        raise UsageError(f"{directory}: reports cannot be written: {error.strerror}; give another --out") from None
    return tuple(directory / name for name in reversed(made))


def write_report(shown: Presentation, form: str, path: Path) -> None:
    """Write the report of one format alone, whole or not at all. Raises UsageError when the file cannot be written."""
    try:
        _write(path, FORMATS[form].make(shown))
    except OSError as error:
        raise UsageError(f"{path}: the report cannot be written: {error.strerror}; give another --out") from None


def publish_summary(shown: Presentation, environ: Mapping[str, str] | None = None) -> None:
    """Append the summary to the page of the job, where the pipeline names a file for it (GITHUB_STEP_SUMMARY). Raises UsageError."""
    place = (os.environ if environ is None else environ).get("GITHUB_STEP_SUMMARY")
    if place:
        try:
            with Path(place).open("ab") as page:
                page.write(to_summary(shown).encode("utf-8", "replace") + b"\n")
        except OSError as error:
            raise UsageError(f"GITHUB_STEP_SUMMARY {place}: cannot be written: {error.strerror}") from None


def _write_allure(shown: Presentation, directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, data in to_allure(shown).items():
            _write(directory / name, data)
    except OSError as error:
        raise UsageError(
            f"{directory}: Allure results cannot be written: {error.strerror}; give another --alluredir"
        ) from None


def _write_scripts(shown: Presentation, folder: Path) -> None:
    """Each finding's command as a file that can be executed; those of an earlier run go first."""
    for path in folder.glob("*.sh") if folder.is_dir() else ():
        if _SCRIPT.fullmatch(path.name):
            path.unlink()
    for name, text in _scripts(shown):
        folder.mkdir(exist_ok=True)
        _write(folder / name, text.encode("utf-8", "replace"))
        (folder / name).chmod(0o755)


def _scripts(shown: Presentation) -> Iterator[tuple[str, str]]:
    for group in shown.verdict.findings:
        if group.id in shown.commands:
            title = f"Finding {group.id}, {group.requirement}: {message(group).plain('en')}"
            yield f"{group.id}.sh", as_file(shown.commands[group.id], title)


def _write(path: Path, data: bytes) -> None:
    """Beside its place first, so that no file is there in part."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
