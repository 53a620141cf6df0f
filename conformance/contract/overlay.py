"""The errata: rulings on a document that contradicts itself, as an OpenAPI Overlay 1.0 document.

Each action carries `x-ruling` (its number, or null for a plain reading of prose), `x-source` (lines of the document)
and `description` (the reason). `x-spec` names the service whose spec it changes; without it, it is the spec that holds
the common part.

Rules (https://spec.openapis.org/overlay/v1.0.0.html)
- Actions apply in order, each to the result of the one before.
- `target` is a JSONPath (RFC 9535); `update` merges into each node it selects: objects member by member, arrays by
  appending.
- `remove: true` takes the nodes out.
- A target that selects nothing changes nothing. It is told as stale: of another edition, or a slip of the pen.
- A document may do without errata: no file, or an empty list of actions.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonpath
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from conformance.model.contract import Ruling, StaleErratum
from conformance.model.errors import UsageError
from conformance.model.opening import content

__all__ = [
    "NO_ERRATA",
    "Action",
    "Applied",
    "Overlay",
    "apply",
    "apply_in_place",
    "load_overlay",
    "merged",
    "overlay_of",
    "parse_overlay",
    "selected",
    "spec_of",
]


@dataclass(frozen=True, slots=True)
class Action:
    """One change. `update` is None for a removal; `spec` None for the spec with the common part; `source` are document
    lines."""

    target: str
    update: Any
    spec: str | None
    ruling: int | None
    source: tuple[tuple[int, int], ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Overlay:
    """The errata of one edition. `document` is the SHA-256 of the document they were written for."""

    title: str
    version: str
    document: str
    rulings: Mapping[int, Ruling]
    actions: tuple[Action, ...]


NO_ERRATA = Overlay("", "", "", {}, ())
"""That of a document on which nobody has ruled."""


@dataclass(frozen=True, slots=True)
class Applied:
    """Specs with the errata applied, and the actions that changed nothing."""

    specs: dict[str, dict[str, Any]]
    stale: tuple[StaleErratum, ...]


def overlay_of(path: Path) -> Overlay:
    """The errata of a file, none where there is no such file. Raises UsageError as `load_overlay` does."""
    return load_overlay(path) if path.exists() else NO_ERRATA


def load_overlay(path: Path) -> Overlay:
    """Read and check the errata file. Raises UsageError with the file and the action that is wrong."""
    try:
        data = content(path)
    except FileNotFoundError:
        raise UsageError(f"{path}: there is no such file of errata") from None
    except IsADirectoryError:
        raise UsageError(f"{path}: is a directory; give the file of errata") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    return parse_overlay(data, path)


def parse_overlay(text: bytes, path: Path) -> Overlay:
    """The errata of what a file holds. Raises UsageError as `load_overlay` does."""
    try:
        data = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: cannot be read as YAML: {_first_line(error)}") from None
    if not isinstance(data, dict) or not str(data.get("overlay", "")).startswith("1.0"):
        raise UsageError(f"{path}: not an OpenAPI Overlay 1.0 document (no `overlay: 1.0.0`)")
    raw = data.get("actions")
    if not isinstance(raw, list):
        raise UsageError(f"{path}: an overlay needs a list of actions; it may be empty")
    info = data.get("info") or {}
    if not isinstance(info, dict):
        raise UsageError(f"{path}: info must be a mapping")
    return Overlay(
        title=str(info.get("title", "")),
        version=str(info.get("version", "")),
        document=str(info.get("x-document-sha256", "")),
        rulings=_rulings(data.get("x-rulings") or {}, path),
        actions=tuple(_action(item, f"{path}: actions[{number}]") for number, item in enumerate(raw)),
    )


def apply(overlay: Overlay, specs: Mapping[str, Mapping[str, Any]]) -> Applied:
    """New specs with every action applied; `specs` maps the name of each service to its OpenAPI document.

    Raises UsageError when a target is no JSONPath, or no spec is named and none has the common part.
    """
    result: dict[str, Any] = {name: copy.deepcopy(dict(spec)) for name, spec in specs.items()}
    stale: list[StaleErratum] = []
    for number, action in enumerate(overlay.actions):
        known = spec_of(action, result)
        if known is None or not apply_in_place(action, result, known):
            stale.append(StaleErratum(number, action.target, known, action.ruling, action.source, action.reason))
    return Applied(result, tuple(stale))


def spec_of(action: Action, specs: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The name of the spec that an action changes, None where there is none of that name. Raises UsageError when it
    names none and none has the common part."""
    name = action.spec
    if name is None:
        name = next((known for known, spec in specs.items() if "x-common" in spec), None)
    if name is None:
        raise UsageError(f"errata: {action.target}: no spec has a common part (`x-common`); say which with `x-spec`")
    return name if name in specs else None


