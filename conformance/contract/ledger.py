"""The ledger: one requirement for each promise of the effective specs.

Rules
- Ids are made from the contract (operation, place, name), never from a position, so they survive a new edition.
- A promise that a table or an example makes is derived; one that only prose makes stands in the overlay as `x-requirements`.
- Authority is `ruling` where the overlay wrote `x-ruling`, `upstream` where it wrote `x-authority: upstream`, else `document`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.model.contract import Authority, Level, Lines, Requirement
from conformance.model.errors import UsageError

__all__ = ["defaults_of", "derive"]

_METHODS = ("get", "put", "post", "patch", "delete", "head")


def derive(specs: Mapping[str, Mapping[str, Any]]) -> tuple[Requirement, ...]:
    """Every requirement of the effective specs (image, identity), sorted by id, checks not yet joined."""
    found: dict[str, Requirement] = {}
    for item in _all(specs):
        found.setdefault(item.id, item)
    return tuple(found[name] for name in sorted(found))


def _all(specs: Mapping[str, Mapping[str, Any]]) -> Iterator[Requirement]:
    image = specs["image"]
    yield from _stated(image, None)
    yield from _common(image)
    for spec in specs.values():
        for path in spec["paths"].values():
            for method, operation in path.items():
                if method in _METHODS:
                    yield from _operation(operation)


def _stated(node: Mapping[str, Any], operation: str | None) -> Iterator[Requirement]:
    for item in node.get("x-requirements", ()):
        unknown = set(item) - {"id", "statement", "level", "authority", "source", "excluded", "ruling"}
        if unknown:
            raise UsageError(f"errata: requirement {item.get('id')}: unknown member {min(unknown)!r}")
        yield Requirement(
            id=item["id"],
            statement=item["statement"],
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
        yield _make(
            f"header.{row['name'].lower()}", f"{row['name']} is understood as HTTP and the table define it", row
        )
    for row in common["response-members"]:
        yield _make(f"header.{_kebab(row['name'])}", f"{row['name']} is in every answer and never the same twice", row)
    for row in common["methods"]:
        yield _make(f"method.{row['name'].lower()}", f"The generic meaning of {row['name']}", row)
    schema = spec["components"]["schemas"]["Error"]
    for name, inner in schema.get("properties", {}).items():
        yield _make("error.envelope", f"A failure carries a JSON object with the object {name}", schema)
        for member, kind in inner.get("properties", {}).items():
            text = f"{name}.{member} is there, of type {kind.get('type')}, and true of the answer"
            yield _make(f"error.envelope.{member}", text, schema)
    for code in common["error-codes"]:
        response = spec["components"]["responses"][f"Error{code['code']}"]
        merged = {**code, **{key: value for key, value in response.items() if key.startswith("x-")}}
        text = f"{code['code']} {code['phrase']} is sent where it is due"
        yield _make(f"error.{code['code']}", text, merged)


def _operation(operation: Mapping[str, Any]) -> Iterator[Requirement]:
    name = operation["operationId"]
    upstream = operation.get("x-authority") == "upstream"

    def make(suffix: str, statement: str, node: Mapping[str, Any]) -> Requirement:
        source = node if "x-source" in node else {**node, "x-source": operation["x-source"]}
        ruled = {"x-ruling": operation["x-ruling"]} if "x-ruling" in operation else {}
        return _make(f"{name}.{suffix}", statement, {**ruled, **source}, name, upstream=upstream)

    for parameter in () if upstream else operation.get("parameters", ()):
        text = f"The {parameter['in']} parameter {parameter['name']} is understood and wrong values are refused"
        yield make(f"{parameter['in']}.{parameter['name']}", text, parameter)
    body = operation.get("requestBody")
    if body is not None and not upstream:
        yield make("request", "A body of another shape than the documented one is refused", body)
        for media in body["content"].values():
            schema = media["schema"]
            members = schema.get("items", schema) if schema.get("type") == "array" else schema
            for member, node in members.get("properties", {}).items():
                yield make(f"body.{member}", f"{member} is taken as documented and wrong values are refused", node)
    for status, response in operation["responses"].items():
        if "$ref" in response or status == "default":
            continue
        yield make(f"response.{status}", f"Success is answered with {status} and the documented body", response)
        for header, node in response.get("headers", {}).items():
            yield make(f"response.{status}.{header.lower()}", f"The answer has the header {header}", node)
        for media in response.get("content", {}).values():
            if "$ref" in media.get("schema", {}):
                continue
            for place, node in _members(media.get("schema", {}), ""):
                yield make(f"response.{status}.{place}", f"{place} is as documented", node)
    for member, (value, source) in sorted(defaults_of(operation).items()):
        text = f"{member} is {_shown(value)} when the request leaves it out"
        yield make(f"default.{member}", text, {"x-source": source})
    yield from _stated(operation, name)


def _members(schema: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The documented members of a schema, nested ones as `images.id`; those without lines are not the document's."""
    for name, node in schema.get("properties", {}).items():
        if "x-source" in node:
            yield prefix + name, node
        yield from _members(node.get("items", {}), f"{prefix}{name}.")
        yield from _members(node, f"{prefix}{name}.")


def defaults_of(operation: Mapping[str, Any]) -> dict[str, tuple[Any, list[list[int]]]]:
    """Member -> (value, lines) that the example answer shows for what the example request left out.

    Only values that can be the same for every image count: null, booleans, empty lists, words without digits or slashes.
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
    name: str, statement: str, node: Mapping[str, Any], operation: str | None = None, *, upstream: bool = False
) -> Requirement:
    ruling = node.get("x-ruling")
    authority = Authority.UPSTREAM if upstream else Authority.DOCUMENT if ruling is None else Authority.RULING
    return Requirement(
        id=name,
        statement=statement,
        level=Level(node.get("x-level", "must")),
        authority=authority,
        source=_lines(node["x-source"]),
        operation=operation,
        excluded=node.get("x-excluded"),
        ruling=ruling,
    )


def _lines(raw: Any) -> Lines:
    return tuple((first, last) for first, last in raw)


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


def _shown(value: Any) -> str:
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)
