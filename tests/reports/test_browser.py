"""The report in a real browser: what a reader clicks, types and sees, in both languages and themes, on paper and on a phone.

The browser is Debian's Chromium (`make browser`); without it these tests do not run. With CONFORMANCE_SCREENSHOTS=DIR the pictures
of the README are written there, of the run in CONFORMANCE_RUN.
"""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from checkout import not_here
from draws import drawn
from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.options import Options as ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from verdicts import hostile, many, recorded, states

from conformance.model.verdict import Verdict, Weight
from conformance.reports.html import to_html
from conformance.reports.presentation import Presentation
from conformance.reports.recorded import read_run
from conformance.reports.script import first_command

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
Opener = Callable[..., "Opened"]


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    return states(recorded(tmp_path_factory.mktemp("run")))


class Opened:
    """A page in the browser, and what a reader does with it."""

    def __init__(self, driver: webdriver.Chrome, path: Path) -> None:
        self.driver = driver
        self.path = path

    def all(self, selector: str) -> list[Any]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> Any:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def click(self, selector: str) -> None:
        """Click as a mouse does: where the element is, if nothing lies over it."""
        element = self.one(selector)
        self.run("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
        element.click()

    def rows(self, where: str) -> list[str]:
        """The ids of the rows that no search and no filter hides; their fold may be closed."""
        return list(
            self.run(
                "return Array.from(document.querySelectorAll(`#${arguments[0]} [data-row]`)).filter(r => !r.hidden && !r.closest('[hidden]')).map(r => r.id)",
                where,
            )
        )

    def status(self, where: str) -> str:
        return str(self.one(f'form[data-filter="{where}"] [role=status]').text)

    def search(self, text: str) -> None:
        field = self.one(".find [type=search]")
        field.clear()
        field.send_keys(text)

    def until(self, condition: Callable[[], object]) -> None:
        WebDriverWait(self.driver, 5, poll_frequency=0.05).until(lambda _: condition())

    def trouble(self) -> list[str]:
        """What the console said, and every request beyond the page itself."""
        said = [str(item["message"]) for item in self.driver.get_log("browser")]
        messages = [json.loads(item["message"])["message"] for item in self.driver.get_log("performance")]
        asked = [item["params"]["request"]["url"] for item in messages if item["method"] == "Network.requestWillBeSent"]
        own = self.path.as_uri()
        return said + [url for url in asked if url.split("#")[0] != own and not url.startswith("data:")]


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


# --- filter and search -------------------------------------------------------------------------------------------------


def test_an_outcome_is_filtered_and_the_number_is_announced(page: Opener, verdict: Verdict) -> None:
    shown = page()
    failed = [f"r-{item.id}" for item in verdict.requirements if item.outcome == "failed"]
    assert len(failed) >= 3
    assert len(shown.rows("ledger")) == len(verdict.requirements)
    shown.click('form[data-filter="ledger"] input[value="failed"]')
    assert sorted(shown.rows("ledger")) == sorted(failed)
    assert shown.status("ledger") == f"{len(failed)} of {len(verdict.requirements)} promises shown"
    assert shown.one('form[data-filter="ledger"] [role=status]').get_attribute("aria-live") == "polite"
    # The folds in which something is left are open, the others gone; with the filter they are as before.
    folds = (
        "return Array.from(document.querySelectorAll('#ledger > details')).filter(d => d.offsetParent && d.open).length"
    )
    assert shown.run(folds) == len({item.operation for item in verdict.requirements if item.outcome == "failed"})
    shown.click('form[data-filter="ledger"] [type=reset]')
    shown.until(lambda: len(shown.rows("ledger")) == len(verdict.requirements))
    assert shown.run(folds) == 0


def test_filters_of_different_kinds_narrow_and_of_one_kind_widen(page: Opener, verdict: Verdict) -> None:
    shown = page()
    shown.click('form[data-filter="ledger"] input[value="ruling"]')
    shown.click('form[data-filter="ledger"] input[value="document"]')
    wanted = [f"r-{item.id}" for item in verdict.requirements if item.authority in {"ruling", "document"}]
    assert sorted(shown.rows("ledger")) == sorted(wanted)
    shown.click('form[data-filter="ledger"] input[name="required"]')
    assert len(shown.rows("ledger")) == sum(item.required and f"r-{item.id}" in wanted for item in verdict.requirements)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("image.list.query.limit", ["r-image.list.query.limit"]),
        ("LIMIT  query", ["r-image.list.query.limit"]),
        ("查询参数 limit", ["r-image.list.query.limit"]),
        (".*", []),
        ("<img src=x onerror=window.hurt=1>", []),
        ("\\", []),
    ],
)
def test_a_search_is_for_words_and_evaluates_nothing(page: Opener, text: str, found: list[str]) -> None:
    shown = page()
    shown.search(text)
    assert shown.rows("ledger") == found
    assert shown.one("#ledger-nothing").is_displayed() is (not found)
    assert shown.one('[data-count="ledger"]').text == str(len(found))
    assert shown.run("return window.hurt") is None


