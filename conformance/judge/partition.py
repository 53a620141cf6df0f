"""What a request tries, place by place, in equivalence classes of the contract (ISTQB: equivalence partitioning).

Rules
- The words are stable: names of the contract and rules of its schemas, never a value that was generated.
- A part is valid, broken (the contract forbids it) or open (the contract does not decide, so nothing may be asserted about
  its acceptance). Whether a request is due a refusal is read off its parts: any broken one will do.
- Open is the cautious side: what JSON or HTTP leaves to the receiver is open, and so are the names of further properties.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from conformance.judge.rules import VALID, broken, left_open, rule_of
from conformance.judge.rules import Class as Worded
from conformance.model.contract import Contract, Operation, Schema
from conformance.model.equivalence import Class, Standing
from conformance.model.equivalence import Part as Placed
from conformance.model.jsonvalue import kind_of
from conformance.model.message import Request

__all__ = ["DEEPEST", "OWN_PROPERTY", "kept_members", "member_schema", "parts", "telling"]

DEEPEST = 64
"""Levels of nesting beyond which JSON counts as too deep; no body of the contract has more than four."""

OWN_PROPERTY = "conformance_"
"""What the name of a further property begins with that surely means nothing to a service; all other names are open."""

UPSTREAM = frozenset(
    [
        "marker",
        "sort",
        "owner",
        "tag",
        "visibility",
        "protected",
        "member_status",
        "os_hidden",
        "size_min",
        "size_max",
        "size",
        "created_at",
        "updated_at",
        "id",
        "checksum",
        "container_format",
        "disk_format",
        "min_ram",
        "min_disk",
        "deleted",
        "properties",
        "is_public",
        "filters",
    ]
)
"""Parameters that OpenStack's list knows or used to know; told apart by name, so that what breaks one hides no other."""
OTHER_TYPE = "is another one"
HUGE = 10**400
"""Stands for an integer of more digits than Python converts."""


def Part(place: str, words: str, standing: Standing = Standing.VALID) -> Placed:  # noqa: N802  until the rules are values
    """The part of a request with this class."""
    return Placed(place, Class(words, standing))


def parts(request: Request, contract: Contract) -> tuple[Placed, ...]:
    """Every part of the request, each once; empty when it addresses no operation of the contract."""
    operation = contract.operations.get(request.operation or "")
    if operation is None:
        return ()
    media = tuple(_content_type(request, operation))
    found = [*_token(request, operation), *_path(request, operation), *_query(request, operation), *media]
    # A body of another media type is not what the schema speaks of.
    if operation.request_schema is not None and not any(part.held.rule == OTHER_TYPE for part in media):
        found += _body(request.body, operation, contract)
    return tuple(dict.fromkeys(found))


def telling(request: Request, contract: Contract) -> tuple[Placed, ...]:
    """The parts that set a request apart, sorted: its broken ones, else its open ones; none for a valid request."""
    found = parts(request, contract)
    for standing in (Standing.BROKEN, Standing.OPEN):
        chosen = sorted({part for part in found if part.standing is standing}, key=lambda part: part.order)
        if chosen:
            return tuple(chosen)
    return ()


# --- bodies ---------------------------------------------------------------------------------------------------------


def _body(data: bytes, operation: Operation, contract: Contract) -> Iterator[Placed]:
    value, marks = _parsed(data)
    for words, standing in marks:
        yield Part("body", words, standing)
    if any(standing is Standing.BROKEN for _, standing in marks):
        return
    schema = operation.request_schema or {}
    if schema.get("type") == "array":
        yield from _patch(value, schema, contract)
    else:
        yield from _members(value, schema, operation, "")


def _parsed(data: bytes) -> tuple[Any, list[Worded]]:
    """The value of a JSON text, and what is odd about the text itself; no value when that is broken."""
    if not data.strip():
        return None, [broken("is empty")]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None, [broken("is not UTF-8")]
    marks: list[Worded] = []
    if text.startswith("\ufeff"):
        text, marks = text[1:], [left_open("has a byte order mark")]  # RFC 8259, 8.1: a parser may ignore it
    if "\0" in text:
        return None, [broken("is not JSON")]
    if _depth(text) > DEEPEST:
        return None, [broken("is nested too deep")]

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in items}) < len(items):
            marks.append(left_open("has a member twice"))  # RFC 8259, 4: what then happens is left open
        return dict(items)

    def constant(_token: str) -> Any:
        raise ArithmeticError

    def integer(digits: str) -> int:
        return int(digits) if len(digits) < 400 else -HUGE if digits.startswith("-") else HUGE

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_int=integer)
    except ArithmeticError:
        return None, [broken("has NaN or Infinity")]
    except ValueError:
        return None, [broken("is not JSON")]
    return value, list(dict.fromkeys(marks))


