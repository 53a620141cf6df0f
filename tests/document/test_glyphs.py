"""Code that was printed twice is read once."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.document.glyphs import LONGEST, undouble

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc_-", min_size=1, max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)


def doubled(text: str) -> str:
    """Each token of a line of JSON printed twice, as the shadow does."""
    return re.sub(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', lambda match: match.group() * 2, text)


@given(json_values)
def test_what_was_printed_twice_is_read_once(value: Any) -> None:
    for line in json.dumps(value, indent=2, ensure_ascii=False).splitlines():
        once = undouble(doubled(line))
        assert once is not None
        assert line.strip() == once.strip()


@pytest.mark.parametrize(
    ("printed", "wanted"),
    [
        ("  {{  ", "  {"),
        ('"tags""tags":: [["a""a"]],,  ', '"tags": ["a"],'),
        ("GET httpsGET https::////aa..bb//v1v1  ", "GET https://a.b/v1"),
        ("1111", "11"),
        ("", ""),
    ],
)
def test_runs_of_any_length_are_undoubled(printed: str, wanted: str) -> None:
    assert wanted == undouble(printed)


@pytest.mark.parametrize("text", ['"name": "x"', "abc", "aab", "GET /v1/books"])
def test_clean_text_is_not_taken_for_doubled(text: str) -> None:
    assert undouble(text) is None


def test_a_line_that_no_page_holds_is_not_looked_at() -> None:
    assert undouble("a" * LONGEST) is not None
    assert undouble("a" * (LONGEST + 2)) is None
