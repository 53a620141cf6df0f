"""What one go of one case has shown and another has not."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from conformance.judge.kinds import TWO_ANSWERS
from conformance.judge.once import doubted, settled
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.finding import Finding
from conformance.model.message import Exchange, Headers
from conformance.model.record import Attempt, Record
from conformance.model.verdict import Run

Build = Callable[..., Exchange]
CASE, OTHER = "patch.case", "delete.case"
LOST = Deviation("not-as-changed", place="name")


def finding(exchange: Exchange | None, deviation: Deviation = LOST, requirement: str = "image.patch.stored") -> Finding:
    check = "server-error" if deviation.kind == "server-error" else CASE
    return Finding(requirement, check, "image.patch", 200, deviation, exchange)


def attempt(case: str, numbers: range, *, complete: bool = True, stopped: str = "", found: range = range(0)) -> Attempt:
    return Attempt(case, numbers, found, complete, stopped=stopped)


def go(exchange: Build, first: int, name: str | None = "new", status: int = 200) -> list[Exchange]:
    """A case: an image is changed and shown."""
    url = "http://cloud/v2/images/00000000-0000-4000-8000-000000000001"
    body = json.dumps({"name": name}).encode()
    changed = exchange("image.patch", 200, b'{"name": "new"}', method="PATCH", url=url, number=first)
    return [changed, exchange("image.show", status, body, url=url, number=first + 1)]


@pytest.fixture
def record(contract: Contract) -> Callable[..., Record]:
    """A record of these exchanges, findings and attempts."""

    def made(exchanges: Sequence[Exchange], findings: Sequence[Finding], *attempts: Attempt) -> Record:
        run = Run("r", 1, "gate", "2026-01-01T00:00:00Z", 1.0, 0, "", "0")
        return Record(run, {}, tuple(exchanges), tuple(findings), attempts=attempts)

    return made


def test_what_one_go_alone_has_shown_is_doubted(exchange: Build) -> None:
    one = attempt(CASE, range(1, 3))
    assert (CASE,) == doubted([finding(exchange(number=2))], [one])
    again, other = attempt(CASE, range(3, 5)), attempt(OTHER, range(3, 5))
    twice = [finding(exchange(number=2)), finding(exchange(number=4))]
    assert () == doubted(twice, [one, again])
    assert () == doubted(twice, [one, other])


def test_a_server_error_and_what_is_known_are_not_doubted(exchange: Build) -> None:
    one = attempt(CASE, range(1, 3))
    error = finding(exchange(number=2, status=500), Deviation("server-error"), "status.server-error")
    assert () == doubted([error], [one])
    assert () == doubted([finding(exchange(number=2))], [one], lambda _: True)


LEAKS = (
    Deviation("listed-to-another-project"),
    Deviation("reached-by-another-project", terms=(("how", "data-read"),)),
    Deviation("gives-away-of-another"),
    Deviation("gives-away-secret"),
)


@pytest.mark.parametrize("leak", LEAKS)
def test_what_an_answer_has_given_away_is_neither_doubted_nor_taken_back(
    record: Callable[..., Record], exchange: Build, contract: Contract, leak: Deviation
) -> None:
    exchanges = [*go(exchange, 1, "old"), *go(exchange, 3)]
    given = finding(exchanges[0], leak)
    assert () == doubted([given], [attempt(CASE, range(1, 3))])
    goes = attempt(CASE, range(1, 3)), attempt(CASE, range(3, 5))
    kept = settled(record(exchanges, [given, finding(exchanges[0])], *goes), contract).findings
    assert [leak.kind, TWO_ANSWERS] == [item.deviation.kind for item in kept]


def test_what_another_project_seems_to_have_done_may_be_an_odd_answer(exchange: Build) -> None:
    seems = Deviation("reached-by-another-project", terms=(("how", "changed"),))
    assert (CASE,) == doubted([finding(exchange(number=2), seems)], [attempt(CASE, range(1, 3))])


def test_what_is_wrong_in_several_answers_by_themselves_is_not_doubted(exchange: Build) -> None:
    one, form = attempt(CASE, range(1, 4)), Deviation("no-envelope")

    def seen(number: int, check: str = "envelope") -> Finding:
        return Finding("error.envelope", check, f"image.{number}", 404, form, exchange(number=number, status=404))

    assert (CASE,) == doubted([seen(2)], [one])
    assert () == doubted([seen(2), seen(3)], [one])
    assert (CASE,) == doubted([seen(2), seen(2)], [one])
    assert (CASE,) == doubted([seen(2, CASE), seen(3, CASE)], [one])  # what one answer has brought about, both may be


def test_a_case_that_one_answer_has_stopped_runs_again_until_it_has_come_to_its_end(exchange: Build) -> None:
    stopped = attempt(CASE, range(1, 3), complete=False, stopped="404")
    assert (CASE,) == doubted([], [stopped])
    assert () == doubted([], [stopped, attempt(CASE, range(3, 5))])
    everywhere = [replace(stopped, case=f"case-{number}") for number in range(4)]
    assert () == doubted([], everywhere)


def test_what_is_not_shown_again_is_told_as_two_answers_with_both(
    record: Callable[..., Record], exchange: Build, contract: Contract
) -> None:
    exchanges = [*go(exchange, 1, "old"), *go(exchange, 3)]
    before = record(exchanges, [finding(exchanges[0])], attempt(CASE, range(1, 3)), attempt(CASE, range(3, 5)))
    [told] = settled(before, contract).findings
    assert ("image.show.response.200", TWO_ANSWERS) == (told.requirement, told.deviation.kind)
    assert told.exchange is not None
    assert (2, (4,)) == (told.exchange.number, told.related)
    assert {"first": '200 name: "old"', "then": '200 name: "new"'} == dict(told.deviation.seen)


def test_what_is_shown_again_stands(record: Callable[..., Record], exchange: Build, contract: Contract) -> None:
    exchanges = [*go(exchange, 1, "old"), *go(exchange, 3, "old")]
    both = [finding(exchanges[0]), finding(exchanges[2])]
    before = record(exchanges, both, attempt(CASE, range(1, 3)), attempt(CASE, range(3, 5)))
    assert before is settled(before, contract)


def test_a_finding_whose_go_was_answered_like_the_other_one_stands(
    record: Callable[..., Record], exchange: Build, contract: Contract
) -> None:
    exchanges = [*go(exchange, 1), *go(exchange, 3)]
    before = record(exchanges, [finding(exchanges[0])], attempt(CASE, range(1, 3)), attempt(CASE, range(3, 5)))
    assert [finding(exchanges[0])] == list(settled(before, contract).findings)


def test_a_go_that_did_not_come_to_its_end_takes_nothing_back(
    record: Callable[..., Record], exchange: Build, contract: Contract
) -> None:
    exchanges = [*go(exchange, 1, "old"), *go(exchange, 3)]
    goes = attempt(CASE, range(1, 3)), attempt(CASE, range(3, 5), complete=False)
    before = record(exchanges, [finding(exchanges[0])], *goes)
    assert [finding(exchanges[0])] == list(settled(before, contract).findings)


def test_a_case_that_was_stopped_is_told_by_the_answer_that_stopped_it(
    record: Callable[..., Record], exchange: Build, contract: Contract
) -> None:
    exchanges = [*go(exchange, 1, None, 404), *go(exchange, 3)]
    goes = attempt(CASE, range(1, 3), complete=False, stopped="404"), attempt(CASE, range(3, 5))
    [told] = settled(record(exchanges, [], *goes), contract).findings
    assert {"first": "404", "then": "200"} == dict(told.deviation.seen)


def test_what_is_wrong_in_the_odd_answer_itself_stays_and_decides_what_binds(
    record: Callable[..., Record], exchange: Build, contract: Contract
) -> None:
    exchanges = [*go(exchange, 1, "old"), *go(exchange, 3)]
    exchanges[1] = replace(
        exchanges[1], response=replace(exchanges[1].response, headers=Headers.of({"Content-Type": "application/json"}))
    )
    own = finding(exchanges[1], Deviation("no-request-id"), "header.request-id")
    goes = attempt(CASE, range(1, 3)), attempt(CASE, range(3, 5))
    stays, told = settled(record(exchanges, [own], *goes), contract).findings
    assert (own.deviation, TWO_ANSWERS, "header.request-id") == (stays.deviation, told.deviation.kind, told.requirement)
