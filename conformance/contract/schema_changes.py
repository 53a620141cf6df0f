"""How one JSON Schema differs from another, and whether that narrows or widens what it allows.

Rules
- Narrower means that some value was allowed and is not; wider that some value is allowed and was not. Both is
  `changed`.
- Every keyword is looked at: one that no rule knows is told as `schema-changed`, never passed over.
- Prose (title, description, examples) and what begins with `x-` say nothing about values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["SchemaChange", "schema_changes"]

_PROSE = frozenset({"title", "description", "examples", "example", "default", "deprecated", "$comment"})
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_ALL_TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """One difference at one place such as `servers[].id` ("" for the whole).

    `kind` is one of member-removed, member-added, required-member-removed, required-member-added,
    member-became-required, member-became-optional, became-nullable, no-longer-nullable, type-narrowed, type-widened,
    type-changed, enum-value-added, enum-value-removed, limit-narrowed, limit-widened, format-changed, closed, opened,
    schema-changed.
    """

    place: str
    kind: str
    before: str
    after: str
    old: Any = None
    new: Any = None


def schema_changes(old: Any, new: Any, place: str = "") -> Iterator[SchemaChange]:
    """Every difference between two schemas, members in the order of their names."""
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        if old != new:
            yield SchemaChange(place, "schema-changed", _shown(old), _shown(new), old, new)
        return
    one, other = _plain(old), _plain(new)
    yield from _types(one, other, place)
    yield from _enum(one, other, place)
    yield from _limits(one, other, place)
    yield from _openness(one, other, place)
    yield from _members(one, other, place)
    if "items" in one and "items" in other:
        yield from schema_changes(one["items"], other["items"], f"{place}[]")
    elif ("items" in one) != ("items" in other):
        kind = "limit-narrowed" if "items" in other else "limit-widened"
        yield SchemaChange(
            f"{place}[]",
            kind,
            _shown(one.get("items", "anything")),
            _shown(other.get("items", "anything")),
            one.get("items"),
            other.get("items"),
        )
    known = {
        "type",
        "enum",
        "const",
        *_LOWER,
        *_UPPER,
        "uniqueItems",
        "format",
        "pattern",
        "additionalProperties",
        "properties",
        "required",
        "items",
    }
    for key in sorted({*one, *other} - known):
        if one.get(key) != other.get(key):
            yield SchemaChange(
                place, "schema-changed", f"{key} {_shown(one.get(key))}", f"{key} {_shown(other.get(key))}"
            )


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if not key.startswith("x-") and key not in _PROSE}


def _set_of_types(schema: Mapping[str, Any]) -> frozenset[str]:
    stated = schema.get("type")
    if stated is None:
        return _ALL_TYPES
    return frozenset([stated] if isinstance(stated, str) else stated)


def _types(old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[SchemaChange]:
    one, other = _set_of_types(old), _set_of_types(new)
    # Every integer is a number (JSON Schema 2020-12, 6.1.1).
    lost = {item for item in one - other if not (item == "integer" and "number" in other)}
    added = {item for item in other - one if not (item == "integer" and "number" in one)}
    said = tuple("any type" if item == _ALL_TYPES else " or ".join(sorted(item)) for item in (one, other))
    if added == {"null"} and not lost:
        yield SchemaChange(place, "became-nullable", *said)
    elif lost == {"null"} and not added:
        yield SchemaChange(place, "no-longer-nullable", *said)
    elif lost and added:
        yield SchemaChange(place, "type-changed", *said)
    elif lost or ("number" in one and "number" not in other):
        yield SchemaChange(place, "type-narrowed", *said)
    elif added:
        yield SchemaChange(place, "type-widened", *said)


def _enum(old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[SchemaChange]:
    one, other = (schema.get("enum", [schema["const"]] if "const" in schema else None) for schema in (old, new))
    if one is None and other is None:
        return
    if one is None or other is None:
        kind = "limit-narrowed" if one is None else "limit-widened"
        yield SchemaChange(place, kind, _values(one), _values(other))
        return
    lost, added = ([item for item in first if not _in(item, second)] for first, second in ((one, other), (other, one)))
    # null stands in the enum of a nullable member; that is told as nullability.
    if "null" not in _set_of_types(old) or "null" not in _set_of_types(new):
        lost, added = ([item for item in side if item is not None] for side in (lost, added))
    if lost:
        yield SchemaChange(place, "enum-value-removed", _values(lost), "not allowed")
    if added:
        yield SchemaChange(place, "enum-value-added", "not allowed", _values(added))


def _in(value: Any, values: list[Any]) -> bool:
    """JSON's equality: true is not 1."""
    return any(item == value and isinstance(item, bool) == isinstance(value, bool) for item in values)


def _values(values: list[Any] | None) -> str:
    return "any value" if values is None else ", ".join("null" if item is None else str(item) for item in values)


def _limits(old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[SchemaChange]:
    for key in (*_LOWER, *_UPPER):
        one, other = old.get(key), new.get(key)
        if one == other:
            continue
        tighter = one is not None and other is not None and (other > one if key in _LOWER else other < one)
        narrower = one is None or tighter
        yield SchemaChange(
            place, "limit-narrowed" if narrower else "limit-widened", f"{key} {_shown(one)}", f"{key} {_shown(other)}"
        )
    if bool(old.get("uniqueItems")) != bool(new.get("uniqueItems")):
        kind = "limit-narrowed" if new.get("uniqueItems") else "limit-widened"
        yield SchemaChange(
            place,
            kind,
            f"uniqueItems {_shown(old.get('uniqueItems'))}",
            f"uniqueItems {_shown(new.get('uniqueItems'))}",
        )
    for key in ("format", "pattern"):
        one, other = old.get(key), new.get(key)
        if one != other:
            kind = "limit-narrowed" if one is None else "limit-widened" if other is None else "format-changed"
            yield SchemaChange(place, kind, f"{key} {_shown(one)}", f"{key} {_shown(other)}")


def _openness(old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[SchemaChange]:
    one, other = old.get("additionalProperties", True), new.get("additionalProperties", True)
    if one == other:
        return
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        yield from schema_changes(one, other, f"{place}.*" if place else "*")
    elif other is False or one is True:
        yield SchemaChange(
            place, "closed", f"additionalProperties {_shown(one)}", f"additionalProperties {_shown(other)}"
        )
    else:
        yield SchemaChange(
            place, "opened", f"additionalProperties {_shown(one)}", f"additionalProperties {_shown(other)}"
        )


def _members(old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[SchemaChange]:
    one, other = old.get("properties", {}), new.get("properties", {})
    needed, wanted = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted({*one, *other, *needed, *wanted}):
        inner = f"{place}.{name}" if place else name
        first, second = one.get(name), other.get(name)
        was, now = name in one or name in needed, name in other or name in wanted
        if was and not now:
            yield SchemaChange(
                inner,
                "required-member-removed" if name in needed else "member-removed",
                _shown(first),
                "absent",
                first,
                None,
            )
        elif now and not was:
            yield SchemaChange(
                inner,
                "required-member-added" if name in wanted else "member-added",
                "absent",
                _shown(second),
                None,
                second,
            )
        else:
            if (name in needed) != (name in wanted):
                kind, said = (
                    ("member-became-required", ("optional", "required"))
                    if name in wanted
                    else ("member-became-optional", ("required", "optional"))
                )
                yield SchemaChange(inner, kind, *said, first, second)
            yield from schema_changes({} if first is None else first, {} if second is None else second, inner)


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        stated = value.get("type", "any type")
        return stated if isinstance(stated, str) else " or ".join(map(str, stated))
    text = "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 80 else text[:77] + "..."
