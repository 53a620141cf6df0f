"""A finding of the page: what a reader opens, copies and links to."""

from __future__ import annotations

from browser import Opener
from selenium.webdriver.common.keys import Keys

from conformance.model.verdict import Verdict
from conformance.reports.presentation import Presentation
from conformance.reports.script import first_command


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
