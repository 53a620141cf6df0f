"""What a run may have made without a name of its own is never taken for nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from warehouse import TEXT, Chapter, obj, rows, within, write_warehouse

from conformance.cli.reporting import conduct_run
from conformance.model.verdict import Overall, Verdict
from conformance.proof.reference import Reference
from conformance.run.options import Options
from conformance.services.fault import Fault, Hooks
from conformance.services.wire import Answer, Call

Run = Callable[..., Verdict]
RIGHT = Hooks()


def sheets(**more: object) -> Chapter:
    """Sheets that a create gives a size, and what else it is told."""
    said = {"size": {"type": "integer", "minimum": 1}, **more}
    shown = {"id": {"type": "string", "format": "uuid"}, **said}
    path = "/v3/sheets/{sheet_id}"
    return [
        ("sheet.list", "GET", "/v3/sheets", {200: rows("sheets", obj(shown))}),
        (
            "sheet.create",
            "POST",
            "/v3/sheets",
            {"body": within("sheet", obj(said)), 201: within("sheet", obj(shown, []))},
        ),
        ("sheet.show", "GET", path, {200: within("sheet", obj(shown))}),
        ("sheet.delete", "DELETE", path, {204: None}),
    ]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Makes a sheet of a chapter on a target with hooks."""

    def conducted(hooks: Hooks, chapter: Chapter) -> Verdict:
        options = Options(
            specs=write_warehouse(tmp_path / "specs", chapter),
            embedded=lambda contract: Reference(contract, faults=(Fault("any", (), "of this test", hooks),)),
            modules=("conformance.services.generic.cases.test_life",),
            selection="is_made",
            seed=1,
        )
        verdict, _ = conduct_run(options, tmp_path, Console(file=io.StringIO()))
        return verdict

    return conducted


def without_an_id(call: Call, answer: Answer, _store: object) -> Answer:
    """A create is answered without the id of what it has made."""
    if call.operation != "sheet.create" or answer.status >= 300:
        return answer
    return Answer(201, {"sheet": {"size": 1}})


def failing(call: Call, answer: Answer, _store: object) -> Answer:
    """A create is carried out and answered as a failure."""
    body = {"error": {"code": 500, "title": "Internal Server Error", "message": "No."}}
    return Answer(500, body) if call.operation == "sheet.create" and answer.status < 300 else answer


@pytest.mark.parametrize("answer", [without_an_id, failing])
def test_what_cannot_be_recognised_may_be_left(run: Run, answer: Callable[[Call, Answer, object], Answer]) -> None:
    verdict = run(Hooks(answer=answer), sheets())
    assert ("sheet:?",) == verdict.run.leftovers
    [note] = [note for note in verdict.notes if note.kind == "maybe-unrecognised"]
    assert "sheet" == dict(note.terms)["resource"]
    assert verdict.overall is not Overall.CONFORMANT


def test_what_has_a_name_of_ours_is_found_by_it(run: Run) -> None:
    verdict = run(Hooks(answer=without_an_id), sheets(name=TEXT))
    assert () == verdict.run.leftovers
    assert not [note for note in verdict.notes if note.kind == "maybe-unrecognised"]


def test_nothing_is_left_of_what_is_answered_with_its_id(run: Run) -> None:
    verdict = run(RIGHT, sheets())
    assert () == verdict.run.leftovers
    assert not verdict.findings
