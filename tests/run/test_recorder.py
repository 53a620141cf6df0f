"""The recorder: each exchange is numbered, judged as it comes, and what is said about it is kept with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.judge.registry import CHECKS
from conformance.model import requirement_id
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.finding import Assertion
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.model.phrase import Phrase
from conformance.run.recorder import Recorder

LIST = Request("GET", "http://cloud/v2/images", operation="image.list", actor="main")
EMPTY = Response(
    200,
    headers=Headers.of({"Content-Type": "application/json", "x-openstack-request-id": "req-1", "Content-Length": "14"}),
    body=b'{"images": []}',
)
BROKEN = replace(EMPTY, status=500, body=b"<html>")
WRONG = Deviation("missing", place="images")


@pytest.fixture
def recorder(contract: Contract) -> Recorder:
    return Recorder(contract)


def test_exchanges_are_numbered_from_one_in_the_order_in_which_they_came(recorder: Recorder) -> None:
    seen = [recorder.observe(LIST, EMPTY) for _ in range(3)]
    assert [1, 2, 3] == [item.number for item in seen]
    assert seen == recorder.exchanges


def test_an_exchange_belongs_to_the_case_under_way(recorder: Recorder) -> None:
    before = recorder.observe(LIST, EMPTY)
    recorder.case = "list.some_case"
    assert ("", "list.some_case") == (before.case, recorder.observe(LIST, EMPTY).case)


def test_a_right_answer_is_looked_at_and_has_no_finding(recorder: Recorder) -> None:
    recorder.observe(LIST, EMPTY)
    assert recorder.looks[requirement_id.response("image.list", 200), "documented-status"] == 1
    assert [] == recorder.findings


def test_an_exchange_outside_of_every_case_is_judged_by_the_same_checks(recorder: Recorder) -> None:
    first = recorder.observe(LIST, BROKEN)
    found = {(item.requirement, item.check) for item in recorder.findings}
    recorder.case = "list.some_case"
    second = recorder.observe(LIST, BROKEN)
    assert found == {(item.requirement, item.check) for item in recorder.findings if item.exchange is second}
    assert found == {(item.requirement, item.check) for item in recorder.findings if item.exchange is first}
    assert {name for _, name in found} <= set(CHECKS)
    assert "server-error" in {name for _, name in found}


def test_a_look_counts_whether_the_promise_holds_or_not(recorder: Recorder) -> None:
    exchange = recorder.observe(LIST, EMPTY)
    recorder.add(Assertion("image.list", "list.some_case"), exchange)
    recorder.add(Assertion("image.list", "list.some_case", WRONG), exchange)
    assert recorder.looks["image.list", "list.some_case"] == 2
    assert [WRONG] == [item.deviation for item in recorder.findings]


def test_a_finding_has_the_operation_and_status_of_its_exchange(recorder: Recorder) -> None:
    exchange = recorder.observe(LIST, EMPTY)
    recorder.add(Assertion("image.create", "list.some_case", WRONG), exchange, (7,))
    [finding] = recorder.findings
    assert ("image.list", 200, exchange, (7,)) == (
        finding.operation,
        finding.status,
        finding.exchange,
        finding.related,
    )


def test_a_finding_without_an_exchange_is_about_the_operation_of_its_promise(recorder: Recorder) -> None:
    recorder.add(Assertion(requirement_id.query("image.list", "limit"), "list.some_case", WRONG), None)
    [finding] = recorder.findings
    assert ("image.list", None, None) == (finding.operation, finding.status, finding.exchange)


def test_a_finding_needs_the_trail_that_a_case_laid(recorder: Recorder) -> None:
    recorder.observe(LIST, EMPTY)
    recorder.trail = []
    recorder.observe(LIST, EMPTY)
    recorder.observe(LIST, BROKEN)
    assert {(2,)} == {item.related for item in recorder.findings}
    assert [2, 3] == recorder.trail


def test_the_first_reason_of_a_case_that_could_not_judge_stays(recorder: Recorder) -> None:
    recorder.not_judged(["image.list", "image.show"], "list.some_case", "the first")
    recorder.not_judged(["image.list"], "list.some_case", "the second")
    recorder.not_judged(["image.list"], "list.other_case", "a third")
    assert {
        "image.list": {"list.some_case": "the first", "list.other_case": "a third"},
        "image.show": {"list.some_case": "the first"},
    } == recorder.unjudged


def test_an_attempt_at_a_code_says_what_came(recorder: Recorder) -> None:
    exchange: Exchange = recorder.observe(LIST, BROKEN)
    act = Phrase.of("call", operation="image.list")
    recorder.provoked(404, act, exchange)
    [attempt] = recorder.provocations
    assert (404, "image.list", act, 500, 1) == (
        attempt.code,
        attempt.operation,
        attempt.act,
        attempt.status,
        attempt.exchange,
    )
