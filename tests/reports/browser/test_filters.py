"""Filters and search of the page, and its first screen."""

from __future__ import annotations

import pytest
from browser import Opener
from selenium.webdriver.common.by import By

from conformance.model.verdict import Verdict


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
