"""The page for everybody: by keyboard, read aloud, on a phone, on paper, without scripts."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from importlib import resources

import pdfplumber
import pytest
from browser import Opener
from draws import drawn
from selenium import webdriver
from selenium.webdriver.common.keys import Keys
from verdicts import hostile

from conformance.model.verdict import Verdict, Weight


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