def test_one_search_goes_over_findings_promises_and_values_and_is_announced(page: Opener, verdict: Verdict) -> None:
    shown = page()
    shown.search("min_disk")
    counts = {name: len(shown.rows(name)) for name in ("causes", "ledger", "values")}
    assert counts["ledger"] > 1
    assert counts["values"] == 3
    assert shown.run("return document.querySelector('.find [role=status]').textContent") == (
        f"Found: {counts['causes']} findings, {counts['ledger']} promises, {counts['values']} classes of values"
    )
    assert shown.one("#values > details").get_attribute("open") is not None
    shown.search(" ")
    assert (len(shown.rows("causes")), len(shown.rows("ledger"))) == (
        len(verdict.findings),
        len(verdict.requirements),
    )
    assert shown.all("#ledger > details[open], #values > details[open]") == []


def test_a_figure_at_the_top_leads_to_the_rows_that_it_counts(page: Opener, verdict: Verdict) -> None:
    shown = page()
    figure = shown.one(".figures .broken a")
    number = int(figure.find_element(By.TAG_NAME, "b").text)
    figure.click()
    assert (
        len(shown.rows("ledger"))
        == number
        == sum(item.required and item.outcome == "failed" for item in verdict.requirements)
    )
    assert all(
        box.is_selected()
        for box in shown.all(
            'form[data-filter="ledger"] input[value="failed"], form[data-filter="ledger"] input[value="yes"]'
        )
    )


def test_findings_are_filtered_by_state_and_a_link_shows_one_that_is_hidden(page: Opener) -> None:
    shown = page()
    shown.click('form[data-filter="causes"] input[value="waived"]')
    assert shown.rows("causes") == ["f-" + "c" * 12]
    assert [head.text for head in shown.all("#causes .group > .head strong") if head.is_displayed()] == [
        "Waived findings"
    ]
    shown.click(".heaviest a")
    shown.until(lambda: shown.one("details.finding").get_attribute("open") is not None)
    assert len(shown.rows("causes")) == len(shown.all("details.finding"))


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1440, 900)])
def test_the_first_screen_says_what_is_broken_how_bad_whose_it_is_and_what_to_do(
    page: Opener, verdict: Verdict, width: int, height: int
) -> None:
    shown = page(width=width, height=height)
    hero = shown.one("#outcome")
    assert hero.rect["y"] + hero.rect["height"] <= height
    assert [link.get_attribute("href").split("#")[1] for link in shown.all(".heaviest a")] == [
        f"f-{group.id}" for group in [item for item in verdict.findings if item.binding][:3]
    ]
    assert {badge.text for badge in shown.all(".heaviest .badge")} <= {"critical", "major", "minor", "advice"}
    assert {"Cloud", "Ruling", "Environment", "Suite"} >= {owner.text for owner in shown.all(".steps strong")} != set()
    assert len(shown.all(".bars li")) == len({item.operation for item in verdict.requirements})


