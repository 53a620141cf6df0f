"""What a comparison calls a regression, what it calls fixed, and when it refuses to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from conformance.after.compare.change import Change, Comparison, Result
from conformance.after.compare.comparison import compare
from conformance.model.contract import Authority, Level
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class, Part
from conformance.model.finding import identity
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.model.phrase import Phrase
from conformance.model.verdict import (
    FindingGroup,
    Outcome,
    Overall,
    Place,
    RequirementResult,
    Run,
    SentRow,
    Severity,
    Variant,
    Verdict,
)

LINES = ((10, 12),)


def promise(name: str, outcome: Outcome = Outcome.PASSED, **changes: Any) -> RequirementResult:
    base = RequirementResult(
        name, f"about {name}", Level.MUST, Authority.DOCUMENT, LINES, "image.list", outcome, True, {"check": 1}
    )
    return replace(base, **changes)


def place(text: str) -> Place:
    """`image.list 200` as a place."""
    operation, _, status = text.rpartition(" ")
    return Place(operation, int(status))


def finding(
    requirement: str, failure: str = "wrong", *, places: tuple[str, ...] = ("image.list 200",), **changes: Any
) -> FindingGroup:
    base = FindingGroup(
        id=identity(requirement, Deviation(failure).key),
        requirement=requirement,
        check="check",
        authority=Authority.DOCUMENT,
        level=Level.MUST,
        source=LINES,
        operation="image.list",
        status=200,
        deviation=Deviation(failure),
        count=len(places),
        places=dict.fromkeys(map(place, places), 1),
        binding=True,
        exemplar=None,
        related=(),
    )
    group = replace(base, **changes)
    checks = dict.fromkeys(group.places, (group.check,))
    number = group.exemplar.number if group.exemplar is not None else None
    return replace(group, variants=(Variant(requirement, group.deviation, group.places, checks, number),))


def met(
    *statuses: int, case: str = "list.case", body: bytes = b"{}", operation: str = "image.list"
) -> tuple[Exchange, ...]:
    headers = Headers.of({"Content-Type": "application/json"})
    return tuple(
        Exchange(
            number,
            Request("GET", f"http://cloud/v2/images?n={number}", operation=operation, actor="main"),
            Response(status, "", headers, body),
            0.0,
            case,
        )
        for number, status in enumerate(statuses, 1)
    )


def verdict(
    *items: RequirementResult | FindingGroup | SentRow,
    exchanges: tuple[Exchange, ...] | None = None,
    facts: Any = None,
    **changes: Any,
) -> Verdict:
    exchanges = met(200) if exchanges is None else exchanges
    run = Run("r1", 7, "gate", "2026-01-01T00:00:00Z", 1.0, len(exchanges), "conformance run", "0.1.0")
    return Verdict(
        overall=Overall.NON_CONFORMANT,
        exit_code=changes.pop("exit_code", 1),
        contract={"name": "c", "version": "1", "sha256": changes.pop("sha256", "a" * 64)},
        target={"name": "cloud", "url": "http://cloud", "facts": facts},
        run=replace(run, **changes),
        requirements=tuple(item for item in items if isinstance(item, RequirementResult)),
        findings=tuple(item for item in items if isinstance(item, FindingGroup)),
        error_codes=(),
        exchanges=exchanges,
        sent=tuple(item for item in items if isinstance(item, SentRow)),
    )


def only(comparison: Comparison) -> tuple[Change, bool]:
    (row,) = comparison.findings
    return row.change, row.regression


# --- like with like -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"sha256": "b" * 64},
            Phrase.of("contracts-differ", first=f"c ({'a' * 12})", second=f"c ({'b' * 12})"),
        ),
        ({"profile": "smoke"}, Phrase.of("profiles-differ", first="gate", second="smoke")),
        ({"selection": "list"}, Phrase.of("selections-differ", first="*", second="list")),
        ({"strict": True}, Phrase.of("strictness-differs")),
        ({"exit_code": 4}, Phrase.of("suite-was-at-fault", where="second-run")),
    ],
)
def test_unlike_runs_are_refused_with_the_reason(changes: dict[str, Any], reason: Phrase) -> None:
    result = compare(verdict(promise("a")), verdict(promise("a", Outcome.FAILED), finding("a"), **changes))
    assert (Result.UNKNOWN, 3, ()) == (result.result, result.exit_code, result.findings)
    assert reason == result.reasons[0]


def test_runs_that_judged_nothing_are_refused() -> None:
    empty = verdict(promise("a", Outcome.NOT_EXERCISED))
    assert compare(empty, empty).exit_code == 3
    assert (
        compare(
            verdict(promise("a"), promise("b", Outcome.NOT_EXERCISED)),
            verdict(promise("a", Outcome.NOT_EXERCISED), promise("b")),
        ).exit_code
        == 3
    )


def test_the_same_run_twice_has_no_difference() -> None:
    run = verdict(promise("a"), promise("b", Outcome.FAILED), finding("b"), exchanges=met(200, 404))
    result = compare(run, run)
    assert (result.exit_code, result.same, result.compared) == (0, True, 2)
    assert only(result) == (Change.STILL_FAILING, False)
    assert Phrase.of("same-run") in result.notes


def test_other_seeds_and_other_suites_are_noted_and_compared() -> None:
    result = compare(verdict(promise("a")), verdict(promise("a"), id="r2", seed=8, suite_version="0.2.0"))
    assert result.exit_code == 0
    assert (
        Phrase.of("seeds-differ", first=7, second=8),
        Phrase.of("suites-differ", first="0.1.0", second="0.2.0"),
    ) == result.notes[:2]


# --- findings -------------------------------------------------------------------------------------------------------


def test_a_binding_finding_that_is_new_is_a_regression() -> None:
    result = compare(verdict(promise("a")), verdict(promise("a", Outcome.FAILED), finding("a")))
    assert (result.result, result.exit_code, result.regressions) == (Result.REGRESSION, 1, 1)
    assert only(result) == (Change.NEWLY_FAILING, True)
    assert [(item.id, item.change) for item in result.requirements] == [("a", Change.NEWLY_FAILING)]


@pytest.mark.parametrize(
    "excuse", [{"binding": False}, {"binding": False, "waiver": "known to us"}, {"binding": False, "known": True}]
)
def test_an_advisory_or_excused_finding_that_is_new_is_told_and_no_regression(excuse: dict[str, Any]) -> None:
    result = compare(verdict(promise("a")), verdict(promise("a", Outcome.FAILED), finding("a", **excuse)))
    assert only(result) == (Change.NEWLY_FAILING, False)
    assert result.exit_code == 0
    assert not result.same


def test_a_waiver_that_expired_between_the_runs_is_no_regression() -> None:
    before = verdict(promise("a", Outcome.WAIVED), finding("a", binding=False, waiver="later"))
    result = compare(before, verdict(promise("a", Outcome.FAILED), finding("a")))
    assert (only(result), result.exit_code) == ((Change.STILL_FAILING, False), 0)


def test_a_second_deviation_from_a_promise_that_was_broken_is_a_regression() -> None:
    before = verdict(promise("a", Outcome.FAILED), finding("a", "wrong"))
    result = compare(before, verdict(promise("a", Outcome.FAILED), finding("a", "wrong"), finding("a", "worse")))
    assert result.exit_code == 1
    assert {item.deviation.kind: item.change for item in result.findings} == {
        "wrong": Change.STILL_FAILING,
        "worse": Change.NEWLY_FAILING,
    }


def test_a_promise_broken_at_the_same_places_in_another_way_is_no_regression() -> None:
    before = verdict(promise("a", Outcome.FAILED), finding("a", "HTML"))
    result = compare(before, verdict(promise("a", Outcome.FAILED), finding("a", "plain text")))
    assert result.exit_code == 0
    assert {item.deviation.kind: item.change for item in result.findings} == {
        "plain text": Change.DIFFERENTLY,
        "HTML": Change.FIXED,
    }
    more = finding("a", "plain text", places=("image.list 200", "image.list 400"))
    assert compare(before, verdict(promise("a", Outcome.FAILED), more)).exit_code == 1


def test_a_finding_at_a_new_place_is_a_regression_where_the_first_run_looked() -> None:
    one, two = finding("a"), finding("a", places=("image.list 200", "image.list 404"))
    before, after = (
        verdict(promise("a", Outcome.FAILED), one, exchanges=met(200, 404)),
        verdict(promise("a", Outcome.FAILED), two, exchanges=met(200, 404)),
    )
    result = compare(before, after)
    assert only(result) == (Change.ELSEWHERE, True)
    assert result.findings[0].appeared == (place("image.list 404"),)
    assert result.exit_code == 1


def test_a_finding_at_a_status_that_the_first_run_never_met_is_no_regression_of_its_own() -> None:
    one, two = finding("a"), finding("a", places=("image.list 200", "image.list 403"))
    result = compare(
        verdict(promise("a", Outcome.FAILED), one, exchanges=met(200, 404)),
        verdict(promise("a", Outcome.FAILED), two, exchanges=met(200, 403)),
    )
    assert only(result) == (Change.STILL_FAILING, False)
    assert result.findings[0].appeared == (place("image.list 403"),)


def test_a_finding_that_is_gone_is_fixed_only_when_it_was_looked_for() -> None:
    before = verdict(promise("a", Outcome.FAILED), finding("a"), exchanges=met(200))
    fixed = compare(before, verdict(promise("a"), exchanges=met(200)))
    assert (only(fixed), fixed.exit_code) == ((Change.FIXED, False), 0)
    blind = compare(before, verdict(promise("a", Outcome.NOT_EXERCISED, reason="no image"), promise("b")))
    assert only(blind)[0] is Change.NOT_JUDGED
    assert blind.exit_code == 3


NUL = Class.broken("nul")


def tried(requirement: str, **changes: Any) -> FindingGroup:
    """A finding by a request whose `tags` have a NUL."""
    group = finding(requirement, **changes)
    deviation = Deviation("accepted", operation="image.list", request=(Part("tags", NUL),))
    variant = replace(group.variants[0], deviation=deviation)
    return replace(group, id=variant.id, deviation=deviation, variants=(variant,))


SENT = SentRow("image.list", "tags", NUL, {200: 1})


def test_a_finding_is_new_only_where_the_first_run_sent_a_request_of_its_class() -> None:
    after = verdict(promise("a", Outcome.FAILED), tried("a"), SENT)
    asked = compare(verdict(promise("a"), SENT), after)
    assert (only(asked), asked.exit_code) == ((Change.NEWLY_FAILING, True), 1)
    unasked = compare(verdict(promise("a")), after)
    assert (only(unasked), unasked.exit_code) == ((Change.NOT_ASKED, False), 3)
    assert (Phrase.of("found-by-what-was-not-sent-before", count=1, names=tried("a").id),) == unasked.reasons


def test_a_finding_is_fixed_only_where_the_second_run_sent_a_request_of_its_class() -> None:
    before = verdict(promise("a", Outcome.FAILED), tried("a"), SENT)
    assert only(compare(before, verdict(promise("a"), SENT)))[0] is Change.FIXED
    unasked = compare(before, verdict(promise("a")))
    assert (only(unasked)[0], unasked.exit_code) == (Change.NOT_JUDGED, 0)


def test_a_run_that_was_cut_short_did_not_ask_for_what_only_traffic_shows() -> None:
    before = verdict(promise("a"), cut_short=True)
    assert only(compare(before, verdict(promise("a", Outcome.FAILED), finding("a"))))[0] is Change.NOT_ASKED


def test_what_only_a_seed_drew_is_told_apart_and_is_no_change() -> None:
    quiet = verdict(promise("a"), SENT)
    loud = verdict(promise("a", Outcome.EXPLORED), tried("a", explored=True, binding=False), SENT, seed=8, id="r2")
    for before, after in ((quiet, loud), (loud, quiet), (loud, loud)):
        result = compare(before, after)
        assert (only(result), result.exit_code, result.same, result.requirements) == (
            (Change.EXPLORED, False),
            0,
            True,
            (),
        )


def test_what_was_explored_and_fails_in_every_run_now_was_known_before() -> None:
    loud = verdict(promise("a", Outcome.EXPLORED), tried("a", explored=True, binding=False), SENT)
    result = compare(loud, verdict(promise("a", Outcome.FAILED), tried("a"), SENT))
    assert only(result) == (Change.STILL_FAILING, False)


def test_what_a_seed_draws_makes_no_drift() -> None:
    before, after = (verdict(promise("a"), exchanges=met(200, status)) for status in (400, 201))
    drawn = [replace(item, exploring=(range(2, 3),)) for item in (before, after)]
    assert [len(compare(*pair).statuses) for pair in ((before, after), drawn)] == [1, 0]


def test_the_severity_of_a_finding_is_that_of_its_cause() -> None:
    found = finding("a", severity=Severity.CRITICAL)
    result = compare(verdict(promise("a")), verdict(promise("a", Outcome.FAILED), found))
    assert [item.severity for item in result.findings] == [Severity.CRITICAL]


def test_an_intermittent_finding_is_listed_as_one() -> None:
    result = compare(
        verdict(promise("a")), verdict(promise("a", Outcome.FAILED), finding("a", confirmation="intermittent"))
    )
    assert [item.requirement for item in result.intermittent] == ["a"]
    assert result.exit_code == 1


# --- promises -------------------------------------------------------------------------------------------------------


def test_a_required_promise_that_is_not_judged_any_more_leaves_the_question_open() -> None:
    before = verdict(promise("a"), promise("b"))
    result = compare(before, verdict(promise("a"), promise("b", Outcome.NOT_EXERCISED, reason="no second project")))
    assert (result.result, result.exit_code) == (Result.UNKNOWN, 3)
    assert (Phrase.of("no-longer-judged", count=1, names="b"),) == result.reasons
    optional = compare(
        verdict(promise("a"), promise("b", required=False)),
        verdict(promise("a"), promise("b", Outcome.NOT_EXERCISED, required=False)),
    )
    assert optional.exit_code == 0


def test_a_promise_that_fails_and_was_not_judged_before_leaves_the_question_open() -> None:
    before = verdict(promise("a"), promise("b", Outcome.NOT_EXERCISED))
    result = compare(before, verdict(promise("a"), promise("b", Outcome.FAILED), finding("b")))
    assert (result.exit_code, only(result)) == (3, (Change.NOT_ASKED, False))
    assert compare(before, verdict(promise("a"), promise("b"))).exit_code == 0


def test_a_regression_weighs_more_than_an_open_question() -> None:
    before = verdict(promise("a"), promise("b"))
    assert (
        compare(
            before, verdict(promise("a", Outcome.FAILED), finding("a"), promise("b", Outcome.NOT_EXERCISED))
        ).exit_code
        == 1
    )


# --- drift ----------------------------------------------------------------------------------------------------------


def test_a_new_5xx_is_a_regression_and_any_other_status_is_drift() -> None:
    before = verdict(promise("a"), exchanges=met(400))
    broken, moved = (compare(before, verdict(promise("a"), exchanges=met(status))) for status in (500, 403))
    assert (broken.exit_code, [item.regression for item in broken.statuses]) == (1, [True])
    assert (moved.exit_code, [item.regression for item in moved.statuses]) == (0, [False])
    assert not moved.same


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, 1),
        ({"authority": Authority.UPSTREAM}, 0),
        ({"level": Level.MAY}, 0),
        ({"outcome": Outcome.EXCLUDED}, 0),
        ({"id": "image.list.response.200.other"}, 0),
    ],
)
def test_the_loss_of_a_member_that_a_binding_promise_documents_is_a_regression(
    changes: dict[str, Any], code: int
) -> None:
    documented = replace(promise("image.list.response.200.images.links"), **changes)
    bodies = (b'{"images": [{"name": "a", "links": []}]}', b'{"images": [{"name": "a"}]}')
    before, after = (verdict(promise("a"), documented, exchanges=met(200, body=body)) for body in bodies)
    result = compare(before, after)
    assert [(item.drift.place, item.regression) for item in result.shapes] == [("images[].links", code == 1)]
    assert result.exit_code == code
    assert compare(after, before).exit_code == 0


def test_the_loss_of_the_envelope_is_a_regression() -> None:
    inner = b'{"error": {"message": "m", "code": 404, "title": "t"}}'
    promises = (promise("error.envelope"), promise("error.envelope.title"))
    before = verdict(*promises, exchanges=met(404, body=inner))
    assert (
        compare(before, verdict(*promises, exchanges=met(404, body=inner.replace(b', "title": "t"', b""))))
        .shapes[0]
        .requirement
        == "error.envelope.title"
    )
    assert compare(before, verdict(*promises, exchanges=met(404, body=b"{}"))).exit_code == 1


def test_latency_informs_and_fails_only_with_a_limit() -> None:
    def timed(seconds: float) -> Verdict:
        exchanges = tuple(replace(item, response=replace(item.response, elapsed=seconds)) for item in met(*[200] * 40))
        return verdict(promise("a"), exchanges=exchanges)

    slow = compare(timed(0.01), timed(0.05))
    assert (slow.exit_code, slow.same, slow.latency[0].drift.drift) == (0, True, "slower")
    assert compare(timed(0.01), timed(0.05), latency_fails=2.0).exit_code == 1
    assert compare(timed(0.01), timed(0.05), latency_fails=6.0).exit_code == 0


# --- facts ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def facts() -> Callable[..., dict[str, Any]]:
    def build(**changes: Any) -> dict[str, Any]:
        base = {
            "image": {"server": "s", "versions": {"v2.9": "CURRENT"}},
            "catalogue": {"image public R": {"path": "/"}},
            "schemas": {"image": {"properties": {"a": {"enum": ["x"]}}}},
        }
        return {**base, **changes}

    return build


def test_facts_are_compared_leaf_by_leaf(facts: Callable[..., dict[str, Any]]) -> None:
    newer = facts(
        image={"server": "s", "versions": {"v2.9": "SUPPORTED", "v2.17": "CURRENT"}},
        schemas={"image": {"properties": {"a": {"enum": ["x", "y"]}}}},
    )
    result = compare(verdict(promise("a"), facts=facts()), verdict(promise("a"), facts=newer))
    assert [(item.fact, item.before, item.after) for item in result.facts] == [
        ("image versions v2.17", None, "CURRENT"),
        ("image versions v2.9", "CURRENT", "SUPPORTED"),
        ("schemas image properties a enum", "x", "x, y"),
    ]
    assert (result.exit_code, result.same) == (0, True)


def test_a_part_that_is_not_told_is_one_difference(facts: Callable[..., dict[str, Any]]) -> None:
    result = compare(verdict(promise("a"), facts=facts()), verdict(promise("a"), facts=facts(schemas={"image": None})))
    assert [(item.fact, item.after) for item in result.facts] == [("schemas image", None)]


def test_a_run_without_facts_is_noted(facts: Callable[..., dict[str, Any]]) -> None:
    result = compare(verdict(promise("a"), facts=None), verdict(promise("a"), facts=facts()))
    assert result.facts == ()
    assert Phrase.of("no-facts", where="first-run") in result.notes


@pytest.mark.parametrize(
    ("told", "release"),
    [
        (None, ""),
        ({"services": None}, ""),
        ({"services": {"image": None}}, ""),
        ({"services": {"image": {"server": None, "versions": {"v2.9": "SUPPORTED"}}}}, ""),
        (
            {
                "services": {
                    "image": {"server": "x/1", "versions": {"v2.9": "SUPPORTED", "v2.17": "CURRENT"}},
                    "identity": {"server": None, "versions": {"v3.14": "stable"}},
                }
            },
            "image v2.17 (x/1), identity v3.14",
        ),
    ],
)
def test_each_side_names_the_release_that_its_target_tells(told: Any, release: str) -> None:
    result = compare(verdict(promise("a"), facts=told), verdict(promise("a")))
    assert (result.before.release, result.after.release) == (release, "")
