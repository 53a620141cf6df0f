"""What stands below a resource is made below one that was made for it, judged like any other, and taken away again."""

from __future__ import annotations

import io
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import warehouse
from rich.console import Console
from warehouse import TEXT, Chapter, obj, rows, within, write_warehouse

from conformance.cli.reporting import conduct_run
from conformance.contract.producers import holder_of
from conformance.model.contract import Contract
from conformance.model.verdict import Outcome, Verdict
from conformance.proof.bank import bank
from conformance.proof.reference import Reference
from conformance.run.options import Options
from conformance.services.fault import Fault, Hooks
from conformance.services.generic.subjects import resources_of
from conformance.services.generic.target.store import GenericStore
from conformance.services.wire import Answer, Call, Caller, Refused

Run = Callable[..., Verdict]
SLOTS = "rack.slot or slot."


def requirements(verdict: Verdict) -> set[str]:
    return {name for group in verdict.findings for name in group.requirements}


def test_what_a_resource_stands_below_is_made_by_the_contract(goods: Contract) -> None:
    slot, rack = goods.resources["rack.slot"], goods.resources["rack"]
    assert rack == holder_of(goods, slot)
    assert {None} == {holder_of(goods, item) for name, item in goods.resources.items() if name != "rack.slot"}
    unmade = replace(goods, resources={**goods.resources, "rack": replace(rack, create=None)})
    assert holder_of(unmade, slot) is None
    deeper = replace(slot, name="rack.slot.bolt", collection=f"{slot.item}/bolts")
    assert holder_of(goods, deeper) is None


def test_cases_of_what_can_be_made_run_for_it_too(goods: Contract) -> None:
    assert "rack.slot" in {item.name for item in resources_of(goods, ("create", "remove"))}


def test_the_reference_keeps_what_is_promised_of_it_and_nothing_is_left(run: Run) -> None:
    held: set[str] = set()

    def answer(call: Call, answer: Answer, store: GenericStore | None) -> Answer:
        if store is not None and call.operation in {"slot.create", "slot.delete", "rack.delete"}:
            held.clear()
            held.update(item.kind for item in store.all())
        return answer

    verdict = run(Hooks(answer=answer), "test_life", SLOTS)
    kept = {item.id for item in verdict.requirements if item.outcome is Outcome.PASSED}
    assert set() == requirements(verdict)
    assert {
        "slot.create.response.201.label",
        "slot.list.complete",
        "slot.delete.gone",
        "slot.create.body.depth",
    } <= kept
    assert not {"rack", "rack.slot"} & held


@pytest.mark.parametrize(
    ("fault", "module"),
    [
        ("slot.create.lost", "test_life"),
        ("slot.create.unlisted", "test_life"),
        ("slot.delete.undone", "test_life"),
        ("slot.create.taken.depth.minimum", "test_refusals"),
        ("slot.show.outlives", "test_life"),
    ],
)
def test_a_fault_of_it_is_seen(run: Run, goods: Contract, fault: str, module: str) -> None:
    broken = bank(goods, every=True)[fault]
    assert requirements(run(broken.hooks, module, SLOTS)) & {*broken.breaks}


def test_what_keeps_another_from_being_deleted_goes_before_it(run: Run) -> None:
    left: list[int] = []

    def handle(call: Call, _caller: Caller, store: GenericStore) -> Answer | None:
        if call.operation == "rack.delete":
            inside = [item for item in store.all("rack.slot") if item.parents == {"rack_id": call.names["rack_id"]}]
            left.append(len(inside))
            if inside:
                raise Refused(409, "There are slots in it.")
        return None

    # One case asks what becomes of what is in it.
    assert set() == requirements(run(Hooks(handle=handle), "test_life", f"({SLOTS}) and not goes_with_it"))
    assert {0} == set(left)


def test_what_has_to_be_empty_before_it_is_deleted_is_no_finding(run: Run) -> None:
    def handle(call: Call, _caller: Caller, store: GenericStore) -> Answer | None:
        if call.operation == "rack.delete" and any(item.kind == "rack.slot" for item in store.all()):
            raise Refused(409, "There are slots in it.")
        return None

    verdict = run(Hooks(handle=handle), "test_life", "stands_below and slot")
    assert set() == requirements(verdict)


