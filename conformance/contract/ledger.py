"""The ledger: one requirement for each promise of the effective specs.

Rules
- Ids are made from the contract (operation, place, name), never from a position, so they survive a new edition.
- A promise that a table or an example makes is derived; one that only prose makes stands in the overlay as
  `x-requirements`. What any document promises comes last, and gives way to what the errata say (general.py).
- Authority is `ruling` where the overlay wrote `x-ruling`, `upstream` where it wrote `x-authority: upstream`, else
  `document`.
- What an example leaves out of a request and shows in the answer may be chance: it binds where errata state promises, so that
  a person has read them.
- A default that a row names binds where what is made is shown with the member (said_defaults.py).
- That values are refused which a parameter or member cannot have goes by the ruling that the common part names as
  `x-leniency`, where no other ruling speaks of the parameter.
- That other spellings are refused is no promise of the document: one requirement for each operation that takes
  parameters or a body, of authority `upstream` and level `may`, by the same ruling.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from conformance.contract.general import general
from conformance.contract.said_defaults import said_defaults
from conformance.contract.services import common_spec, is_success, operations_of, promised_headers
from conformance.model import requirement_id
from conformance.model.contract import Authority, Level, Lines, Requirement, Statement
from conformance.model.errors import UsageError
from conformance.model.requirement_id import Kind

__all__ = ["PROVOKED", "defaults_of", "derive"]

PROVOKED = frozenset({400, 401, 403, 404, 405, 409})
"""Codes that a client can have sent; of the others a correct service need send none."""
REFUSING = frozenset({Kind.PARAMETER, Kind.REQUEST, Kind.BODY})
"""Kinds of requirements that say that something is refused."""
LEFT_OUT = "{member} is {value} when the request leaves it out"


def derive(specs: Mapping[str, Mapping[str, Any]]) -> tuple[Requirement, ...]:
    """Every requirement of the effective specs (service -> OpenAPI document), sorted by id, checks not yet joined."""
    found: dict[str, Requirement] = {}
    leniency = common_spec(specs)["x-common"].get("x-leniency")
    for item in _all(specs, leniency):
        found.setdefault(item.id, replace(item, ruling=leniency) if _refuses(item) else item)
    return tuple(found[name] for name in sorted(found))


def _refuses(item: Requirement) -> bool:
    """Whether it says that something is refused, and no ruling speaks of it."""
    return item.kind in REFUSING and item.ruling is None


def _all(specs: Mapping[str, Mapping[str, Any]], leniency: int | None) -> Iterator[Requirement]:
    yield from _common(common_spec(specs))
    reviewed = any("x-requirements" in spec for spec in specs.values())
    for spec in specs.values():
        yield from _stated(spec, None)
        for _, _, operation in operations_of(spec):
            yield from _operation(operation, leniency, reviewed=reviewed)
        yield from _unsent(spec)
    yield from general(specs)


def _stated(node: Mapping[str, Any], operation: str | None) -> Iterator[Requirement]:
    for item in node.get("x-requirements", ()):
        unknown = set(item) - {"id", "statement", "level", "authority", "source", "excluded", "ruling"}
        if unknown:
            raise UsageError(f"errata: requirement {item.get('id')}: unknown member {min(unknown)!r}")
        yield Requirement(
            id=item["id"],
            statement=Statement(item["statement"]),
            level=Level(item.get("level", "must")),
            authority=Authority(item["authority"]),
            source=_lines(item["source"]),
            operation=operation,
            excluded=item.get("excluded"),
            ruling=item.get("ruling"),
        )


def _common(spec: Mapping[str, Any]) -> Iterator[Requirement]:
    common = spec["x-common"]
    for row in common["request-headers"]:
        text = Statement("{header} is understood as HTTP and the table define it", {"header": row["name"]})
        yield _make(requirement_id.header(row["name"]), text, row, Kind.HEADER, place=row["name"])
    for row in common["response-members"]:
        text = Statement("{header} is in every answer and never the same twice", {"header": row["name"]})
        yield _make(requirement_id.header(row["name"]), text, row, Kind.HEADER, place=row["name"])
    for row in common["methods"]:
        text = Statement("The generic meaning of {method}", {"method": row["name"]})
        yield _make(requirement_id.method(row["name"]), text, row, Kind.METHOD, place=row["name"])
    schema = spec["components"]["schemas"]["Error"]
    for name, inner in schema.get("properties", {}).items():
        text = Statement("A failure carries a JSON object with the object {member}", {"member": name})
        yield _make(requirement_id.envelope(), text, schema, Kind.ENVELOPE)
        for member, kind in inner.get("properties", {}).items():
            names = {"member": f"{name}.{member}", "type": str(kind.get("type"))}
            text = Statement("{member} is there, of type {type}, and true of the answer", names)
            yield _make(requirement_id.envelope(member), text, schema, Kind.ENVELOPE, place=member)
    for item in common["error-codes"]:
        code = int(item["code"])
        response = spec["components"]["responses"][f"Error{code}"]
        sure = {} if code in PROVOKED else {"x-level": "may"}
        merged = {**sure, **item, **{key: value for key, value in response.items() if key.startswith("x-")}}
        text = Statement("{code} {phrase} is sent where it is due", {"code": str(code), "phrase": item["phrase"]})
        yield _make(requirement_id.error(code), text, merged, Kind.ERROR, status=code)


def _operation(operation: Mapping[str, Any], leniency: int | None, *, reviewed: bool) -> Iterator[Requirement]:
    name = operation["operationId"]
    upstream = operation.get("x-authority") == "upstream"

    def make(id: str, statement: Statement, node: Mapping[str, Any], kind: Kind, **members: Any) -> Requirement:
        source = node if "x-source" in node else {**node, "x-source": operation["x-source"]}
        ruled = {"x-ruling": operation["x-ruling"]} if "x-ruling" in operation else {}
        return _make(id, statement, {**ruled, **source}, kind, operation=name, upstream=upstream, **members)

    for parameter in () if upstream else operation.get("parameters", ()):
        names = {"location": parameter["in"], "parameter": parameter["name"]}
        text = Statement(
            "The {location} parameter {parameter} is understood, and values that it cannot have are refused", names
        )
        named = requirement_id.parameter(name, parameter["in"], parameter["name"])
        yield make(named, text, parameter, Kind.PARAMETER, place=parameter["name"])
    body = operation.get("requestBody")
    if body is not None and not upstream:
        text = Statement("A body of another shape than the documented one is refused")
        yield make(requirement_id.request(name), text, body, Kind.REQUEST)
        for media in body["content"].values():
            schema = media["schema"]
            members = schema.get("items", schema) if schema.get("type") == "array" else schema
            for member, node in members.get("properties", {}).items():
                text = Statement(
                    "{member} is taken as documented, and values that it cannot have are refused", {"member": member}
                )
                yield make(requirement_id.body(name, member), text, node, Kind.BODY, place=member)
    for code, response in operation["responses"].items():
        if "$ref" in response or not is_success(code):
            continue
        status = int(code)
        text = Statement("Success is answered with {status} and the documented body", {"status": str(status)})
        yield make(requirement_id.response(name, status), text, response, Kind.RESPONSE, status=status)
        for header, node in promised_headers(response).items():
            named = requirement_id.response_header(name, status, header)
            text = Statement("The answer has the header {header}", {"header": header})
            yield make(named, text, node, Kind.RESPONSE_HEADER, place=header.lower(), status=status)
        for media in response.get("content", {}).values():
            if "$ref" in media.get("schema", {}):
                continue
            for place, node in _members(media.get("schema", {}), ""):
                named = requirement_id.response(name, status, place)
                text = Statement("{member} is as documented", {"member": place})
                yield make(named, text, node, Kind.RESPONSE, place=place, status=status)
    if not upstream and (body is not None or operation.get("parameters")):
        text = Statement("Other spellings of what is allowed, and what the document does not have, are refused")
        node = {"x-source": operation["x-source"], "x-ruling": leniency, "x-level": "may"}
        yield _make(requirement_id.lenient(name), text, node, Kind.LENIENT, operation=name, upstream=True)
    for member, (value, source) in sorted(defaults_of(operation).items()) if reviewed else ():
        names = {"member": member, "value": _shown(value)}
        text = Statement(LEFT_OUT, names)
        yield make(requirement_id.default(name, member), text, {"x-source": source}, Kind.DEFAULT, place=member)
    yield from _stated(operation, name)


def _unsent(spec: Mapping[str, Any]) -> Iterator[Requirement]:
    for operation, member, node in said_defaults(spec):
        text = Statement(LEFT_OUT, {"member": member, "value": _shown(node["default"])})
        named = requirement_id.unsent(operation, member)
        yield _make(named, text, node, Kind.DEFAULT, operation=operation, place=member)


def _members(schema: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The documented members of a schema, nested ones as `servers.id`; those without lines are not the document's."""
    for name, node in schema.get("properties", {}).items():
        if "x-source" in node:
            yield prefix + name, node
        yield from _members(node.get("items", {}), f"{prefix}{name}.")
        yield from _members(node, f"{prefix}{name}.")