def test_a_phone_sees_the_outcome_and_the_heaviest_findings_first(page: Opener) -> None:
    shown = page(width=390, height=844)
    last = shown.all(".heaviest li")[-1].rect
    assert last["y"] + last["height"] <= 844


# --- a finding -----------------------------------------------------------------------------------------------------------


def test_a_finding_opens_and_shows_request_response_and_command(page: Opener, verdict: Verdict) -> None:
    shown, commands = page(), Presentation(verdict).commands
    group = next(item for item in verdict.findings if item.exemplar is not None and item.id in commands)
    assert group.exemplar is not None
    assert not shown.one(f"#f-{group.id} .detail").is_displayed()
    shown.click(f"#f-{group.id} > summary")
    due, got = shown.all(f"#f-{group.id} .sides > div")
    command = shown.one(f"#f-{group.id} .command")
    assert due.rect["y"] == got.rect["y"] < command.rect["y"]
    # The request stands near the top: the finding's own heading and the two sides are all that comes before it.
    assert command.rect["y"] - shown.one(f"#f-{group.id}").rect["y"] < 400
    assert command.get_property("textContent") == first_command(group.exemplar)
    assert shown.one(f"#f-{group.id} .curl a").get_attribute("href").endswith(f"findings/{group.id}.sh")
    shown.click(f"#f-{group.id} .exchange > summary")
    request, response = shown.all(f"#f-{group.id} .wires pre")
    assert request.text.startswith(f"{group.exemplar.request.method} {group.exemplar.request.url}")
    assert response.text.startswith(str(group.exemplar.response.status))
    left, right = request.rect, response.rect
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] < right["x"]


def test_the_command_is_copied_and_that_is_announced(page: Opener, verdict: Verdict) -> None:
    shown = page()
    shown.driver.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    group = next(item for item in verdict.findings if item.exemplar is not None)
    assert group.exemplar is not None
    shown.click(f"#f-{group.id} > summary")
    shown.click(f'[data-copy="c-{group.id}"]')
    shown.until(lambda: shown.run("return document.getElementById('said').textContent") == "Copied")
    # What was copied is pasted into the search field, as a reader would check it.
    field = shown.one(".find [type=search]")
    field.send_keys(Keys.CONTROL, "v")
    # The field takes 200 characters.
    assert field.get_attribute("value") == first_command(group.exemplar)[:200]
    field.clear()
    shown.until(lambda: shown.one(f'[data-copy="c-{group.id}"]').text == "Copy")


def test_all_findings_open_and_close_together(page: Opener) -> None:
    shown = page()
    shown.click('[data-open="true"]')
    assert len(shown.all("details.finding[open]")) == len(shown.all("details.finding")) > 5
    shown.click('[data-open="false"]')
    assert shown.all("details.finding[open]") == []


def test_an_address_with_a_finding_opens_it(page: Opener, verdict: Verdict) -> None:
    shown = page()
    shown.driver.get(f"{shown.path.as_uri()}#f-{verdict.findings[-1].id}")
    shown.until(lambda: shown.one(f"#f-{verdict.findings[-1].id}").get_attribute("open") is not None)


# --- language and theme ------------------------------------------------------------------------------------------------


