"""Calls and answers: what the reference server, its parts and the faults exchange.

The server makes a `Call` of each request that it reads, a target answers it with an `Answer`, or refuses it by raising
`Refused`; a fault changes the one or the other on its way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["JSON_LIMIT", "JSON_TYPE", "Answer", "Call", "Caller", "Pairs", "Refused", "read_json"]

Pairs = Sequence[tuple[str, str]]
"""The decoded parameters of a query, in their order; a name may be there twice."""
JSON_TYPE = "application/json"
JSON_LIMIT = 10 * 1024 * 1024
"""Bytes that a JSON body may have."""


class Refused(Exception):
    """A request that cannot be met: status, message and headers of the answer."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the project of the token, and the roles in it."""

    project: str
    roles: frozenset[str]

    @property
    def admin(self) -> bool:
        """Whether the caller sees and changes everything."""
        return "admin" in self.roles

    @property
    def writer(self) -> bool:
        """Whether the caller may create and change."""
        return bool(self.roles & {"admin", "member"})


@dataclass(frozen=True)
class Call:
    """A request as it came: path within the service, decoded query pairs, headers by lower-case name.

    `operation` is the contract's name of it, empty when there is none; `names` are the parameters that its path has
    there; `caller` is None when no valid token came with it.
    """

    service: str
    method: str
    path: str
    query: Pairs
    headers: Mapping[str, str]
    body: bytes
    operation: str = ""
    image_id: str = ""
    caller: Caller | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def media_type(self) -> str:
        """What the body is said to be, in lower case and without parameters; empty when it is not said."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


@dataclass(frozen=True)
class Answer:
    """An answer: `body` is a document for JSON, bytes for a file, None for no body; `raw` is sent in its place when
    given. `further` are headers that stand in it once more."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON_TYPE
    raw: bytes | None = None
    further: Pairs = ()

    def encoded(self) -> bytes:
        """The bytes of the body. A lone surrogate, which UTF-8 cannot write, becomes a question mark."""
        if self.raw is not None:
            return self.raw
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, ensure_ascii=False).encode("utf-8", "replace")


def read_json(data: bytes) -> Any:
    """The JSON of a body: UTF-8, no NaN, no repeated member, no lone surrogate. Raises Refused 400."""

    def refuse(token: str) -> Any:
        raise Refused(400, f"{token} is no JSON number.")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) < len(pairs):
            raise Refused(400, "A member is there twice.")
        return dict(pairs)

    if len(data) > JSON_LIMIT:
        raise Refused(400, "The body is too large.")
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=refuse, object_pairs_hook=once)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Refused(400, "The body is no JSON in UTF-8.") from None
    return value
