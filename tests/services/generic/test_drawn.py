"""What is drawn from the schemas of any contract: faults that single values do not show are found, and a target without one
is blamed for nothing."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import find
from hypothesis.strategies import just
from looks import Build
from rich.console import Console
from warehouse import write_warehouse

from conformance.cli.reporting import conduct_run
from conformance.contract.specs import load_contract
from conformance.generate.draft import NAME
from conformance.judge.rules import rule_of
from conformance.model.contract import Contract
from conformance.model.equivalence import Class, Standing
from conformance.model.verdict import Verdict
from conformance.proof.bank import bank
from conformance.proof.reference import Reference
from conformance.run.options import Options
from conformance.services.fault import Fault, Hooks
from conformance.services.generic.cases.test_drawn import bodies, is_forbidden, taken
from conformance.services.generic.tries import LETTERS, DrawnClass, broken_members, plain_texts
from conformance.services.wire import Answer, Call

CASES = ("conformance.services.generic.cases.test_drawn",)


@pytest.fixture(scope="module")
def specs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The specs of the warehouse."""
    return write_warehouse(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture(scope="module")
def goods(specs: Path) -> Contract:
    """The contract of the warehouse."""
    return load_contract(specs)


def run_on(specs: Path, out: Path, fault: Fault | None, selection: str | None, budget: str = "800") -> Verdict:
    """The verdict of the drawing cases on the reference of the warehouse with a fault."""
    options = Options(
        specs=specs,
        embedded=lambda contract: Reference(contract, faults=(fault,) if fault is not None else ()),
        modules=CASES,
        selection=selection,
        seed=1,
        budget=budget,
    )
    verdict, _ = conduct_run(options, out, Console(file=io.StringIO()))
    return verdict


def test_a_target_without_a_fault_is_blamed_for_nothing(specs: Path, tmp_path: Path) -> None:
    verdict = run_on(specs, tmp_path, None, None)
    assert [group for group in verdict.findings if group.binding] == []
    assert 400 < verdict.run.requests


@pytest.mark.parametrize(
    ("fault", "selection", "kind"),
    [
        ("crate.create.inside.size.high", "creates and crate", "takes"),
        ("crate.create.cleansed.name", "texts and crate", "not-as-sent"),
        ("crate.create.taken.weight.maximum", "creates and crate", "takes"),
    ],
)
def test_a_fault_of_what_is_drawn_is_found(
    fault: str, selection: str, kind: str, specs: Path, goods: Contract, tmp_path: Path
) -> None:
    verdict = run_on(specs, tmp_path, bank(goods)[fault], selection, "4000")
    found = {(group.deviation.kind, group.requirement) for group in verdict.findings if group.binding}
    assert found == {(kind, "crate.create.body.crate")}


def test_ids_that_are_near_to_one_that_is_there_are_told_when_they_open_it(specs: Path, tmp_path: Path) -> None:
    shown: dict[str, Answer] = {}

    def answer(call: Call, answer: Answer, _store: object) -> Answer:
        if call.operation == "rack.show" and answer.status == 200:
            shown["last"] = answer
        return shown.get("last", answer) if call.operation == "rack.show" and answer.status == 404 else answer

    verdict = run_on(specs, tmp_path, Fault("any", (), "of this test", Hooks(answer=answer)), "ids and rack")
    assert {(group.operation, group.deviation.kind) for group in verdict.findings if group.binding} == {
        ("rack.show", "accepted")
    }


def test_each_value_of_a_body_breaks_the_rule_of_its_class(goods: Contract) -> None:
    schemas = {
        "weight": {"type": "integer", "minimum": 1, "maximum": 900},
        "size.high": {"type": "integer", "minimum": 1},
    }
    seen = set()
    for row in broken_members(goods, goods.operations["crate.create"], {"size": {"high": 3, "unit": "mm"}}):
        if row.place in schemas:
            value = find(row.values, lambda _value: True)
            assert row.held is not None
            assert rule_of(schemas[row.place], value, nullable=True) == row.held
            seen.add((row.place, row.held.rule, row.due))
    assert {("weight", "above-maximum", False), ("size.high", "below-minimum", True)} <= seen
    inner = next(
        row for row in broken_members(goods, goods.operations["crate.create"], {"size": {"high": 3, "unit": "mm"}})
        if row.place == "size.high"
    )  # fmt: skip
    assert inner.put("x") == {"high": "x", "unit": "mm"}


def test_texts_are_as_long_as_there_is_room_and_hold_every_sign_at_once() -> None:
    assert find(plain_texts({}, 40), lambda text: len(text) == 40) == LETTERS[:40]
    assert len(find(plain_texts({"minLength": 3}, 5), lambda _text: True)) in {3, 4, 5}
    assert len(find(plain_texts({"minLength": 4}, 2), lambda _text: True)) == 2  # what stands before it counts, too


def test_only_bodies_that_no_reader_takes_are_due_a_refusal(goods: Contract) -> None:
    rows = bodies(goods, goods.operations["crate.create"], {"name": NAME, "weight": 1})
    judged = {row.held.rule for row in rows if row.held is not None}
    assert judged == {"empty", "not-json", "not-utf-8", "type"}
    assert any(row.held is None for row in rows)


def test_a_parameter_forbids_what_its_schema_says() -> None:
    below = Class.broken("below-minimum")
    assert (is_forbidden({"type": "integer", "minimum": 0}, below), is_forbidden({"type": "integer"}, below)) == (
        True,
        False,
    )
    assert not is_forbidden({"type": "string"}, Class.broken("not-utf-8"))
    assert Standing.BROKEN is below.standing


def failing_on_nothing(makes: bool) -> Fault:
    """A create of a rack without a body fails, whether or not something is made all the same."""
    made: list[str] = []

    def answer(call: Call, answer: Answer, store: object) -> Answer:
        if call.operation == "rack.create" and not call.body:
            made.append("x")
            return Answer(500, {"error": {"message": "No.", "code": 500, "title": "Internal Server Error"}})
        if makes and made and call.operation == "rack.list" and answer.status == 200:
            rows = [*answer.body["racks"], {"id": "9a6a1b0e-2b76-4b66-9f57-0f7d1a2b3c4d", "name": "", "rows": 1}]
            return Answer(200, {**answer.body, "racks": rows})
        return answer

    return Fault("any", (), "of this test", Hooks(answer=answer))


@pytest.mark.parametrize(("makes", "left"), [(False, ()), (True, ("rack:?",))])
def test_a_create_without_a_name_that_fails_is_looked_for_in_the_list(
    makes: bool, left: tuple[str, ...], specs: Path, tmp_path: Path
) -> None:
    verdict = run_on(specs, tmp_path, failing_on_nothing(makes), "bodies and rack", "4000")
    assert "status.server-error" in {group.requirement for group in verdict.findings}
    assert verdict.run.leftovers == left


@pytest.mark.parametrize(
    ("status", "blamed"), [(202, True), (400, False), (404, False), (409, None), (429, None), (500, None)]
)
def test_a_refusal_for_something_else_says_nothing_of_a_value(
    status: int, blamed: bool | None, exchange: Build
) -> None:
    row = DrawnClass("size", Class.broken("below-minimum"), "crate.create.request", just(0))
    found = taken(row, exchange(status=status, operation="crate.create"))
    assert (found if found is None else found[0] is not None) == blamed
    assert taken(replace(row, held=None), exchange(status=202)) is None
