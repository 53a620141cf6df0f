"""What everything after the specs asks of the contract: operations, schemas, error codes, requirements.

The contract is the extraction with the overlay applied (`specs.load_contract`). It knows nothing of any target.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from conformance.model.jsonvalue import Unreadable, read_json
from conformance.model.requirement_id import Kind

__all__ = [
    "FIRST_PAGE",
    "NEXT_PAGE",
    "NO_QUOTE",
    "Authority",
    "Contract",
    "ErrorCode",
    "Level",
    "Lines",
    "Operation",
    "Parameter",
    "Quote",
    "Requirement",
    "Resource",
    "ResponseSpec",
    "Ruling",
    "Schema",
    "Statement",
    "named_action",
]

NEXT_PAGE, FIRST_PAGE = "next", "first"
"""Where a link between the pages of a list leads."""
Schema = Mapping[str, Any]
Lines = tuple[tuple[int, int], ...]


class Authority(StrEnum):
    """Who says so: the document, a ruling where the document contradicts itself, or OpenStack where it is silent."""

    DOCUMENT = "document"
    RULING = "ruling"
    UPSTREAM = "upstream"


class Level(StrEnum):
    """How strongly (RFC 2119)."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a requirement promises: a sentence in English with the names of the contract left open, and these names.

    `template` is the same for all requirements of one kind (`{member} is as documented`), so that it can be looked up
    in a catalogue of translations. A sentence of the errata has no values. `str` gives the English sentence.
    """

    template: str
    values: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return self.template.format_map(self.values) if self.values else self.template


@dataclass(frozen=True, slots=True)
class Quote:
    """What the line of the document says, without a sentence of it: the number of its `section`, the `heading` in words
    of our own (`list servers`), the `part` below it (`request`), its `page` where it is known, and the `names` and
    values of the line (`{"name": "limit", "type": "integer"}`)."""

    section: str = ""
    heading: str = ""
    part: str = ""
    page: int | None = None
    names: Mapping[str, str] = field(default_factory=dict, hash=False)


NO_QUOTE = Quote()
"""Of a promise of which no line of the document is known."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What was decided where the document contradicts itself or is silent, and why."""

    number: int
    text: str
    reason: str
    source: Lines = ()


