"""What a contract has of the members of a resource."""

from __future__ import annotations

import pytest

from conformance.judge.members import FURTHER, kept_members, member_schema, nullable, place_of
from conformance.model.contract import Contract


def test_what_no_request_sets_is_kept_by_the_service(contract: Contract) -> None:
    resource = contract.resources["image"]
    assert {"status", "created_at", "owner"} <= set(kept_members(contract, resource))
    assert not {"id", "name", "min_ram"} & set(kept_members(contract, resource))
    assert [member_schema(contract, resource, name) for name in ("id", "status")] == [None, None]
    assert member_schema(contract, resource, "anything") == {"type": ["string", "null"]}


def test_a_member_is_nullable_when_the_answer_may_hold_null(contract: Contract) -> None:
    assert tuple(nullable(contract, "image.create", name) for name in ("disk_format", "min_ram")) == (True, False)


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
