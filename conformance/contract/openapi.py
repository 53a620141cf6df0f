"""The OpenAPI 3.1 descriptions of a document: what it says, before any ruling.

Rules
- Names, types, paths and codes come from the document; only the vendor's typographic vocabulary is coded.
- Every parameter, member, status and example carries `x-source`: a list of [first, last] document lines.
- Nothing is decided here. Where the document contradicts itself, what is written is the default of that kind
  (document/contradiction.py), and the errata rule.
- Operations that share method and path stand in `x-operations` of that which OpenAPI sees there, by the only member of
  their bodies.
- Whatever a document holds, what comes out is valid.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from conformance.contract.catalogue import IDENTITY, services_of
from conformance.contract.requests import request_of
from conformance.contract.responses import envelope_of, error_responses, failures, reference, responses_of
from conformance.contract.shapes import schema_of, source_of
from conformance.document import Document, Example, Row, vocabulary
from conformance.document.addresses import address, shape_of
from conformance.document.described import Described, described
from conformance.document.model import EarlierOperation, rows_of
from conformance.document.naming import METHODS, ids_of, operation_id

__all__ = ["service_specs"]

UNVERSIONED = "unversioned"
"""The edition of a document that names no version of the product."""
TOKEN_HEADER = "x-subject-token"
"""The header in which a token is given (OpenStack Identity API v3, password authentication)."""


def service_specs(document: Document) -> dict[str, dict[str, Any]]:
    """Service -> OpenAPI document, the service that the document begins with first; that one holds the common part.

    A call that only an example of the common part shows belongs to the identity service.
    """
    operations, _ = described(document)
    found: dict[str, list[Described]] = {}
    for name, item in zip(services_of(document, operations), operations, strict=True):
        found.setdefault(name, []).append(item)
    specs = {name: _service_spec(name, items, document) for name, items in (found or {"api": []}).items()}
    first = next(iter(specs))
    specs[first]["x-common"] = _common(document)
    called = _called(document, [item.named.path for item in operations], {item.id for item in operations})
    if called and IDENTITY in specs:
        for path in called.values():
            for operation in path.values():
                operation["security"] = []
        specs[IDENTITY]["paths"] |= called
    elif called:
        specs[IDENTITY] = _called_spec(called, document)
    return specs


def _service_spec(name: str, operations: Iterable[Described], document: Document) -> dict[str, Any]:
    sharing: dict[str, dict[str, list[Described]]] = {}
    for item in operations:
        sharing.setdefault(item.named.path, {}).setdefault(item.named.method.lower(), []).append(item)
    return {
        **_head(document, name),
        "servers": [{"url": "/", "description": "The endpoint that the token's catalogue names."}],
        "security": [{"token": []}],
        "paths": {
            path: {
                method: _operation(items[0], document) if len(items) == 1 else _actions(items, document)
                for method, items in methods.items()
            }
            for path, methods in sharing.items()
        },
        "components": {
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"}},
            "schemas": {"Error": envelope_of(document)},
            "responses": error_responses(document),
        },
    }


def _head(document: Document, service: str) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"EasyStack {service.capitalize()} API",
            "version": document.product_version or UNVERSIONED,
            "x-release-date": document.release_date,
            "x-document": {"sha256": document.sha256, "lines": document.line_count},
        },
    }


def _operation(item: Described, document: Document) -> dict[str, Any]:
    operation = item.named.operation
    again = item.named.again
    result: dict[str, Any] = {
        "operationId": item.id,
        "x-source": [[one.line, one.last_line] for one in (operation, *again)],
        "x-uri-source": [[one.uri_line, one.uri_line] for one in (operation, *again)],
    }
    if operation.deprecated:
        result["deprecated"] = True
    if operation.since is not None:
        result["x-since"] = operation.since
    if operation.preconditions:
        result["x-preconditions"] = [[line, line] for _, line in operation.preconditions]
    given = {placed.row.name.lower() for placed in item.placement.answer_headers}
    if TOKEN_HEADER in given and item.named.method == "POST":
        result["security"] = []  # it gives a token to who has none
    return result | request_of(item) | responses_of(item, document)


def _actions(items: list[Described], document: Document) -> dict[str, Any]:
    """What OpenAPI sees of several operations on one method and path."""
    each = {item.named.action: _operation(item, document) for item in items}
    responses: dict[str, Any] = {}
    for operation in each.values():
        for status, response in operation["responses"].items():
            responses.setdefault(status, []).append(response)
    media = "application/json"
    bodies = [operation["requestBody"] for operation in each.values() if "requestBody" in operation]
    return {
        "operationId": f"{items[0].id.rpartition('.')[0]}.any",
        "x-source": [pair for operation in each.values() for pair in operation["x-source"]],
        **{
            name: operation[name]
            for operation in list(each.values())[:1]
            for name in ("parameters",)
            if name in operation
        },
        "requestBody": {
            "required": True,
            "content": {media: {"schema": {"oneOf": [body["content"][media]["schema"] for body in bodies]}}},
            "x-source": [pair for body in bodies for pair in body["x-source"]],
        },
        "responses": {status: _either(found) for status, found in responses.items()},
        "x-operations": each,
    }


def _either(found: list[dict[str, Any]]) -> dict[str, Any]:
    """One answer for those of several operations: their own where they are the same, else without a body's schema."""
    first = found[0]
    if all(item == first for item in found):
        return first
    return {
        "description": first.get("description", "Success."),
        "x-source": [pair for item in found for pair in item.get("x-source", ())],
    }


