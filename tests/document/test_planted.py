"""A contradiction that is put into a document is found, and nothing else is: `docs/rulings.md` has the figures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from checkout import ROOT
from document.own.planted import PLANTED, Key, Planted, key_of

from conformance.document import read_document
from conformance.document.contradictions import contradictions


def found(text: str, path: Path) -> Counter[Key]:
    path.write_text(text, encoding="utf-8")
    return Counter(map(key_of, contradictions(read_document(path))))


@pytest.mark.parametrize("item", PLANTED, ids=lambda item: item.what)
def test_what_is_planted_is_found_and_nothing_else(item: Planted, tmp_path: Path) -> None:
    new = found(item.text(), tmp_path / "new.txt") - found(item.before(), tmp_path / "old.txt")
    assert Counter(item.due) == new


def test_the_page_says_how_many_are_planted() -> None:
    due = sum(len(item.due) for item in PLANTED)
    kinds = len({kind for item in PLANTED for _, kind, _ in item.due})
    harmless = sum(not item.due for item in PLANTED)
    row = f"| {len(PLANTED)} | {harmless} | {due} | {kinds} | {due} / {due} | 0 |"
    assert row in (ROOT / "docs" / "rulings.md").read_text(encoding="utf-8"), row
