"""Drafts and aims: a request with marks in it, and the class of requests that it is drawn from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis.strategies import SearchStrategy

from conformance.model.equivalence import Standing

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
"""Stands for the id of an image that is there."""


@dataclass(frozen=True)
class Draft:
    """A request with marks in it. `body` is sent as it is; `path` is the raw segment of the image id, `query` the raw query.

    `members` are what the body sets, or what a patch leaves behind (None for what it takes out), for whoever compares.
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
    """One class of requests of one operation.

    `words` are those of the partition ("is above the maximum"). `due` is valid (accepted and kept), broken (refused, nothing
    changed) or open (only what holds for any answer). `by_state`: the rule is about what is there, not about the request.
    `may_refuse`: a valid value that a server may refuse with 400 and may not alter (ruling 8).
    """

    operation: str
    requirement: str
    place: str
    words: str
    due: Standing
    drafts: SearchStrategy[Draft]
    by_state: bool = False
    may_refuse: bool = False

    @property
    def name(self) -> str:
        """The aim in words, the same in every run."""
        return f"{self.operation}: {self.place} {self.words}"


def encoded(value: Any, *, ascii: bool = True) -> bytes:
    """JSON of a value in UTF-8; characters escaped or as they are."""
    return json.dumps(value, ensure_ascii=ascii).encode("utf-8")
