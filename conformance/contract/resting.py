"""What an action of the errata rests on: the rows of a spec in which it writes, each with all that it says.

Rules
- A row is a parameter, a header, a member or a row of the common part: what has lines of its own and no answers below it.
- What is below a row (members, with lines of their own) is none of it; that its name is required is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["NOTES", "NodeSteps", "apart", "rows_below"]

NodeSteps = tuple[int | str, ...]

NOTES = frozenset({"x-ruling", "x-source", "x-lines", "x-document-required"})
"""Members of a spec that say where something comes from, and promise nothing."""
_HOLDERS = frozenset({"content", "responses", "paths"})
"""Members of what is no row though it has lines: an operation, a body, an answer."""


def rows_below(spec: Any, place: NodeSteps, update: Any) -> dict[NodeSteps, Any]:
    """Place -> what the row there says, of every row that an update of a place writes in; None is a removal."""
    found: dict[NodeSteps, Any] = {}
    for written in _written(_node(spec, place), place, update):
        row = next((written[:end] for end in range(len(written), 0, -1) if _is_row(_node(spec, written[:end]))), None)
        if row is not None:
            found[row] = _whole(spec, row)
    return found


def apart(one: Any, other: Any) -> tuple[Any, Any]:
    """Of two rows what each says otherwise."""
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return one, other
    pairs = {
        key: apart(one.get(key, "absent"), other.get(key, "absent"))
        for key in {**one, **other}
        if one.get(key, "absent") != other.get(key, "absent")
    }
    return {key: was for key, (was, _) in pairs.items()}, {key: now for key, (_, now) in pairs.items()}


def _written(node: Any, place: NodeSteps, update: Any) -> Iterator[NodeSteps]:
    """The places that are written in, `place` itself where it is not a matter of single members."""
    if not isinstance(update, Mapping) or not isinstance(node, Mapping):
        yield (*place[:-2], "properties", node) if place[-2:-1] == ("required",) else place
        return
    for key, value in update.items():
        if key == "required" and isinstance(value, list):
            yield from ((*place, "properties", name) for name in value)
        elif key in node and isinstance(value, Mapping):
            yield from _written(node[key], (*place, key), value)
        elif key not in NOTES and key != "x-requirements":
            yield place


def _node(spec: Any, place: NodeSteps) -> Any:
    """What stands at a place, None where there is nothing."""
    for step in place:
        try:
            spec = spec[step]
        except (KeyError, IndexError, TypeError):
            return None
    return spec


def _is_row(node: Any) -> bool:
    return isinstance(node, Mapping) and "x-source" in node and not _HOLDERS & node.keys()


def _whole(spec: Any, place: NodeSteps) -> Any:
    """What a row says, with whether its member is required."""
    said = _said(_node(spec, place))
    if place[-2:-1] == ("properties",):
        required = _node(spec, (*place[:-2], "required"))
        said["required"] = isinstance(required, list) and place[-1] in required
    return said


def _said(node: Any) -> Any:
    if not isinstance(node, Mapping):
        return node
    return {
        key: _said(value)
        for key, value in node.items()
        if key not in NOTES | {"properties", "x-requirements"}
        and not (isinstance(value, Mapping) and "x-source" in value)
        and not (key == "required" and isinstance(value, list))
    }
