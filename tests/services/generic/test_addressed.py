"""Resources that answers name by an address, or by a Location alone, are found like any other."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from warehouse import TEXT, Chapter, obj, rows, some, write_warehouse

from conformance.cli.reporting import conduct_run
from conformance.contract.specs import load_contract
from conformance.model.verdict import Verdict
from conformance.proof.reference import Reference
from conformance.run.options import Options
from conformance.services.fault import Fault, Hooks
from conformance.services.wire import Answer, Call

LOCK = {"lock_ref": {"type": "string"}, "name": TEXT, "colour": {"type": "string", "enum": ["red", "grey"]}}
BOLT = {"name": {"type": "string", "pattern": "^CUSTOM_[A-Z0-9_]+$", "maxLength": 60}}
CHAPTER: Chapter = [
    ("lock.list", "GET", "/v3/locks", {200: rows("locks", obj(LOCK))}),
    ("lock.create", "POST", "/v3/locks", {"body": obj(some(LOCK, "name", "colour"), ["name"]), 201: obj(some(LOCK, "lock_ref"))}),
    ("lock.show", "GET", "/v3/locks/{lock_id}", {200: obj(LOCK)}),
    ("lock.delete", "DELETE", "/v3/locks/{lock_id}", {204: None}),
    ("bolt.list", "GET", "/v3/bolts", {200: rows("bolts", obj(BOLT))}),
    ("bolt.create", "POST", "/v3/bolts", {"body": obj(BOLT), 201: None, "headers": ["Location"]}),
    ("bolt.show", "GET", "/v3/bolts/{name}", {200: obj(BOLT)}),
    ("bolt.delete", "DELETE", "/v3/bolts/{name}", {204: None}),
]  # fmt: skip
Run = Callable[[Hooks], Verdict]


@pytest.fixture(scope="module")
def specs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_warehouse(tmp_path_factory.mktemp("addressed"), CHAPTER)


@pytest.fixture
def run(specs: Path, tmp_path: Path) -> Run:
    def conducted(hooks: Hooks) -> Verdict:
        target = Fault("any", (), "of this test", hooks)
        options = Options(
            specs=specs,
            embedded=lambda contract: Reference(contract, faults=(target,)),
            modules=("conformance.services.generic.cases.test_life",),
            seed=1,
        )
        return conduct_run(options, tmp_path, Console(file=io.StringIO()))[0]

    return conducted


def found(verdict: Verdict) -> set[tuple[str, str]]:
    return {(group.exemplar.operation, group.deviation.kind) for group in verdict.findings}


def test_the_end_of_its_address_is_the_id_of_a_resource_that_tells_none(specs: Path) -> None:
    resources = load_contract(specs).resources
    assert ("lock_ref", "") == (resources["lock"].address, resources["bolt"].address)
    assert "name" == resources["bolt"].id


def test_what_is_named_by_an_address_or_a_location_is_judged_and_removed(run: Run) -> None:
    verdict = run(Hooks())
    assert set() == found(verdict)
    outcomes = {item.id: item.outcome.value for item in verdict.requirements}
    for name in ("lock.delete.gone", "lock.list.complete", "bolt.delete.gone", "bolt.create.response.201"):
        assert "passed" == outcomes[name]
    assert [] == [note for note in verdict.notes if "left behind" in str(note)]


def without_the_last(call: Call, answer: Answer, _store: Any) -> Answer:
    if call.operation in {"lock.list", "bolt.list"} and answer.status == 200:
        return Answer(200, {name: items[:-1] for name, items in answer.body.items()}, answer.headers)
    return answer


def test_a_list_without_what_was_made_is_found_by_its_address_and_by_its_name(run: Run) -> None:
    assert {("lock.list", "not-listed"), ("bolt.list", "not-listed")} <= found(run(Hooks(answer=without_the_last)))
