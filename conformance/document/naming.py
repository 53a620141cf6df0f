"""The ids of a document's operations: made of path and method, so that they survive a new edition."""

from __future__ import annotations

from conformance.document.model import ApiOperation, Document
from conformance.document.nouns import nouns, segments

__all__ = ["named_operations", "operation_id"]

_VERBS = {
    (False, "GET"): "list",
    (False, "POST"): "create",
    (False, "PUT"): "replace",
    (False, "PATCH"): "patch",
    (False, "DELETE"): "clear",
    (False, "HEAD"): "head",
    (True, "GET"): "show",
    (True, "POST"): "act",
    (True, "PUT"): "replace",
    (True, "PATCH"): "patch",
    (True, "DELETE"): "delete",
    (True, "HEAD"): "head",
}
"""(path ends in a parameter, method) -> the verb of the operation's id."""


def operation_id(method: str, path: str, *, json_answer: bool = True) -> str:
    """The operation's stable dotted id, made of its path and method: GET /v2/servers -> server.list."""
    parts, words = segments(path), nouns(path)
    ends_in_parameter = bool(parts) and parts[-1].startswith("{")
    below_an_item = any(part.startswith("{") for part in parts[:-1])
    if below_an_item and not ends_in_parameter and not json_answer and method in {"GET", "PUT"}:
        return ".".join([*words[:-1], "download" if method == "GET" else "upload"])
    return ".".join([*words, _VERBS.get((ends_in_parameter, method), method.lower())])


def named_operations(document: Document) -> tuple[tuple[str, ApiOperation], ...]:
    """(id, operation) of every operation, in the document's order."""
    return tuple(
        (operation_id(item.method, item.path, json_answer=bool(item.response_tables)), item)
        for item in document.operations
    )
