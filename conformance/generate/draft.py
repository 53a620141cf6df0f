"""Drafts and aims: a request with marks in it, and the class of requests that it is drawn from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis.strategies import SearchStrategy

from conformance.model.equivalence import Class, Part, Standing

__all__ = ["ANY", "EXISTING", "FRESH", "ID", "NAME", "TAG", "Aim", "Draft", "encoded"]

ANY = "any part"
"""Place of an aim whose requests are classed one by one."""
FRESH = "f5a9e5b0"
"""Stands for eight hexadecimal digits that no id of an earlier run has; at the start of ids that drafts choose."""
ID = f"{FRESH}-1a2b-4c3d-8e4f-5a6b7c8d9e0f"
NAME = "conformance-generated-name--------------"
"""Stands for a name of the run, of 40 characters too."""
TAG = "conformance-generate"
"""Stands for the tag of the run, of 20 characters too."""
EXISTING = "e7157e40-1a2b-4c3d-8e4f-5a6b7c8d9e0f"
"""Stands for the id of a resource that is there."""


@dataclass(frozen=True)
class Draft:
    """A request with marks in it. `body` is sent as it is; `path` is the raw segment of the id, `query` the raw query.

    `members` are what the body sets, or what a change leaves behind (None for what it takes out), for whoever compares.
    """

    body: bytes = b""
    path: str = EXISTING
    query: str = ""
    headers: Mapping[str, str | None] = field(default_factory=dict)
    members: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[bytes, str, str, str]:
        """What makes two drafts the same request."""
        return self.body, self.path, self.query, repr(sorted(self.headers.items()))


@dataclass(frozen=True)
class Aim:
    """One class of requests of one operation: what stands at one place of it, and where requests of that class are
    drawn from.

    `requirement` is what an answer that is not due breaks. `others` are further broken parts of the same request.
    `by_state`: the rule depends on the state of the resource, not on the request alone. `may_refuse`: valid values that
    a server may refuse with 400 and may not alter (ruling 8), though the contract leaves their class open.
    """

    operation: str
    requirement: str
    place: str
    held: Class
    drafts: SearchStrategy[Draft]
    others: tuple[Part, ...] = ()
    by_state: bool = False
    may_refuse: bool = False

    @property
    def due(self) -> Standing:
        """Valid (accepted and kept), broken (refused, nothing changed), lenient (refused, or taken as what it means) or open
        (only what holds for any answer)."""
        return Standing.VALID if self.may_refuse else self.held.standing

    @property
    def request(self) -> tuple[Part, ...]:
        """The parts that set its requests apart."""
        return Part(self.place, self.held), *self.others

    @property
    def name(self) -> str:
        """Operation, place and class in one line, the same in every run; the values that are drawn depend on it and on
        the seed alone."""
        terms = " ".join(f"{name}={value}" for name, value in self.held.terms)
        return " ".join(
            filter(None, (self.operation, self.place, "item" if self.held.item else "", self.held.rule, terms))
        )


def encoded(value: Any, *, ascii: bool = True) -> bytes:
    """JSON of a value in UTF-8; with `ascii` other characters are escaped."""
    return json.dumps(value, ensure_ascii=ascii).encode("utf-8")
