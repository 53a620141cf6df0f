"""One odd answer among right ones, and targets that answer a request in two ways: never our fault, never blamed on
anything else. `python tests/odd.py` runs all of them."""

from __future__ import annotations

import random
from collections import defaultdict
from itertools import product

import pytest
from draws import drawn
from odd import KINDS, UNSTEADY, Hailing, Spoilt, answers, line_of, run_with, tried

from conformance.contract.specs import load_contract
from conformance.judge.alike import first_difference
from conformance.judge.kinds import TWO_ANSWERS
from conformance.model.contract import Contract
from conformance.model.message import Exchange
from conformance.run.cases import Case, registry
from conformance.run.options import in_profile
from conformance.run.session import Session

ANSWERS = 400
"""Of a smoke run; it has a few more."""
WORKERS = (1, 2)
"""Those of a run against the reference, and of one against a cloud. Two really wait where one puts the clock forward, so
what waits much is met by one alone."""
CASES = [case for case in registry(contract=load_contract()) if in_profile(case, "gate") and not case.draws]


@pytest.mark.parametrize(("number", "kind", "workers"), drawn(product(range(1, ANSWERS), KINDS, WORKERS), 2, proof=5))
def test_an_odd_answer_of_a_run_is_blamed_on_nothing_else(
    number: int, kind: str, workers: int, contract: Contract
) -> None:
    found = tried("smoke", number, kind, contract, workers=workers)
    assert found is None or found.wrong == ()


@pytest.mark.parametrize(("case", "kind"), drawn([(case, kind) for case in CASES for kind in KINDS], 2, proof=7))
def test_an_odd_answer_to_one_case_is_blamed_on_nothing_else(case: Case, kind: str, contract: Contract) -> None:
    chosen = f"test_{case.name.partition('.')[2]}", (case.module,)
    number = random.Random(f"{case.name} {kind}").randint(1, answers("gate", contract, *chosen))
    found = tried("gate", number, kind, contract, *chosen)
    assert found is None or found.wrong == ()


@pytest.mark.parametrize("name", drawn(UNSTEADY, 1, 3))
def test_a_target_that_answers_in_two_ways_is_told_so_and_for_nothing_else(name: str, contract: Contract) -> None:
    verdict, session = run_with("smoke", UNSTEADY[name](), contract)
    kinds = {group.deviation.kind for group in verdict.findings}
    assert (1, []) == (verdict.exit_code, session.faults)
    assert {"answers" if name == "node-500" else TWO_ANSWERS} == kinds, [line_of(group) for group in verdict.findings]
    told = [group for group in verdict.findings if group.deviation.kind == TWO_ANSWERS]
    assert [group.operation for group in told] == [group.deviation.operation for group in told]


@pytest.mark.parametrize("seed", drawn(range(40), 0, proof=1))
def test_whatever_is_odd_and_how_often_is_no_fault_of_ours(seed: int, contract: Contract) -> None:
    verdict, session = run_with("smoke", Hailing(seed, 4 + seed).fault(), contract)
    assert [] == session.faults
    assert verdict.exit_code in {1, 3}


@pytest.mark.parametrize("profile", ["smoke", pytest.param("gate", marks=pytest.mark.proof)])
def test_a_case_that_runs_again_is_answered_alike_by_a_right_target(
    profile: str, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Session] = []

    def all_once(session: Session) -> tuple[str, ...]:
        asked.append(session)
        return tuple(dict.fromkeys(item.case for item in session.recorder.attempts)) if len(asked) == 1 else ()

    monkeypatch.setattr(Session, "doubted", all_once)
    verdict, session = run_with(profile, Spoilt(0, "404").fault(), contract)
    goes: defaultdict[str, list[list[Exchange]]] = defaultdict(list)
    for item in session.recorder.attempts:
        goes[item.case].append([verdict.exchanges[number - 1] for number in item.exchanges])
    assert {2} == {len(found) for found in goes.values()}
    assert {} == {case: parts for case, (one, two) in goes.items() if (parts := first_difference(one, two)) is not None}


def test_what_is_answered_otherwise_when_it_is_asked_again_is_told_with_both_answers(contract: Contract) -> None:
    chosen = "test_a_replaced_member_is_answered_shown_and_listed", ("conformance.services.image.cases.test_patch",)
    clean, _ = run_with("gate", Spoilt(0, "404").fault(), contract, *chosen)
    number = next(item.number for item in clean.exchanges if item.operation == "image.show" and "patch" in item.case)
    verdict, _ = run_with("gate", Spoilt(number, "404").fault(), contract, *chosen)
    (group,) = verdict.findings
    assert (TWO_ANSWERS, "image.show", 404) == (group.deviation.kind, group.operation, group.status)
    assert ("404", "200") == tuple(dict(group.deviation.seen).values())
    assert 200 == verdict.exchanges[group.related[0] - 1].status
