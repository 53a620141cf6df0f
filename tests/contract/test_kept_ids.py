"""An operation that is the same in the next edition keeps its id, whatever stands beside it there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from checkout import SCHEMAS
from document.described_documents import document_of, example_of, operation_of, row_of, table_of
from document.own.blocks import blocks
from document.own.editions import CHAPTERS
from document.own.forms import to_dump
from document.own.truth import TrueEdition, edited, without

from conformance.contract.editions import edition_changes
from conformance.contract.extraction import extract
from conformance.contract.ledger import derive
from conformance.contract.openapi import service_specs
from conformance.contract.reading import READING, after, earlier_in, earlier_of, kept
from conformance.contract.specs import load_contract
from conformance.document import ApiOperation, Document, read_document
from conformance.document.contradictions import contradictions
from conformance.document.model import Position
from conformance.document.naming import inventory

LONG, SHORT = operation_of("GET", "/v2/{tenant}/servers"), operation_of("GET", "/v2/servers")
ACTION = "/v2/servers/{server_id}/action"


def next_of(before: Document, *operations: ApiOperation) -> Document:
    """The edition after one, of these operations."""
    return after(document_of(*operations), earlier_of(service_specs(before)))


def ids(document: Document) -> list[str]:
    return [item.id for item in inventory(document).operations]


def acting(key: str) -> ApiOperation:
    return operation_of("POST", ACTION, sent=[example_of({key: {}})], codes=[202])


def test_a_neighbour_with_a_shorter_path_takes_no_id_away() -> None:
    before = document_of(LONG)
    assert ["server.list"] == ids(before)
    assert ["tenant.server.list", "server.list"] == ids(document_of(LONG, SHORT))
    found = ids(next_of(before, LONG, SHORT))
    assert found[0] == "server.list"
    assert found[1] not in {"server.list", "tenant.server.list"}


def test_an_id_stays_when_the_neighbour_that_made_it_long_is_gone() -> None:
    before = document_of(LONG, SHORT)
    assert ["tenant.server.list"] == ids(next_of(before, LONG))


def test_the_same_document_says_the_same_after_itself() -> None:
    before = document_of(SHORT, LONG, acting("reboot"), acting("stop"), operation_of("GET", "/v3/servers"))
    again = after(before, earlier_of(service_specs(before)))
    assert service_specs(again) == service_specs(before)
    assert contradictions(again) == contradictions(before)


def test_what_is_new_beside_a_long_id_is_of_the_same_resource() -> None:
    before = document_of(LONG, SHORT)
    new = [operation_of("POST", "/v2/{tenant}/servers"), operation_of("GET", "/v2/{tenant}/servers/{id}")]
    assert ["tenant.server.list", "tenant.server.create", "tenant.server.show"] == ids(next_of(before, LONG, *new))


def test_an_action_keeps_its_id_alone_and_among_others() -> None:
    assert ["server.act.reboot"] == ids(next_of(document_of(acting("reboot")), acting("reboot")))
    both = next_of(document_of(acting("reboot")), acting("stop"), acting("reboot"))
    assert ["server.act.stop", "server.act.reboot"] == ids(both)
    assert ["server.act.stop"] == ids(next_of(document_of(acting("reboot")), acting("stop")))


def test_what_becomes_one_of_several_bodies_keeps_its_id() -> None:
    one, other = (operation_of("POST", "/v2/servers", sent=[example_of({key: {}})]) for key in ("server", "bulk"))
    before = document_of(one)
    assert ["server.create"] == ids(before)
    assert "server.create" == ids(next_of(before, one, other))[0]
    assert "server.create" not in ids(next_of(before, other))[1:]


def renamed(name: str) -> ApiOperation:
    return operation_of(
        "GET",
        f"/v2/servers/{{{name}}}",
        asks=[table_of(row_of(name, "string", True), place=Position.PATH)],
        answers=[table_of(row_of("id"))],
    )


def test_a_parameter_of_the_path_that_is_called_otherwise_changes_no_promise() -> None:
    before = document_of(renamed("id"))
    now = next_of(before, renamed("server_id"))
    one, other = service_specs(before), service_specs(now)
    assert {item.id for item in derive(one)} == {item.id for item in derive(other)}
    assert edition_changes(one, other) == ()
    assert [item for item in contradictions(now) if item.kind in {"renamed in path", "path without row"}] == []


def test_names_that_differ_within_the_document_are_still_told() -> None:
    now = next_of(document_of(renamed("id")), renamed("server_id"), operation_of("DELETE", "/v2/servers/{uuid}"))
    assert [("server.delete", "uuid")] == [
        (item.operation, item.subject) for item in contradictions(now) if item.kind == "renamed in path"
    ]


# --- the directory remembers ------------------------------------------------------------------------------------------


def test_a_directory_keeps_the_ids_when_its_document_is_extracted_again(tmp_path: Path) -> None:
    before = document_of(LONG, SHORT)
    now = next_of(before, LONG)
    done = extract(now, tmp_path, lambda _: {})
    schema = json.loads((SCHEMAS / "reading.schema.json").read_text())
    jsonschema.validate(json.loads(done.files[READING]), schema, jsonschema.Draft202012Validator)
    assert kept(tmp_path).earlier == now.earlier == earlier_in(tmp_path)
    assert extract(replace(now, earlier=()), tmp_path, lambda _: {}).files == done.files
    assert list(load_contract(tmp_path).operations) == ["tenant.server.list"]


def test_nothing_is_remembered_where_every_id_is_as_without(tmp_path: Path) -> None:
    before = document_of(LONG, SHORT)
    done = extract(next_of(before, LONG, SHORT), tmp_path, lambda _: {})
    assert done.files == extract(document_of(LONG, SHORT), tmp_path, lambda _: {}).files
    assert earlier_in(tmp_path) == ()
    assert earlier_in(tmp_path / "absent") == ()


# --- documents of our own, and the vendor's ---------------------------------------------------------------------------


def read(path: Path, edition: TrueEdition) -> Document:
    path.write_text(to_dump(blocks(edition)), encoding="utf-8")
    return read_document(path)


@pytest.mark.parametrize("key", sorted(CHAPTERS))
def test_the_second_edition_keeps_the_ids_of_all_that_the_first_has(tmp_path: Path, key: str) -> None:
    first, second = (read(tmp_path / f"{number}.txt", item) for number, item in enumerate(CHAPTERS[key]))
    one, other = service_specs(first), service_specs(after(second, earlier_of(service_specs(first))))
    before, now = (
        {(item.method, item.path, item.action): item.id for item in earlier_of(side)} for side in (one, other)
    )
    assert {name: before[name] for name in before if name in now} == {name: now[name] for name in before if name in now}
    gone, new = set(before.values()) - set(now.values()), set(now.values()) - set(before.values())
    changes = edition_changes(one, other)
    assert {item.operation for item in changes if item.rule == "operation-removed"} == gone
    assert {item.operation for item in changes if item.rule == "operation-added"} == new
    assert [item for item in changes if item.rule == "operation-moved"] == []


def test_an_operation_that_is_left_out_changes_no_other(tmp_path: Path) -> None:
    first = CHAPTERS["servers"][0]
    for title in (item.title for item in first.operations if item.method):
        before = read(tmp_path / "one.txt", first)
        now = after(read(tmp_path / "two.txt", edited(first, title, without)), earlier_of(service_specs(before)))
        assert set(ids(now)) < set(ids(before))


def test_an_edition_of_the_vendor_s_keeps_ids_and_classes_what_changed(
    document: Document, document_path: Path, tmp_path: Path
) -> None:
    lines = document_path.read_text(encoding="utf-8").split("\n")
    # 905-932 is one operation: it is put in again at another path, 934-957 is taken out, and lines come before all.
    path = next(line for line in lines[904:932] if line.strip().startswith("GET"))
    again = [line.replace(path, path.replace("GET /v2/", "GET /v2/copies/")) for line in lines[904:932]]
    text = [*lines[:932], "", *again, "", *lines[957:]]
    text = [*text[:20], "New.", "", *text[20:]]
    made = tmp_path / "next.txt"
    made.write_text("\n".join(text).replace("{image_id}", "{id}").replace("\nimage_id ", "\nid "), encoding="utf-8")
    one = service_specs(document)
    now = after(read_document(made), earlier_of(one))
    other = service_specs(now)
    before, known = {item.id for item in earlier_of(one)}, {item.id for item in earlier_of(other)}
    assert len(before - known) == len(known - before) == 1
    changes = edition_changes(one, other)
    assert {item.operation for item in changes if item.rule == "operation-removed"} == before - known
    assert {item.operation for item in changes if item.rule == "operation-added"} == known - before
    left = [item for item in changes if item.operation in before & known]
    assert left == []
    promised = {item.id for item in derive(one)}
    kept_ids = {item.id for item in derive(other)}
    gone = {name for name in promised - kept_ids if not any(name.startswith(f"{item}.") for item in before - known)}
    assert {name.rpartition(".")[0] for name in gone} <= {item.rpartition(".")[0] + ".isolation" for item in before}
