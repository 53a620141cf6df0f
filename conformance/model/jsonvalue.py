"""JSON values: read strictly, compared, and checked by JSON Schema 2020-12 with the contract's formats.

A place is dotted and without indices (`servers.id`), so that a promise can be found by it; a path has them
(`servers[3].id`).
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeAlias

import jsonschema_rs

from conformance.model.phrase import Phrase, Terms

__all__ = [
    "FORMATS",
    "JSON",
    "Unreadable",
    "Violation",
    "beginning",
    "can_be_sent",
    "equal",
    "in_utc",
    "kind_of",
    "moment",
    "read_json",
    "short",
    "valid",
    "violations",
]

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"


class Unreadable(ValueError):
    """A body is not what its reader needs: not UTF-8, or not JSON. `reason` says why."""

    def __init__(self, reason: Phrase) -> None:
        super().__init__(str(reason))
        self.reason = reason


MOST_LEVELS = 100
"""Arrays and objects within each other that a body may have; readers of JSON give up at some hundred (RFC 8259, 9)."""
_MOMENT = re.compile(r"\d{4}-?\d{2}-?\d{2}T\d{2}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_URI_REFERENCE = re.compile(r"[!#-;=?-\[\]_a-z~%]+", re.IGNORECASE)
_SENDABLE = re.compile(r"[^\x00-\x20\x7f\"<>\\^`{|}]*")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def read_json(data: bytes) -> JSON:
    """The JSON of a body, strictly (RFC 8259: UTF-8, no NaN, no half of a surrogate pair). Raises Unreadable."""

    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(Phrase.of("not-utf-8", byte=error.start)) from None
    try:
        value: JSON = json.loads(text) if text.startswith("\ufeff") else _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise Unreadable(Phrase.of("not-json", said=error.msg, line=error.lineno, column=error.colno)) from None
    except RecursionError:
        raise Unreadable(Phrase.of("nested-too-deeply")) from None
    except Unreadable:
        raise
    except ValueError:  # an integer with more digits than Python converts
        digits = max(map(len, re.findall(r"\d{1000,}", text)), default=0)
        most = sys.get_int_max_str_digits()
        raise Unreadable(Phrase.of("number-too-long", digits=digits, most=most)) from None
    if text.count("[") + text.count("{") > MOST_LEVELS and _too_deep(value):
        raise Unreadable(Phrase.of("nested-too-deeply"))
    if _SURROGATE.search(text):
        try:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            raise Unreadable(Phrase.of("half-a-surrogate-pair")) from None
        except RecursionError:
            raise Unreadable(Phrase.of("nested-too-deeply")) from None
    return value


def _refuse(token: str) -> JSON:
    raise Unreadable(Phrase.of("no-json-number", token=token))


def _too_deep(value: JSON) -> bool:
    """Whether more than MOST_LEVELS arrays and objects are within each other."""
    level: list[JSON] = [value]
    for _ in range(MOST_LEVELS):
        level = [
            part
            for whole in level
            for part in (whole.values() if isinstance(whole, dict) else whole if isinstance(whole, list) else ())
            if isinstance(part, dict | list)
        ]
    return bool(level)


def beginning(value: JSON, most: int) -> JSON:
    """The value with so many values in all of its arrays together, about; what is more of an array is left out. Objects
    stay whole."""
    left = most

    def cut(value: JSON) -> JSON:
        nonlocal left
        left -= 1
        if isinstance(value, dict):
            return {name: cut(part) for name, part in value.items()}
        if isinstance(value, list):
            return [cut(part) for part in value if left > 0]
        return value

    return cut(value)


def _finite(text: str) -> float:
    """A number with a fraction or an exponent; what is beyond a float (1e999) is refused, not taken as infinite."""
    value = float(text)
    if math.isinf(value):
        raise Unreadable(Phrase.of("number-too-large", token=text[:40]))
    return value


_DECODER = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)


@dataclass(frozen=True, slots=True)
class Violation:
    """One violation of a schema.

    `rule` is the keyword that is broken, "missing" for a required member; `terms` are what its words need (for `type`
    the kind that is there and the one wanted); `value` is what stands there, None when nothing does.
    """

    place: str
    path: str
    rule: str
    terms: Terms = ()
    value: Any = None


def moment(text: str) -> datetime | None:
    """An ISO 8601 date and time with an offset or Z, or None when the text is none."""
    if not _MOMENT.match(text):
        return None
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return None
    return value if value.tzinfo is not None else None


def in_utc(value: datetime, seconds: int = 0) -> str | None:
    """A moment, and so many seconds later, as a query names it: in UTC, whole seconds, with Z. None when no calendar
    has it."""
    try:
        return (value.astimezone(UTC) + timedelta(seconds=seconds)).isoformat()[:19] + "Z"
    except OverflowError:
        return None


def _is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


def _is_uri_reference(text: str) -> bool:
    return _URI_REFERENCE.fullmatch(text) is not None


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "date-time": lambda text: moment(text) is not None,
    "uuid": _is_uuid,
    "uri-reference": _is_uri_reference,
    "binary": lambda _text: True,
}
"""The formats that the contract uses. date-time is ISO 8601 and not only its RFC 3339 profile (document line 673)."""


def valid(schema: Mapping[str, Any], value: Any) -> bool:
    """Whether the value satisfies the schema."""
    return _validator(schema).is_valid(value)


def violations(schema: Mapping[str, Any], value: Any) -> Iterator[Violation]:
    """Every violation of the schema in the value."""
    validator = _validator(schema)
    for error in () if validator.is_valid(value) else validator.iter_errors(value):
        steps: list[str | int] = list(error.instance_path)
        kind: Any = error.kind
        if kind.name == "required":
            steps.append(str(kind.property))
        place = ".".join(step for step in steps if isinstance(step, str))
        yield Violation(place, _path(steps), *_rule(kind, error.instance))


def _rule(kind: Any, value: Any) -> tuple[str, Terms, Any]:
    if kind.name == "required":
        return "missing", (), None
    if kind.name == "type":
        wanted = " or ".join(sorted(str(item) for item in kind.types))
        return "type", (("is", kind_of(value)), ("wanted", wanted)), value
    if kind.name == "format":
        return "format", (("wanted", str(kind.format)),), value
    return "breaks", (("keyword", str(kind.name)),), value


_validators: dict[int, tuple[Mapping[str, Any], jsonschema_rs.Draft202012Validator]] = {}
"""Identity of a schema -> the schema, which so stays the one with this identity, and its validator. Schemas of a
contract are never changed, and to write one down to compare it takes longer than to check a value."""
MOST_VALIDATORS = 256


def _validator(schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
    known = _validators.get(id(schema))
    if known is None:
        if len(_validators) >= MOST_VALIDATORS:
            _validators.clear()
        known = _validators[id(schema)] = (schema, _compiled(json.dumps(schema, sort_keys=True)))
    return known[1]


@lru_cache(maxsize=128)
def _compiled(text: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(text), validate_formats=True, formats=dict(FORMATS))


def _path(steps: Sequence[str | int]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".")


def can_be_sent(uri: str) -> bool:
    """Whether a URI reference has none of the characters that no URI may hold (RFC 3986, 2); letters beyond ASCII pass,
    as in IRIs."""
    return _SENDABLE.fullmatch(uri) is not None


def kind_of(value: Any) -> str:
    """The JSON type of a value, in JSON's words."""
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}
    return "null" if value is None else names.get(type(value), "value")


def equal(due: Any, got: Any, *, unordered: bool = False) -> bool:
    """Whether a value is the one that is due. True is not 1, which Python takes for equal.

    With `unordered` lists are compared as sets: the order of items does not matter, nor an item that `due` repeats; one
    that only `got` repeats does.
    """
    if unordered and isinstance(due, list) and isinstance(got, list) and due != got:
        return sorted(set(map(repr, due))) == sorted(map(repr, got))
    return bool(due == got) and isinstance(due, bool) == isinstance(got, bool)


def short(value: Any) -> str:
    """The value as JSON writes it, what cannot be seen escaped, cut to 80 characters."""
    text = json.dumps(value, ensure_ascii=False, default=repr)
    if not text.isprintable():
        text = "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)
    return text if len(text) <= 80 else text[:77] + "..."
