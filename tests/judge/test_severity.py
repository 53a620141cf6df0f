"""What a deviation costs: every kind is decided, and the heaviest are what a user loses."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from targets import reference_with

from conformance.judge.severity import HARMS, harm_of, severity_of, worst
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.errors import SuiteError
from conformance.model.phrase import Phrase
from conformance.model.verdict import FindingGroup, Harm, Severity
from conformance.reports.sentences import DEVIATIONS
from conformance.run.options import Options
from conformance.run.runner import run_cases
from conformance.run.session import Session


def test_every_kind_of_deviation_is_decided_and_no_other() -> None:
    assert DEVIATIONS.keys() == HARMS.keys()


def test_a_kind_that_nobody_decided_is_a_fault_of_the_suite(contract: Contract) -> None:
    with pytest.raises(SuiteError, match="of-a-newer-run"):
        harm_of(contract.requirements["image.list.query.limit"], Deviation("of-a-newer-run"))


@pytest.mark.parametrize(
    ("requirement", "harm"),
    [
        ("image.create.response.201.id", Harm.RESULT),
        ("error.envelope.title", Harm.FORM),
        ("header.request-id", Harm.FORM),
        ("image.create.response.201.location", Harm.FORM),
    ],
)
def test_what_is_missing_costs_by_where_it_is_missing(contract: Contract, requirement: str, harm: Harm) -> None:
    known = {**contract.requirements}
    named = known.get(requirement)
    assert named is not None, requirement
    assert harm == harm_of(named, Deviation("missing"))


@pytest.mark.parametrize(("status", "harm"), [(200, Harm.ISOLATION), (403, Harm.STATUS)])
def test_another_project_that_is_let_in_is_no_mere_status(contract: Contract, status: int, harm: Harm) -> None:
    act = Phrase.of("by-another-project", operation="image.delete", how="private")
    named = contract.requirements["image.isolation.delete"]
    assert harm == harm_of(named, Deviation("status", status=status, act=act))
    assert harm == harm_of(named, Deviation("accepted", act=act, seen=(("status", status),)))


@pytest.mark.parametrize(("status", "harm"), [(200, Harm.ISOLATION), (403, Harm.STATUS)])
def test_a_call_without_a_token_that_is_refused_with_another_code_is_a_mere_status(
    contract: Contract, status: int, harm: Harm
) -> None:
    assert harm == harm_of(contract.requirements["auth.required"], Deviation("taken-without-a-token", status=status))


def test_data_and_isolation_are_critical_and_what_does_not_bind_is_advice_but_for_what_is_given_away() -> None:
    told = {harm: (severity_of(harm, counts=True), severity_of(harm, counts=False)) for harm in Harm}
    assert {
        Harm.DATA: (Severity.CRITICAL, Severity.ADVICE),
        Harm.ISOLATION: (Severity.CRITICAL, Severity.ADVICE),
        Harm.DISCLOSURE: (Severity.CRITICAL, Severity.CRITICAL),
        Harm.SERVER_ERROR: (Severity.MAJOR, Severity.ADVICE),
        Harm.RESULT: (Severity.MAJOR, Severity.ADVICE),
        Harm.STATUS: (Severity.MAJOR, Severity.ADVICE),
        Harm.INTERNALS: (Severity.MAJOR, Severity.MAJOR),
        Harm.FORM: (Severity.MINOR, Severity.ADVICE),
        Harm.LENIENT: (Severity.ADVICE, Severity.ADVICE),
    } == told


def test_a_server_error_is_critical_where_data_suffer_on_the_same_answer() -> None:
    assert Severity.CRITICAL == severity_of(Harm.SERVER_ERROR, counts=True, suffering=True)
    assert Severity.MINOR == severity_of(Harm.FORM, counts=True, suffering=True)


def test_the_worst_is_the_first_by_weight() -> None:
    assert Harm.ISOLATION == worst({Harm.FORM, Harm.ISOLATION, Harm.RESULT})


# --- faults of the bank ---------------------------------------------------------------------------------------------


def heaviest(fault: str, select: str) -> FindingGroup:
    """The first finding of a run of some cases against the reference with this fault."""
    with Session(Options(seed=1, selection=select, embedded=reference_with(fault))) as session:
        return run_cases(session, quiet()).findings[0]


def quiet() -> Console:
    return Console(file=io.StringIO())


@pytest.mark.parametrize(
    ("fault", "select", "harm", "severity"),
    [
        ("image.isolation.list.open", "isolation", Harm.ISOLATION, Severity.CRITICAL),
        ("image.delete.collateral.namesake", "delete", Harm.DATA, Severity.CRITICAL),
        ("image.download.bytes.another", "download", Harm.DATA, Severity.CRITICAL),
        ("image.create.only.chinese-name.server-error", "create", Harm.SERVER_ERROR, Severity.MAJOR),
        ("image.list.query.name.prefix", "filters", Harm.RESULT, Severity.MAJOR),
        ("error.404.other", "errors", Harm.STATUS, Severity.MAJOR),
        ("error.404.html", "errors", Harm.FORM, Severity.MINOR),
    ],
)
def test_a_fault_weighs_what_it_costs(fault: str, select: str, harm: Harm, severity: Severity) -> None:
    group = heaviest(fault, select)
    assert (harm, severity, True) == (group.harm, group.severity, group.binding)
