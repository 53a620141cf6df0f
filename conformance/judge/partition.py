"""The equivalence classes of a request, place by place (ISTQB: equivalence partitioning).

Rules
- A class is made of names of the contract and rules of its schemas, never of a value that was generated.
- A part is valid, broken (the contract forbids it), lenient (who takes it breaks no promise, ruling 44) or open (the
  contract does not decide, so nothing may be asserted about its acceptance). Whether a request is due a refusal is read
  off its parts: any broken one will do.
- What JSON or HTTP leaves to the receiver is open, and so are the names of further properties.
- What the contract does not have (a parameter, a member where it names them all, the body of a call that has none) is
  lenient: it may be refused, and passed over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from conformance.judge.rules import odd_text, of_type, rule_of, wrong_type
from conformance.model.contract import Contract, Operation, Resource, Schema
from conformance.model.equivalence import VALID, Class, Part, Standing
from conformance.model.marks import OWN_PROPERTY
from conformance.model.message import Request

__all__ = [
    "DEEPEST",
    "FURTHER",
    "asks_too_much",
    "has_too_much",
    "has_unknown_parameter",
    "kept_members",
    "large",
    "member_schema",
    "names_another_media_type",
    "nullable",
    "parts",
    "place_of",
    "sent_schema",
    "telling",
]

DEEPEST = 64
"""Levels of nesting beyond which JSON counts as too deep; no body of a contract has more than a few."""
FURTHER = "further property"
"""The place of all members that the contract allows without naming them."""
OTHER_MEDIA_TYPE = Class.open("other-media-type")
HUGE = 10**400
"""Stands for an integer of more digits than Python converts."""
TOO_MUCH = frozenset({"more-items-than", "more-than", "longer-than", "nested-too-deep"})
"""Rules of classes that are too much of something."""
MOST_BODY, MOST_URL = 64 * 1024, 4000
"""Bytes of a JSON body, and characters of a URL, beyond which a server may find the request too large."""
UNKNOWN_PARAMETERS = frozenset({"unknown-parameter", "upstream-parameter"})
MEDIA_TYPES = frozenset({"other-media-type", "other-charset", "missing", "twice"})
"""Rules of a Content-Type that is not the one of the operation."""


@lru_cache(maxsize=16)
def parts(request: Request, contract: Contract) -> tuple[Part, ...]:
    """Every part of the request, each once; empty when it addresses no operation of the contract."""
    operation = contract.operations.get(request.operation or "")
    if operation is None:
        return ()
    media = tuple(_content_type(request, operation))
    found = [*_token(request, operation), *_path(request, operation), *_query(request, operation), *media]
    if operation.request_media_type is None and request.body:
        found.append(Part("body", Class.lenient("not-asked-for")))
    # A body of another media type is not what the schema speaks of.
    if operation.request_schema is not None and not any(part.held == OTHER_MEDIA_TYPE for part in media):
        found += _body(request.body, operation, contract)
    return tuple(dict.fromkeys(found))


def telling(request: Request, contract: Contract) -> tuple[Part, ...]:
    """The parts that set a request apart, sorted: its broken ones, else its lenient ones, else its open ones; none for a
    valid request."""
    found = parts(request, contract)
    for standing in (Standing.BROKEN, Standing.LENIENT, Standing.OPEN):
        chosen = sorted({part for part in found if part.standing is standing}, key=lambda part: part.order)
        if chosen:
            return tuple(chosen)
    return ()


def asks_too_much(request: Request, contract: Contract) -> bool:
    """Whether a request has too much of something: items, properties, characters, levels, or bytes in all (RFC 9110,
    15.5.14 and 15.5.15)."""
    return request.size > MOST_BODY or has_too_much(request, contract)


def has_too_much(request: Request, contract: Contract) -> bool:
    """Whether a request has too much of something, however many bytes its body has."""
    much = len(request.url) > MOST_URL
    return much or any(part.held.rule in TOO_MUCH for part in parts(request, contract))


def large(size: int) -> Part:
    """The part that says that a body of this size is larger than a usual limit: a power of two, the next below."""
    return Part("body", Class.open("larger-than", bytes=1 << (max(size, 2) - 1).bit_length() - 1))


def names_another_media_type(request: Request, contract: Contract) -> bool:
    """Whether a request names another media type than the operation takes, or none (RFC 9110, 15.5.16)."""
    found = parts(request, contract)
    return any(part.place == "content-type" and part.held.rule in MEDIA_TYPES for part in found)


def has_unknown_parameter(request: Request, contract: Contract) -> bool:
    """Whether a request has a parameter that the document does not have, and that no answer had it send."""
    operation = contract.operations.get(request.operation or "")
    if operation is None or "?" not in request.url:
        return False
    unknown = (part for part in parts(request, contract) if part.held.rule in UNKNOWN_PARAMETERS)
    return any(part.place not in operation.page_query for part in unknown)


# --- the members of a resource --------------------------------------------------------------------------------------


def kept_members(contract: Contract, resource: Resource) -> tuple[str, ...]:
    """Members of a created resource that no request of the contract sets: the service keeps them."""
    sent = sent_schema(contract, resource).get("properties", {})
    return tuple(name for name in _answered(contract, resource.create) if name not in sent)


def place_of(contract: Contract, operation: str, member: str) -> str:
    """A member of the resource that an operation belongs to, as a deviation names it: FURTHER when the contract does
    not name it."""
    resource = contract.resource_of(operation)
    if resource is None:
        return FURTHER
    known = {*sent_schema(contract, resource).get("properties", {}), *_answered(contract, resource.create)}
    return member if member in known else FURTHER


def member_schema(contract: Contract, resource: Resource, name: str) -> Schema | None:
    """The schema of a member that a change may set; further properties have the one that a create gives them."""
    if name == resource.id or name in kept_members(contract, resource):
        return None
    schema = sent_schema(contract, resource)
    found = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
    return found if isinstance(found, Mapping) else None


def nullable(contract: Contract, operation: str | None, name: str) -> bool:
    """Whether the answer of the operation may hold null for the member, so that null in a request is open."""
    return "null" in _answered(contract, operation).get(name, {}).get("type", ())


def sent_schema(contract: Contract, resource: Resource) -> Schema:
    """The schema of the members that a create sets."""
    operation = contract.operations.get(resource.create or "")
    schema = (operation.request_schema if operation is not None else None) or {}
    return _inside(schema, resource.wrapper)


def _answered(contract: Contract, operation: str | None) -> Mapping[str, Schema]:
    """The members of a resource in the answer of an operation, with their schemas."""
    item = contract.operations.get(operation or "")
    schema = item.responses[0].schema if item is not None and item.responses else None
    resource = contract.resource_of(operation or "")
    found: Mapping[str, Schema] = _inside(schema or {}, resource.wrapper if resource else "").get("properties", {})
    return found


def _inside(schema: Schema, wrapper: str) -> Schema:
    """The schema of a resource: the member that wraps it, or the whole."""
    inner: Schema = schema.get("properties", {}).get(wrapper, schema)
    return inner


# --- bodies ---------------------------------------------------------------------------------------------------------


def _body(data: bytes, operation: Operation, contract: Contract) -> Iterator[Part]:
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

    def integer(digits: str) -> int:
        return int(digits) if len(digits) < 400 else -HUGE if digits.startswith("-") else HUGE

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_int=integer)
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
    yield from _further(further, schema, _answered(contract, operation.id))
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


# --- the rest of a request ------------------------------------------------------------------------------------------


def _token(request: Request, operation: Operation) -> Iterator[Part]:
    if not operation.secured:
        return
    value = request.headers.get("X-Auth-Token")
    if not value:
        yield Part("token", Class.broken("missing" if value is None else "empty"))
    else:
        yield Part("token", Class.broken("not-valid") if request.actor == "anonymous" else VALID)


def _path(request: Request, operation: Operation) -> Iterator[Part]:
    """The value that stands for the parameter of the path, wherever the service's root is."""
    before, mark, after = operation.path.partition("{")
    if not mark:
        return
    name, after = after.split("}", 1)
    place = f"path.{name}"
    path = request.url.split("?", 1)[0]
    path = "/" + path.split("://", 1)[-1].partition("/")[2]
    at = path.find(before)
    raw = path[at + len(before) :].removesuffix(after) if at >= 0 else ""
    data = unquote_to_bytes(raw)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        yield Part(place, Class.broken("not-utf-8"))
        return
    if at < 0 or not raw or set(text) & set("/\\") or text.strip(".") == "" or ";" in raw:
        yield Part(place, Class.open("no-path-segment"))
        return
    parameter = next(item for item in operation.parameters if item.name == name)
    yield Part(place, rule_of(parameter.schema, text))


