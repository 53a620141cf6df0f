"""What a case for any contract runs for, and what one run of it judges."""

from __future__ import annotations

from conformance.model.contract import Contract
from conformance.run.cases import Case
from conformance.services.generic.subjects import narrowed, operations_of, resources_of

CASE = Case(
    "life.ours",
    ("*.response.*", "*.gone", "error.404"),
    smoke=False,
    module="conformance.services.generic.cases.test_life",
)


def test_a_case_runs_for_each_resource_that_has_the_parts_it_asks_for(goods: Contract) -> None:
    assert {"crate", "seal", "rack", "rack.slot", "kind", "key"} <= {item.name for item in resources_of(goods)}
    assert {"crate", "seal", "rack"} == {item.name for item in resources_of(goods, ("create", "change", "remove"))}


def test_nothing_that_a_service_claims_is_a_subject(contract: Contract) -> None:
    assert [] == [*resources_of(contract), *operations_of(contract)]


def test_what_a_case_judges_of_a_resource_is_what_its_patterns_are_there(goods: Contract) -> None:
    mine = narrowed(CASE, ("{remove}.response.*", "{remove}.gone", "error.404"), goods, goods.resources["rack"])
    assert {"rack.delete.response.204", "rack.delete.gone", "error.404"} == {*mine.verifies}


def test_a_pattern_of_a_part_that_a_resource_has_not_judges_nothing(goods: Contract) -> None:
    mine = narrowed(CASE, ("{remove}.response.*", "error.404"), goods, goods.resources["kind"])
    assert ("error.404",) == mine.verifies


def test_what_a_case_judges_of_an_operation_is_that_operation_s(goods: Contract) -> None:
    mine = narrowed(CASE, ("{operation}.response.*",), goods, goods.operations["rack.delete"])
    assert ("rack.delete.response.204",) == mine.verifies
