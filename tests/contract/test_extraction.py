"""A document becomes a directory of specs, all files or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from conformance.contract.extraction import extract
from conformance.contract.prepared import PREPARED
from conformance.contract.specs import LEDGER, OVERLAY
from conformance.document import Document
from conformance.model.contract import Requirement
from conformance.model.errors import UsageError


def no_checks(_: Sequence[Requirement]) -> Mapping[str, tuple[str, ...]]:
    return {}


def names(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


def test_each_service_has_a_file_beside_the_errata_and_the_ledger(library: Document, errata: Path) -> None:
    files = extract(library, errata, no_checks)
    assert sorted([*files, OVERLAY]) == names(errata)
    assert list(files) == ["book.openapi.yaml", "reader.openapi.yaml", "identity.openapi.yaml", LEDGER, PREPARED]
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


def test_a_stale_erratum_is_refused_and_nothing_is_written(library: Document, errata: Path) -> None:
    path = errata / OVERLAY
    path.write_text(path.read_text(encoding="utf-8").replace("'page-size'", "'page-sighs'"), encoding="utf-8")
    with pytest.raises(UsageError, match="selects nothing in the book spec"):
        extract(library, errata, no_checks)
    assert names(errata) == [OVERLAY]


def test_a_directory_without_errata_is_refused(library: Document, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no errata file here"):
        extract(library, tmp_path, no_checks)
    assert names(tmp_path) == []
