"""The suite against some faults of the bank, one of each kind; `conformance selfcheck` tries them all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from draws import drawn, long

from conformance.proof import selfcheck
from conformance.proof.selfcheck import clean_run, prove, trial

KINDS = {
    "auth.token.password.half": "tokens.what_is_like_the_password_gets_no_token",
    "image.create.beside.visibility.min_disk": "create.every_two_values_together_are_taken",
    "error.envelope.title.missing": "envelope",
    "header.x-project-id.followed": "isolation.the_project_header_opens_no_other_project",
    "image.create.stored.min_ram.16-bit": "create.each_member_alone_is_taken",
    "image.create.truth.self": "agreement",
    "image.delete.collateral.older": "delete.no_other_image_is_touched",
    "image.download.bytes.same-size": "download.files_of_two_images_are_not_mixed_up",
    "image.download.failure.404.title-missing": "envelope",
    "image.isolation.list.later-pages": "isolation.a_private_image_is_on_no_page_of_another_project",
    "image.list.query.limit.before-filter": "parameters.parameters_hold_together",
    "image.list.truth.owner": "list.a_list_agrees_with_what_is_shown",
    "image.patch.atomic.first": "operations.operations_apply_all_or_none",
    "image.patch.only.active-image.request-id": "request-id",
    "rare.one-in-forty": "server-error",
}
"""Fault -> a check that names the promise which it breaks."""


@pytest.mark.parametrize("fault", drawn(KINDS, 4, 8))
def test_a_fault_is_caught_by_a_check_that_names_the_broken_promise(fault: str) -> None:
    found = trial(fault)
    assert found.outcome == "caught", found
    assert KINDS[fault] in found.checks
    assert {name for names in found.checks.values() for name in names} <= set(found.breaks)
    assert found.first is not None
    assert 0 < found.first <= found.requests


def test_a_fault_that_the_chosen_cases_cannot_see_is_missed() -> None:
    found = trial("image.download.bytes.short", cases="test_300_from_version_discovery")
    assert (found.outcome, found.checks, found.first) == ("missed", {}, None)


def test_a_finding_on_another_promise_only_is_not_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    fault, cases = "image.download.bytes.short", "test_checksum_and_size_agree_with_the_file"
    found = trial(fault, cases=cases)
    assert (found.outcome, found.elsewhere) == ("caught", ())
    # The same target, held for one that breaks the limit of a list: what is found says nothing of that.
    known = {fault: replace(selfcheck._known()[fault], breaks=("image.list.query.limit",))}
    monkeypatch.setattr(selfcheck, "_known", lambda: known)
    found = trial(fault, cases=cases)
    assert (found.outcome, found.checks, found.elsewhere) == ("elsewhere", {}, ("image.download.bytes",))


def test_a_check_of_the_whole_run_catches_a_fault_too() -> None:
    found = trial("image.delete.gone.twentieth", cases="test_every_two_values_together_are_taken")
    assert (found.outcome, found.checks) == ("caught", {"stays-gone": ("image.delete.gone",)})


def test_the_same_seed_gives_the_same_trial() -> None:
    first, second = (trial("image.patch.unchanged.tags", seed=5) for _ in range(2))
    assert (first.outcome, first.checks, first.elsewhere, first.first) == (
        second.outcome,
        second.checks,
        second.elsewhere,
        second.first,
    )


def test_a_check_is_proven_by_a_fault_that_it_catches_alone() -> None:
    found = prove("filters.type_is_accepted", ["image.download.bytes.short", "image.list.query.type.refused"])
    assert found is not None
    assert found.fault == "image.list.query.type.refused"
    assert prove("filters.type_is_accepted", ["image.download.bytes.short"]) is None


@long
def test_nothing_is_found_in_a_target_that_keeps_the_contract() -> None:
    found = clean_run("gate", seed=2)
    assert found.silent, (found.overall, found.findings, found.notes)


@pytest.mark.parametrize("liberty", drawn(["liberty.times.offset", "liberty.http.gzip", "liberty.cloud.crowded"], 0, 1))
def test_nothing_is_found_in_a_target_that_takes_a_liberty(liberty: str) -> None:
    found = clean_run("gate", 1, liberty)
    assert found.silent, (found.overall, found.findings, found.notes)


def test_a_liberty_that_ends_the_run_is_no_silence() -> None:
    found = clean_run("smoke", 1, "auth.token.response.201.x-subject-token.missing")
    assert not found.silent


def test_a_case_that_reads_what_is_there_is_proven_in_a_run_that_may_only_read() -> None:
    case = "there.what_is_there_is_shown_as_it_is_listed"
    found = prove(case, ["image.download.bytes.short", "image.list.truth.min_disk"])
    assert found is not None
    assert ("image.list.truth.min_disk", {case: ("image.list.complete",)}) == (found.fault, found.checks)
    assert prove(case, ["image.create.status"]) is None
