"""Aims of changing images: operations whose values know the schema of the member at their path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.generate.bodies import broken_bodies, odd_bodies
from conformance.generate.create import nullable
from conformance.generate.draft import NAME, Aim, Draft, encoded
from conformance.generate.values import ASTRAL, MOST_TEXT, broken_values, kinds, sendable, text, valid_values
from conformance.judge.partition import OWN_PROPERTY, kept_members, member_schema
from conformance.model import requirement_id
from conformance.model.contract import Contract, Schema
from conformance.model.equivalence import Standing

__all__ = ["change", "patch_aims"]


def _patch(*operations: Any, members: Mapping[str, Any] | None = None, **rest: Any) -> Draft:
    return Draft(encoded(list(operations)), members=members or {}, **rest)


def change(name: str, value: Any, op: str = "replace") -> dict[str, Any]:
    """One operation on a member, its name escaped (RFC 6901)."""
    return {"op": op, "path": "/" + name.replace("~", "~0").replace("/", "~1"), "value": value}


def _added(name: str, value: str) -> Draft:
    sent = NAME + value if name == "name" else value
    return _patch(change(name, sent, "add"), members={name: sent})


def _replaced(name: str, value: Any) -> Draft:
    return _patch(change(name, value))


def patch_aims(contract: Contract) -> Iterator[Aim]:
    """The aims of image.patch (document lines 760-903)."""
    create, operation = contract.operations["image.create"], contract.operations["image.patch"]
    node = (operation.request_schema or {})["items"]["properties"]
    documented = {name: schema for name, schema in (create.request_schema or {})["properties"].items() if name != "id"}

    def aim(requirement: str, place: str, words: str, due: Standing, drafts: SearchStrategy[Draft], **rest: Any) -> Aim:
        return Aim("image.patch", requirement, place, words, due, drafts, **rest)

    def led(item: Any, first: bool) -> Draft:
        """The operation alone, or after one that is right: a refused list must leave no half."""
        return _patch(change("min_disk", 7), item) if first else _patch(item)

    def leads(values: SearchStrategy[Any]) -> SearchStrategy[Draft]:
        return st.builds(led, values, st.booleans())

    ops = st.sampled_from(["replace", "add"])
    for name, schema in documented.items():
        sent = _unmarked(name, valid_values(name, schema))
        yield aim(
            requirement_id.stated("image.patch", "stored"),
            f"/{name}",
            "valid",
            Standing.VALID,
            st.builds(lambda value, op, name=name: _patch(change(name, value, op), members={name: value}), sent, ops),
        )
        for words, values in broken_values(sendable(name, schema), nullable=nullable(create, name)):
            yield aim(
                requirement_id.body("image.patch", "value"),
                f"/{name}",
                words,
                Standing.BROKEN,
                leads(st.builds(lambda value, op, name=name: change(name, value, op), values, ops)),
            )
    yield aim(
        requirement_id.stated("image.patch", "stored"),
        "operations together",
        "valid",
        Standing.VALID,
        _several(documented),
    )
    rule = member_schema(contract, OWN_PROPERTY + "p") or {}
    for words, values in broken_values(rule):
        yield aim(
            requirement_id.body("image.patch", "value"),
            "/further property",
            words,
            Standing.BROKEN,
            leads(values.map(lambda value: change(OWN_PROPERTY + "p", value, "add"))),
        )
    astral = st.text(ASTRAL, min_size=1, max_size=8)
    for name, place in ((OWN_PROPERTY + "p", "/further property"), ("name", "/name")):
        yield aim(
            requirement_id.stated("image.patch", "stored"),
            place,
            "has characters outside the BMP",
            Standing.VALID,
            astral.map(partial(_added, name)),
            may_refuse=True,
        )
        for words, odd in (("has a lone surrogate", "a\ud800b"), ("has a NUL", "a\0b")):
            yield aim(
                requirement_id.body("image.patch", "value"),
                place,
                words,
                Standing.OPEN,
                st.just(_patch(change(name, odd, "add"))),
            )
    for name in ("id", *kept_members(contract)):
        if name != "owner":  # a cloud that lets it be changed has given the image away, out of our reach
            odd_values = st.sampled_from(["x", 7, None])
            yield aim(
                requirement_id.body("image.patch", "value"),
                f"/{name}",
                "is kept by the service",
                Standing.OPEN,
                odd_values.map(partial(_replaced, name)),
            )
    for words, values in broken_values(node["op"]):
        yield aim(
            requirement_id.body("image.patch", "op"),
            "op",
            words,
            Standing.BROKEN,
            leads(values.map(lambda value: {**change("min_ram", 5), "op": value})),
        )
    foreign = st.sampled_from(["move", "copy", "test"]).map(
        lambda op: {"op": op, "from": "/min_ram", "path": "/min_disk", "value": 0}
    )
    yield aim(
        requirement_id.body("image.patch", "op"), "op", "is not in the enumeration", Standing.BROKEN, leads(foreign)
    )
    for words, paths in _broken_paths():
        yield aim(
            requirement_id.body("image.patch", "path"),
            "path",
            words,
            Standing.BROKEN,
            leads(st.builds(lambda path, op: {"op": op, "path": path, "value": "x"}, paths, ops)),
        )
    for member in ("op", "path", "value"):
        whole = change("min_ram", 5)
        yield aim(
            requirement_id.body("image.patch", member),
            member,
            "is missing",
            Standing.BROKEN,
            leads(
                st.sampled_from(
                    [
                        {key: value for key, value in {**whole, "op": op}.items() if key != member}
                        for op in ("replace", "add")
                    ]
                )
            ),
        )
    for op in ("replace", "remove"):
        absent = {"op": op, "path": f"/{OWN_PROPERTY}absent", **({"value": "x"} if op == "replace" else {})}
        yield aim(
            requirement_id.stated("image.patch", "operation", op),
            "path",
            f"leads to nothing that {op} can find",
            Standing.BROKEN,
            leads(st.just(absent)),
            by_state=True,
        )
    for kind, values in kinds().items():
        if "object" not in kind:
            words = f"has an item that is {kind.removeprefix('empty ').replace('numeric ', '').split(' with')[0].replace('fraction', 'number')} instead of object"
            yield aim(requirement_id.request("image.patch"), "body", words, Standing.BROKEN, leads(values))
    good = [change("min_ram", 1)]
    for words, drafts in broken_bodies(good, "array"):
        yield aim(requirement_id.request("image.patch"), "body", words, Standing.BROKEN, drafts)
    yield from (aim(requirement_id.request("image.patch"), *row) for row in odd_bodies(good, operation))
    odd_paths = ["/", "//", "/tags/0", "/tags/-", "/name/x", "/a/b", "/locations/-", "/min_ram/0"]
    yield aim(
        requirement_id.body("image.patch", "path"),
        "path",
        "leads to no member",
        Standing.OPEN,
        st.sampled_from(odd_paths).map(lambda path: _patch({"op": "add", "path": path, "value": "x"})),
    )
    odd_names = ["name ", " ", "a\0b", "属性", "n" * 300, "\U0001f5bc", "a\ud800", "a~b", "a/b"]
    yield aim(
        requirement_id.body("image.patch", "path"),
        "name of a further property",
        "is no plain word",
        Standing.OPEN,
        st.builds(lambda name, op: _patch(change(name, "x", op)), st.sampled_from(odd_names), ops),
    )
    bare = [{"op": "remove", "path": f"/{name}"} for name in (*documented, "id", "created_at", "locations", "tags/0")]
    yield aim(
        requirement_id.body("image.patch", "path"),
        "path",
        "removes what may be documented",
        Standing.OPEN,
        st.sampled_from(bare).map(_patch),
    )
    yield aim(
        requirement_id.request("image.patch"),
        "body",
        "has an unknown member",
        Standing.OPEN,
        st.just(_patch({**change("min_ram", 5), "from": "/name", "x": 1})),
    )
    yield aim(
        requirement_id.request("image.patch"),
        "body",
        "is a hundred operations",
        Standing.OPEN,
        st.just(_patch(*[change("min_ram", number) for number in range(100)])),
    )


def _unmarked(name: str, values: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """A changed name keeps the mark of the run at its start."""
    return text(MOST_TEXT).map(lambda suffix: NAME + suffix) if name == "name" else values


def _broken_paths() -> Iterator[tuple[str, SearchStrategy[Any]]]:
    yield from broken_values({"type": "string"})
    yield "is empty", st.just("")
    yield "does not begin with a slash", st.sampled_from(["name", "min_ram/", "~1name", " /name", "#/name", "\\name"])
    yield "has a bad escape", st.sampled_from(["/a~2b", "/a~", "/~", "/min~ram"])


def _several(documented: Mapping[str, Schema]) -> SearchStrategy[Draft]:
    """Lists of operations with the members that they leave behind: each member once, each property added, changed, removed."""
    changes = st.fixed_dictionaries(
        {}, optional={name: _unmarked(name, valid_values(name, schema)) for name, schema in documented.items()}
    )
    lives = st.dictionaries(
        st.sampled_from(["p", "q", "中".encode().hex()]).map(lambda word: OWN_PROPERTY + word),
        st.tuples(text(255), st.none() | text(255), st.booleans()),
        max_size=3,
    )

    def draft(members: dict[str, Any], lives: dict[str, tuple[str, str | None, bool]], backwards: bool) -> Draft:
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

    return st.builds(draft, changes, lives, st.booleans())
