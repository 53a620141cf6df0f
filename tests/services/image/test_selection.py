"""What a filter selects, against references whose pages are smaller than asked, and lead nowhere or on for ever."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from endless import endless_pages
from rich.console import Console
from targets import reference_with

from conformance.model.contract import Contract
from conformance.model.verdict import Outcome, Verdict
from conformance.proof.bank import faults_of
from conformance.proof.reference import Reference
from conformance.run.embedded import Embed
from conformance.run.options import Options
from conformance.run.runner import run_cases
from conformance.run.session import Session
from conformance.services.fault import Fault, Hooks
from conformance.services.image.selection import EMPTY
from conformance.services.image.target.store import ImageStore
from conformance.services.wire import Answer, Call, Caller, Refused
from conformance.target.cloud import Settings

FILTERS = ("image.list.query.name", "image.list.query.status", "image.list.query.changes-since")


def verdict(contract: Contract, embedded: Embed, selection: str = "test_filters") -> Verdict:
    options = Options(Settings(reference=True), "gate", 1, selection=selection, embedded=embedded, explore=False)
    with Session(options, contract) as session:
        return run_cases(session, Console(file=io.StringIO()))


def broken(found: Verdict) -> list[tuple[str, str]]:
    return sorted({(item.requirement, item.deviation.kind) for item in found.findings if item.binding})


def outcomes(found: Verdict) -> dict[str, Outcome]:
    return {item.id: item.outcome for item in found.requirements if item.id in FILTERS}


@pytest.mark.parametrize("liberty", ["liberty.paging.at-most-one", "liberty.paging.at-most-two"])
def test_pages_of_one_or_two_images_are_followed_to_their_end(contract: Contract, liberty: str) -> None:
    found = verdict(contract, reference_with(liberty), "test_filters or test_parameters")
    assert ([], dict.fromkeys(FILTERS, Outcome.PASSED)) == (broken(found), outcomes(found))


def test_what_a_filter_loses_is_found_on_pages_of_one_image_too(contract: Contract) -> None:
    def lost(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        filtered = call.operation == "image.list" and answer.status == 200 and "marker" in dict(call.query)
        return replace(answer, body={**answer.body, "images": []}) if filtered else answer

    def embedded(given: Contract) -> Reference:
        small = faults_of(given, ["liberty.paging.at-most-one"])
        return Reference(given, faults=[*small, Fault("lost", FILTERS, "later pages are empty", Hooks(answer=lost))])

    found = verdict(contract, embedded, "test_status_selects or test_name_selects")
    assert [(FILTERS[0], "selects"), (FILTERS[1], "selects")] == broken(found)
    assert {False} == {item.exemplar.request.led for item in found.findings if item.binding and item.exemplar}


def test_a_filter_whose_next_page_is_refused_is_not_kept(contract: Contract) -> None:
    def refused(call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
        if call.operation == "image.list" and {"marker", "status"} <= dict(call.query).keys():
            raise Refused(400, "There is no such marker.")
        return None

    def embedded(given: Contract) -> Reference:
        small = faults_of(given, ["liberty.paging.at-most-one"])
        return Reference(given, faults=[*small, Fault("refused", FILTERS, "no next page", Hooks(handle=refused))])

    found = verdict(contract, embedded)
    assert ("image.list.query.status", "leads-nowhere") in broken(found)
    assert {"image.list.query.status"} == {name for name, _ in broken(found)}


def test_a_filter_whose_pages_do_not_end_is_asked_for_few_and_not_exercised(contract: Contract) -> None:
    followed: list[Call] = []
    found = verdict(contract, lambda given: Reference(given, faults=[endless_pages(followed)]), "test_name_selects")
    assert 2 + EMPTY - 1 == len(followed)
    assert ([], Outcome.NOT_EXERCISED) == (broken(found), outcomes(found)["image.list.query.name"])
    reason = next(str(item.reason) for item in found.requirements if item.id == "image.list.query.name")
    assert "pages-do-not-end" in reason
