"""The classes of what the body of a request tries."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from conformance.judge.bodies import body_parts
from conformance.judge.rules import of_type, wrong_type
from conformance.model.contract import Contract
from conformance.model.equivalence import VALID, Class, Part, Standing

BROKEN, LENIENT, OPEN = Class.broken, Class.lenient, Class.open
ITEM_TOO_LONG = Class("longer-than", Standing.BROKEN, (("most", 255),), item=True)


def classes(contract: Contract, operation: str, body: bytes) -> set[Part]:
    """The parts of a body that are not plainly valid."""
    return {part for part in body_parts(body, contract.operations[operation], contract) if part.held != VALID}


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
    assert {Part(member, held)} == classes(contract, "image.create", json.dumps({member: value}).encode())


@pytest.mark.parametrize(("member", "value", "held"), MEMBERS)
def test_the_value_of_an_operation_is_in_the_class_of_the_member_at_its_path(
    contract: Contract, member: str, value: Any, held: Class
) -> None:
    body = json.dumps([{"op": "replace", "path": f"/{member}", "value": value}]).encode()
    assert {Part(f"/{member}", held)} == classes(contract, "image.patch", body)


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
    assert Part("body", held) in classes(contract, "image.create", body)


@pytest.mark.parametrize(("name", "rule"), [("a\ud800", "lone-surrogate"), ("a\0", "nul"), ("a🖼", "beyond-bmp")])
def test_odd_text_is_odd_in_a_name_too(contract: Contract, name: str, rule: str) -> None:
    body = json.dumps({name: "x"}).encode()
    assert {Part("further property", OPEN(rule))} == classes(contract, "image.create", body)


def test_an_integer_of_more_digits_than_python_converts_is_far_above(contract: Contract) -> None:
    body = b'{"min_ram": 1' + b"0" * 5000 + b"}"
    assert {Part("min_ram", BROKEN("far-above-maximum"))} == classes(contract, "image.create", body)


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
    assert {Part(place, held)} == classes(contract, "image.patch", json.dumps([item]).encode())


def test_further_properties_are_one_place_whatever_they_are_called(contract: Contract) -> None:
    body = json.dumps({"conformance_a": 7, "conformance_b": 8, "x y": "z", "os_z": "z"}).encode()
    assert {
        Part("further property", wrong_type("integer", "null or string")),
        Part("further property", OPEN("name-no-word")),
        Part("further property", OPEN("name-of-another")),
    } == classes(contract, "image.create", body)


def test_more_further_properties_than_the_contract_allows_are_broken(contract: Contract) -> None:
    body = json.dumps({f"conformance_{number}": "x" for number in range(129)}).encode()
    assert {Part("further property", BROKEN("more-than", most=128))} == classes(contract, "image.create", body)
