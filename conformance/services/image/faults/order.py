"""Faults of the order of a list: sort keys, directions, and pages that are sorted one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.reading import Asked, asked
from conformance.services.image.faults.stages import answering, asking, rows
from conformance.services.image.target.store import ImageStore
from conformance.services.wire import Answer, Call

__all__ = ["faults"]

LIST = "image.list"
KEY, DIRECTION = rid.query(LIST, "sort_key"), rid.query(LIST, "sort_dir")
TURNED = {"asc": "desc", "desc": "asc"}


def faults(contract: Contract) -> Iterator[Fault]:
    """The faults of order."""
    parameters = {item.name: item.schema for item in contract.operations[LIST].query}
    keys = parameters.get("sort_key", {}).get("enum", ())
    for key in keys:
        yield Fault(
            f"{KEY}.{key}",
            (KEY, DIRECTION),
            f"sort_key={key} sorts by another key",
            asking(partial(_by, key, "created_at" if key == "id" else "id")),
        )
        yield Fault(
            f"{DIRECTION}.{key}",
            (DIRECTION,),
            f"sort_dir=asc is taken for desc with sort_key={key}",
            asking(partial(_descending, key)),
        )
    yield Fault(
        f"{KEY}.lenient",
        (KEY,),
        "a sort key that does not exist is accepted",
        asking(lambda query: query if query.get("sort_key", "id") in keys else {**query, "sort_key": "id"}),
    )
    yield Fault(
        f"{DIRECTION}.lenient",
        (DIRECTION,),
        "a direction that does not exist is accepted",
        asking(lambda query: query if query.get("sort_dir", "asc") in TURNED else {**query, "sort_dir": "asc"}),
    )
    yield Fault(f"{DIRECTION}.reversed", (DIRECTION, KEY), "asc and desc are mixed up", asking(_turned))
    yield from _comparisons()
    yield from _pages()


def _by(key: str, other: str, query: Asked) -> Asked:
    return {**query, "sort_key": other} if query.get("sort_key") == key else query


def _descending(key: str, query: Asked) -> Asked:
    return {**query, "sort_dir": "desc"} if query.get("sort_key") == key and "sort_dir" in query else query


def _turned(query: Asked) -> Asked:
    direction = query.get("sort_dir", "")
    return {**query, "sort_dir": TURNED[direction]} if direction in TURNED else query


# --- how values are compared ----------------------------------------------------------------------------------------


def _comparisons() -> Iterator[Fault]:
    yield Fault(
        f"{KEY}.size-as-text",
        (KEY,),
        "sort_key=size compares sizes as text",
        _compared("size", str, default="desc"),
    )
    yield Fault(
        f"{KEY}.by-length",
        (KEY,),
        "sort_key=name goes by the length of names first",
        _compared("name", lambda value: (len(str(value)), str(value)), default="asc"),
    )


def _compared(key: str, rank: Callable[[Any], Any], default: str) -> Hooks:
    """Sort a page that was asked for by this key once more, by the rank of its values."""

    def change(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        query = asked(call)
        if query.get("sort_key") != key:
            return answer
        downwards = query.get("sort_dir", default) == "desc"
        return rows(answer, lambda found: sorted(found, key=lambda row: rank(row[key]), reverse=downwards))

    return answering(LIST, 200, change)


# --- pages ----------------------------------------------------------------------------------------------------------


def _pages() -> Iterator[Fault]:
    yield Fault(
        f"{KEY}.page-wise",
        (KEY, DIRECTION, "image.list.page.complete"),
        "each page is sorted the other way round",
        answering(LIST, 200, _page_turned),
    )
    yield Fault(
        f"{KEY}.first-page",
        (KEY,),
        "pages after the first are sorted by another key",
        asking(lambda query: {**query, "sort_key": "id"} if {"marker", "sort_key"} <= query.keys() else query),
    )


def _page_turned(call: Call, answer: Answer, _store: ImageStore) -> Answer:
    return rows(answer, lambda found: found[::-1]) if "limit" in asked(call) else answer