def test_the_switch_changes_every_text_of_the_page(page: Opener) -> None:
    shown = page()
    shown.click('[data-language="zh"]')
    assert shown.one("html").get_attribute("lang") == "zh"
    assert shown.driver.title.startswith("不符合（")
    visible = shown.run(
        "return Array.from(document.querySelectorAll('h1, h2, h3, dt, legend, thead th, .lead, .label, .badge, button, caption, figcaption, option, [role=status]'))"
        ".filter(e => e.offsetParent || e.tagName === 'OPTION').map(e => (e.innerText || e.textContent).trim()).filter(Boolean)"
    )
    assert len(visible) > 60
    # Ids of requirements and the name of the language itself are the same in any language.
    assert [
        text
        for text in visible
        if not any("\u4e00" <= letter <= "\u9fff" for letter in text) and text != "EN" and "." not in text
    ] == []
    attributes = shown.run(
        "return Array.from(document.querySelectorAll('[aria-label], [placeholder]')).map(e => e.getAttribute('placeholder') || e.getAttribute('aria-label'))"
    )
    assert [text for text in attributes if not any("\u4e00" <= letter <= "\u9fff" for letter in text)] == []
    shown.click('[data-language="en"]')
    assert shown.one("h1").text == "Non-conformant"
    shown.click('form[data-filter="ledger"] input[value="failed"]')
    assert shown.status("ledger").endswith("promises shown")


def test_a_page_made_in_chinese_opens_in_chinese(page: Opener) -> None:
    shown = page(language="zh")
    assert (shown.one("h1").text, shown.one("html").get_attribute("lang")) == ("不符合", "zh")
    assert shown.one('[data-language="zh"]').get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_is_the_systems_until_the_button_is_used_and_then_stays(page: Opener, scheme: str) -> None:
    shown = page(scheme=scheme)

    def brightness() -> int:
        return sum(
            int(part)
            for part in shown.run("return getComputedStyle(document.body).backgroundColor").strip("rgb()").split(",")
        )

    before, label = brightness(), shown.one("#theme").text
    assert (before > 600, label) == ((True, "Dark") if scheme == "light" else (False, "Light"))
    shown.click("#theme")
    assert (brightness() > 600, shown.one("#theme").text) == (before <= 600, "Light" if scheme == "light" else "Dark")
    after = brightness()
    shown.driver.refresh()
    assert brightness() == after


# --- keyboard, accessibility, phone, paper -----------------------------------------------------------------------------


def test_every_control_is_reached_with_the_tab_key_and_shows_that_it_is_focused(page: Opener) -> None:
    shown = page()
    count = shown.run(
        "return Array.from(document.querySelectorAll('a, button:not(:disabled), input, select, summary, [tabindex=\"0\"]'))"
        ".filter(e => e.checkVisibility() && (!e.closest('details:not([open])') || e.matches('details:not([open]) > summary'))).length"
    )
    assert count > 40
    seen: set[str] = set()
    for _ in range(count + 5):
        shown.driver.switch_to.active_element.send_keys(Keys.TAB)
        name, outlined = shown.run(
            "const e = document.activeElement; if (e === document.body) return ['', true];"
            "const shown = e.matches('.chip input') ? e.nextElementSibling : e; const style = getComputedStyle(shown);"
            "e.dataset.seen ||= String(Math.random()); return [e.dataset.seen, style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2];"
        )
        assert outlined
        seen |= {name} - {""}
    assert len(seen) == count


def test_the_page_is_used_without_a_mouse(page: Opener, verdict: Verdict) -> None:
    shown = page()
    shown.driver.switch_to.active_element.send_keys(Keys.TAB)
    assert shown.driver.switch_to.active_element.text == "To the outcome"
    box = shown.one('form[data-filter="ledger"] input[value="failed"]')
    box.send_keys(Keys.SPACE)
    assert len(shown.rows("ledger")) == sum(item.outcome == "failed" for item in verdict.requirements)
    summary = shown.one("details.finding > summary")
    summary.send_keys(Keys.ENTER)
    assert shown.one("details.finding").get_attribute("open") is not None
    shown.one("#theme").send_keys(Keys.SPACE)
    assert shown.one("#theme").text == "Light"
    shown.one('[data-language="zh"]').send_keys(Keys.ENTER)
    assert shown.one("h1").text == "不符合"


