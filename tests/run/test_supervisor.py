"""The life of a run under pytest: what ends a case is a finding, a reason, or our own fault."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from instead import COMPLETE, OPTIONS, Clock, Instead, ran, timed
from rich.console import Console

from conformance.model.contract import Contract
from conformance.model.deadline import RunTime
from conformance.model.deviation import Deviation
from conformance.model.errors import ConnectionBroken, Exit, TargetAway, TargetBusy, TargetUnreachable
from conformance.model.phrase import Phrase
from conformance.model.verdict import Outcome, Verdict
from conformance.run.cases import Expect, NotApplicable, NotExercised
from conformance.run.runner import run_cases
from conformance.run.session import Session
from conformance.run.supervisor import MOST_OUTAGES

REASON = Phrase.of("not-protected")


def raising(error: Exception) -> Callable[[Expect], None]:
    def act(_expect: Expect) -> None:
        raise error

    return act


def result(verdict: Verdict, requirement: str) -> tuple[Outcome, object]:
    return next((item.outcome, item.reason) for item in verdict.requirements if item.id == requirement)


def test_a_case_that_cannot_judge_leaves_its_requirements_unjudged_with_its_reason(contract: Contract) -> None:
    session, verdict, instead = ran(contract, raising(NotExercised(REASON)))
    assert {"skipped"} == set(instead.outcomes)
    assert {REASON} == set(session.recorder.unjudged[COMPLETE].values())
    outcome, reason = result(verdict, COMPLETE)
    assert (Outcome.NOT_EXERCISED, "in-case") == (outcome, reason.kind if isinstance(reason, Phrase) else reason)


def test_a_case_may_leave_some_of_its_requirements_unjudged(contract: Contract) -> None:
    session, _, _ = ran(contract, raising(NotExercised(REASON, COMPLETE)))
    assert {COMPLETE} == set(session.recorder.unjudged)


def test_a_case_that_does_not_apply_leaves_nothing_unjudged(contract: Contract) -> None:
    session, _, instead = ran(contract, raising(NotApplicable(REASON)))
    assert ({}, {"skipped"}) == (session.recorder.unjudged, set(instead.outcomes))


def test_a_run_gives_up_after_cases_in_a_row_that_find_no_target(contract: Contract) -> None:
    session, verdict, instead = ran(contract, raising(TargetUnreachable("nobody there")))
    assert MOST_OUTAGES == len(instead.outcomes)
    assert Phrase.of("given-up", cases=MOST_OUTAGES, said="nobody there") in session.notes
    assert (True, Exit.INCONCLUSIVE) == (session.cut_short, verdict.exit_code)


def test_a_run_whose_time_is_over_says_after_how_many_cases_and_what_was_not_run_has_that_reason(
    contract: Contract,
) -> None:
    def act(_expect: Expect, clock: Clock) -> None:
        clock.now += 30  # cleaning up has the last 20 of the 100 s

    session, verdict = timed(contract, act)
    said = session.ended
    assert said is not None
    assert ("time-over", "100 s", 2) == (said.kind, said.get("time"), said.get("done"))
    assert 3 == len(session.recorder.attempts)
    assert [True, True, False] == [attempt.complete for attempt in session.recorder.attempts]
    assert (True, Exit.INCONCLUSIVE) == (verdict.run.cut_short, verdict.exit_code)
    assert {said} == {reason for cases in session.recorder.unjudged.values() for reason in cases.values()}
    assert Outcome.NOT_EXERCISED is result(verdict, next(iter(session.recorder.unjudged)))[0]


def test_a_run_that_ends_early_to_be_judged_in_time_says_so_and_judges_nothing_twice(contract: Contract) -> None:
    owed = [0.0]

    def act(_expect: Expect, clock: Clock) -> None:
        owed[0] = 41.0
        clock.now += 20

    clock = Clock()
    with pytest.MonkeyPatch.context() as patch, Session(OPTIONS, contract) as session:
        patch.setattr(Session, "owed", property(lambda _: owed[0]))
        session.time = RunTime.starting(100, clock, lambda: owed[0])
        verdict = run_cases(session, Console(file=io.StringIO()), Instead(lambda expect: act(expect, clock)))
    assert session.ended is not None
    assert ("time-over", 1) == (session.ended.kind, session.ended.get("done"))
    assert Phrase.of("time-for-judging", seconds=41) in session.notes
    assert not session.may_judge
    assert verdict.run.cut_short


def test_a_run_whose_time_is_over_in_what_only_explores_is_whole(contract: Contract) -> None:
    seen: list[str] = []

    def act(expect: Expect, clock: Clock) -> None:
        clock.now += 1000 if expect.case in seen else 0
        seen.append(expect.case)

    session, verdict = timed(contract, act, profile="gate", selection="stateful")
    assert session.recorder.attempts[-1].explores
    assert (None, False) == (session.ended, verdict.run.cut_short)
    assert Phrase.of("exploring-ended", time="100 s") in session.notes


def breaking(
    times: int, error: Exception | None = None, *, finds: bool = False
) -> tuple[Callable[[Expect], None], list[str]]:
    """A case that breaks so many times, after it has found something where it does, and is right afterwards; and the cases
    that ran."""
    ran_: list[str] = []

    def act(expect: Expect) -> None:
        ran_.append(expect.case)
        if ran_.count(expect.case) <= times:
            if finds:
                expect(COMPLETE, False, Deviation("still-there", terms=(("where", "listed"),)))
            raise error or ConnectionBroken("it broke")
        expect.kept(COMPLETE)

    return act, ran_


def test_a_case_whose_connection_broke_runs_again_as_if_it_had_not_run(contract: Contract) -> None:
    act, cases = breaking(1, finds=True)
    session, verdict, instead = ran(contract, act, selection="test_a_deleted_image_is_gone")
    assert (["passed"], 2, [], {}) == (
        instead.outcomes,
        len(cases),
        list(session.recorder.findings),
        session.recorder.unjudged,
    )
    assert (1, 1) == (verdict.run.cases_again, session.recorder.looks[COMPLETE, cases[0]])
    assert [False, True] == [attempt.complete for attempt in session.recorder.attempts]
    assert Phrase.of("sent-again", count=0, cases=1) in verdict.notes


def test_a_case_whose_connection_breaks_twice_is_not_exercised(contract: Contract) -> None:
    act, cases = breaking(2)
    session, _, instead = ran(contract, act, selection="test_a_deleted_image_is_gone")
    assert (["skipped"], 2) == (instead.outcomes, len(cases))
    assert {Phrase.of("no-answer-came", said="it broke")} == set(session.recorder.unjudged[COMPLETE].values())


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TargetBusy("429"), "rate-limited"),
        (TargetBusy("503", rate=False), "not-available"),
        (TargetAway("refused"), "no-answer-came"),
    ],
)
def test_a_case_that_was_waited_for_in_vain_does_not_run_again(contract: Contract, error: Exception, kind: str) -> None:
    act, cases = breaking(1, error)
    session, _, _ = ran(contract, act, selection="test_a_deleted_image_is_gone")
    assert ([kind], 1) == ([reason.kind for reason in session.recorder.unjudged[COMPLETE].values()], len(cases))


def test_an_error_of_ours_is_never_the_targets(contract: Contract) -> None:
    session, verdict, instead = ran(contract, raising(ZeroDivisionError("ours")))
    assert ({"failed"}, Exit.SUITE) == (set(instead.outcomes), verdict.exit_code)
    assert {("suite-at-fault", "ZeroDivisionError", "ours")} == {
        (note.kind, note.get("error"), note.get("said")) for note in session.notes
    }


def test_a_look_that_fails_is_a_finding_and_fails_the_case_in_its_words(contract: Contract) -> None:
    seen = Deviation("still-there", terms=(("where", "listed"),))

    def act(expect: Expect) -> None:
        expect(COMPLETE, False, seen)

    session, _, instead = ran(contract, act, selection="test_a_deleted_image_is_gone")
    found = session.recorder.findings
    assert {seen} == {item.deviation for item in found}
    assert {session.options.wording.sentence(seen)} == set(instead.texts)


def test_the_exchanges_and_findings_of_a_case_are_written_down_with_it(contract: Contract) -> None:
    session, _, instead = ran(contract, lambda _expect: None)
    assert len(instead.outcomes) == len(session.recorder.attempts)
    assert all(attempt.complete for attempt in session.recorder.attempts)
    assert [] == [item for item in session.recorder.attempts if len(item.findings)]


def test_an_attempt_that_was_broken_off_is_not_complete(contract: Contract) -> None:
    session, _, _ = ran(contract, raising(NotExercised(REASON)))
    assert {False} == {attempt.complete for attempt in session.recorder.attempts}


def test_a_profile_leaves_out_the_cases_of_larger_ones(contract: Contract) -> None:
    smoke = ran(contract, lambda _expect: None)[2].outcomes
    gate = ran(contract, lambda _expect: None, profile="gate")[2].outcomes
    assert 0 < len(smoke) < len(gate)


def test_cases_that_draw_come_again_at_the_end_to_explore_with_the_seed_of_the_run(contract: Contract) -> None:
    session, _, _ = ran(contract, lambda _expect: None, profile="gate", selection="test_delete or stateful", seed=7)
    attempts = session.recorder.attempts
    assert [item for item in attempts if item.explores] == attempts[-1:]
    assert attempts[-1].case.removesuffix("[exploring]") in {item.case for item in attempts[:-1]}


@pytest.mark.parametrize("given", [{"profile": "smoke"}, {"budget": "0"}, {"explore": False}])
def test_nothing_explores_in_smoke_without_a_budget_or_when_it_is_not_wanted(
    contract: Contract, given: dict[str, object]
) -> None:
    session, _, _ = ran(contract, lambda _expect: None, **{"profile": "gate", "selection": "stateful", **given})
    assert [] == [item for item in session.recorder.attempts if item.explores]


def test_a_case_that_explores_leaves_nothing_unjudged_and_its_looks_do_not_count(contract: Contract) -> None:
    calls: list[bool] = []

    def act(expect: Expect) -> None:
        calls.append(expect._recorder.exploring)
        if calls[-1]:
            expect.kept("image.patch.atomic")
            raise NotExercised(REASON)

    session, verdict, _ = ran(contract, act, profile="gate", selection="stateful")
    assert [False, True] == calls
    assert {} == session.recorder.unjudged
    assert Outcome.NOT_EXERCISED is result(verdict, "image.patch.atomic")[0]


def test_ctrl_c_ends_the_run_with_a_note_and_cleans_up(contract: Contract) -> None:
    def act(_expect: Expect) -> None:
        raise KeyboardInterrupt

    session, verdict, _ = ran(contract, act)
    assert ([Phrase.of("interrupted")], True, ()) == (session.notes, verdict.run.cut_short, session.cleaning.leftovers)