def _depth(text: str) -> int:
    if text.count("[") + text.count("{") <= DEEPEST:
        return 0
    depth = deepest = 0
    for char in re.sub(r'"(?:[^"\\]|\\.)*"', "", text):
        depth += (char in "[{") - (char in "]}")
        deepest = max(deepest, depth)
    return deepest


def kept_members(contract: Contract) -> tuple[str, ...]:
    """Members of a created image that no request of the contract sets: the service keeps them."""
    create = contract.operations["image.create"]
    sent = (create.request_schema or {}).get("properties", {})
    return tuple(name for name in _answered(create) if name not in sent)


def member_schema(contract: Contract, name: str) -> Schema | None:
    """The schema of a member of an image that a patch may set; further properties have that of the request's."""
    schema = contract.operations["image.create"].request_schema or {}
    if name == "id" or name in kept_members(contract):
        return None
    found: Schema | None = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
    return found


def _answered(operation: Operation) -> Mapping[str, Schema]:
    schema = operation.responses[0].schema if operation.responses else None
    found: Mapping[str, Schema] = (schema or {}).get("properties", {})
    return found


def _nullable(operation: Operation, name: str) -> bool:
    return "null" in _answered(operation).get(name, {}).get("type", ())


def _members(value: Any, schema: Schema, operation: Operation, prefix: str) -> Iterator[Placed]:
    place = prefix.rstrip(".") or "body"
    if not isinstance(value, dict):
        yield Part(place, *rule_of({"type": "object"}, value))
        return
    known = schema.get("properties", {})
    yield from (Part(prefix + name, *broken("is missing")) for name in schema.get("required", ()) if name not in value)
    further = [name for name in value if name not in known]
    for name, member in value.items():
        node = known.get(name, {})
        if node.get("type") == "object":
            yield from _members(member, node, operation, f"{prefix}{name}.")
        elif name in known:
            yield Part(prefix + name, *rule_of(node, member, nullable=_nullable(operation, name)))
    yield from _further(further, value, schema, operation)
    if not value and place == "body":
        yield Part("body", "valid: empty")


def _further(names: Sequence[str], value: Mapping[str, Any], schema: Schema, operation: Operation) -> Iterator[Placed]:
    rule = schema.get("additionalProperties")
    if rule is None:
        if names:
            yield Part("body", *left_open("has an unknown member"))
        return
    for name in names:
        if name in _answered(operation):
            yield Part(name, *left_open("is kept by the service"))
            continue
        yield from _named(name)
        yield Part("further property", *_property(rule, value[name]))
    most = schema.get("x-max-additional")
    if most is not None and len(names) > most:
        yield Part("further property", *broken(f"is there more than {most} times"))


def _named(name: str) -> Iterator[Placed]:
    if not re.fullmatch(OWN_PROPERTY + r"[a-z0-9_]{1,60}", name):
        ascii_word = re.fullmatch(r"[A-Za-z0-9_.:-]{1,255}", name)
        yield Part("name of a further property", *left_open("is another word" if ascii_word else "is no plain word"))


def _property(rule: Schema, value: Any) -> Worded:
    if value is None:
        return left_open("is null")  # the rulings speak of strings
    found = rule_of(rule, value)
    return left_open("is longer than 255") if isinstance(value, str) and len(value) > 255 else found


# --- patch ----------------------------------------------------------------------------------------------------------


def _patch(value: Any, schema: Schema, contract: Contract) -> Iterator[Placed]:
    if not isinstance(value, list):
        yield Part("body", *rule_of({"type": "array"}, value))
        return
    if not value:
        yield Part("body", "valid: empty")
    for item in value:
        if isinstance(item, dict):
            yield from _operation(item, schema["items"], contract)
        else:
            yield Part("body", *broken(f"has an item that is {kind_of(item)} instead of object"))


def _operation(item: Mapping[str, Any], node: Schema, contract: Contract) -> Iterator[Placed]:
    known = node["properties"]
    for name in known:
        if name in item and name != "value":
            yield Part(name, *_pointer_class(item[name]) if name == "path" else rule_of(known[name], item[name]))
        elif name in node.get("required", ()):
            yield Part(name, *broken("is missing"))
    if set(item) - set(known):
        yield Part("body", *left_open("has an unknown member"))
    op, path = item.get("op"), item.get("path")
    if op == "remove" or op not in known["op"]["enum"]:
        name = _pointed(path)
        if op == "remove" and name is not None and not name.startswith(OWN_PROPERTY):
            yield Part("path", *left_open("removes what may be documented"))
        return
    if "value" not in item:
        yield Part("value", *broken("is missing"))
        return
    name = _pointed(path)
    if name is None:
        return
    create = contract.operations["image.create"]
    documented = (create.request_schema or {})["properties"]
    rule = member_schema(contract, name)
    if rule is None:
        yield Part(f"/{name}", *left_open("is kept by the service"))
    elif name in documented:
        yield Part(f"/{name}", *rule_of(rule, item["value"], nullable=_nullable(create, name)))
    else:
        yield from _named(name)
        yield Part("/further property", *_property(rule, item["value"]))


