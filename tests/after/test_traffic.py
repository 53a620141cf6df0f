"""What cases made is known by the answers, and until when it was there by the deletions."""

from __future__ import annotations

import json

import pytest

from conformance.after.traffic import Makings
from conformance.model.message import Exchange, Request, Response

ID = "8a1f6a3e-3b0d-4c55-9a51-1d2f3b4c5d6e"


def exchange(
    method: str, path: str, status: int, started: float, case: str = "a.case", elapsed: float = 0.1
) -> Exchange:
    body = json.dumps({"id": ID}).encode() if method == "POST" else b""
    request = Request(method, f"http://cloud{path}", operation="image.any")
    return Exchange(1, request, Response(status, body=body, elapsed=elapsed), started, case)


MADE = exchange("POST", "/v2/images", 201, 1.0)
DELETED = exchange("DELETE", f"/v2/images/{ID}", 204, 5.0, "cleanup")


@pytest.mark.parametrize(
    ("case", "started", "held"),
    [("a.case", 3.0, True), ("another.case", 3.0, False), ("a.case", 4.95, False), ("a.case", 6.0, False)],
)
def test_an_answer_holds_what_its_case_has_made_until_it_is_deleted(case: str, started: float, held: bool) -> None:
    listed = exchange("GET", "/v2/images", 200, started, case)
    assert held == Makings.of([MADE, DELETED]).holds(ID, listed)


def test_what_was_not_made_is_held_by_no_answer() -> None:
    refused = exchange("POST", "/v2/images", 400, 1.0)
    listed = exchange("GET", "/v2/images", 200, 2.0)
    assert [False, False] == [Makings.of(run).holds(ID, listed) for run in ([], [refused])]


@pytest.mark.parametrize("path", [f"/v2/images/{ID}", f"/v2/images/{ID}/file", f"/v2/images?limit=2&marker={ID}"])
def test_a_request_is_about_others_that_names_what_another_case_has_made(path: str) -> None:
    makings = Makings.of([MADE])
    asked = [makings.about_others(exchange("GET", path, 200, 2.0, case)) for case in ("a.case", "another.case")]
    assert [False, True] == asked
