"""What a create makes that should be refused, for its path names the project of another, is removed where it is, and told as
what may be left where nobody sees it."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from warehouse import Chapter, obj, rows, some, within, write_warehouse

from conformance.cli.reporting import conduct_run
from conformance.contract.specs import load_contract
from conformance.proof.reference import Reference
from conformance.run.options import Options
from conformance.run.session import Session
from conformance.services.fault import Fault, Hooks
from conformance.services.generic.arrange import plain_call
from conformance.services.generic.client import GenericClient
from conformance.services.generic.target.store import GenericStore, Stored
from conformance.services.wire import Answer, Call, Caller
from conformance.target.cloud import Settings

HEAD = "project_id"
BOX = {"id": {"type": "string", "format": "uuid"}, "name": {"type": "string", "maxLength": 255}}


def boxes(directory: Path) -> Path:
    many, one = f"/v3/{{{HEAD}}}/boxes", f"/v3/{{{HEAD}}}/boxes/{{box_id}}"
    chapter: Chapter = [
        ("box.list", "GET", many, {200: rows("boxes", obj(BOX))}),
        ("box.create", "POST", many, {"body": within("box", obj(some(BOX, "name"))), 201: within("box", obj(BOX))}),
        ("box.show", "GET", one, {200: within("box", obj(BOX))}),
        ("box.delete", "DELETE", one, {204: None}),
    ]
    return write_warehouse(directory / "specs", chapter)


def owned_by_path(call: Call, caller: Caller | None, _accounts: Any) -> Caller | None:
    """A create is carried out for the project of its path."""
    if caller is None or call.operation != "box.create":
        return caller
    return replace(caller, project=call.names[HEAD])


def owned_by_token(call: Call) -> Call:
    """A create is carried out for the project of its token, whatever its path says."""
    if call.operation != "box.create" or call.caller is None:
        return call
    return replace(call, names={**call.names, HEAD: call.caller.project})


PATH, TOKEN = Hooks(authorise=owned_by_path), Hooks(request=owned_by_token)
NOBODYS = "0" * 32


@pytest.mark.parametrize(
    ("hooks", "project", "made", "left"),
    [
        (Hooks(), "other", 0, 0),
        (Hooks(), NOBODYS, 0, 0),
        (TOKEN, "other", 1, 0),
        (TOKEN, NOBODYS, 1, 0),
        (PATH, "other", 1, 0),
        (PATH, NOBODYS, 1, 1),
    ],
)
def test_what_is_made_is_removed_by_whoever_sees_it(
    tmp_path: Path, hooks: Hooks, project: str, made: int, left: int
) -> None:
    stored: list[str] = []
    removed: list[str] = []

    def store(_call: Call, item: Stored, _store: GenericStore) -> None:
        stored.append(item.id)

    def answer(call: Call, answer: Answer, _store: object) -> Answer:
        if call.operation == "box.delete" and answer.status == 204:
            removed.append(call.names["box_id"])
        return answer

    fault = Fault("any", (), "of this test", replace(hooks, stored=store, answer=answer))
    options = Options(Settings(reference=True), embedded=lambda contract: Reference(contract, faults=(fault,)))
    contract = load_contract(boxes(tmp_path))
    with Session(options, contract) as session:
        cloud = next(iter(session.clients.values()))
        assert isinstance(cloud, GenericClient)
        whose = session.target.actors[project].project_id if project in session.target.actors else project
        exchange = plain_call(cloud, contract.operations["box.create"], "", names={HEAD: whose})
        assert (201 if made else 404) == exchange.response.status
        session.cleanup()
    assert (made, left) == (len(stored), len({*stored} - {*removed}))
    assert [f"conformance-{session.run_id}-*"] * left == list(session.cleaning.leftovers)


@pytest.mark.parametrize(("hooks", "left"), [(Hooks(), False), (TOKEN, False), (PATH, True)])
def test_a_run_tells_what_may_be_left_in_the_project_of_another(tmp_path: Path, hooks: Hooks, *, left: bool) -> None:
    options = Options(
        specs=boxes(tmp_path),
        embedded=lambda contract: Reference(contract, faults=(Fault("any", (), "of this test", hooks),)),
        modules=("conformance.services.generic.cases.test_access",),
        selection="not_ours and box.create",
        seed=1,
    )
    verdict, _ = conduct_run(options, tmp_path, Console(file=io.StringIO()))
    due = {"box.create.path.project_id"} if hooks in (TOKEN, PATH) else set()
    assert due == {group.requirement for group in verdict.findings}
    assert ([f"conformance-{verdict.run.id}-*"] if left else []) == list(verdict.run.leftovers)