@pytest.mark.parametrize(
    ("scheme", "language", "width"),
    drawn([("light", "en", 1280), ("dark", "zh", 1280), ("light", "zh", 360), ("dark", "en", 360)], 1),
)
def test_axe_finds_no_barrier(page: Opener, scheme: str, language: str, width: int) -> None:
    shown = page(scheme=scheme, language=language, width=width)
    shown.click('[data-open="true"]')
    axe = resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    # The page's own policy forbids any other script; the debugger may evaluate one.
    shown.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": axe})
    answer = shown.driver.execute_cdp_cmd(
        "Runtime.evaluate",
        {
            "expression": "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']}).then(r => JSON.stringify(r.passes.length < 20 ? r : r.violations.map(v => [v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))])))",
            "awaitPromise": True,
            "returnByValue": True,
        },
    )
    assert json.loads(answer["result"]["value"]) == []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("change", [hostile, lambda verdict: verdict])
def test_a_phone_shows_it_all_without_scrolling_sideways(
    page: Opener, verdict: Verdict, language: str, change: Callable[[Verdict], Verdict]
) -> None:
    shown = page(change(verdict), language=language, width=360, height=740)
    shown.run("for (const item of document.querySelectorAll('details')) item.open = true")
    assert shown.run("return document.documentElement.scrollWidth") == 360
    wide = shown.run(
        "return Array.from(document.querySelectorAll('main *')).filter(e => e.checkVisibility() && !e.closest('.wide[tabindex]') && !e.closest('.unseen') && !e.closest('svg')"
        " && !e.closest('thead') && !e.matches('.chip input') && e.getBoundingClientRect().right > 361).map(e => e.outerHTML.slice(0, 120))"
    )
    assert wide == []


@pytest.mark.parametrize("width", [320, 700, 800, 1023, 1025, 1247, 1249, 1920])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_table_is_cut_off_at_any_width(page: Opener, width: int, language: str) -> None:
    shown = page(width=width, language=language)
    shown.run("for (const item of document.querySelectorAll('details')) item.open = true")
    cut = "return Array.from(document.querySelectorAll('.wide:not([tabindex])')).filter(e => e.scrollWidth > e.clientWidth + 1).map(e => [e.closest('section').id, e.scrollWidth, e.clientWidth])"
    assert (shown.run("return document.documentElement.scrollWidth"), shown.run(cut)) == (width, [])


def test_paper_has_every_finding_whole_and_no_controls(page: Opener, verdict: Verdict) -> None:
    shown = page(scheme="dark")
    shown.click("#theme")
    shown.click("#theme")
    printed = shown.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
    with pdfplumber.open(io.BytesIO(base64.b64decode(printed["data"]))) as paper:
        text = " ".join(sheet.extract_text() for sheet in paper.pages)
        summary = paper.pages[0].extract_text()
        assert 3 <= len(paper.pages) <= 20
    # The first sheet is the summary, and nothing else.
    assert [
        word for word in ("What weighs most", "What to do next", "What limits this verdict") if word not in summary
    ] == []
    assert "curl -sS" not in summary
    group = next(item for item in verdict.findings if item.exemplar is not None)
    assert group.exemplar is not None
    # Of advice paper has the headings.
    whole = [item for item in verdict.findings if item.exemplar is not None and item.weight is not Weight.ADVISORY]
    assert text.count("curl -sS") == len(whole)
    assert [word for word in ("Open all", "Show all", "Copy", "Search the report", "中文") if word in text] == []
    shown.until(lambda: shown.all("details.finding[open]") == [])


def test_without_scripts_the_page_is_whole_and_has_no_dead_controls(page: Opener, driver: webdriver.Chrome) -> None:
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        shown = page()
        assert shown.one("h1").text == "Non-conformant"
        shown.click("#ledger > details > summary")
        assert len([row for row in shown.all("#ledger tr[data-row]")[:5] if row.is_displayed()]) == 5
        assert [item for item in shown.all("button, form") if item.is_displayed()] == []
        shown.click("details.finding > summary")
        assert shown.one("details.finding .detail").is_displayed()
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


# --- what may go wrong -------------------------------------------------------------------------------------------------


