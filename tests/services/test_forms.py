"""Faults of form: what becomes of an answer, by values, for an operation of a service that there is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from conformance.model.contract import Authority, Contract, Level, Operation, Requirement, ResponseSpec
from conformance.model.requirement_id import Kind
from conformance.services.fault import Fault
from conformance.services.forms import form_faults, header, refusal, without_request_id
from conformance.services.wire import Answer, Call

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["servers"],
    "properties": {
        "servers": {
            "type": "array",
            "items": {
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "state": {"type": ["string", "null"], "enum": ["up", "down", None]},
                    "cores": {"type": "integer", "minimum": 0},
                },
                "required": ["id"],
            },
        },
        "self": {"type": "string", "format": "uri-reference"},
    },
}
CALL = Call("compute", "GET", "/servers", (), {}, b"", operation="server.list")
BODY = {"servers": [{"id": "a", "state": "up", "cores": 1}, {"id": "b"}], "self": "/servers"}
ANSWER = Answer(200, BODY, {"X-Count": "2", "x-openstack-request-id": "req-1"})


def required(place: str, kind: Kind = Kind.RESPONSE) -> Requirement:
    name = f"server.list.response.200.{place}"
    return Requirement(
        name, "", Level.MUST, Authority.DOCUMENT, ((1, 1),), "server.list", kind=kind, place=place, status=200
    )


@pytest.fixture
def faults(contract: Contract) -> dict[str, Fault]:
    spec = ResponseSpec(200, "application/json", SCHEMA, ("X-Count",), Authority.DOCUMENT, ((1, 1),))
    operation = Operation("server.list", "GET", "/servers", "compute", Authority.DOCUMENT, ((1, 1),), responses=(spec,))
    places = ("servers", "servers.id", "servers.state", "servers.cores", "self", "servers.unknown")
    named = [*(required(place) for place in places), required("x-count", Kind.RESPONSE_HEADER)]
    told = replace(contract, requirements={item.id: item for item in named})
    return {item.id: item for item in form_faults(told, operation, lambda call: call.operation == "server.list")}


def answered(fault: Fault, answer: Answer = ANSWER, call: Call = CALL) -> Answer:
    assert fault.hooks.answer is not None
    found: Answer = fault.hooks.answer(call, answer, None)
    return found


def test_each_form_and_each_member_has_its_faults(faults: dict[str, Fault]) -> None:
    forms = {"status", "request-id", "server-error", "media-type", "no-media-type", "encoding", "charset"}
    forms |= {"broken-json", "nan", "array"}
    root = "response.200"
    members = {
        *(f"{root}.servers.{word}" for word in ("missing", "mistyped", "null")),
        *(f"{root}.servers.id.{word}" for word in ("missing", "mistyped", "null", "malformed")),
        *(f"{root}.servers.state.{word}" for word in ("mistyped", "outside")),
        *(f"{root}.servers.cores.{word}" for word in ("mistyped", "null", "negative")),
        *(f"{root}.self.{word}" for word in ("mistyped", "null", "untrue")),
        f"{root}.x-count.missing",
    }
    assert {f"server.list.{name}" for name in forms | members} == faults.keys()


def test_a_fault_of_a_member_changes_it_in_each_item_that_has_it(faults: dict[str, Fault]) -> None:
    changed = answered(faults["server.list.response.200.servers.cores.negative"])
    assert changed.body["servers"] == [{"id": "a", "state": "up", "cores": -1}, {"id": "b"}]
    assert BODY["servers"] == [{"id": "a", "state": "up", "cores": 1}, {"id": "b"}]


def test_a_missing_member_is_missing_in_each_item(faults: dict[str, Fault]) -> None:
    changed = answered(faults["server.list.response.200.servers.id.missing"])
    assert changed.body["servers"] == [{"state": "up", "cores": 1}, {}]


def test_a_missing_header_leaves_the_others(faults: dict[str, Fault]) -> None:
    changed = answered(faults["server.list.response.200.x-count.missing"])
    assert changed.headers == {"x-openstack-request-id": "req-1"}


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("broken-json", b'{"servers": [{"id": "a", "state": "up", "cores": 1}, {"id": "b"}], "self": "/servers'),
        ("nan", b'{"x": NaN}'),
    ],
)
def test_a_fault_of_the_text_changes_the_bytes(faults: dict[str, Fault], word: str, wanted: bytes) -> None:
    assert wanted == answered(faults[f"server.list.{word}"]).encoded()


def test_a_fault_of_a_form_leaves_other_operations_and_other_answers_alone(faults: dict[str, Fault]) -> None:
    refused, other = Answer(404), Call("compute", "GET", "/x", (), {}, b"", operation="server.show")
    for fault in faults.values():
        assert refused is answered(fault, refused)
        assert ANSWER is answered(fault, call=other)


def test_an_operation_without_a_body_may_announce_one(contract: Contract) -> None:
    spec = ResponseSpec(204, None, None, (), Authority.DOCUMENT, ((1, 1),))
    operation = Operation("server.stop", "POST", "/x", "compute", Authority.DOCUMENT, ((1, 1),), responses=(spec,))
    found = {item.id: item for item in form_faults(contract, operation, lambda _call: True)}
    assert {
        "server.stop.status",
        "server.stop.request-id",
        "server.stop.server-error",
        "server.stop.announced-body",
    } == (found.keys())
    assert found["server.stop.announced-body"].breaks == ("server.stop.empty",)
    changed = answered(found["server.stop.announced-body"], Answer(204))
    assert changed.headers == {"Content-Length": "5", "Connection": "close"}


def test_a_header_is_set_whatever_its_case() -> None:
    assert header(ANSWER, "x-count", "3").headers == {"x-openstack-request-id": "req-1", "x-count": "3"}
    assert without_request_id(ANSWER).headers == {"X-Count": "2"}


def test_a_refusal_carries_the_envelope_with_the_documented_phrase(contract: Contract) -> None:
    refused = refusal(contract, 404, ANSWER)
    phrase = contract.error_codes[404].phrase
    assert (404, {"error": {"message": "No.", "code": 404, "title": phrase}}) == (refused.status, refused.body)
