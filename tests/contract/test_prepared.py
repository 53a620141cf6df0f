"""Specs that were read before are what the YAML says, and are left aside as soon as a file has changed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import pytest
from checkout import SCHEMAS

from conformance.contract.prepared import LEDGER, OVERLAY, PREPARED, prepared
from conformance.contract.source_map import requirement_places
from conformance.contract.specs import default_directory, load_contract


@pytest.fixture
def copied(specs_of_library: Path, tmp_path: Path) -> Path:
    """The specs, to be changed."""
    return Path(shutil.copytree(specs_of_library, tmp_path / specs_of_library.name))


def test_the_specs_that_ship_were_read_before() -> None:
    assert prepared(default_directory()) is not None, "run `conformance specs prepare specs/easystack-6.0.2`"


def test_they_say_what_the_yaml_says(tmp_path: Path) -> None:
    of_yaml = Path(shutil.copytree(default_directory(), tmp_path / default_directory().name))
    (of_yaml / PREPARED).unlink()
    assert load_contract(of_yaml) == load_contract(default_directory())
    assert requirement_places(of_yaml) == requirement_places(default_directory())


def test_the_file_keeps_its_schema() -> None:
    schema = json.loads((SCHEMAS / "prepared.schema.json").read_text())
    data = json.loads((default_directory() / PREPARED).read_text(encoding="utf-8"))
    assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(data)] == []


def test_an_erratum_that_was_changed_is_read_from_its_yaml(copied: Path) -> None:
    before = load_contract(copied)
    path = copied / OVERLAY
    path.write_text(path.read_text(encoding="utf-8").replace("ruling: ", "ruling: Changed. ", 1), encoding="utf-8")
    assert prepared(copied) is None
    assert load_contract(copied).rulings != before.rulings


@pytest.mark.parametrize("name", ["book.openapi.yaml", LEDGER])
def test_a_file_that_was_taken_away_is_missed(copied: Path, name: str) -> None:
    (copied / name).unlink()
    assert prepared(copied) is None


@pytest.mark.parametrize("text", ["", "[1]", "{}", '{"prepared": "1.0", "files": 5}'])
def test_a_damaged_file_changes_nothing(copied: Path, text: str) -> None:
    before = load_contract(copied)
    (copied / PREPARED).write_text(text)
    assert load_contract(copied) == before
