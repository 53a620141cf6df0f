"""What platforms do besides answering: they limit rates, have quotas, lose connections, go away and come back. A run waits for
that or sends again; what persists makes it inconclusive, and says so. It is never a breach. `python tests/troubled.py`
runs all of them."""

from __future__ import annotations

import io

import pytest
from draws import drawn
from platforms import for_a_while, over_limit, quota, refusal
from rich.console import Console
from troubled import TROUBLES, Trouble, behind, line_of, run_behind

from conformance.model.contract import Contract
from conformance.model.errors import Exit
from conformance.model.verdict import Outcome, Weight
from conformance.run.options import Options
from conformance.run.runner import conduct
from conformance.run.service import services_of
from conformance.run.session import Session
from conformance.target.cloud import Settings

LONG = {name for name, trouble in TROUBLES.items() if trouble.persists or trouble.away > 5}


@pytest.mark.parametrize("name", drawn([name for name in TROUBLES if name not in LONG], 2, proof=5))
def test_a_platform_is_told_apart_from_a_breach(name: str, contract: Contract) -> None:
    told_apart(name, contract)


@pytest.mark.proof
@pytest.mark.parametrize("name", drawn(sorted(LONG), 1, proof=0))
def test_what_persists_is_the_reason_why_nothing_can_be_said(name: str, contract: Contract) -> None:
    told_apart(name, contract)


def told_apart(name: str, contract: Contract) -> None:
    """Judge the verdict on the reference behind a gateway."""
    trouble = TROUBLES[name]
    verdict, session, left = run_behind(trouble, contract)
    said = line_of(verdict)
    assert ([], []) == (session.faults, [group for group in verdict.findings if group.weight is Weight.BINDING]), said
    unexercised = [item for item in verdict.requirements if item.required and item.outcome is Outcome.NOT_EXERCISED]
    if trouble.persists:
        assert Exit.INCONCLUSIVE == verdict.exit_code, said
    elif not trouble.reasons:
        assert (Exit.CONFORMANT, []) == (verdict.exit_code, unexercised), said
    assert all(
        any(kind in str(item.reason) for kind in (*trouble.reasons, "could-not-start")) for item in unexercised
    ), said
    assert left <= (len(verdict.run.leftovers) if trouble.bars else 0), said


@pytest.mark.proof
def test_a_gate_fits_into_the_quota_that_it_says_and_holds_no_more(contract: Contract) -> None:
    most = max(service.most_held for service in services_of(contract))
    verdict, session, _ = run_behind(Trouble(lambda: quota(most, over_limit)), contract, "gate")
    assert (Exit.CONFORMANT, None) == (verdict.exit_code, session.client.quota.room), line_of(verdict)
    assert most == verdict.run.most_held


@pytest.mark.proof
def test_two_workers_fit_into_the_quota_of_one(contract: Contract) -> None:
    """A case for which the other one has left no room runs once more by itself."""
    verdict, session, left = run_behind(TROUBLES["quota-8-html"], contract, "gate", workers=2)
    assert (Exit.CONFORMANT, [], 0) == (verdict.exit_code, session.faults, left), line_of(verdict)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_rate_is_kept_exactly_by_all_that_a_run_sends(workers: int, contract: Contract) -> None:
    """Login, cases, tries again and cleaning up, counted at the gateway: every ninth connection breaks."""
    with behind(TROUBLES["close-every-9th"], contract) as (gateway, _, clouds):
        settings = Settings(cloud="reference", other_cloud="reference-other", config_files=(str(clouds),))
        modules = tuple(f"conformance.services.image.cases.{name}" for name in ("test_delete", "test_download"))
        options = Options(settings, "smoke", 1, rate="30/s", max_in_flight=1, workers=workers, modules=modules)
        conduct(Session(options, contract), Console(file=io.StringIO()))
        times = sorted(moment for moment, _, _ in gateway.seen)
    assert 60 < len(times)  # two windows at the least, however two workers fall out with what breaks
    assert all(later - earlier > 1.0 for earlier, later in zip(times, times[30:], strict=False))


@pytest.mark.parametrize("after", drawn(range(4, 440, 6), 1, proof=4))
def test_a_gateway_that_is_away_is_no_breach_whenever_that_is(after: int, contract: Contract) -> None:
    """In the preflight, in a case, and while what a case has made is deleted."""
    status = (502, 503, 504)[after // 6 % 3]
    away = Trouble(lambda: for_a_while(1.0, lambda: refusal(status, "<h1>no server is available</h1>"), after))
    verdict, session, left = run_behind(away, contract)
    assert (Exit.CONFORMANT, [], 0) == (verdict.exit_code, session.faults, left), line_of(verdict)
