"""A list of a walk of which the first page was asked for, and the others were not yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from conformance.model.message import Exchange
from conformance.run.reading import Members

__all__ = ["HeldList"]


@dataclass(frozen=True, slots=True)
class HeldList:
    """Who asked for it, and with which query; `pages` are the further ones, each asked for when it is taken. `rows` are
    those of the first page, `due` the images that the list must hold, `since` the number of steps before it."""

    actor: str
    query: Mapping[str, str]
    pages: Iterator[Exchange]
    rows: tuple[Members, ...]
    due: frozenset[int]
    since: int