def _called(document: Document, described_paths: Iterable[str], ids: set[str]) -> dict[str, Any]:
    """Path -> operations that the common part calls without describing them.

    An example of a request gives the path; its body is the JSON example with a member that the path names. `ids` are those
    that operations have already.
    """
    known = {shape_of(path) for path in described_paths}
    first: dict[str, str] = {}  # shape -> the first path that has it
    taken = set(ids)
    paths: dict[str, Any] = {}
    for call in document.common.examples:
        if call.kind != "request":
            continue
        method, path = _request_line(call)
        if shape_of(path) in known or method not in METHODS:
            continue
        path = first.setdefault(shape_of(path), path)
        if method.lower() in paths.get(path, {}):
            continue
        was = next((item.id for item in document.earlier if _is(item, method, path)), "")
        possible = ids_of(operation_id(method, path), method, path)
        name = was if was and was not in taken else next(one for one in possible if one not in taken)
        taken.add(name)
        operation: dict[str, Any] = {
            "operationId": name,
            "x-source": [[call.first_line, call.last_line]],
            "responses": {
                "default": {"$ref": "#/components/responses/Error"},
                **{str(code.code): reference(code.code) for code in failures(document)},
            },
        }
        names = address(path).names
        if names:
            source = [[call.first_line, call.first_line]]
            operation["parameters"] = [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}, "x-source": source}
                for name in names
            ]
        body = next((item for item in document.common.examples if _names_member(path, item.value)), None)
        if body is not None:
            operation["requestBody"] = {
                "required": True,
                "content": {"application/json": {"schema": schema_of(body.value)}},
                "x-source": [[body.first_line, body.last_line]],
            }
        paths.setdefault(path, {})[method.lower()] = operation
    return paths


def _is(item: EarlierOperation, method: str, path: str) -> bool:
    return item.method == method and shape_of(item.path) == shape_of(path)


def _called_spec(paths: Mapping[str, Any], document: Document) -> dict[str, Any]:
    return {
        **_head(document, IDENTITY),
        "servers": [{"url": "/", "description": f"The root of the {IDENTITY} service, without its version."}],
        "paths": dict(paths),
        "components": {"schemas": {"Error": envelope_of(document)}, "responses": error_responses(document)},
    }


def _names_member(path: str, value: Any) -> bool:
    return isinstance(value, dict) and not {*path.split("/")}.isdisjoint(value)


def _common(document: Document) -> dict[str, Any]:
    common = document.common
    return {
        "request-headers": [_common_row(row) for row in rows_of(common.request_parameters)],
        "response-members": [_common_row(row) for row in rows_of(common.response_parameters)],
        "methods": [{"name": row.name, "x-source": source_of(row)} for row in rows_of(common.methods)],
        "error-codes": [
            {"code": item.code, "phrase": item.phrase, "x-source": [[item.line, item.line]]}
            for item in failures(document)
        ],
        "examples": [{"kind": item.kind, "x-source": [[item.first_line, item.last_line]]} for item in common.examples],
    }


def _common_row(row: Row) -> dict[str, Any]:
    schema = {"type": vocabulary.JSON_TYPES.get((row.type or "string").lower(), "string")}
    required = {} if row.required is None else {"required": row.required}
    return {"name": row.name, **required, "schema": schema, "x-source": source_of(row)}


def _request_line(example: Example) -> tuple[str, str]:
    method, url = example.text.split()[:2]
    return method.upper(), address(urlsplit(url).path).path
