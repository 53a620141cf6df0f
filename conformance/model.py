"""The values that travel from the wire to the verdict: request, response, exchange, assertion, finding.

Rules
- All values are frozen; a change makes a copy.
- Header names compare without case and keep their order and their repetitions (RFC 9110, 5.3).
- Bodies are bytes as received; whoever reads them as text or JSON decides what a failure to do so means.
- An identity (of a finding, of a group) is made of names, never of positions, times or values that change between runs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import TypeAlias

__all__ = ["DISCOVERY", "JSON", "Assertion", "Exchange", "Finding", "Headers", "Request", "Response", "Unreadable"]

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"


DISCOVERY = "discovery"
"""Operation id of calls that find the services; upstream, so only what holds for any answer is judged."""


class Unreadable(ValueError):
    """A body is not what its reader needs: not UTF-8, or not JSON. Carries the reason in one line."""


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
        return tuple(value for key, value in self.items if key.lower() == wanted)

    def get(self, name: str) -> str | None:
        """The first value of the field, or None."""
        return next(iter(self.all(name)), None)

    def replaced(self, name: str, value: str | None) -> Headers:
        """A copy in which the field has this one value, or is gone when the value is None."""
        wanted = name.lower()
        kept = tuple((key, old) for key, old in self.items if key.lower() != wanted)
        return Headers(kept if value is None else (*kept, (name, value)))


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent.

    `operation` is the contract's id of the operation that the request addresses, or None when it addresses none
    (an undefined method or path). `actor` names whose token it carries: main, other, reader, or anonymous.
    """

    method: str
    url: str
    headers: Headers = Headers()
    body: bytes = b""
    operation: str | None = None
    actor: str = "anonymous"


_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def _strict_json(data: bytes) -> JSON:
    def refuse(token: str) -> JSON:
        raise Unreadable(f"not JSON: {token} is no JSON number (RFC 8259, 6)")

    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"not UTF-8: byte {error.start}") from None
    try:
        value: JSON = json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise Unreadable(f"not JSON: {error.msg}, line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise Unreadable("not JSON that can be read: nested too deeply") from None
    except Unreadable:
        raise
    except ValueError as error:  # an integer with more digits than Python converts
        raise Unreadable(f"not JSON that can be read: {error}") from None
    if _SURROGATE.search(text):
        try:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            raise Unreadable("not JSON that can be read: half of a surrogate pair, which is no character (RFC 8259, 8.2)") from None
        except RecursionError:
            raise Unreadable("not JSON that can be read: nested too deeply") from None
    return value


@dataclass(frozen=True)
class Response:
    """What came back. `elapsed` is seconds from sending to the last byte; `truncated` says that a size limit cut the body."""

    status: int
    reason: str = ""
    headers: Headers = Headers()
    body: bytes = b""
    elapsed: float = 0.0
    truncated: bool = False

    @cached_property
    def media_type(self) -> str | None:
        """The media type without its parameters, in lower case, or None without a Content-Type."""
        value = self.headers.get("Content-Type")
        return value.split(";", 1)[0].strip().lower() if value is not None else None

    def json(self) -> JSON:
        """The body as JSON (RFC 8259: UTF-8, no NaN). Raises Unreadable with the reason."""
        return _strict_json(self.body)


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
        """The operation's id, or the method and path of a request outside the contract."""
        return self.request.operation or "other"


@dataclass(frozen=True, slots=True)
class Assertion:
    """One look at one promise: it holds, or `message` says in one line how it does not.

    `failure` is the identity of the deviation without values that change from run to run: `integer instead of string`.
    `path` leads to the place in the body, such as `images[3].created_at`.
    """

    requirement: str
    check: str
    ok: bool
    message: str = ""
    failure: str = ""
    path: str = ""


@dataclass(frozen=True)
class Finding:
    """A failed assertion with the exchange that shows it."""

    requirement: str
    check: str
    operation: str
    status: int | None
    message: str
    failure: str
    path: str
    exchange: Exchange | None
    related: tuple[int, ...] = field(default=())

    @cached_property
    def id(self) -> str:
        """Twelve hex digits, the same from run to run and wherever the same deviation is met."""
        return sha256(f"{self.requirement}\x1f{self.failure}".encode()).hexdigest()[:12]
