"""Values that a contract allows, laid out so that every two of them come together in some row (pairwise testing).

Most faults of interaction need two values: each member is right by itself, and wrong beside a certain value of another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from covertable import make

from conformance.generate.values import UNSENT
from conformance.model.contract import Contract, Schema

__all__ = ["LEFT_OUT", "create_rows", "levels", "patch_rows", "together"]

LEFT_OUT: Final = "\0 left out"
"""Stands in a row for a member that is not sent; no member can have this value."""

Levels = Mapping[str, Sequence[Any]]
Row = Mapping[str, Any]

NAMES = ("", " 名 é", "  two  blanks ", "镜" * 200)
"""Suffixes of names."""
PROPERTIES = ("007", " One 一 ", "")
AMAZON = ("ami", "ari", "aki")
"""Formats that a service may allow beside their own kind only."""


def levels(contract: Contract) -> dict[str, tuple[Any, ...]]:
    """Member of create -> values that the contract allows and that may be sent, boundaries among them; not name and id."""
    schema = contract.operations["image.create"].request_schema or {}
    found = {name: _values(name, node) for name, node in schema.get("properties", {}).items()}
    return {name: values for name, values in found.items() if values}


def _values(name: str, node: Schema) -> tuple[Any, ...]:
    kind = node.get("type")
    if "enum" in node:
        return tuple(item for item in node["enum"] if item not in UNSENT.get(name, ()))
    if kind == "boolean":
        return (True, False)
    if kind == "integer":
        least, most = node.get("minimum", 0), node.get("maximum", 2**31 - 1)
        return (least, least + 1, 40, most)
    if kind == "array":
        longest = node.get("items", {}).get("maxLength", 60)
        return ([], ["one"], ["two", "Two", "标签", " 007 "], ["t" * longest])
    return ()


def together(
    levels: Levels, allowed: Callable[[Row], bool] | None = None, of: Sequence[str] = (), strength: int = 2
) -> tuple[dict[str, Any], ...]:
    """Rows in which every two values of different members come together (or every `strength`); the same rows for the same levels.

    `allowed` says of a row with the members `of` whether it may be sent.
    """
    constraints = [{"operator": "fn", "requires": list(of), "evaluate": allowed}] if allowed is not None else None
    rows = make({name: list(values) for name, values in levels.items()}, strength=strength, constraints=constraints)
    return tuple({name: row[name] for name in levels} for row in rows)


def _formats_go(names: Sequence[str], row: Row) -> bool:
    kinds = {row[name] for name in names} - {LEFT_OUT}
    return kinds.isdisjoint(AMAZON) or len(kinds) == 1


def create_rows(contract: Contract) -> tuple[dict[str, Any], ...]:
    """Rows of members for creates. `name` is a suffix, `id` whether an own one is sent, `property` the value of a further one.

    Every two formats come together while no other member has its default, so that one which they reset shows; each disk format
    comes with nothing else, each container format beside nothing but defaults; and of a few formats every two values of all
    members come together.
    """
    found = levels(contract)
    enums = {name: values for name, values in found.items() if name.endswith("_format")}
    known = contract.operations["image.create"].defaults
    defaults = {
        name: known.get(name, values[0]) for name, values in found.items() if name not in enums
    }  # the least, where none is documented
    rest = {"name": NAMES, "id": (True, LEFT_OUT), "property": (*PROPERTIES, LEFT_OUT)}
    plain: dict[str, Any] = {"name": NAMES[0], "id": LEFT_OUT, "property": LEFT_OUT}
    busy = {
        name: [item for item in found[name] if item != value or isinstance(item, bool)]
        for name, value in defaults.items()
    }
    few = {name: (*[item for item in found[name] if item not in AMAZON][-2:], LEFT_OUT) for name in enums}
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
            {**enums, **busy, "name": NAMES[1:2], "id": (LEFT_OUT,), "property": PROPERTIES[:1]},
            partial(_formats_go, tuple(enums)),
            tuple(enums),
        ),
        *({**row, **plain} for row in alone),
        *together({**few, **some, **rest}),
    )


def patch_rows(contract: Contract) -> tuple[dict[str, Any], ...]:
    """Rows of members for changes: every two are named together, and left out. A member that is named has two values, so that one
    of them is a change whatever the image has."""
    values: dict[str, tuple[Any, ...]] = {
        name: tuple(item for item in row if item not in AMAZON)[-2:] for name, row in levels(contract).items()
    }
    values |= {"name": NAMES[:2], "property": PROPERTIES[:2]}
    rows = together(dict.fromkeys(values, (True, LEFT_OUT)))
    return tuple({name: values[name] if named is True else LEFT_OUT for name, named in row.items()} for row in rows)
