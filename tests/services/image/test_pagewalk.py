"""Whole lists against references that lose images between pages, and one whose links lead away."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, uuid4, uuid5

import pytest
from endless import endless_pages
from rich.console import Console
from targets import reference_with

from conformance.model.contract import Contract
from conformance.model.verdict import Outcome, RequirementResult, Verdict
from conformance.proof.bank import liberties
from conformance.proof.reference import Reference
from conformance.run.embedded import Embed
from conformance.run.options import Options
from conformance.run.runner import run_cases
from conformance.run.session import Session
from conformance.services.fault import Fault, Hooks
from conformance.services.image.cases.test_pages import FEW
from conformance.services.image.pagewalk import COMPLETE
from conformance.services.image.target.store import ImageStore
from conformance.services.wire import Answer, Call, Caller, Refused
from conformance.target.cloud import Settings


def verdict(contract: Contract, embedded: Embed, profile: str = "gate", selection: str = "test_whole_list") -> Verdict:
    """Of the cases of whole lists, or of others."""
    options = Options(Settings(reference=True), profile, 1, selection=selection, embedded=embedded, explore=False)
    with Session(options, contract) as session:
        return run_cases(session, Console(file=io.StringIO()))


def causes(found: Verdict) -> list[tuple[str, str, str]]:
    """(requirement, kind, what the lost have in common) of each cause that binds."""
    return [
        (item.requirement, item.deviation.kind, str(dict(item.deviation.terms).get("how", "")))
        for item in found.findings
        if item.binding
    ]


@pytest.mark.parametrize(
    ("fault", "kinds"),
    [
        ("image.list.page.next.endless", {"leads-nowhere"}),
        ("image.list.page.next.first-page", {"lost-in-pages"}),
        ("image.list.going-on.same-next", {"lost-in-pages", "twice-in-pages"}),
        ("image.list.going-on.repeats", {"twice-in-pages"}),
        ("image.list.going-on.skips", {"lost-in-pages"}),
        ("image.list.going-on.no-full-last", {"lost-in-pages"}),
    ],
)
def test_smoke_follows_a_page(contract: Contract, fault: str, kinds: set[str]) -> None:
    found = causes(verdict(contract, reference_with(fault), "smoke", "limit_bounds"))
    assert {(COMPLETE, kind) for kind in kinds} >= {item[:2] for item in found} != set()


@pytest.mark.parametrize(
    "liberty", ["", *(name for name in liberties() if name.startswith(("liberty.paging", "liberty.order")))]
)
def test_smoke_is_silent_on_pages_that_are_whole(contract: Contract, liberty: str) -> None:
    found = verdict(contract, reference_with(*filter(None, [liberty])), "smoke", "limit_bounds")
    assert [] == causes(found)
    assert Outcome.PASSED == next(item.outcome for item in found.requirements if item.id == COMPLETE)


def test_smoke_follows_few_pages_however_many_there_are(contract: Contract) -> None:
    followed: list[Call] = []
    verdict(contract, lambda given: Reference(given, faults=[endless_pages(followed)]), "smoke", "limit_bounds")
    assert 2 * (FEW - 1) == len(followed)


@pytest.mark.parametrize(
    ("fault", "how"),
    [
        ("image.list.going-on.size.desc.ties", "of-equal-values"),
        ("image.list.going-on.disk_format.asc.nulls", "without-a-value"),
        ("image.list.going-on.name.asc.case", "that-differ-in-case"),
        ("image.list.going-on.skips", "between-pages"),
    ],
)
def test_what_pages_lose_is_one_cause_titled_by_what_it_has_in_common(contract: Contract, fault: str, how: str) -> None:
    assert causes(verdict(contract, reference_with(fault))) == [(COMPLETE, "lost-in-pages", how)]


def test_what_is_lost_after_a_delete_is_told_as_that(contract: Contract) -> None:
    found = verdict(contract, reference_with("image.list.going-on.unsorted.gone-ends"))
    assert causes(found) == [(COMPLETE, "lost-while-changing", "")]


def test_a_page_that_is_refused_after_a_delete_is_advice(contract: Contract) -> None:
    found = verdict(contract, reference_with("liberty.paging.gone-marker"))
    assert causes(found) == []
    assert {item.requirement for item in found.findings} == {"image.list.page.deleted"}


def test_what_others_move_while_a_list_is_walked_is_nobodys_loss(contract: Contract) -> None:
    """Others have an image at the end of every second page that is gone when the next one is asked for, and the list begins
    again there."""
    others: list[str] = []

    def answer(call: Call, answer: Answer, store: ImageStore) -> Answer:
        query = dict(call.query)
        if call.operation != "image.list" or answer.status != 200 or "name" in query or query.get("limit") != "2":
            return answer
        if query.get("marker", "") in others:
            again = {name: value for name, value in query.items() if name != "marker"}
            return replace(answer, body={**answer.body, "images": [], "next": f"/v2/images?{urlencode(again)}"})
        if "marker" in query and len(others) < 3 and len(answer.body["images"]) == 2:
            others.append(str(uuid4()))
            rows = [answer.body["images"][0], {**answer.body["images"][1], "id": others[-1], "name": "theirs"}]
            follows = f"/v2/images?{urlencode({**query, 'marker': others[-1]})}"
            return replace(answer, body={**answer.body, "images": rows, "next": follows})
        return answer

    def handle(call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
        return Answer(200, {"images": []}) if dict(call.query).get("marker") in others else None

    disturbed = Fault("disturbed", (), "others move pages", Hooks(handle=handle, answer=answer))
    found = verdict(contract, lambda given: Reference(given, faults=[disturbed]))
    assert len(others) > 1
    assert causes(found) == []


def with_ghosts(after: Callable[[str], str], *, refusing: bool = False) -> Fault:
    """Each page of all images that goes on ends with a row of an image that is not there, its id made from that of the row
    before it. The page after it has lost an image of ours; with `refusing` there is none, for the ghost is no marker."""
    ghosts: set[str] = set()

    def handle(call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
        if refusing and call.operation == "image.list" and dict(call.query).get("marker") in ghosts:
            raise Refused(400, "There is no such marker.")
        return None

    def answer(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        query = dict(call.query)
        if call.operation != "image.list" or answer.status != 200 or "name" in query or "limit" not in query:
            return answer
        body = dict(answer.body)
        rows = body["images"] if "marker" not in query or refusing else without_one_of_ours(body["images"])
        if "next" in body and rows:
            ghost = after(rows[-1]["id"])
            ghosts.add(ghost)
            links = {"self": f"/v2/images/{ghost}", "file": f"/v2/images/{ghost}/file"}
            rows = [*rows, {**rows[-1], "id": ghost, "name": "not there", **links}]
            if refusing:
                body["next"] = f"/v2/images?{urlencode({**query, 'marker': ghost})}"
        return replace(answer, body={**body, "images": rows})

    return Fault("ghosts", (COMPLETE,), "pages end with what is not there", Hooks(handle=handle, answer=answer))


def without_one_of_ours(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ours = [row for row in rows if str(row.get("name")).startswith("conformance-")]
    return [row for row in rows if row not in ours[:1]]


def always_the_same(own: str) -> str:
    return str(uuid5(NAMESPACE_URL, own))


def test_a_row_of_what_is_not_there_excuses_no_loss(contract: Contract) -> None:
    fault = with_ghosts(always_the_same)
    found = verdict(contract, lambda given: Reference(given, faults=[fault]))
    assert {(COMPLETE, "lost-in-pages")} == {cause[:2] for cause in causes(found)}


def test_a_page_that_is_refused_after_a_row_of_what_is_not_there_leads_nowhere(contract: Contract) -> None:
    fault = with_ghosts(always_the_same, refusing=True)
    found = verdict(contract, lambda given: Reference(given, faults=[fault]))
    assert {(COMPLETE, "leads-nowhere")} == {cause[:2] for cause in causes(found)}


def complete(found: Verdict) -> RequirementResult:
    return next(item for item in found.requirements if item.id == COMPLETE)


def test_orders_that_others_have_disturbed_each_time_are_told(contract: Contract) -> None:
    found = verdict(contract, reference_with("liberty.cloud.busy"))
    assert ([], Outcome.PASSED) == (causes(found), complete(found).outcome)
    assert "lists-disturbed" in [note.kind for note in found.notes]


def test_a_list_is_not_known_to_be_whole_where_others_have_disturbed_it_of_whom_nothing_is_there(
    contract: Contract,
) -> None:
    fault = with_ghosts(lambda _own: str(uuid4()))
    found = verdict(contract, lambda given: Reference(given, faults=[fault]))
    assert ([], Outcome.NOT_EXERCISED) == (causes(found), complete(found).outcome)
    assert "changed-by-others" in str(complete(found).reason)


@contextmanager
def stranger() -> Iterator[socket.socket]:
    """A socket that listens, and that nobody is to connect to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield server


def test_a_next_that_leads_away_is_one_cause_and_nothing_is_sent_there(contract: Contract) -> None:
    with stranger() as server:
        port = server.getsockname()[1]

        def away(call: Call, answer: Answer, _store: ImageStore) -> Answer:
            if call.operation != "image.list" or answer.status != 200:
                return answer
            links = {
                name: f"http://127.0.0.1:{port}{answer.body[name]}" for name in ("next", "first") if name in answer.body
            }
            return replace(answer, body={**answer.body, **links})

        fault = Fault("away", (COMPLETE,), "links lead away", Hooks(answer=away))
        found = verdict(contract, lambda given: Reference(given, faults=[fault]))
        assert causes(found) == [(COMPLETE, "leads-elsewhere", "another-origin")]
        with pytest.raises(TimeoutError):
            server.accept()
