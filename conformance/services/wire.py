"""What passes between the reference server, the reference targets of the services and the faults: calls and answers.

The server makes a `Call` of each request that it reads, a target answers it with an `Answer`, or refuses it by raising
`Refused`; a fault changes the one or the other on its way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["JSON_TYPE", "Answer", "Call", "Caller", "Refused"]

JSON_TYPE = "application/json"


class Refused(Exception):
    """A request that cannot be met: status and message of the answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


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

    `operation` is the contract's name of it, empty when there is none; `caller` is None when no valid token came with it.
    """

    service: str
    method: str
    path: str
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    operation: str = ""
    image_id: str = ""
    caller: Caller | None = None


@dataclass(frozen=True)
class Answer:
    """An answer: `body` is a document for JSON, bytes for a file, None for no body; `raw` is sent in its place when given."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON_TYPE
    raw: bytes | None = None

    def encoded(self) -> bytes:
        """The bytes of the body. A lone surrogate, which UTF-8 cannot write, becomes a question mark."""
        if self.raw is not None:
            return self.raw
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, ensure_ascii=False).encode("utf-8", "replace")
