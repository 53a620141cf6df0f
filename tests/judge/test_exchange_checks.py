"""Checks of the status and the headers of an answer: each fails on one that is wrong and is silent on one that is right."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looks import IMAGE, JSON, Build, body, error, failures, wrong

from conformance.judge.registry import judge_exchange
from conformance.model.contract import Contract, ErrorCode
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class, Part
from conformance.model.message import DISCOVERY, Exchange, Headers

NO_TOKEN = (Part("token", Class.broken("missing")),)
"""The class of the requests here: they carry no header."""


@pytest.mark.parametrize("status", [302, 410, 413, 415, 418, 429])
def test_an_undocumented_status_is_a_finding_of_its_own_kind(contract: Contract, exchange: Build, status: int) -> None:
    deviation = Deviation("undocumented-status", "image.list", status, request=NO_TOKEN)
    assert ("status.documented", deviation) in failures(exchange(status=status, body=error(status)), contract)


def test_a_code_that_the_operation_has_for_itself_is_documented_there_and_nowhere_else(
    contract: Contract, exchange: Build
) -> None:
    item = contract.operations["image.list"]
    own = replace(item, errors={418: ErrorCode(418, "A Teapot", 1)})
    given = replace(contract, operations={**contract.operations, item.id: own})
    for operation, status, due in (("image.list", 418, False), ("image.list", 422, True), ("image.create", 418, True)):
        found = failures(exchange(operation, status, body=error(status)), given)
        assert due is any(deviation.kind == "undocumented-status" for _, deviation in found)


TOO_MANY_TAGS = body({"tags": [f"t{number}" for number in range(129)]})


def asked(
    exchange: Build, operation: str, status: int, sent: bytes = b"", path: str = "/v2/images", media: str | None = JSON
) -> Exchange:
    """An exchange whose request has a token, a media type when it has one, and this body."""
    seen = exchange(operation, status, error(status), method="POST" if sent else "GET")
    fields = {"X-Auth-Token": "t", **({"Content-Type": media} if sent and media else {})}
    headers, url = Headers.of(fields), f"http://image{path}"
    return replace(seen, request=replace(seen.request, url=url, body=sent, headers=headers, actor="main"))


@pytest.mark.parametrize(
    ("status", "sent", "path", "media", "requirement"),
    [
        (413, TOO_MANY_TAGS, "/v2/images", JSON, "status.too-much"),
        (413, b'{"name": "%b"}' % (b"x" * 70000), "/v2/images", JSON, "status.too-much"),
        (413, b"{}", "/v2/images", JSON, "status.documented"),
        (413, b'{"min_ram": -1}', "/v2/images", JSON, "status.documented"),
        (422, TOO_MANY_TAGS, "/v2/images", JSON, "status.documented"),
        (414, b"", "/v2/images?limit=1" + "0" * 5000, None, "status.too-much"),
        (414, b"", "/v2/images?limit=1", None, "status.documented"),
        (415, b"{}", "/v2/images", "text/plain", "status.media-type"),
        (415, b"{}", "/v2/images", None, "status.media-type"),
        (415, b"{}", "/v2/images", JSON, "status.documented"),
        (415, TOO_MANY_TAGS, "/v2/images", JSON, "status.documented"),
        (422, b"", "/v2/images?size_min=x", None, "status.unknown-parameter"),
        (422, b"", "/v2/images?no-such=x", None, "status.unknown-parameter"),
        (422, b"", "/v2/images?limit=x", None, "status.documented"),
    ],
)
def test_an_undocumented_status_of_the_right_kind_is_advice(
    contract: Contract, exchange: Build, status: int, sent: bytes, path: str, media: str | None, requirement: str
) -> None:
    made = asked(exchange, "image.create" if sent else "image.list", status, sent, path, media)
    [found] = [name for name, deviation in failures(made, contract) if deviation.kind == "undocumented-status"]
    assert requirement == found
    assert (requirement == "status.documented") is contract.requirements[found].binding


def test_a_refusal_by_a_documented_status_keeps_what_is_advised(contract: Contract, exchange: Build) -> None:
    made = asked(exchange, "image.create", 400, TOO_MANY_TAGS)
    looks = {item.requirement: item.deviation for item in judge_exchange(made, contract)}
    assert (None, None) == (looks["status.too-much"], looks["status.documented"])
    assert "status.media-type" not in looks


@pytest.mark.parametrize(
    ("query", "requirement"),
    [
        ("size_min=x", "status.unknown-parameter"),
        ("no-such=1", "status.unknown-parameter"),
        ("limit=1_0", "status.server-error"),
        ("limit=x", "status.server-error"),
    ],
)
def test_a_server_error_at_what_the_document_does_not_have_is_advice(
    contract: Contract, exchange: Build, query: str, requirement: str
) -> None:
    made = asked(exchange, "image.list", 500, path=f"/v2/images?{query}")
    assert requirement in [name for name, deviation in failures(made, contract) if deviation.kind == "server-error"]


@pytest.mark.parametrize(
    ("query", "status", "wanted"),
    [
        ("limit=1_0", 200, [Part("limit", Class.lenient("other-digits"))]),
        ("sort_key=NAME", 200, [Part("sort_key", Class.lenient("other-case"))]),
        ("foo=1", 200, [Part("query", Class.lenient("unknown-parameter"))]),
        ("limit=1_0", 400, []),
        ("limit=1_0", 500, []),
        ("limit=1_0&sort_dir=up", 200, []),
        ("limit=1", 200, []),
        ("size_min=x", 200, []),
    ],
)
def test_who_takes_another_spelling_is_told_so_as_advice(
    contract: Contract, exchange: Build, query: str, status: int, wanted: list[Part]
) -> None:
    made = asked(exchange, "image.list", status, path=f"/v2/images?{query}")
    found = [deviation.request for name, deviation in failures(made, contract) if name == "image.list.lenient"]
    assert [(part,) for part in wanted] == found
    assert not contract.requirements["image.list.lenient"].binding


def test_another_success_breaks_the_promise_of_the_operation(contract: Contract, exchange: Build) -> None:
    found = failures(exchange("image.delete", 202, method="DELETE"), contract)
    assert [("image.delete.response.204", Deviation("another-success", status=202))] == found


def test_a_server_error_is_found_whatever_it_carries(contract: Contract, exchange: Build) -> None:
    deviation = Deviation("server-error", "image.list", 500, request=NO_TOKEN)
    assert [("status.server-error", deviation)] == failures(exchange(status=500, body=error(500)), contract)


def test_a_number_that_is_no_status_is_found(contract: Contract, exchange: Build) -> None:
    assert ("status.class", wrong("no-http-status")) in failures(exchange(status=600), contract)


@pytest.mark.parametrize("status", [200, 403, 404])
def test_a_call_without_a_token_is_due_401(contract: Contract, exchange: Build, status: int) -> None:
    content = body({"images": []}) if status == 200 else error(status)
    found = failures(exchange(status=status, body=content, actor="anonymous"), contract)
    assert ("auth.required", Deviation("taken-without-a-token", status=status)) in found


def test_a_refused_call_without_a_token_is_silent(contract: Contract, exchange: Build) -> None:
    assert failures(exchange(status=401, body=error(401), actor="anonymous"), contract) == []


@pytest.mark.parametrize(
    "where", [{"x-openstack-request-id": "r"}, {"RequestId": "r"}, {"X-Openstack-Request-ID": "r"}]
)
def test_the_request_id_may_be_any_documented_header(
    contract: Contract, exchange: Build, where: dict[str, str]
) -> None:
    made = exchange(body=body({"images": []}), headers={"x-openstack-request-id": "", **where})
    assert failures(made, contract) == []


def test_the_request_id_may_be_in_the_body(contract: Contract, exchange: Build) -> None:
    made = exchange(body=body({"images": [], "RequestId": "r"}), headers={"x-openstack-request-id": " "})
    assert failures(made, contract) == []


def test_an_answer_without_a_request_id_is_found(contract: Contract, exchange: Build) -> None:
    made = exchange(body=body({"images": []}), headers={"x-openstack-request-id": ""})
    assert failures(made, contract) == [("header.request-id", wrong("no-request-id"))]


@pytest.mark.parametrize(
    ("content", "kind", "deviation"),
    [
        ('{"images": []}'.encode("utf-16"), "application/json", wrong("not-utf-8")),
        (b'{"images": []}', "application/json; charset=gbk", wrong("another-charset")),
    ],
)
def test_another_encoding_is_found(
    contract: Contract, exchange: Build, content: bytes, kind: str, deviation: Deviation
) -> None:
    assert ("encoding.utf-8", deviation) in failures(exchange(body=content, headers={"Content-Type": kind}), contract)


def test_bytes_of_a_file_need_not_be_text(contract: Contract, exchange: Build) -> None:
    made = exchange("image.download", 200, b"\xff\xfe", {"Content-Type": "application/octet-stream"})
    assert failures(made, contract) == []


@pytest.mark.parametrize("kind", ["text/plain", "", "application/xml"])
def test_another_media_type_is_found(contract: Contract, exchange: Build, kind: str) -> None:
    made = exchange(body=body({"images": []}), headers={"Content-Type": kind})
    assert [("header.content-type", wrong("another-media-type", got=kind))] == failures(made, contract)


def test_a_content_length_that_differs_is_found(contract: Contract, exchange: Build) -> None:
    made = exchange(body=body({"images": []}), headers={"Content-Length": "99"})
    assert failures(made, contract) == [("header.content-length", wrong("another-length", "Content-Length"))]


def test_a_promised_header_that_is_missing_is_found(contract: Contract, exchange: Build) -> None:
    made = exchange("image.create", 201, body(IMAGE), method="POST")
    assert failures(made, contract) == [("image.create.response.201.location", wrong("no-header", "Location"))]


def test_discovery_is_judged_only_as_any_answer_is(contract: Contract, exchange: Build) -> None:
    assert (
        failures(
            exchange(DISCOVERY, 302, b"<html>", {"Content-Type": "text/html", "x-openstack-request-id": ""}), contract
        )
        == []
    )


@given(
    st.binary(max_size=60),
    st.integers(100, 699),
    st.sampled_from(["image.list", "image.create", "image.delete", "auth.token", None]),
)
def test_no_answer_makes_a_check_raise(
    contract: Contract, exchange: Build, content: bytes, status: int, operation: str | None
) -> None:
    for item in judge_exchange(exchange(operation, status, content), contract):
        assert item.requirement in contract.requirements


@pytest.mark.parametrize(
    ("headers", "found"),
    [({"Allow": "GET"}, []), ({"Allow": ""}, []), ({}, [("header.allow", wrong("no-header", "Allow"))])],
)
def test_a_405_names_the_methods_that_are_defined(
    contract: Contract, exchange: Build, headers: dict[str, str], found: list[tuple[str, Deviation]]
) -> None:
    refused = exchange("image.list", 405, error(405, title="Method Not Allowed"), headers, method="PUT")
    assert found == [item for item in failures(refused, contract) if item[0] == "header.allow"]


@pytest.mark.parametrize(("status", "fields"), [(206, {"Content-Range": "bytes 0-1/9"}), (416, {})])
def test_a_request_for_a_part_of_a_file_is_answered_as_http_does(
    contract: Contract, exchange: Build, status: int, fields: dict[str, str]
) -> None:
    fields |= {"Content-Type": "application/octet-stream", "x-openstack-request-id": "req-1"}
    answer = exchange("image.download", status, b"ab", fields)
    asked = replace(answer, request=replace(answer.request, headers=Headers.of({"Range": "bytes=0-1"})))
    kinds = [{deviation.kind for _, deviation in failures(item, contract)} for item in (answer, asked)]
    assert kinds[0] & {"another-success", "undocumented-status"}
    assert kinds[1] - {"not-its-media-type"} == set()
