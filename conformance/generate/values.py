"""Values of a JSON Schema: those that it allows, for each of its rules those that break just that one, and other spellings
of what it allows."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.generate.draft import ID
from conformance.judge.rules import bounds, rule_of
from conformance.model.contract import Schema
from conformance.model.equivalence import Class, Standing

__all__ = [
    "ASTRAL",
    "BMP",
    "MOST_TEXT",
    "WORD",
    "broken_values",
    "kinds",
    "members_of_type",
    "number_in",
    "one_of_each",
    "other_spellings",
    "plain_value",
    "sample",
    "text",
    "valid_values",
]

MOST_TEXT = 200

# All that UTF-8 can encode, said without naming the codec: hypothesis would try each of its characters, for a second.
BMP = st.characters(exclude_categories=["Cs"], max_codepoint=0xFFFF, exclude_characters="\0")
ASTRAL = st.characters(min_codepoint=0x10000)
WORD = st.text(string.ascii_lowercase, min_size=1, max_size=8)


def text(most: int | None, least: int = 0) -> SearchStrategy[str]:
    """Text of the Basic Multilingual Plane without NUL, no longer than `most` and no shorter than `least`."""
    limit = max(min(most if most is not None else MOST_TEXT, MOST_TEXT), least)
    few = max(min(12, limit), least)
    return st.one_of(
        st.text(BMP, min_size=least, max_size=limit),
        st.text(
            st.sampled_from("镜像名称éßİ \t\n\"'\\/<>&%+;=?#{}[]~"), min_size=min(max(least, 1), few), max_size=few
        ),
    )


def kinds() -> dict[str, SearchStrategy[Any]]:
    """A strategy for each JSON type, and for the strings that a lenient server converts."""
    plain = st.one_of(st.integers(0, 9), WORD, st.none())
    return {
        "null": st.none(),
        "boolean": st.booleans(),
        "integer": st.integers(-(2**70), 2**70),
        "fraction": st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: value + 0.5 * value.is_integer()),
        "string": WORD.map(lambda word: f"x{word}"),
        "numeric string": st.integers(0, 10**6).map(str),
        "boolean word": st.sampled_from(["true", "false", "True", "FALSE", "yes", "no", "on", "off"]),
        "empty string": st.sampled_from(["", " "]),
        "array": st.lists(plain, min_size=1, max_size=3),
        "empty array": st.just([]),
        "object": st.dictionaries(WORD, plain, min_size=1, max_size=3),
        "empty object": st.just({}),
    }


def broken_values(schema: Schema, *, nullable: bool = False) -> Iterator[tuple[Class, SearchStrategy[Any]]]:
    """(class, values): for each rule of the schema that a JSON value can break, values that break only that one."""
    wanted = schema.get("type")
    types = [wanted] if isinstance(wanted, str) else list(wanted or ())
    for kind, values in kinds().items() if types else ():
        held = rule_of(schema, sample(kind), nullable=nullable)
        if ("is", kind) in held.terms:
            yield held, values
    if "enum" in schema:
        yield from _outside([item for item in schema["enum"] if isinstance(item, str)])
    elif "string" in types:
        yield from _texts(schema)
    if "integer" in types:
        yield from _numbers(schema)
    if "array" in types:
        yield from _lists(schema)


def other_spellings(schema: Schema) -> Iterator[tuple[Class, SearchStrategy[Any]]]:
    """(class, values): other spellings of values that the schema allows, each of which can mean one thing only."""
    words = [item for item in schema.get("enum", ()) if isinstance(item, str)]
    if words:
        other = sorted({form for word in words for form in (word.upper(), word.title()) if form not in words})
        if other:
            yield Class.lenient("other-case"), st.sampled_from(other)
        blanks = st.sampled_from([(" ", ""), ("", " "), ("\t", ""), ("", "\n"), ("", "\r\n"), (" ", " ")])
        padded = st.builds(lambda word, pad: pad[0] + word + pad[1], st.sampled_from(words), blanks)
        yield Class.lenient("padded"), padded
    elif schema.get("format") == "uuid":
        # Not with a line feed at its end: upstream's pattern takes that, and no request can delete the resource
        # afterwards.
        yield Class.lenient("padded"), st.sampled_from([f" {ID}", f"{ID} ", f"\t{ID}", f"{ID}\r\n", f"{ID}\u3000"])
        yield Class.lenient("decorated-uuid"), st.sampled_from(["{" + ID + "}", f"urn:uuid:{ID}"])
        bare = [ID.replace("-", ""), ID.replace("-", "", 1), ID[:-4] + "-" + ID[-4:]]
        yield Class.lenient("uuid-without-hyphens"), st.sampled_from(bare)


def sample(kind: str) -> Any:
    """The fixed example of a kind (see kinds)."""
    return {
        "null": None,
        "boolean": True,
        "integer": 7,
        "fraction": 1.5,
        "string": "x",
        "numeric string": "7",
        "boolean word": "true",
        "empty string": "",
        "array": [7],
        "empty array": [],
        "object": {"a": 7},
        "empty object": {},
    }[kind]


def one_of_each(schema: Schema, *, nullable: bool = False) -> dict[Class, Any]:
    """Class -> a value: one for each rule of the schema that a JSON value can break; the same ones for the same
    schema."""
    found: dict[Class, Any] = {}
    for value in _suspects(schema):
        held = rule_of(schema, value, nullable=nullable)
        if held.standing is Standing.BROKEN:
            found.setdefault(held, value)
    return found


def _suspects(schema: Schema) -> Iterator[Any]:
    yield from (sample(kind) for kind in kinds())
    for word in schema.get("enum", ())[:1]:
        yield f"no-such-{word}"
    if "maxLength" in schema:
        yield "n" * (schema["maxLength"] + 1)
    if schema.get("format") == "uuid":
        yield "not-a-uuid"
    least, most = bounds(schema)
    if least is not None:
        yield from (least - 1, -(2**63))
    if most is not None:
        yield from (most + 1, 2**63, 1e20)
    if schema.get("minLength", 0) > 1:
        yield "n" * (schema["minLength"] - 1)
    if "items" in schema:
        yield from ([value] for value in _suspects(schema["items"]))
    if "maxItems" in schema:
        yield [f"t{index}" for index in range(schema["maxItems"] + 1)]


def _outside(words: Sequence[str]) -> Iterator[tuple[Class, SearchStrategy[Any]]]:
    yield Class.broken("not-in-enumeration"), WORD.map(lambda word: f"no-such-{word}")
    yield Class.broken("empty"), st.just("")


def _texts(schema: Schema) -> Iterator[tuple[Class, SearchStrategy[Any]]]:
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if least and schema.get("format") not in {"uuid", "date-time"}:
        yield Class.broken("empty"), st.just("")
    if least > 1:
        yield Class.broken("shorter-than", least=least), st.integers(1, least - 1).map(lambda size: "n" * size)
    if most is not None:
        letters = st.sampled_from("n镜é 名")
        yield (
            Class.broken("longer-than", most=most),
            st.one_of(
                st.builds(lambda letter, size: letter * size, letters, st.integers(most + 1, most + 300)),
                st.just("n" * 5000),
            ),
        )
    if schema.get("format") == "uuid":
        yield Class.broken("empty"), st.just("")
        tails = st.sampled_from(
            [
                ID[:-1],
                ID + "0",
                ID[:-1] + "g",
                ID[:-1] + "\uff10",
                ID.replace("-", "_"),
                ID.replace("-", "\u2010"),
                "0",
                "null",
            ]
        )
        yield Class.broken("format", wanted="uuid"), st.one_of(WORD.map(lambda word: f"x{word}"), tails)
    if schema.get("format") == "date-time":
        yield Class.broken("empty"), st.just("")
        yield (
            Class.broken("format", wanted="date-time"),
            st.one_of(
                st.sampled_from(
                    [
                        "yesterday",
                        "2020-13-01T00:00:00Z",
                        "2020-01-32T00:00:00Z",
                        "2020-01-01",
                        "2020-01-01T00:00:00",
                        "1577836800",
                        "2020-01-01T25:00:00Z",
                        "0000-00-00T00:00:00Z",
                    ]
                ),
                WORD.map(lambda word: f"x{word}"),
            ),
        )


def _numbers(schema: Schema) -> Iterator[tuple[Class, SearchStrategy[Any]]]:
    least, most = bounds(schema)
    if least is not None:
        yield Class.broken("below-minimum"), st.one_of(st.just(least - 1), st.integers(-(2**63) + 1, least - 1))
        yield Class.broken("far-below-minimum"), st.integers(-(2**80), -(2**63))
    if most is not None:
        yield (
            Class.broken("above-maximum"),
            st.one_of(st.just(most + 1), st.just(2**32), st.integers(most + 1, 2**63 - 1)),
        )
        yield Class.broken("far-above-maximum"), st.one_of(st.integers(2**63, 2**80), st.just(10**300))
        yield (
            Class.broken("far-out-of-range"),
            st.sampled_from([1e20, -1e20, 1e300] if least is not None else [1e20, 1e300]),
        )


def _lists(schema: Schema) -> Iterator[tuple[Class, SearchStrategy[Any]]]:
    for held, values in broken_values(schema.get("items", {})):
        yield replace(held, item=True), values.map(lambda value: [value])
    most = schema.get("maxItems")
    if most is not None:
        yield (
            Class.broken("more-items-than", most=most),
            st.integers(most + 1, most + 30).map(lambda size: [f"t{index}" for index in range(size)]),
        )
    least = schema.get("minItems", 0)
    if least:
        yield Class.broken("fewer-items-than", least=least), st.just([])


def number_in(schema: Schema, number: int) -> int:
    """An integer that the schema allows, another one for another number as far as its range goes."""
    low, high = bounds(schema)
    most = 2**31 - 1 if high is None else high
    least = min(0, most) if low is None else low
    if most < least:  # no integer is in it
        return least
    return int(number if least <= number <= most else least + number % (most - least + 1))


def plain_value(schema: Schema) -> Any:
    """One value that a schema allows, always the same."""
    wanted = schema.get("type")
    kind = wanted if isinstance(wanted, str) else next((item for item in wanted or () if item != "null"), "null")
    if "enum" in schema:
        return schema["enum"][0]
    if kind == "object":
        nodes = schema.get("properties", {})
        return {name: plain_value(nodes.get(name, {})) for name in schema.get("required", ())}
    texts = {"uuid": ID, "date-time": "2020-01-01T00:00:00Z"}
    some = [plain_value(schema.get("items", {}))] * schema.get("minItems", 0) if kind == "array" else []
    values = {"integer": number_in(schema, 1), "number": number_in(schema, 1), "boolean": True, "array": some}
    plain = "plain"[: schema.get("maxLength")].ljust(schema.get("minLength", 0), "n")
    return values.get(kind, texts.get(schema.get("format", ""), plain) if kind == "string" else None)


def members_of_type(schema: Schema, kind: str) -> tuple[str, ...]:
    """The members of an object whose schema gives them this type, in its order."""
    return tuple(name for name, node in schema.get("properties", {}).items() if node.get("type") == kind)


def valid_values(schema: Schema) -> SearchStrategy[Any]:
    """Values that a schema allows, boundaries among them."""
    wanted = schema.get("type")
    types = [wanted] if isinstance(wanted, str) else list(wanted or ())
    if "enum" in schema:
        return st.sampled_from(list(schema["enum"]))
    if schema.get("format") == "uuid":
        return st.sampled_from([ID, ID.replace("-4c3d-8e4f", "-1c3d-0e4f"), ID[:-4] + "ffff"])
    if "boolean" in types:
        return st.booleans()
    if "integer" in types:
        low, high = bounds(schema)
        most = max(2**31 - 1, low or 0) if high is None else high
        least = min(-(2**31), most) if low is None else low
        edges = sorted({least, min(least + 1, most), max(most - 1, least), most})
        return st.one_of(st.sampled_from(edges), st.integers(least, most))
    if "array" in types:
        most = schema.get("maxItems", 8)
        items = text(schema.get("items", {}).get("maxLength"))
        least = schema.get("minItems", 0)
        few = st.lists(items, min_size=least, max_size=max(least, min(5, most)), unique_by=_folded)
        many = st.sampled_from([max(most - 1, least), most]).map(lambda size: [f"t{index:03}" for index in range(size)])
        long = st.just(["标" * schema.get("items", {}).get("maxLength", MOST_TEXT)] * max(least, 1))
        return st.one_of(few, few, few, long, many)
    return text(schema.get("maxLength"), schema.get("minLength", 0))


def _folded(item: str) -> str:
    """The text as a case- and accent-insensitive collation compares it, so that no set holds two texts that a database
    may equate."""
    return unicodedata.normalize("NFKD", item).casefold().strip()