def selected(action: Action, spec: Mapping[str, Any]) -> dict[tuple[int | str, ...], Any]:
    """Place -> node, of all that an action selects. Raises UsageError when its target is no JSONPath."""
    try:
        return {tuple(match.parts): match.obj for match in jsonpath.finditer(action.target, spec)}
    except jsonpath.JSONPathError as error:
        raise UsageError(f"errata: {action.target}: not a JSONPath: {_first_line(error)}") from None


def apply_in_place(action: Action, holder: dict[str, Any], key: str) -> bool:
    """Apply it to `holder[key]`; says whether it selects anything."""
    found = selected(action, holder[key])
    # Later list items first, so that a removal does not move those still to be removed.
    for parts in sorted(found, key=_order, reverse=True):
        parent, last = _parent(holder, key, parts)
        if action.update is None:
            del parent[last]
        else:
            parent[last] = merged(parent[last], action.update)
    return bool(found)


def _parent(holder: Any, key: str, parts: Sequence[int | str]) -> tuple[Any, Any]:
    steps: list[int | str] = [key, *parts]
    node = holder
    for step in steps[:-1]:
        node = node[step]
    return node, steps[-1]


def _order(parts: Sequence[int | str]) -> tuple[tuple[int, int, str], ...]:
    return tuple((0, part, "") if isinstance(part, int) else (1, 0, part) for part in parts)


def merged(old: Any, new: Any) -> Any:
    """What becomes of a node by an update."""
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{name: merged(old[name], value) if name in old else value for name, value in new.items()}}
    if isinstance(old, list):
        return [*old, *new] if isinstance(new, list) else [*old, new]
    return copy.deepcopy(new)


def _lines(value: Any, where: str) -> tuple[tuple[int, int], ...]:
    good = (
        isinstance(value, list)
        and value
        and all(
            isinstance(pair, list) and len(pair) == 2 and all(isinstance(line, int) for line in pair) for pair in value
        )
    )
    if not good:
        raise UsageError(f"{where}: x-source must be a list of [first, last] document lines")
    return tuple((first, last) for first, last in value)


def _rulings(raw: Any, path: Path) -> dict[int, Ruling]:
    if not isinstance(raw, dict):
        raise UsageError(f"{path}: x-rulings must map numbers to rulings")
    return {
        int(number): Ruling(
            int(number),
            str(item["ruling"]),
            str(item.get("reason", "")),
            _lines(item.get("x-source"), f"{path}: x-rulings {number}"),
        )
        for number, item in raw.items()
    }


def _action(raw: Any, where: str) -> Action:
    if not isinstance(raw, dict) or not isinstance(raw.get("target"), str):
        raise UsageError(f"{where}: an action needs a target (a JSONPath)")
    remove = raw.get("remove") is True
    if remove == ("update" in raw):
        raise UsageError(f"{where}: an action has either `update` or `remove: true`")
    if not raw.get("description"):
        raise UsageError(f"{where}: an action needs a description, the reason for it")
    return Action(
        target=raw["target"],
        update=None if remove else raw["update"],
        spec=str(raw["x-spec"]) if "x-spec" in raw else None,
        ruling=raw.get("x-ruling"),
        source=_lines(raw.get("x-source"), where),
        reason=str(raw["description"]),
    )


def _first_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