def _query(request: Request, operation: Operation) -> Iterator[Part]:
    known = {item.name: item.schema for item in operation.query}
    raw = urlsplit(request.url).query
    pairs = [pair.partition("=")[::2] for pair in raw.split("&") if pair]
    names = [_decoded(name) for name, _ in pairs]
    if request.led:
        yield Part("query", Class.open("next-page"))
    for name, (_, value) in zip(names, pairs, strict=True):
        if name not in known and request.led:
            continue  # by what parameters pages go on is the service's own affair
        if name not in known and name in operation.upstream_query:
            # Told apart by name, so that what breaks one hides no other.
            yield Part(name, Class.open("upstream-parameter"))
        elif name not in known:
            yield Part("query", Class.lenient("unknown-parameter"))
        elif names.count(name) > 1:
            yield Part(name, Class.open("twice"))
        else:
            text = _decoded(value)
            yield Part(name, Class.broken("not-utf-8") if text is None else _parameter(known[name], text))


def _decoded(text: str) -> str | None:
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode("utf-8")
    except UnicodeDecodeError:
        return None


def _parameter(schema: Schema, text: str) -> Class:
    """The class of a parameter's text; integers are digits there."""
    if schema.get("type") != "integer":
        return rule_of(schema, text)
    if re.fullmatch(r"-?(0|[1-9][0-9]*)", text):
        return _integer(schema, text)
    if not text.strip():
        return Class.broken("empty")
    held, digits = _respelt(text.strip())
    if digits is None:
        return held
    # Another spelling of a number that is out of range is out of range.
    meaning = _integer(schema, digits)
    return meaning if meaning.standing is Standing.BROKEN else held


