"""What was read of a document, and what of it a directory of specs keeps."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from checkout import SCHEMAS

from conformance.contract.reading import READING, Kept, kept, reading, reading_json, spans_of
from conformance.contract.specs import default_directory
from conformance.document import Document
from conformance.document.contradictions import Contradiction, contradictions
from conformance.document.model import Account, NotUnderstood
from conformance.model.errors import UsageError


def test_rows_examples_and_operations_are_counted(library: Document) -> None:
    found = reading(library)
    assert (found.rows, found.examples, len(found.operations)) == (46, 9, 8)
    assert [(item.line, item.last_line) for item in found.repaired] == [(180, 201)]
    first = found.operations[0]
    assert (first.id, first.method, first.path, first.line, first.rows, first.examples) == (
        "book.list", "GET", "/v1/books", 143, 6, 2
    )  # fmt: skip


def test_an_operation_with_a_line_that_was_left_over_is_not_understood(library: Document) -> None:
    lost = replace(library, unread=(NotUnderstood(150, 152, "a reason", "a text", "翻看目录"),))
    assert [item.id for item in reading(lost).operations if not item.understood] == ["book.list"]
    assert reading(lost).unread == lost.unread


def test_an_operation_without_an_address_is_found_and_not_understood(library: Document) -> None:
    section = library.sections[0]
    nowhere = replace(section.operations[0], method="", path="")
    sections = (replace(section, operations=(nowhere, *section.operations[1:])), *library.sections[1:])
    found = reading(replace(library, sections=sections)).operations
    assert (len(found), found[0].id, found[0].understood) == (8, "", False)
    assert all(item.understood for item in found[1:])


def test_the_account_is_empty_where_nothing_was_accounted_for(library: Document) -> None:
    assert reading(replace(library, account=Account())).account == {}
    counted = reading(replace(library, account=Account(cited=frozenset({1, 2}), blank=frozenset({3})))).account
    assert counted == {"cited": 2, "prose": 0, "furniture": 0, "blank": 1, "unread": 0}


def test_what_is_kept_keeps_its_schema_and_is_read_back(specs_of_library: Path, library: Document) -> None:
    text = (specs_of_library / READING).read_text(encoding="utf-8")
    schema = json.loads((SCHEMAS / "reading.schema.json").read_text())
    jsonschema.validate(json.loads(text), schema, jsonschema.Draft202012Validator)
    assert kept(specs_of_library) == Kept.of(library)
    assert kept(specs_of_library).contradictions == contradictions(library)


def test_no_text_of_the_document_is_kept_but_names(library: Document) -> None:
    text = reading_json(Kept.of(library))
    prose = [line for line in library.lines.values() if len(line) > 8 and not line.isascii()]
    assert prose
    assert [line for line in prose if line in text] == []


def test_the_fingerprint_of_a_line_does_not_hang_on_its_number_or_its_blanks(library: Document) -> None:
    moved = replace(library, lines={at + 1: f" {text} " for at, text in library.lines.items()}, line_count=999)
    one, other = Kept.of(library).fingerprints, Kept.of(moved).fingerprints
    assert other[1 : len(one) + 1] == one
    assert [mark == "" for mark in one] == [at not in library.lines for at in range(1, library.line_count + 1)]


def test_the_edition_that_ships_has_what_is_kept() -> None:
    schema = json.loads((SCHEMAS / "reading.schema.json").read_text())
    data = json.loads((default_directory() / READING).read_text(encoding="utf-8"))
    jsonschema.validate(data, schema, jsonschema.Draft202012Validator)
    assert len(kept(default_directory()).fingerprints) == 982


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "is not there; extract the document again into its directory"),
        ("[1]", "cannot be read"),
        ("{", "cannot be read"),
        ('{"reading": "0.1"}', "of another version of the product"),
        ('{"reading": "1.0"}', "cannot be read"),
    ],
)
def test_a_file_that_is_none_is_refused_in_one_line(tmp_path: Path, text: str | None, words: str) -> None:
    if text is not None:
        (tmp_path / READING).write_text(text)
    with pytest.raises(UsageError) as caught:
        kept(tmp_path)
    assert words in str(caught.value)


def test_a_directory_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such directory"):
        kept(tmp_path / "absent")


def test_the_lines_of_a_contradiction_are_numbers() -> None:
    assert spans_of(Contradiction("499, 509", "type", "")) == ((499, 499), (509, 509))
    assert spans_of(Contradiction("522-601", "type", "")) == ((522, 601),)
