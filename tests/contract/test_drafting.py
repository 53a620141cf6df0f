"""Errata drafted for contradictions: valid as they are, and changing no promise but whose word it is."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
from checkout import LIBRARY_ERRATA, SCHEMAS

from conformance.contract.drafting import drafted, unanswered
from conformance.contract.ledger import derive
from conformance.contract.located import load_yaml
from conformance.contract.openapi import service_specs
from conformance.contract.overlay import NO_ERRATA, Overlay, apply, load_overlay, parse_overlay
from conformance.contract.specs import OVERLAY
from conformance.document import Document
from conformance.document.contradictions import contradictions
from conformance.model.contract import Authority


def draft(library: Document) -> str:
    found = contradictions(library)
    return drafted(found, service_specs(library), library.title, library.product_version, library.sha256)


def overlay(library: Document) -> Overlay:
    return parse_overlay(draft(library).encode(), Path("draft.yaml"))


def test_a_draft_keeps_the_schema_of_errata(library: Document) -> None:
    schema = json.loads((SCHEMAS / "overlay.schema.json").read_text())
    jsonschema.validate(load_yaml(draft(library)), schema, jsonschema.Draft202012Validator)


def test_each_contradiction_has_a_ruling_with_its_lines_default_and_reason(library: Document) -> None:
    found, made = contradictions(library), overlay(library).rulings
    assert [*range(1, len(found) + 1)] == list(made)
    for item, ruling in zip(found, made.values(), strict=True):
        assert ruling.reason == f"{item.text}."
        assert ruling.text.lower() == f"{item.default}.".lower()
        assert ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in ruling.source) == item.lines


def test_every_action_selects_something(library: Document) -> None:
    made = overlay(library)
    assert len(made.actions) > 5
    assert apply(made, service_specs(library)).stale == ()


def test_a_draft_changes_whose_word_a_promise_is_and_nothing_else(library: Document) -> None:
    specs = service_specs(library)
    before = {item.id: item for item in derive(specs)}
    after = {item.id: item for item in derive(apply(overlay(library), specs).specs)}
    assert before.keys() == after.keys()
    changed = {name for name in before if before[name] != after[name]}
    assert {"book.create.body.pages", "book.create.response.201.pages"} <= changed
    assert {after[name].authority for name in changed} == {Authority.RULING}
    assert {name for name in changed if before[name].statement != after[name].statement} == set()


def test_numbers_go_on_after_those_that_there_are(library: Document) -> None:
    text = drafted(contradictions(library)[:2], service_specs(library), "t", "1", library.sha256, first=7)
    assert [7, 8] == list(parse_overlay(text.encode(), Path("draft.yaml")).rulings)


def test_what_is_ruled_on_needs_no_draft(library: Document) -> None:
    found = contradictions(library)
    assert unanswered(found, NO_ERRATA) == found
    assert unanswered(found, overlay(library)) == ()
    left = {(item.kind, item.subject) for item in unanswered(found, load_overlay(LIBRARY_ERRATA / OVERLAY))}
    assert ("type", "pages") not in left
    assert ("null", "borrower") in left
