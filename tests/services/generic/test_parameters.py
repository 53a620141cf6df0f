"""Parameters that an operation cannot do without and of which nobody knows a value: nothing is left behind for them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from warehouse import TEXT, UUID, Chapter, obj, rows, within, write_warehouse

from conformance.cli.reporting import conduct_run
from conformance.model.phrase import Phrase
from conformance.model.verdict import Verdict
from conformance.proof.reference import Reference
from conformance.run.options import Options
from conformance.services.fault import Fault, Hooks
from conformance.services.wire import Call, Caller, Refused

BOX = obj({"id": UUID, "name": TEXT})
FREE: Mapping[str, Any] = {"type": "string"}


def boxes(**needs: str) -> Chapter:
    """A chapter whose operations need these parameters of the query: `delete="reason"`."""
    item = "/v3/boxes/{box_id}"
    said: list[tuple[str, str, str, dict[Any, Any]]] = [
        ("box.list", "GET", "/v3/boxes", {200: rows("boxes", BOX)}),
        ("box.create", "POST", "/v3/boxes", {"body": within("box", obj({"name": TEXT}, ["name"])), 201: within("box", BOX)}),
        ("box.show", "GET", item, {200: within("box", BOX)}),
        ("box.delete", "DELETE", item, {204: None}),
    ]  # fmt: skip
    for name, _, _, about in said:
        needed = needs.get(name.rpartition(".")[2])
        if needed is not None:
            about.update(needs=[needed], query={needed: FREE})
    return said


class Held:
    """A service that wants what its contract says, and what it has made and has left."""

    def __init__(self, directory: Path, *, strict: bool = True, **needs: str) -> None:
        self._directory, self._strict, self._needs, self.left, self.made = directory, strict, needs, [""], 0

    def handle(self, call: Call, _caller: Caller, store: Any) -> None:
        needed = self._needs.get(call.operation.rpartition(".")[2])
        if self._strict and needed is not None and needed not in dict(call.query):
            raise Refused(400, f"Say {needed}.")
        self.made += call.operation == "box.create"
        self._store = store

    def run(self, module: str, values: Path | None = None) -> Verdict:
        faults = (Fault("any", (), "of this test", Hooks(handle=self.handle)),)
        options = Options(
            specs=write_warehouse(self._directory / "specs", boxes(**self._needs)),
            embedded=lambda contract: Reference(contract, faults=faults),
            modules=(f"conformance.services.generic.cases.{module}",),
            values=values,
            seed=1,
        )
        verdict = conduct_run(options, self._directory / "out", Console(file=io.StringIO()))[0]
        self.left = [item.id for item in self._store.all()]
        return verdict


def kinds(verdict: Verdict) -> set[str]:
    return {note.kind for note in verdict.notes}


def test_what_could_not_be_deleted_is_not_made_and_that_is_said_before_the_run(tmp_path: Path) -> None:
    service = Held(tmp_path, delete="reason")
    verdict = service.run("test_life")
    missing = Phrase.of("value-missing", operation="box.delete", name="reason")
    outcomes = {item.id: item.outcome.value for item in verdict.requirements}
    assert (0, [], ()) == (service.made, service.left, verdict.run.leftovers)
    assert missing in verdict.notes
    assert "not exercised" == outcomes["box.create.response.201"]
    assert "suite-at-fault" not in kinds(verdict)


def test_with_a_value_for_what_deletes_all_is_made_and_deleted(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text("box.delete:\n  reason: done\n")
    service = Held(tmp_path, delete="reason")
    verdict = service.run("test_life", file)
    outcomes = {item.id: item.outcome.value for item in verdict.requirements}
    assert ("passed", "passed") == (outcomes["box.create.response.201"], outcomes["box.delete.gone"])
    assert (True, [], ()) == (service.made > 0, service.left, verdict.run.leftovers)


@pytest.mark.parametrize("operation", ["show", "list"])
def test_what_looks_for_what_is_left_is_tried_without(tmp_path: Path, operation: str) -> None:
    service = Held(tmp_path, **{operation: "zone"})
    verdict = service.run("test_walks")
    assert (True, [], ()) == (service.made > 0, service.left, verdict.run.leftovers)
    assert "suite-at-fault" not in kinds(verdict)
