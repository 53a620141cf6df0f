"""Language and theme of the page."""

from __future__ import annotations

import pytest
from browser import Opener


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
