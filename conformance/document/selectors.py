"""Operations that share method and path and are told apart by the value of a parameter or member (`POST /?Action=X`).

OpenAPI has one operation for a method and a path, and such a value is no key of a body: what is said of one of them would
be promised of all. So none of them is written.

Rules
- The value is that which the address or every example has behind a name for an action, or the only one that the words of a
  row allow.
- Below an address without a noun such an operation is none of a resource, be it alone; below any other the values of one
  name have to differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from conformance.document.contradiction import Contradiction, at
from conformance.document.model import ApiOperation, Position, Row
from conformance.document.nouns import nouns

__all__ = ["told_by_a_value"]

_ACTS = frozenset({"action", "op", "operation", "cmd", "command", "method"})
"""Names in small letters behind which the name of an operation stands."""
_QUERY = re.compile(r"[?&](?P<name>[A-Za-z_]\w*)=(?P<value>[A-Za-z][\w.-]*)(?=[&\s]|$)", re.ASCII)
_ONLY = re.compile(
    r"(?:取值范围|取值|固定值?|恒|必须|只能|(?<![认省大小始])值)\s*(?:固定)?(?:为|是|[:：])+\s*[\"“'‘`]?(?P<value>[A-Za-z][\w.-]*)[\"”'’`]?\s*(?=[。；;，,\n]|\.(?:\s|$)|$)"
    r"|\b(?:always|must be|fixed to|set to|value:)\s*[\"'`]?(?P<value2>[A-Za-z][\w.-]*?)[\"'`]?(?=[,;\n]|\.?(?:\s*$|\s[A-Z]))",
    re.ASCII | re.IGNORECASE,
)
"""The words of a row that allow one value."""


def told_by_a_value(
    operations: Sequence[ApiOperation], path: str, lines: Mapping[int, str]
) -> tuple[tuple[ApiOperation, Contradiction], ...]:
    """Those of the operations on one method and path that a value tells apart, each with what is said of it; `lines` are
    those of the document."""
    given = [dict(_values(item, lines)) for item in operations]
    names = {name for values in given for name in values}
    telling = {name for name in names if len({values[name] for values in given if name in values}) > 1}
    if not nouns(path):
        telling |= {name for name in names if name in _ACTS}
    found = []
    for item, values in zip(operations, given, strict=True):
        name = next((name for name in values if name in telling), None)
        if name is not None:
            text = f"{item.method.upper()} {path} is told from others by {values[name]}"
            value = values[name].partition("=")[2]
            found.append((item, Contradiction(at(item.uri_line), "told by a value", text, subject=value)))
    return tuple(found)


def _values(operation: ApiOperation, lines: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    """(name in small letters, name=value) of what can have one value in a request of the operation."""
    yield from _same([_query(lines.get(operation.uri_line, ""))])
    shown = [_query(item.text) for item in operation.request_examples if item.kind != "json"]
    bodies = [item.value for item in operation.request_examples if item.kind == "json"]
    yield from _same(shown)
    yield from _same([_acts(body) if isinstance(body, dict) else {} for body in bodies])
    for row in _tops(operation):
        value = _only(row)
        if value:
            yield row.name.lower(), f"{row.name}={value}"


def _query(text: str) -> dict[str, str]:
    return _acts({match["name"]: match["value"] for match in _QUERY.finditer(text)})


def _acts(values: Mapping[str, object]) -> dict[str, str]:
    return {
        name.lower(): f"{name}={value}"
        for name, value in values.items()
        if name.lower() in _ACTS and isinstance(value, str)
    }


def _same(each: Sequence[Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """What all of them have, with one value."""
    for name, value in each[0].items() if each else ():
        if all(other.get(name) == value for other in each):
            yield name, value


def _tops(operation: ApiOperation) -> Iterator[Row]:
    """The rows of a request that are none of its path, and stand in no other row."""
    for table in operation.request_tables:
        for row in table.rows:
            if (row.place or table.place) is not Position.PATH and row.depth == 0 and not table.owner:
                yield row


def _only(row: Row) -> str:
    """The only value that a row allows, by its words, or where it is one for an action by its example."""
    for text in (row.constraint or "", row.description):
        match = _ONLY.search(text)
        if match is not None:
            return match["value"] or match["value2"]
    word = (row.example or "").strip().strip('"“”')
    return word if row.name.lower() in _ACTS and re.fullmatch(r"[A-Za-z][\w.-]*", word, re.ASCII) else ""
