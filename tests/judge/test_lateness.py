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
from conformance.judge.registry import RUN_CHECKS
from conformance.judge.run_checks import BACK
from conformance.model.contract import Contract
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.model.record import Record
from conformance.model.verdict import Outcome, RequirementResult, Run

Build = Callable[..., Exchange]
OTHER = "5e5d0496-d499-4407-a79b-013c4f89200c"
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


def removed(exchange: Build, number: int, own: str, moment: float, status: int = 204) -> Exchange:
    """A delete of one image at a moment."""
    url = f"http://cloud/v2/images/{own}"
    return replace(exchange("image.delete", status, method="DELETE", url=url, number=number), started=moment)


def listed(exchange: Build, number: int, moment: float, *own: str) -> Exchange:
    """A list at a moment, another one each time, of these images."""
    rows = json.dumps({"images": [{"id": item, "name": "x"} for item in own]}).encode()
    return replace(exchange(number=number, body=rows, url=f"http://cloud/v2/images?limit={number}"), started=moment)


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_fresh_delete_excuses_no_old_one_in_the_same_answer(
    contract: Contract, result: Any, exchange: Build, *, newest_first: bool
) -> None:
    own = [f"{number:08d}-d499-4407-a79b-013c4f89200c" for number in range(150)]
    run: list[Exchange] = []
    for count, item in enumerate(own, start=1):
        run.append(removed(exchange, 2 * count - 1, item, 4.0 * count))
        gone = own[:count]
        run.append(listed(exchange, 2 * count, 4.0 * count + 2, *(reversed(gone) if newest_first else gone)))
    assert Outcome.FAILED is result(run, cut_short=True).outcome
    record = Record(replace(RUN, cut_short=True), {}, exchanges=run, required=frozenset({GONE}))
    assert frozenset() == undecided(record, contract).taken_back
    last = list(RUN_CHECKS[BACK].look(run, contract))[-1]
    assert (300, 1) == (last.exchange.number, last.related[0].number)


def test_a_list_that_shows_what_was_deleted_a_moment_ago_alone_is_taken_back_beside_one_that_shows_old_ones(
    contract: Contract, exchange: Build
) -> None:
    run = [
        removed(exchange, 1, ID, 1.0),
        removed(exchange, 2, OTHER, 30.0),
        listed(exchange, 3, 31.0, OTHER, ID),
        listed(exchange, 4, 32.0, OTHER),
    ]
    record = Record(replace(RUN, cut_short=True), {}, exchanges=run, required=frozenset({GONE}))
    assert frozenset({(GONE, BACK, 4)}) == undecided(record, contract).taken_back


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(204, Outcome.FAILED), *((status, Outcome.NOT_EXERCISED) for status in (401, 404, 429, 503))],
)
def test_what_could_be_deleted_again_was_there_however_short_the_run(
    result: Any, exchange: Build, status: int, outcome: Outcome
) -> None:
    run = [
        removed(exchange, 1, ID, 1.0),
        listed(exchange, 2, 2.0, ID),
        removed(exchange, 3, ID, 3.0, status),
        listed(exchange, 4, 4.0, OTHER),
    ]
    assert outcome is result(run, cut_short=True).outcome


def test_what_was_made_again_was_there_to_be_deleted_again_whatever_became_of_the_first_delete(
    result: Any, exchange: Build
) -> None:
    made = exchange("image.create", 201, json.dumps({"id": ID}).encode(), method="POST", number=3)
    run = [
        removed(exchange, 1, ID, 1.0),
        listed(exchange, 2, 2.0, ID),
        replace(made, started=3.0),
        removed(exchange, 4, ID, 4.0),
    ]
    assert Outcome.NOT_EXERCISED is result(run, cut_short=True).outcome
    assert Outcome.FAILED is result(run).outcome


@pytest.mark.parametrize(("end", "outcome"), [(10.9, Outcome.NOT_EXERCISED), (11.0, Outcome.FAILED)])
def test_where_the_run_went_on_long_enough_somebody_was_left_to_ask_again(
    result: Any, exchange: Build, end: float, outcome: Outcome
) -> None:
    run = [removed(exchange, 1, ID, 1.0), listed(exchange, 2, 3.0, ID), listed(exchange, 3, end, OTHER)]
    assert outcome is result(run, cut_short=True).outcome


def test_the_end_of_a_run_is_its_last_request_whichever_worker_sent_it(result: Any, exchange: Build) -> None:
    run = [removed(exchange, 1, ID, 1.0), listed(exchange, 2, 600.0, OTHER), listed(exchange, 3, 3.0, ID)]
    assert Outcome.FAILED is result(run, cut_short=True).outcome


def test_a_record_in_which_all_can_be_told_stays_as_it_is(contract: Contract, exchange: Build) -> None:
    record = Record(replace(RUN, cut_short=True), {}, exchanges=seen(exchange, 1.0))
    assert record is undecided(record, contract)
