"""The verdict on a record: what each requirement comes to, what the run comes to, and how findings are grouped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from conformance.judge.baseline import Baseline, Entry
from conformance.judge.excuses import Excuses
from conformance.judge.judgement import judge
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.errors import Exit
from conformance.model.finding import Finding
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.model.record import Provocation, Record
from conformance.model.verdict import Outcome, Overall, Place, Run, Verdict

Build = Callable[..., Exchange]
LIMIT, NAME, ADVISORY = "image.list.query.limit", "image.list.query.name", "image.show"
RUN = Run("0badcafe", 1, "gate", "2026-01-01T00:00:00Z", 1.0, 0, "conformance run", "0")
TOO_MANY, TOO_FEW = Deviation("status", status=200), Deviation("status", status=404)


def record(
    *findings: Finding, looked: tuple[str, ...] = (LIMIT,), owed: tuple[str, ...] = (LIMIT,), **more: Any
) -> Record:
    """A record of a run that looked at some requirements once and owes some, with these findings."""
    looks = {(name, "list.a_case"): 1 for name in looked}
    shown = {item.exchange.number: item.exchange for item in findings if item.exchange is not None}
    given = {"run": RUN, "target": {"name": "reference"}, "exchanges": tuple(shown.values()), **more}
    return Record(findings=findings, looks=looks, required=frozenset(owed), **given)


def finding(
    exchange: Exchange | None, deviation: Deviation = TOO_MANY, requirement: str = LIMIT, **more: Any
) -> Finding:
    status = exchange.response.status if exchange is not None else None
    return Finding(requirement, "list.a_case", "image.list", status, deviation, exchange, **more)


def outcome(verdict: Verdict, name: str = LIMIT) -> tuple[Outcome, Any]:
    return next((item.outcome, item.reason) for item in verdict.requirements if item.id == name)


@pytest.fixture
def verdict(contract: Contract) -> Callable[[Record], Verdict]:
    return lambda seen: judge(seen, contract, Excuses())


Judge = Callable[[Record], Verdict]


def test_the_same_record_gives_the_same_verdict(verdict: Judge, exchange: Build) -> None:
    seen = record(finding(exchange()), finding(exchange(number=2), TOO_FEW), exchanges=(exchange(), exchange(number=2)))
    assert verdict(seen) == verdict(seen)


def test_what_was_looked_at_without_a_finding_has_passed(verdict: Judge) -> None:
    made = verdict(record())
    assert (Outcome.PASSED, None) == outcome(made)
    assert (Overall.CONFORMANT, Exit.CONFORMANT) == (made.overall, made.exit_code)


def test_what_nothing_looked_at_is_not_exercised_and_the_run_inconclusive(verdict: Judge) -> None:
    made = verdict(record(looked=(NAME,)))
    assert (Outcome.NOT_EXERCISED, Phrase.of("no-check")) == outcome(made)
    assert (Overall.INCONCLUSIVE, Exit.INCONCLUSIVE) == (made.overall, made.exit_code)


def test_the_reason_why_nothing_looked_is_that_of_the_run(verdict: Judge) -> None:
    why = Phrase.of("not-in-smoke")
    assert (Outcome.NOT_EXERCISED, why) == outcome(verdict(record(looked=(), reasons={LIMIT: why})))


def test_what_only_some_cases_could_judge_is_not_exercised(verdict: Judge) -> None:
    why = Phrase.of("no-second-project")
    result, reason = outcome(verdict(record(unjudged={LIMIT: {"list.another": why}})))
    assert (Outcome.NOT_EXERCISED, Phrase.of("in-case", reason=why, case="list.another")) == (result, reason)


def test_a_finding_on_what_binds_fails_the_run(verdict: Judge, exchange: Build) -> None:
    made = verdict(record(finding(exchange())))
    assert (Outcome.FAILED, None) == outcome(made)
    assert (Overall.NON_CONFORMANT, Exit.NON_CONFORMANT) == (made.overall, made.exit_code)


def test_a_finding_weighs_more_than_what_was_not_exercised(verdict: Judge, exchange: Build) -> None:
    made = verdict(record(finding(exchange()), owed=(LIMIT, NAME)))
    assert Exit.NON_CONFORMANT == made.exit_code


@pytest.mark.parametrize(("strict", "code"), [(False, Exit.CONFORMANT), (True, Exit.NON_CONFORMANT)])
def test_a_finding_against_upstream_counts_only_when_strict(
    verdict: Judge, exchange: Build, contract: Contract, strict: bool, code: Exit
) -> None:
    name = next(item.id for item in contract.requirements.values() if item.authority == "upstream")
    made = verdict(record(finding(exchange(), requirement=name), run=replace(RUN, strict=strict)))
    assert (code, [strict]) == (made.exit_code, [group.binding for group in made.findings])


def test_a_run_that_owes_nothing_is_inconclusive(verdict: Judge) -> None:
    assert Exit.INCONCLUSIVE == verdict(record(owed=())).exit_code


def test_what_was_left_on_the_cloud_keeps_a_run_from_being_conformant(verdict: Judge) -> None:
    assert Exit.INCONCLUSIVE == verdict(record(run=replace(RUN, leftovers=("an-id",)))).exit_code


def test_a_fault_of_ours_is_the_exit_code_whatever_was_found(verdict: Judge, exchange: Build) -> None:
    assert Exit.SUITE == verdict(record(finding(exchange()), suite_fault=True)).exit_code
    assert Overall.INCONCLUSIVE == verdict(record(suite_fault=True)).overall


def test_the_same_deviation_is_one_group_wherever_it_was_met(verdict: Judge, exchange: Build) -> None:
    met = [exchange(number=1), exchange(number=2, status=400), exchange(number=3)]
    [group] = verdict(record(*map(finding, met), exchanges=tuple(met))).findings
    assert (3, {Place("image.list", 200): 2, Place("image.list", 400): 1}) == (group.count, group.places)


def test_two_deviations_from_one_promise_are_two_groups(verdict: Judge, exchange: Build) -> None:
    made = verdict(record(finding(exchange()), finding(exchange(number=2), TOO_FEW)))
    assert {TOO_MANY, TOO_FEW} == {group.deviation for group in made.findings}
    assert 2 == len({group.id for group in made.findings})


def test_what_a_target_sent_does_not_tell_two_findings_apart(verdict: Judge, exchange: Build) -> None:
    one, other = (finding(exchange(number=n), TOO_MANY.showing(got=str(n))) for n in (1, 2))
    assert 1 == len(verdict(record(one, other)).findings)


def test_the_exemplar_needs_the_fewest_requests_before_it(verdict: Judge, exchange: Build) -> None:
    long, short = finding(exchange(number=3), related=(1, 2)), finding(exchange(number=5), related=(4,))
    [group] = verdict(record(long, short)).findings
    assert (short.exchange, (4,)) == (group.exemplar, group.related)


def test_a_finding_that_borrowed_its_class_is_no_exemplar_beside_one_of_the_class(
    verdict: Judge, exchange: Build
) -> None:
    borrowed, own = finding(exchange(number=1), borrowed=True), finding(exchange(number=2), related=(1,))
    [group] = verdict(record(borrowed, own)).findings
    assert own.exchange == group.exemplar


def test_findings_that_fail_the_run_come_first(verdict: Judge, exchange: Build, contract: Contract) -> None:
    advisory = next(item.id for item in contract.requirements.values() if item.authority == "upstream")
    made = verdict(record(finding(exchange(), requirement=advisory), finding(exchange())))
    assert [True, False] == [group.binding for group in made.findings]


def test_findings_are_in_the_order_of_their_weight(verdict: Judge, exchange: Build) -> None:
    told = {
        "header.request-id": Deviation("no-request-id"),
        "image.list.complete": Deviation("not-listed"),
        "auth.required": Deviation("opened", terms=(("how", "no-token"),)),
        "status.server-error": Deviation("server-error", "image.list", 500),
        "image.download.bytes": Deviation("other-data"),
        LIMIT: TOO_MANY,
    }
    met = [finding(exchange(number=n), what, name) for n, (name, what) in enumerate(told.items(), 1)]
    made = verdict(record(*met)).findings
    assert ["data", "isolation", "server-error", "result", "status", "form"] == [str(group.harm) for group in made]
    assert ["critical", "critical", "major", "major", "major", "minor"] == [str(group.severity) for group in made]


def test_a_cause_breaks_each_promise_of_its_findings(verdict: Judge, exchange: Build) -> None:
    left = [
        finding(exchange("image.create", 400, number=n), Deviation("made-by-a-refused-request", "image.create"), name)
        for n, name in enumerate(("image.create.body.tags", "image.create.body.name"))
    ]
    made = verdict(record(*left))
    assert 1 == len(made.findings)
    assert {Outcome.FAILED} == {outcome(made, name)[0] for name in ("image.create.body.tags", "image.create.body.name")}


def test_a_promise_that_only_a_consequence_broke_is_neither_kept_nor_broken(verdict: Judge, exchange: Build) -> None:
    bad = exchange(status=500)
    error = finding(bad, Deviation("server-error", "image.list", 500), "status.server-error")
    form = finding(bad, Deviation("no-envelope"), "error.envelope")
    made = verdict(record(error, form, looked=("error.envelope",), owed=(), exchanges=(bad,)))
    assert (Outcome.NOT_EXERCISED, Phrase.of("only-in-consequence")) == outcome(made, "error.envelope")
    seen_too = replace(record(error, form, exchanges=(bad,)), looks={("error.envelope", "list.a_case"): 2})
    assert Outcome.PASSED == outcome(verdict(seen_too), "error.envelope")[0]


def test_a_new_variant_of_a_known_cause_is_new(contract: Contract, exchange: Build) -> None:
    shown, listed = (Deviation("not-as-sent", place="name", terms=(("where", word),)) for word in ("shown", "listed"))
    seen = record(finding(exchange(number=1), shown), finding(exchange(number=2), listed))
    known = Baseline("c", "0", frozenset({Entry(LIMIT, "image.list", 200, "list.a_case", shown.key)}))
    new, old = judge(seen, contract, Excuses(baseline=known)).findings
    assert ([(LIMIT, listed)], True, False) == ([item.key for item in new.variants], new.binding, new.known)
    assert ([(LIMIT, shown)], False, True) == ([item.key for item in old.variants], old.binding, old.known)


def test_a_code_that_was_tried_says_how_and_how_often_it_was_met(verdict: Judge, exchange: Build) -> None:
    act = Phrase.of("call", operation="image.list")
    met = exchange(number=1, status=404, body=b"{}")
    made = verdict(record(provocations=(Provocation(404, "image.list", act, 404, 1),), exchanges=(met,)))
    row = next(row for row in made.error_codes if row.code == 404)
    assert ((("image.list", act, 404),), 1, None) == (row.provoked, row.met, row.reason)


def test_a_code_whose_answer_was_no_envelope_is_shown_as_broken(verdict: Judge, exchange: Build) -> None:
    met = exchange(number=1, status=404, body=b"<html>")
    broken = replace(finding(met, Deviation("no-envelope"), "error.envelope"), check="envelope")
    made = verdict(record(broken, exchanges=(met,)))
    rows = {row.code: (row.envelope, row.broken) for row in made.error_codes}
    assert (("broken", 1), ("not met", 0), ("none owed", 0)) == (rows[404], rows[409], rows[300])


def test_an_excluded_requirement_stays_excluded_with_its_reason(verdict: Judge, contract: Contract) -> None:
    excluded = next(item for item in contract.requirements.values() if item.excluded is not None)
    assert (Outcome.EXCLUDED, excluded.excluded) == outcome(verdict(record()), excluded.id)
