"""What was sent, as a row for each class of values."""

from __future__ import annotations

from conformance.model.equivalence import VALID, Class
from conformance.model.verdict import SentRow
from conformance.reports.page.sent import sent_tables

NULL = Class.broken("null")


def test_a_class_is_a_row_with_its_places_by_the_status_that_came() -> None:
    rows = (
        SentRow("a", "name", NULL, {400: 2, 500: 1}),
        SentRow("a", "size", NULL, {400: 1}),
        SentRow("a", "name", VALID, {201: 7}),
    )
    (table,) = sent_tables(rows, ["a"])
    assert (table.name, table.classes, table.values) == ("a", 2, 11)
    allowed, forbidden = table.parts
    assert [part.words.plain("en") for part in table.parts] == ["allowed", "forbidden"]
    assert [(row.words.plain("en"), [(came.status, came.places) for came in row.came]) for row in allowed.rows] == [
        ("is valid", [(201, (("name", 7),))])
    ]
    assert [(row.words.plain("en"), [(came.status, came.places) for came in row.came]) for row in forbidden.rows] == [
        ("is null", [(400, (("name", 2), ("size", 1))), (500, (("name", 1),))])
    ]


def test_the_allowed_come_first_then_what_is_not_decided_other_spellings_and_what_is_forbidden() -> None:
    classes = (NULL, Class.lenient("padded"), Class.open("empty"), Class("boundary"), VALID)
    (table,) = sent_tables([SentRow("a", "name", held, {200: 1}) for held in classes], [])
    assert [part.words.plain("en") for part in table.parts] == [
        "allowed",
        "not decided",
        "another spelling",
        "forbidden",
    ]
    assert [row.words.plain("en") for row in table.parts[0].rows] == ["is valid", "is at a boundary"]


def test_operations_stand_in_the_order_given_and_the_others_after_them() -> None:
    rows = [SentRow(name, "p", VALID, {200: 1}) for name in ("z", "a", "b")]
    assert [table.name for table in sent_tables(rows, ["b", "z"])] == ["b", "z", "a"]
