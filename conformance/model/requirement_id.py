"""The ids of requirements: how each is made, and nowhere else.

An id is made of names of the contract (operation, place, member, status), never of a position, so that it survives a
new edition of the document. Nothing takes an id apart: what it was made of are members of the `Requirement` (kind,
operation, place, status). That one id continues another (`server.list.response.200.servers.id` continues
`server.list.response.200.servers`) is asked here.
"""

from __future__ import annotations

import re
from collections.abc import Container
from enum import StrEnum
from functools import cache

__all__ = [
    "Kind",
    "all_below",
    "area",
    "body",
    "default",
    "empty",
    "envelope",
    "error",
    "example",
    "gone",
    "header",
    "is_below",
    "lenient",
    "method",
    "nearest",
    "parameter",
    "path",
    "query",
    "request",
    "response",
    "response_header",
    "stated",
]


class Kind(StrEnum):
    """What a requirement is about."""

    STATED = "stated"
    HEADER = "header"
    METHOD = "method"
    ERROR = "error"
    ENVELOPE = "envelope"
    PARAMETER = "parameter"
    REQUEST = "request"
    BODY = "body"
    RESPONSE = "response"
    RESPONSE_HEADER = "response-header"
    DEFAULT = "default"
    LENIENT = "lenient"


@cache
def _word(name: str) -> str:
    """A name as an id has it: letters, digits, `_`, `.` and `-`; a colon and other marks are a hyphen, and a letter of
    another script is its number."""
    return re.sub(
        r"[^A-Za-z0-9_.-]", lambda match: "-" if match.group().isascii() else f"u{ord(match.group()):x}", name
    )


@cache
def header(name: str) -> str:
    """A header that every request or answer has: `header.content-type`, and `header.request-id` of RequestId."""
    return f"header.{re.sub(r'(?<=[a-z0-9])(?=[A-Z])', '-', _word(name)).lower()}"


def method(name: str) -> str:
    """The generic meaning of an HTTP method: `method.get`."""
    return f"method.{_word(name).lower()}"


def error(code: int | str) -> str:
    """A documented error code: `error.404`."""
    return f"error.{code}"


def envelope(member: str = "") -> str:
    """The object that a failure carries, or a member of it: `error.envelope`, `error.envelope.code`."""
    return f"error.envelope.{_word(member)}" if member else "error.envelope"


def parameter(operation: str, location: str, name: str) -> str:
    """A parameter of an operation; `location` is path, query or header: `server.list.query.limit`."""
    return f"{operation}.{location}.{_word(name)}"


def query(operation: str, name: str) -> str:
    """A parameter in the query: `server.list.query.limit`."""
    return parameter(operation, "query", name)


def path(operation: str, name: str) -> str:
    """A parameter in the path: `server.show.path.server_id`."""
    return parameter(operation, "path", name)


def request(operation: str) -> str:
    """The shape of the request's body: `server.create.request`."""
    return f"{operation}.request"


def body(operation: str, member: str = "") -> str:
    """A member of the request's body, or of its items when it is a list: `server.create.body.name`.

    Without a member it is what all of them are below; the body as a whole is `request`.
    """
    return f"{operation}.body.{_word(member)}" if member else f"{operation}.body"


@cache
def response(operation: str, status: int | str = "", place: str = "") -> str:
    """A documented success, or a member of its body: `server.list.response.200`, `server.list.response.200.servers.id`.

    Without a status it is what all successes of the operation are below.
    """
    return ".".join(filter(None, (operation, "response", str(status), _word(place))))


def response_header(operation: str, status: int | str, name: str) -> str:
    """A header of a documented success: `server.create.response.201.location`."""
    return response(operation, status, name.lower())


def default(operation: str, member: str) -> str:
    """The value of a member that the request left out: `server.create.default.tags`."""
    return f"{operation}.default.{_word(member)}"


def unsent(operation: str, member: str) -> str:
    """The default that a row names for a member of what is made: `server.create.unsent.size`."""
    return f"{operation}.unsent.{_word(member)}"


def lenient(operation: str) -> str:
    """Other spellings, and what the document does not have, are refused: `server.list.lenient`. Advice."""
    return f"{operation}.lenient"


def empty(operation: str) -> str:
    """The success without a body: `server.delete.empty`. The errata state it."""
    return stated(operation, "empty")


def complete(operation: str) -> str:
    """A list has all that is there, each once: `server.list.complete`. The errata state it."""
    return stated(operation, "complete")


def gone(operation: str) -> str:
    """What was removed stays away: `server.delete.gone`. The errata state it."""
    return stated(operation, "gone")


def example(operation: str) -> str:
    """The example request of the document is answered as documented: `server.list.example.request`. The errata state
    it."""
    return stated(operation, "example", "request")


def stated(subject: str, *words: str) -> str:
    """A promise that only prose makes, as the errata name it: `server.create.relation.file`, `status.documented`."""
    return ".".join((subject, *words))


def area(name: str, words: int = 1) -> str:
    """The first words of an id, to put promises together that have no operation: `status` of `status.documented`."""
    return ".".join(name.split(".")[:words])


def is_below(name: str, root: str) -> bool:
    """Whether the id continues another one, or the name of an operation: `server.list.query.limit` is below
    `server.list`."""
    return name.startswith(f"{root}.")


def all_below(root: str) -> str:
    """The pattern (`fnmatch`) of all ids below this one."""
    return f"{root}.*"


def nearest(name: str, known: Container[str]) -> str | None:
    """The id itself when it is known, else the longest known one that it continues, else None."""
    while name:
        if name in known:
            return name
        name = name.rpartition(".")[0]
    return None
