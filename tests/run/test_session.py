"""The session of a run: what it finds out first, what it says of itself, and that nothing is left behind."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.model.contract import Contract, StaleErratum
from conformance.model.errors import SuiteError, TargetUnreachable, UsageError
from conformance.model.message import Headers, Response
from conformance.model.phrase import Phrase
from conformance.model.verdict import Overall
from conformance.proof.reference import Reference
from conformance.run.cases import Case
from conformance.run.cleanup.holdings import Holdings
from conformance.run.cleanup.removal import Presence
from conformance.run.journal import Journal
from conformance.run.journal_file import state_directory
from conformance.run.options import Options, in_profile
from conformance.run.sending.client import Client
from conformance.run.service import service_named
from conformance.run.session import Session
from conformance.target.cloud import Settings

OPTIONS = Options(profile="smoke", seed=1, embedded=Reference)


@contextmanager
def opened(options: Options, contract: Contract) -> Iterator[Session]:
    with Session(options, contract) as session:
        yield session
        session.cleanup()


def case_of(service: str) -> Case:
    return Case("one.case", (), smoke=True, module=f"{service_named(service).cases[0]}.test_one")


def kinds(session: Session) -> list[str]:
    return [note.kind for note in session.notes]


def test_each_service_has_a_client_and_the_one_that_gives_tokens_shares_the_first(
    contract: Contract,
) -> None:
    with opened(OPTIONS, contract) as session:
        assert ["image"] == list(session.clients)
        assert session.client is session.client_of(case_of("image")) is session.client_of(case_of("identity"))


def test_errata_that_change_nothing_are_noted(contract: Contract) -> None:
    stale = tuple(StaleErratum(at, f"$.paths['/{at}']", None, at, ((1, 1),), "") for at in (4, 5))
    said = Phrase.of("errata-stale", count=2, target="$.paths['/4']")
    assert Session(OPTIONS, replace(contract, stale=stale)).notes[:1] == [said]
    assert "errata-stale" not in kinds(Session(OPTIONS, contract))


def test_a_session_that_is_not_open_has_no_client(contract: Contract) -> None:
    session = Session(OPTIONS, contract)
    with pytest.raises(SuiteError, match="the session has no client"):
        session.client_of("image")


def test_a_session_finds_out_what_the_credentials_may_and_what_the_service_shows(contract: Contract) -> None:
    with opened(OPTIONS, contract) as session:
        assert (True, True, []) == (session.client.may_create, session.client.shows, session.notes)


def test_credentials_that_may_not_create_are_said(contract: Contract, tmp_path: Path) -> None:
    with Reference(contract) as reference:
        reference.write_clouds(tmp_path / "clouds.yaml")
        settings = Settings(cloud="reference-reader", config_files=(str(tmp_path / "clouds.yaml"),))
        with opened(replace(OPTIONS, settings=settings), contract) as session:
            assert [Phrase.of("may-create-nothing", operation="image.create", status=403)] == session.notes
            assert session.record().target["may_create"] is False


def test_a_service_that_does_not_show_is_said(contract: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    show = Client.show
    monkeypatch.setattr(Client, "show", lambda self, _own, **given: show(self, "nothing", **given))
    with opened(OPTIONS, contract) as session:
        assert (False, [Phrase.of("does-not-answer", operation="image.show")]) == (session.client.shows, session.notes)


def test_what_a_case_made_is_gone_after_the_sweep(contract: Contract) -> None:
    with opened(OPTIONS, contract) as session:
        made = session.client.make(protected=True)
        session.sweep()
        assert ({}, None) == (session.client.journal.ids, session.client.observe(made["id"]))


def test_what_is_looked_at_again_is_asked_for_with_the_token_of_now(contract: Contract) -> None:
    with opened(OPTIONS, contract) as session:
        made = session.client.make()
        headers = Headers.of({"X-Auth-Token": "of a worker, and expired"})
        shown = replace(session.client.show(made["id"]).request, headers=headers)
        session.client.discard(made["id"])
        session.recorder.observe(shown, Response(200, body=json.dumps({"id": made["id"]}).encode()))
        before = len(session.recorder.exchanges)
        session.doubted()
        assert [404, 404] == [item.status for item in list(session.recorder.exchanges)[before:]]


def test_what_cannot_be_deleted_is_in_the_record_and_in_the_notes(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Session(OPTIONS, contract) as session:
        made = session.client.make()
        with monkeypatch.context() as patch:
            patch.setattr(Holdings, "delete", lambda *_: Presence.UNKNOWN)
            session.cleanup()
        assert (made["id"],) == session.record().run.leftovers
        assert [Phrase.of("left-behind", count=1, ids=made["id"])] == session.notes


def test_a_clean_run_leaves_no_journal(contract: Contract, tmp_path: Path) -> None:
    with Reference(contract) as reference:
        reference.write_clouds(tmp_path / "clouds.yaml")
        settings = Settings(cloud="reference", config_files=(str(tmp_path / "clouds.yaml"),))
        with opened(replace(OPTIONS, settings=settings), contract) as session:
            assert session.client.journal.path.is_file()
    assert [] == list(state_directory().glob("*"))


def test_a_target_that_goes_while_it_is_cleaned_up_is_said(contract: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: Any) -> Any:
        raise TargetUnreachable("nobody there")

    with Session(OPTIONS, contract) as session:
        made = session.client.make()
        for what in ("delete", "listed", "look"):
            monkeypatch.setattr(Holdings, what, gone)
        session.cleanup()
        assert ["cleanup-cut-short", "left-behind"] == kinds(session)
        assert (made["id"],) == session.cleaning.leftovers


def test_the_next_start_cleans_up_after_a_run_that_died(contract: Contract, tmp_path: Path) -> None:
    with Reference(contract) as reference:
        reference.write_clouds(tmp_path / "clouds.yaml")
        settings = Settings(cloud="reference", config_files=(str(tmp_path / "clouds.yaml"),))
        with Session(replace(OPTIONS, settings=settings), contract) as dead:
            dead.client.make()
        assert 1 == reference.resources()
        with opened(replace(OPTIONS, settings=settings), contract) as session:
            assert [Phrase.of("earlier-run-cleaned", run=dead.run_id)] == session.notes
            assert 0 == reference.resources()


def test_a_journal_is_synced_only_for_a_target_that_outlives_us(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    original = Journal.open

    def watched(*args: Any, durable: bool = True, **more: Any) -> Journal:
        seen.append(durable)
        return original(*args, durable=durable, **more)

    monkeypatch.setattr(Journal, "open", watched)
    with opened(OPTIONS, contract):
        pass
    with Reference(contract) as reference:
        reference.write_clouds(tmp_path / "clouds.yaml")
        settings = Settings(cloud="reference", config_files=(str(tmp_path / "clouds.yaml"),))
        with opened(replace(OPTIONS, settings=settings), contract):
            pass
    assert [False, True] == seen


def test_what_is_in_use_is_said(contract: Contract, tmp_path: Path) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text("waivers:\n  - {requirement: error.envelope, reason: known, owner: us, permanent: true}\n")
    session = Session(replace(OPTIONS, waivers=path), contract)
    assert ([Phrase.of("waivers-in-use", count=1, file=str(path))], 1) == (session.notes, len(session.excuses.waivers))


def test_a_record_says_where_the_run_was_and_owes_what_the_profile_declares(contract: Contract) -> None:
    with opened(OPTIONS, contract) as session:
        record = session.record()
    assert ("reference", ["image", "identity"], session.run_id) == (
        record.target["name"],
        list(record.target["urls"]),
        record.run.id,
    )
    assert 0 < len(record.required) < len(contract.requirements)


def test_what_was_not_selected_has_the_selection_for_its_reason(contract: Contract) -> None:
    with opened(replace(OPTIONS, selection="nothing"), contract) as session:
        record = session.record()
    assert Phrase.of("not-selected", selection="nothing") == record.reasons["image.list.complete"]


def test_the_record_shows_no_secret(contract: Contract) -> None:
    with Session(OPTIONS, contract) as session:
        token = session.target.main.token()
        session.notes.append(Phrase.of("no-answer", said=f"with {token}"))
        session.recorder.not_judged(["image.list.complete"], "list.all", Phrase.of("no-answer", said=token))
        session.cleanup()
        record = session.record()
    assert Phrase.of("no-answer", said="with $OS_TOKEN") == record.notes[0]
    assert {"list.all": Phrase.of("no-answer", said="$OS_TOKEN")} == record.unjudged["image.list.complete"]
    assert token not in str(record)


def test_a_run_that_judged_nothing_is_inconclusive(contract: Contract) -> None:
    with opened(OPTIONS, contract) as session:
        assert Overall.INCONCLUSIVE is session.verdict().overall


def test_the_login_is_recorded_first_and_belongs_to_no_case(contract: Contract) -> None:
    with opened(OPTIONS, contract) as session:
        exchanges = session.recorder.exchanges
    assert {"auth.token"} == {item.operation for item in exchanges if item.case == "" and item.request.method == "POST"}
    assert (1, "") == (exchanges[0].number, exchanges[0].case)


def test_a_share_of_the_budget_is_counted_from_when_it_is_given(contract: Contract) -> None:
    with opened(replace(OPTIONS, budget="10"), contract) as session:
        half = session.share(0.5)
        before = half.over
        for _ in range(5):
            session.client.list({"limit": 1})
    assert (False, True) == (before, half.over)


@pytest.mark.parametrize(
    ("case", "profiles"),
    [
        (Case("a.b", (), smoke=True), ["smoke", "gate", "acceptance"]),
        (Case("a.b", (), smoke=False), ["gate", "acceptance"]),
        (Case("a.b", (), smoke=False, acceptance=True), ["acceptance"]),
    ],
)
def test_a_profile_runs_the_cases_that_are_its(case: Case, profiles: list[str]) -> None:
    assert profiles == [profile for profile in ("smoke", "gate", "acceptance") if in_profile(case, profile)]


def test_a_budget_beyond_the_time_of_the_run_is_said(contract: Contract) -> None:
    said = Phrase.of("budget-beyond-time", budget="10m", time="2 min")
    assert [said] == Session(replace(OPTIONS, budget="10m"), contract).notes
    assert [] == Session(replace(OPTIONS, budget="60s"), contract).notes
    assert [] == Session(replace(OPTIONS, budget="10m", max_time="15m"), contract).notes


def test_why_a_run_ends_is_said_once_also_where_a_worker_has_said_it(contract: Contract) -> None:
    session, reason = Session(OPTIONS, contract), Phrase.of("time-over", time="1 s")
    session.notes.append(reason)
    session.end(reason)
    assert [reason] == session.notes


def test_waiting_on_the_target_is_bounded_by_the_time_of_the_run(contract: Contract) -> None:
    session = Session(replace(OPTIONS, max_time="1s"), contract)
    began = time.monotonic()
    session._pause(60)
    assert 0.5 < time.monotonic() - began < 5


@pytest.mark.parametrize("text", ["soon", "0s", "15"])
def test_a_time_that_is_none_is_refused_before_anything_is_sent(contract: Contract, text: str) -> None:
    with pytest.raises(UsageError, match=r"^--max-time "):
        Session(replace(OPTIONS, max_time=text), contract)
