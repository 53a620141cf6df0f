"""How far one mistake reaches: classes of requests made as wide as the code of a server that is wrong for all of them, and
named as narrow as holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from conformance.model.equivalence import Class, Part, Standing
from conformance.model.phrase import Value

__all__ = ["SIZE", "TEXT", "classes", "coarse", "named", "size_of", "wide"]

TEXT = "text"
"""The place of a class that is about the text itself, wherever in a request it stands."""
SIZE = "larger-than"
"""The rule of a body that is larger than a usual limit."""
_OF_TEXT = frozenset({"lone-surrogate", "not-utf-8", "nul", "beyond-bmp"})
_NEARER = {"far-above-maximum": "above-maximum", "far-below-minimum": "below-minimum"}
"""Rule -> the one that takes it in."""
MOST_TYPES = 2
"""Wrong types that a title names; beyond that they are "of another type"."""


def classes(request: Iterable[Part]) -> tuple[Part, ...]:
    """The classes of a request, each as wide as one mistake reaches."""
    return tuple(sorted({wide(part) for part in request}, key=lambda part: part.order))


def size_of(request: Iterable[Part]) -> int | None:
    """The limit that the body of a request is larger than; None when it is larger than none."""
    found = (dict(part.held.terms).get("bytes") for part in request if part.held.rule == SIZE)
    return next((size for size in found if isinstance(size, int)), None)


def wide(part: Part) -> Part:
    held = part.held
    if held.rule in _OF_TEXT:
        return Part(TEXT, Class.broken(held.rule))
    if held.rule in {"type", "another-type"}:
        return Part(part.place, Class.broken("another-type", wanted=dict(held.terms).get("wanted")))
    return Part(part.place, replace(held, rule=_NEARER.get(held.rule, held.rule)))


def coarse(part: Part) -> tuple[str, Class]:
    """A part without what makes a class of wrong types fine."""
    whole = wide(part)
    return whole.place, replace(whole.held, item=False, standing=Standing.BROKEN)


def named(requests: Iterable[Iterable[Part]]) -> tuple[Part, ...]:
    """The classes of requests, as narrow as holds for all of them: the types that came where they are few."""
    seen: dict[Part, set[Part]] = {}
    for request in requests:
        for part in request:
            seen.setdefault(wide(part), set()).add(part)
    return tuple(_narrow(part, found) for part, found in sorted(seen.items(), key=lambda item: item[0].order))


def _narrow(whole: Part, found: Collection[Part]) -> Part:
    if whole.held.rule != "another-type":
        return next(iter(found)) if len(found) == 1 and whole.place != TEXT else whole
    types = {_plain(str(dict(part.held.terms).get("is"))) for part in found if part.held.rule == "type"}
    item = all(part.held.item for part in found)
    if len(types) > MOST_TYPES or any(part.held.rule == "another-type" for part in found):
        return Part(whole.place, replace(whole.held, item=item))
    named: Value = tuple(sorted(types)) if len(types) > 1 else next(iter(types))
    held = Class("type", Standing.BROKEN, (("is", named), *whole.held.terms), item)
    return Part(whole.place, held)


def _plain(kind: str) -> str:
    """A type without what sets some of its values apart: `empty array` and `array` are arrays."""
    return {"numeric string": "string", "boolean word": "string"}.get(kind, kind.removeprefix("empty "))
