"""The history of the resources of a run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.judge import history
from conformance.judge.history import ResourceHistory, histories
from conformance.judge.sent import partitioned
from conformance.model.contract import Contract
from conformance.model.message import Exchange, Headers, Request, Response

FIRST, SECOND = (f"4d5d0496-d499-4407-a79b-{number:012x}" for number in (1, 2))


class Run:
    """Exchanges one after the other, about images."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def send(self, method: str, operation: str, path: str, status: int, body: Any = None, answer: Any = None) -> None:
        headers = Headers.of({"X-Auth-Token": "t", "Content-Type": "application/json"})
        data = json.dumps(body).encode() if body is not None else b""
        request = Request(method, f"http://cloud/v2/images{path}", headers, data, operation, "main")
        response = Response(status, body=json.dumps(answer or {}).encode())
        self.exchanges.append(Exchange(len(self.exchanges) + 1, request, response))

    def make(self, own: str, **body: Any) -> None:
        self.send("POST", "image.create", "", 201, body, {"id": own})

    def show(self, own: str, status: int = 200) -> None:
        self.send("GET", "image.show", f"/{own}", status)

    def list(self, query: str = "") -> None:
        self.send("GET", "image.list", query, 200, answer={"images": []})

    def pieces(self, contract: Contract) -> list[ResourceHistory]:
        return list(histories(partitioned(self.exchanges, contract), contract))

    def acts(self, contract: Contract) -> dict[int, list[int]]:
        """The number of each exchange that is about something -> those of what was sent to that before."""
        return {
            asked.exchange.number: [act.number for act in asked.acts]
            for piece in self.pieces(contract)
            for asked in piece.asked
        }


@pytest.fixture
def run() -> Run:
    run = Run()
    run.make(FIRST, name="conformance-one")
    run.make(SECOND, name="conformance-two")
    return run


def test_a_request_about_a_resource_comes_after_what_made_that_one(contract: Contract, run: Run) -> None:
    run.show(SECOND)
    assert {3: [2]} == run.acts(contract)


def test_a_list_is_about_all_that_is_there_and_one_by_a_name_about_that_one(contract: Contract, run: Run) -> None:
    run.list()
    run.list("?name=conformance-two")
    assert {3: [1, 2], 4: [2]} == run.acts(contract)


def test_what_was_deleted_has_no_history(contract: Contract, run: Run) -> None:
    run.send("DELETE", "image.delete", f"/{FIRST}", 204)
    run.list()
    run.show(FIRST, 404)
    assert {3: [1], 4: [2], 5: []} == run.acts(contract)


def test_a_long_run_is_looked_at_in_pieces(contract: Contract, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MOST", 3)
    run.show(FIRST)
    run.show(FIRST)
    assert ({3: [1], 4: []}, [1, 1]) == (run.acts(contract), [len(piece.asked) for piece in run.pieces(contract)])
