"""Aims of creating a resource."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.generate.bodies import broken_bodies, odd_bodies
from conformance.generate.combinations import linked
from conformance.generate.draft import ID, NAME, TAG, Aim, Draft, encoded
from conformance.generate.values import (
    ASTRAL,
    BMP,
    MOST_TEXT,
    broken_values,
    members_of_type,
    number_in,
    other_spellings,
    plain_value,
    text,
    valid_values,
)
from conformance.judge.members import FURTHER, kept_members, nullable, sent_schema
from conformance.model import requirement_id
from conformance.model.contract import Contract, Resource, Schema
from conformance.model.equivalence import VALID, Class
from conformance.model.marks import OWN_PROPERTY, Marks

__all__ = ["create_aims"]

Drawn = Iterator[tuple[str, Class, SearchStrategy[Draft]]]
"""Place, class and drafts."""


def create_aims(contract: Contract, resource: Resource, marks: Marks) -> Iterator[Aim]:
    """The aims of the operation that creates; none when the contract has no such operation, or one whose body is not
    the resource.

    A body that wraps the resource in a member of its own is not drawn, nor is one that is no JSON.
    """
    operation = contract.operations.get(resource.create or "")
    schema = sent_schema(contract, resource)
    if operation is None or schema is not operation.request_schema:
        return
    make = _Maker(marks, _required(schema, marks))
    whole = requirement_id.request(operation.id)

    def aim(place: str, held: Class, drafts: SearchStrategy[Draft], **rest: Any) -> Aim:
        named = requirement_id.body(operation.id, place)
        return Aim(operation.id, named if named in contract.requirements else whole, place, held, drafts, **rest)

    for name, node in schema.get("properties", {}).items():
        allowed = marks.sendable(name, node)
        yield aim(name, VALID, valid_values(allowed).map(make.setting(name)))
        for held, values in broken_values(allowed, nullable=nullable(contract, operation.id, name)):
            yield aim(name, held, values.map(make.setting(name)))
        for held, values in other_spellings(allowed):
            yield aim(name, held, values.map(make.setting(name)))
        if name in make.required:
            yield aim(name, Class.broken("missing"), st.just(make.create({}, without=name)))
    yield aim("members together", VALID, _together(schema, marks))
    if isinstance(schema.get("additionalProperties"), Mapping):
        yield from (aim(*row) for row in _further(schema, make))
    for place, put in make.texts(schema):
        beside = st.text(st.one_of(ASTRAL, BMP), max_size=10)
        astral = st.builds(lambda before, one, after: before + one + after, beside, ASTRAL, beside)
        item = place == marks.tags
        yield aim(place, replace(Class.open("beyond-bmp"), item=item), astral.map(put), may_refuse=True)
        for rule, odd in (("lone-surrogate", "a\ud800b"), ("nul", "a\0b")):
            yield aim(place, replace(Class.open(rule), item=item), st.just(put(odd)))
    for name in kept_members(contract, resource):
        if name not in marks.never_set:
            values = st.sampled_from(["x", 7, None, []])
            yield aim(name, Class.open("kept-by-service"), values.map(make.setting(name)))
    yield from (aim(*row) for row in _open(schema, make))
    good: dict[str, Any] = {marks.name: NAME, **make.required}
    for name in members_of_type(schema, "integer")[-1:]:
        good.pop(name, None)
        good[name] = number_in(schema["properties"][name], 1)
    lists = members_of_type(schema, "array")
    deep = dict.fromkeys(lists[:1] or (marks.name,), "%s")
    around = encoded({**make.required, **deep}).replace(b'"%s"', b"%s")
    for held, drafts in broken_bodies(good, "object", around):
        yield aim("body", held, drafts)
    yield from (aim(*row) for row in odd_bodies(good, operation, contract))


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes creates of given members, recognisable by their name, or by their tag where the name is what is tried.

    `required` are members without which no create is allowed, each with a value.
    """

    marks: Marks
    required: Mapping[str, Any]

    def create(self, members: Mapping[str, Any], *, without: str = "") -> Draft:
        """A create of these members, and of those that are required, but for one."""
        marks = self.marks
        tagged = {marks.tags: [TAG]} if marks.tags else {}
        whole = {**(tagged if marks.name in members else {marks.name: NAME}), **self.required, **members}
        whole = {name: value for name, value in whole.items() if name != without}
        return Draft(encoded(whole), members=members)

    def setting(self, name: str) -> Callable[[Any], Draft]:
        """Value -> a create of this member alone."""
        return lambda value: self.create({name: value})

    def texts(self, schema: Schema) -> Iterator[tuple[str, Callable[[str], Draft]]]:
        """The places that hold any text, each with what makes a create that has a text there."""
        marks = self.marks
        yield marks.name, self.setting(marks.name)
        if marks.tags:
            yield marks.tags, lambda value: self.create({marks.tags: [value]})
        if isinstance(schema.get("additionalProperties"), Mapping):
            yield FURTHER, self.setting(f"{OWN_PROPERTY}p")


