"""A list of a resource beside its own is held to what it promises itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conformance.contract.resources import lists_of
from conformance.model.contract import Contract
from conformance.model.verdict import Verdict
from conformance.proof.bank import bank
from conformance.services.fault import Hooks
from conformance.services.generic.subjects import resources_of
from conformance.services.wire import Answer, Call

Run = Callable[..., Verdict]


def test_all_that_lists_the_whole_of_a_collection_lists_it(goods: Contract) -> None:
    assert ["crate.list", "crate.detail"] == [item.list for item in lists_of(goods, goods.resources["crate"])]
    assert ["seal.list"] == [item.list for item in lists_of(goods, goods.resources["seal"])]
    assert () == lists_of(goods, goods.resources["hall"])


def test_a_case_that_asks_for_a_list_runs_for_each(goods: Contract) -> None:
    crates = [item.list for item in resources_of(goods, ("list",)) if item.name == "crate"]
    assert ["crate.list", "crate.detail"] == crates
    assert ["crate.list"] == [item.list for item in resources_of(goods, ("create",)) if item.name == "crate"]


def places(verdict: Verdict) -> set[tuple[str, str]]:
    """(requirement, kind) of each finding."""
    return {(name, group.deviation.kind) for group in verdict.findings for name in group.requirements}


@pytest.mark.parametrize(
    ("fault", "selection", "due"),
    [
        ("crate.detail.rows.first-lost", "another_list and crate.detail", ("crate.detail.complete", "not-listed")),
        ("crate.detail.rows.twice", "another_list and crate.detail", ("crate.detail.complete", "listed-twice")),
        ("crate.detail.limit.one-more", "pages and crate.detail", ("crate.detail.query.limit", "larger-page")),
        ("crate.detail.marker.loses", "pages and crate.detail", ("crate.detail.complete", "lost-in-pages")),
    ],
)
def test_a_fault_of_that_list_alone_is_seen(
    run: Run, goods: Contract, fault: str, selection: str, due: tuple[str, str]
) -> None:
    assert due in places(run(bank(goods)[fault].hooks, "test_lists", selection))


def test_the_reference_lists_all_in_detail(run: Run) -> None:
    verdict = run(Hooks(), "test_lists", "crate.detail")
    assert set() == places(verdict)
    asked = {
        item.request.url.rpartition("/")[2].partition("=")[0]
        for item in verdict.exchanges
        if item.operation == "crate.detail"
    }
    assert {"detail", "detail?limit"} <= asked


def test_what_is_deleted_a_little_later_is_listed_in_detail_until_then(run: Run) -> None:
    held: list[Answer] = []

    def answer(call: Call, answer: Answer, _store: object) -> Answer:
        if call.operation == "crate.detail" and answer.status < 300:
            held.append(answer)
            if len(held) in {2, 3}:  # once after the delete, and once more
                return held[0]
        return answer

    assert set() == places(run(Hooks(answer=answer), "test_lists", "another_list and crate.detail"))
