"""The classes of the body of a request, member by member: of a JSON object (RFC 8259), of a JSON Patch (RFC 6902)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from conformance.judge.members import (
    FURTHER,
    answered_members,
    member_schema,
    nullable,
    sent_schema,
)
from conformance.judge.rules import odd_text, of_type, rule_of
from conformance.model.contract import Contract, Operation, Resource, Schema
from conformance.model.equivalence import VALID, Class, Part, Standing
from conformance.model.marks import OWN_PROPERTY

__all__ = ["body_parts", "integer_of", "older_pointers"]

DEEPEST = 64
"""Levels of nesting beyond which JSON counts as too deep; no body of a contract has more than a few."""
HUGE = 10**400
"""Stands for an integer of more digits than Python converts."""


def body_parts(data: bytes, operation: Operation, contract: Contract) -> Iterator[Part]:
    """The parts of a body, as the schema of the operation has them."""
    value, marks = _parsed(data)
    yield from (Part("body", held) for held in marks)
    if any(held.standing is Standing.BROKEN for held in marks):
        return
    schema = operation.request_schema or {}
    if schema.get("type") == "array":
        yield from _patch(value, schema, operation, contract)
    else:
        yield from _members(value, schema, operation, contract, "")


def _parsed(data: bytes) -> tuple[Any, list[Class]]:
    """The value of a JSON text, and what is odd about the text itself; no value when that is broken."""
    if not data.strip():
        return None, [Class.broken("empty")]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None, [Class.broken("not-utf-8")]
    marks: list[Class] = []
    if text.startswith("\ufeff"):
        text, marks = text[1:], [Class.open("byte-order-mark")]  # RFC 8259, 8.1: a parser may ignore it
    if "\0" in text:
        return None, [Class.broken("not-json")]
    if _depth(text) > DEEPEST:
        return None, [Class.broken("nested-too-deep")]

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in items}) < len(items):
            marks.append(Class.open("member-twice"))  # RFC 8259, 4: what then happens is left open
        return dict(items)

    def constant(_token: str) -> Any:
        raise ArithmeticError

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_int=integer_of)
    except ArithmeticError:
        return None, [Class.broken("nan-or-infinity")]
    except ValueError:
        return None, [Class.broken("not-json")]
    return value, list(dict.fromkeys(marks))


def _depth(text: str) -> int:
    if text.count("[") + text.count("{") <= DEEPEST:
        return 0
    depth = deepest = 0
    for char in re.sub(r'"(?:[^"\\]|\\.)*"', "", text):
        depth += (char in "[{") - (char in "]}")
        deepest = max(deepest, depth)
    return deepest


def _members(value: Any, schema: Schema, operation: Operation, contract: Contract, prefix: str) -> Iterator[Part]:
    place = prefix.rstrip(".") or "body"
    if not isinstance(value, dict):
        yield Part(place, of_type(["object"], value))
        return
    known = schema.get("properties", {})
    missing = Class.broken("missing")
    yield from (Part(prefix + name, missing) for name in schema.get("required", ()) if name not in value)
    for name, member in value.items():
        node = known.get(name, {})
        if node.get("type") == "object":
            yield from _members(member, node, operation, contract, f"{prefix}{name}.")
        elif name in known:
            yield Part(prefix + name, rule_of(node, member, nullable=nullable(contract, operation.id, name)))
    further = {name: member for name, member in value.items() if name not in known}
    yield from _further(further, schema, answered_members(contract, operation.id))
    if not value and place == "body":
        yield Part("body", Class("empty"))


def _further(further: Mapping[str, Any], schema: Schema, answered: Mapping[str, Schema]) -> Iterator[Part]:
    rule = schema.get("additionalProperties")
    if not isinstance(rule, Mapping):
        if further and "properties" in schema:  # else the contract names none
            yield Part("body", Class.broken("unknown-member") if rule is False else Class.lenient("unknown-member"))
        return
    for name, value in further.items():
        if name in answered:
            yield Part(name, Class.open("kept-by-service"))
            continue
        yield from _named(name, FURTHER)
        yield Part(FURTHER, _property(rule, value))
    most = schema.get("x-max-additional")
    if most is not None and len(further) > most:
        yield Part(FURTHER, Class.broken("more-than", most=most))


def _named(name: str, place: str) -> Iterator[Part]:
    """What the name of a further property is, where it is not surely ours alone."""
    if not re.fullmatch(OWN_PROPERTY + r"[a-z0-9_]{1,60}", name):
        ascii_word = re.fullmatch(r"[A-Za-z0-9_.:-]{1,255}", name)
        yield Part(place, odd_text(name) or Class.open("name-of-another" if ascii_word else "name-no-word"))


def _property(rule: Schema, value: Any) -> Class:
    if value is None:
        return Class.open("null")  # the rulings speak of strings
    if isinstance(value, str) and len(value) > 255:
        return Class.open("longer-than", most=255)
    return rule_of(rule, value)


# --- JSON Patch (RFC 6902) ------------------------------------------------------------------------------------------


def _patch(value: Any, schema: Schema, operation: Operation, contract: Contract) -> Iterator[Part]:
    if not isinstance(value, list):
        yield Part("body", of_type(["array"], value))
        return
    if not value:
        yield Part("body", Class("empty"))
    resource = contract.resource_of(operation.id)
    for item in value:
        if not isinstance(item, dict):
            yield Part("body", replace(of_type(["object"], item), item=True))
        elif resource is not None:
            yield from _step(item, schema["items"], contract, resource)


def _step(item: Mapping[str, Any], node: Schema, contract: Contract, resource: Resource) -> Iterator[Part]:
    """The parts of one operation of the patch."""
    known = node["properties"]
    for name in known:
        if name in item and name != "value":
            yield Part(name, _pointer(item[name]) if name == "path" else rule_of(known[name], item[name]))
        elif name in node.get("required", ()):
            yield Part(name, Class.broken("missing"))
    if set(item) - set(known):
        yield Part("body", Class.lenient("unknown-member"))
    op, path = item.get("op"), item.get("path")
    if op == "remove" or op not in known["op"]["enum"]:
        name = _pointed(path)
        if op == "remove" and name is not None and not name.startswith(OWN_PROPERTY):
            yield Part("path", Class.open("removes-documented"))
        return
    if "value" not in item:
        yield Part("value", Class.broken("missing"))
        return
    name = _pointed(path)
    if name is not None:
        yield from _set(name, item["value"], contract, resource)


def _set(name: str, value: Any, contract: Contract, resource: Resource) -> Iterator[Part]:
    """The parts of a value that is set at the member of this name."""
    rule = member_schema(contract, resource, name)
    if rule is None:
        yield Part(f"/{name}", Class.open("kept-by-service"))
    elif name in sent_schema(contract, resource).get("properties", {}):
        yield Part(f"/{name}", rule_of(rule, value, nullable=nullable(contract, resource.create, name)))
    else:
        yield from _named(name, f"/{FURTHER}")
        yield Part(f"/{FURTHER}", _property(rule, value))


def _pointer(path: Any) -> Class:
    """The class of a JSON pointer to a member (RFC 6901)."""
    if not isinstance(path, str):
        return of_type(["string"], path)
    if not path.startswith("/"):
        return Class.broken("no-leading-slash" if path else "empty")
    if re.search(r"~(?![01])", path):
        return Class.broken("bad-escape")
    if path == "/" or "/" in path[1:]:
        return Class.open("leads-to-no-member")
    return VALID


def _pointed(path: Any) -> str | None:
    """The member that a pointer leads to, or None."""
    if not isinstance(path, str) or _pointer(path) != VALID:
        return None
    return path[1:].replace("~1", "/").replace("~0", "~")


def older_pointers(data: bytes, operation: Operation) -> Iterator[Part]:
    """The pointers that are no text in a JSON Patch as drafts of RFC 6902 before the fifth wrote it, where the name of an
    operation is the key of its pointer. Open, as all is in another media type."""
    schema = operation.request_schema or {}
    if schema.get("type") != "array" or not data.lstrip().startswith(b"["):
        return
    value, _ = _parsed(data)
    names = schema.get("items", {}).get("properties", {}).get("op", {}).get("enum", ())
    for pointer in (item[name] for item in value or () if isinstance(item, dict) for name in names if name in item):
        if not isinstance(pointer, str):
            yield Part("path", replace(of_type(["string"], pointer), standing=Standing.OPEN))


def integer_of(digits: str) -> int:
    """The integer that digits stand for; HUGE, or less than nothing by as much, for more digits than Python converts."""
    return int(digits) if len(digits) < 400 else -HUGE if digits.startswith("-") else HUGE
