"""What any document promises that lists operations, error codes and a token, where its errata do not say it in words of
their own.

Rules
- Each cites the lines of the table or of the operation that it follows from.
- That a resource is its project's alone no table says: OpenStack's services hold it so, and it is advice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.resources import WHOLE
from conformance.contract.services import common_spec, operations_of
from conformance.model import requirement_id
from conformance.model.contract import Authority, Level, Lines, Requirement, Statement

__all__ = ["SAID", "general"]

DOCUMENTED = "No status is sent but the documented codes and the documented successes"
SERVER_ERROR = "No request of a client is answered with a failure of the service (5xx)"
REQUIRED = "Every call but the one that gives a token is refused with 401 without a valid token"
GONE = "What was deleted is neither shown nor listed any more"
COMPLETE = "A list has all that is there, each once"
ISOLATED = "What belongs to a project is kept from the others"
SAID = (DOCUMENTED, SERVER_ERROR, REQUIRED, GONE, COMPLETE, ISOLATED)
"""What the general promises say."""

TOKEN = "x-auth-token"
"""The header in which a token is sent (OpenStack Identity API v3)."""
_SINGLE = re.compile(r"/\{[^/{}]+\}\Z")
_ADDRESSING = frozenset({"show", "patch", "replace", "update", "delete"})


def general(specs: Mapping[str, Mapping[str, Any]]) -> Iterator[Requirement]:
    """The general promises of effective specs (service -> OpenAPI document)."""
    yield from _common(common_spec(specs)["x-common"])
    for spec in specs.values():
        paths = {(method, path) for method, path, _ in operations_of(spec)}
        for method, path, operation in operations_of(spec):
            if operation.get("x-authority") != "upstream" and "operationId" in operation:
                yield from _of_operation(method, path, operation, paths)


def _common(common: Mapping[str, Any]) -> Iterator[Requirement]:
    codes = common["error-codes"]
    lines = _lines(line for item in codes for line in item["x-source"])
    if lines:
        yield _made("status.documented", DOCUMENTED, lines)
        yield _made("status.server-error", SERVER_ERROR, lines)
    header = next((row for row in common["request-headers"] if row["name"].lower() == TOKEN), None)
    refusal = next((item for item in codes if int(item["code"]) == 401), None)
    if header is not None and refusal is not None:
        yield _made("auth.required", REQUIRED, _lines([*header["x-source"], *refusal["x-source"]]))


def _of_operation(
    method: str, path: str, operation: Mapping[str, Any], paths: set[tuple[str, str]]
) -> Iterator[Requirement]:
    name, lines = operation["operationId"], _lines(operation["x-source"])
    noun, _, verb = name.rpartition(".")
    single = _SINGLE.search(path)
    if method == "DELETE" and single is not None:
        yield _made(requirement_id.gone(name), GONE, lines, name)
    above, _, word = path.rpartition("/")
    if method == "GET" and single is None and ("POST", above if word in WHOLE else path) in paths:
        yield _made(requirement_id.complete(name), COMPLETE, lines, name)
    made = single is not None and ("POST", path[: single.start()]) in paths
    if (noun and (made and verb in _ADDRESSING)) or (single is None and method == "GET" and ("POST", path) in paths):
        isolated = requirement_id.stated(noun, "isolation", verb)
        yield _made(isolated, ISOLATED, lines, name, Authority.UPSTREAM, Level.SHOULD)


def _made(
    name: str,
    text: str,
    lines: Lines,
    operation: str | None = None,
    authority: Authority = Authority.DOCUMENT,
    level: Level = Level.MUST,
) -> Requirement:
    return Requirement(name, Statement(text), level, authority, lines, operation=operation)


def _lines(raw: Any) -> Lines:
    return tuple((first, last) for first, last in raw)