def _pointer_class(path: Any) -> Worded:
    """The class of a JSON pointer to a member of an image (RFC 6901)."""
    if not isinstance(path, str):
        return rule_of({"type": "string"}, path)
    if not path.startswith("/"):
        return broken("is empty" if not path else "does not begin with a slash")
    if re.search(r"~(?![01])", path):
        return broken("has a bad escape")
    if path == "/" or "/" in path[1:]:
        return left_open("leads to no member")
    return VALID


def _pointed(path: Any) -> str | None:
    """The member that a pointer leads to, or None."""
    if not isinstance(path, str) or _pointer_class(path) != VALID:
        return None
    return path[1:].replace("~1", "/").replace("~0", "~")


# --- the rest of a request ------------------------------------------------------------------------------------------


def _token(request: Request, operation: Operation) -> Iterator[Placed]:
    if operation.service == "identity":
        return
    value = request.headers.get("X-Auth-Token")
    if not value:
        yield Part("token", *broken("is missing" if value is None else "is empty"))
    elif request.actor == "anonymous":
        yield Part("token", *broken("is not valid"))
    else:
        yield Part("token", "valid")


def _path(request: Request, operation: Operation) -> Iterator[Placed]:
    """The value that stands for the parameter of the path, wherever the service's root is."""
    before, mark, after = operation.path.partition("{")
    if not mark:
        return
    name, after = after.split("}", 1)
    path = request.url.split("?", 1)[0]
    path = "/" + path.split("://", 1)[-1].partition("/")[2]
    at = path.find(before)
    raw = path[at + len(before) :].removesuffix(after) if at >= 0 else ""
    data = unquote_to_bytes(raw)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        yield Part(f"path.{name}", *broken("is not UTF-8"))
        return
    if at < 0 or not raw or set(text) & set("/\\") or text.strip(".") == "" or ";" in raw:
        yield Part(f"path.{name}", *left_open("is no path segment"))
        return
    parameter = next(item for item in operation.parameters if item.name == name)
    yield Part(f"path.{name}", *rule_of(parameter.schema, text))


def _query(request: Request, operation: Operation) -> Iterator[Placed]:
    known = {item.name: item.schema for item in operation.query}
    raw = urlsplit(request.url).query
    pairs = [pair.partition("=")[::2] for pair in raw.split("&") if pair]
    names = [_decoded(name) for name, _ in pairs]
    for name, (_, value) in zip(names, pairs, strict=True):
        if name not in known:
            yield (
                Part(str(name), *left_open("is a parameter of upstream"))
                if name in UPSTREAM
                else Part("query", *left_open("has an unknown parameter"))
            )
        elif names.count(name) > 1:
            yield Part(name, *left_open("is there twice"))
        else:
            text = _decoded(value)
            yield Part(name, *broken("is not UTF-8") if text is None else _parameter(known[name], text))


def _decoded(text: str) -> str | None:
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode("utf-8")
    except UnicodeDecodeError:
        return None


def _parameter(schema: Schema, text: str) -> Worded:
    if schema.get("type") != "integer":
        return rule_of(schema, text)
    if re.fullmatch(r"-?(0|[1-9][0-9]*)", text):
        return rule_of(schema, int(text) if len(text) < 400 else -HUGE if text.startswith("-") else HUGE)
    if re.fullmatch(r"\s*\+?[0-9]+\s*|-0+", text, re.ASCII):
        return left_open("is an integer with a sign, zeros or blanks")
    if not text.strip():
        return broken("is empty")
    if re.fullmatch(r"[+-]?[0-9]*\.[0-9]*|[0-9.]+e[0-9]+", text, re.ASCII):
        return broken("is a fraction instead of integer")
    return broken("is digits in another spelling" if re.fullmatch(r"[\d_]+", text) else "is a word instead of integer")


def _content_type(request: Request, operation: Operation) -> Iterator[Placed]:
    """Open when it is another: the document requires the header and does not say what becomes of another one (ruling 29)."""
    if operation.request_media_type is None:
        return
    values = request.headers.all("Content-Type")
    if len(values) != 1:
        yield Part("content-type", *left_open("is missing" if not values else "is there twice"))
        return
    media_type, *rest = (part.strip().lower() for part in values[0].split(";"))
    charset = next((part.partition("=")[2].strip('"') for part in rest if part.startswith("charset=")), "utf-8")
    if media_type != operation.request_media_type:
        yield Part("content-type", *left_open(OTHER_TYPE))
    elif charset not in {"utf-8", "utf8"}:
        yield Part("content-type", *left_open("names another charset"))
    else:
        yield Part("content-type", "valid")
