"""The formats of the reports: each a function of a presentation, declared here once; what a run writes follows from the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from conformance.reports import underway
from conformance.reports.destination import Content
from conformance.reports.encoding import json_bytes
from conformance.reports.har import to_har
from conformance.reports.junit import to_junit
from conformance.reports.presentation import Presentation
from conformance.reports.sarif import to_sarif
from conformance.reports.summary import to_summary
from conformance.reports.verdict_json import to_json

__all__ = ["FORMATS", "VERDICT", "Format"]

VERDICT = "verdict.json"
"""The file that is written last: where it stands, the others are whole."""


@dataclass(frozen=True, slots=True)
class Format:
    """One format: the file that it has in the directory of a run, what the file is for, and the function that makes it."""

    file: str
    purpose: str
    make: Callable[[Presentation], Content]


def _page(shown: Presentation) -> str:
    if not shown.verdict.run.ended:
        return underway.page(shown)
    from conformance.reports.html import to_html  # with the engine of the templates, at the end of a run

    return to_html(shown)


FORMATS: Mapping[str, Format] = {
    "har": Format("exchanges.har", "every exchange, for a browser's developer tools", to_har),
    "junit": Format("junit.xml", "a test case for each requirement, for a pipeline", to_junit),
    "sarif": Format("report.sarif", "the findings at their lines of the specs, for code scanning", lambda shown: json_bytes(to_sarif(shown))),
    "summary": Format("summary.md", "one screen, for a pull request", lambda shown: to_summary(shown).encode("utf-8", "replace")),
    "html": Format("index.html", "the page, for a person", lambda shown: _page(shown).encode("utf-8", "backslashreplace")),
    "json": Format(VERDICT, "the verdict, for a program", lambda shown: json_bytes(to_json(shown))),
}  # fmt: skip  # a table
"""Name -> format, in the order in which the files are written."""
