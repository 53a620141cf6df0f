"""The edition that ships: the committed specs are what the document gives, and every fact of it has a requirement with checks."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import jsonschema
import pytest
from checkout import SCHEMAS
from openapi_spec_validator import OpenAPIV31SpecValidator
from ruamel.yaml import YAML

from conformance.contract.extraction import extract
from conformance.contract.overlay import load_overlay
from conformance.contract.prepared import PREPARED
from conformance.contract.reading import READING
from conformance.contract.services import spec_file, spec_files
from conformance.contract.specs import LEDGER, OVERLAY, default_directory, load_effective
from conformance.document import Document
from conformance.judge.registry import covered
from conformance.model.contract import Authority, Contract, Level
from conformance.run.cases import judging, registry


@pytest.fixture
def out(tmp_path: Path) -> Path:
    place = tmp_path / "easystack-6.0.2"
    place.mkdir()
    shutil.copy(default_directory() / OVERLAY, place / OVERLAY)
    return place


def write(document: Document, out: Path) -> None:
    extract(document, out, judging)


def test_the_committed_specs_are_what_the_document_gives(document: Document, out: Path) -> None:
    write(document, out)
    for name in (*spec_files(out).values(), LEDGER, READING, PREPARED):
        assert (default_directory() / name).read_bytes() == (out / name).read_bytes(), name


@pytest.mark.parametrize("name", spec_files(default_directory()))
def test_extracted_and_effective_specs_are_valid_openapi(name: str) -> None:
    raw = YAML(typ="safe", pure=True).load(default_directory() / spec_file(name))
    for spec in (raw, load_effective(default_directory())[name]):
        assert [error.message for error in OpenAPIV31SpecValidator(spec).iter_errors()] == []


def test_the_ledger_keeps_its_schema() -> None:
    ledger = YAML(typ="safe", pure=True).load(default_directory() / LEDGER)
    schema = json.loads((SCHEMAS / "ledger.schema.json").read_text())
    assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(ledger)] == []


def test_every_requirement_has_a_check_or_a_reason(contract: Contract) -> None:
    assert [item.id for item in contract.requirements.values() if not item.checks and item.excluded is None] == []


def test_every_case_verifies_requirements_that_exist(contract: Contract) -> None:
    lost = [
        (case.name, name)
        for case in registry(contract=contract)
        for name in case.verifies
        if not covered([name], contract.requirements)
    ]
    assert lost == []


def test_members_parameters_and_codes_are_requirements_of_their_own(contract: Contract) -> None:
    def count(pattern: str) -> int:
        return len([name for name in contract.requirements if re.fullmatch(pattern, name)])

    assert count(r"image\.create\.body\.\w+") == 9
    assert count(r"image\.list\.query\.[\w-]+") == 7 + 2  # ruling 1 adds the underscored names
    assert count(r"image\.create\.response\.201\.\w+") == 21
    assert count(r"image\.patch\.response\.200\.\w+") == 21
    assert count(r"error\.\d+") == 15
    assert count(r"error\.envelope\.\w+") == 3


def test_every_ruling_is_recorded_with_lines_and_reason() -> None:
    overlay = load_overlay(default_directory() / OVERLAY)
    assert set(range(1, 51)) <= overlay.rulings.keys()
    assert [item.number for item in overlay.rulings.values() if not (item.source and item.text and item.reason)] == []


FACTS = {
    1: (145, 163),
    2: (167, 167),
    3: (167, 179),
    4: (188, 211),
    5: (215, 215),
    7: (227, 241),
    8: (244, 250),
    9: (252, 252),
    10: (254, 254),
    11: (256, 272),
    12: (278, 278),
    13: (282, 329),
    14: (331, 339),
    15: (343, 345),
    16: (351, 404),
    17: (408, 424),
    18: (429, 467),
    19: (28, 34),
    20: (126, 134),
    21: (473, 473),
    22: (479, 605),
    23: (493, 505),
    24: (509, 509),
    25: (514, 518),
    27: (605, 605),
    28: (615, 615),
    29: (607, 758),
    30: (625, 642),
    31: (648, 662),
    32: (668, 709),
    33: (712, 754),
    34: (758, 758),
    35: (712, 754),
    36: (768, 770),
    38: (779, 779),
    39: (785, 793),
    40: (799, 840),
    41: (844, 899),
    42: (903, 903),
    43: (913, 915),
    45: (924, 924),
    46: (928, 928),
    47: (932, 932),
    49: (946, 946),
    50: (950, 950),
    51: (953, 953),
    52: (957, 957),
}
"""Fact of the inventory -> its lines; those left out are the URI lines, which every requirement of the operation uses."""


@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_has_a_requirement_that_cites_its_lines(contract: Contract, fact: int) -> None:
    first, last = FACTS[fact]
    citing = [
        item.id for item in contract.requirements.values() for low, high in item.source if low <= last and high >= first
    ]
    assert citing


def test_upstream_requirements_never_bind(contract: Contract) -> None:
    assert [
        item.id for item in contract.requirements.values() if item.authority is Authority.UPSTREAM and item.binding
    ] == []


def test_codes_that_no_client_can_provoke_are_optional_and_say_why(contract: Contract) -> None:
    optional = {
        name for name, item in contract.requirements.items() if name.startswith("error.") and item.level is Level.MAY
    }
    assert (
        {f"error.{code}" for code in (300, 406, 407, 408, 500, 501, 502, 503, 504)} == optional == set(contract.reasons)
    )


def test_defaults_come_from_comparing_the_examples(contract: Contract) -> None:
    wanted = {"status": "queued", "tags": [], "size": None, "protected": False, "checksum": None, "virtual_size": None}
    assert wanted == contract.operations["image.create"].defaults
