"""Aims of changing a resource by a JSON Patch (RFC 6902): operations whose values know the schema of the member at
their path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.generate.bodies import broken_bodies, odd_bodies
from conformance.generate.draft import NAME, Aim, Draft, encoded
from conformance.generate.values import (
    ASTRAL,
    MOST_TEXT,
    broken_values,
    kinds,
    members_of_type,
    number_in,
    other_spellings,
    sample,
    text,
    valid_values,
)
from conformance.judge.members import FURTHER, kept_members, member_schema, nullable, sent_schema
from conformance.judge.rules import of_type
from conformance.model import requirement_id
from conformance.model.contract import Contract, Resource, Schema
from conformance.model.equivalence import VALID, Class
from conformance.model.marks import OWN_PROPERTY, Marks

__all__ = ["change", "change_aims", "plain_change"]

OPS = ("replace", "add")
"""The operations that set a value."""
OWN = f"{OWN_PROPERTY}p"


def change(name: str, value: Any, op: str = "replace") -> dict[str, Any]:
    """One operation on a member, its name escaped (RFC 6901)."""
    return {"op": op, "path": "/" + name.replace("~", "~0").replace("/", "~1"), "value": value}


def plain_change(contract: Contract, resource: Resource, number: int, *, first: bool = False) -> dict[str, Any]:
    """One operation that the contract allows: it sets the last integer member (or the first) to a number, else a
    further one."""
    schema = sent_schema(contract, resource)
    members = members_of_type(schema, "integer")
    if not members:
        return change(OWN, str(number), "add")
    name = members[0 if first else -1]
    return change(name, number_in(schema["properties"][name], number))


def _patch(*operations: Any, members: Mapping[str, Any] | None = None) -> Draft:
    return Draft(encoded(list(operations)), members=members or {})


def _replaced(name: str, value: Any) -> Draft:
    return _patch(change(name, value))


def change_aims(contract: Contract, resource: Resource, marks: Marks) -> Iterator[Aim]:
    """The aims of the operation that changes; none when the contract has no such operation, or one that takes no JSON
    Patch."""
    operation = contract.operations.get(resource.change or "")
    if operation is None or (operation.request_schema or {}).get("type") != "array":
        return
    drawn = _Changes(contract, resource, marks)
    whole = requirement_id.request(operation.id)

    def home(name: str) -> str:
        return name if name in contract.requirements else whole

    stored = home(requirement_id.stated(operation.id, "stored"))
    homes = {name: home(requirement_id.body(operation.id, name)) for name in ("op", "path", "value")}

    def aims(requirement: str, rows: Iterator[DraftRow]) -> Iterator[Aim]:
        return (Aim(operation.id, requirement, place, held, drafts) for place, held, drafts in rows)

    yield from aims(stored, drawn.allowed())
    yield from aims(homes["value"], drawn.forbidden_values())
    for place, astral, odd in drawn.texts():
        yield Aim(operation.id, stored, place, Class.open("beyond-bmp"), astral, may_refuse=True)
        yield from aims(homes["value"], odd)
    yield from aims(homes["value"], drawn.kept())
    yield from aims(homes["op"], drawn.forbidden_ops())
    yield from aims(homes["path"], drawn.forbidden_paths())
    for name in ("op", "path", "value"):
        yield from aims(homes[name], drawn.without(name))
    for op in ("replace", "remove"):
        absent = {"op": op, "path": f"/{OWN_PROPERTY}absent", **({"value": "x"} if op == "replace" else {})}
        found = home(requirement_id.stated(operation.id, "operation", op))
        held = Class.broken("leads-to-nothing", op=op)
        yield Aim(operation.id, found, "path", held, drawn.leads(st.just(absent)), by_state=True)
    yield from aims(whole, drawn.forbidden_bodies())
    yield from aims(whole, odd_bodies([drawn.plain(1)], operation, contract))
    yield from aims(homes["path"], drawn.open_paths())
    yield from aims(whole, drawn.open_bodies())


DraftRow = tuple[str, Class, SearchStrategy[Draft]]
"""Place, class and drafts."""


@dataclass(frozen=True, slots=True)
class _Changes:
    """Where changes of a resource are drawn from."""

    contract: Contract
    resource: Resource
    marks: Marks

    @property
    def members(self) -> Mapping[str, Schema]:
        """The documented members that a change may set."""
        nodes = sent_schema(self.contract, self.resource).get("properties", {})
        return {name: node for name, node in nodes.items() if name != self.resource.id}

    @property
    def further(self) -> Schema | None:
        """The schema of further properties, None when the contract has none."""
        return member_schema(self.contract, self.resource, OWN)

    def plain(self, number: int, *, first: bool = False) -> dict[str, Any]:
        return plain_change(self.contract, self.resource, number, first=first)

    def leads(self, items: SearchStrategy[Any]) -> SearchStrategy[Draft]:
        """The operation alone, or after a valid one: a list that is refused must not be applied in part."""
        before = self.plain(7, first=True)
        return st.builds(lambda item, led: _patch(before, item) if led else _patch(item), items, st.booleans())

    def values(self, name: str, node: Schema) -> SearchStrategy[Any]:
        """Values of a member; a changed name keeps the mark of the run at its start."""
        if name == self.marks.name:
            return text(MOST_TEXT).map(lambda suffix: NAME + suffix)
        return valid_values(self.marks.sendable(name, node))

    def allowed(self) -> Iterator[DraftRow]:
        for name, node in self.members.items():
            drafts = st.builds(
                lambda value, op, name=name: _patch(change(name, value, op), members={name: value}),
                self.values(name, node),
                st.sampled_from(OPS),
            )
            yield f"/{name}", VALID, drafts
        yield "operations together", VALID, self._several()

    def forbidden_values(self) -> Iterator[DraftRow]:
        ops = st.sampled_from(OPS)
        for name, node in self.members.items():
            may_be_null = nullable(self.contract, self.resource.create, name)
            for held, values in broken_values(self.marks.sendable(name, node), nullable=may_be_null):
                items = st.builds(lambda value, op, name=name: change(name, value, op), values, ops)
                yield f"/{name}", held, self.leads(items)
            for held, values in other_spellings(self.marks.sendable(name, node)):
                drafts = st.builds(
                    lambda value, op, name=name: _patch(change(name, value, op), members={name: value}), values, ops
                )
                yield f"/{name}", held, drafts
        for held, values in broken_values(self.further or {}):
            yield f"/{FURTHER}", held, self.leads(values.map(lambda value: change(OWN, value, "add")))
        if self.further is not None:
            yield f"/{FURTHER}", Class.open("null"), st.just(_patch(change(OWN, None, "add")))
            long = st.just(_patch(change(OWN, "x" * (MOST_TEXT + 300), "add")))
            yield f"/{FURTHER}", Class.open("longer-than", most=255), long

    def texts(self) -> Iterator[tuple[str, SearchStrategy[Draft], Iterator[DraftRow]]]:
        """The places that hold any text: changes beyond the Basic Multilingual Plane, and what is open."""
        astral = st.text(ASTRAL, min_size=1, max_size=8)
        if self.further is not None:
            drafts = astral.map(lambda value: _patch(change(OWN, value, "add"), members={OWN: value}))
            yield f"/{FURTHER}", drafts, _odd_texts(f"/{FURTHER}", OWN)
        name = self.marks.name
        drafts = astral.map(lambda value: _patch(change(name, NAME + value, "add"), members={name: NAME + value}))
        yield f"/{name}", drafts, _odd_texts(f"/{name}", name)

    def kept(self) -> Iterator[DraftRow]:
        for name in (self.resource.id, *kept_members(self.contract, self.resource)):
            if name not in self.marks.never_set:
                values = st.sampled_from(["x", 7, None])
                drafts = values.map(partial(_replaced, name))
                yield f"/{name}", Class.open("kept-by-service"), drafts

    def forbidden_ops(self) -> Iterator[DraftRow]:
        node = self._node["op"]
        whole = self.plain(5)
        for held, values in broken_values(node):
            yield "op", held, self.leads(values.map(lambda value: {**whole, "op": value}))
        for held, values in other_spellings(node):
            yield "op", held, self.leads(values.map(lambda value: {**whole, "op": value}))
        source, path = self.plain(0)["path"], self.plain(0, first=True)["path"]
        foreign = st.sampled_from(sorted({"move", "copy", "test"} - set(node.get("enum", ()))))
        items = foreign.map(lambda op: {"op": op, "from": source, "path": path, "value": 0})
        yield "op", Class.broken("not-in-enumeration"), self.leads(items)

    def forbidden_paths(self) -> Iterator[DraftRow]:
        name = self.marks.name
        pointers = [name, self.plain(0)["path"][1:] + "/", f"~1{name}", f" /{name}", f"#/{name}", f"\\{name}"]
        rows: list[tuple[Class, SearchStrategy[Any]]] = [
            *broken_values({"type": "string"}),
            (Class.broken("empty"), st.just("")),
            (Class.broken("no-leading-slash"), st.sampled_from(pointers)),
            (Class.broken("bad-escape"), st.sampled_from(["/a~2b", "/a~", "/~", f"/{name}~ram"])),
        ]
        for held, paths in rows:
            items = st.builds(lambda path, op: {"op": op, "path": path, "value": "x"}, paths, st.sampled_from(OPS))
            yield "path", held, self.leads(items)

    def without(self, member: str) -> Iterator[DraftRow]:
        """Operations that lack one of their members."""
        items = [{key: value for key, value in {**self.plain(5), "op": op}.items() if key != member} for op in OPS]
        yield member, Class.broken("missing"), self.leads(st.sampled_from(items))

    def forbidden_bodies(self) -> Iterator[DraftRow]:
        for kind, values in kinds().items():
            if "object" not in kind:
                yield "body", replace(of_type(["object"], sample(kind)), item=True), self.leads(values)
        good = [self.plain(1)]
        lists = members_of_type({"properties": self.members}, "array")
        around = encoded([change((lists or (self.marks.name,))[0], "%s")]).replace(b'"%s"', b"%s")
        yield from (("body", held, drafts) for held, drafts in broken_bodies(good, "array", around))

    def open_paths(self) -> Iterator[DraftRow]:
        lists = members_of_type({"properties": self.members}, "array")
        kept = kept_members(self.contract, self.resource)
        inner = [f"/{name}/{at}" for name in lists for at in ("0", "-")]
        below = [f"/{self.marks.name}/x", f"{self.plain(0)['path']}/0", *(f"/{name}/-" for name in kept[-1:])]
        odd_paths = ["/", "//", "/a/b", *inner, *below]
        drafts = st.sampled_from(odd_paths).map(lambda path: _patch({"op": "add", "path": path, "value": "x"}))
        yield "path", Class.open("leads-to-no-member"), drafts
        names = st.sampled_from(["name ", " ", "a\0b", "属性", "n" * 300, "\U0001f5bc", "a\ud800", "a~b", "a/b"])
        drafts = st.builds(lambda name, op: _patch(change(name, "x", op)), names, st.sampled_from(OPS))
        yield f"/{FURTHER}", Class.open("name-no-word"), drafts
        free = [name for name in kept if name not in self.marks.never_set]
        bare = [f"/{name}" for name in (*self.members, self.resource.id, *free)] + [f"/{name}/0" for name in lists]
        drafts = st.sampled_from(bare).map(lambda path: _patch({"op": "remove", "path": path}))
        yield "path", Class.open("removes-documented"), drafts

    def open_bodies(self) -> Iterator[DraftRow]:
        odd = {**self.plain(5), "from": f"/{self.marks.name}", "x": 1}
        yield "body", Class.lenient("unknown-member"), st.just(_patch(odd))
        yield "body", Class.open("hundred-operations"), st.just(_patch(*[self.plain(number) for number in range(100)]))

    @property
    def _node(self) -> Mapping[str, Schema]:
        """The members of one operation of the patch."""
        schema = self.contract.operations[self.resource.change or ""].request_schema or {}
        found: Mapping[str, Schema] = schema["items"]["properties"]
        return found

    def _several(self) -> SearchStrategy[Draft]:
        """Lists of operations with the members that they leave behind: each member once, each property added, changed,
        removed."""
        changes = st.fixed_dictionaries(
            {}, optional={name: self.values(name, node) for name, node in self.members.items()}
        )
        lives = st.dictionaries(
            st.sampled_from(["p", "q", "中".encode().hex()]).map(lambda word: OWN_PROPERTY + word),
            st.tuples(text(255), st.none() | text(255), st.booleans()),
            max_size=3 if self.further is not None else 0,
        )
        return st.builds(_steps, changes, lives, st.booleans())


def _odd_texts(place: str, name: str) -> Iterator[DraftRow]:
    for rule, odd in (("lone-surrogate", "a\ud800b"), ("nul", "a\0b")):
        yield place, Class.open(rule), st.just(_patch(change(name, odd, "add")))


def _steps(members: dict[str, Any], lives: dict[str, tuple[str, str | None, bool]], backwards: bool) -> Draft:
    """One operation for each member, up to three for each further property: added, changed and removed."""
    rows = [[change(name, value, "add" if backwards else "replace")] for name, value in members.items()]
    left: dict[str, Any] = dict(members)
    for name, (first, second, gone) in lives.items():
        steps = [change(name, first, "add")]
        if second is not None:
            steps.append(change(name, second))
        if gone:
            steps.append({"op": "remove", "path": f"/{name}"})
        left[name] = None if gone else first if second is None else second
        rows.append(steps)
    operations = [step for row in (reversed(rows) if backwards else rows) for step in row]
    return _patch(*operations, members=left)
