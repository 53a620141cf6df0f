"""The first screen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from verdicts import recorded

from conformance.model.verdict import Outcome, Overall, Verdict
from conformance.reports.page.outcome import Opening
from conformance.reports.page.view import page_of
from conformance.reports.presentation import Presentation


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    return recorded(tmp_path_factory.mktemp("run"))


def opening(verdict: Verdict) -> Opening:
    return page_of(Presentation(verdict)).opening


def test_it_names_the_three_heaviest_findings_that_count(verdict: Verdict) -> None:
    group = verdict.findings[0]
    found = [replace(group, id=f"{number:012x}", binding=number != 1, waiver=None, known=False) for number in range(6)]
    shown = opening(replace(verdict, findings=tuple(found)))
    assert ([item.group.id[-1] for item in shown.heaviest], shown.more, shown.head.plain("en")) == (
        ["0", "2", "3"],
        2,
        "What weighs most",
    )


@pytest.mark.parametrize(
    ("overall", "head"),
    [
        (Overall.CONFORMANT, "Nothing that counts is broken"),
        (Overall.INCONCLUSIVE, "Nothing that counts was found, and not all was looked at"),
    ],
)
def test_where_nothing_counts_it_names_the_others_and_says_so(verdict: Verdict, overall: Overall, head: str) -> None:
    group = replace(verdict.findings[0], binding=False)
    shown = opening(replace(verdict, findings=(group,), overall=overall))
    assert ([item.group.id for item in shown.heaviest], shown.more, shown.head.plain("en")) == ([group.id], 0, head)


def test_its_figures_add_up_to_the_required_promises(verdict: Verdict) -> None:
    total, *parts = opening(verdict).figures
    assert total.count == sum(part.count for part in parts) == sum(item.required for item in verdict.requirements)


def test_a_figure_of_nothing_is_left_out_where_it_is_no_outcome_of_every_run(verdict: Verdict) -> None:
    items = tuple(replace(item, outcome=Outcome.PASSED) for item in verdict.requirements)
    labels = [figure.label.plain("en") for figure in opening(replace(verdict, requirements=items)).figures]
    assert labels == ["required promises", "kept", "broken", "not exercised"]
    one = replace(next(item for item in items if item.required), outcome=Outcome.WAIVED)
    labels = [figure.label.plain("en") for figure in opening(replace(verdict, requirements=(one,))).figures]
    assert labels == ["required promises", "kept", "broken", "waived", "not exercised"]
