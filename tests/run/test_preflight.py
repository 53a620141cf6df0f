"""The preflight: what of a service does not work is found before any case, once, and is the one thing that is said."""

from __future__ import annotations

from http.client import responses

import pytest
from odd import run_with

from conformance.model.contract import Contract
from conformance.model.errors import Exit
from conformance.model.verdict import Outcome
from conformance.services.fault import Fault, Hooks
from conformance.services.wire import Answer, Call

LIST, CREATE = "image.list", "image.create"


def answers(status: int, *operations: str, first: int = 10**6, page: bytes | None = None) -> Fault:
    """The first answers to these operations, or to all of the service, are of this status: the envelope, or a page."""
    count = 0
    error = {"code": status, "title": responses[status], "message": "It is so."}

    def answer(call: Call, right: Answer, _store: object) -> Answer:
        nonlocal count
        if call.service != "image" or (operations and call.operation not in operations):
            return right
        count += 1
        if count > first:
            return right
        if page is not None:
            return Answer(status, page, {}, media_type="text/html")
        return Answer(status, {"error": error}, {"x-openstack-request-id": f"req-{count}"})

    return Fault("preflight", (), "something does not work", Hooks(answer=answer))


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (answers(500), 500),
        (answers(401), 401),
        (answers(404, page=b"<html><h1>nginx</h1></html>"), 404),
        (answers(200, page=b"<html>Welcome</html>"), 200),
    ],
)
def test_a_service_that_does_not_work_at_all_is_one_thing_and_no_case_runs(
    fault: Fault, status: int, contract: Contract
) -> None:
    verdict, session = run_with("smoke", fault, contract)
    assert (Exit.INCONCLUSIVE, (), []) == (verdict.exit_code, verdict.findings, session.recorder.attempts)
    first = verdict.notes[0]
    said = str(first.get("said"))
    assert ("could-not-start", True, True) == (first.kind, f"answered with {status}" in said, "curl -i -X GET" in said)


def test_a_refused_token_is_told_as_that(contract: Contract) -> None:
    verdict, _ = run_with("smoke", answers(401), contract)
    assert "refuses the token" in str(verdict.notes[0].get("said"))


@pytest.mark.parametrize(("operation", "status"), [(LIST, 404), (CREATE, 400), (CREATE, 500)])
def test_one_operation_that_does_not_work_is_one_finding_and_the_cases_that_need_it_are_not_exercised(
    operation: str, status: int, contract: Contract
) -> None:
    verdict, _ = run_with("smoke", answers(status, operation), contract)
    (group,) = verdict.findings
    assert (Exit.NON_CONFORMANT, operation, status) == (verdict.exit_code, group.operation, group.status)
    unexercised = [item for item in verdict.requirements if item.outcome is Outcome.NOT_EXERCISED and item.required]
    assert any("does-not-work" in str(item.reason) for item in unexercised)
    assert any(item.outcome is Outcome.PASSED for item in verdict.requirements)


@pytest.mark.parametrize("fault", [answers(503, first=2)])
def test_what_works_when_it_is_tried_again_holds_nothing_up(fault: Fault, contract: Contract) -> None:
    verdict, session = run_with("smoke", fault, contract)
    assert (None, {}) == (session.refusal, session.client.unfit)
    assert 30 < verdict.count(Outcome.PASSED)


def test_who_may_create_nothing_is_told_so_and_what_can_be_judged_is(contract: Contract) -> None:
    verdict, session = run_with("smoke", answers(403, CREATE), contract)
    assert (False, None) == (session.recorder.may_create["image"], session.refusal)
    assert "may-create-nothing" in {note.kind for note in verdict.notes}
