"""The requests of operations, as OpenAPI: parameters and bodies."""

from __future__ import annotations

from typing import Any

from conformance.contract.shapes import body_schema, examples_of, row_schema, schema_of, source_of
from conformance.document.described import Described
from conformance.document.model import Position
from conformance.document.placing import PlacedRow

__all__ = ["request_of"]


def request_of(item: Described) -> dict[str, Any]:
    """The members of an operation that describe its request."""
    placed = item.placement
    result: dict[str, Any] = {}
    line = item.named.operation.uri_line
    parameters = [
        *(_parameter(parameter) for parameter in placed.parameters if parameter.row not in placed.reserved),
        *(
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}, "x-source": [[line, line]]}
            for name in placed.missing
        ),
    ]
    if parameters:
        result["parameters"] = parameters
    body = _body(item)
    if body is not None:
        result["requestBody"] = body
    calls = [one for one in item.named.operation.request_examples if one.kind == "request"]
    if calls:
        result["x-request-examples"] = [
            {"value": " ".join(one.text.split()), "x-source": [[one.first_line, one.last_line]]} for one in calls
        ]
    for name, rows in (("x-headers", placed.reserved), ("x-left-out", placed.left_out)):
        if rows:
            result[name] = [{"name": row.name, "x-source": source_of(row)} for row in rows]
    return result


def _parameter(parameter: PlacedRow) -> dict[str, Any]:
    row, in_path = parameter.row, parameter.place is Position.PATH
    schema = row_schema(row)
    marks: dict[str, Any] = {name: schema.pop(name) for name in ("deprecated", "x-since") if name in schema}
    return {
        "name": row.name,
        "in": str(parameter.place),
        # OpenAPI knows no optional path parameter; what the document says stands beside.
        "required": True if in_path else bool(row.required),
        **({"x-document-required": row.required} if in_path else {}),
        **marks,
        "schema": schema,
        "x-source": source_of(*parameter.rows),
    }


def _body(item: Described) -> dict[str, Any] | None:
    examples = item.request_examples
    rows = sorted((row for _, member in item.body.every() for row in member.rows), key=lambda row: row.line)
    if not rows and (not examples or item.named.method in {"GET", "HEAD"}):
        return None
    if rows:
        schema = body_schema(item.body, examples, answer=False)
        source = [[rows[0].line, max(row.last_line for row in rows)]]
    else:
        schema = schema_of(examples[0].value)
        source = [[examples[0].first_line, examples[-1].last_line]]
    if item.named.action and item.named.action in schema.get("properties", {}):
        schema["required"] = list(dict.fromkeys([*schema.get("required", ()), item.named.action]))
    result: dict[str, Any] = {
        "required": True,
        "content": {"application/json": {"schema": schema}},
        "x-source": source,
    }
    if examples:
        # Beside the content and not in it, so that a ruling on the media type does not take the examples along.
        result["x-examples"] = list(examples_of(examples).values())
    return result
