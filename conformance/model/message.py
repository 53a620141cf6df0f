"""The messages that travel over the wire: request, response, exchange.

Rules
- All values are frozen; a change makes a copy.
- Header names compare without case and keep their order and their repetitions (RFC 9110, 5.3).
- Bodies are bytes as received; whoever reads them as text or JSON decides what a failure to do so means.
- What is kept of an exchange for the reports may have less of a body than was sent: its beginning (`body`), its end
  (`end`), how many bytes are left out between them (`left_out`), and the SHA-256 of the whole (`sha256`, in hex).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from conformance.model.jsonvalue import JSON, read_json
from conformance.model.outline import Outline

__all__ = ["DISCOVERY", "GONE", "READING", "Exchange", "Headers", "Request", "Response", "counted"]

DISCOVERY = "discovery"
"""Operation id of calls that find the services; upstream, so only what holds for any answer is judged."""
READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that only read (RFC 9110, 9.2.1: safe methods)."""
GONE = frozenset({404, 410})
"""Statuses that say of what the URL names that it is not there (RFC 9110, 15.5.5 and 15.5.11)."""


@dataclass(frozen=True, slots=True)
class Headers:
    """Header fields in the order in which they stood on the wire."""

    items: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> Headers:
        """Headers with the given names and values, in the mapping's order."""
        return cls(tuple(fields.items()))

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of the field, in order; empty when it is absent."""
        wanted = name.lower()
        return tuple([value for key, value in self.items if key.lower() == wanted])

    def get(self, name: str) -> str | None:
        """The first value of the field, or None."""
        wanted = name.lower()
        for key, value in self.items:
            if key.lower() == wanted:
                return value
        return None

    def replaced(self, name: str, value: str | None) -> Headers:
        """A copy in which the field has this one value, or is gone when the value is None."""
        wanted = name.lower()
        kept = tuple((key, old) for key, old in self.items if key.lower() != wanted)
        return Headers(kept if value is None else (*kept, (name, value)))


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent.

    `operation` is the contract's id of the operation that the request addresses, or None when it addresses none
    (an undefined method or path). `actor` names whose token it carries: main, other, reader, or anonymous. With the
    header `Transfer-Encoding: chunked` the body goes out in chunks; here it stands as it is without them. `led` says
    that an answer gave the URL, in its link to a next page: what its query means is the service's own affair.
    `doubtful` says that a delete of what the URL names was sent before whose answer never came: perhaps it was carried
    out.
    """

    method: str
    url: str
    headers: Headers = Headers()
    body: bytes = b""
    operation: str | None = None
    actor: str = "anonymous"
    left_out: int = 0
    led: bool = False
    end: bytes = b""
    sha256: str = ""
    doubtful: bool = False

    @property
    def size(self) -> int:
        """Bytes of the body that was sent."""
        return len(self.body) + self.left_out + len(self.end)

    @property
    def whole(self) -> bytes:
        """The body that was sent, made again where only its beginning is kept and it is `counted`; else what is
        kept."""
        return counted(self.size) if self.left_out and self.body == counted(len(self.body)) else self.body

    @property
    def chunked(self) -> bool:
        """Whether the body goes out in chunks (RFC 9112, 7.1)."""
        return (self.headers.get("Transfer-Encoding") or "").lower() == "chunked"


@dataclass(frozen=True)
class Response:
    """What came back. `elapsed` is seconds from sending to the last byte; `truncated` says that a size limit cut the
    body. `began` is when the request was sent (seconds since 1970), 0 where nobody has looked."""

    status: int
    reason: str = ""
    headers: Headers = Headers()
    body: bytes = b""
    elapsed: float = 0.0
    truncated: bool = False
    left_out: int = 0
    end: bytes = b""
    sha256: str = ""
    began: float = field(default=0.0, compare=False)

    @property
    def size(self) -> int:
        """Bytes of the body that came."""
        return len(self.body) + self.left_out + len(self.end)

    @cached_property
    def media_type(self) -> str | None:
        """The media type without its parameters, in lower case, or None without a Content-Type."""
        value = self.headers.get("Content-Type")
        return value.split(";", 1)[0].strip().lower() if value is not None else None

    def json(self) -> JSON:
        """The body as JSON (RFC 8259: UTF-8, no NaN). Raises Unreadable with the reason."""
        return read_json(self.body)


@dataclass(frozen=True)
class Exchange:
    """One request with its response, numbered in the order of the run. `started` is seconds since the epoch, UTC."""

    number: int
    request: Request
    response: Response
    started: float = 0.0
    case: str = ""

    @property
    def operation(self) -> str:
        """The operation's id; "other" for a request that addresses no operation of the contract."""
        return self.request.operation or "other"

    @property
    def addressed(self) -> bool:
        """Whether the request addresses an operation."""
        return self.request.operation is not None

    @property
    def status(self) -> int:
        """The status of the answer."""
        return self.response.status

    @property
    def actor(self) -> str:
        """Whose token the request carries."""
        return self.request.actor

    @property
    def led(self) -> bool:
        """Whether an answer gave the URL."""
        return self.request.led

    @property
    def sent(self) -> int:
        """Bytes of the body that was sent."""
        return self.request.size

    @property
    def length(self) -> int:
        """Characters of the URL and bytes that are kept of the request's body: how much there is to read."""
        return len(self.request.url) + len(self.request.body)

    @property
    def bare(self) -> Exchange:
        """The exchange without the body of its answer, of which there may be many MiB: what is held for long."""
        return replace(self, response=replace(self.response, body=b"", end=b"")) if self.response.body else self

    @property
    def outline(self) -> Outline:
        """The exchange without what was sent and received."""
        return Outline.of(self)


BLOCK = 100_000
"""Numbers that are written at a time, so that data of any size needs little more memory than itself."""


def counted(size: int) -> bytes:
    """So many bytes of the numbers from 1 on, each on a line: what `seq 99999999 | head -c SIZE` prints.

    Data that a command can make again however large it is, and in which no two blocks are alike.
    """
    found = bytearray()
    first = 1
    while len(found) < size:
        count = min(BLOCK, (size - len(found) + 1) // 2)  # no number takes less than two bytes
        found += b"".join([b"%d\n" % number for number in range(first, first + count)])
        first += count
    return bytes(memoryview(found)[:size])
