"""Where the examples of an operation and its tables disagree, at every level of its bodies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.document.constraints import allowed, said
from conformance.document.contradiction import Contradiction, at
from conformance.document.model import Example
from conformance.document.nesting import BodyMember
from conformance.document.spelling import near, plain
from conformance.model.jsonvalue import kind_of

__all__ = ["compared"]

_UUID = re.compile(r"[0-9a-f-]{36}")


@dataclass(frozen=True)
class _Exhibit:
    """A value of an example and the pointer to it."""

    example: Example
    pointer: str
    value: Any

    @property
    def line(self) -> int:
        return self.example.lines.get(self.pointer, self.example.first_line)

    def items(self) -> Iterator[_Exhibit]:
        """The value itself, or the items where it is a list."""
        if isinstance(self.value, list):
            for number, item in enumerate(self.value):
                yield from _Exhibit(self.example, f"{self.pointer}/{number}", item).items()
        else:
            yield self

    def members(self) -> Iterator[tuple[str, _Exhibit]]:
        if isinstance(self.value, Mapping):
            for name, item in self.value.items():
                escaped = str(name).replace("~", "~0").replace("/", "~1")
                yield str(name), _Exhibit(self.example, f"{self.pointer}/{escaped}", item)


def compared(body: BodyMember, examples: Iterable[Example], where: str, *, missing: bool) -> Iterator[Contradiction]:
    """Every difference between a body and its examples; with `missing` also members that are in no example."""
    shown = [example for example in examples if example.kind == "json"]
    for example in shown:
        if example.repaired:
            yield Contradiction(f"{example.first_line}-{example.last_line}", "broken example", example.repaired)
    if shown:
        yield from _level(body.members, [_Exhibit(example, "", example.value) for example in shown], "", where, missing)


def _level(
    members: tuple[BodyMember, ...], shown: Iterable[_Exhibit], prefix: str, where: str, missing: bool
) -> Iterator[Contradiction]:
    values: dict[str, list[_Exhibit]] = {}
    for whole in shown:
        for one in whole.items():
            for name, value in one.members():
                values.setdefault(name, []).append(value)
    if not values:
        return
    table = {member.name: member for member in members if not member.stands_for_any}
    others = {name: items for name, items in values.items() if name not in table or _nests(items)}
    nests: dict[str, None] = {}
    for name, member in table.items():
        if name in values:
            yield from _value(member, values[name], prefix, where)
            if member.members:
                yield from _level(member.members, values[name], f"{prefix}{name}.", where, missing)
        elif missing and member.row is not None:
            yield from _absent(member, others, nests, prefix, where)
    if any(member.stands_for_any for member in members):
        return
    for name, items in values.items():
        if name not in table and not any(near(name, known) or plain(name) == plain(known) for known in table):
            yield _in_no_table(items[0], prefix + name, where)
    for name in nests:
        inside = {inner: item for whole in values[name] for one in whole.items() for inner, item in one.members()}
        for inner_name, inner in inside.items():
            if inner_name not in table:
                yield _in_no_table(inner, f"{prefix}{name}.{inner_name}", where)


def _in_no_table(item: _Exhibit, name: str, where: str) -> Contradiction:
    return Contradiction(
        at(item.line), "in no table", f"the example of {where} shows {name}, the table does not", subject=name
    )


def _nests(items: Iterable[_Exhibit]) -> bool:
    """Whether a value has members, its own or those of its items."""
    return any(isinstance(one.value, Mapping) and one.value for item in items for one in item.items())


def _value(member: BodyMember, items: list[_Exhibit], prefix: str, where: str) -> Iterator[Contradiction]:
    row = member.row
    if row is None:
        return
    name = prefix + member.name
    keywords = said(row).keywords
    stated = keywords.get("type", [])
    types = {stated} if isinstance(stated, str) else {*stated}
    types |= {"integer"} if "number" in types else set()
    for item in items:
        kind = kind_of(item.value)
        lines = at(row.line, item.line)
        if kind == "null" and "null" not in types:
            text = f"{name} in {where} is {(row.type or '').lower()}, the example shows null"
            yield Contradiction(lines, "null", text, subject=name)
        elif types and kind not in {*types, "null"}:
            if member.members and kind in {"object", "array"}:
                continue
            text = f"{name} in {where} is {(row.type or '').lower()}, the example shows {kind}"
            yield Contradiction(lines, "type", text, subject=name)
        elif keywords.get("format") == "uuid" and not _UUID.fullmatch(str(item.value)):
            text = f"{name} in {where} is a UUID, the example shows none"
            yield Contradiction(lines, "placeholder", text, subject=name)
        elif "enum" in keywords and item.value not in keywords["enum"]:
            text = f"{name} in {where} has none of its values in the example"
            yield Contradiction(lines, "value", text, subject=name)
        elif not allowed(item.value, keywords):
            text = f"{name} in {where} has a value in the example that its row does not allow"
            yield Contradiction(lines, "value", text, subject=name)
        else:
            continue
        return  # once for each member


def _absent(
    member: BodyMember, others: Mapping[str, list[_Exhibit]], nests: dict[str, None], prefix: str, where: str
) -> Iterator[Contradiction]:
    row, name = member.row, prefix + member.name
    assert row is not None
    same = next((other for other, items in others.items() if near(member.name, other) and not _nests(items)), None)
    outer = next(
        (
            other
            for other, items in others.items()
            if other != member.name
            and any(member.name in dict(one.members()) for item in items for one in item.items())
        ),
        None,
    )
    if same is not None:
        text = f"the table of {where} writes {name}, the example {same}"
        yield Contradiction(at(row.line, others[same][0].line), "spelling", text, subject=name)
    elif outer is not None:
        nests[outer] = None
        text = f"{name} stands beside {outer} in the table and inside it in the example"
        yield Contradiction(at(row.line), "nesting", text, subject=name)
    else:
        yield Contradiction(at(row.line), "in no example", f"{name} of {where} is in no example", subject=name)
