"""The classes of what a request tries."""

from __future__ import annotations

import json

import pytest

from conformance.judge.partition import (
    asks_too_much,
    has_too_much,
    has_unknown_parameter,
    names_another_media_type,
    parts,
    telling,
)
from conformance.judge.rules import wrong_type
from conformance.model.contract import Contract
from conformance.model.equivalence import VALID, Class, Part
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


@pytest.mark.parametrize(
    ("pointer", "more"), [(7, [Part("path", OPEN("type", **{"is": "integer", "wanted": "string"}))]), ("/min_ram", [])]
)
def test_a_pointer_of_an_older_json_patch_is_a_text_too(contract: Contract, pointer: object, more: list[Part]) -> None:
    body = json.dumps([{"replace": pointer, "value": 1}]).encode()
    sent = request("image.patch", body, f"http://cloud/v2/images/{ID}", **{"Content-Type": "application/older"})
    assert {Part("content-type", OPEN("other-media-type")), *more} == classes(contract, sent)


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


def test_a_request_outside_the_contract_has_no_parts(contract: Contract) -> None:
    assert parts(Request("GET", "http://cloud/v3"), contract) == ()
