"""The pytest plugin, composed: the engine's own, with the services registered and what writes reports. Loaded by the
command and by the root conftest.py."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TextIO

import pytest
from rich.console import Console

import conformance.services  # noqa: F401  registers them
from conformance.cli.embedded import embedded
from conformance.cli.reporting import ENGLISH, Desk
from conformance.model.errors import ConformanceError
from conformance.reports import LANGUAGES
from conformance.reports.outcome_line import TARGET_LINE
from conformance.run.items import case_of
from conformance.run.pytest_options import EMBED, WORDING, options_of
from conformance.run.reporter import ENDED, REPORTER
from conformance.run.streams import harden, refusal
from conformance.target.choice import names_cloud

pytest_plugins = ["conformance.run.plugin"]
STREAMS: pytest.StashKey[tuple[TextIO, TextIO]] = pytest.StashKey()
"""Standard output and error as they were before pytest began to capture them."""


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


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Hand to runs what they do not know by themselves: a target without a cloud, sentences and reports. Before pytest's
    own reporter takes the standard streams they are made such as cannot fail."""
    get = config.getoption
    harden()
    output, progress = config.stash[STREAMS] = sys.stdout, sys.stderr
    config.stash[EMBED] = embedded
    config.stash[WORDING] = ENGLISH
    config.stash[REPORTER] = lambda session: Desk(
        session, get("--out"), Console(file=progress), get("--lang"), alluredir(config), Console(file=output)
    )


def alluredir(config: pytest.Config) -> Path | None:
    """Where Allure results are written to, by Allure's own option."""
    place = config.getoption("allure_report_dir", None)
    return Path(place) if place else None


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Write out what the streams hold, which are not those that pytest knows. End the process where its standard output was
    closed from the start: pytest means to flush it when all is done, and would end with the exit code of a broken promise."""
    for stream in config.stash.get(STREAMS, ()):
        refusal(stream)
    code = config.stash.get(ENDED, None)
    if code is not None and sys.__stdout__ is None:
        os._exit(code)


def pytest_report_collectionfinish(config: pytest.Config, items: list[pytest.Item]) -> list[str]:
    """Say before the first case that there is no cloud."""
    try:
        embeds = any(case_of(item) for item in items) and not names_cloud(options_of(config).settings)
    except ConformanceError:  # said by the run, which ends with it
        embeds = False
    return [TARGET_LINE.plain(config.getoption("--lang"))] if embeds else []
