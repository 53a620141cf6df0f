"""The classes of what a request tries."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from conformance.judge.partition import (
    FURTHER,
    asks_too_much,
    has_too_much,
    has_unknown_parameter,
    kept_members,
    member_schema,
    names_another_media_type,
    nullable,
    parts,
    place_of,
    telling,
)
from conformance.judge.rules import of_type, wrong_type
from conformance.model.contract import Contract
from conformance.model.equivalence import VALID, Class, Part, Standing
from conformance.model.message import Headers, Request

JSON_TYPE = "application/json"
PATCH_TYPE = "application/openstack-images-v2.1-json-patch"
ID = "0f0e0d0c-1a2b-4c3d-8e4f-5a6b7c8d9e0f"


def request(
    operation: str, body: bytes = b"", url: str = "http://cloud:9292/glance/v2/images", **headers: str | None
) -> Request:
    method = {"image.create": "POST", "image.patch": "PATCH", "image.delete": "DELETE"}.get(operation, "GET")
    media = {"image.create": JSON_TYPE, "image.patch": PATCH_TYPE}.get(operation)
    fields = {"X-Auth-Token": "t", **({"Content-Type": media} if media else {})}
    fields |= {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
    for name, value in headers.items():
        if value is None:
            fields.pop(name.replace("_", "-"), None)
    return Request(method, url, Headers.of(fields), body, operation, "main")


def classes(contract: Contract, sent: Request) -> set[Part]:
    """The parts that are not plainly valid."""
    return {part for part in parts(sent, contract) if part.held != VALID}


BROKEN, LENIENT, OPEN = Class.broken, Class.lenient, Class.open
ITEM_TOO_LONG = Class("longer-than", Standing.BROKEN, (("most", 255),), item=True)

MEMBERS: list[tuple[str, Any, Class]] = [
    ("min_ram", "10", wrong_type("numeric string", "integer")),
    ("min_ram", 2**70, BROKEN("far-above-maximum")),
    ("min_ram", 2**31 - 1, Class("boundary")),
    ("min_ram", None, wrong_type("null", "integer")),
    ("disk_format", "RAW", LENIENT("other-case")),
    ("disk_format", None, OPEN("null")),
    ("name", "n" * 256, BROKEN("longer-than", most=255)),
    ("name", "🖼", OPEN("beyond-bmp")),
    ("tags", ["t" * 256], ITEM_TOO_LONG),
    ("tags", [str(number) for number in range(129)], BROKEN("more-items-than", most=128)),
]


@pytest.mark.parametrize(("member", "value", "held"), [*MEMBERS, ("id", "x", BROKEN("format", wanted="uuid"))])
def test_a_value_is_in_the_class_of_its_member(contract: Contract, member: str, value: Any, held: Class) -> None:
    assert {Part(member, held)} == classes(contract, request("image.create", json.dumps({member: value}).encode()))


@pytest.mark.parametrize(("member", "value", "held"), MEMBERS)
def test_the_value_of_an_operation_is_in_the_class_of_the_member_at_its_path(
    contract: Contract, member: str, value: Any, held: Class
) -> None:
    body = json.dumps([{"op": "replace", "path": f"/{member}", "value": value}]).encode()
    sent = request("image.patch", body, f"http://cloud/v2/images/{ID}")
    assert {Part(f"/{member}", held)} == classes(contract, sent)


@pytest.mark.parametrize(
    ("body", "held"),
    [
        (b"", BROKEN("empty")),
        (b"{", BROKEN("not-json")),
        (b'{"name": "\xe9"}', BROKEN("not-utf-8")),
        (b'{"min_ram": NaN}', BROKEN("nan-or-infinity")),
        (b"[" * 70, BROKEN("nested-too-deep")),
        (b'{"tags": ' + b"[" * 2000 + b"]" * 2000 + b"}", BROKEN("nested-too-deep")),
        (b"[1]", wrong_type("array", "object")),
        (b"7", wrong_type("integer", "object")),
        (b"null", wrong_type("null", "object")),
        (b"\0{}", BROKEN("not-json")),
        (b'{"min_ram": 1, "min_ram": 2}', OPEN("member-twice")),
        (b"\xef\xbb\xbf{}", OPEN("byte-order-mark")),
    ],
)
def test_a_body_is_classed_before_its_members(contract: Contract, body: bytes, held: Class) -> None:
    assert Part("body", held) in classes(contract, request("image.create", body))


@pytest.mark.parametrize(("name", "rule"), [("a\ud800", "lone-surrogate"), ("a\0", "nul"), ("a🖼", "beyond-bmp")])
def test_odd_text_is_odd_in_a_name_too(contract: Contract, name: str, rule: str) -> None:
    body = json.dumps({name: "x"}).encode()
    assert {Part("further property", OPEN(rule))} == classes(contract, request("image.create", body))


@pytest.mark.parametrize(
    ("pointer", "more"), [(7, [Part("path", OPEN("type", **{"is": "integer", "wanted": "string"}))]), ("/min_ram", [])]
)
def test_a_pointer_of_an_older_json_patch_is_a_text_too(contract: Contract, pointer: object, more: list[Part]) -> None:
    body = json.dumps([{"replace": pointer, "value": 1}]).encode()
    sent = request("image.patch", body, f"http://cloud/v2/images/{ID}", **{"Content-Type": "application/older"})
    assert {Part("content-type", OPEN("other-media-type")), *more} == classes(contract, sent)


def test_an_integer_of_more_digits_than_python_converts_is_far_above(contract: Contract) -> None:
    body = b'{"min_ram": 1' + b"0" * 5000 + b"}"
    assert {Part("min_ram", BROKEN("far-above-maximum"))} == classes(contract, request("image.create", body))


@pytest.mark.parametrize(
    ("item", "place", "held"),
    [
        ({"op": "erase", "path": "/name", "value": "x"}, "op", BROKEN("not-in-enumeration")),
        ({"op": 1, "path": "/name", "value": "x"}, "op", wrong_type("integer", "string")),
        ({"path": "/name", "value": "x"}, "op", BROKEN("missing")),
        ({"op": "add", "path": {"a": 1}, "value": "x"}, "path", wrong_type("object", "string")),
        ({"op": "add", "path": "name", "value": "x"}, "path", BROKEN("no-leading-slash")),
        ({"op": "add", "path": "/a~2b", "value": "x"}, "path", BROKEN("bad-escape")),
        ({"op": "add", "path": "/tags/-", "value": "x"}, "path", OPEN("leads-to-no-member")),
        ({"op": "add", "path": "/name"}, "value", BROKEN("missing")),
        ({"op": "add", "path": "/status", "value": "active"}, "/status", OPEN("kept-by-service")),
        (
            {"op": "add", "path": "/conformance_p", "value": 7},
            "/further property",
            wrong_type("integer", "null or string"),
        ),
        ({"op": "remove", "path": "/name"}, "path", OPEN("removes-documented")),
        ({"op": "add", "path": "/name", "value": "x", "from": "/y"}, "body", LENIENT("unknown-member")),
        ("replace", "body", replace(of_type(["object"], "x"), item=True)),
    ],
)
def test_an_operation_is_classed_part_by_part(contract: Contract, item: Any, place: str, held: Class) -> None:
    sent = request("image.patch", json.dumps([item]).encode(), f"http://cloud/v2/images/{ID}")
    assert {Part(place, held)} == classes(contract, sent)


@pytest.mark.parametrize(
    ("query", "place", "held"),
    [
        ("limit=-1", "limit", BROKEN("below-minimum")),
        ("limit=ten", "limit", wrong_type("word", "integer")),
        ("limit=1.5", "limit", wrong_type("fraction", "integer")),
        ("limit=1.0", "limit", LENIENT("integer-as-fraction")),
        ("limit=1e1", "limit", LENIENT("integer-as-fraction")),
        ("limit=-1_0", "limit", BROKEN("below-minimum")),
        ("limit=1_0", "limit", LENIENT("other-digits")),
        ("limit=%2B1", "limit", LENIENT("sign-zeros-or-blanks")),
        ("limit=", "limit", BROKEN("empty")),
        ("limit=0", "limit", Class("boundary")),
        ("sort_key=NAME", "sort_key", LENIENT("other-case")),
        ("sort_dir=+asc", "sort_dir", LENIENT("padded")),
        ("name=%ff", "name", BROKEN("not-utf-8")),
        ("changes-since=x", "changes-since", BROKEN("format", wanted="date-time")),
        ("foo=1", "query", LENIENT("unknown-parameter")),
        ("limit=1&limit=2", "limit", OPEN("twice")),
        ("size_min=x", "size_min", OPEN("upstream-parameter")),
    ],
)
def test_a_parameter_is_classed_by_its_text(contract: Contract, query: str, place: str, held: Class) -> None:
    assert {Part(place, held)} == classes(contract, request("image.list", url=f"http://cloud/v2/images?{query}"))


@pytest.mark.parametrize(
    ("path", "held"),
    [
        ("x", BROKEN("format", wanted="uuid")),
        (f"{ID}%20", LENIENT("padded")),
        ("%ff", BROKEN("not-utf-8")),
        ("..%2fimages", OPEN("no-path-segment")),
        ("%2e%2e", OPEN("no-path-segment")),
    ],
)
def test_the_id_in_the_path_is_classed_wherever_the_service_is(contract: Contract, path: str, held: Class) -> None:
    for operation, url in (
        ("image.show", f"https://cloud/image/v2/images/{path}"),
        ("image.download", f"http://c:1/v2/images/{path}/file"),
    ):
        assert {Part("path.image_id", held)} == classes(contract, request(operation, url=url))


def test_another_content_type_is_open_none_is_lenient_and_no_token_is_broken(contract: Contract) -> None:
    assert {Part("content-type", LENIENT("missing"))} == classes(
        contract, request("image.create", b'{"name": "a"}', Content_Type=None)
    )
    assert {Part("content-type", OPEN("other-media-type"))} == classes(
        contract, request("image.create", b'{"name": "a"}', Content_Type="text/plain")
    )
    sent = request("image.create", b'{"name": "a"}', Content_Type="application/json; charset=latin-1")
    assert {Part("content-type", OPEN("other-charset"))} == classes(contract, sent)
    assert {Part("token", BROKEN("missing"))} == classes(contract, request("image.list", X_Auth_Token=None))


def test_a_body_that_no_call_asks_for_is_lenient(contract: Contract) -> None:
    held = {Part("body", LENIENT("not-asked-for"))}
    assert held == classes(contract, request("image.list", b"{}"))
    assert held == classes(contract, request("image.delete", b"x", f"http://cloud/v2/images/{ID}"))


def test_a_valid_login_leaves_nothing_open(contract: Contract) -> None:
    body = json.dumps({"auth": {"identity": {"methods": ["password"], "password": {}}}}).encode()
    sent = request("auth.token", body, "http://cloud/v3/auth/tokens", Content_Type=JSON_TYPE)
    assert set() == classes(contract, sent)


MANY_TAGS = json.dumps({"tags": [str(number) for number in range(129)]}).encode()


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        (True, request("image.create", MANY_TAGS)),
        (True, request("image.create", b'{"conformance_p": "%b"}' % (b"x" * 70000))),
        (True, request("image.list", url="http://cloud/v2/images?limit=1" + "0" * 5000)),
        (False, request("image.create", b'{"tags": ["a"], "min_ram": -1}')),
    ],
)
def test_too_much_is_read_off_the_request(contract: Contract, sent: Request, wanted: bool) -> None:
    assert wanted is asks_too_much(sent, contract)


@pytest.mark.parametrize(
    ("body", "wanted"), [(b'{"name": "%s"}' % (b"x" * 70_000), True), (b" " * 70_000 + b"{}", False)]
)
def test_a_request_may_be_large_without_too_much_of_something_in_it(
    contract: Contract, body: bytes, wanted: bool
) -> None:
    sent = request("image.create", body)
    assert (True, wanted) == (asks_too_much(sent, contract), has_too_much(sent, contract))


@pytest.mark.parametrize(
    ("media_type", "wanted"),
    [("text/plain", True), (None, True), (f"{JSON_TYPE}; charset=latin-1", True), (JSON_TYPE, False)],
)
def test_another_media_type_is_read_off_the_request(contract: Contract, media_type: str | None, wanted: bool) -> None:
    assert wanted is names_another_media_type(request("image.create", b"{}", Content_Type=media_type), contract)


def test_a_parameter_that_the_document_does_not_have_is_unknown_whatever_upstream_knows(contract: Contract) -> None:
    wanted = {"size_min=x": True, "foo=1": True, "limit=ten": False, "marker=x": False, "": False}
    url = "http://cloud/v2/images?"
    assert wanted == {
        query: has_unknown_parameter(request("image.list", url=url + query), contract) for query in wanted
    }


def test_a_request_is_told_by_what_it_breaks_and_never_by_a_value(contract: Contract) -> None:
    body = json.dumps({"min_ram": "secret", "min_disk": -12345, "name": "🖼"}).encode()
    assert telling(request("image.create", body), contract) == (
        Part("min_disk", BROKEN("below-minimum")),
        Part("min_ram", wrong_type("string", "integer")),
    )


def test_a_request_that_breaks_nothing_is_told_by_what_is_open(contract: Contract) -> None:
    body = json.dumps({"min_ram": 1.0, "min_disk": 7}).encode()
    assert telling(request("image.create", body), contract) == (Part("min_ram", OPEN("integer-as-fraction")),)


def test_a_valid_request_is_told_by_nothing(contract: Contract) -> None:
    assert telling(request("image.create", b'{"name": "a", "min_ram": 0}'), contract) == ()


def test_further_properties_are_one_place_whatever_they_are_called(contract: Contract) -> None:
    body = json.dumps({"conformance_a": 7, "conformance_b": 8, "x y": "z", "os_z": "z"}).encode()
    assert {
        Part("further property", wrong_type("integer", "null or string")),
        Part("further property", OPEN("name-no-word")),
        Part("further property", OPEN("name-of-another")),
    } == classes(contract, request("image.create", body))


def test_more_further_properties_than_the_contract_allows_are_broken(contract: Contract) -> None:
    body = json.dumps({f"conformance_{number}": "x" for number in range(129)}).encode()
    assert {Part("further property", BROKEN("more-than", most=128))} == classes(contract, request("image.create", body))


def test_what_no_request_sets_is_kept_by_the_service(contract: Contract) -> None:
    resource = contract.resources["image"]
    assert {"status", "created_at", "owner"} <= set(kept_members(contract, resource))
    assert not {"id", "name", "min_ram"} & set(kept_members(contract, resource))
    assert [member_schema(contract, resource, name) for name in ("id", "status")] == [None, None]
    assert member_schema(contract, resource, "anything") == {"type": ["string", "null"]}


def test_a_member_is_nullable_when_the_answer_may_hold_null(contract: Contract) -> None:
    assert tuple(nullable(contract, "image.create", name) for name in ("disk_format", "min_ram")) == (True, False)


def test_a_request_outside_the_contract_has_no_parts(contract: Contract) -> None:
    assert parts(Request("GET", "http://cloud/v3"), contract) == ()


@pytest.mark.parametrize(
    ("place", "operation", "member"),
    [
        ("min_ram", "image.create", "min_ram"),
        ("status", "image.patch", "status"),
        (FURTHER, "image.list", "conformance_x"),
        (FURTHER, "auth.token", "min_ram"),
    ],
)
def test_a_member_that_the_contract_does_not_name_is_a_further_property(
    contract: Contract, place: str, operation: str, member: str
) -> None:
    assert place == place_of(contract, operation, member)
