"""A deviation: how what was seen departs from what was promised. A value, made where it is seen and never taken apart
again.

Rules
- The identity of a deviation is made of names: kind, operation, status, place, act, request and terms. Values that were
  drawn, and values that a target sent, stand in `seen` and in `path`; they are shown and never compared.
- Sentences about it, in each language, are made in the reports and nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from conformance.model.equivalence import Part
from conformance.model.phrase import Phrase, Terms, Value, terms_of

__all__ = ["Deviation"]


@dataclass(frozen=True)
class Deviation:
    """One way in which a promise is not kept.

    `kind` names the way (`status`, `missing`, `differs`); the catalogue of the reports has a sentence for each.
    `operation` and `status` are given where they tell deviations of a kind apart. `place` is a member, header or
    parameter. `act` is what a case did, `request` the classes of the request that explain it (none: a valid request).
    `terms` are further names that tell deviations apart. `seen` are values for the reader, such as what was due and
    what came; `path` leads to the place in the body (`servers[3].flavor`). Neither is part of the identity.
    """

    kind: str
    operation: str | None = None
    status: int | None = None
    place: str = ""
    act: Phrase | None = None
    request: tuple[Part, ...] = ()
    terms: Terms = ()
    seen: Terms = field(default=(), compare=False)
    path: str = field(default="", compare=False)

    @cached_property
    def key(self) -> str:
        """The identity as one line of JSON: the same text for the same deviation, in every run and every process."""
        data = self.to_json()
        identity = {name: value for name, value in data.items() if name not in {"seen", "path"} and value}
        return json.dumps(identity, ensure_ascii=False, sort_keys=True)

    def where(self, **terms: Value) -> Deviation:
        """A copy with further terms of the identity."""
        return replace(self, terms=(*self.terms, *terms.items()))

    def showing(self, **seen: Value) -> Deviation:
        """A copy with further values for the reader."""
        return replace(self, seen=(*self.seen, *seen.items()))

    def at(self, path: str) -> Deviation:
        """A copy that leads to this place in the body."""
        return replace(self, path=path)

    def to_json(self) -> dict[str, Any]:
        """Plain data, every member there."""
        return {
            "kind": self.kind,
            "operation": self.operation,
            "status": self.status,
            "place": self.place,
            "act": self.act.to_json() if self.act is not None else None,
            "request": [part.to_json() for part in self.request],
            "terms": Phrase("", self.terms).to_json()["terms"],
            "seen": Phrase("", self.seen).to_json()["terms"],
            "path": self.path,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Deviation:
        """The deviation of plain data; members that are not there have their default. Raises KeyError, TypeError or
        ValueError."""
        act = data.get("act")
        return cls(
            kind=str(data["kind"]),
            operation=data.get("operation"),
            status=data.get("status"),
            place=str(data.get("place", "")),
            act=Phrase.from_json(act) if act is not None else None,
            request=tuple(Part.from_json(item) for item in data.get("request", ())),
            terms=terms_of(data.get("terms", {})),
            seen=terms_of(data.get("seen", {})),
            path=str(data.get("path", "")),
        )
