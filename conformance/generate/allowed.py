"""Values that a schema allows: plain ones are tried, and what the schema itself does not call valid is not given.

A member may have rules in any mixture (a pattern with lengths, a range without its ends). So nothing is built to keep them
all; what is built is validated, and where nothing is found nothing is called valid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from random import Random
from typing import Any

import jsonschema_rs
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException

from conformance.generate.values import plain_value
from conformance.judge.rules import bounds
from conformance.model.contract import Schema
from conformance.model.jsonvalue import valid

__all__ = ["allowed_values", "is_allowed"]

DEEPEST = 6
"""Levels of a schema that are followed: one that contains itself has no end."""
TEXTS = (
    "another value of it",
    "another-value",
    "value-two",
    "value",
    "another",
    "a1",
    "Ab1-word",
    "12",
    "0",
    "1a2b3c4d5e6f1a2b3c4d5e6f1a2b3c4d",
    "198.51.100.7",
    "198.51.100.0/24",
    "2001:db8::7",
    "2001:db8::/64",
    "fa:16:3e:00:00:07",
    "https://example.org/",
    "word@example.org",
    "example.org",
    "2020-01-01T00:00:00Z",
    "2020-01-01",
    "00:00:00",
    "1.0",
)
"""Texts in forms that members often have."""
PRINTABLE = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
SEARCH = settings(
    max_examples=200,
    phases=(Phase.generate,),  # the first one will do
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
FURTHER = 8
"""Values of the items of a list that are tried."""


def is_allowed(schema: Schema, value: Any) -> bool:
    """Whether a schema calls a value valid; False where it cannot be understood, too."""
    try:
        return valid(schema, value)
    except (jsonschema_rs.ValidationError, ValueError):
        return False


def allowed_values(schema: Schema) -> Iterator[Any]:
    """Some values that a schema allows, the same ones in the same order each time, none of them null; none at all where none
    can be found."""
    yield from _allowed(schema, 0)


def _allowed(schema: Schema, depth: int) -> Iterator[Any]:
    seen: list[Any] = []
    for value in _candidates(schema, depth):
        known = any(type(value) is type(other) and value == other for other in seen)
        if value is not None and not known and is_allowed(schema, value):
            seen.append(value)
            yield value


def _candidates(schema: Schema, depth: int) -> Iterator[Any]:
    if depth > DEEPEST:
        return
    if "const" in schema:
        yield schema["const"]
    if "enum" in schema:
        yield from schema["enum"]
        return
    wanted = schema.get("type", ())
    kinds = [wanted] if isinstance(wanted, str) else list(wanted)
    for kind in kinds or ["string"]:
        yield from _of_kind(kind, schema, depth)
    for word in ("anyOf", "oneOf"):
        for branch in schema.get(word, ()):
            yield from _candidates({**schema, word: (), **branch}, depth + 1)
    yield plain_value(schema)
    if "default" in schema:
        yield schema["default"]


def _of_kind(kind: str, schema: Schema, depth: int) -> Iterator[Any]:
    if kind == "boolean":
        yield from (False, True)
    elif kind in {"integer", "number"}:
        yield from _numbers(schema)
    elif kind == "string":
        yield from _texts(schema)
    elif kind == "array":
        yield from _lists(schema, depth)
    elif kind == "object":
        yield from _objects(schema, depth)


def _numbers(schema: Schema) -> Iterator[int | float]:
    low, high = bounds(schema)
    step = schema.get("multipleOf", 1)
    step = step if isinstance(step, int) and step > 0 else 1
    least = low if low is not None else min(1, high) if high is not None else 1
    least = -(-least // step) * step
    yield from (least, least + step)
    if high is not None:
        yield from (high // step * step, high // step * step - step)
    ends = [schema[name] for name in ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum") if name in schema]
    if ends:
        fractions = (sum(ends) / len(ends), min(ends) + 0.5, max(ends) - 0.5)
        yield from (value for value in fractions if not float(value).is_integer())


def _texts(schema: Schema) -> Iterator[str]:
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    for text in TEXTS:
        cut = text[:most].rstrip()
        yield cut
        yield cut.ljust(least, "n")
    if "pattern" in schema:
        yield from _matching(schema["pattern"], least, most)


@lru_cache(maxsize=256)
def _matching(pattern: str, least: int, most: int | None) -> tuple[str, ...]:
    """Printable texts of ASCII in which a pattern is found."""
    texts: list[str] = []

    def wanted(text: str) -> bool:
        return least <= len(text) <= (most or len(text)) and text == text.strip() and text not in texts

    try:
        for number in range(2):
            form = st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True, alphabet=PRINTABLE)
            texts.append(find(form, wanted, settings=SEARCH, random=Random(number)))
    except (
        re.error,
        HypothesisException,
        OverflowError,
        RecursionError,
    ):  # no pattern of Python's, or nothing was found
        pass
    return tuple(texts)


def _lists(schema: Schema, depth: int) -> Iterator[list[Any]]:
    items = schema.get("items")
    least = schema.get("minItems", 0)
    some = list(islice(_allowed(items if isinstance(items, dict) else {}, depth + 1), max(FURTHER, least)))
    if not least:
        yield []
    for size in {max(least, 1), max(least, 1) + 1}:
        yield some[:size]
    yield some[:1] * least


def _objects(schema: Schema, depth: int) -> Iterator[dict[str, Any]]:
    nodes = schema.get("properties", {})
    if not nodes:
        more = schema.get("additionalProperties", True)
        values = islice(_allowed(more, depth + 1), 1) if isinstance(more, dict) and more else iter(["value"])
        yield from ({"conformance": value} for value in values)
        yield {}
    found = {name: next(_allowed(nodes.get(name, {}), depth + 1), None) for name in schema.get("required", ())}
    yield found
