"""Whole lists against references that lose images between pages, and one whose links lead away."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from rich.console import Console
from targets import reference_with

from conformance.model.contract import Contract
from conformance.model.verdict import Verdict
from conformance.proof.reference import Reference
from conformance.run.embedded import Embed
from conformance.run.runner import run_cases
from conformance.run.session import Options, Session
from conformance.services.fault import Fault, Hooks
from conformance.services.image.pagewalk import COMPLETE
from conformance.services.image.target.store import ImageStore
from conformance.services.wire import Answer, Call
from conformance.target.cloud import Settings


def verdict(contract: Contract, embedded: Embed) -> Verdict:
    """Of the cases of whole lists."""
    options = Options(
        Settings(reference=True), "gate", 1, selection="test_whole_list", embedded=embedded, explore=False
    )
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
