"""Values that a contract allows, laid out so that every two of them come together in some row (pairwise testing).

Most faults of interaction need two values: each member is right by itself, and wrong beside a certain value of another.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from covertable import make

from conformance.contract import Contract, Schema
from conformance.generate.values import UNSENT

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


def together(levels: Levels, allowed: Callable[[Row], bool] | None = None, of: Sequence[str] = (), strength: int = 2) -> tuple[dict[str, Any], ...]:
    """Rows in which every two values of different members come together (or every `strength`); the same rows for the same levels.

    `allowed` says of a row with the members `of` whether it may be sent.
    """
    constraints = [{"operator": "fn", "requires": list(of), "evaluate": allowed}] if allowed is not None else None
    rows = make({name: list(values) for name, values in levels.items()}, strength=strength, constraints=constraints)
    return tuple({name: row[name] for name in levels} for row in rows)


def _formats_go(row: Row) -> bool:
    pair = {row["container_format"], row["disk_format"]} - {LEFT_OUT}
    return pair.isdisjoint(AMAZON) or len(pair) == 1


def create_rows(contract: Contract) -> tuple[dict[str, Any], ...]:
    """Rows of members for creates. `name` is a suffix, `id` whether an own one is sent, `property` the value of a further one."""
    values: dict[str, tuple[Any, ...]] = {name: (*row, LEFT_OUT) for name, row in levels(contract).items()}
    values |= {"name": NAMES, "id": (True, LEFT_OUT), "property": (*PROPERTIES, LEFT_OUT)}
    return _made(json.dumps(values))


@cache
def _made(values: str) -> tuple[dict[str, Any], ...]:
    levels = json.loads(values)
    formats = ("container_format", "disk_format")
    return together(levels, _formats_go if set(formats) <= levels.keys() else None, formats)


def patch_rows(contract: Contract) -> tuple[dict[str, Any], ...]:
    """Rows of members for changes, two values of each; `name` is a suffix, `property` the value of a further one."""
    values: dict[str, tuple[Any, ...]] = {name: (*[item for item in row if item not in AMAZON][-2:], LEFT_OUT) for name, row in levels(contract).items()}
    values |= {"name": (*NAMES[:2], LEFT_OUT), "property": (*PROPERTIES[:2], LEFT_OUT)}
    return together(values)
