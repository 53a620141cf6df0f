"""A made-up service of a warehouse, as specs that were written and not extracted: more than thirty operations in the forms that
chapters on volumes and servers have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.contract.specs import OVERLAY, load_contract
from conformance.contract.yamlfiles import dump_yaml
from conformance.model.contract import Contract

__all__ = [
    "LIMIT",
    "SERVICE",
    "SORT",
    "TEXT",
    "Chapter",
    "obj",
    "rows",
    "some",
    "warehouse",
    "within",
    "write_warehouse",
]

SERVICE = "warehouse"
LINE = [[1, 1]]
CODES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    409: "Conflict",
    413: "Request Entity Too Large",
    415: "Unsupported Media Type",
    500: "Internal Server Error",
}
STATED = ("auth.required", "status.documented", "status.server-error", "encoding.utf-8")
"""Promises that no table makes."""
UUID: Mapping[str, Any] = {"type": "string", "format": "uuid"}
TEXT: Mapping[str, Any] = {"type": "string", "maxLength": 255}
MOMENT: Mapping[str, Any] = {"type": "string", "format": "date-time"}
STATUS: Mapping[str, Any] = {"type": "string", "enum": ["stored", "moving", "broken"]}
NOTES: Mapping[str, Any] = {"type": "object", "additionalProperties": {"type": "string"}}

CRATE: Mapping[str, Any] = {
    "id": UUID,
    "name": TEXT,
    "note": {"type": ["string", "null"]},
    "weight": {"type": "integer", "minimum": 1, "maximum": 900},
    "colour": {"type": "string", "enum": ["red", "green", "grey"]},
    "fragile": {"type": "boolean"},
    "kind_id": {"type": ["string", "null"]},
    "status": STATUS,
    "project_id": {"type": "string"},
    "created_at": MOMENT,
    "updated_at": MOMENT,
    "marks": NOTES,
    "straps": {
        "type": "array",
        "items": {"type": "object", "properties": {"place": TEXT, "force": {"type": "integer"}}},
    },
    "size": {"type": "object", "properties": {"high": {"type": "integer", "minimum": 1}, "unit": TEXT}},
    "links": {"type": "array", "items": {"type": "object", "properties": {"href": {"type": "string"}, "rel": TEXT}}},
}
SEAL: Mapping[str, Any] = {
    "id": UUID,
    "name": TEXT,
    "crate_id": UUID,
    "size": {"type": "integer"},
    "created_at": MOMENT,
}
RACK: Mapping[str, Any] = {
    "id": UUID,
    "name": TEXT,
    "rows": {"type": "integer", "minimum": 1, "maximum": 40},
    "hall": {"type": "string", "minLength": 2, "maxLength": 16},
}
SLOT: Mapping[str, Any] = {"id": {"type": "integer"}, "label": TEXT, "depth": {"type": "integer", "minimum": 0}}
KIND: Mapping[str, Any] = {"id": UUID, "name": TEXT, "stackable": {"type": "boolean"}}
KEY: Mapping[str, Any] = {
    "name": {"type": "string", "pattern": "^[a-z0-9-]+$", "maxLength": 60},
    "teeth": {"type": "integer", "minimum": 1},
}


def obj(members: Mapping[str, Any], required: Any = None) -> dict[str, Any]:
    """An object of these members, each with its line; all of them are required unless some are named."""
    known = {name: {**node, "x-source": LINE} for name, node in members.items()}
    return {"type": "object", "properties": known, "required": list(members if required is None else required)}


def some(members: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: members[name] for name in names}


def within(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return obj({name: schema})


def rows(name: str, schema: Mapping[str, Any], *, links: bool = False) -> dict[str, Any]:
    members = {name: {"type": "array", "items": schema}}
    more = (
        {f"{name}_links": {"type": "array", "items": obj({"href": {"type": "string"}, "rel": TEXT})}} if links else {}
    )
    return obj({**members, **more}, [name])


LIMIT = {"limit": {"type": "integer", "minimum": 0}, "marker": {"type": "string"}}
SORT = {
    "sort_key": {"type": "string", "enum": ["name", "weight", "created_at"]},
    "sort_dir": {"type": "string", "enum": ["asc", "desc"]},
}


Chapter = list[tuple[str, str, str, dict[str, Any]]]


def operations() -> Chapter:
    """Id, method, path, and what else there is of each operation."""
    crates, crate = "/v3/crates", "/v3/crates/{crate_id}"
    filters = {"name": {"type": "string"}, "colour": CRATE["colour"], "status": STATUS}
    told = {"colour": {**CRATE["colour"], "default": "grey"}, "fragile": {**CRATE["fragile"], "default": True}}
    sent = some(CRATE, "name", "note", "weight", "colour", "fragile", "kind_id", "marks", "size")
    made = obj({**sent, **told}, ["name", "weight"])
    change = obj(some(CRATE, "name", "note", "colour", "marks"), [])
    racks, rack = "/v3/racks", "/v3/racks/{rack_id}"
    slots, slot = f"{rack}/slots", f"{rack}/slots/{{slot_id}}"
    return [
        ("crate.list", "GET", crates, {"query": {**LIMIT, **SORT, **filters}, 200: rows("crates", obj(some(CRATE, "id", "name", "links")), links=True)}),
        ("crate.detail", "GET", f"{crates}/detail", {"query": LIMIT, 200: rows("crates", obj(CRATE), links=True)}),
        ("crate.create", "POST", crates, {"body": within("crate", made), 202: within("crate", obj(CRATE))}),
        ("crate.show", "GET", crate, {200: within("crate", obj(CRATE))}),
        ("crate.update", "PUT", crate, {"body": within("crate", change), 200: within("crate", obj(CRATE))}),
        ("crate.delete", "DELETE", crate, {202: None}),
        ("crate.marks.show", "GET", f"{crate}/marks", {200: within("marks", NOTES)}),
        ("crate.marks.replace", "PUT", f"{crate}/marks", {"body": within("marks", NOTES), 200: within("marks", NOTES)}),
        ("crate.act.os-move", "POST", f"{crate}/action", {"body": within("os-move", obj({"hall": RACK["hall"]})), 202: None}),
        ("crate.act.os-close", "POST", f"{crate}/action", {"body": obj({"os-close": {"type": "null"}}), 202: None}),
        ("crate.act.weigh", "POST", f"{crate}/action", {"body": within("weigh", obj({"unit": {"type": "string", "enum": ["kg", "lb"]}})), 200: within("weight", obj({"value": {"type": "integer"}}))}),
        ("seal.list", "GET", "/v3/seals", {"query": {**LIMIT, "crate_id": {"type": "string"}}, 200: rows("seals", obj(SEAL))}),
        ("seal.create", "POST", "/v3/seals", {"body": within("seal", obj(some(SEAL, "name", "crate_id"))), 201: within("seal", obj(SEAL))}),
        ("seal.show", "GET", "/v3/seals/{seal_id}", {200: within("seal", obj(SEAL))}),
        ("seal.update", "PATCH", "/v3/seals/{seal_id}", {"body": within("seal", obj(some(SEAL, "name"))), 202: within("seal", obj(SEAL))}),
        ("seal.delete", "DELETE", "/v3/seals/{seal_id}", {204: None}),
        ("rack.list", "GET", racks, {"query": {"name": {"type": "string"}}, 200: rows("racks", obj(RACK))}),
        ("rack.create", "POST", racks, {"body": within("rack", obj(some(RACK, "name", "rows", "hall"))), 201: within("rack", obj(RACK)), "headers": ["Location"]}),
        ("rack.show", "GET", rack, {200: within("rack", obj(RACK))}),
        ("rack.update", "PATCH", rack, {"body": within("rack", obj(some(RACK, "name", "rows", "hall"), [])), 200: within("rack", obj(RACK))}),
        ("rack.delete", "DELETE", rack, {204: None}),
        ("slot.list", "GET", slots, {200: rows("slots", obj(SLOT))}),
        ("slot.create", "POST", slots, {"body": obj(some(SLOT, "label", "depth")), 201: obj(SLOT)}),
        ("slot.show", "GET", slot, {200: obj(SLOT)}),
        ("slot.delete", "DELETE", slot, {204: None}),
        ("kind.list", "GET", "/v3/kinds", {200: rows("kinds", obj(KIND))}),
        ("kind.show", "GET", "/v3/kinds/{kind_id}", {200: within("kind", obj(KIND))}),
        ("key.list", "GET", "/v3/keys", {200: rows("keys", obj(KEY))}),
        ("key.create", "POST", "/v3/keys", {"body": within("key", obj(KEY)), 200: within("key", obj(KEY))}),
        ("key.show", "GET", "/v3/keys/{key_name}", {200: within("key", obj(KEY))}),
        ("key.delete", "DELETE", "/v3/keys/{key_name}", {202: None}),
        ("hall.show", "GET", "/v3/halls/{hall_id}", {200: within("hall", obj({"id": {"type": "integer"}, "gates": {"type": "integer"}}))}),
        ("usage.show", "GET", "/v3/usage", {"needs": ["since"], "query": {"since": {"type": "string", "format": "date"}, "unit": TEXT}, 200: within("usage", obj({"crates": {"type": "integer"}}))}),
        ("limits.show", "GET", "/v3/limits", {200: within("limits", obj({"crates": {"type": "integer"}, "racks": {"type": "integer"}}))}),
    ]  # fmt: skip


def _operation(name: str, path: str, said: Mapping[Any, Any]) -> dict[str, Any]:
    parameters = [
        {"name": part[1:-1], "in": "path", "required": True, "schema": {"type": "string"}, "x-source": LINE}
        for part in path.split("/")
        if part.startswith("{")
    ]
    parameters += [
        {"name": key, "in": "query", "required": key in said.get("needs", ()), "schema": schema, "x-source": LINE}
        for key, schema in said.get("query", {}).items()
    ]
    parameters += said.get("parameters", [])
    result: dict[str, Any] = {"operationId": name, "x-source": LINE, "responses": {}}
    if parameters:
        result["parameters"] = parameters
    if "body" in said:
        result["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": said["body"]}},
            "x-source": LINE,
        }
    for status in (item for item in said if isinstance(item, int)):
        answer: dict[str, Any] = {"description": "Success.", "x-source": LINE}
        if said[status] is not None:
            answer["content"] = {"application/json": {"schema": said[status]}}
        if "headers" in said:
            answer["headers"] = {key: {"schema": {"type": "string"}, "x-source": LINE} for key in said["headers"]}
        result["responses"][str(status)] = answer
    for code in CODES:
        result["responses"][str(code)] = {"$ref": f"#/components/responses/Error{code}"}
    return result


def _shared(known: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """What OpenAPI sees of operations on one method and path, which the member of their bodies tells apart."""
    each = [*known.get("x-operations", {"": known}).values(), operation]
    schemas = [item["requestBody"]["content"]["application/json"]["schema"] for item in each]
    return {
        **known,
        "operationId": f"{operation['operationId'].rpartition('.')[0]}.any",
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"oneOf": schemas}}}},
        "x-operations": {next(iter(schema["properties"])): item for schema, item in zip(schemas, each, strict=True)},
    }


def write_warehouse(directory: Path, chapter: Chapter | None = None) -> Path:
    """Write the specs into a directory, which is returned; with a `chapter` of other operations."""
    paths: dict[str, dict[str, Any]] = {}
    for name, method, path, said in chapter or operations():
        methods, operation = paths.setdefault(path, {}), _operation(name, path, said)
        known = methods.get(method.lower())
        methods[method.lower()] = operation if known is None else _shared(known, operation)
    members = {"message": {"type": "string"}, "code": {"type": "integer"}, "title": {"type": "string"}}
    envelope = {**obj({"error": obj(members)}), "x-source": LINE}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    codes = {
        f"Error{code}": {"description": said, "content": content, "x-source": LINE} for code, said in CODES.items()
    }
    spec = {
        "openapi": "3.1.0",
        "info": {"title": "A warehouse", "version": "1.0", "x-document": {"sha256": "0" * 64, "lines": 1}},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "apiKey", "name": "X-Auth-Token", "in": "header"}},
            "schemas": {"Error": envelope},
            "responses": codes,
        },
        "x-common": {
            "request-headers": [],
            "response-members": [],
            "methods": [],
            "error-codes": [{"code": code, "phrase": said, "x-source": LINE} for code, said in CODES.items()],
        },
    }
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{SERVICE}.openapi.yaml").write_text(dump_yaml(json.loads(json.dumps(spec))), encoding="utf-8")
    stated = [
        {"id": name, "statement": "It holds", "authority": "document", "source": LINE, "level": "must"}
        for name in STATED
    ]
    action = {"target": "$", "x-ruling": None, "x-source": LINE, "description": "What a sentence says."}
    overlay = {
        "overlay": "1.0.0",
        "info": {"title": "Errata", "version": "1.0", "x-document-sha256": "0" * 64},
        "x-rulings": {},
        "actions": [{**action, "update": {"x-requirements": stated}}],
    }
    (directory / OVERLAY).write_text(dump_yaml(overlay), encoding="utf-8")
    return directory


def warehouse(directory: Path) -> Contract:
    """The contract of the specs, written into a directory."""
    return load_contract(write_warehouse(directory))
