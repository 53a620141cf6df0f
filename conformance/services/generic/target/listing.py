"""The list of a resource: which of them a query chooses, in what order, and on which page.

A query parameter is a filter when resources have a member of its name; what it means otherwise is known of a few names
that APIs have in common (OpenStack API guidelines: filtering, sorting, pagination).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from conformance.model.contract import Operation
from conformance.services.generic.target.store import Stored
from conformance.services.wire import Pairs, Refused

__all__ = ["LIMITS", "MARKER", "Chosen", "Selection"]

LIMITS = ("limit", "page_size", "page-size", "per_page")
MARKER = "marker"
OFFSETS = ("offset",)
KEYS, DIRECTIONS, ORDER = ("sort_key", "sort-key"), ("sort_dir", "sort-dir"), "sort"
NO_FILTERS = frozenset({*LIMITS, MARKER, *OFFSETS, *KEYS, *DIRECTIONS, ORDER})
PAGE = 1000
"""Resources on a page when the query asks for more, or does not say."""

Chosen = tuple[list[Stored], int, bool]
"""The resources of a page, how many there are on all pages, and whether there are further ones."""
Shown = Callable[[Stored], Any]


class Selection:
    """Reads the queries of one operation that lists."""

    def __init__(self, operation: Operation, members: Sequence[str]) -> None:
        self._names = {item.name for item in operation.query}
        self._members = frozenset(members)

    def select(self, found: Sequence[Stored], query: Pairs, shown: Shown) -> Chosen:
        """The page that a query asks for. Raises Refused 400 for a value that means nothing."""
        asked = {name: value for name, value in query if name in self._names}
        looks = any(name in self._members or name in {*KEYS, ORDER} for name in asked)
        rows = [(item, shown(item) if looks else {}) for item in found]
        for name, value in asked.items():
            if name in self._members and name not in NO_FILTERS:
                rows = [row for row in rows if _written(row[1].get(name)) == value]
        rows = self._ordered(rows, asked)
        total = len(rows)
        rows = _after(rows, asked)
        size = next((int(asked[name]) for name in LIMITS if asked.get(name, "").isdecimal()), PAGE)
        page = rows[: min(size, PAGE)]
        return [item for item, _ in page], total, len(rows) > len(page) and bool(page)

    def _ordered(self, rows: list[tuple[Stored, Any]], asked: dict[str, str]) -> list[tuple[Stored, Any]]:
        """In the order of the keys, the first weighing most; without keys the newest comes first."""
        keys = [asked[name] for name in KEYS if name in asked]
        ways = [asked[name] for name in DIRECTIONS if name in asked]
        pairs = [(key, ways[0] if ways else "desc") for key in keys]
        if ORDER in asked:
            parts = (part.partition(":") for part in asked[ORDER].split(","))
            pairs = [(key, way or "desc") for key, _, way in parts]
        rows = sorted(rows, key=lambda row: row[0].number, reverse=True)
        for key, way in reversed(pairs):
            if key not in self._members or way not in {"asc", "desc"}:
                raise Refused(400, "No such sort key or direction.")
            rows.sort(key=lambda row, key=key: _rank(row[1].get(key)), reverse=way == "desc")  # type: ignore[misc]
        return rows


def _after(rows: list[tuple[Stored, Any]], asked: dict[str, str]) -> list[tuple[Stored, Any]]:
    if MARKER in asked:
        place = next((at for at, (item, _) in enumerate(rows) if item.id == asked[MARKER]), None)
        if place is None:
            raise Refused(400, "Invalid marker: nothing in this list has it.")
        rows = rows[place + 1 :]
    start = next((int(asked[name]) for name in OFFSETS if asked.get(name, "").isdecimal()), 0)
    return rows[start:]


def _written(value: Any) -> str | None:
    """A value as a query says it."""
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None or isinstance(value, dict | list) else str(value)


def _rank(value: Any) -> tuple[Any, ...]:
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        return (0, str(value))
    return (1, value) if isinstance(value, int | float) else (2, str(value))
