"""The members of a body as a tree, from tables that write them one below the other.

Rules
- A dotted name is below the row that it extends; `[]` after a name says that it is a list.
- A row that is indented is below the nearest row above it that is indented less.
- A table with an owner describes the members of that row, wherever in the tree it is; where it is a structure that types
  name, those of each row of such a type.
- A name in brackets or a star (`<key>`) stands for any name.
- Where every example has all members inside one that no table has, they are inside it.
- Where a row is of a type that has members, no table describes these, and the examples show the rows below it inside it,
  they are its members.
- Where every example is a list, and the members are in its items, the body is a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.document.contradiction import Contradiction, at
from conformance.document.model import Example, Row, Table
from conformance.document.placing import alike
from conformance.document.spelling import plain
from conformance.document.typewords import stated_type

__all__ = ["BodyMember", "gathered", "listed", "nested", "unwrapped"]

DEEPEST = 64
"""Levels of members below each other that are read: more is no body that anybody sends."""
_MARK = re.compile(r"\[[^\]]*\]$")
_ANY = re.compile(r"\*|[<{].*[>}]")


@dataclass(frozen=True, slots=True)
class BodyMember:
    """A member, or the body itself (without a name), with what is below it.

    `rows` are the rows that say it, the first first; none where only what is below it is described. `listed` says that
    its members are those of the items of a list. `line` is where an example shows it, for one that no table has.
    """

    name: str
    rows: tuple[Row, ...] = ()
    members: tuple[BodyMember, ...] = ()
    listed: bool = False
    line: int | None = None

    @property
    def row(self) -> Row | None:
        """The row that is written."""
        return self.rows[0] if self.rows else None

    @property
    def stands_for_any(self) -> bool:
        """Whether its name stands for any name."""
        return _ANY.fullmatch(self.name) is not None

    def every(self, prefix: str = "") -> Iterator[tuple[str, BodyMember]]:
        """(dotted name, member) of all below it."""
        for item in self.members:
            yield prefix + item.name, item
            yield from item.every(f"{prefix}{item.name}.")


@dataclass
class _MembersKnown:
    """The members that were found so far, by their names and by the structures that their rows are of: each table asks for
    its owner, and there may be hundreds of both."""

    called: dict[str, list[_Node]] = field(default_factory=dict)
    typed: dict[str, list[_Node]] = field(default_factory=dict)


@dataclass
class _Node:
    """A member that is still being found."""

    name: str
    above: _Node | None = None
    known: _MembersKnown = field(default_factory=_MembersKnown)
    rows: list[Row] = field(default_factory=list)
    below: dict[str, _Node] = field(default_factory=dict)
    structures: set[str] = field(default_factory=set)
    listed: bool = False
    depth: int = 0

    def child(self, name: str) -> _Node:
        if name not in self.below:
            node = self.below[name] = _Node(name, self, self.known, depth=self.depth + 1)
            self.known.called.setdefault(plain(name), []).append(node)
        return self.below[name]

    def say(self, row: Row) -> None:
        """A row says this member."""
        self.rows.append(row)
        for structure in stated_type(row.type).structures:
            if self.above is not None and structure not in self.structures:
                self.known.typed.setdefault(structure, []).append(self)
            self.structures.add(structure)

    def names(self) -> list[str]:
        """The names from the body down to its own."""
        return [node.name for node in (*reversed([*self.around()]), self) if node.name]

    def is_of(self, structure: str) -> bool:
        """Whether a row of it is of the type of this structure."""
        return structure.lower() in self.structures

    def around(self) -> Iterator[_Node]:
        """What it stands in, the nearest first."""
        node = self.above
        while node is not None:
            yield node
            node = node.above

    def closed(self) -> BodyMember:
        return BodyMember(
            self.name, tuple(self.rows), tuple(item.closed() for item in self.below.values()), self.listed
        )


def nested(tables: Iterable[Table], examples: Iterable[Example] = ()) -> tuple[BodyMember, tuple[Contradiction, ...]]:
    """The body that the tables describe, and what they do not agree in. Only `examples` can show a member that a table
    describes and no row is: where none does, that table is left out."""
    shown = {name for item in examples if item.kind == "json" for name in _names_in(item.value)}
    root = _Node("")
    found: list[Contradiction] = []
    waiting = sorted(tables, key=lambda table: bool(table.owner))
    while waiting:
        # A table of a structure waits for the row that is of it, which another such table may have.
        table = next((item for item in waiting if not item.owner or _owners(root, item)), waiting[0])
        waiting.remove(table)
        owners = _owners(root, table) if table.owner else [root]
        for base in owners or _made(root, table, shown, found):
            if base.depth + _levels(table) <= DEEPEST:
                _fill(base, table)
            else:
                text = f"a table has members more than {DEEPEST} levels deep"
                found.append(Contradiction(at(table.line), "unplaced table", text, subject=table.owner))
    body = root.closed()
    found += (item for name, member in body.every() for item in _of_member(name, member))
    return body, tuple(found)


def _placed(above: _Node, written: str) -> _Node:
    """The node of a name as it is written, below another."""
    steps = list(_steps(written))
    known = above.names()
    # A dotted name may repeat what it is below.
    for length in range(min(len(known), len(steps) - 1), 0, -1):
        if [name for name, _ in steps[:length]] == known[-length:]:
            above.listed |= steps[length - 1][1]
            steps = steps[length:]
            break
    node = above
    for name, listed in steps:
        node = node.child(name) if name else node
        node.listed |= listed
    return node


def _steps(written: str) -> Iterator[tuple[str, bool]]:
    """(name, whether it is a list) of each part of a dotted name."""
    parts = [part for part in written.split(".") if part] or [written]
    for part in parts:
        name = part
        while _MARK.search(name):
            name = _MARK.sub("", name)
        yield name, name != part


def _fill(base: _Node, table: Table) -> None:
    """Put the rows of a table below the row that it describes."""
    stack: list[tuple[int, _Node]] = [(-1, base)]
    for row in table.rows:
        while stack[-1][0] >= row.depth:
            stack.pop()
        node = _placed(stack[-1][1], row.name)
        node.say(row)
        stack.append((row.depth, node))


def _levels(table: Table) -> int:
    """How many levels of members a table has below what it describes."""
    stack = [(-1, 0)]
    deepest = 0
    for row in table.rows:
        while stack[-1][0] >= row.depth:
            stack.pop()
        level = stack[-1][1] + len([*_steps(row.name)])
        stack.append((row.depth, level))
        deepest = max(deepest, level)
    return deepest


def _owners(root: _Node, table: Table) -> list[_Node]:
    """The rows whose members a table describes: one of this path or name, or all that are of this structure and do not
    stand in one that is."""
    names = [name for name, _ in _steps(table.owner)]
    node: _Node | None = root
    for name in names:
        node = node.below.get(name) if node is not None else None
    if node is not None and node is not root:
        return [node]
    typed = root.known.typed.get(table.owner.lower(), [])
    if typed:
        return [item for item in typed if not any(above.is_of(table.owner) for above in item.around())]
    same = _called(root, names[-1])
    return same if len(same) == 1 else []


def _called(root: _Node, name: str) -> list[_Node]:
    return root.known.called.get(plain(name), [])


def _made(root: _Node, table: Table, shown: set[str], found: list[Contradiction]) -> list[_Node]:
    """The member that a table describes and no row is, where an example shows it."""
    names = [name for name, _ in _steps(table.owner)]
    several = _called(root, names[-1])
    text = f"a table has the members of {table.owner}, which " + ("several rows are" if several else "no row is")
    seen = names[0] in shown and len(names) < DEEPEST
    kind = "no owner" if seen else "unplaced table"
    found.append(Contradiction(at(table.line), kind, text, subject=table.owner))
    return [_placed(root, table.owner)] if seen else []


def _of_member(name: str, member: BodyMember) -> Iterator[Contradiction]:
    rows = member.rows
    if any(not alike(rows[0], row) for row in rows[1:]):
        yield Contradiction(
            at(row.line for row in rows), "two rows", f"{name} has several rows, and they differ", "", name
        )
    if member.row is not None and member.members:
        kind = stated_type(member.row.type).name
        if kind not in {"object", "array", ""}:
            text = f"{name} is {member.row.type}, and has members"
            yield Contradiction(
                at(member.row.line, member.members[0].rows[0].line if member.members[0].rows else member.row.line),
                "members of a value",
                text,
                "",
                name,
            )


def unwrapped(body: BodyMember, examples: Iterable[Example]) -> tuple[BodyMember, tuple[Contradiction, ...]]:
    """The body with its members inside the one which every example has around them, where no table has that."""
    shown = [(example, example.value) for example in examples if example.kind == "json"]
    around = {_around(body, value) for _, value in shown}
    name = around.pop() if len(around) == 1 else None
    if name is None or body.listed:
        return body, ()
    example, value = shown[0]
    line = example.lines.get(f"/{name}", example.first_line)
    inner = BodyMember(name, (), body.members, isinstance(value[name], list), line)
    text = f"the example has the members of the table inside {name}, which the table does not have"
    return BodyMember("", (), (inner,)), (Contradiction(at(line), "wrapper", text, subject=name),)


def listed(body: BodyMember, examples: Iterable[Example]) -> tuple[BodyMember, tuple[Contradiction, ...]]:
    """The body as a list of what its table has where every example is one with these members; other lists are told."""
    shown = [example for example in examples if example.kind == "json"]
    lists = [example for example in shown if isinstance(example.value, list)]
    if body.listed or not body.members or not lists:
        return body, ()
    names = {item.name for item in body.members}
    line = at(example.first_line for example in lists)
    fits = any(names & _names_in(example.value) for example in lists)
    if len(lists) == len(shown) and (fits or any(item.stands_for_any for item in body.members)):
        text = "the example is a list, the table has the members of its items"
        return replace(body, listed=True), (Contradiction(line, "list around", text),)
    text = "the table has the members of an object, the example shows a list"
    return body, (Contradiction(line, "type", text),)


def gathered(body: BodyMember, examples: Iterable[Example]) -> tuple[BodyMember, tuple[Contradiction, ...]]:
    """The body with rows that stand beside a row of objects, and in every example inside it, where the examples have
    them."""
    given = [example for example in examples if example.kind == "json" and isinstance(example.value, Mapping)]
    shown, whole = [example.value for example in given], all(example.repaired is None for example in given)
    top = {name for value in shown for name in value}
    for number, outer in enumerate(body.members):
        if not shown or outer.members or any(outer.name not in value for value in shown):
            continue
        if not (_holds_objects(outer) or (whole and _holds_anything(outer))):
            continue
        inside = {name for value in shown for name in _names_in(value[outer.name])}
        below = [item for item in body.members[number + 1 :] if item.name not in top]
        if not below or 2 * sum(item.name in inside for item in below) < len(below):
            continue
        listed = any(isinstance(value[outer.name], list) for value in shown)
        filled = replace(outer, members=tuple(below), listed=outer.listed or listed)
        kept = tuple(filled if item is outer else item for item in body.members if item not in below)
        lines = at(item.row.line for item in below if item.row is not None)
        text = f"{len(below)} rows stand beside {outer.name} in the table and inside it in the example"
        found = Contradiction(lines, "beside its owner", text, subject=outer.name)
        return replace(body, members=kept), (found,)
    return body, ()


def _holds_objects(member: BodyMember) -> bool:
    kind = stated_type(member.row.type if member.row is not None else None)
    return kind.name == "object" or (kind.items is not None and kind.items.name == "object")


def _holds_anything(member: BodyMember) -> bool:
    """Whether it is a list of which no word says what it holds: what examples show decides, if none had to be mended."""
    kind = stated_type(member.row.type if member.row is not None else None)
    return kind.name == "array" and kind.items is None


def _around(body: BodyMember, value: Any) -> str | None:
    names = {item.name for item in body.members}
    if not names or not isinstance(value, Mapping) or names & value.keys():
        return None
    found = [
        name
        for name, inner in value.items()
        if name and "." not in name and 2 * len(names & _names_in(inner)) >= len(names)
    ]
    return found[0] if len(found) == 1 else None


def _names_in(value: Any) -> set[str]:
    if isinstance(value, list):
        return {name for item in value for name in (item if isinstance(item, Mapping) else ())}
    return set(value) if isinstance(value, Mapping) else set()
