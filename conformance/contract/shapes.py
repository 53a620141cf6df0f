"""Schemas of rows, of bodies and of examples.

Rules
- Every member carries `x-source`, the lines of its rows.
- A member of an answer is promised, unless its row says that it is not always there, or only from a microversion on.
- What a row says of its values and the document's own example breaks binds nobody: it stands in `x-unbound`, from where
  the errata may take it back.
- A member of a request is required where its row says so; so is one that holds the only way in (a wrapper).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from conformance.document.constraints import allowed, said
from conformance.document.model import Example, Row
from conformance.document.nesting import BodyMember
from conformance.document.typewords import StatedType, stated_type
from conformance.model.jsonvalue import kind_of

__all__ = ["always_there", "body_schema", "examples_of", "row_schema", "schema_of", "source_of"]

_NOT_ALWAYS = re.compile(
    r"仅当|仅在|只有|可选(?!值|范围|项|的值)|才会?返回|时返回|时才|后才|可能不|不(?:再|会|予)?返回|如果有|若有|如果存在"
    r"|(?:如|若)[^。；;\n]{1,30}(?:则|才|就)(?:会)?(?:返回|出现|存在|有)|[仅只](?!读)[^。，,；;\n]{1,20}(?:可见|可用|可查|返回|出现|存在|提供)"
    r"|(?:没有|无|不存在|不包含|不包括|不含|不带|不出现|不显示)(?:该|此|这个|本)(?:个)?(?:字段|参数|属性|成员|项)|(?:字段|参数|属性|成员)(?:可能)?(?:不存在|不出现|缺失)"
    r"|(?<!不可)(?<!不能)(?<![不得可])省略(?!号)|最后一页(?:没有|无|不)|对[^。，,；;\n]{1,12}隐藏|需要?管理员权限|不再(?:支持|提供|可用|出现|包含)"
    r"|\d+\.\d+[^。；;\n]{0,12}(?:移除|删除|去除|取消)|\bonly (?:if|when|for|visible)\b|\boptional\b|\bomitted\b|\babsent\b|\bif \w+|\bwhen \w+",
    re.IGNORECASE,
)
"""Words of a member of an answer that is not in every answer."""
_LIMITS = (
    "enum",
    "format",
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
)
"""Keywords that say which values of its type a member has."""


def source_of(*rows: Row) -> list[list[int]]:
    """The lines of rows, as `x-source` has them."""
    return [[row.line, row.last_line] for row in rows]


def row_schema(row: Row) -> dict[str, Any]:
    """What a row says of its values, without what is below it."""
    return dict(said(row).keywords)


def body_schema(body: BodyMember, examples: Iterable[Example], *, answer: bool) -> dict[str, Any]:
    """The schema of a body that has these examples: an object, or a list where its rows say so."""
    schema = _object(body.members, answer=answer, alone=True)
    whole = {"type": "array", "items": schema} if body.listed else schema
    return _unbound(whole, [example.value for example in examples])


def _unbound(schema: dict[str, Any], values: list[Any]) -> dict[str, Any]:
    """The schema without the limits that one of these values breaks."""
    types = schema.get("type", [])
    kinds = {types} if isinstance(types, str) else {*types}
    kinds |= {"integer"} if "number" in kinds else set()
    own = [value for value in values if value is not None and (not kinds or kind_of(value) in kinds)]
    broken = {
        name: schema[name]
        for name in _LIMITS
        # A word in the place of an id is no id of any kind (contradiction `placeholder`).
        if name in schema and schema[name] != "uuid" and not all(allowed(value, {name: schema[name]}) for value in own)
    }
    result = {name: node for name, node in schema.items() if name not in broken}
    if broken:
        result["x-unbound"] = broken
    if isinstance(schema.get("properties"), Mapping):
        inside = [value for value in values if isinstance(value, Mapping)]
        result["properties"] = {
            name: _unbound(node, [value[name] for value in inside if name in value])
            for name, node in schema["properties"].items()
        }
    if isinstance(schema.get("items"), Mapping):
        result["items"] = _unbound(
            schema["items"], [one for value in values if isinstance(value, list) for one in value]
        )
    return result


def _object(members: tuple[BodyMember, ...], *, answer: bool, alone: bool = False) -> dict[str, Any]:
    named = [member for member in members if not member.stands_for_any]
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {member.name: _member(member, answer=answer) for member in named},
    }
    only = named[0] if alone and len(named) == 1 else None
    if answer:
        required = [member.name for member in named if _is_promised(member)]
    else:
        required = [member.name for member in named if _is_needed(member) or (member is only and _is_way_in(member))]
    if required:
        schema["required"] = required
    any_name = next((member for member in members if member.stands_for_any), None)
    if any_name is not None and not named:
        schema = {"type": "object", "additionalProperties": _member(any_name, answer=answer)}
    return schema


def _member(member: BodyMember, *, answer: bool) -> dict[str, Any]:
    row = member.row
    schema: dict[str, Any] = {}
    kind = StatedType()
    if row is not None:
        kind = stated_type(row.type)
        schema = {**row_schema(row), "x-source": source_of(*member.rows)}
    elif member.line is not None:
        schema = {"x-source": [[member.line, member.line]]}
    if not member.members:
        return schema | _items(kind.items)
    inside = _object(member.members, answer=answer)
    nullable = isinstance(schema.get("type"), list)
    # Whatever its row says of a value, what has members is an object, or a list of them.
    listed = kind.name == "array" or member.listed
    if kind.name not in {"array" if listed else "object", ""}:
        schema = {name: schema[name] for name in schema if name.startswith("x-")}
    if listed:
        return {**schema, "type": ["array", "null"] if nullable else "array", "items": inside}
    return {**schema, **inside, "type": ["object", "null"] if nullable else "object"}


def _items(kind: StatedType | None) -> dict[str, Any]:
    if kind is None or not kind.name:
        return {}
    inner: dict[str, Any] = {"type": [kind.name, "null"] if kind.nullable else kind.name}
    return {"items": inner | ({"format": kind.format} if kind.format else {}) | _items(kind.items)}


def _is_promised(member: BodyMember) -> bool:
    """Whether an answer always has it."""
    row = member.row
    if row is None:
        return member.line is not None or any(_is_promised(item) for item in member.members)
    return always_there(row)


def always_there(row: Row) -> bool:
    """Whether every answer has what a row of an answer describes."""
    return row.required is not False and row.since is None and _NOT_ALWAYS.search(row.description) is None


def _is_needed(member: BodyMember) -> bool:
    """Whether a request has to have it."""
    if member.row is None:
        return member.line is not None or any(_is_needed(item) for item in member.members)
    return bool(member.row.required)


def _is_way_in(member: BodyMember) -> bool:
    """Whether everything that can be sent is inside it."""
    return bool(member.members) and (member.row is None or member.row.required is not False)


def examples_of(examples: Iterable[Example]) -> dict[str, Any]:
    """Examples by name, with their lines and those of their members."""
    return {
        f"document{number or ''}": {
            "value": item.value,
            "x-source": [[item.first_line, item.last_line]],
            "x-lines": {pointer: line for pointer, line in item.lines.items() if pointer.count("/") == 1},
        }
        for number, item in enumerate(examples)
    }


def schema_of(value: Any) -> dict[str, Any]:
    """The narrowest simple schema of an example: types, members, all of them required."""
    match value:
        case dict():
            return {
                "type": "object",
                "properties": {name: schema_of(item) for name, item in value.items()},
                "required": list(value),
            }
        case list():
            return {"type": "array", **({"items": schema_of(value[0])} if value else {})}
        case bool():
            return {"type": "boolean"}
        case int():
            return {"type": "integer"}
        case float():
            return {"type": "number"}
        case None:
            return {"type": "null"}
        case _:
            return {"type": "string"}
