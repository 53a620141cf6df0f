"""Faults as the product of a table: the places at which a target can break, times what goes wrong there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from conformance.services.fault import Fault, Hooks

__all__ = ["Effect", "FaultRows", "Where", "family", "product"]

T = TypeVar("T")
FaultRows = Iterator[tuple[str, str, Hooks]]
"""Faults of a family: the rest of the id, the description, the hooks."""


@dataclass(frozen=True)
class Where(Generic[T]):
    """A place at which the target can be made to break.

    `id` begins the ids of the faults of this place and `said` their descriptions. `hooks` gives, for a change, the
    hooks that apply it here. `breaks` are the requirements that every change here breaks.
    """

    id: str
    said: str
    hooks: Callable[[T], Hooks]
    breaks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Effect(Generic[T]):
    """What goes wrong at a place: the change, how it ends the id and the description, and the requirements that it
    breaks."""

    id: str
    said: str
    change: T
    breaks: tuple[str, ...] = ()


def product(places: Iterable[Where[T]], effects: Iterable[Effect[T]]) -> Iterator[Fault]:
    """A fault for each effect at each place; it breaks what the place and what the effect break."""
    wrong = tuple(effects)
    for place in places:
        for effect in wrong:
            breaks = tuple(dict.fromkeys((*place.breaks, *effect.breaks)))
            yield Fault(f"{place.id}.{effect.id}", breaks, f"{place.said}: {effect.said}", place.hooks(effect.change))


def family(prefix: str, breaks: tuple[str, ...], rows: Iterable[tuple[str, str, Hooks]]) -> Iterator[Fault]:
    """Faults that break the same requirements and whose ids begin alike. A row is the rest of the id, the description,
    the hooks."""
    for word, description, hooks in rows:
        yield Fault(f"{prefix}.{word}", breaks, description, hooks)
