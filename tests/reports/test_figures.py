"""The figures of a verdict: what adds up, and what is counted where."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from conformance.model.contract import Authority, Level
from conformance.model.verdict import Outcome, Verdict
from conformance.reports.figures import Figures, by_area, figures


def test_every_promise_is_binding_advisory_or_excluded(every_kind: Verdict) -> None:
    count = figures(every_kind.requirements)
    assert count.promises == len(every_kind.requirements) == count.binding + count.advisory + count.excluded


def test_what_became_of_the_required_promises_adds_up_to_them(every_kind: Verdict) -> None:
    count = figures(every_kind.requirements)
    assert count.required == count.kept + count.broken + count.waived + count.explored + count.not_exercised
    assert 0 < min(count.kept, count.broken, count.waived, count.not_exercised)


def test_the_rows_of_the_areas_add_up_to_the_whole(every_kind: Verdict) -> None:
    rows, whole = by_area(every_kind).values(), figures(every_kind.requirements)
    summed = Figures(**{item.name: sum(getattr(row, item.name) for row in rows) for item in fields(Figures)})
    assert whole == summed


def test_smoke_owes_fewer_promises_than_bind(recorded_verdict: Verdict) -> None:
    count = figures(recorded_verdict.requirements)
    assert 0 < count.required < count.binding


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"level": Level.SHOULD}, "advisory"),
        ({"authority": Authority.UPSTREAM}, "advisory"),
        ({"outcome": Outcome.EXCLUDED, "required": False}, "excluded"),
        ({"required": False}, "binding"),
    ],
)
def test_a_promise_is_counted_where_it_stands(
    recorded_verdict: Verdict, change: dict[str, object], column: str
) -> None:
    kept = next(item for item in recorded_verdict.requirements if item.required and item.outcome is Outcome.PASSED)
    count = figures([replace(kept, **change)])
    assert {"binding": 0, "advisory": 0, "excluded": 0} | {column: 1} == {
        name: getattr(count, name) for name in ("binding", "advisory", "excluded")
    }


def test_an_advisory_promise_that_is_broken_is_no_broken_one_of_the_required(recorded_verdict: Verdict) -> None:
    item = next(item for item in recorded_verdict.requirements if not item.binding and item.outcome is Outcome.PASSED)
    count = figures([replace(item, outcome=Outcome.FAILED)])
    assert (0, 1, 1) == (count.broken, count.advisory, count.advisory_broken)
