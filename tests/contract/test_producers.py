"""What needs what, read off a contract."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from warehouse import warehouse

from conformance.contract.producers import Making, Need, inner_of, making_of, needs_of, parameters_of, producer_of
from conformance.model.contract import Contract


@pytest.fixture(scope="module")
def goods(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    place: Path = tmp_path_factory.mktemp("warehouse")
    return warehouse(place)


def needing(goods: Contract, operation: str, member: str) -> Contract:
    """The contract in which the body of an operation needs this member, too."""
    item = goods.operations[operation]
    wrapper, body = inner_of(item.request_schema)
    members = {**body.get("properties", {}), member: {"type": "string"}}
    longer = {**body, "properties": members, "required": [*body.get("required", ()), member]}
    schema = {**(item.request_schema or {}), "properties": {wrapper: longer}} if wrapper else longer
    return replace(goods, operations={**goods.operations, operation: replace(item, request_schema=schema)})


def test_a_required_member_that_is_called_by_a_resource_needs_one_of_it(goods: Contract) -> None:
    assert [Need("crate_id", "crate", member=True)] == list(needs_of(goods, goods.operations["seal.create"]))


def test_the_parameters_of_a_path_need_the_resources_that_their_paths_call_so(goods: Contract) -> None:
    due = [Need("rack_id", "rack"), Need("slot_id", "rack.slot")]
    assert due == list(needs_of(goods, goods.operations["slot.show"]))


def test_what_is_needed_is_made_before(goods: Contract) -> None:
    turned = needing(goods, "crate.create", "rack_id")
    assert ("rack", "crate", "seal", "key") == making_of(turned, set(turned.operations)).order


def test_a_circle_is_told_and_its_first_is_made_first(goods: Contract) -> None:
    turned = needing(goods, "crate.create", "seal_id")
    made = making_of(turned, set(turned.operations))
    assert {"crate", "seal"} == set(made.circles[0])
    assert ("crate", "seal", "rack", "key") == made.order


def test_without_needs_the_order_is_that_of_the_contract(goods: Contract) -> None:
    assert Making(("crate", "seal", "rack", "key")) == making_of(goods, set(goods.operations))


@pytest.mark.parametrize(
    ("name", "due"), [("crate_id", "crate"), ("kindRef", "kind"), ("source_rack_id", "rack"), ("colour", None)]
)
def test_a_name_means_a_resource_by_its_parameter_or_its_noun(goods: Contract, name: str, due: str | None) -> None:
    found = producer_of(goods, name, "warehouse")
    assert due == (found.name if found is not None else None)


def test_the_project_at_the_head_of_a_path_is_no_parameter_of_its_own(goods: Contract) -> None:
    item = goods.operations["crate.show"]
    assert ("crate_id",) == parameters_of(replace(item, path="/v3/{project_id}/crates/{crate_id}"))
    assert ("project_id",) == parameters_of(replace(item, path="/v3/projects/{project_id}"))
