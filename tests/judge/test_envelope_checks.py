"""Checks of the envelope of a failure: what stands in its place, its members, and who owes none."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import pytest
from looks import Build, body, error, failures, wrong

from conformance.contract.ledger import PROVOKED
from conformance.judge.registry import CHECKS
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.message import DISCOVERY
from conformance.model.phrase import Phrase, Value


def carrying(kind: str, **terms: Value) -> Deviation:
    return wrong("no-envelope", carries=Phrase.of(kind, **terms))


@pytest.mark.parametrize(
    ("content", "kind", "deviation"),
    [
        (b"<html></html>", "text/html", carrying("html")),
        (b"no", "text/plain", carrying("plain-text")),
        (b"no", "image/png", carrying("no-json", media_type="image/png")),
        (b"", "text/plain", carrying("empty-body")),
        (
            b'{"message": "no", "code": "404 Not Found", "title": "Not Found"}',
            "application/json",
            carrying("flat-object"),
        ),
        (b'{"fault": {}}', "application/json", carrying("other-object")),
        (b"[]", "application/json", carrying("json-of-type", type="array")),
        (b'{"error": "no"}', "application/json", carrying("inner-of-type", member="error", type="string")),
    ],
)
def test_what_is_no_envelope_is_one_finding(
    contract: Contract, exchange: Build, content: bytes, kind: str, deviation: Deviation
) -> None:
    made = exchange(status=404, body=content, headers={"Content-Type": kind} if content else {})
    assert [("error.envelope", deviation)] == failures(made, contract)


@pytest.mark.parametrize(
    ("change", "name", "deviation"),
    [
        ({"code": 400}, "code", wrong("not-the-status", "error.code")),
        ({"code": "404"}, "code", wrong("type", "error.code", **{"is": "string", "wanted": "integer"})),
        ({"title": "Bad Request"}, "title", wrong("another-phrase", "error.title")),
        ({"message": ""}, "message", wrong("empty", "error.message")),
        ({"message": None}, "message", wrong("type", "error.message", **{"is": "null", "wanted": "string"})),
        ({"code": True}, "code", wrong("type", "error.code", **{"is": "boolean", "wanted": "integer"})),
    ],
)
def test_members_of_the_envelope_are_judged_each(
    contract: Contract, exchange: Build, change: dict[str, Any], name: str, deviation: Deviation
) -> None:
    found = failures(exchange(status=404, body=error(404, **change)), contract)
    assert [(f"error.envelope.{name}", deviation)] == found


def test_a_right_failure_is_silent_and_the_phrase_has_no_case(contract: Contract, exchange: Build) -> None:
    assert failures(exchange(status=404, body=error(404, title="not found")), contract) == []


def test_a_head_owes_no_envelope(contract: Contract, exchange: Build) -> None:
    assert failures(exchange(None, 405, b"", {"Allow": "GET"}, method="HEAD"), contract) == []


def test_a_success_that_is_an_error_is_found(contract: Contract, exchange: Build) -> None:
    assert ("status.success", wrong("envelope-in-a-success")) in failures(exchange(body=error(404)), contract)


def test_a_code_that_cannot_be_provoked_is_judged_where_it_is_met(contract: Contract, exchange: Build) -> None:
    found = failures(exchange("image.list", 503, b"<html>busy</html>", {"Content-Type": "text/html"}), contract)
    assert ("error.503", Deviation("optional-code", status=503, terms=(("carries", Phrase.of("html")),))) in found


@pytest.mark.parametrize(
    ("content", "failed"),
    [({"error": {"message": "Choose.", "code": 300, "title": "Multiple Choices"}}, True), ({"versions": [1]}, False)],
)
def test_a_choice_of_versions_is_no_error(contract: Contract, exchange: Build, content: Any, failed: bool) -> None:
    found = failures(exchange(DISCOVERY, 300, body(content)), contract)
    deviation = Deviation("optional-code", status=300, terms=(("carries", Phrase.of("envelope")),))
    assert (("error.300", deviation) in found) is failed


def test_a_document_that_shows_no_envelope_promises_none(contract: Contract, exchange: Build) -> None:
    silent = replace(contract, envelope={"type": "object"})
    assert silent.failure_object is None
    assert [] == failures(exchange(status=404, body=b"no", headers={"Content-Type": "text/plain"}), silent)
    assert [] == failures(exchange(status=200, body=body({"images": []})), silent)


def test_every_code_that_no_client_can_surely_provoke_is_judged_where_it_is_met() -> None:
    covers = CHECKS["optional-code"].covers
    judged = {code for code in range(300, 600) if any(fnmatchcase(f"error.{code}", item) for item in covers)}
    assert set(range(300, 600)) - judged <= PROVOKED
    assert not {400, 401, 403, 404, 405} & judged
