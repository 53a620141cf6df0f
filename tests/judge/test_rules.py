"""The class of a value under a schema."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.contract.specs import load_contract
from conformance.judge.rules import meant, of_type, rule_of, wrong_type
from conformance.model.equivalence import VALID, Class, Standing
from conformance.model.jsonvalue import valid

INTEGER = {"type": "integer", "minimum": 0, "maximum": 2147483647}
WORD = {"type": "string", "enum": ["raw", "iso"]}
TEXT = {"type": ["string", "null"], "maxLength": 255}
UUID = {"type": "string", "format": "uuid"}
TIME = {"type": "string", "format": "date-time"}
LIST = {"type": "array", "items": {"type": "string", "maxLength": 255}, "maxItems": 3, "uniqueItems": True}
FLAG = {"type": "boolean"}
ID = "0f0e0d0c-1a2b-4c3d-8e4f-5a6b7c8d9e0f"
BROKEN, LENIENT, OPEN = Class.broken, Class.lenient, Class.open

ROWS: list[tuple[dict[str, Any], Any, Class]] = [
    (INTEGER, 7, VALID),
    (INTEGER, 0, Class("boundary")),
    (INTEGER, 2**31 - 1, Class("boundary")),
    (INTEGER, "ten", wrong_type("string", "integer")),
    (INTEGER, "10", wrong_type("numeric string", "integer")),
    (INTEGER, " ", wrong_type("empty string", "integer")),
    (INTEGER, True, wrong_type("boolean", "integer")),
    (INTEGER, None, wrong_type("null", "integer")),
    (INTEGER, 1.5, wrong_type("fraction", "integer")),
    (INTEGER, {}, wrong_type("empty object", "integer")),
    (INTEGER, [1], wrong_type("array", "integer")),
    (INTEGER, 1.0, OPEN("integer-as-fraction")),
    (INTEGER, -1.0, BROKEN("below-minimum")),
    (INTEGER, 2147483648.0, BROKEN("above-maximum")),
    (INTEGER, 1e300, BROKEN("far-out-of-range")),
    (INTEGER, -1, BROKEN("below-minimum")),
    (INTEGER, -(2**63), BROKEN("far-below-minimum")),
    (INTEGER, 2**31, BROKEN("above-maximum")),
    (INTEGER, 2**70, BROKEN("far-above-maximum")),
    ({"type": "integer"}, 2**70, OPEN("beyond-64-bits")),
    ({"type": "number"}, 7, VALID),
    (WORD, "raw", VALID),
    (WORD, "RAW", LENIENT("other-case")),
    (WORD, "raw ", LENIENT("padded")),
    (WORD, "floppy", BROKEN("not-in-enumeration")),
    (WORD, "", BROKEN("empty")),
    (FLAG, "true", wrong_type("boolean word", "boolean")),
    (FLAG, "x", wrong_type("string", "boolean")),
    (TEXT, "a", VALID),
    (TEXT, "", Class("empty")),
    (TEXT, None, Class("null")),
    (TEXT, 7, wrong_type("integer", "null or string")),
    (TEXT, "n" * 255, Class("boundary")),
    (TEXT, "n" * 256, BROKEN("longer-than", most=255)),
    (TEXT, "a ", Class("control-or-blank")),
    (TEXT, "a\tb", Class("control-or-blank")),
    (TEXT, "镜像", Class("beyond-ascii")),
    (TEXT, "🖼", OPEN("beyond-bmp")),
    (TEXT, "a\0b", OPEN("nul")),
    (TEXT, "a\ud800b", OPEN("lone-surrogate")),
    ({"type": "string", "pattern": "^/"}, "a", BROKEN("pattern", wanted="^/")),
    ({"type": "string", "pattern": "^/"}, "", BROKEN("empty")),
    (UUID, ID, VALID),
    (UUID, "", BROKEN("empty")),
    (UUID, "x", BROKEN("format", wanted="uuid")),
    (UUID, f"{ID}\n", LENIENT("padded")),
    (UUID, "{" + ID + "}", LENIENT("decorated-uuid")),
    (UUID, f"urn:uuid:{ID}", LENIENT("decorated-uuid")),
    (UUID, ID.replace("-", ""), LENIENT("uuid-without-hyphens")),
    (UUID, ID.upper(), OPEN("upper-case-uuid")),
    (TIME, "yesterday", BROKEN("format", wanted="date-time")),
    (LIST, [], Class("empty")),
    (LIST, ["a"], VALID),
    (LIST, ["镜"], Class("beyond-ascii")),
    (LIST, ["a", "b", "c"], Class("boundary")),
    (LIST, ["a", "b", "c", "d"], BROKEN("more-items-than", most=3)),
    (LIST, ["a", "a"], OPEN("item-twice")),
    (LIST, ["t" * 256], Class("longer-than", Standing.BROKEN, (("most", 255),), item=True)),
    (LIST, [7], Class("type", Standing.BROKEN, (("is", "integer"), ("wanted", "string")), item=True)),
    (LIST, ["a\0b"], Class("nul", Standing.OPEN, item=True)),
    (LIST, ["a\0b", 7], Class("type", Standing.BROKEN, (("is", "integer"), ("wanted", "string")), item=True)),
    ({"type": "string", "minLength": 2}, "a", BROKEN("shorter-than", least=2)),
    ({"type": "string", "minLength": 2}, "", BROKEN("empty")),
    ({"type": "string", "minLength": 2}, "ab", Class("boundary")),
    ({"type": "integer", "exclusiveMinimum": 0}, 0, BROKEN("below-minimum")),
    ({"type": "integer", "exclusiveMinimum": 0}, 1, Class("boundary")),
    ({"type": "integer", "exclusiveMaximum": 5}, 5, BROKEN("above-maximum")),
    ({"type": "array", "minItems": 1}, [], BROKEN("fewer-items-than", least=1)),
    ({}, {"anything": 1}, VALID),
]


@pytest.mark.parametrize(("schema", "value", "held"), ROWS)
def test_a_value_is_of_the_class_of_the_rule_that_it_breaks(schema: dict[str, Any], value: Any, held: Class) -> None:
    assert held == rule_of(schema, value)


def test_null_is_open_where_answers_may_hold_it() -> None:
    assert OPEN("null") == rule_of(INTEGER, None, nullable=True)
    assert wrong_type("string", "integer") == rule_of(INTEGER, "x", nullable=True)


def test_a_type_is_named_among_several_that_are_wanted_in_one_order() -> None:
    assert of_type(["string", "null"], 7) == of_type(["null", "string"], 7)


@pytest.mark.parametrize(
    ("schema", "value", "wanted"),
    [
        (WORD, " RAW\n", "raw"),
        (WORD, "floppy", "floppy"),
        (UUID, f"{ID} ", ID),
        (UUID, "{" + ID.upper() + "}", ID),
        (UUID, f"urn:uuid:{ID}", ID),
        (UUID, ID.replace("-", ""), ID),
        (UUID, "x", "x"),
        (TEXT, " a ", " a "),
        (INTEGER, 7, 7),
    ],
)
def test_another_spelling_means_one_thing(schema: dict[str, Any], value: Any, wanted: Any) -> None:
    assert wanted == meant(schema, value)


MEMBERS = (load_contract().operations["image.create"].request_schema or {})["properties"]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, width=32) | st.text(max_size=40)
VALUES = (
    SCALARS
    | st.lists(SCALARS, max_size=3)
    | st.dictionaries(st.text(max_size=3), SCALARS, max_size=2)
    | st.sampled_from([row[1] for row in ROWS])
)


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@pytest.mark.parametrize("schema", [LIST, TIME, *MEMBERS.values()], ids=["list", "time", *MEMBERS])
@given(value=VALUES)
@settings(deadline=None, max_examples=60)
def test_what_is_broken_or_another_spelling_is_what_the_schema_refuses(schema: dict[str, Any], value: Any) -> None:
    if "\\ud8" in json.dumps(value):
        return  # what a JSON library makes of half a character is its own affair
    if isinstance(value, list) and len({json.dumps(item) for item in value}) < len(value):
        return  # an item twice: the schema is stricter than the ruling
    assert valid(schema, value) is (rule_of(schema, value).standing not in {Standing.BROKEN, Standing.LENIENT})
