"""Faults of lists: pages, filters and order, and what of other projects is in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from conformance.contract.resources import lists_of
from conformance.model import requirement_id as rid
from conformance.model.contract import Contract, Operation, Resource
from conformance.services.fault import Fault, Hooks
from conformance.services.generic.faults.reading import RowChange, answering, shown_schema, with_rows
from conformance.services.generic.target.listing import LIMITS, MARKER, OFFSETS
from conformance.services.generic.target.store import GenericStore, Stored
from conformance.services.wire import Answer, Call, Pairs

__all__ = ["faults"]


def faults(contract: Contract, resource: Resource) -> Iterator[Fault]:
    """The faults of each list of a resource."""
    for listing in lists_of(contract, resource):
        yield from _of_one(contract, listing)


def _of_one(contract: Contract, resource: Resource) -> Iterator[Fault]:
    operation = contract.operations[str(resource.list)]
    if resource.create is not None:
        breaks = (rid.stated(resource.name, "isolation", "list"), rid.stated(operation.id, "isolation"))
        yield Fault(
            f"{resource.list}.open",
            breaks,
            f"a list holds each {resource.name} of all projects",
            Hooks(visible=partial(_of_all, resource)),
        )
    yield from _rows(resource)
    yield from _pages(operation, resource)
    yield from _filters(contract, operation, resource)


def _of_all(resource: Resource, call: Call, found: list[Stored], store: GenericStore) -> list[Stored]:
    return store.all(resource.name) if call.operation == resource.list else found


def _rows(resource: Resource) -> Iterator[Fault]:
    name = str(resource.list)
    complete = (rid.complete(name), *(rid.stated(name, *words) for words in (("page", "complete"),)))
    for word, said, change in (
        ("twice", "is there twice", lambda rows: [*rows, *rows[-1:]]),
        ("first-lost", "that stands first is left out", lambda rows: rows[1:]),
    ):
        yield Fault(
            f"{name}.rows.{word}",
            complete,
            f"in a list a {resource.name} {said}",
            _with(resource, lambda _call: True, change),
        )


def _with(resource: Resource, holds: Callable[[Call], bool], change: RowChange) -> Hooks:
    def changed(call: Call, answer: Answer, _store: Any) -> Answer:
        return with_rows(answer, resource, change) if holds(call) else answer

    return answering(resource.list, changed)


def _pages(operation: Operation, resource: Resource) -> Iterator[Fault]:
    name = operation.id
    known = {item.name for item in operation.query}
    for limit in known & set(LIMITS):
        breaks = (rid.query(name, limit),)
        rows: tuple[tuple[str, Callable[[str], str | None]], ...] = (
            ("ignored", lambda _text: None),
            ("one-more", lambda text: str(int(text) + 1) if text.isdecimal() else text),
        )
        for word, read in rows:
            yield Fault(f"{name}.{limit}.{word}", breaks, f"{limit} is {word}", _asking(name, limit, read))
    complete = (rid.complete(name), rid.stated(name, "page", "complete"))
    for marker in known & {MARKER, *OFFSETS}:
        due = (*complete, rid.query(name, marker), rid.stated(name, "page", "next"))
        ignored = _asking(name, marker, lambda _text: None)
        yield Fault(f"{name}.{marker}.ignored", due, f"{marker} is ignored", ignored)
        for word, change in (
            ("loses", lambda found: found[1:]),
            ("repeats", lambda found: [*found[-1:], *found]),
        ):
            later = _with(resource, lambda call, marker=marker: marker in dict(call.query), change)  # type: ignore[misc]
            yield Fault(f"{name}.{marker}.{word}", due, f"a page after the first {word} a {resource.name}", later)


def _filters(contract: Contract, operation: Operation, resource: Resource) -> Iterator[Fault]:
    shown = shown_schema(contract, resource).get("properties", {})
    for item in operation.query:
        if item.name in {*LIMITS, MARKER, *OFFSETS}:
            continue
        if item.name in shown or item.name.startswith("sort"):
            word = f"{operation.id}.{item.name}.ignored"
            breaks = (rid.query(operation.id, item.name),)
            yield Fault(word, breaks, f"{item.name} is ignored", _asking(operation.id, item.name, lambda _text: None))


def _asking(operation: str, name: str, read: Callable[[str], str | None]) -> Hooks:
    """Read a parameter otherwise, or not at all."""

    def query(call: Call, pairs: Pairs) -> Pairs:
        if call.operation != operation:
            return pairs
        found = [(key, read(value) if key == name else value) for key, value in pairs]
        return [(key, value) for key, value in found if value is not None]

    return Hooks(query=query)