ABSENT = ("test_refusals", "below_another and slot.")


def test_what_is_not_there_and_what_it_stands_below_are_told_by_404(run: Run) -> None:
    verdict = run(Hooks(), *ABSENT)
    kept = {item.id for item in verdict.requirements if item.outcome is Outcome.PASSED}
    due = {item.id for item in verdict.requirements if item.id.startswith("slot.") and ".path." in item.id}
    assert (set(), set()) == (requirements(verdict), due - kept)


@pytest.mark.parametrize("fault", ["slot.show.absent.slot_id.500", "slot.list.absent.rack_id.500"])
def test_a_server_that_fails_where_nothing_is_there_is_seen(run: Run, goods: Contract, fault: str) -> None:
    broken = bank(goods, every=True)[fault]
    assert requirements(run(broken.hooks, *ABSENT)) & {*broken.breaks}


THING = {"id": {"type": "string"}, "name": TEXT}
DIGITS = "[0-9a-f]{32}"
BOX, LID = "/v3/boxes/{box_id}", "/v3/boxes/{box_id}/lids/{lid_id}"
BOXES: Chapter = [
    ("box.create", "POST", "/v3/boxes", {"body": within("box", obj({"name": TEXT})), 201: within("box", obj(THING))}),
    ("box.show", "GET", BOX, {200: within("box", obj(THING))}),
    ("box.delete", "DELETE", BOX, {204: None}),
    ("lid.list", "GET", f"{BOX}/lids", {200: rows("lids", obj(THING))}),
    ("lid.create", "POST", f"{BOX}/lids", {"body": within("lid", obj({"name": TEXT})), 201: within("lid", obj(THING))}),
    ("lid.show", "GET", LID, {200: within("lid", obj(THING))}),
    ("lid.delete", "DELETE", LID, {204: None}),
]


@pytest.mark.parametrize(
    ("pattern", "absent", "found"),
    [(DIGITS, 404, set()), (DIGITS, 400, {"code-instead"}), ("[0-9a-f]{30}xy", 404, set())],
)
def test_what_is_not_there_is_asked_for_by_an_id_as_the_contract_has_ids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str, absent: int, found: set[str]
) -> None:
    plain = warehouse._operation

    def with_pattern(name: str, path: str, said: Any) -> Any:
        made = plain(name, path, said)
        for item in made.get("parameters", []):
            if item["in"] == "path":
                item["schema"] = {"type": "string", "pattern": f"^{pattern}$"}
        return made

    def handle(call: Call, caller: Caller, store: GenericStore) -> Answer | None:
        if call.method != "POST":
            return None
        kind = call.operation.partition(".")[0]
        try:
            members = json.loads(call.body)[kind]
        except (ValueError, LookupError, TypeError):
            return None
        if call.names:
            store.find(caller, "box", call.names["box_id"])
        own = uuid.uuid4().hex if pattern == DIGITS else f"{uuid.uuid4().hex[:30]}xy"
        made = store.create(caller, "box.lid" if call.names else "box", dict(call.names), members, own)
        return Answer(201, {kind: {"id": made.id, **members}})

    def answer(call: Call, answer: Answer, _store: object) -> Answer:
        if answer.status != 404 or not call.names:
            return answer
        known = all(re.fullmatch(pattern, own) for own in call.names.values())
        code = absent if known else 400
        return Answer(code, {"error": {"code": code, "message": "No.", "title": warehouse.CODES[code]}})

    monkeypatch.setattr(warehouse, "_operation", with_pattern)
    hooks = Fault("any", (), "of this test", Hooks(handle=handle, answer=answer))
    options = Options(
        specs=write_warehouse(tmp_path / "specs", BOXES),
        embedded=lambda contract: Reference(contract, faults=(hooks,)),
        modules=("conformance.services.generic.cases.test_refusals",),
        selection="404_for_what",
        seed=1,
    )
    verdict, _ = conduct_run(options, tmp_path, Console(file=io.StringIO()))
    assert ({group.deviation.kind for group in verdict.findings}, verdict.run.leftovers) == (found, ())
    below = [item.response.status for item in verdict.exchanges if item.operation.startswith("lid.")]
    assert (400 in below) is (absent == 400)
