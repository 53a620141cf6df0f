"""A document becomes a directory of specs, all files or none."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import jsonschema
import pytest
from checkout import SCHEMAS
from ruamel.yaml import YAML

from conformance.contract.extraction import extract
from conformance.contract.prepared import PREPARED
from conformance.contract.reading import READING
from conformance.contract.source_map import requirement_places
from conformance.contract.specs import LEDGER, OVERLAY, load_contract
from conformance.document import Document
from conformance.model.contract import Authority, Requirement
from conformance.model.errors import UsageError


def no_checks(_: Sequence[Requirement]) -> Mapping[str, tuple[str, ...]]:
    return {}


def names(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


def test_each_service_has_a_file_beside_the_errata_and_the_ledger(library: Document, errata: Path) -> None:
    files = extract(library, errata, no_checks).files
    assert sorted([*files, OVERLAY]) == names(errata)
    assert list(files) == [
        "book.openapi.yaml",
        "reader.openapi.yaml",
        "identity.openapi.yaml",
        LEDGER,
        READING,
        PREPARED,
    ]
    assert files == {name: (errata / name).read_text(encoding="utf-8") for name in files}


def test_extracting_twice_gives_the_same_bytes(library: Document, errata: Path) -> None:
    assert extract(library, errata, no_checks) == extract(library, errata, no_checks)


def test_the_ledger_names_the_checks_of_each_requirement(library: Document, errata: Path) -> None:
    extract(library, errata, lambda requirements: {requirements[0].id: ("one", "two")})
    rows = YAML(typ="safe", pure=True).load(errata / LEDGER)["requirements"]
    assert rows[0]["checks"] == ["one", "two"]
    assert all(("checks" in row) != ("excluded" in row) for row in rows)


def test_a_spec_of_a_service_that_the_document_does_not_have_is_taken_away(library: Document, errata: Path) -> None:
    (errata / "parcel.openapi.yaml").write_text("of an edition before")
    (errata / "notes.yaml").write_text("somebody's own")
    extract(library, errata, no_checks)
    assert "parcel.openapi.yaml" not in names(errata)
    assert "notes.yaml" in names(errata)


def test_a_stale_erratum_stops_nothing_and_is_told(library: Document, errata: Path) -> None:
    path = errata / OVERLAY
    path.write_text(path.read_text(encoding="utf-8").replace("'page-size'", "'page-sighs'"), encoding="utf-8")
    done = extract(library, errata, no_checks)
    assert [(item.number, item.ruling, item.spec, item.source) for item in done.stale] == [
        (1, 1, "book", ((159, 161),))
    ]
    contract = load_contract(errata)
    assert contract.stale == done.stale
    assert contract.operations["book.create"].request_schema["properties"]["pages"]["type"] == "integer"


def test_stale_errata_are_known_of_specs_that_were_not_prepared(library: Document, errata: Path) -> None:
    path = errata / OVERLAY
    path.write_text(path.read_text(encoding="utf-8").replace("'page-size'", "'page-sighs'"), encoding="utf-8")
    done = extract(library, errata, no_checks)
    schema = json.loads((SCHEMAS / "prepared.schema.json").read_text())
    jsonschema.validate(json.loads(done.files[PREPARED]), schema, jsonschema.Draft202012Validator)
    (errata / PREPARED).unlink()
    assert load_contract(errata).stale == done.stale


def test_errata_of_this_document_are_its_own(library: Document, errata: Path) -> None:
    assert not extract(library, errata, no_checks).other
    path = errata / OVERLAY
    path.write_text(path.read_text(encoding="utf-8").replace(library.sha256, "0" * 64), encoding="utf-8")
    assert extract(library, errata, no_checks).other


# --- without errata, and with those of another place ------------------------------------------------------------------


def test_a_document_without_errata_becomes_a_contract(library: Document, tmp_path: Path) -> None:
    out = tmp_path / "specs" / "library"
    done = extract(library, out, no_checks)
    assert names(out) == sorted(done.files)
    contract = load_contract(out)
    assert (contract.name, contract.rulings, contract.stale) == ("library", {}, ())
    assert {item.authority for item in contract.requirements.values()} == {Authority.DOCUMENT, Authority.UPSTREAM}
    assert set(contract.requirements) == set(requirement_places(out))


def test_without_errata_and_with_an_empty_list_of_them_the_contract_is_the_same(
    library: Document, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.yaml"
    empty.write_text("overlay: 1.0.0\ninfo: {title: None, version: '1'}\nactions: []\n")
    without = extract(library, tmp_path / "one" / "library", no_checks).files
    with_none = extract(library, tmp_path / "two" / "library", no_checks, empty).files
    assert {name: text for name, text in without.items() if name != PREPARED} == {
        name: text for name, text in with_none.items() if name != PREPARED
    }
    assert load_contract(tmp_path / "one" / "library") == load_contract(tmp_path / "two" / "library")


def test_errata_are_copied_and_their_own_file_is_left_alone(library: Document, errata: Path, tmp_path: Path) -> None:
    path, out = errata / OVERLAY, tmp_path / "out" / errata.name
    before = path.read_bytes()
    done = extract(library, out, no_checks, path)
    assert (out / OVERLAY).read_bytes() == before == path.read_bytes()
    assert done == extract(library, errata, no_checks)


def test_errata_that_lie_there_are_not_written_again(library: Document, errata: Path) -> None:
    before = (errata / OVERLAY).stat()
    extract(library, errata, no_checks)
    after = (errata / OVERLAY).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


# --- nothing is written in part ---------------------------------------------------------------------------------------


def snapshot(place: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in place.iterdir()}


def test_what_cannot_be_written_leaves_no_directory(library: Document, errata: Path, tmp_path: Path) -> None:
    path = errata / OVERLAY
    path.write_text("overlay: 1.0.0\nactions: [{}]\n")
    with pytest.raises(UsageError, match="an action needs a target"):
        extract(library, tmp_path / "new" / "specs", no_checks, path)
    assert not (tmp_path / "new").exists()


def test_errata_that_leave_no_openapi_are_refused(library: Document, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(
        "overlay: 1.0.0\nactions:\n- {target: $.info, remove: true, description: a reason, x-source: [[1, 1]]}\n"
    )
    with pytest.raises(UsageError, match=r"with .*wrong\.yaml applied: not valid OpenAPI 3\.1"):
        extract(library, tmp_path / "specs", no_checks, path)
    assert not (tmp_path / "specs").exists()


def test_errata_that_leave_a_schema_nobody_can_use_are_refused_with_the_one_that_does(
    library: Document, tmp_path: Path
) -> None:
    path, schema = tmp_path / "wrong.yaml", "$.paths['/v1/books'].get.parameters[?@.name=='page-size'].schema"
    fine = "{target: $.info, update: {x-a: 1}, x-spec: book, description: a reason, x-source: [[1, 1]]}"
    path.write_text(
        f"overlay: 1.0.0\nactions:\n- {fine}\n- target: {schema}\n  x-spec: book\n  x-ruling: 7\n  x-source: [[1, 1]]\n"
        f"  description: a reason\n  update: {{pattern: '('}}\n- {fine}\n"
    )
    with pytest.raises(UsageError, match=r"not valid OpenAPI 3\.1: .*; mend actions\[1\] \(ruling 7\) of the errata$"):
        extract(library, tmp_path / "specs", no_checks, path)
    assert not (tmp_path / "specs").exists()


@pytest.mark.parametrize("wrong", [KeyboardInterrupt(), OSError(28, "No space left on device")])
@pytest.mark.parametrize("at", range(1, 5))
def test_an_end_in_between_leaves_every_file_as_it_was(
    library: Document, errata: Path, monkeypatch: pytest.MonkeyPatch, wrong: BaseException, at: int
) -> None:
    extract(library, errata, no_checks)
    before = snapshot(errata)
    put, count = os.replace, 0

    def ends(old: Path, new: Path) -> None:
        nonlocal count
        count += 1
        if count == at:
            raise wrong
        put(old, new)

    monkeypatch.setattr("conformance.contract.staging.os.replace", ends)
    with pytest.raises(KeyboardInterrupt if isinstance(wrong, KeyboardInterrupt) else UsageError):
        extract(library, errata, lambda items: {item.id: ("a-check",) for item in items})
    assert before == snapshot(errata)


def test_an_end_in_between_leaves_nothing_where_nothing_was(
    library: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = os.replace

    def ends(old: Path, new: Path) -> None:
        put(old, new)
        raise KeyboardInterrupt

    monkeypatch.setattr("conformance.contract.staging.os.replace", ends)
    with pytest.raises(KeyboardInterrupt):
        extract(library, tmp_path / "new" / "specs", no_checks)
    assert not (tmp_path / "new").exists()
