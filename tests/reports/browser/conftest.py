"""A browser, and what opens a verdict in it.

The browser is Debian's Chromium (`make browser`); without it these tests do not run.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Opened, Opener
from checkout import not_here
from selenium import webdriver
from selenium.webdriver.chrome.options import Options as ChromeOptions
from selenium.webdriver.chrome.service import Service
from verdicts import recorded, states

from conformance.model.verdict import Verdict
from conformance.reports.html import to_html
from conformance.reports.presentation import Presentation

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    browser, service = shutil.which("chromium"), shutil.which("chromedriver")
    if browser is None or service is None:
        not_here("Chromium and its driver are not installed; `make browser` installs them")
    options = ChromeOptions()
    options.binary_location = browser
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = webdriver.Chrome(options=options, service=Service(service, log_output=os.devnull))
    try:
        yield chrome
    finally:
        chrome.quit()


@pytest.fixture(scope="session")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    return states(recorded(tmp_path_factory.mktemp("run")))


@pytest.fixture
def page(driver: webdriver.Chrome, verdict: Verdict, tmp_path: Path) -> Iterator[Opener]:
    """Opens a verdict: language, width, height, scheme; afterwards nothing may have been said or asked for."""
    opened: list[Opened] = []

    def show(
        given: Verdict | None = None,
        *,
        language: str = "en",
        width: int = 1280,
        height: int = 900,
        scheme: str = "light",
    ) -> Opened:
        path = tmp_path / f"{len(opened)}.html"
        path.write_text(to_html(Presentation(given or verdict, language)), encoding="utf-8")
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        driver.get_log("browser"), driver.get_log("performance")
        driver.get(path.as_uri())
        opened.append(Opened(driver, path))
        return opened[-1]

    yield show
    assert opened[-1].trouble() == []
    driver.execute_script("try { localStorage.clear(); } catch (e) {}")
