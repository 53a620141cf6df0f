"""Which rule of a schema a value breaks, in the stable words of the partition."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from conformance.model.contract import Schema
from conformance.model.equivalence import Standing
from conformance.model.jsonvalue import FORMATS, kind_of

__all__ = ["VALID", "Class", "Standing", "broken", "left_open", "rule_of"]


Class = tuple[str, Standing]
VALID: Class = ("valid", Standing.VALID)


def broken(words: str) -> Class:
    """The class of what the contract forbids."""
    return words, Standing.BROKEN


def left_open(words: str) -> Class:
    """The class of what the contract does not decide."""
    return words, Standing.OPEN


def rule_of(schema: Schema, value: Any, *, nullable: bool = False) -> Class:
    """The class of a value under a schema. `nullable`: answers may hold null there, so null in a request is open."""
    wanted = schema.get("type")
    types = [wanted] if isinstance(wanted, str) else list(wanted or ())
    kind = kind_of(value)
    if types and not _has_type(types, value, kind):
        if value is None:
            return left_open("is null") if nullable else broken(f"is null instead of {_either(types)}")
        return broken(f"is {_finer(kind, value)} instead of {_either(types)}")
    if isinstance(value, float) and "integer" in types:
        words, standing = _number(schema, int(value))
        if standing is Standing.BROKEN:
            return ("is far out of range" if abs(value) >= 2**53 else words), standing
        return left_open("is an integer written as a fraction")
    if value is None:
        return "valid: null", Standing.VALID
    if "enum" in schema and value not in schema["enum"]:
        return broken(_outside(schema["enum"], value))
    if isinstance(value, str):
        return _text(schema, value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _number(schema, value)
    if isinstance(value, list):
        return _items(schema, value)
    return VALID


def _has_type(types: Sequence[str], value: Any, kind: str) -> bool:
    whole = isinstance(value, float) and value.is_integer()
    return kind in types or (kind == "integer" and "number" in types) or (whole and "integer" in types)


def _either(types: Sequence[str]) -> str:
    return " or ".join(sorted(types))


def _finer(kind: str, value: Any) -> str:
    """The JSON type, with the strings told apart that a lenient server converts."""
    if kind == "number":
        return "fraction"
    if isinstance(value, str):
        text = value.strip().lower()
        if not text:
            return "empty string"
        if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text):
            return "numeric string"
        return "string with a boolean word" if text in {"true", "false", "yes", "no", "on", "off"} else "string"
    if isinstance(value, list | dict) and not value:
        return f"empty {kind}"
    return kind


def _outside(enum: Sequence[Any], value: Any) -> str:
    text = str(value)
    words = [str(item) for item in enum]
    if not text:
        return "is empty"
    if text.strip() in words:
        return "is padded"
    if text.strip().lower() in [word.lower() for word in words]:
        return "is in another case than the enumeration"
    return "is not in the enumeration"


def _text(schema: Schema, value: str) -> Class:
    most = schema.get("maxLength")
    if most is not None and len(value) > most:
        return broken(f"is longer than {most}")
    named = schema.get("format")
    if isinstance(named, str) and named in FORMATS and not FORMATS[named](value):
        return broken(_unformatted(named, value))
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return broken("is empty" if not value else f"does not match {schema['pattern']}")
    if any(0xD800 <= ord(char) <= 0xDFFF for char in value):
        return left_open("has a lone surrogate")
    if "\0" in value:
        return left_open("has a NUL")
    if any(ord(char) > 0xFFFF for char in value):
        return left_open("has characters outside the BMP")
    if named == "uuid" and value != value.lower():
        return left_open("is a uuid in upper case")
    if "enum" in schema:
        return VALID
    if not value:
        return "valid: empty", Standing.VALID
    if len(value) == most:
        return "valid: boundary", Standing.VALID
    if not value.isprintable() or value != value.strip():
        return "valid: control or blank", Standing.VALID
    return VALID if value.isascii() else ("valid: beyond ASCII", Standing.VALID)


def _unformatted(named: str, value: str) -> str:
    if not value:
        return "is empty"
    if named != "uuid":
        return f"is not a {named}"
    holds = FORMATS["uuid"]
    if holds(value.strip()):
        return "is a uuid padded"
    if holds(value.removeprefix("urn:uuid:").strip("{}")):
        return "is a uuid decorated"
    digits = value.replace("-", "")
    if re.fullmatch(r"[0-9a-fA-F]{32}", digits):
        return "is a uuid without its hyphens"
    return "is not a uuid"


def _number(schema: Schema, value: int) -> Class:
    least, most = schema.get("minimum"), schema.get("maximum")
    far = "far " if abs(value) >= 2**63 else ""
    if least is not None and value < least:
        return broken(f"is {far}below the minimum")
    if most is not None and value > most:
        return broken(f"is {far}above the maximum")
    if far:
        return left_open("is beyond 64 bits")
    return ("valid: boundary", Standing.VALID) if value in {least, most} else VALID


def _items(schema: Schema, value: list[Any]) -> Class:
    node = schema.get("items", {})
    classes = [rule_of(node, item) for item in value]
    for standing in (Standing.BROKEN, Standing.OPEN):
        found = sorted(words for words, held in classes if held is standing)
        if found:
            return f"has an item that {found[0]}", standing
    most = schema.get("maxItems")
    if most is not None and len(value) > most:
        return broken(f"has more than {most} items")
    if schema.get("uniqueItems") and len({json.dumps(item, sort_keys=True) for item in value}) < len(value):
        return left_open(
            "has an item twice"
        )  # the rulings bound the number and the length of tags; a set may take one twice
    if not value:
        return "valid: empty", Standing.VALID
    if len(value) == most or any(words == "valid: boundary" for words, _ in classes):
        return "valid: boundary", Standing.VALID
    return ("valid: beyond ASCII", Standing.VALID) if any(words != "valid" for words, _ in classes) else VALID
