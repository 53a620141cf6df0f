"""Reports: one file for each format, each a function of the verdict alone."""

from __future__ import annotations

from pathlib import Path

from conformance.reports.destination import put
from conformance.reports.formats import FORMATS
from conformance.reports.language import LANGUAGES
from conformance.reports.presentation import SCRIPTS, Presentation
from conformance.reports.terminal import print_verdict
from conformance.reports.underway import under_way
from conformance.reports.writing import FAULTS, Reports, Written

__all__ = [
    "FAULTS",
    "FORMATS",
    "LANGUAGES",
    "SCRIPTS",
    "Presentation",
    "Reports",
    "Written",
    "print_verdict",
    "under_way",
    "write_report",
    "write_reports",
]


def write_reports(shown: Presentation, directory: Path, alluredir: Path | None = None) -> Written:
    """Write all that a run writes, in one go, for a verdict that is there already."""
    with Reports(directory, alluredir) as reports:
        return reports.finish(shown)


def write_report(shown: Presentation, form: str, path: Path) -> None:
    """Write the report of one format alone, whole or not at all. Raises UsageError when the file cannot be written."""
    put(path, FORMATS[form].make(shown), private=True)
