"""Texts that keep the rules of a schema: its pattern, and how long they may be."""

from __future__ import annotations

import re
from functools import cache

from conformance.model.contract import Schema

__all__ = ["text_like"]


def text_like(schema: Schema, text: str) -> str:
    """The text when it keeps the pattern and the lengths of a schema, else one that does: cut, lengthened, or the
    simplest of its pattern."""
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    text = text[:most].ljust(least, "x")
    pattern = schema.get("pattern")
    return text if pattern is None or re.search(pattern, text) else _simplest(pattern, least, most)


@cache
def _simplest(pattern: str, least: int, most: int | None) -> str:
    from hypothesis import find, settings
    from hypothesis import strategies as st

    texts = st.from_regex(pattern).filter(lambda text: least <= len(text) <= (most if most is not None else len(text)))
    quiet = settings(database=None, derandomize=True, max_examples=200)
    return find(texts, lambda _text: True, settings=quiet)
