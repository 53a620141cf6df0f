"""Values in the shape of a schema: what a resource holds put into the form that an answer promises.

Rules
- What is held is shown where the schema allows it; what is not held is made, and made alike each time: of the id of
  the resource and of the place of the member.
- A value of the document's example is taken before one that is invented.
- Only members that the schema names are shown, all of them, unless it names none.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from conformance.model.contract import Schema
from conformance.services.generic.target.texts import text_like

__all__ = ["NOTHING", "Maker", "fits", "kind_of_schema", "strict", "validator", "wrapper_of"]

DEEPEST = 12
"""Levels of a schema that are followed: one that contains itself has no end."""


class _NotHeld:
    """What stands for a member that is not held."""


NOTHING: Any = _NotHeld()
MOMENTS = frozenset({"date-time", "date", "time"})


def validator(schema: Schema) -> jsonschema_rs.Draft202012Validator:
    """The validator of a schema, formats among it."""
    formats = {"uuid": _is_uuid, "uri-reference": lambda text: " " not in text}
    return jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True, formats=formats)


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


_validators: dict[int, tuple[Schema, jsonschema_rs.Draft202012Validator]] = {}


def fits(schema: Schema, value: Any) -> bool:
    """Whether a value keeps a schema."""
    known = _validators.get(id(schema))
    if known is None:
        known = _validators[id(schema)] = schema, validator(schema)
    return known[1].is_valid(value)


def strict(schema: Any) -> Any:
    """The schema in which an object has the members that are named and no others, unless it says which it may have."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    inner = {
        name: node if name in {"allOf", "enum", "const", "default"} else strict(node) for name, node in schema.items()
    }
    if isinstance(schema.get("properties"), Mapping):
        inner["properties"] = {name: strict(node) for name, node in schema["properties"].items()}
        if not schema.keys() & {
            "additionalProperties",
            "allOf",
            "oneOf",
            "anyOf",
            "patternProperties",
            "unevaluatedProperties",
        }:
            inner["additionalProperties"] = False
    return inner


def kind_of_schema(schema: Schema) -> str:
    """The JSON type of what a schema describes, not null where it may be anything else."""
    kinds = schema.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    found = next((kind for kind in kinds if kind != "null"), kinds[0] if kinds else "")
    if found:
        return str(found)
    if "properties" in schema or "additionalProperties" in schema:
        return "object"
    return "array" if "items" in schema else ""


def wrapper_of(schema: Schema | None) -> str:
    """The only member that a body has, when that is an object: what it says stands in there. Else nothing."""
    members = (schema or {}).get("properties", {})
    if len(members) == 1:
        ((name, node),) = members.items()
        if kind_of_schema(node) == "object":
            return str(name)
    return ""


