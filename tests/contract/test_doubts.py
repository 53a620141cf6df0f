"""What the examples of an answer have elsewhere is promised by nobody."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.contract.doubts import without_doubts


def spec(required: list[str], *values: Any, status: str = "200") -> dict[str, Any]:
    media = {
        "schema": {"type": "object", "required": required},
        "examples": {f"e{number}": {"value": value} for number, value in enumerate(values)},
    }
    answer = {"content": {"application/json": media}}
    return {"paths": {"/v3/volumes": {"get": {"operationId": "volume.list", "responses": {status: answer}}}}}


def required_of(found: Any, status: str = "200") -> list[str]:
    media = found["paths"]["/v3/volumes"]["get"]["responses"][status]["content"]["application/json"]
    return list(media["schema"]["required"])


ROWS = ["volumes", "id", "count"]


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ([{"volumes": [{"id": "x"}], "count": 1}], ["volumes", "count"]),
        ([{"volumes": [{"id": "x"}], "id": "y"}], ROWS),
        ([{"volumes": [{"id": "x"}]}, {"volumes": [], "id": "y"}], ROWS),
        ([{"volumes": []}], ROWS),
        ([], ROWS),
    ],
)
def test_what_all_examples_have_inside_alone_is_not_needed(values: list[Any], kept: list[str]) -> None:
    assert required_of(without_doubts({"volume": spec(ROWS, *values)})["volume"]) == kept


def test_what_a_failure_shows_takes_nothing_back() -> None:
    failure = spec(["code"], {"error": {"code": 400}}, status="400")
    assert required_of(without_doubts({"volume": failure})["volume"], "400") == ["code"]


def test_what_a_ruling_says_is_not_doubted() -> None:
    ruled = spec(ROWS, {"volumes": [{"id": "x"}], "count": 1})
    ruled["paths"]["/v3/volumes"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["x-ruling"] = 3
    assert required_of(without_doubts({"volume": ruled})["volume"]) == ROWS
