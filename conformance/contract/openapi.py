"""The OpenAPI 3.1 descriptions of a document: what it says, before any ruling.

Rules
- Names, types, paths and codes come from the document; only the vendor's typographic vocabulary is coded.
- Every parameter, member, status and example carries `x-source`: a list of [first, last] document lines.
- A table's member is required in a response, because the document promises it without a condition.
- Nothing is decided here. Where table and example disagree, the table is written and the errata rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from conformance.document import ApiOperation, Document, Example, Row, vocabulary
from conformance.document.model import rows_of
from conformance.document.naming import operation_id
from conformance.document.nouns import nouns

__all__ = ["schema_of", "service_specs"]

IDENTITY = "identity"
"""The service that gives tokens, by its type in OpenStack's catalogue."""


def service_specs(document: Document) -> dict[str, dict[str, Any]]:
    """Service -> OpenAPI document, the service that the document begins with first; that one holds the common part.

    A numbered section describes a service, which is named by the first word of its first path. A call that only an
    example of the common part shows belongs to the identity service.
    """
    found: dict[str, list[ApiOperation]] = {}
    for section in document.sections:
        words = nouns(section.operations[0].path)
        found.setdefault(words[0] if words else "api", []).extend(section.operations)
    specs = {name: _service_spec(name, operations, document) for name, operations in found.items()}
    first = next(iter(specs))
    specs[first]["x-common"] = _common(document)
    called = _called_spec(document)
    if called["paths"]:
        specs.setdefault(IDENTITY, called)
    return specs


def _service_spec(name: str, operations: Iterable[ApiOperation], document: Document) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, document)
    return {
        **_head(document, name),
        "servers": [{"url": "/", "description": "The endpoint that the token's catalogue names."}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"}},
            "schemas": {"Error": _envelope(document)},
            "responses": _error_responses(document),
        },
    }


def _called_spec(document: Document) -> dict[str, Any]:
    """The service that the common part calls without describing it.

    An example of a request gives the path; its body is the JSON example with a member that the path names.
    """
    paths: dict[str, Any] = {}
    described = {operation.path for operation in document.operations}
    for call in document.common.examples:
        if call.kind != "request" or _request_line(call)[1] in described:
            continue
        method, path = _request_line(call)
        responses = {str(code.code): _error_reference(code.code) for code in document.common.error_codes}
        operation: dict[str, Any] = {
            "operationId": operation_id(method, path),
            "x-source": [[call.first_line, call.last_line]],
            "responses": {"default": {"$ref": "#/components/responses/Error"}} | responses,
        }
        body = next((item for item in document.common.examples if _names_member(path, item.value)), None)
        if body is not None:
            operation["requestBody"] = {
                "required": True,
                "content": {"application/json": {"schema": schema_of(body.value)}},
                "x-source": [[body.first_line, body.last_line]],
            }
        paths[path] = {method.lower(): operation}
    return {
        **_head(document, IDENTITY),
        "servers": [{"url": "/", "description": f"The root of the {IDENTITY} service, without its version."}],
        "paths": paths,
        "components": {"schemas": {"Error": _envelope(document)}, "responses": _error_responses(document)},
    }


def _names_member(path: str, value: Any) -> bool:
    return isinstance(value, dict) and not {*path.split("/")}.isdisjoint(value)


def _head(document: Document, service: str) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"EasyStack {service.capitalize()} API",
            "version": document.product_version,
            "x-release-date": document.release_date,
            "x-document": {"sha256": document.sha256, "lines": document.line_count},
        },
    }


