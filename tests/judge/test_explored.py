"""What only the seed of a run has drawn is told apart, and decides nothing."""

from __future__ import annotations

from collections.abc import Callable

from conformance.judge.baseline import Baseline, Entry
from conformance.judge.excuses import Excuses
from conformance.judge.explored import exploring, ranges
from conformance.judge.judgement import judge
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.finding import Assertion
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.model.record import Attempt, Record
from conformance.model.verdict import Outcome, Place, Run, Verdict, Weight
from conformance.run.recorder import Recorder

HTML = Deviation("no-envelope", terms=(("carries", Phrase.of("html")),))
GOOD, BAD = Assertion("error.envelope", "envelope"), Assertion("error.envelope", "envelope", HTML)
ADVISORY = Assertion("image.list.query.sort-key", "list.hyphen", Deviation("missing"))
FIXED = Attempt("errors.case", range(1, 2), range(1), complete=True)
DRAWN = Attempt("drawn.case[exploring]", range(2, 3), range(1, 1), complete=True, explores=True)
OWED = frozenset({"error.envelope"})
Judged = Callable[..., Verdict]
Make = Callable[..., Exchange]


def outcome(verdict: Verdict, requirement: str = "error.envelope") -> Outcome:
    return next(item.outcome for item in verdict.requirements if item.id == requirement)


def test_what_is_sent_after_the_first_exploring_case_explores_but_for_what_a_fixed_case_sends(exchange: Make) -> None:
    run = Run("0badcafe", 1, "gate", "2026-01-01T00:00:00Z", 1.0, 0, "conformance run", "0")
    exchanges = tuple(exchange("image.list", 200, number=number) for number in range(1, 8))
    again = Attempt("errors.case", range(5, 6), range(0), complete=True)
    attempts = (FIXED, Attempt("drawn.case", range(3, 5), range(0), complete=True, explores=True), again)
    assert frozenset({3, 4, 6, 7}) == exploring(Record(run, {}, exchanges, attempts=attempts))
    assert frozenset() == exploring(Record(run, {}, exchanges, attempts=(FIXED,)))


def test_what_only_the_seed_drew_does_not_bind_and_the_promise_is_explored(judged: Judged, exchange: Make) -> None:
    looks = [(GOOD, exchange("image.list", 400, number=1)), (BAD, exchange("image.list", 400, number=2))]
    verdict = judged(*looks, attempts=(FIXED, DRAWN))
    assert [(False, True, Weight.EXPLORED)] == [(item.binding, item.explored, item.weight) for item in verdict.findings]
    assert (0, Outcome.EXPLORED) == (verdict.exit_code, outcome(verdict))


def test_strict_makes_it_bind(judged: Judged, exchange: Make) -> None:
    looks = [(GOOD, exchange("image.list", 400, number=1)), (BAD, exchange("image.list", 400, number=2))]
    verdict = judged(*looks, attempts=(FIXED, DRAWN), strict=True)
    assert [(True, True)] == [(item.binding, item.explored) for item in verdict.findings]
    assert (1, Outcome.FAILED) == (verdict.exit_code, outcome(verdict))


def test_what_every_seed_shows_at_the_same_place_binds_with_what_was_drawn(judged: Judged, exchange: Make) -> None:
    looks = [(BAD, exchange("image.list", 400, number=1)), (BAD, exchange("image.list", 400, number=2))]
    verdict = judged(*looks, attempts=(FIXED, DRAWN))
    assert [(True, False, {Place("image.list", 400): 2})] == [
        (item.binding, item.explored, dict(item.places)) for item in verdict.findings
    ]


def test_the_same_deviation_at_another_place_is_explored_by_itself(judged: Judged, exchange: Make) -> None:
    looks = [(BAD, exchange("image.list", 400, number=1)), (BAD, exchange("image.list", 404, number=2))]
    verdict = judged(*looks, attempts=(FIXED, DRAWN))
    assert {(True, False, 400), (False, True, 404)} == {
        (item.binding, item.explored, item.status) for item in verdict.findings
    }
    assert Outcome.FAILED is outcome(verdict)
    assert judged(looks[0], attempts=(FIXED,)).findings[0].id == verdict.findings[0].id


def test_a_promise_that_nobody_else_looked_at_stays_not_exercised(contract: Contract, exchange: Make) -> None:
    recorder = Recorder(contract, exploring=True)
    shown = exchange("image.list", 400, number=2)
    recorder.exchanges.append(shown)
    recorder.add(BAD, shown)
    run = Run("0badcafe", 1, "gate", "2026-01-01T00:00:00Z", 1.0, 0, "conformance run", "0")
    record = Record(run, {}, (shown,), tuple(recorder.findings), dict(recorder.looks), attempts=(DRAWN,), required=OWED)
    verdict = judge(record, contract, Excuses())
    assert (3, Outcome.NOT_EXERCISED) == (verdict.exit_code, outcome(verdict))
    assert [Weight.EXPLORED] == [item.weight for item in verdict.findings]


def test_an_advisory_finding_that_was_drawn_is_advisory(judged: Judged, exchange: Make) -> None:
    verdict = judged(
        (GOOD, exchange("image.list", 400, number=1)),
        (ADVISORY, exchange("image.list", 200, number=2)),
        attempts=(FIXED, DRAWN),
    )
    assert [Weight.ADVISORY] == [item.weight for item in verdict.findings]


def test_a_known_one_is_known_and_the_promise_is_explored_all_the_same(judged: Judged, exchange: Make) -> None:
    looks = [(GOOD, exchange("image.list", 400, number=1)), (BAD, exchange("image.list", 400, number=2))]
    entry = Entry("error.envelope", "image.list", 400, "envelope", HTML.key)
    known = Baseline("easystack-6.0.2", "a" * 64, frozenset({entry}))
    verdict = judged(*looks, attempts=(FIXED, DRAWN), excuses=Excuses(baseline=known))
    assert [Weight.KNOWN] == [item.weight for item in verdict.findings]
    assert (0, Outcome.EXPLORED) == (verdict.exit_code, outcome(verdict))


def test_numbers_become_ranges_without_a_gap() -> None:
    assert ranges([7, 3, 4, 5]) == (range(3, 6), range(7, 8))
    assert ranges([]) == ()
