"""The equivalence class of a value under a schema: the rule that it breaks, or how it is special among those that keep
every rule.

Rules
- A value that breaks several rules is of the class of the first that a reader would name: type, then enumeration,
  length, format.
- Open is what JSON leaves to the receiver, and what the rulings say nothing about.
- Lenient is another spelling of what can mean one thing only (ruling 44); `meant` says which.
- Where two values of a rule are known to meet different code in servers, they are two classes: a number just above the
  maximum and one beyond 64 bits, a word and a word of digits.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from conformance.model.contract import Schema
from conformance.model.equivalence import VALID, Class, Standing
from conformance.model.jsonvalue import FORMATS, kind_of

__all__ = ["bounds", "meant", "odd_text", "of_type", "rule_of", "wrong_type"]


_DIGITS_OF_A_UUID = re.compile(r"[0-9a-fA-F]{32}")


def rule_of(schema: Schema, value: Any, *, nullable: bool = False) -> Class:
    """The class of a value under a schema. `nullable`: answers may hold null there, so null in a request is open."""
    wanted = schema.get("type")
    types = [wanted] if isinstance(wanted, str) else list(wanted or ())
    if types and not _has_type(types, value):
        return Class.open("null") if value is None and nullable else of_type(types, value)
    if isinstance(value, float) and "integer" in types:
        if (held := _number(schema, int(value))).standing is Standing.BROKEN:
            return Class.broken("far-out-of-range") if abs(value) >= 2**53 else held
        return Class.open("integer-as-fraction")
    if value is None:
        return Class("null")
    if "enum" in schema and value not in schema["enum"]:
        return _outside(schema["enum"], value)
    if isinstance(value, str):
        return _text(schema, value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _number(schema, value)
    if isinstance(value, list):
        return _items(schema, value)
    return VALID


def of_type(wanted: Sequence[str], value: Any) -> Class:
    """The class of values of this one's type where other types are wanted; strings that a lenient server converts are
    apart."""
    return wrong_type(_finer(value), " or ".join(sorted(wanted)))


def wrong_type(found: str, wanted: str) -> Class:
    """The class of what is of one type where another is wanted: `wrong_type("numeric string", "integer")`."""
    return Class.broken("type", **{"is": found, "wanted": wanted})


def _has_type(types: Sequence[str], value: Any) -> bool:
    kind = kind_of(value)
    whole = isinstance(value, float) and value.is_integer()
    return kind in types or (kind == "integer" and "number" in types) or (whole and "integer" in types)


def _finer(value: Any) -> str:
    kind = kind_of(value)
    if kind == "number":
        return "fraction"
    if isinstance(value, str):
        text = value.strip().lower()
        if not text:
            return "empty string"
        if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text):
            return "numeric string"
        return "boolean word" if text in {"true", "false", "yes", "no", "on", "off"} else "string"
    return f"empty {kind}" if isinstance(value, list | dict) and not value else kind


def _outside(enum: Sequence[Any], value: Any) -> Class:
    text = str(value)
    words = [str(item) for item in enum]
    if not text:
        return Class.broken("empty")
    if text.strip() in words:
        return Class.lenient("padded")
    if text.strip().lower() in [word.lower() for word in words]:
        return Class.lenient("other-case")
    return Class.broken("not-in-enumeration")


def _text(schema: Schema, value: str) -> Class:
    most, named = schema.get("maxLength"), schema.get("format")
    if most is not None and len(value) > most:
        return Class.broken("longer-than", most=most)
    least = schema.get("minLength", 0)
    if len(value) < least and value:
        return Class.broken("shorter-than", least=least)
    if len(value) < least:
        return Class.broken("empty")
    if isinstance(named, str) and named in FORMATS and not FORMATS[named](value):
        return _unformatted(named, value)
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return Class.broken("pattern", wanted=schema["pattern"]) if value else Class.broken("empty")
    if (odd := odd_text(value)) is not None:
        return odd
    if named == "uuid" and value != value.lower():
        return Class.open("upper-case-uuid")
    if "enum" in schema:
        return VALID
    if not value:
        return Class("empty")
    if len(value) in {least, most}:
        return Class("boundary")
    if not value.isprintable() or value != value.strip():
        return Class("control-or-blank")
    return VALID if value.isascii() else Class("beyond-ascii")


def odd_text(value: str) -> Class | None:
    """The class of a text that servers have trouble to decode or to store, whatever it stands for; None of any other."""
    if value.isascii():
        return Class.open("nul") if "\0" in value else None
    if any(0xD800 <= ord(char) <= 0xDFFF for char in value):
        return Class.open("lone-surrogate")
    if "\0" in value:
        return Class.open("nul")
    return Class.open("beyond-bmp") if any(ord(char) > 0xFFFF for char in value) else None


def _unformatted(named: str, value: str) -> Class:
    if not value:
        return Class.broken("empty")
    holds = FORMATS["uuid"]
    if named == "uuid":
        if holds(value.strip()):
            return Class.lenient("padded")
        if holds(_undecorated(value)):
            return Class.lenient("decorated-uuid")
        if _DIGITS_OF_A_UUID.fullmatch(value.replace("-", "")):
            return Class.lenient("uuid-without-hyphens")
    return Class.broken("format", wanted=named)


def _undecorated(value: str) -> str:
    """A UUID without braces around it, and without the prefix of a URN (RFC 9562, 4)."""
    return value.removeprefix("urn:uuid:").strip("{}")


def meant(schema: Schema, value: Any) -> Any:
    """What a value of a lenient class means: the word of the enumeration, or the UUID in its usual form. Any other value
    means itself."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if "enum" in schema:
        return next((word for word in schema["enum"] if str(word).lower() == text.lower()), value)
    if schema.get("format") != "uuid":
        return value
    digits = _undecorated(text).replace("-", "").lower()
    if not _DIGITS_OF_A_UUID.fullmatch(digits):
        return value
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def bounds(schema: Schema) -> tuple[int | None, int | None]:
    """The least and the greatest integer that a schema allows, None where there is none."""
    least = [math.ceil(schema["minimum"])] if "minimum" in schema else []
    most = [math.floor(schema["maximum"])] if "maximum" in schema else []
    least += [math.floor(schema["exclusiveMinimum"]) + 1] if "exclusiveMinimum" in schema else []
    most += [math.ceil(schema["exclusiveMaximum"]) - 1] if "exclusiveMaximum" in schema else []
    return max(least, default=None), min(most, default=None)