@dataclass(frozen=True)
class Maker:
    """Puts values in the shape of schemas. `key` tells what is made apart from what others make, `stamp` is the time
    of a member by its name, `link` where an address leads."""

    key: str
    stamp: Callable[[str], str]
    link: str = "/"

    def shaped(self, schema: Schema, value: Any = NOTHING, example: Any = NOTHING, place: str = "") -> Any:
        """A value that keeps the schema: the one that is given as far as it does, else one that is made."""
        schema = _whole(schema)
        kind = kind_of_schema(schema)
        if place.count(".") > DEEPEST:
            return None
        if value is None and fits(schema, None):
            return None
        if kind == "object" and (isinstance(value, Mapping) or value is NOTHING):
            return self._object(schema, value, example, place)
        if kind == "array" and (isinstance(value, list) or value is NOTHING):
            return self._array(schema, value, example, place)
        if value is not NOTHING:
            for spelling in (value, str(value) if kind == "string" and isinstance(value, int | float) else value):
                if fits(schema, spelling):
                    return spelling
        return self._scalar(schema, kind, example, place)

    def _object(self, schema: Schema, value: Any, example: Any, place: str) -> Any:
        given: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        shown: Mapping[str, Any] = example if isinstance(example, Mapping) else {}
        known = schema.get("properties", {})
        made = {
            name: self.shaped(node, given.get(name, NOTHING), shown.get(name, NOTHING), f"{place}.{name}")
            for name, node in known.items()
        }
        further = schema.get("additionalProperties", not known)
        if further is not False:
            rule = further if isinstance(further, Mapping) else {}
            made |= {name: item for name, item in given.items() if name not in known and fits(rule, item)}
        return made

    def _array(self, schema: Schema, value: Any, example: Any, place: str) -> Any:
        node = schema.get("items", {})
        first = example[0] if isinstance(example, list) and example else NOTHING
        if isinstance(value, list):
            found = [self.shaped(node, item, first, f"{place}.{index}") for index, item in enumerate(value)]
            if fits(schema, found):
                return found
        count = max(1, schema.get("minItems", 0))
        if schema.get("maxItems", count) < count:
            count = schema["maxItems"]
        return [self.shaped(node, NOTHING, first, f"{place}.{index}") for index in range(count)]

    def _scalar(self, schema: Schema, kind: str, example: Any, place: str) -> Any:
        if "const" in schema:
            return schema["const"]
        name = place.rpartition(".")[2]
        named = schema.get("format", "")
        usable = example is not NOTHING and example is not None and named != "uuid" and named not in MOMENTS
        if usable and "uri" not in named and name not in {"href", "self"} and fits(schema, example):
            return example
        if "default" in schema and schema["default"] is not None and fits(schema, schema["default"]):
            return schema["default"]
        if schema.get("enum"):
            return next((item for item in schema["enum"] if item is not None), None)
        if kind in {"integer", "number"}:
            return _number(schema)
        if kind == "boolean":
            return False
        if kind == "null":
            return None
        return self._text(schema, named, name, place)

    def _text(self, schema: Schema, named: str, name: str, place: str) -> str:
        own = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.key}{place}"))
        texts = {
            "uuid": own,
            "date-time": self.stamp(name),
            "date": self.stamp(name)[:10],
            "time": self.stamp(name)[11:],
            "uri-reference": self.link,
            "uri": f"http://127.0.0.1{self.link}",
            "email": "someone@example.org",
            "ipv4": "192.0.2.1",
            "ipv6": "2001:db8::1",
            "hostname": "host.example.org",
            "byte": base64.b64encode(name.encode()).decode(),
        }
        if named in texts:
            return texts[named]
        if name in {"href", "self"}:
            return self.link
        if name == "id" or name.endswith("_id"):
            return text_like(schema, own)
        return text_like(schema, name if name and not name.isdecimal() else "text")


def _number(schema: Schema) -> float:
    """The number next to 1 that keeps the bounds."""
    least = max(schema.get("minimum", -(2**31)), schema.get("exclusiveMinimum", -(2**31)) + 1)
    most = min(schema.get("maximum", 2**31), schema.get("exclusiveMaximum", 2**31) - 1)
    value = max(least, min(most, 1))
    step = schema.get("multipleOf")
    if step:
        value = -(-value // step) * step
    return value if kind_of_schema(schema) == "number" else int(value)


_wholes: dict[int, tuple[Schema, Schema]] = {}


def _whole(schema: Schema) -> Schema:
    """The schema with its parts in one: all of `allOf`, the first of `oneOf` and `anyOf`."""
    if not schema.keys() & {"allOf", "oneOf", "anyOf"}:
        return schema
    known = _wholes.get(id(schema))
    if known is None:
        known = _wholes[id(schema)] = schema, _together(schema)
    return known[1]


def _together(schema: Schema) -> Schema:
    chosen = [*schema.get("allOf", ()), *schema.get("oneOf", ())[:1], *schema.get("anyOf", ())[:1]]
    whole: dict[str, Any] = {name: node for name, node in schema.items() if name not in {"allOf", "oneOf", "anyOf"}}
    for part in map(_whole, chosen):
        for name, node in part.items():
            if name == "properties":
                whole[name] = {**whole.get(name, {}), **node}
            elif name == "required":
                whole[name] = [*whole.get(name, ()), *node]
            else:
                whole.setdefault(name, node)
    return whole
