"""What a request says, read leniently."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.services.image.faults.reading import PROPERTY, asked, leads_to, named, operations, sent
from conformance.services.wire import Call


def call(body: bytes, operation: str = "image.patch", query: tuple[tuple[str, str], ...] = ()) -> Call:
    return Call("image", "PATCH", "/v2/images/1", query, {}, body, operation=operation)


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b"\xff", b'"text"', b"[" * 100_000])
def test_what_is_no_object_sends_no_members(body: bytes) -> None:
    assert sent(call(body)) == {}


def test_members_are_read_whatever_the_spelling_of_the_json() -> None:
    assert sent(call(b'{ "a":1,\n"b" : null}')) == {"a": 1, "b": None}


def test_operations_are_those_of_a_patch_that_are_objects() -> None:
    items: list[Any] = [{"op": "add", "path": "/a"}, 7, {"op": "remove"}]
    body = json.dumps(items).encode()
    assert [items[0], items[2]] == operations(call(body))
    assert operations(call(body, operation="image.create")) == []
    assert named(call(body)) == ["a", ""]


@pytest.mark.parametrize(
    ("name", "path", "wanted"),
    [
        ("min_ram", "/min_ram", True),
        ("min_ram", "/min_disk", False),
        (PROPERTY, "/colour", True),
        (PROPERTY, "/min_ram", False),
        (PROPERTY, "/", False),
    ],
)
def test_an_operation_leads_to_a_member_or_to_a_further_property(name: str, path: str, wanted: bool) -> None:
    assert wanted is leads_to(name, {"op": "add", "path": path})


def test_what_is_no_operation_leads_nowhere() -> None:
    assert not leads_to("min_ram", "/min_ram")
    assert not leads_to(PROPERTY, None)


def test_of_a_parameter_that_is_there_twice_the_last_value_is_asked() -> None:
    assert asked(call(b"", query=(("limit", "1"), ("name", ""), ("limit", "2")))) == {"limit": "2", "name": ""}
