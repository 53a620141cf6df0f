"""The outcome in one line: profile, figures, what it hangs on, exit code; the same in every report."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace

import pytest
from rich.console import Console

from conformance.model.contract import Authority
from conformance.model.verdict import Harm, Outcome, Severity, Verdict
from conformance.reports import FORMATS, LANGUAGES, Presentation, print_verdict
from conformance.reports.figures import figures
from conformance.reports.outcome_line import LEGEND, headline, outcome_line


def printed(verdict: Verdict) -> list[str]:
    out = io.StringIO()
    print_verdict(Presentation(verdict), Console(file=out, width=100))
    return out.getvalue().splitlines()


def test_the_profile_and_its_share_of_the_binding_promises_stand_in_the_line(recorded_verdict: Verdict) -> None:
    count = figures(recorded_verdict.requirements)
    due = f"(smoke: {count.required} of {count.binding} binding promises required; the embedded reference, no cloud)"
    assert due in outcome_line(recorded_verdict).plain("en")
    assert f"Non-conformant {due}" == headline(recorded_verdict).plain("en")


def test_a_cloud_is_not_called_the_embedded_reference(recorded_verdict: Verdict) -> None:
    verdict = replace(recorded_verdict, target={**recorded_verdict.target, "embedded": False})
    assert "required):" in outcome_line(verdict).plain("en")


def test_a_selection_stands_in_the_line(recorded_verdict: Verdict) -> None:
    verdict = replace(recorded_verdict, run=replace(recorded_verdict.run, selection="limit"))
    assert "(smoke -k limit: " in outcome_line(verdict).plain("en")


def test_the_line_ends_with_the_exit_code(recorded_verdict: Verdict) -> None:
    assert outcome_line(recorded_verdict).plain("en").endswith(" (exit 1)")


@pytest.mark.parametrize(("strict", "said"), [(True, True), (False, False)])
def test_advisory_promises_that_strict_counts_are_said(recorded_verdict: Verdict, strict: bool, said: bool) -> None:
    items = tuple(
        item if item.binding or item.outcome is not Outcome.PASSED else replace(item, outcome=Outcome.FAILED)
        for item in recorded_verdict.requirements
    )
    verdict = replace(recorded_verdict, requirements=items, run=replace(recorded_verdict.run, strict=strict))
    assert said is ("advisory broken, counted by --strict" in outcome_line(verdict).plain("en"))


def test_terminal_and_json_end_with_the_same_line(every_kind: Verdict) -> None:
    line = outcome_line(every_kind).plain("en")
    assert line == printed(every_kind)[-1]
    assert line == json.loads(FORMATS["json"].make(Presentation(every_kind)))["line"]


def test_the_summary_has_the_line(every_kind: Verdict) -> None:
    assert f"`{outcome_line(every_kind).plain('en')}`" in FORMATS["summary"].make(Presentation(every_kind)).decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_title_of_the_page_has_outcome_and_profile(recorded_verdict: Verdict, language: str) -> None:
    page = FORMATS["html"].make(Presentation(recorded_verdict, language)).decode()
    title = re.search(r"<title[^>]*>(.*?)</title>", page)
    assert title is not None
    assert headline(recorded_verdict).plain(language) in title.group(1)


def test_the_row_for_all_in_the_terminal_has_the_figures_of_the_line(every_kind: Verdict) -> None:
    count = figures(every_kind.requirements)
    row = next(line for line in printed(every_kind) if line.startswith("all ")).split()
    shown = (count.required, count.kept, count.broken, count.waived)
    assert [str(number or ".") for number in shown] == row[1:5]


def test_the_json_has_the_figures_of_the_line(every_kind: Verdict) -> None:
    count = figures(every_kind.requirements)
    summary = json.loads(FORMATS["json"].make(Presentation(every_kind)))["summary"]
    assert {
        "promises": count.promises,
        "binding": count.binding,
        "required": count.required,
        "required_kept": count.kept,
        "required_broken": count.broken,
        "required_waived": count.waived,
        "required_explored": count.explored,
        "required_not_exercised": count.not_exercised,
        "advisory": count.advisory,
        "advisory_broken": count.advisory_broken,
        "excluded": count.excluded,
    }.items() <= summary.items()


def test_terminal_and_summary_have_the_legend(recorded_verdict: Verdict) -> None:
    terminal = " ".join(" ".join(printed(recorded_verdict)).split())
    summary = FORMATS["summary"].make(Presentation(recorded_verdict)).decode()
    for word, meaning in LEGEND:
        assert f"{word.plain('en')}: {meaning.plain('en')}" in terminal
        assert f"*{word.plain('en')}*: {meaning.plain('en')}" in summary


def test_the_page_has_the_legend(recorded_verdict: Verdict) -> None:
    page = FORMATS["html"].make(Presentation(recorded_verdict)).decode()
    assert [word for word, meaning in LEGEND if str(meaning.html("en")) not in page] == []


def test_what_answers_give_away_is_said_though_it_does_not_count(recorded_verdict: Verdict) -> None:
    group = replace(
        recorded_verdict.findings[0],
        binding=False,
        waiver=None,
        known=False,
        explored=False,
        harm=Harm.DISCLOSURE,
        severity=Severity.CRITICAL,
        authority=Authority.UPSTREAM,
    )
    line = outcome_line(replace(recorded_verdict, findings=(group,))).plain("en")
    assert "; 1 advisory finding of what answers give away, at worst critical, counted by --strict" in line
    assert "give away" not in outcome_line(replace(recorded_verdict, findings=(replace(group, binding=True),))).plain(
        "en"
    )
