"""What a service may do later than it answers is waited for; what it never does is found all the same."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from warehouse import LIMIT, TEXT, UUID, Chapter, obj, rows, within, write_warehouse

from conformance.cli.reporting import conduct_run
from conformance.contract.specs import load_contract
from conformance.model.verdict import Verdict
from conformance.proof.bank import bank, liberties
from conformance.proof.reference import Reference
from conformance.run.options import Options
from conformance.services.fault import Fault, Hooks
from conformance.services.generic.target.store import GenericStore, Stored
from conformance.services.wire import Answer, Call, Caller, Refused

MODULES = tuple(f"conformance.services.generic.cases.{name}" for name in ("test_life", "test_lists", "test_walks"))
Run = Callable[..., Verdict]


@pytest.fixture(scope="module")
def specs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The specs of the warehouse."""
    return write_warehouse(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture
def run(specs: Path, tmp_path: Path) -> Run:
    """Runs cases on what a resource promises against the warehouse with faults and liberties."""

    def conducted(selection: str, *names: str, hooks: Hooks | None = None, chapter: Chapter | None = None) -> Verdict:
        used = specs if chapter is None else write_warehouse(tmp_path / "specs", chapter)
        contract = load_contract(used)
        known = bank(contract) | liberties(contract)
        chosen = [known[name] for name in names] + ([Fault("any", (), "of this test", hooks)] if hooks else [])
        options = Options(
            specs=used,
            embedded=lambda of: Reference(of, faults=tuple(chosen)),
            modules=MODULES,
            selection=selection,
            seed=1,
        )
        return conduct_run(options, tmp_path, Console(file=io.StringIO()))[0]

    return conducted


def kinds(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """(operation, kind) of each finding."""
    return ((group.exemplar.operation, group.deviation.kind) for group in verdict.findings)


def test_what_was_accepted_to_be_made_is_waited_for(run: Run) -> None:
    verdict = run("crate", "liberty.any.later.made")
    assert (set(), ()) == ({*kinds(verdict)}, verdict.run.leftovers)


@pytest.mark.parametrize(
    ("fault", "found"),
    [("crate.create.lost", "made-and-not-there"), ("crate.create.unlisted", "not-listed")],
)
def test_what_was_accepted_and_is_never_there_is_a_finding(run: Run, fault: str, found: str) -> None:
    assert found in {kind for _, kind in kinds(run("is_made_is_shown and crate", fault))}


def test_what_was_accepted_to_be_changed_is_waited_for(run: Run) -> None:
    assert {*kinds(run("seal", "liberty.any.later.changed"))} == set()


def test_what_was_accepted_and_is_never_changed_is_a_finding(run: Run) -> None:
    found = {*kinds(run("is_changed and seal", "seal.update.ignored"))}
    assert ("seal.update", "differs-where") in found


def test_what_was_done_and_is_not_there_at_once_is_a_finding(run: Run) -> None:
    """A 201 says that it was made (RFC 9110, 15.3.2)."""
    made: dict[str, int] = {}

    def handle(call: Call, _caller: Caller, _store: object) -> None:
        if call.operation == "rack.show":
            looks = made[call.path] = made.get(call.path, 0) + 1
            if looks == 1:
                raise Refused(404, "Not yet.")

    found = {*kinds(run("is_made_is_shown and rack", hooks=Hooks(handle=handle)))}
    assert {kind for _, kind in found} == {"answered-in-two-ways"}


def test_what_is_new_and_at_work_is_asked_again(run: Run) -> None:
    verdict = run("rack and (is_changed or is_deleted)", "liberty.any.later.busy")
    assert (set(), ()) == ({*kinds(verdict)}, verdict.run.leftovers)


def test_what_is_never_free_is_a_finding(run: Run) -> None:
    def handle(call: Call, _caller: Caller, _store: object) -> None:
        if call.operation == "rack.delete":
            raise Refused(409, "It is at work.")

    assert ("rack.delete", "status") in {*kinds(run("is_deleted and rack", hooks=Hooks(handle=handle)))}


BOX = {"id": UUID, "name": TEXT, "description": TEXT}
JOB = "0f0e0d0c-1111-4222-8333-0a0b0c0d0e0f"
BOXES: Chapter = [
    ("box.list", "GET", "/v3/boxes", {200: rows("boxes", obj(BOX))}),
    ("box.create", "POST", "/v3/boxes", {"body": obj({"name": TEXT, "description": TEXT}, ["name"]), 202: obj({"id": TEXT})}),
    ("box.show", "GET", "/v3/boxes/{box_id}", {200: obj(BOX)}),
    ("box.delete", "DELETE", "/v3/boxes/{box_id}", {204: None}),
]  # fmt: skip
BY_LOCATION: Chapter = [(*row[:3], {**row[3], 202: None}) if row[0] == "box.create" else row for row in BOXES]


@pytest.mark.parametrize(
    ("chapter", "said"),
    [(BOXES, Answer(202, {"id": JOB})), (BY_LOCATION, Answer(202, None, {"Location": f"/v3/jobs/{JOB}"}))],
)
def test_what_a_job_makes_is_found_by_its_name(run: Run, chapter: Chapter, said: Answer) -> None:
    def answer(call: Call, answer: Answer, _store: object) -> Answer:
        return said if call.operation == "box.create" and answer.status == 202 else answer

    verdict = run("is_made_is_shown or is_deleted", hooks=Hooks(answer=answer), chapter=chapter)
    judged = {item.id: item.outcome.value for item in verdict.requirements}
    assert ({*kinds(verdict)}, verdict.run.leftovers) == (set(), ())
    assert ("passed", "passed") == (judged["box.list.complete"], judged["box.delete.gone"])


class Clock:
    """Hooks that also take down how many seconds of the target's clock a run takes, and what it has left."""

    def __init__(self, refuses: Callable[[Call, float], int] = lambda _call, _age: 0, **hooks: Any) -> None:
        self._refuses, self._begun, self.seconds, self.hooks = refuses, None, 0.0, Hooks(handle=self._handle, **hooks)

    def _handle(self, call: Call, _caller: Caller, store: Any) -> None:
        now = store.clock.now()
        self._begun = self._begun or now
        self.seconds = (now - self._begun).total_seconds()
        item = next((item for item in store.all() if item.id in call.names.values()), None)
        status = self._refuses(call, (now - item.created).total_seconds()) if item is not None else 0
        if status:
            raise Refused(status, "Not now.")


DONE: Chapter = [
    ("box.list", "GET", "/v3/boxes", {200: rows("boxes", obj({**BOX, "status": TEXT}))}),
    ("box.create", "POST", "/v3/boxes", {"body": obj({"name": TEXT, "description": TEXT}, ["name"]), 201: obj({**BOX, "status": TEXT})}),
    ("box.show", "GET", "/v3/boxes/{box_id}", {200: obj({**BOX, "status": TEXT})}),
    ("box.update", "PUT", "/v3/boxes/{box_id}", {"body": obj({"name": TEXT, "description": TEXT}, []), 200: obj({**BOX, "status": TEXT})}),
    ("box.delete", "DELETE", "/v3/boxes/{box_id}", {204: None}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "status", "most", "found"),
    [
        ("box.delete", 409, 55, ("box.delete", "status")),
        ("box.update", 409, 45, None),
        ("box.show", 500, 5, ("box.show", "breaks-later")),
        ("box.show", 404, 50, ("box.create", "made-and-not-there")),
    ],
)
def test_what_never_comes_is_not_waited_for_in_every_case(
    run: Run, operation: str, status: int, most: float, found: tuple[str, str] | None
) -> None:
    clock = Clock(lambda call, _age: status if call.operation == operation else 0)
    verdict = run("", hooks=clock.hooks, chapter=DONE)
    assert clock.seconds <= most
    assert found is None or found in {*kinds(verdict)}


def at_work(call: Call, answer: Answer, _store: Any) -> Answer:
    """A status that says for ever that something is still done."""
    body = answer.body
    if answer.status >= 300 or not isinstance(body, dict) or not call.operation.startswith("box."):
        return answer
    if "boxes" in body:
        return Answer(answer.status, {**body, "boxes": [{**row, "status": "creating"} for row in body["boxes"]]})
    return Answer(answer.status, {**body, "status": "creating"})


def test_what_is_at_work_for_ever_is_not_waited_for_in_every_case(run: Run) -> None:
    clock = Clock(answer=at_work)
    verdict = run("", hooks=clock.hooks, chapter=DONE)
    assert (True, set()) == (clock.seconds <= 65, {*kinds(verdict)})


@pytest.mark.parametrize("operations", [("box.delete",), ("box.update",), ("box.update", "box.delete")])
def test_what_is_new_and_at_work_for_some_seconds_is_waited_for_in_every_case(
    run: Run, operations: tuple[str, ...]
) -> None:
    clock = Clock(lambda call, age: 409 if call.operation in operations and age < 6 else 0)
    verdict = run("", hooks=clock.hooks, chapter=DONE)
    outcomes = {item.id: item.outcome.value for item in verdict.requirements}
    assert (set(), ()) == ({*kinds(verdict)}, verdict.run.leftovers)
    assert ("passed", "passed") == (outcomes["box.delete.gone"], outcomes["box.update.body.name"])
    assert clock.seconds > 18  # more than two waits


def test_what_differs_for_ever_does_not_keep_what_is_late_from_being_waited_for(run: Run) -> None:
    """Lists show a row 6 s after it was accepted, and never its description: it is found to differ, and not to be
    missing."""

    def visible(_call: Call, found: list[Any], store: Any) -> list[Any]:
        return [item for item in found if (store.clock.now() - item.created).total_seconds() >= 6]

    def answer(call: Call, answer: Answer, _store: Any) -> Answer:
        if call.operation == "box.list" and answer.status == 200 and isinstance(answer.body, dict):
            bare = [{**row, "description": "another"} for row in answer.body["boxes"]]
            return Answer(200, {**answer.body, "boxes": bare})
        return answer

    chapter: Chapter = [(*row[:3], {**row[3], 202: row[3][201]}) if row[0] == "box.create" else row for row in DONE]
    for row in chapter:
        if row[0] == "box.create":
            del row[3][201]
    verdict = run("", hooks=Clock(answer=answer, visible=visible).hooks, chapter=chapter)
    found = {kind for _, kind in kinds(verdict)}
    assert "not-listed" not in found
    assert "made-and-not-there" not in found
    assert found & {"differs-where", "not-as-sent"}


FOUND_BY = {**LIMIT, "name": {"type": "string"}, "description": {"type": "string"}}
IN_LISTS: Chapter = [
    ("box.list", "GET", "/v3/boxes", {"query": FOUND_BY, 200: rows("boxes", obj(BOX))}),
    ("box.detail", "GET", "/v3/boxes/detail", {"query": LIMIT, 200: rows("boxes", obj(BOX))}),
    ("box.create", "POST", "/v3/boxes", {"body": within("box", BOXES[1][3]["body"]), 202: within("box", obj(BOX))}),
    ("box.show", "GET", "/v3/boxes/{box_id}", {200: within("box", obj(BOX))}),
    BOXES[3],
]


@pytest.mark.parametrize(
    ("late", "found"),
    [
        (2, set()),
        (6, set()),
        (10**6, {("box.detail", "not-listed"), ("box.list", "selects")}),
    ],
)
def test_what_was_accepted_is_in_further_lists_and_found_by_filters_once_it_is_listed(
    run: Run, late: int, found: set[tuple[str, str]]
) -> None:
    def visible(_call: Call, items: list[Stored], store: GenericStore) -> list[Stored]:
        return [item for item in items if store.clock.now() - item.created >= timedelta(seconds=late)]

    verdict = run("another_list or a_filter", hooks=Hooks(visible=visible), chapter=IN_LISTS)
    assert ({*kinds(verdict)}, verdict.run.leftovers) == (found, ())