@dataclass(frozen=True, slots=True)
class Requirement:
    """One promise. `source` are ranges of document lines; `excluded` is the reason why no check is owed, else None.

    What its id was made of stands beside it: the `kind`, the `operation`, the `place` (a parameter, a header, or a
    member such as `servers.id`; empty for the whole) and the `status` of a promised answer or of an error code.
    """

    id: str
    statement: Statement
    level: Level
    authority: Authority
    source: Lines
    operation: str | None = None
    checks: tuple[str, ...] = ()
    excluded: str | None = None
    ruling: int | None = None
    kind: Kind = Kind.STATED
    place: str = ""
    status: int | None = None
    quote: Quote = NO_QUOTE

    @property
    def binding(self) -> bool:
        """Whether a failure makes the target non-conformant without --strict."""
        return self.excluded is None and self.level is Level.MUST and self.authority is not Authority.UPSTREAM


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation; `location` is path, query or header."""

    name: str
    location: str
    required: bool
    schema: Schema
    authority: Authority
    source: Lines
    level: Level = Level.MUST


@dataclass(frozen=True, slots=True)
class ResponseSpec:
    """A documented success. `media_type` and `schema` are None when the body is empty; `headers` are promised names."""

    status: int
    media_type: str | None
    schema: Schema | None
    headers: tuple[str, ...]
    authority: Authority
    source: Lines


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """A documented status code with its reason phrase."""

    code: int
    phrase: str
    line: int


@dataclass(frozen=True)
class Operation:
    """One method on one path template.

    `request_schema` is the schema of the JSON body, or None when the operation takes no JSON body.
    `errors` are codes that the document lists for this operation, beside the common ones.
    `action` is the member that its body has and that of no other operation on its method and path; empty where it has both
    for itself.
    `defaults` are the values the document's example shows for members that the request left out.
    `secured` says that it is refused without a valid token; `issues_token` that its answer carries one in a header.
    `upstream_query` are parameters that upstream's operation knows, or used to, where the document is silent;
    `page_query` those of them by which an answer leads to its next page, so that it is the service which has them sent.
    `page_links` maps members of an answer that are links between pages to where they lead: NEXT_PAGE, or FIRST_PAGE.
    """

    id: str
    method: str
    path: str
    service: str
    authority: Authority
    source: Lines
    parameters: tuple[Parameter, ...] = ()
    request_media_type: str | None = None
    request_schema: Schema | None = None
    responses: tuple[ResponseSpec, ...] = ()
    errors: Mapping[int, ErrorCode] = field(default_factory=dict)
    request_example: Any = None
    response_example: Any = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    action: str = ""
    secured: bool = True
    issues_token: bool = False
    upstream_query: tuple[str, ...] = ()
    page_query: tuple[str, ...] = ()
    page_links: Mapping[str, str] = field(default_factory=dict)

    def response(self, status: int) -> ResponseSpec | None:
        """The documented success with this status, or None."""
        for spec in self.responses:
            if spec.status == status:
                return spec
        return None

    @cached_property
    def query(self) -> tuple[Parameter, ...]:
        """The query parameters, in the document's order."""
        return tuple(item for item in self.parameters if item.location == "query")

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """A regular expression that the operation's paths match, from their first slash."""
        parts = re.split(r"\{[^}]*\}", self.path)
        return re.compile("[^/]+".join(re.escape(part) for part in parts) + r"\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What the operations of a service make, show, change and remove, read off their paths and methods.

    `name` is made of the nouns of its path (`server`, `server.tag`). `collection` is the path that lists and creates,
    `parameter` the name of the path parameter that follows it (empty when no operation addresses a single one). `list`,
    `create`, `show`, `change` and `remove` are ids of operations, None where the contract has none. `extra` maps a path
    below a single resource (`/file`) to the ids of the operations there.

    `items` is the member of the list's answer that holds the resources (empty when the answer is the list itself),
    `wrapper` the member of an answer that holds a single one (empty when the answer is the resource itself), `id` the
    member that the path parameter repeats. Where no member does, `address` is the one that holds the address of the
    resource, of which the parameter is the last segment; empty elsewhere. Ids that are integers are `numbered`.
    """

    name: str
    service: str
    collection: str
    parameter: str = ""
    list: str | None = None
    create: str | None = None
    show: str | None = None
    change: str | None = None
    remove: str | None = None
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    items: str = ""
    wrapper: str = ""
    id: str = "id"
    address: str = ""
    numbered: bool = False

    @property
    def item(self) -> str:
        """The path of a single resource: `/v2/servers/{server_id}`."""
        return f"{self.collection}/{{{self.parameter}}}"

    @property
    def operations(self) -> tuple[str, ...]:
        """The ids of all its operations: list, create, show, change, remove, then those below a single one."""
        own = (self.list, self.create, self.show, self.change, self.remove)
        return (*(name for name in own if name is not None), *(name for names in self.extra.values() for name in names))


@dataclass(frozen=True, slots=True)
class StaleErratum:
    """An action of the errata that changes nothing: its place in their list (from 0), what it looked for and in which spec
    (None where the document has no such spec), its ruling, lines and reason."""

    number: int
    target: str
    spec: str | None
    ruling: int | None
    source: Lines
    reason: str


@dataclass(frozen=True)
class Contract:
    """The effective contract of one edition of the document.

    `services` are the names of the services that the document describes, the one that its operations belong to first.
    `resources` are by name, `rulings` by number. `reasons` maps an optional requirement to why a client cannot provoke it.
    `stale` are actions of the errata that change nothing.
    """

    name: str
    version: str
    sha256: str
    operations: Mapping[str, Operation]
    error_codes: Mapping[int, ErrorCode]
    envelope: Schema
    requirements: Mapping[str, Requirement]
    document: Mapping[str, Any]
    reasons: Mapping[str, str] = field(default_factory=dict)
    services: tuple[str, ...] = ()
    resources: Mapping[str, Resource] = field(default_factory=dict)
    rulings: Mapping[int, Ruling] = field(default_factory=dict)
    stale: tuple[StaleErratum, ...] = ()

    def __hash__(self) -> int:
        """Contracts that are equal have these in common; so what follows from a contract alone can be kept."""
        return hash((self.name, self.sha256))

    @cached_property
    def token_operation(self) -> Operation | None:
        """The operation that gives a token to who has none, or None when the contract has none: the one that says so, else
        the only one that asks for none beside others that do."""
        free = [item for item in self.operations.values() if not item.secured]
        only = free if len(free) == 1 < len(self.operations) and free[0].method == "POST" else []
        return next((item for item in free if item.issues_token), None) or next(iter(only), None)

    @cached_property
    def failure_object(self) -> tuple[str, Schema] | None:
        """The name and the schema of the object that a failure carries, or None when the document shows none."""
        return next(((name, inner) for name, inner in self.envelope.get("properties", {}).items()), None)

    def resource_of(self, operation: str) -> Resource | None:
        """The resource that an operation is about, or None: the token operation, say, is about none."""
        return self._resource_of.get(operation)

    @cached_property
    def _resource_of(self) -> Mapping[str, Resource]:
        return {name: resource for resource in self.resources.values() for name in resource.operations}

    @cached_property
    def _promised(self) -> Mapping[tuple[str, int], Mapping[str, str]]:
        found: dict[tuple[str, int], dict[str, str]] = {}
        for item in self.requirements.values():
            if item.kind in {Kind.RESPONSE, Kind.RESPONSE_HEADER} and item.place and item.operation and item.status:
                found.setdefault((item.operation, item.status), {})[item.place] = item.id
        return found

    def promised(self, operation: str, status: int) -> Mapping[str, str]:
        """Member or header of a documented success (`servers.id`, `location`) -> the id of the requirement that
        promises it."""
        return self._promised.get((operation, status), {})

    @cached_property
    def _actions(self) -> Mapping[tuple[str, str, str], Mapping[str, str]]:
        found: dict[tuple[str, str, str], dict[str, str]] = {}
        for item in self.operations.values():
            if item.action:
                found.setdefault((item.service, item.method, item.path), {})[item.action] = item.id
        return found

    def actions(self, operation: Operation) -> Mapping[str, str]:
        """The member of a body -> the id of the operation that it is of, for all that share method and path with this one;
        empty where it has both for itself."""
        return self._actions.get((operation.service, operation.method, operation.path), {})

    def match(self, method: str, path: str, body: bytes = b"") -> Operation | None:
        """The operation that a method, a path (without query, from the service's root) and a body address, or None; of several
        on one method and path that which the body names, none where it names none of them."""
        found = next(
            (item for item in self.operations.values() if item.method == method and item.pattern.match(path)), None
        )
        if found is None or not self.actions(found):
            return found
        named = named_action(body, self.actions(found))
        return self.operations[named] if named is not None else None


def named_action(body: bytes, actions: Mapping[str, str]) -> str | None:
    """The operation whose member a body has, and no other's; None where it is no object, or has none or several of them."""
    try:
        read = read_json(body)
    except Unreadable:
        return None
    found = [actions[name] for name in read if name in actions] if isinstance(read, dict) else []
    return found[0] if len(found) == 1 else None
