"""Whatever a document holds, its specs are valid OpenAPI, they load, and each of their promises has lines."""

from __future__ import annotations

import json
from typing import Any

import hypothesis.strategies as st
import jsonschema
from checkout import SCHEMAS
from document.described_documents import document_of, example_of, operation_of, row_of, table_of
from hypothesis import Phase, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from ruamel.yaml import YAML

from conformance.contract.extraction import extract
from conformance.contract.openapi import service_specs
from conformance.contract.services import operations_of
from conformance.contract.specs import LEDGER, load_contract
from conformance.document import ApiOperation, Common, Document, Example, Row, StatusCode, Table
from conformance.document.contradictions import DEFAULTS, contradictions
from conformance.document.model import Position

NAMES = st.sampled_from(
    ["id", "name", "server", "server.id", "servers[].id", "servers[0].name", "a.b.c", "server_id", "server-id", "Accept",
     "Content-Type", "X-Subject-Token", "<key>", "metadata.{key}", "[].id", "links", "名称", "..", "$ref", "x-y"]
)  # fmt: skip
TYPES = st.sampled_from([None, "String", "integer", "array", "array of objects", "List<String>", "object", "uuid", "bogus", "null", "enum", "string or null", "Boolean"])  # fmt: skip
TEXTS = st.sampled_from(
    ["", "取值范围：a、b。", "默认值为c", "取值范围：a、b，默认值为c", "范围 9~1", "范围 1~9，默认值 20", "最大长度3，默认值abcdef",
     "UUID，默认值为x", "可为空", "大于3", "取值为1、2，默认值：3", "正则表达式：^(a$", "ISO8601，默认值为now", "仅当存在时返回", "默认为true"]
)  # fmt: skip
PATHS = st.sampled_from(
    ["/v2/servers", "/v2/servers/{server_id}", "/v2/servers/{id}", "/v2.1/servers", "/v2/servers/{id}/action", "/v2/{}/x",
     "/v2/{a}/{a}", "/v2/x{y", "/", "/v2", "v2/servers/:id", "/v2/servers/<id>", "", "/v3/auth/tokens", "/{a}.json", "/a b",
     "/v2/{tenant}/servers", "/名称/{编号}", "/v3/users?x=y", "/v2/servers/{id}/action/"]
)  # fmt: skip
METHODS = st.sampled_from(["GET", "POST", "POST", "PUT", "PATCH", "DELETE", "HEAD", "COPY", "", "OPTIONS"])
CODES = st.sampled_from([200, 201, 202, 204, 300, 400, 403, 404, 409, 413, 500])
VALUES = st.sampled_from(
    [{}, [], {"server": {"id": "x", "name": None}}, {"servers": [{"id": 1}]}, {"reboot": {}}, {"stop": None}, [{"op": "a", "path": "b"}],
     {"id": "x", "a/b": {"~": [1, {}]}}, 3, None, "text", {"error": {"code": 404}}]
)  # fmt: skip


def rows() -> st.SearchStrategy[Row]:
    return st.builds(
        row_of,
        NAMES,
        TYPES,
        st.sampled_from([None, True, False]),
        TEXTS,
        depth=st.integers(0, 2),
        place=st.sampled_from([Position.OPEN, Position.OPEN, *Position]),
        default=st.sampled_from([None, None, "-", "a", "3", "true", "两个词"]),
        constraint=st.sampled_from([None, "1-3", "a, b", "[1, 2]"]),
        deprecated=st.booleans(),
        since=st.sampled_from([None, "2.37"]),
    )


def tables() -> st.SearchStrategy[list[Table]]:
    one = st.builds(
        lambda rows, place, owner: table_of(*rows, place=place, owner=owner),
        st.lists(rows(), min_size=1, max_size=4),
        st.sampled_from([Position.OPEN, Position.OPEN, *Position]),
        st.sampled_from(["", "", "server", "nowhere.at.all", "servers[]"]),
    )
    return st.lists(one, max_size=2)


def examples() -> st.SearchStrategy[list[Example]]:
    return st.lists(
        st.one_of(
            st.builds(example_of, VALUES),
            st.just(example_of(None, "text", "no JSON")),
            st.just(example_of(None, "request", "GET /v2/servers?name=x&server_id=1")),
        ),
        max_size=2,
    )


def operations() -> st.SearchStrategy[ApiOperation]:
    return st.builds(
        operation_of,
        METHODS,
        PATHS,
        asks=tables(),
        answers=tables(),
        sent=examples(),
        shown=st.lists(st.builds(example_of, VALUES), max_size=2),
        codes=st.lists(CODES, max_size=2),
        errors=st.lists(CODES, max_size=2),
        deprecated=st.booleans(),
        since=st.sampled_from([None, "2.1"]),
    )


def commons() -> st.SearchStrategy[Common]:
    calls = [
        example_of(None, "request", "POST https://host/v3/auth/tokens"),
        example_of({"error": {"code": 404, "message": "m"}}),
    ]
    codes = tuple(StatusCode(code, "Not Found", 5, 5) for code in (200, 300, 404, 404))
    table = table_of(row_of("Host", "String", False), row_of("Content-Type", "String", True))
    return st.builds(
        Common,
        st.sampled_from([None, table]),
        st.sampled_from([None, table_of(row_of("RequestId"))]),
        st.sampled_from([None, table_of(row_of("GET", None), row_of("HEAD", None))]),
        st.sampled_from([(), codes]),
        st.sampled_from([(), tuple(calls)]),
        st.just(()),
    )


FEW = settings(max_examples=120, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
"""Documents are large, and what is wrong with one is seen without making it small first."""

DOCUMENTS = st.builds(
    lambda operations, common, version: document_of(*operations, common=common, version=version),
    st.lists(operations(), min_size=1, max_size=6),
    commons(),
    st.sampled_from(["", "6.0"]),
)


@given(DOCUMENTS)
@FEW
def test_the_specs_of_any_document_are_valid(document: Document) -> None:
    ids: list[str] = []
    for spec in service_specs(document).values():
        assert [error.message for error in OpenAPIV31SpecValidator(spec).iter_errors()] == []
        ids += [operation["operationId"] for _, _, operation in operations_of(spec)]
    assert len(ids) == len(set(ids))


@given(DOCUMENTS)
@FEW
def test_every_contradiction_of_any_document_has_lines_and_a_default(document: Document) -> None:
    for item in contradictions(document):
        assert item.kind in DEFAULTS
        assert item.lines
        assert item.text


@given(document=DOCUMENTS)
@settings(FEW, max_examples=25)
def test_the_specs_of_any_document_are_written_and_load(tmp_path_factory: Any, document: Document) -> None:
    out = tmp_path_factory.mktemp("any")
    extract(document, out, lambda requirements: {item.id: ("x",) for item in requirements})
    contract = load_contract(out)
    written = [item for spec in service_specs(document).values() for item in operations_of(spec)]
    assert len(contract.operations) == len(written)
    assert all(item.source for item in contract.requirements.values())
    ledger = YAML(typ="safe", pure=True).load(out / LEDGER)
    rules = jsonschema.Draft202012Validator(json.loads((SCHEMAS / "ledger.schema.json").read_text()))
    if contract.requirements:  # where no operation has an address, nothing is promised
        assert [error.message for error in rules.iter_errors(ledger)] == []