def test_nothing_that_the_target_sends_runs_or_loads_anything(page: Opener, verdict: Verdict) -> None:
    shown = page(hostile(verdict))
    shown.click('[data-open="true"]')
    shown.click('[data-language="zh"]')
    shown.search("window.hurt")
    assert len(shown.rows("causes")) >= 1
    assert shown.run("return window.hurt") is None
    assert (
        shown.run("return document.querySelectorAll('main img, main script, main a[href^=\"javascript\"]').length") == 0
    )


def test_a_big_run_opens_and_filters_without_a_wait(page: Opener, verdict: Verdict) -> None:
    began = time.monotonic()
    shown = page(many(verdict, 150, 6000, b'{"a": [1, 2, 3, "<&>"]}' * 1000))
    assert time.monotonic() - began < 30
    taken = shown.run(
        "const field = document.querySelector('.find [type=search]'); field.value = 'no such word'; const began = performance.now();"
        "field.dispatchEvent(new Event('input', {bubbles: true})); document.body.offsetHeight; return performance.now() - began"
    )
    assert taken < 1000
    assert shown.rows("causes") == []


# --- the page of a gate run ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    return recorded(tmp_path_factory.mktemp("gate"), "gate")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_of_a_gate_run_is_under_600_kilobytes_and_20_sheets(
    page: Opener, gate: Verdict, language: str
) -> None:
    shown = page(gate, language=language)
    assert shown.path.stat().st_size < 600_000
    printed = shown.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True, "preferCSSPageSize": True})
    with pdfplumber.open(io.BytesIO(base64.b64decode(printed["data"]))) as paper:
        assert 3 <= len(paper.pages) <= 20


@pytest.mark.parametrize("width", [390, 1280])
def test_ids_and_media_types_are_never_broken_in_the_middle(page: Opener, gate: Verdict, width: int) -> None:
    shown = page(gate, width=width, height=844)
    shown.run("for (const item of document.querySelectorAll('details.finding')) item.open = true")
    broken = """
        const word = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|application\\/[a-z0-9.+-]+/g, found = [];
        const walk = document.createTreeWalker(document.getElementById('findings'), NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) for (const hit of walk.currentNode.data.matchAll(word)) {
            const range = document.createRange();
            range.setStart(walk.currentNode, hit.index);
            range.setEnd(walk.currentNode, hit.index + hit[0].length);
            if (new Set(Array.from(range.getClientRects(), r => r.top)).size > 1) found.push(hit[0]);
        }
        return found"""
    assert shown.run("return document.getElementById('findings').textContent.includes('application/')")
    assert shown.run(broken) == []


# --- pictures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "language", "scheme", "width", "height"),
    [
        ("report-en", "en", "light", 1280, 800),
        ("report-zh", "zh", "light", 1280, 800),
        ("report-finding", "en", "light", 1280, 1000),
        ("report-dark", "en", "dark", 1280, 1000),
        ("report-charts", "en", "light", 1280, 820),
        ("report-phone", "en", "light", 390, 844),
    ],
)
def test_screenshots(
    page: Opener, verdict: Verdict, tmp_path: Path, name: str, language: str, scheme: str, width: int, height: int
) -> None:
    run, out = os.environ.get("CONFORMANCE_RUN"), Path(os.environ.get("CONFORMANCE_SCREENSHOTS", tmp_path))
    shown = page(read_run(Path(run)) if run else verdict, language=language, scheme=scheme, width=width, height=height)
    if name in {"report-finding", "report-dark"}:
        shown.run("const found = document.querySelector('details.finding'); found.open = true; found.scrollIntoView()")
    if name == "report-charts":
        shown.run("document.getElementById('traffic').scrollIntoView()")
    data = base64.b64decode(shown.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"])
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    assert picture.size == (width, height)
    # Text on a page is many shades; a blank or broken page is a few.
    assert len(picture.getcolors(maxcolors=1 << 24) or ()) > 200
    path = out / f"{name}.png"
    picture.save(path, optimize=True)
    assert path.stat().st_size < 400_000
