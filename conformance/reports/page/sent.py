"""What was sent: for each operation the classes of values, and for each class the places that were sent it, by what came.

One row is one class, so that its words stand in the page once and a reader sees at a glance what was taken and what refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from conformance.model.equivalence import VALID, Class, Standing
from conformance.model.verdict import SentRow
from conformance.reports.language import Text, say
from conformance.reports.sentences import class_text

__all__ = ["Came", "SentClass", "SentPart", "SentTable", "sent_tables"]

_STANDINGS = {
    Standing.VALID: say("allowed"),
    Standing.OPEN: say("not decided"),
    Standing.LENIENT: say("another spelling"),
    Standing.BROKEN: say("forbidden"),
}


@dataclass(frozen=True, slots=True)
class Came:
    """The places that were answered with this status, each with how often where it was more than once."""

    status: int
    places: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class SentClass:
    """A class of values in words, and what came, by status."""

    words: Text
    came: tuple[Came, ...]


@dataclass(frozen=True, slots=True)
class SentPart:
    """The classes of one standing: what the contract says about them."""

    words: Text
    rows: tuple[SentClass, ...]


@dataclass(frozen=True, slots=True)
class SentTable:
    """The classes that an operation was sent, the allowed ones first; how many classes and values that were."""

    name: str
    parts: tuple[SentPart, ...]
    classes: int
    values: int


def sent_tables(rows: Sequence[SentRow], order: Sequence[str]) -> tuple[SentTable, ...]:
    """A table for each operation, in the order given, then the others by name."""
    known = {name: index for index, name in enumerate(order)}
    names = sorted({row.operation for row in rows}, key=lambda name: (known.get(name, len(known)), name))
    return tuple(_table(name, [row for row in rows if row.operation == name]) for name in names)


def _table(name: str, rows: Sequence[SentRow]) -> SentTable:
    classes: dict[Class, dict[int, dict[str, int]]] = {}
    for row in rows:
        for status, count in row.statuses.items():
            places = classes.setdefault(row.held, {}).setdefault(status, {})
            places[row.place] = places.get(row.place, 0) + count
    parts = tuple(
        SentPart(
            words,
            tuple(
                SentClass(_words(held), tuple(_came(classes[held])))
                for held in sorted(classes, key=lambda held: (held != VALID, _words(held).plain("en")))
                if held.standing is standing
            ),
        )
        for standing, words in _STANDINGS.items()
        if any(held.standing is standing for held in classes)
    )
    return SentTable(name, parts, len(classes), sum(sum(row.statuses.values()) for row in rows))


def _came(statuses: Mapping[int, Mapping[str, int]]) -> Iterator[Came]:
    for status, places in sorted(statuses.items()):
        yield Came(status, tuple(sorted(places.items())))


def _words(held: Class) -> Text:
    return say("is valid") if held == VALID else class_text(held)
