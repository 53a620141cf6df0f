"""Reports: one file per format, each a function of the verdict alone."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from conformance.model.errors import UsageError
from conformance.model.verdict import Verdict
from conformance.reports.allure import to_allure
from conformance.reports.commands import commands, message
from conformance.reports.har import to_har
from conformance.reports.html import to_html
from conformance.reports.junit import to_junit
from conformance.reports.language import LANGUAGES
from conformance.reports.sarif import to_sarif
from conformance.reports.script import as_file
from conformance.reports.summary import to_summary
from conformance.reports.terminal import print_verdict
from conformance.reports.verdict_json import to_json

__all__ = ["LANGUAGES", "REPORTS", "SCRIPTS", "print_verdict", "publish_summary", "write_page", "write_reports"]

REPORTS = ("exchanges.har", "junit.xml", "report.sarif", "summary.md", "index.html", "verdict.json")
"""The files that a run writes into its directory."""
SCRIPTS = "findings"
"""The folder in it with a script for each finding, named by the finding's id."""
_SCRIPT = re.compile(r"[0-9a-f]{12}\.sh")


def write_reports(
    verdict: Verdict,
    directory: Path,
    language: str = "en",
    places: Mapping[str, Sequence[tuple[str, int]]] | None = None,
    alluredir: Path | str | None = None,
) -> tuple[Path, ...]:
    """Write exchanges.har, junit.xml, report.sarif, summary.md, index.html, a script for each finding and, last, verdict.json.

    Each is whole or not there.

    `places` are where in the specs each requirement stands; Allure results go to `alluredir` when it is given. Returns the paths
    in `directory`, verdict.json first. Raises UsageError when a directory cannot be written.
    """
    if alluredir is not None:
        _write_all(to_allure(verdict), Path(alluredir), "Allure results", "--alluredir")
    scripts = commands(verdict)
    files: dict[str, bytes] = {
        "exchanges.har": _json(to_har(verdict)),
        "junit.xml": to_junit(verdict, scripts),
        "report.sarif": _json(to_sarif(verdict, places, scripts)),
        "summary.md": to_summary(verdict).encode("utf-8", "replace"),
        "index.html": to_html(verdict, language, scripts).encode("utf-8", "backslashreplace"),
        "verdict.json": _json(to_json(verdict, scripts)),
    }
    # A verdict of an earlier run must not stand beside reports of this one.
    written = _write_all(
        files,
        directory,
        "reports",
        "--out",
        stale="verdict.json",
        first=lambda: _write_scripts(verdict, directory / SCRIPTS, scripts),
    )
    return tuple(reversed(written))


def publish_summary(verdict: Verdict, environ: Mapping[str, str] | None = None) -> None:
    """Append the summary to the page of the job, where the pipeline names a file for it (GITHUB_STEP_SUMMARY). Raises UsageError."""
    place = (os.environ if environ is None else environ).get("GITHUB_STEP_SUMMARY")
    if place:
        try:
            with Path(place).open("ab") as page:
                page.write(to_summary(verdict).encode("utf-8", "replace") + b"\n")
        except OSError as error:
            raise UsageError(f"GITHUB_STEP_SUMMARY {place}: cannot be written: {error.strerror}") from None


def _write_all(
    files: Mapping[str, bytes],
    directory: Path,
    what: str,
    option: str,
    *,
    stale: str | None = None,
    first: Callable[[], None] | None = None,
) -> list[Path]:
    """In the order given, each beside its place first, so that no file is there in part; `first` writes what comes before them."""
    paths: list[Path] = []
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if stale is not None:
            (directory / stale).unlink(missing_ok=True)
        if first is not None:
            first()
        for name, data in files.items():
            _write(directory / name, data)
            paths.append(directory / name)
    except OSError as error:
        raise UsageError(f"{directory}: {what} cannot be written: {error.strerror}; give another {option}") from None
    return paths


def write_page(verdict: Verdict, path: Path, language: str) -> None:
    """Write the HTML page alone, whole or not at all. Raises UsageError when the file cannot be written."""
    try:
        _write(path, to_html(verdict, language).encode("utf-8", "replace"))
    except OSError as error:
        raise UsageError(f"{path}: the report cannot be written: {error.strerror}; give another --out") from None


def _write_scripts(verdict: Verdict, folder: Path, scripts: Mapping[str, str]) -> None:
    """Each finding's command as a file that can be executed; those of an earlier run go first."""
    for path in folder.glob("*.sh") if folder.is_dir() else ():
        if _SCRIPT.fullmatch(path.name):
            path.unlink()
    for group in verdict.findings:
        if group.id in scripts:
            folder.mkdir(exist_ok=True)
            path, title = folder / f"{group.id}.sh", f"Finding {group.id}, {group.requirement}: {message(group)}"
            _write(path, as_file(scripts[group.id], title).encode("utf-8", "replace"))
            path.chmod(0o755)


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")
