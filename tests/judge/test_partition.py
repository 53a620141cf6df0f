"""The classes of what a request tries."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.judge.partition import Part, described, parts
from conformance.judge.rules import Standing, rule_of
from conformance.model.contract import Contract
from conformance.model.jsonvalue import valid
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


def classes(contract: Contract, sent: Request) -> set[tuple[str, str, str]]:
    """(place, partition, standing) of the parts that are not plainly valid."""
    return {
        (part.place, part.partition, str(part.standing)) for part in parts(sent, contract) if part.partition != "valid"
    }


MEMBERS: list[tuple[str, Any, str, str]] = [
    ("min_ram", "ten", "is string instead of integer", "broken"),
    ("min_ram", "10", "is numeric string instead of integer", "broken"),
    ("min_ram", "", "is empty string instead of integer", "broken"),
    ("min_ram", True, "is boolean instead of integer", "broken"),
    ("min_ram", 1.5, "is fraction instead of integer", "broken"),
    ("min_ram", 1.0, "is an integer written as a fraction", "open"),
    ("min_ram", -1.0, "is below the minimum", "broken"),
    ("min_ram", 2147483648.0, "is above the maximum", "broken"),
    ("min_ram", 1e300, "is far out of range", "broken"),
    ("min_ram", None, "is null instead of integer", "broken"),
    ("min_ram", -1, "is below the minimum", "broken"),
    ("min_ram", 2**31, "is above the maximum", "broken"),
    ("min_ram", 2**70, "is far above the maximum", "broken"),
    ("min_ram", 2**31 - 1, "valid: boundary", "valid"),
    ("disk_format", "RAW", "is in another case than the enumeration", "broken"),
    ("disk_format", "raw ", "is padded", "broken"),
    ("disk_format", "floppy", "is not in the enumeration", "broken"),
    ("disk_format", "", "is empty", "broken"),
    ("disk_format", None, "is null", "open"),
    ("protected", "true", "is string with a boolean word instead of boolean", "broken"),
    ("name", "n" * 256, "is longer than 255", "broken"),
    ("name", "n" * 255, "valid: boundary", "valid"),
    ("name", None, "valid: null", "valid"),
    ("name", "镜像", "valid: beyond ASCII", "valid"),
    ("name", "🖼", "has characters outside the BMP", "open"),
    ("name", "a\0b", "has a NUL", "open"),
    ("name", "a\ud800b", "has a lone surrogate", "open"),
    ("id", "x", "is not a uuid", "broken"),
    ("id", ID + "\n", "is a uuid padded", "broken"),
    ("id", "{" + ID + "}", "is a uuid decorated", "broken"),
    ("id", ID.replace("-", ""), "is a uuid without its hyphens", "broken"),
    ("id", ID.upper(), "is a uuid in upper case", "open"),
    ("tags", ["t" * 256], "has an item that is longer than 255", "broken"),
    ("tags", [7], "has an item that is integer instead of string", "broken"),
    ("tags", [str(number) for number in range(129)], "has more than 128 items", "broken"),
    ("tags", ["a", "a"], "has an item twice", "open"),
]


@pytest.mark.parametrize(("member", "value", "partition", "standing"), MEMBERS)
def test_a_value_is_in_the_class_of_its_member(
    contract: Contract, member: str, value: Any, partition: str, standing: str
) -> None:
    assert {(member, partition, standing)} == classes(
        contract, request("image.create", json.dumps({member: value}).encode())
    )


@pytest.mark.parametrize(("member", "value", "partition", "standing"), [row for row in MEMBERS if row[0] != "id"])
def test_the_value_of_an_operation_is_in_the_class_of_the_member_at_its_path(
    contract: Contract, member: str, value: Any, partition: str, standing: str
) -> None:
    body = json.dumps([{"op": "replace", "path": f"/{member}", "value": value}]).encode()
    assert {(f"/{member}", partition, standing)} == classes(
        contract, request("image.patch", body, f"http://cloud/v2/images/{ID}")
    )


@pytest.mark.parametrize(
    ("body", "partition", "standing"),
    [
        (b"", "is empty", "broken"),
        (b"{", "is not JSON", "broken"),
        (b'{"name": "\xe9"}', "is not UTF-8", "broken"),
        (b'{"min_ram": NaN}', "has NaN or Infinity", "broken"),
        (b"[" * 70, "is nested too deep", "broken"),
        (b'{"tags": ' + b"[" * 2000 + b"]" * 2000 + b"}", "is nested too deep", "broken"),
        (b"[1]", "is array instead of object", "broken"),
        (b"7", "is integer instead of object", "broken"),
        (b"null", "is null instead of object", "broken"),
        (b"\0{}", "is not JSON", "broken"),
        (b'{"min_ram": 1, "min_ram": 2}', "has a member twice", "open"),
        (b"\xef\xbb\xbf{}", "has a byte order mark", "open"),
    ],
)
def test_a_body_is_classed_before_its_members(contract: Contract, body: bytes, partition: str, standing: str) -> None:
    assert ("body", partition, standing) in classes(contract, request("image.create", body))


def test_an_integer_of_more_digits_than_python_converts_is_far_above(contract: Contract) -> None:
    body = b'{"min_ram": 1' + b"0" * 5000 + b"}"
    assert {("min_ram", "is far above the maximum", "broken")} == classes(contract, request("image.create", body))


@pytest.mark.parametrize(
    ("item", "place", "partition", "standing"),
    [
        ({"op": "erase", "path": "/name", "value": "x"}, "op", "is not in the enumeration", "broken"),
        ({"op": 1, "path": "/name", "value": "x"}, "op", "is integer instead of string", "broken"),
        ({"path": "/name", "value": "x"}, "op", "is missing", "broken"),
        ({"op": "add", "path": {"a": 1}, "value": "x"}, "path", "is object instead of string", "broken"),
        ({"op": "add", "path": "name", "value": "x"}, "path", "does not begin with a slash", "broken"),
        ({"op": "add", "path": "/a~2b", "value": "x"}, "path", "has a bad escape", "broken"),
        ({"op": "add", "path": "/tags/-", "value": "x"}, "path", "leads to no member", "open"),
        ({"op": "add", "path": "/name"}, "value", "is missing", "broken"),
        ({"op": "add", "path": "/status", "value": "active"}, "/status", "is kept by the service", "open"),
        (
            {"op": "add", "path": "/conformance_p", "value": 7},
            "/further property",
            "is integer instead of null or string",
            "broken",
        ),
        ({"op": "remove", "path": "/name"}, "path", "removes what may be documented", "open"),
        ("replace", "body", "has an item that is string instead of object", "broken"),
    ],
)
def test_an_operation_is_classed_part_by_part(
    contract: Contract, item: Any, place: str, partition: str, standing: str
) -> None:
    sent = request("image.patch", json.dumps([item]).encode(), f"http://cloud/v2/images/{ID}")
    assert {(place, partition, standing)} == classes(contract, sent)


@pytest.mark.parametrize(
    ("query", "place", "partition", "standing"),
    [
        ("limit=-1", "limit", "is below the minimum", "broken"),
        ("limit=ten", "limit", "is a word instead of integer", "broken"),
        ("limit=1.0", "limit", "is a fraction instead of integer", "broken"),
        ("limit=1_0", "limit", "is digits in another spelling", "broken"),
        ("limit=%2B1", "limit", "is an integer with a sign, zeros or blanks", "open"),
        ("limit=", "limit", "is empty", "broken"),
        ("limit=0", "limit", "valid: boundary", "valid"),
        ("sort_key=NAME", "sort_key", "is in another case than the enumeration", "broken"),
        ("sort_dir=+asc", "sort_dir", "is padded", "broken"),
        ("name=%ff", "name", "is not UTF-8", "broken"),
        ("changes-since=x", "changes-since", "is not a date-time", "broken"),
        ("foo=1", "query", "has an unknown parameter", "open"),
        ("limit=1&limit=2", "limit", "is there twice", "open"),
        ("size_min=x", "size_min", "is a parameter of upstream", "open"),
    ],
)
def test_a_parameter_is_classed_by_its_text(
    contract: Contract, query: str, place: str, partition: str, standing: str
) -> None:
    assert {(place, partition, standing)} == classes(
        contract, request("image.list", url=f"http://cloud/v2/images?{query}")
    )


@pytest.mark.parametrize(
    ("path", "partition", "standing"),
    [
        ("x", "is not a uuid", "broken"),
        (f"{ID}%20", "is a uuid padded", "broken"),
        ("%ff", "is not UTF-8", "broken"),
        ("..%2fimages", "is no path segment", "open"),
        ("%2e%2e", "is no path segment", "open"),
    ],
)
def test_the_id_in_the_path_is_classed_wherever_the_service_is(
    contract: Contract, path: str, partition: str, standing: str
) -> None:
    for operation, url in (
        ("image.show", f"https://cloud/image/v2/images/{path}"),
        ("image.download", f"http://c:1/v2/images/{path}/file"),
    ):
        assert {("path.image_id", partition, standing)} == classes(contract, request(operation, url=url))


def test_another_content_type_is_open_and_no_token_is_broken(contract: Contract) -> None:
    assert {("content-type", "is missing", "open")} == classes(
        contract, request("image.create", b'{"name": "a"}', Content_Type=None)
    )
    assert {("content-type", "is another one", "open")} == classes(
        contract, request("image.create", b'{"name": "a"}', Content_Type="text/plain")
    )
    sent = request("image.create", b'{"name": "a"}', Content_Type="application/json; charset=latin-1")
    assert {("content-type", "names another charset", "open")} == classes(contract, sent)
    assert {("token", "is missing", "broken")} == classes(contract, request("image.list", X_Auth_Token=None))


def test_a_request_is_described_by_what_it_breaks_and_never_by_a_value(contract: Contract) -> None:
    body = json.dumps({"min_ram": "secret", "min_disk": -12345, "disk_format": "my-format", "name": 7}).encode()
    words = "disk_format is not in the enumeration and min_disk is below the minimum and min_ram is string instead of integer and 1 more"
    assert words == described(request("image.create", body), contract)
    assert described(request("image.create", b'{"name": "a"}'), contract) == "a valid request"
    assert described(Request("DELETE", "http://cloud/v2/images"), contract) == "DELETE outside the contract"


def test_a_request_outside_the_contract_has_no_parts(contract: Contract) -> None:
    assert parts(Request("GET", "http://cloud/v3"), contract) == ()


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, width=32) | st.text(max_size=40)
VALUES = (
    SCALARS
    | st.lists(SCALARS, max_size=3)
    | st.dictionaries(st.text(max_size=3), SCALARS, max_size=2)
    | st.sampled_from([row[1] for row in MEMBERS])
)
NAMES = ("container_format", "disk_format", "id", "min_disk", "min_ram", "name", "protected", "tags", "visibility")


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@given(name=st.sampled_from(NAMES), value=VALUES)
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_broken_is_what_the_schema_refuses(contract: Contract, name: str, value: Any) -> None:
    if "\\ud8" in json.dumps(value):
        return  # what a JSON library makes of half a character is its own affair
    schema = (contract.operations["image.create"].request_schema or {})["properties"][name]
    if isinstance(value, list) and len({json.dumps(item) for item in value}) < len(value):
        return  # an item twice: the schema is stricter than the ruling
    _, standing = rule_of(schema, value)
    assert valid(schema, value) is (standing is not Standing.BROKEN)


def test_every_member_is_among_those_that_are_compared_with_the_schema(contract: Contract) -> None:
    assert set(NAMES) == set((contract.operations["image.create"].request_schema or {})["properties"])


def test_a_part_reads_as_a_sentence() -> None:
    assert Part("min_ram", "is above the maximum", Standing.BROKEN).phrase == "min_ram is above the maximum"
