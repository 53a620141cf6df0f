"""Requests are drawn for any contract: here servers, with other members and parameters than images have."""

from __future__ import annotations

import json
from typing import Any

import pytest
from draws import examples

from conformance.contract.resources import resources_of
from conformance.generate import NAME, Aim, Draft, Marks, aims
from conformance.generate.combinations import change_rows, create_rows
from conformance.judge.partition import parts
from conformance.model.contract import Authority, Contract, Operation, Parameter, ResponseSpec, Schema
from conformance.model.equivalence import Part, Standing
from conformance.model.message import Headers, Request

JSON_TYPE = "application/json"
PATCH_TYPE = "application/json-patch+json"
SENT = {
    "title": {"type": "string", "maxLength": 64},
    "cores": {"type": "integer", "minimum": 1, "maximum": 64},
    "size": {"type": "string", "enum": ["small", "large"]},
}
PATCH_SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["op", "path"],
        "properties": {"op": {"type": "string", "enum": ["add", "replace", "remove", "test"]}, "path": {}, "value": {}},
    },
}
MARKS = Marks(name="title", never_sent={"size": ("large",)})


def operation(name: str, method: str, path: str, **rest: Any) -> Operation:
    shown = {"type": "object", "properties": {"id": {"type": "string"}, **SENT, "state": {"type": "string"}}}
    listed = {"type": "object", "properties": {"servers": {"type": "array", "items": shown}}}
    single = "{" in path
    identity = Parameter("server_id", "path", True, {"type": "string"}, Authority.DOCUMENT, ())
    return Operation(
        id=f"server.{name}",
        method=method,
        path=path,
        service="server",
        authority=Authority.DOCUMENT,
        source=(),
        responses=(ResponseSpec(200, JSON_TYPE, listed if name == "list" else shown, (), Authority.DOCUMENT, ()),),
        **{"parameters": (identity,) if single else (), **rest},
    )


def contract(change: Schema | None = PATCH_SCHEMA) -> Contract:
    limit = Parameter("most", "query", False, {"type": "integer", "minimum": 0}, Authority.DOCUMENT, ())
    operations = (
        operation("list", "GET", "/servers", parameters=(limit,), upstream_query=("zone",)),
        operation(
            "create",
            "POST",
            "/servers",
            request_media_type=JSON_TYPE,
            request_schema={"type": "object", "properties": SENT, "required": ["cores"]},
        ),
        operation("show", "GET", "/servers/{server_id}"),
        operation("patch", "PATCH", "/servers/{server_id}", request_media_type=PATCH_TYPE, request_schema=change),
        operation("delete", "DELETE", "/servers/{server_id}"),
    )
    return Contract(
        name="servers",
        version="1",
        sha256="",
        operations={item.id: item for item in operations},
        error_codes={},
        envelope={},
        requirements={},
        document={},
        services=("server",),
        resources=resources_of(operations),
    )


CONTRACT = contract()
RESOURCE = CONTRACT.resources["server"]
AIMS = aims(CONTRACT, RESOURCE, MARKS)


def found(aim: Aim, draft: Draft) -> set[Part]:
    item = CONTRACT.operations[aim.operation]
    fields = {"X-Auth-Token": "t", **({"Content-Type": item.request_media_type} if item.request_media_type else {})}
    fields = {name: value for name, value in {**fields, **draft.headers}.items() if value is not None}
    url = f"http://cloud{item.path.replace('{server_id}', draft.path)}?{draft.query}"
    sent = Request(item.method, url, Headers.of(fields), draft.body, item.id, "main")
    return {part for part in parts(sent, CONTRACT) if part.standing is Standing.BROKEN}


def test_every_operation_has_its_aims() -> None:
    assert {"server.list", "server.create", "server.patch", "server.show", "server.delete"} == {
        aim.operation for aim in AIMS
    }


def test_every_member_and_parameter_of_the_contract_is_tried_and_none_besides() -> None:
    places = {aim.place for aim in AIMS if aim.operation in {"server.create", "server.list"}}
    ours = {"members together", "body", "content-type", "query"}
    assert {*SENT, "most", "state"} <= places
    assert places - ours == {*SENT, "id", "most", "state"}


@pytest.mark.parametrize("aim", [pytest.param(aim, id=aim.name) for aim in AIMS])
def test_a_request_breaks_what_it_is_drawn_to_break_and_nothing_else(aim: Aim) -> None:
    due = set(aim.request) if aim.due is Standing.BROKEN and not aim.by_state else set()
    for draft in examples(aim.drafts, 8):
        assert due == found(aim, draft), draft


def test_a_name_is_the_mark_where_it_is_not_what_is_tried() -> None:
    tried = [aim for aim in AIMS if aim.operation == "server.create" and aim.place == "cores"]
    names = {json.loads(draft.body)["title"] for aim in tried for draft in examples(aim.drafts, 8)}
    assert names == {NAME}


def test_a_required_member_is_in_every_create_but_in_those_that_lack_it() -> None:
    tried = [aim for aim in AIMS if aim.operation == "server.create" and aim.place in {"title", "size", "state"}]
    assert all("cores" in json.loads(draft.body) for aim in tried for draft in examples(aim.drafts, 8))
    [missing] = [
        aim
        for aim in AIMS
        if aim.operation == "server.create" and aim.held.rule == "missing" and aim.due is Standing.BROKEN
    ]
    assert missing.place == "cores"


def test_what_is_never_sent_is_in_no_request() -> None:
    assert [aim.name for aim in AIMS for draft in examples(aim.drafts, 8) if b"large" in draft.body.lower()] == []


def test_without_a_json_patch_no_change_is_drawn() -> None:
    merging = contract(change={"type": "object", "properties": SENT})
    assert not [aim for aim in aims(merging, merging.resources["server"], MARKS) if aim.place.startswith("/")]


def test_rows_are_made_of_the_members_of_the_contract() -> None:
    assert {*SENT, "id", "property"} == set(create_rows(CONTRACT, RESOURCE, MARKS)[0])
    assert {*SENT, "property"} == set(change_rows(CONTRACT, RESOURCE, MARKS)[0])
