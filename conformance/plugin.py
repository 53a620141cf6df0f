"""The pytest plugin, composed: the engine's own, with the services registered and what writes reports. Loaded by the
command and by the root conftest.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

import conformance.services  # noqa: F401  registers them
from conformance.cli.embedded import embedded
from conformance.cli.reporting import ENGLISH, presented, report
from conformance.model.errors import ConformanceError
from conformance.model.verdict import Verdict
from conformance.reports import LANGUAGES, open_reports, print_verdict
from conformance.reports.outcome_line import TARGET_LINE
from conformance.run.plugin import EMBED, PREPARE, REPORT, WORDING, case_of, options_of
from conformance.run.session import Options
from conformance.target.choice import names_cloud

pytest_plugins = ["conformance.run.plugin"]


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """The options of `conformance run` that say how it is reported, under the same names."""
    group = parser.getgroup("conformance", "conformance of a cloud to the vendor's document")
    group.addoption("--out", type=Path, default=Path("reports"), help="directory for the reports (default: reports)")
    group.addoption(
        "--lang",
        choices=LANGUAGES,
        default="en",
        help="language of the summary and of the report's first view (default: en)",
    )
    if pluginmanager.is_blocked("allure_pytest"):  # else the option is there, and ours is what it is filled with
        group.addoption(
            "--alluredir", dest="allure_report_dir", help="directory for Allure results, one for each requirement"
        )


def pytest_configure(config: pytest.Config) -> None:
    """Hand to runs what they do not know by themselves: a target without a cloud, sentences and reports."""
    get = config.getoption

    def reported(verdict: Verdict, options: Options) -> Callable[[], None]:
        shown = presented(verdict, get("--lang"), options.specs, get("--out"))
        written = report(shown, get("--out"), get("allure_report_dir", None))
        return lambda: print_verdict(shown, Console(), written)

    config.stash[EMBED] = embedded
    config.stash[PREPARE] = lambda: open_reports(get("--out"), get("allure_report_dir", None))
    config.stash[WORDING] = ENGLISH
    config.stash[REPORT] = reported


def pytest_report_collectionfinish(config: pytest.Config, items: list[pytest.Item]) -> list[str]:
    """Say before the first case that there is no cloud."""
    try:
        embeds = any(case_of(item) for item in items) and not names_cloud(options_of(config).settings)
    except ConformanceError:  # said by the run, which ends with it
        embeds = False
    return [TARGET_LINE.plain(config.getoption("--lang"))] if embeds else []