def _operation(operation: ApiOperation, document: Document) -> dict[str, Any]:
    answers_json = bool(operation.response_tables)
    result: dict[str, Any] = {
        "operationId": operation_id(operation.method, operation.path, json_answer=answers_json),
        "x-source": [[operation.line, operation.last_line]],
        "x-uri-source": [[operation.uri_line, operation.uri_line]],
    }
    if operation.preconditions:
        result["x-preconditions"] = [[line, line] for _, line in operation.preconditions]
    rows = operation.request_rows
    placeholders = set(re.findall(r"\{([^}]+)\}", operation.path))
    body_rows: list[Row] = []
    parameters: list[dict[str, Any]] = []
    for row in rows:
        if row.name in placeholders:
            parameters.append(_parameter(row, "path"))
        elif operation.method in {"GET", "HEAD", "DELETE"}:
            parameters.append(_parameter(row, "query"))
        else:
            body_rows.append(row)
    if parameters:
        result["parameters"] = parameters
    body = _request_body(operation, body_rows)
    if body is not None:
        result["requestBody"] = body
    calls = [item for item in operation.request_examples if item.kind == "request"]
    if calls:
        result["x-request-examples"] = [
            {"value": " ".join(item.text.split()), "x-source": [[item.first_line, item.last_line]]} for item in calls
        ]
    result["responses"] = {
        **{str(code): _success(operation, line) for code, line in operation.success_codes},
        **{str(item.code): _error_reference(item.code) for item in document.common.error_codes},
    }
    return result


def _parameter(row: Row, location: str) -> dict[str, Any]:
    return {
        "name": row.name,
        "in": location,
        # OpenAPI knows no optional path parameter; what the document says stands beside.
        "required": True if location == "path" else bool(row.required),
        **({"x-document-required": row.required} if location == "path" else {}),
        "schema": _row_schema(row),
        "x-source": _source(row),
    }


def _request_body(operation: ApiOperation, rows: list[Row]) -> dict[str, Any] | None:
    examples = [item for item in operation.request_examples if item.kind == "json"]
    if not rows and not examples:
        return None
    schema = _table_schema(rows) if rows else schema_of(examples[0].value)
    if rows:
        required = [row.name for row in rows if row.required]
        if required:
            schema["required"] = required
    result: dict[str, Any] = {"required": True, "content": {"application/json": {"schema": schema}}}
    if rows:
        result["x-source"] = [[rows[0].line, rows[-1].last_line]]
    elif examples:
        result["x-source"] = [[examples[0].first_line, examples[-1].last_line]]
    if examples:
        # Beside the content and not in it, so that a ruling on the media type does not take the examples along.
        result["x-examples"] = list(_examples(examples).values())
    return result


def _success(operation: ApiOperation, line: int) -> dict[str, Any]:
    result: dict[str, Any] = {"description": "Success.", "x-source": [[line, line]]}
    if operation.response_tables:
        schema = _table_schema(operation.response_rows)
        schema["required"] = [row.name for row in operation.response_rows if "." not in row.name]
        content: dict[str, Any] = {"schema": schema}
        examples = [item for item in operation.response_examples if item.kind == "json"]
        if examples:
            content["examples"] = _examples(examples)
        result["content"] = {"application/json": content}
    return result


def _examples(examples: Iterable[Example]) -> dict[str, Any]:
    return {
        f"document{number or ''}": {
            "value": item.value,
            "x-source": [[item.first_line, item.last_line]],
            "x-lines": {pointer: line for pointer, line in item.lines.items() if pointer.count("/") == 1},
        }
        for number, item in enumerate(examples)
    }


def _table_schema(rows: Iterable[Row]) -> dict[str, Any]:
    """An object schema of the rows; a dotted name nests under the row that it extends."""
    root: dict[str, Any] = {"type": "object", "properties": {}}
    for row in rows:
        node = root
        *parents, name = row.name.split(".")
        for parent in parents:
            node = node.setdefault("properties", {}).setdefault(parent, {"type": "object"})
            if node.get("type") == "array":
                node = node.setdefault("items", {"type": "object"})
        node.setdefault("properties", {})[name] = {**_row_schema(row), "x-source": _source(row)}
    return root


