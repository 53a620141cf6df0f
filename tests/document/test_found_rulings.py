"""`docs/rulings.md` says which rulings a program finds: each row is held to what is found in the vendor's document."""

from __future__ import annotations

import re

from checkout import ROOT

from conformance.document import Document
from conformance.document.contradictions import contradictions

_ROW = re.compile(r"\| (\d+) \| `([^`]+)`(?: `([^`]+)`)? \| ([^|]+) \| ([^|]+) \|")
TABLE = (ROOT / "docs" / "rulings.md").read_text(encoding="utf-8")


def rows() -> list[tuple[int, tuple[str, str, str, str]]]:
    """(ruling, (operation, subject, kind, lines)) of each row of what is found."""
    found = [match.groups(default="") for match in map(_ROW.fullmatch, TABLE.splitlines()) if match]
    return [
        (int(number), ("" if about == "common" else about, subject, kind, lines))
        for number, about, subject, kind, lines in found
    ]


def test_each_ruling_that_is_said_to_be_found_is(document: Document) -> None:
    found = {(item.operation, item.subject, item.kind, item.lines) for item in contradictions(document)}
    assert [row for row in rows() if row[1] not in found] == []


def test_each_of_the_42_rulings_is_found_or_said_not_to_be() -> None:
    missed = [int(number) for number in re.findall(r"^\| (\d+) \| [^|]+ \|$", TABLE, re.MULTILINE)]
    assert sorted({number for number, _ in rows()} | {*missed}) == list(range(1, 43))
    assert f"{42 - len(missed)} of 42 are found, {len(missed)} are not." in TABLE