def defaults_of(operation: Mapping[str, Any]) -> dict[str, tuple[Any, list[list[int]]]]:
    """Member -> (value, lines) that the example answer shows for what the example request left out.

    Only values that can be the same for every resource count: null, booleans, empty lists, words without digits or
    slashes.
    """
    examples = operation.get("requestBody", {}).get("x-examples", ())
    sent = next((item["value"] for item in examples if isinstance(item["value"], dict)), None)
    if sent is None:
        return {}
    result: dict[str, tuple[Any, list[list[int]]]] = {}
    for response in operation["responses"].values():
        for media in response.get("content", {}).values():
            required = set(media.get("schema", {}).get("required", ()))
            for example in media.get("examples", {}).values():
                if not isinstance(example["value"], dict):
                    continue
                for name, value in example["value"].items():
                    if name in required and name not in sent and _constant(value):
                        lines = example.get("x-lines", {}).get(f"/{name}")
                        result[name] = (value, [[lines, lines]] if lines else example["x-source"])
    return result


def _constant(value: Any) -> bool:
    if isinstance(value, str):
        return re.fullmatch(r"[A-Za-z_ -]+", value) is not None
    return value is None or isinstance(value, bool) or value == []


def _make(
    id: str,
    statement: Statement,
    node: Mapping[str, Any],
    kind: Kind,
    *,
    operation: str | None = None,
    upstream: bool = False,
    place: str = "",
    status: int | None = None,
) -> Requirement:
    ruling = node.get("x-ruling")
    authority = Authority.UPSTREAM if upstream else Authority.DOCUMENT if ruling is None else Authority.RULING
    return Requirement(
        id=id,
        statement=statement,
        level=Level(node.get("x-level", "must")),
        authority=authority,
        source=_lines(node["x-source"]),
        operation=operation,
        excluded=node.get("x-excluded"),
        ruling=ruling,
        kind=kind,
        place=place,
        status=status,
    )


def _lines(raw: Any) -> Lines:
    return tuple((first, last) for first, last in raw)


def _shown(value: Any) -> str:
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)