def _required(schema: Schema, marks: Marks) -> dict[str, Any]:
    nodes = schema.get("properties", {})
    names = schema.get("required", ())
    return {name: NAME if name == marks.name else plain_value(marks.sendable(name, nodes[name])) for name in names}


def _further(schema: Schema, make: _Maker) -> Drawn:
    """Members that the contract allows without naming them."""
    own = make.setting(f"{OWN_PROPERTY}p")
    yield FURTHER, VALID, _properties(1).map(make.create)
    for held, values in broken_values(schema["additionalProperties"]):
        yield FURTHER, held, values.map(own)
    most = schema.get("x-max-additional")
    if most is not None:
        sizes = st.integers(most + 1, most + 20)
        yield FURTHER, Class.broken("more-than", most=most), sizes.map(lambda size: make.create(_many(size)))
        yield FURTHER, Class("as-many-as", terms=(("most", most),)), st.just(make.create(_many(most)))
    names = [" ", "", "a b", "a/b", "a~b", "a\0b", "属性", "name ", "n" * 256, "n" * 5000, "\U0001f5bc", "a\ud800"]
    odd = st.sampled_from(names).map(lambda name: make.create({name: "x"}))
    yield FURTHER, Class.open("name-no-word"), odd
    taken = st.sampled_from([*make.marks.taken_names, "__class__", "self_", "context", "metadata"])
    yield FURTHER, Class.open("name-of-another"), taken.map(lambda name: make.create({name: "x"}))
    yield FURTHER, Class.open("null"), st.just(own(None))
    yield FURTHER, Class.open("longer-than", most=255), st.sampled_from([256, 70000]).map(lambda size: own("x" * size))


def _many(size: int) -> dict[str, str]:
    return {f"{OWN_PROPERTY}{index}": "" for index in range(size)}


def _properties(least: int = 0) -> SearchStrategy[dict[str, str]]:
    names = st.text(string.ascii_lowercase + string.digits + "_", min_size=1, max_size=12).map(
        lambda word: OWN_PROPERTY + word
    )
    return st.dictionaries(names, text(255), min_size=least, max_size=4)


def _together(schema: Schema, marks: Marks) -> SearchStrategy[Draft]:
    """Any combination of members; the name keeps the mark at its start, so that the resource is found whatever else is
    sent."""
    nodes = schema.get("properties", {})
    members = {name: valid_values(marks.sendable(name, node)) for name, node in nodes.items() if name != marks.name}
    bound, shared = linked({name: node["enum"] for name, node in nodes.items() if "enum" in node})
    name = text(MOST_TEXT).map(lambda suffix: NAME + suffix)

    def draft(chosen: dict[str, Any], properties: dict[str, str], ascii: bool) -> Draft:
        if any(chosen.get(member) in shared for member in bound):
            chosen = {key: value for key, value in chosen.items() if key not in bound[:-1]}
        sent = {**chosen, **properties}
        return Draft(encoded(sent, ascii=ascii), members=sent)

    further = _properties() if isinstance(schema.get("additionalProperties"), Mapping) else st.just({})
    needed = {marks.name: name, **{name: members.pop(name) for name in schema.get("required", ()) if name in members}}
    return st.builds(draft, st.fixed_dictionaries(needed, optional=members), further, st.booleans())


def _open(schema: Schema, make: _Maker) -> Drawn:
    """What JSON and the rulings leave to the receiver."""
    for name in members_of_type(schema, "integer")[-1:]:
        values = [float(number_in(schema["properties"][name], number)) for number in (1, 0, 512)]
        yield name, Class.open("integer-as-fraction"), st.sampled_from(values).map(make.setting(name))
    for name, node in schema.get("properties", {}).items():
        if node.get("uniqueItems"):
            yield name, Class.open("item-twice"), st.just(make.create({name: ["a", "a"]}))
        if node.get("format") == "uuid":
            yield name, Class.open("upper-case-uuid"), st.just(make.create({name: ID.upper()}))
