"""References within an OpenAPI document."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.contract.references import resolved
from conformance.model.errors import UsageError

SPEC: dict[str, Any] = {
    "components": {
        "a": {"type": "string"},
        "b": {"$ref": "#/components/a"},
        "round": {"more": {"$ref": "#/components/round"}},
    },
    "paths": {"/v1/~x": {"get": 1}},
}


def test_a_reference_is_replaced_by_what_it_points_at() -> None:
    node = {"one": {"$ref": "#/components/a"}, "list": [{"$ref": "#/components/b"}], "plain": 1}
    assert resolved(SPEC, node) == {"one": {"type": "string"}, "list": [{"type": "string"}], "plain": 1}


def test_slashes_and_tildes_in_a_name_are_escaped() -> None:
    assert resolved(SPEC, {"$ref": "#/paths/~1v1~1~0x"}) == {"get": 1}


def test_a_reference_to_itself_ends() -> None:
    found, depth = resolved(SPEC, {"$ref": "#/components/round"}), 0
    while "more" in found:
        found, depth = found["more"], depth + 1
    assert (found, depth) == ({}, 20)


def test_a_reference_elsewhere_stays_as_it_is() -> None:
    assert resolved(SPEC, {"$ref": "other.yaml#/a"}) == {"$ref": "other.yaml#/a"}


@pytest.mark.parametrize("reference", ["#/components/none", "#/components/a/type/x"])
def test_a_reference_to_nothing_is_refused(reference: str) -> None:
    with pytest.raises(UsageError, match="points at nothing"):
        resolved(SPEC, {"$ref": reference})
