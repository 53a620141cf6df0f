"""Aims of creating images."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.generate.bodies import broken_bodies, odd_bodies
from conformance.generate.draft import ID, NAME, TAG, Aim, Draft, encoded
from conformance.generate.values import ASTRAL, BMP, MOST_TEXT, broken_values, sendable, text, valid_values
from conformance.judge.partition import OWN_PROPERTY, kept_members
from conformance.model import requirement_id
from conformance.model.contract import Contract, Operation, Schema
from conformance.model.equivalence import Standing

__all__ = ["create_aims", "nullable"]


def _create(members: Mapping[str, Any], **rest: Any) -> Draft:
    """A create of these members, recognisable by its name, or by its tag where the name is what is tried."""
    mark: dict[str, Any] = {"tags": [TAG]} if "name" in members else {"name": NAME}
    return Draft(encoded({**mark, **members}), members=members, **rest)


def _one(name: str, value: Any) -> Draft:
    return _create({name: value})


def _tag(value: Any) -> Draft:
    return _create({"tags": [value]})


def nullable(operation: Operation, name: str) -> bool:
    """Whether the answer of the operation may hold null for the member, so that null in a request is open."""
    answered = operation.responses[0].schema or {}
    return "null" in answered.get("properties", {}).get(name, {}).get("type", ())


def create_aims(contract: Contract) -> Iterator[Aim]:
    """The aims of image.create (document lines 607-758)."""
    operation = contract.operations["image.create"]
    schema = operation.request_schema or {}

    def aim(place: str, words: str, due: Standing, drafts: SearchStrategy[Draft], **rest: Any) -> Aim:
        named = requirement_id.body("image.create", place)
        return Aim(
            "image.create",
            named if named in contract.requirements else requirement_id.request("image.create"),
            place,
            words,
            due,
            drafts,
            **rest,
        )

    for name, node in schema["properties"].items():
        yield aim(name, "valid", Standing.VALID, valid_values(name, node).map(partial(_one, name)))
        for words, values in broken_values(sendable(name, node), nullable=nullable(operation, name)):
            yield aim(name, words, Standing.BROKEN, values.map(partial(_one, name)))
    yield aim("members together", "valid", Standing.VALID, _together(schema))
    yield aim("further property", "valid", Standing.VALID, _properties(1).map(_create))
    for words, values in broken_values(schema["additionalProperties"]):
        yield aim("further property", words, Standing.BROKEN, values.map(partial(_one, OWN_PROPERTY + "p")))
    most = schema.get("x-max-additional")
    if most is not None:
        many = st.integers(most + 1, most + 20).map(
            lambda size: _create({f"{OWN_PROPERTY}{index}": "" for index in range(size)})
        )
        yield aim("further property", f"is there more than {most} times", Standing.BROKEN, many)
        yield aim(
            "further property",
            f"valid, {most} of them",
            Standing.VALID,
            st.just(_create({f"{OWN_PROPERTY}{i}": "" for i in range(most)})),
        )
    makers: dict[str, Callable[[Any], Draft]] = {
        "name": partial(_one, "name"),
        "tags": _tag,
        "further property": partial(_one, OWN_PROPERTY + "p"),
    }
    for place, make in makers.items():
        astral = st.text(st.one_of(ASTRAL, BMP), min_size=1, max_size=20).filter(
            lambda value: any(ord(char) > 0xFFFF for char in value)
        )
        yield aim(place, "has characters outside the BMP", Standing.VALID, astral.map(make), may_refuse=True)
        for words, odd in (("has a lone surrogate", "a\ud800b"), ("has a NUL", "a\0b")):
            yield aim(place, words, Standing.OPEN, st.just(make(odd)))
    for name in kept_members(contract):
        if name == "owner":
            continue  # a cloud that takes it has given the image away, out of our reach
        yield aim(
            name, "is kept by the service", Standing.OPEN, st.sampled_from(["x", 7, None, []]).map(partial(_one, name))
        )
    yield from (aim(*row) for row in _open_creates())
    object_body = {"name": NAME, "min_ram": 1}
    for words, drafts in broken_bodies(object_body, "object"):
        yield aim("body", words, Standing.BROKEN, drafts)
    yield from (aim(*row) for row in odd_bodies(object_body, operation))


def _properties(least: int = 0) -> SearchStrategy[dict[str, str]]:
    names = st.text(string.ascii_lowercase + string.digits + "_", min_size=1, max_size=12).map(
        lambda word: OWN_PROPERTY + word
    )
    return st.dictionaries(names, text(255), min_size=least, max_size=4)


def _together(schema: Schema) -> SearchStrategy[Draft]:
    """Any combination of members; the name keeps the mark at its start, so that the image can be found whatever else is sent."""
    members = {name: valid_values(name, node) for name, node in schema["properties"].items() if name != "name"}
    name = text(MOST_TEXT).map(lambda suffix: NAME + suffix)

    def draft(chosen: dict[str, Any], properties: dict[str, str], ascii: bool) -> Draft:
        if chosen.get("disk_format", "x")[0] == "a" or chosen.get("container_format", "x")[0] == "a":
            chosen = {
                key: value for key, value in chosen.items() if key != "container_format"
            }  # ami, ari, aki go by themselves
        sent = {**chosen, **properties}
        return Draft(encoded(sent, ascii=ascii), members=sent)

    return st.builds(draft, st.fixed_dictionaries({"name": name}, optional=members), _properties(), st.booleans())


def _open_creates() -> Iterator[tuple[str, str, Standing, SearchStrategy[Draft]]]:
    names = st.sampled_from(
        ["", " ", "a b", "a/b", "a~b", "a\0b", "属性", "name ", "n" * 256, "n" * 5000, "\U0001f5bc", "a\ud800"]
    )
    yield "name of a further property", "is no plain word", Standing.OPEN, names.map(lambda name: _create({name: "x"}))
    words = st.sampled_from(
        [
            "deleted",
            "properties",
            "members",
            "os_hidden",
            "os_hash_algo",
            "os_glance_x",
            "stores",
            "links",
            "image_id",
            "metadata",
            "__class__",
            "self_",
            "context",
            "direct_url",
        ]
    )
    yield "name of a further property", "is another word", Standing.OPEN, words.map(lambda name: _create({name: "x"}))
    yield "further property", "is null", Standing.OPEN, st.just(_create({OWN_PROPERTY + "p": None}))
    yield (
        "further property",
        "is longer than 255",
        Standing.OPEN,
        st.sampled_from([256, 70000]).map(lambda size: _create({OWN_PROPERTY + "p": "x" * size})),
    )
    yield (
        "min_ram",
        "is an integer written as a fraction",
        Standing.OPEN,
        st.sampled_from([1.0, 0.0, 512.0]).map(lambda value: _create({"min_ram": value})),
    )
    yield "tags", "has an item twice", Standing.OPEN, st.just(_create({"tags": ["a", "a"]}))
    yield "id", "is a uuid in upper case", Standing.OPEN, st.just(_create({"id": ID.upper()}))
