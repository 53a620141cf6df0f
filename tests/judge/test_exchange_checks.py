"""Each check of an exchange fails on an answer that is wrong and stays silent on one that is right."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import conformance.judge.exchange_checks  # noqa: F401  declares the checks
from conformance.judge.registry import judge_exchange
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Class, Part
from conformance.model.jsonvalue import FORMATS, moment, valid
from conformance.model.message import DISCOVERY, Exchange, Headers
from conformance.model.phrase import Phrase, Value

JSON = "application/json"
Build = Callable[..., Exchange]
ID = "4d5d0496-d499-4407-a79b-013c4f89200c"
IMAGE: dict[str, Any] = {
    "status": "queued",
    "name": "a",
    "tags": [],
    "container_format": None,
    "created_at": "2021-02-25T11:28:54Z",
    "size": None,
    "disk_format": "qcow2",
    "updated_at": "2021-02-25T11:28:54Z",
    "visibility": "private",
    "self": f"/v2/images/{ID}",
    "min_disk": 1,
    "protected": False,
    "id": ID,
    "file": f"/v2/images/{ID}/file",
    "checksum": None,
    "owner": "o",
    "virtual_size": None,
    "min_ram": 5,
    "schema": "/v2/schemas/image",
}
LOCATION = {"Location": f"/v2/images/{ID}"}


NO_TOKEN = (Part("token", Class.broken("missing")),)
"""The class of the requests here: they carry no header."""


def failures(exchange: Exchange, contract: Contract) -> list[tuple[str, Deviation]]:
    looks = judge_exchange(exchange, contract)
    return [(item.requirement, item.deviation) for item in looks if item.deviation is not None]


def wrong(kind: str, place: str = "", **terms: Value) -> Deviation:
    return Deviation(kind, place=place, terms=tuple(terms.items()))


def carrying(kind: str, **terms: Value) -> Deviation:
    return wrong("no-envelope", carries=Phrase.of(kind, **terms))


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def error(status: int, **changes: Any) -> bytes:
    titles = {400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 500: "Internal Server Error"}
    return body({"error": {"message": "No.", "code": status, "title": titles.get(status, "?"), **changes}})


def test_a_right_create_is_silent_and_looked_at(contract: Contract, exchange: Build) -> None:
    made = exchange("image.create", 201, body(IMAGE), LOCATION, method="POST")
    assert failures(made, contract) == []
    looked = {item.requirement for item in judge_exchange(made, contract)}
    assert {f"image.create.response.201.{name}" for name in IMAGE} <= looked


@pytest.mark.parametrize("name", sorted(IMAGE))
def test_each_member_that_is_missing_is_a_finding_of_its_own(contract: Contract, exchange: Build, name: str) -> None:
    made = exchange(
        "image.create", 201, body({key: value for key, value in IMAGE.items() if key != name}), LOCATION, method="POST"
    )
    assert (f"image.create.response.201.{name}", wrong("missing", name)) in failures(made, contract)


@pytest.mark.parametrize(
    ("name", "value", "deviation"),
    [
        ("min_disk", "1", wrong("type", "min_disk", **{"is": "string", "wanted": "integer"})),
        ("protected", "no", wrong("type", "protected", **{"is": "string", "wanted": "boolean"})),
        ("id", "7", wrong("format", "id", wanted="uuid")),
        ("created_at", "2021-02-25 11:28", wrong("format", "created_at", wanted="date-time")),
        ("size", -1, wrong("breaks", "size", keyword="minimum")),
        ("status", "sleeping", wrong("breaks", "status", keyword="enum")),
        ("file", f"/v2/images/{ID}", wrong("not-of-the-id", "file")),
        ("self", "/v2/images/other", wrong("not-of-the-id", "self")),
        ("schema", "/v2/schemas/flavor", wrong("another-resource", "schema")),
        ("updated_at", "2020-01-01T00:00:00Z", wrong("before", "updated_at", earlier="created_at")),
        ("tags", "a", wrong("type", "tags", **{"is": "string", "wanted": "array"})),
        ("name", 7, wrong("type", "name", **{"is": "integer", "wanted": "null or string"})),
    ],
)
def test_a_member_that_is_wrong_is_found(
    contract: Contract, exchange: Build, name: str, value: Any, deviation: Deviation
) -> None:
    made = exchange("image.create", 201, body({**IMAGE, name: value}), LOCATION, method="POST")
    assert (f"image.create.response.201.{name}", deviation) in failures(made, contract)


def test_links_may_carry_the_endpoint_in_front(contract: Contract, exchange: Build) -> None:
    absolute = {
        **IMAGE,
        "self": f"https://cloud/image/v2/images/{ID}",
        "file": f"https://cloud/image/v2/images/{ID}/file",
    }
    assert failures(exchange("image.create", 201, body(absolute), LOCATION, method="POST"), contract) == []


def test_an_answer_about_another_image_is_found(contract: Contract, exchange: Build) -> None:
    other = "00000000-0000-4000-8000-000000000000"
    made = exchange("image.patch", 200, body(IMAGE), method="PATCH", url=f"http://cloud/v2/images/{other}")
    assert failures(made, contract) == [("image.patch.response.200.id", wrong("another-id", "id"))]


def test_items_of_a_list_are_judged_and_named_by_index(contract: Contract, exchange: Build) -> None:
    made = exchange(body=body({"images": [{"id": ID, "name": "a"}, {"id": ID}]}))
    assert [("image.list.response.200.images.name", "images[1].name")] == [
        (requirement, deviation.path) for requirement, deviation in failures(made, contract)
    ]


def test_an_empty_list_says_nothing_about_items(contract: Contract, exchange: Build) -> None:
    looked = {item.requirement for item in judge_exchange(exchange(body=body({"images": []})), contract)}
    assert "image.list.response.200.images" in looked
    assert "image.list.response.200.images.id" not in looked


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


@pytest.mark.parametrize("status", [302, 410, 413, 415, 418, 429])
def test_an_undocumented_status_is_a_finding_of_its_own_kind(contract: Contract, exchange: Build, status: int) -> None:
    deviation = Deviation("undocumented-status", "image.list", status, request=NO_TOKEN)
    assert ("status.documented", deviation) in failures(exchange(status=status, body=error(status)), contract)


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


def test_an_image_found_by_another_spelling_of_its_id_is_that_image(contract: Contract, exchange: Build) -> None:
    shown = exchange("image.patch", 200, body(IMAGE), method="PATCH", url=f"http://image/v2/images/{ID}%0A")
    other = exchange("image.patch", 200, body({**IMAGE, "id": ID[:-1] + "d"}), url=f"http://image/v2/images/{ID}%0A")
    told = [[item.kind for _, item in failures(made, contract)] for made in (shown, other)]
    assert [False, True] == ["another-id" in kinds for kinds in told]


def test_another_success_breaks_the_promise_of_the_operation(contract: Contract, exchange: Build) -> None:
    found = failures(exchange("image.delete", 202, method="DELETE"), contract)
    assert [("image.delete.response.204", Deviation("another-success", status=202))] == found


def test_a_server_error_is_found_whatever_it_carries(contract: Contract, exchange: Build) -> None:
    deviation = Deviation("server-error", "image.list", 500, request=NO_TOKEN)
    assert [("status.server-error", deviation)] == failures(exchange(status=500, body=error(500)), contract)


def test_a_number_that_is_no_status_is_found(contract: Contract, exchange: Build) -> None:
    assert ("status.class", wrong("no-http-status")) in failures(exchange(status=600), contract)


def test_a_success_that_is_an_error_is_found(contract: Contract, exchange: Build) -> None:
    assert ("status.success", wrong("envelope-in-a-success")) in failures(exchange(body=error(404)), contract)


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


@pytest.mark.parametrize(("content", "length"), [(b"x", "1"), (b"", "5")])
def test_a_204_with_a_body_is_found(contract: Contract, exchange: Build, content: bytes, length: str) -> None:
    made = exchange(
        "image.delete", 204, content, {"Content-Length": length, "Content-Type": "text/plain"}, method="DELETE"
    )
    assert ("image.delete.empty", wrong("not-empty")) in failures(made, contract)


@pytest.mark.parametrize("content", [b"{", b"\xff", b'{"images": NaN}', b"[" * 100_000, b"1" * 5000])
def test_a_body_that_cannot_be_read_is_found_and_never_raises(
    contract: Contract, exchange: Build, content: bytes
) -> None:
    assert any(name == "image.list.response.200" for name, _ in failures(exchange(body=content), contract))


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
    ("text", "good"),
    [
        ("2021-02-25T11:28:54Z", True),
        ("2021-02-25T11:28:54.123456+08:00", True),
        ("20210225T112854Z", True),
        ("2021-02-25T11:28:54", False),
        ("2021-02-25", False),
        ("2021-13-25T11:28:54Z", False),
        ("now", False),
    ],
)
def test_a_moment_is_iso_8601_with_an_offset(text: str, good: bool) -> None:
    assert good is (moment(text) is not None)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(IMAGE)), inner, max_size=6),
        max_leaves=10,
    )
)
def test_both_validators_give_the_same_answer(contract: Contract, value: Any) -> None:
    checker = jsonschema.FormatChecker(formats=())
    for name, check in FORMATS.items():
        checker.checks(name)(lambda text, check=check: not isinstance(text, str) or check(text))
    for operation in contract.operations.values():
        for spec in operation.responses:
            if spec.schema is not None:
                oracle = jsonschema.Draft202012Validator(spec.schema, format_checker=checker)
                assert oracle.is_valid(value) is valid(spec.schema, value)


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