def _row_schema(row: Row) -> dict[str, Any]:
    """Type from the type column; format, unit, bounds and nullability from fixed terms of the description."""
    stated = (row.type or "").strip().lower()
    schema: dict[str, Any] = {}
    if stated in vocabulary.JSON_TYPES:
        schema["type"] = vocabulary.JSON_TYPES[stated]
    if stated and stated != schema.get("type"):
        schema["x-document-type"] = stated
    text = row.description
    if schema.get("type", "string") == "string":
        if vocabulary.UUID.search(text):
            schema["format"] = "uuid"
        elif vocabulary.MOMENT.search(text):
            schema["format"] = "date-time"
        elif vocabulary.REFERENCE in text:
            schema["format"] = "uri-reference"
    unit = vocabulary.UNIT.search(text)
    if unit:
        schema["x-unit"] = unit.group(1)
    above = vocabulary.ABOVE.search(text)
    if above and schema.get("type") in {"integer", "number"}:
        schema["exclusiveMinimum"] = int(above.group(1))
    if vocabulary.NULLABLE in text and "type" in schema:
        schema["type"] = [schema["type"], "null"]
    return schema


def schema_of(value: Any) -> dict[str, Any]:
    """The narrowest simple schema of an example: types, members, all of them required."""
    match value:
        case dict():
            return {
                "type": "object",
                "properties": {name: schema_of(item) for name, item in value.items()},
                "required": list(value),
            }
        case list():
            return {"type": "array", **({"items": schema_of(value[0])} if value else {})}
        case bool():
            return {"type": "boolean"}
        case int():
            return {"type": "integer"}
        case float():
            return {"type": "number"}
        case None:
            return {"type": "null"}
        case _:
            return {"type": "string"}


def _envelope(document: Document) -> dict[str, Any]:
    """The error object, from the example whose `code` is one of the documented error codes."""
    codes = {item.code for item in document.common.error_codes}
    for example in document.common.examples:
        if isinstance(example.value, dict) and len(example.value) == 1:
            inner = next(iter(example.value.values()))
            if isinstance(inner, dict) and codes & {item for item in inner.values() if isinstance(item, int)}:
                schema = schema_of(example.value)
                schema["x-source"] = [[example.first_line, example.last_line]]
                return schema
    return {"type": "object"}


def _error_responses(document: Document) -> dict[str, Any]:
    shared = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    named = {
        f"Error{item.code}": {
            "description": item.phrase,
            "content": shared,
            "x-source": [[item.line, item.line]],
        }
        for item in document.common.error_codes
    }
    return {**named, "Error": {"description": "Any failure.", "content": shared}}


def _error_reference(code: int) -> dict[str, str]:
    return {"$ref": f"#/components/responses/Error{code}"}


def _common(document: Document) -> dict[str, Any]:
    common = document.common
    return {
        "request-headers": [_common_row(row) for row in rows_of(common.request_parameters)],
        "response-members": [_common_row(row) for row in rows_of(common.response_parameters)],
        "methods": [{"name": row.name, "x-source": _source(row)} for row in rows_of(common.methods)],
        "error-codes": [
            {"code": item.code, "phrase": item.phrase, "x-source": [[item.line, item.line]]}
            for item in common.error_codes
        ],
        "examples": [{"kind": item.kind, "x-source": [[item.first_line, item.last_line]]} for item in common.examples],
    }


def _common_row(row: Row) -> dict[str, Any]:
    schema: Mapping[str, Any] = {"type": vocabulary.JSON_TYPES.get((row.type or "string").lower(), "string")}
    required = {} if row.required is None else {"required": row.required}
    return {"name": row.name, **required, "schema": dict(schema), "x-source": _source(row)}


def _request_line(example: Example) -> tuple[str, str]:
    method, url = example.text.split()[:2]
    return method, urlsplit(url).path


def _source(row: Row) -> list[list[int]]:
    return [[row.line, row.last_line]]
