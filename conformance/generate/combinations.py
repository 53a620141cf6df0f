"""Combinations of allowed values in which every two values of different members occur together (pairwise testing).

Most interaction faults need two values: a member is right by itself, and wrong together with a certain value of
another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from covertable import make

from conformance.judge.members import sent_schema
from conformance.judge.rules import bounds
from conformance.model.contract import Contract, Resource, Schema
from conformance.model.marks import Marks

__all__ = ["LEFT_OUT", "PROPERTY", "change_rows", "create_rows", "levels", "linked", "together"]

LEFT_OUT: Final = "\0 left out"
"""Stands in a row for a member that is not sent; no member can have this value."""
PROPERTY: Final = "property"
"""The key of a row under which the value of a further property stands."""

Levels = Mapping[str, Sequence[Any]]
Combination = Mapping[str, Any]

NAMES = ("", " 名 é", "  two  blanks ", "镜" * 200)
"""Suffixes of names."""
PROPERTIES = ("007", " One 一 ", "")
"""Values of a further property."""


def levels(contract: Contract, resource: Resource, marks: Marks) -> dict[str, tuple[Any, ...]]:
    """Member of create -> values that the contract allows and that may be sent, boundaries among them; not name and
    id."""
    nodes = sent_schema(contract, resource).get("properties", {})
    found = {name: _values(marks.sendable(name, node)) for name, node in nodes.items()}
    return {name: values for name, values in found.items() if values}


def _values(node: Schema) -> tuple[Any, ...]:
    kind = node.get("type")
    if "enum" in node:
        return tuple(node["enum"])
    if kind == "boolean":
        return (True, False)
    if kind == "integer":
        low, high = bounds(node)
        least, most = low or 0, 2**31 - 1 if high is None else high
        return tuple(number for number in (least, least + 1, 40, most) if least <= number <= most)
    if kind == "array":
        longest = node.get("items", {}).get("maxLength", 60)
        return ([], ["one"], ["two", "Two", "标签", " 007 "], ["t" * longest])
    return ()


def linked(enums: Mapping[str, Sequence[Any]]) -> tuple[tuple[str, ...], frozenset[Any]]:
    """The enumerations that have values in common, and these values.

    A value that two enumerations share names one thing in both, so a service may allow it beside itself only.
    """
    counts = Counter(value for values in enums.values() for value in values)
    shared = frozenset(value for value, count in counts.items() if count > 1)
    return tuple(name for name, values in enums.items() if shared & set(values)), shared


def _linked(found: Levels) -> tuple[tuple[str, ...], frozenset[Any]]:
    words = {name: values for name, values in found.items() if all(isinstance(item, str) for item in values)}
    return linked(words)


def together(
    levels: Levels, allowed: Callable[[Combination], bool] | None = None, of: Sequence[str] = (), strength: int = 2
) -> tuple[dict[str, Any], ...]:
    """Rows in which every two values of different members come together (or every `strength`); the same rows for the
    same levels.

    `allowed` says of a row with the members `of` whether it may be sent.
    """
    constraints = [{"operator": "fn", "requires": list(of), "evaluate": allowed}] if allowed is not None else None
    rows = make({name: list(values) for name, values in levels.items()}, strength=strength, constraints=constraints)
    return tuple({name: row[name] for name in levels} for row in rows)


def _go_together(names: Sequence[str], shared: frozenset[Any], row: Combination) -> bool:
    values = {row[name] for name in names} - {LEFT_OUT}
    return values.isdisjoint(shared) or len(values) == 1


def create_rows(contract: Contract, resource: Resource, marks: Marks) -> tuple[dict[str, Any], ...]:
    """Rows of members for creates. The name is a suffix, the id says whether an own one is sent, PROPERTY has a further
    one's value.

    Every two values of linked enumerations come together while no other member has its default, so that one which they
    reset shows; each value of the last of them comes with nothing else, each of the others beside nothing but defaults;
    and of a few of their values every two values of all members come together.
    """
    found = levels(contract, resource, marks)
    names, shared = _linked(found)
    enums = {name: found[name] for name in names}
    known = contract.operations[resource.create or ""].defaults
    defaults = {
        name: known.get(name, values[0]) for name, values in found.items() if name not in enums
    }  # the least, where none is documented
    rest = {marks.name: NAMES, resource.id: (True, LEFT_OUT), PROPERTY: (*PROPERTIES, LEFT_OUT)}
    plain: dict[str, Any] = {marks.name: NAMES[0], resource.id: LEFT_OUT, PROPERTY: LEFT_OUT}
    busy = {
        name: [item for item in found[name] if item != value or isinstance(item, bool)]
        for name, value in defaults.items()
    }
    few = {name: (*[item for item in found[name] if item not in shared][-2:], LEFT_OUT) for name in enums}
    some = {
        name: (*[item for item in found[name] if item != value][:1], value, LEFT_OUT)
        for name, value in defaults.items()
    }
    nothing = dict.fromkeys(found, LEFT_OUT)
    alone = [
        {**nothing, **(defaults if index else {}), name: value}
        for index, name in enumerate(reversed(enums))
        for value in enums[name]
    ]
    return (
        *together(
            {**enums, **busy, marks.name: NAMES[1:2], resource.id: (LEFT_OUT,), PROPERTY: PROPERTIES[:1]},
            partial(_go_together, names, shared),
            names,
        ),
        *({**row, **plain} for row in alone),
        *together({**few, **some, **rest}),
    )


def change_rows(contract: Contract, resource: Resource, marks: Marks) -> tuple[dict[str, Any], ...]:
    """Rows of members for changes: every two are named together, and left out. A member that is named has two values,
    so that one of them is a change whatever the resource has."""
    found = levels(contract, resource, marks)
    _, shared = _linked(found)
    values: dict[str, tuple[Any, ...]] = {
        name: tuple(item for item in row if not isinstance(item, str) or item not in shared)[-2:]
        for name, row in found.items()
    }
    values |= {marks.name: NAMES[:2], PROPERTY: PROPERTIES[:2]}
    rows = together(dict.fromkeys(values, (True, LEFT_OUT)))
    return tuple({name: values[name] if named is True else LEFT_OUT for name, named in row.items()} for row in rows)
