"""Services that have few of the operations of a resource: no run over them is the suite's own fault."""

from __future__ import annotations

import io
from collections.abc import Collection
from pathlib import Path

import pytest
from rich.console import Console
from targets import reference_with
from warehouse import Chapter, obj, rows, some, within, write_warehouse

from conformance.cli.reporting import conduct_run
from conformance.model.verdict import Verdict
from conformance.run.options import Options

BOX = {
    "id": {"type": "string", "format": "uuid"},
    "name": {"type": "string", "maxLength": 255},
    "colour": {"type": "string", "enum": ["red", "green"]},
}


def boxes(*has: str) -> Chapter:
    """A chapter of boxes with these operations."""
    many, one, box = "/v3/boxes", "/v3/boxes/{box_id}", within("box", obj(BOX))
    said = some(BOX, "name", "colour")
    chapter: Chapter = [
        ("box.list", "GET", many, {200: rows("boxes", obj(BOX))}),
        ("box.create", "POST", many, {"body": within("box", obj(said, ["name"])), 201: box}),
        ("box.show", "GET", one, {200: box}),
        ("box.update", "PUT", one, {"body": within("box", obj(said, [])), 200: box}),
        ("box.delete", "DELETE", one, {204: None}),
    ]
    return [row for row in chapter if row[0].rpartition(".")[2] in {*has, "create", "delete"}]


def judged(specs: Path, out: Path, *faults: str) -> Verdict:
    options = Options(specs=specs, seed=1, selection="refusals or life", embedded=reference_with(*faults))
    verdict, _ = conduct_run(options, out, Console(file=io.StringIO()))
    return verdict


@pytest.mark.parametrize("has", [("list",), ("show",), ("list", "update"), ()])
def test_what_is_taken_out_of_the_ordinary_is_found_where_little_can_be_seen(
    tmp_path: Path, has: Collection[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONFORMANCE_ALL", "1")
    specs, fault = write_warehouse(tmp_path / "specs", boxes(*has)), "box.create.taken.name.type"
    assert 3 == judged(specs, tmp_path / "right").exit_code
    found = judged(specs, tmp_path / "wrong", fault)
    assert (1, ["forbidden-accepted"]) == (
        found.exit_code,
        sorted({variant.deviation.kind for group in found.findings for variant in group.variants}),
    )
