"""The registry of checks: each declares itself once, and says nothing about what it does not cover."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from conformance.judge import registry
from conformance.judge.registry import (
    CHECKS,
    RUN_CHECKS,
    Look,
    RunLook,
    check,
    coverage,
    covered,
    judge_exchange,
    judge_run,
    passive_ids,
    required,
    run_check,
)
from conformance.model.contract import Authority, Contract, Level
from conformance.model.deviation import Deviation
from conformance.model.errors import SuiteError
from conformance.model.message import Exchange

Build = Callable[..., Exchange]
WRONG = Deviation("missing", place="images")


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No check is declared but those of the test."""
    monkeypatch.setattr(registry, "CHECKS", {})
    monkeypatch.setattr(registry, "RUN_CHECKS", {})


@pytest.mark.usefixtures("alone")
def test_a_check_looks_under_its_own_name_at_what_the_contract_promises(contract: Contract, exchange: Build) -> None:
    @check("ours", covers="image.*")
    def ours(exchange: Exchange, contract: Contract) -> Iterator[Look]:
        yield Look("image.list.complete")
        yield Look("image.list.complete", WRONG)
        yield Look("image.nothing", WRONG)

    assert [("image.list.complete", "ours", True), ("image.list.complete", "ours", False)] == [
        (item.requirement, item.check, item.ok) for item in judge_exchange(exchange(), contract)
    ]


@pytest.mark.usefixtures("alone")
def test_a_check_that_speaks_of_what_it_does_not_cover_is_our_fault(contract: Contract, exchange: Build) -> None:
    @check("ours", covers=("image.list", "image.list.*"))
    def ours(exchange: Exchange, contract: Contract) -> Iterator[Look]:
        yield Look("image.show")

    with pytest.raises(SuiteError, match=r"check ours speaks of image\.show and does not cover it"):
        judge_exchange(exchange(), contract)


@pytest.mark.usefixtures("alone")
def test_a_check_of_a_run_gives_the_exchange_and_those_that_it_takes(contract: Contract, exchange: Build) -> None:
    @run_check("ours", covers="image.list.complete")
    def ours(exchanges: Sequence[Exchange], contract: Contract) -> Iterator[RunLook]:
        first, second = exchanges
        yield RunLook(second, Look("image.list.complete", WRONG), (first,))

    run = [exchange(number=1), exchange(number=2)]
    [(at, assertion, related)] = judge_run(run, contract)
    assert (run[1], WRONG, (run[0],)) == (at, assertion.deviation, related)


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("name", ["taken", "list.a_case"])
def test_a_name_that_is_taken_or_is_one_of_a_case_is_refused(name: str) -> None:
    def ours(exchange: Exchange, contract: Contract) -> Iterator[Look]:
        yield from ()

    check("taken", covers="image.list")(ours)
    with pytest.raises(SuiteError, match=f"a check cannot be called {name}"):
        check(name, covers="image.list")(ours)


def test_every_check_covers_a_requirement_of_the_contract(contract: Contract) -> None:
    every = [*CHECKS.values(), *RUN_CHECKS.values()]
    assert len(every) > 15
    assert [] == [item.id for item in every if not covered(item.covers, contract.requirements)]


def test_a_star_stands_for_any_text_and_a_question_mark_for_one_sign() -> None:
    names = ("image.list", "image.list.query.limit", "error.500", "error.5000")
    assert ("image.list.query.limit",) == covered(["image.list.*"], names)
    assert ("error.500",) == covered(["error.50?"], names)


def test_what_judges_a_requirement_is_told_checks_first_and_cases_by_name(contract: Contract) -> None:
    found = coverage(contract.requirements.values(), {"b.case": ["error.404"], "a.case": ["error.40?"]})
    assert ("a.case", "b.case") == found["error.404"]
    assert "optional-code" == found["error.406"][0]
    excluded = {item.id for item in contract.requirements.values() if item.excluded is not None}
    assert set(contract.requirements) - excluded == set(found)


def test_what_no_case_has_to_be_run_for_is_judged_by_checks(contract: Contract) -> None:
    names = passive_ids(contract.requirements)
    assert {"error.envelope", "status.server-error", "header.request-id"} <= names
    assert "image.list.query.limit" not in names


def test_a_run_owes_what_binds_and_nothing_advisory_or_optional(contract: Contract) -> None:
    owed = required(contract, contract.requirements)
    kinds = {(contract.requirements[name].authority, contract.requirements[name].level) for name in owed}
    assert kinds
    assert {Authority.DOCUMENT, Authority.RULING} >= {authority for authority, _ in kinds}
    assert Level.MAY not in {level for _, level in kinds}
