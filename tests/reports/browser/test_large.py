"""Pages that could go wrong: what a target sends runs nothing, and a large run is quick, small and whole."""

from __future__ import annotations

import base64
import io
import time

import pdfplumber
import pytest
from browser import Opener
from verdicts import hostile, many, recorded

from conformance.model.verdict import Verdict


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
