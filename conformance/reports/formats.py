"""The formats of the reports: each a function of a presentation, declared here once; what a run writes follows from the table."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from conformance.reports.har import to_har
from conformance.reports.html import to_html
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
    make: Callable[[Presentation], bytes]


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")


FORMATS: Mapping[str, Format] = {
    "har": Format("exchanges.har", "every exchange, for a browser's developer tools", lambda shown: _json(to_har(shown))),
    "junit": Format("junit.xml", "a test case for each requirement, for a pipeline", to_junit),
    "sarif": Format("report.sarif", "the findings at their lines of the specs, for code scanning", lambda shown: _json(to_sarif(shown))),
    "summary": Format("summary.md", "one screen, for a pull request", lambda shown: to_summary(shown).encode("utf-8", "replace")),
    "html": Format("index.html", "the page, for a person", lambda shown: to_html(shown).encode("utf-8", "backslashreplace")),
    "json": Format(VERDICT, "the verdict, for a program", lambda shown: _json(to_json(shown))),
}  # fmt: skip  # a table
"""Name -> format, in the order in which the files are written."""
