"""What is done to a resource beside its life: what is sent, what is held back, and what is judged."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from warehouse import TEXT, UUID, Chapter, obj, within, write_warehouse

from conformance.cli.reporting import conduct_run
from conformance.model.contract import Contract, Operation
from conformance.model.verdict import Outcome, Verdict
from conformance.proof.reference import Reference
from conformance.run.options import Options
from conformance.services.fault import Fault, Hooks
from conformance.services.generic.actions import acted_on, reader_of, removes
from conformance.services.generic.harm import lasting
from conformance.services.generic.target.store import GenericStore
from conformance.services.wire import Answer, Call, Caller, Refused

Run = Callable[..., Verdict]
DONE = ("test_actions", "is_done_and_leaves and crate")


def kinds(verdict: Verdict) -> set[tuple[str, str]]:
    """(operation, kind) of each finding."""
    return {(group.exemplar.operation, group.deviation.kind) for group in verdict.findings}


def outcomes(verdict: Verdict, prefix: str) -> set[Outcome]:
    return {item.outcome for item in verdict.requirements if item.id.startswith(prefix)}


def test_what_writes_below_a_resource_that_is_made_acts_on_it(goods: Contract) -> None:
    found = [name for name, item in goods.operations.items() if acted_on(goods, item) is not None]
    assert ["crate.marks.replace", "crate.act.os-move", "crate.act.os-close", "crate.act.weigh"] == found
    read = {name: reader_of(goods, goods.operations[name]) for name in found}
    assert {"crate.marks.replace"} == {name for name, item in read.items() if item is not None}


@pytest.mark.parametrize(
    ("action", "path", "due"),
    [
        ("os-close", "/v3/crates/{crate_id}/action", ""),
        ("createImage", "/v3/crates/{crate_id}/action", "create"),
        ("os-volume_upload_image", "/v3/crates/{crate_id}/action", "upload"),
        ("", "/v3/crates/{crate_id}/add_interface", "add"),
        ("", "/v3/crates/{crate_id}/start", ""),
    ],
)
def test_an_action_that_outlasts_its_resource_is_held_back(goods: Contract, action: str, path: str, due: str) -> None:
    operation = replace(goods.operations["crate.act.os-close"], action=action, path=path)
    assert due == lasting(operation, ())
    assert "" == lasting(operation, (due or "none",))


def test_an_action_may_remove_its_resource_by_its_name(goods: Contract) -> None:
    operation = goods.operations["crate.act.os-close"]
    assert not removes(operation)
    assert removes(replace(operation, action="softDelete"))
    assert removes(replace(operation, method="DELETE"))


def test_the_reference_does_what_is_promised(run: Run) -> None:
    verdict = run(Hooks(), *DONE)
    assert set() == kinds(verdict)
    done = {item.request.body for item in verdict.exchanges if item.operation.startswith("crate.act")}
    assert {b'{"os-close": null}', b'{"weigh": {"unit": "kg"}}'} <= done


def answering(operation: str, change: Callable[[Call, Answer, Any], Answer]) -> Hooks:
    def answer(call: Call, answer: Answer, store: Any) -> Answer:
        return change(call, answer, store) if call.operation == operation and answer.status < 300 else answer

    return Hooks(answer=answer)


def test_a_resource_that_is_gone_after_an_action_is_a_finding(run: Run) -> None:
    def lost(call: Call, answer: Answer, store: Any) -> Answer:
        store.drop(store.get("crate", call.names["crate_id"]))
        return answer

    assert ("crate.act.weigh", "made-and-not-there") in kinds(run(answering("crate.act.weigh", lost), *DONE))


def test_an_answer_of_another_form_is_a_finding(run: Run) -> None:
    other = answering("crate.act.weigh", lambda _call, _answer, _store: Answer(200, {"weight": {"value": "heavy"}}))
    assert {"crate.act.weigh"} == {operation for operation, _ in kinds(run(other, *DONE))}


def refusing(operation: str, status: int) -> Hooks:
    def handle(call: Call, _caller: Caller, _store: object) -> Answer | None:
        if call.operation == operation:
            raise Refused(status, "No.")
        return None

    return Hooks(handle=handle)


@pytest.mark.parametrize("status", [400, 403, 404, 409])
@pytest.mark.parametrize("operation", ["crate.act.os-move", "crate.act.os-close"])
def test_an_action_that_is_refused_proves_nothing(run: Run, operation: str, status: int) -> None:
    verdict = run(refusing(operation, status), *DONE)
    assert set() == kinds(verdict)
    assert {Outcome.NOT_EXERCISED} == outcomes(verdict, f"{operation}.response")


@pytest.mark.parametrize(("status", "blamed"), [(400, True), (409, False)])
def test_a_valid_value_of_what_is_read_at_the_same_path_has_to_be_taken(run: Run, status: int, *, blamed: bool) -> None:
    found = kinds(run(refusing("crate.marks.replace", status), *DONE))
    assert (("crate.marks.replace", "allowed-refused") in found) is blamed


def test_what_was_set_and_is_not_read_again_is_a_finding(run: Run) -> None:
    def nothing(call: Call, body: Any, _store: object) -> Any:
        return {"marks": {}} if call.operation == "crate.marks.replace" else body

    found = kinds(run(Hooks(members=nothing), *DONE))
    assert {("crate.marks.show", "differs-where")} == found


def taking(wrong: Mapping[str, Any], instead: Mapping[str, Any]) -> Hooks:
    return Hooks(members=lambda _call, body, _store: instead if body == wrong else body)


def test_of_an_action_that_nothing_reads_no_more_is_kept_than_that_it_is_taken(run: Run) -> None:
    judged = {item.id: item.outcome for item in run(Hooks(), *DONE).requirements}
    assert Outcome.PASSED == judged["crate.act.os-move.request"]
    assert Outcome.NOT_EXERCISED in {out for name, out in judged.items() if name.startswith("crate.act.os-move.body")}
    assert Outcome.PASSED in {out for name, out in judged.items() if name.startswith("crate.marks.replace.body")}


MARKS = within("marks", {"type": "object", "additionalProperties": TEXT})
BOX = {"id": UUID, "name": TEXT}
MARKED: Chapter = [
    ("box.create", "POST", "/v3/boxes", {"body": within("box", obj({"name": TEXT})), 201: within("box", obj(BOX))}),
    ("box.show", "GET", "/v3/boxes/{box_id}", {200: within("box", obj(BOX))}),
    ("box.delete", "DELETE", "/v3/boxes/{box_id}", {204: None}),
    ("box.marks.show", "GET", "/v3/boxes/{box_id}/marks", {200: MARKS}),
    ("box.marks.replace", "PUT", "/v3/boxes/{box_id}/marks", {"body": MARKS, 202: None}),
]


@pytest.mark.parametrize(("late", "outcome"), [(0, Outcome.PASSED), (6, Outcome.PASSED), (10**6, Outcome.FAILED)])
def test_what_was_accepted_to_be_set_is_waited_for_and_judged(tmp_path: Path, late: int, outcome: Outcome) -> None:
    marks: dict[str, tuple[datetime, Any]] = {}

    def handle(call: Call, _caller: Caller, store: GenericStore) -> Answer | None:
        own = call.names.get("box_id", "")
        if store.get("box", own) is None or not (call.operation or "").startswith("box.marks"):
            return None
        if call.method == "PUT":
            marks[own] = (store.clock.now() + timedelta(seconds=late), json.loads(call.body))
            return Answer(202)
        due, said = marks.get(own, (None, None))
        return Answer(200, said if due is not None and store.clock.now() >= due else {"marks": {}})

    fault = Fault("any", (), "of this test", Hooks(handle=handle))
    options = Options(
        specs=write_warehouse(tmp_path / "specs", MARKED),
        embedded=lambda contract: Reference(contract, faults=(fault,)),
        modules=("conformance.services.generic.cases.test_actions",),
        selection="is_done_and_leaves",
        seed=1,
    )
    verdict, _ = conduct_run(options, tmp_path, Console(file=io.StringIO()))
    assert {outcome} == outcomes(verdict, "box.marks.replace.body")
    assert () == verdict.run.leftovers
    assert {Outcome.PASSED} == outcomes(verdict, "box.marks.replace.request")


FORBIDDEN = ("test_actions", "forbids and crate.act.weigh")


def test_what_an_action_forbids_and_takes_is_a_finding(run: Run) -> None:
    hooks = taking({"weigh": {}}, {"weigh": {"unit": "kg"}})
    found = [item for group in run(hooks, *FORBIDDEN).findings for item in group.variants]
    assert [("crate.act.weigh", "forbidden-accepted")] == [
        (item.deviation.operation, item.deviation.kind) for item in found
    ]
    assert set() == kinds(run(Hooks(), *FORBIDDEN))


def test_an_action_that_is_done_once_only_says_nothing_of_what_it_refuses(run: Run) -> None:
    done: set[str] = set()

    def handle(call: Call, _caller: Caller, _store: object) -> Answer | None:
        if call.operation == "crate.act.weigh":
            if call.path in done:
                raise Refused(409, "It was weighed.")
            done.add(call.path)
        return None

    verdict = run(Hooks(handle=handle), *FORBIDDEN)
    assert set() == kinds(verdict)
    assert {Outcome.NOT_EXERCISED} == outcomes(verdict, "crate.act.weigh.body")


def test_what_makes_something_for_good_is_no_action(goods: Contract) -> None:
    operation: Operation = replace(
        goods.operations["crate.act.weigh"], request_schema=within("weigh", obj({"unit": {"type": "string"}}))
    )
    assert acted_on(goods, operation) is not None
    assert acted_on(goods, replace(operation, request_media_type="text/plain", request_schema=None)) is None