def _number(schema: Schema, value: int) -> Class:
    least, most = bounds(schema)
    far = "far-" if abs(value) >= 2**63 else ""
    if least is not None and value < least:
        return Class.broken(f"{far}below-minimum")
    if most is not None and value > most:
        return Class.broken(f"{far}above-maximum")
    if far:
        return Class.open("beyond-64-bits")
    return Class("boundary") if value in {least, most} else VALID


def _items(schema: Schema, value: list[Any]) -> Class:
    held = [rule_of(schema.get("items", {}), item) for item in value]
    for standing in (Standing.BROKEN, Standing.LENIENT, Standing.OPEN):
        found = sorted((item for item in held if item.standing is standing), key=lambda item: item.order)
        if found:
            return replace(found[0], item=True)
    most = schema.get("maxItems")
    if most is not None and len(value) > most:
        return Class.broken("more-items-than", most=most)
    least = schema.get("minItems", 0)
    if len(value) < least:
        return Class.broken("fewer-items-than", least=least)
    # The rulings bound the number and the length of the items; a service that keeps a set may take one twice.
    if schema.get("uniqueItems") and len({json.dumps(item, sort_keys=True) for item in value}) < len(value):
        return Class.open("item-twice")
    if not value:
        return Class("empty")
    if len(value) == most or any(item.rule == "boundary" for item in held):
        return Class("boundary")
    return Class("beyond-ascii") if any(item != VALID for item in held) else VALID
