"""The answers of operations, as OpenAPI: successes, errors of their own, and the common ones.

Rules
- Only 2xx is a success. Where an operation names none, its answer is described as 2XX, and no status is promised.
- An error of an operation's own is one of the common ones where these have its code; it never takes one of them away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.contract.shapes import always_there, body_schema, examples_of, row_schema, schema_of, source_of
from conformance.document import Document
from conformance.document.described import Described
from conformance.document.model import StatusCode

__all__ = ["envelope_of", "error_responses", "failures", "reference", "responses_of"]

_EMPTY = frozenset({204, 205})
"""Statuses of answers without a body (RFC 9110, 15.3.5 and 15.3.6)."""
_SHARED = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}


def failures(document: Document) -> tuple[StatusCode, ...]:
    """The common error codes: a success in their table is none of them."""
    return tuple(item for item in document.common.error_codes if not 200 <= item.code <= 299)


def responses_of(item: Described, document: Document) -> dict[str, Any]:
    """The members of an operation that describe its answers."""
    common = {str(error.code): reference(error.code) for error in failures(document)}
    own = {str(error.code): _error(error) for error in item.errors if str(error.code) not in common}
    line = item.named.operation.line
    successes = {str(code): _success(item, code, line) for code, line in item.successes}
    result: dict[str, Any] = {"responses": {**(successes or {"2XX": _success(item, 200, line)}), **common, **own}}
    if item.errors:
        result["x-errors"] = [
            {"code": error.code, "phrase": error.phrase, "x-source": [[error.line, error.last_line]]}
            for error in item.errors
        ]
    return result


def _success(item: Described, code: int, line: int) -> dict[str, Any]:
    result: dict[str, Any] = {"description": "Success.", "x-source": [[line, line]]}
    headers = {
        placed.row.name: {
            "required": always_there(placed.row),
            "schema": row_schema(placed.row),
            "x-source": source_of(*placed.rows),
        }
        for placed in item.placement.answer_headers
        if placed.row.name.lower() != "content-type"
    }
    if headers:
        result["headers"] = headers
    if code in _EMPTY or item.named.method == "HEAD":
        return result
    examples = item.response_examples
    if item.answer.members:
        content: dict[str, Any] = {"schema": body_schema(item.answer, examples, answer=True)}
    elif examples:
        # What an example alone shows is not promised, but that it is an object, or a list.
        types = {schema_of(example.value)["type"] for example in examples}
        content = {"schema": {"type": types.pop()} if len(types) == 1 else {}}
    else:
        return result
    if examples:
        content["examples"] = examples_of(examples)
    result["content"] = {"application/json": content}
    return result


def _error(error: StatusCode) -> dict[str, Any]:
    return {
        "description": error.phrase or "Failure.",
        "content": _SHARED,
        "x-source": [[error.line, error.last_line]],
    }


def envelope_of(document: Document) -> dict[str, Any]:
    """The error object, from the example whose `code` is one of the documented error codes."""
    codes = {item.code for item in failures(document)}
    for example in document.common.examples:
        if isinstance(example.value, dict) and len(example.value) == 1:
            inner = next(iter(example.value.values()))
            if isinstance(inner, Mapping) and codes & {item for item in inner.values() if isinstance(item, int)}:
                schema = schema_of(example.value)
                schema["x-source"] = [[example.first_line, example.last_line]]
                return schema
    return {"type": "object"}


def error_responses(document: Document) -> dict[str, Any]:
    """The common errors, as components."""
    named = {
        f"Error{item.code}": {"description": item.phrase, "content": _SHARED, "x-source": [[item.line, item.line]]}
        for item in failures(document)
    }
    return {**named, "Error": {"description": "Any failure.", "content": _SHARED}}


def reference(code: int) -> dict[str, str]:
    """The reference to a common error."""
    return {"$ref": f"#/components/responses/Error{code}"}