def _integer(schema: Schema, digits: str) -> Class:
    return rule_of(schema, int(digits) if len(digits) < 400 else -HUGE if digits.startswith("-") else HUGE)


def _respelt(text: str) -> tuple[Class, str | None]:
    """The class of a text that is no plain integer, and the integer that it can only mean, None when it means none."""
    if re.fullmatch(r"[+-]?[0-9]+", text):
        return Class.lenient("sign-zeros-or-blanks"), str(int(text)) if len(text) < 400 else text.lstrip("+0")
    number = re.fullmatch(r"([+-]?[0-9]+)(?:\.(0*))?(?:e([0-9]{1,2}))?", text, re.ASCII | re.IGNORECASE)
    if number is not None:
        return Class.lenient("integer-as-fraction"), number[1].lstrip("+") + "0" * int(number[3] or 0)
    if re.fullmatch(r"[+-]?([0-9]*\.[0-9]*|[0-9.]+e[+-]?[0-9]+)", text, re.ASCII | re.IGNORECASE):
        return wrong_type("fraction", "integer"), None
    if re.fullmatch(r"[+-]?\d+(_\d+)*", text):
        return Class.lenient("other-digits"), str(int(text)) if len(text) < 400 else None
    return wrong_type("word", "integer"), None


def _content_type(request: Request, operation: Operation) -> Iterator[Part]:
    """Open when it is another: the document requires the header and does not say what becomes of another one (ruling
    29). Lenient when it is missing (ruling 44)."""
    if operation.request_media_type is None:
        return
    values = request.headers.all("Content-Type")
    if len(values) != 1:
        yield Part("content-type", Class.open("twice") if values else Class.lenient("missing"))
        return
    media_type, *rest = (part.strip().lower() for part in values[0].split(";"))
    charset = next((part.partition("=")[2].strip('"') for part in rest if part.startswith("charset=")), "utf-8")
    if media_type != operation.request_media_type:
        yield Part("content-type", OTHER_MEDIA_TYPE)
        yield from _older_pointers(request.body, operation)
    else:
        yield Part("content-type", VALID if charset in {"utf-8", "utf8"} else Class.open("other-charset"))


def _older_pointers(data: bytes, operation: Operation) -> Iterator[Part]:
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
