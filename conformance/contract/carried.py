"""The errata of an edition as a file for the next: lines rewritten, obsolete actions left out, others set aside.

Rules
- The file is the old one, changed: comments, order and style of what applies stay.
- What needs a look stands in `x-aside`, an action each with `x-why`; to take it back is to move it to `actions`.
- A ruling that nothing in the file speaks of any more is left out when it is obsolete.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator, Mapping
from typing import Any

from ruamel.yaml import YAML

from conformance.contract.carrying import CarriedAction, Carrying, Fate
from conformance.contract.linemap import LineMap

__all__ = ["ASIDE", "carried_errata"]

ASIDE = "x-aside"
_LINES = frozenset({"x-source", "source"})
_NUMBERS = frozenset({"x-ruling", "ruling", "x-leniency"})


def carried_errata(text: str, carrying: Carrying, version: str, sha256: str) -> str:
    """The text of the errata for the next edition: of this version and this document."""
    yaml = YAML(typ="rt", pure=True)
    yaml.width = 128
    yaml.preserve_quotes = True
    yaml.representer.add_representer(
        type(None), lambda made, _: made.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    data = yaml.load(text)
    actions, aside = [], []
    for item, raw in zip(carrying.actions, data["actions"], strict=True):
        _rewrite(raw, carrying.lines)
        kept, left = _parted(raw, item)
        actions += [kept] if kept is not None else []
        aside += [left] if left is not None else []
    _replace(data["actions"], actions)
    earlier = list(data.pop(ASIDE, []))
    for raw in earlier:
        _rewrite(raw, carrying.lines)
    if earlier or aside:
        data[ASIDE] = [*earlier, *aside]
    data.setdefault("info", {})["version"] = version
    data["info"]["x-document-sha256"] = sha256
    named = set(_numbers(data["actions"])) | set(_numbers(data.get(ASIDE, [])))
    rulings = data.get("x-rulings") or {}
    for number in list(rulings):
        if carrying.rulings.get(int(number)) is Fate.OBSOLETE and int(number) not in named:
            del rulings[number]
        else:
            _rewrite(rulings[number], carrying.lines)
    out = io.StringIO()
    yaml.dump(data, out)
    return out.getvalue()


def _parted(raw: Any, item: CarriedAction) -> tuple[Any, Any]:
    """(what applies of an action, what needs a look), None where there is nothing."""
    if item.fate is Fate.OBSOLETE:
        return None, None
    if item.fate is Fate.LOOK:
        raw["x-why"] = item.why
        return None, raw
    lost = {name: why for name, (fate, why) in item.promises.items() if fate is not Fate.APPLIES}
    if not lost:
        return raw, None
    left = copy.deepcopy(raw)
    left["x-why"] = "; ".join(f"{name}: {why}" for name, why in lost.items())
    left["update"] = {"x-requirements": [one for one in raw["update"]["x-requirements"] if one["id"] in lost]}
    _replace(raw["update"]["x-requirements"], [one for one in raw["update"]["x-requirements"] if one["id"] not in lost])
    bare = not raw["update"]["x-requirements"] and len(raw["update"]) == 1
    return (None if bare else raw), left


def _replace(items: Any, kept: list[Any]) -> None:
    """Take out of a list what is not kept, without losing the comments of the rest."""
    left = {id(item) for item in kept}
    for at in reversed(range(len(items))):
        if id(items[at]) not in left:
            del items[at]


def _rewrite(node: Any, lines: LineMap) -> None:
    """Rewrite, in place, each list of lines to where they now are."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key in _LINES and isinstance(value, list):
                for pair in value:
                    moved = lines.span(pair[0], pair[1])
                    pair[0], pair[1] = moved.first, moved.last
            else:
                _rewrite(value, lines)
    elif isinstance(node, list):
        for item in node:
            _rewrite(item, lines)


def _numbers(node: Any) -> Iterator[int]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key in _NUMBERS and isinstance(value, int):
                yield int(value)
            else:
                yield from _numbers(value)
    elif isinstance(node, list):
        for item in node:
            yield from _numbers(item)
