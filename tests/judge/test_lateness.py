"""What a run that was cut short has seen too soon after a delete."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from conformance.judge.excuses import Excuses
from conformance.judge.judgement import judge
from conformance.judge.lateness import undecided
from conformance.judge.run_checks import BACK
from conformance.model.contract import Contract
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.model.record import Record
from conformance.model.verdict import Outcome, RequirementResult, Run

Build = Callable[..., Exchange]
ID = "4d5d0496-d499-4407-a79b-013c4f89200c"
GONE = "image.delete.gone"
RUN = Run("0badcafe", 1, "smoke", "2026-01-01T00:00:00Z", 1.0, 0, "conformance run", "0")


def seen(exchange: Build, *moments: float) -> list[Exchange]:
    """A delete at the first moment, and lists at the others, each another one, that show what it has taken away."""
    rows = json.dumps({"images": [{"id": ID, "name": "x"}]}).encode()
    gone = exchange("image.delete", 204, method="DELETE", url=f"http://cloud/v2/images/{ID}")
    shown = [
        exchange(number=number, body=rows, url=f"http://cloud/v2/images?limit={number}")
        for number, _ in enumerate(moments[1:], start=2)
    ]
    return [replace(item, started=moment) for item, moment in zip([gone, *shown], moments, strict=True)]


@pytest.fixture
def result(contract: Contract) -> Callable[..., RequirementResult]:
    """What becomes of the promise that a delete takes away."""

    def judged(exchanges: list[Exchange], *, cut_short: bool = False, out_of_time: bool = False) -> RequirementResult:
        run, required = replace(RUN, cut_short=cut_short), frozenset({GONE})
        record = Record(run, {}, exchanges=exchanges, required=required, out_of_time=out_of_time)
        verdict = judge(record, contract, Excuses())
        return next(item for item in verdict.requirements if item.id == GONE)

    return judged


@pytest.mark.parametrize("how", ["cut_short", "out_of_time"])
def test_what_was_shown_soon_after_its_delete_and_not_asked_again_is_not_told(
    result: Any, exchange: Build, how: str
) -> None:
    found = result(seen(exchange, 1.0, 1.2, 5.0), **{how: True})
    assert (Outcome.NOT_EXERCISED, Phrase.of("in-case", reason=Phrase.of("late-or-lost"), case=BACK)) == (
        found.outcome,
        found.reason,
    )


@pytest.mark.parametrize(("moment", "cut_short"), [(12.0, True), (1.2, False)])
def test_what_is_shown_long_after_or_in_a_whole_run_is_a_finding(
    result: Any, exchange: Build, moment: float, *, cut_short: bool
) -> None:
    assert Outcome.FAILED is result(seen(exchange, 1.0, moment), cut_short=cut_short).outcome


def test_another_answer_long_after_is_still_a_finding(result: Any, exchange: Build) -> None:
    assert Outcome.FAILED is result(seen(exchange, 1.0, 1.2, 30.0), cut_short=True).outcome


def test_a_record_in_which_all_can_be_told_stays_as_it_is(contract: Contract, exchange: Build) -> None:
    record = Record(replace(RUN, cut_short=True), {}, exchanges=seen(exchange, 1.0))
    assert record is undecided(record, contract)
