"""The baseline knows findings by their place, of one contract, and forgets what was looked for and is gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from conformance.judge.asked import asked_by
from conformance.judge.baseline import Baseline, Entry, entries_of, of_run, pruned, updated
from conformance.judge.excuses import Excuses
from conformance.judge.waivers import Waiver
from conformance.model.deviation import Deviation
from conformance.model.finding import Assertion
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.model.record import Attempt
from conformance.model.verdict import Outcome, Overall, Place, Variant, Verdict
from conformance.reports.junit import to_junit
from conformance.reports.presentation import Presentation

SHA = "a" * 64
HTML = Deviation("no-envelope", terms=(("carries", Phrase.of("html")),))
FLAT = Deviation("no-envelope", terms=(("carries", Phrase.of("flat-object")),))
Judged = Callable[..., Verdict]
Make = Callable[..., Exchange]


def html(check: str = "envelope") -> Assertion:
    return Assertion("error.envelope", check, HTML)


def entry(
    operation: str,
    status: int,
    check: str = "envelope",
    requirement: str = "error.envelope",
    deviation: Deviation = HTML,
) -> Entry:
    return Entry(requirement, operation, status, check, deviation.key)


def baseline(*entries: Entry) -> Baseline:
    return Baseline("easystack-6.0.2", SHA, frozenset(entries))


def test_a_known_finding_does_not_fail_the_run_and_its_promise_stays_broken(judged: Judged, exchange: Make) -> None:
    verdict = judged(
        (html(), exchange("image.list", 400)), excuses=Excuses(baseline=baseline(entry("image.list", 400)))
    )
    result = next(item for item in verdict.requirements if item.id == "error.envelope")
    assert (verdict.overall, verdict.exit_code) == (Overall.CONFORMANT, 0)
    assert (result.outcome, result.reason) == (Outcome.FAILED, Phrase.of("known-to-the-baseline"))
    assert [(group.binding, group.known) for group in verdict.findings] == [(False, True)]
    assert '<skipped message="known, ' in to_junit(Presentation(verdict)).decode()


@pytest.mark.parametrize(
    ("operation", "status", "check"),
    [("image.delete", 404, "envelope"), ("image.list", 404, "envelope"), ("image.list", 400, "another")],
)
def test_the_same_failure_at_a_new_place_is_a_new_finding(
    judged: Judged, exchange: Make, operation: str, status: int, check: str
) -> None:
    looks = [(html(), exchange("image.list", 400, number=1)), (html(check), exchange(operation, status, number=2))]
    verdict = judged(*looks, excuses=Excuses(baseline=baseline(entry("image.list", 400))))
    new, known = verdict.findings
    assert (verdict.exit_code, new.binding, new.places) == (1, True, {Place(operation, status): 1})
    assert (known.known, known.places) == (True, {Place("image.list", 400): 1})
    assert new.id == judged(*looks).findings[0].id != known.id


def test_another_failure_of_a_known_promise_is_a_new_finding(judged: Judged, exchange: Make) -> None:
    verdict = judged(
        (html(), exchange("image.list", 400)),
        excuses=Excuses(baseline=baseline(entry("image.list", 400, deviation=FLAT))),
    )
    assert (verdict.exit_code, verdict.findings[0].known) == (1, False)


def test_what_is_known_and_not_exercised_elsewhere_is_inconclusive(
    judged: Judged, contract: object, exchange: Make
) -> None:
    verdict = judged(
        (html(), exchange("image.list", 400)), excuses=Excuses(baseline=baseline(entry("image.list", 400)))
    )
    assert verdict.exit_code == 0
    owing = judged(
        (html(), exchange("image.list", 400)),
        excuses=Excuses(baseline=baseline(entry("image.list", 400))),
        leftovers=("x",),
    )
    assert (owing.overall, owing.exit_code) == (Overall.INCONCLUSIVE, 3)


def test_a_baseline_made_of_a_run_holds_all_that_failed_it(judged: Judged, exchange: Make) -> None:
    looks = [
        (html(), exchange("image.list", 400, number=1)),
        (html("case.one"), exchange("image.list", 400, number=1)),
        (html(), exchange("image.delete", 404, number=2)),
    ]
    made = of_run(judged(*looks))
    assert {entry("image.list", 400), entry("image.list", 400, "case.one"), entry("image.delete", 404)} == made
    assert judged(*looks, excuses=Excuses(baseline=baseline(*made))).exit_code == 0
    assert made == of_run(judged(*looks, excuses=Excuses(baseline=baseline(*made))))


def test_waived_and_advisory_findings_are_not_taken_in(judged: Judged, exchange: Make) -> None:
    advisory = Assertion("image.list.query.sort-key", "list.hyphen", Deviation("missing"))
    verdict = judged(
        (html(), exchange("image.list", 400)),
        (advisory, exchange(number=2)),
        excuses=Excuses((Waiver("error.envelope", "r", "o"),)),
    )
    assert (len(verdict.findings), frozenset()) == (2, of_run(verdict))


# --- what is gone ---------------------------------------------------------------------------------------------------


def test_an_entry_is_dropped_when_the_run_looked_for_it_and_did_not_find_it(judged: Judged, exchange: Make) -> None:
    good = Assertion("error.envelope", "envelope")
    case = Assertion("error.envelope", "errors.some_case")
    verdict = judged(
        (good, exchange("image.list", 400, number=1)),
        (html(), exchange("image.create", 400, number=2)),
        (case, exchange("image.list", 400, number=1)),
    )
    fixed, there, unlooked = entry("image.list", 400), entry("image.create", 400), entry("image.delete", 404)
    ran, absent = entry("image.list", 400, "errors.some_case"), entry("image.list", 400, "errors.other_case")
    unjudged = entry("image.list", 200, "schema", "image.list.response.200")
    kept = pruned(baseline(fixed, there, unlooked, ran, absent, unjudged), verdict).entries
    assert frozenset({there, unlooked, absent, unjudged}) == kept


@pytest.mark.parametrize("part", [{"selection": "limit"}, {"cut_short": True}])
def test_a_run_of_a_part_drops_nothing_that_passive_checks_found(
    judged: Judged, exchange: Make, part: dict[str, object]
) -> None:
    looks = [
        (Assertion("error.envelope", check), exchange("image.list", 400)) for check in ("envelope", "errors.some_case")
    ]
    entries = [entry("image.list", 400), entry("image.list", 400, "errors.some_case")]
    assert frozenset(entries[:1]) == pruned(baseline(*entries), judged(*looks, **part)).entries


def test_what_a_seed_drew_is_dropped_by_a_run_of_the_same_seed_alone(judged: Judged, exchange: Make) -> None:
    known = replace(baseline(entry("image.list", 400)), explored={entry("image.list", 400): 7})
    looked = (Assertion("error.envelope", "envelope"), exchange("image.list", 400))
    drawn = Attempt("drawn.case", range(2, 3), range(0), complete=True, explores=True)
    verdicts = {
        seed: judged(looked, (looked[0], exchange("image.list", 400, number=2)), seed=seed, attempts=(drawn,))
        for seed in (7, 8)
    }
    assert known == pruned(known, verdicts[8])
    assert (frozenset(), {}) == (pruned(known, verdicts[7]).entries, pruned(known, verdicts[7]).explored)


# --- what was asked -------------------------------------------------------------------------------------------------


def test_what_a_run_explored_is_taken_in_with_its_seed_until_every_seed_shows_it(
    judged: Judged, exchange: Make
) -> None:
    look = (html(), exchange("image.list", 400))
    drawn = Attempt("drawn.case", range(1, 2), range(1), True, explores=True)
    first = updated(baseline(), judged(look, seed=7, attempts=(drawn,)))
    assert {entry("image.list", 400): 7} == first.explored
    again = updated(first, judged(look, seed=8))
    assert (frozenset({entry("image.list", 400)}), {}) == (again.entries, again.explored)
    assert frozenset({7}) == again.asked.seeds


def test_what_the_baseline_never_asked_for_binds_and_is_not_new(judged: Judged, exchange: Make) -> None:
    asked = asked_by(judged((Assertion("error.envelope", "envelope"), exchange("image.list", 400))))
    known = replace(baseline(), asked=asked)
    for operation, unasked in (("image.list", False), ("image.create", True)):
        verdict = judged((html(), exchange(operation, 400)), excuses=Excuses(baseline=known))
        assert [(True, unasked)] == [(group.binding, group.unasked) for group in verdict.findings]


def test_each_finding_of_a_group_is_an_entry_at_its_own_places(judged: Judged, exchange: Make) -> None:
    [group] = judged((html(), exchange("image.list", 400))).findings
    flat = Variant(
        "error.envelope.title", FLAT, {Place("image.show", 404): 2}, {Place("image.show", 404): ("envelope", "x.y")}
    )
    assert entries_of(replace(group, variants=(*group.variants, flat))) == {
        entry("image.list", 400),
        entry("image.show", 404, "envelope", "error.envelope.title", FLAT),
        entry("image.show", 404, "x.y", "error.envelope.title", FLAT),
    }
