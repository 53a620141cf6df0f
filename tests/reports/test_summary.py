"""The Markdown summary: rendered as GitHub does, it shows what the verdict says and nothing that the target wants shown."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from conformance.model.verdict import Overall, Verdict
from conformance.reports import Presentation
from conformance.reports.summary import MOST_FINDINGS, escaped, to_summary


class Page(HTMLParser):
    """Tags, and the text outside of code."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.rows: list[int] = []
        self.plain, self.code = "", ""
        self._in_code = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._in_code += tag == "code"
        if tag == "tr":
            self.rows.append(0)
        if tag in {"td", "th"}:
            self.rows[-1] += 1

    def handle_endtag(self, tag: str) -> None:
        self._in_code -= tag == "code"

    def handle_data(self, data: str) -> None:
        if self._in_code:
            self.code += data
        else:
            self.plain += data


def page(verdict: Verdict) -> Page:
    return Page(MarkdownIt("commonmark", {"html": True}).enable(["table"]).render(to_summary(Presentation(verdict))))


def test_the_outcome_the_figures_and_the_advice_are_there(every_kind: Verdict, kinds: dict[str, str]) -> None:
    text = to_summary(Presentation(every_kind))
    assert text.startswith("## \N{CROSS MARK} easystack-6.0.2: `Non-conformant (smoke: ")
    assert f"(exit {every_kind.exit_code})`" in text
    assert "### Findings (2)" in text
    assert "Known from the baseline (1)" in text
    assert "Waived findings (1)" in text
    assert "Findings that this seed explored, which do not count yet (1)" in text
    assert "Advisory findings, which do not count (1)" in text
    assert all(f"`{name}`" in text for name in kinds.values())
    assert "### What to do next" in text


def test_a_conformant_run_has_nothing_to_do(recorded_verdict: Verdict) -> None:
    good = replace(recorded_verdict, overall=Overall.CONFORMANT, exit_code=0, findings=(), notes=())
    assert "- Nothing: each promise" in to_summary(Presentation(good))


def test_what_the_target_sent_is_text_and_nothing_else(every_kind: Verdict) -> None:
    shown = page(every_kind)
    assert {"a", "script", "img"}.isdisjoint(shown.tags)
    assert "alert(1)" in shown.code
    assert [word for word in ("alert", "evil", "@everyone", "\x1b", "\u202e", "[x]") if word in shown.plain] == []
    assert {5, 7} == set(shown.rows)


@pytest.mark.parametrize(
    "text", ["`", "``a", "a`", "|", "\\|", "a|b", "<b>", "", " ", "```", "x" * 1000, "\n\n# head", "--> <!--"]
)
def test_any_text_is_one_code_span_in_one_cell(text: str) -> None:
    html = (
        MarkdownIt("commonmark", {"html": True})
        .enable(["table"])
        .render(f"| a | b |\n| --- | --- |\n| {escaped(text)} | end |\n")
    )
    shown = Page(html)
    assert (shown.rows, shown.tags.count("code")) == ([2, 2], 1)


def test_the_tables_are_bounded(every_kind: Verdict) -> None:
    many = replace(every_kind, findings=every_kind.findings[:1] * 400)
    assert f"{400 - MOST_FINDINGS} more in `index.html`." in to_summary(Presentation(many))
    assert len(to_summary(Presentation(many))) < 64_000
