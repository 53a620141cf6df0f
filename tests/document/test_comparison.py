"""Where an example shows what its row does not allow."""

from __future__ import annotations

from typing import Any

import pytest
from document.described_documents import example_of, row_of

from conformance.document.comparison import compared
from conformance.document.nesting import BodyMember


def found(kind: str, text: str, value: Any) -> list[tuple[str, str]]:
    body = BodyMember("", (), (BodyMember("x", (row_of("x", kind, None, text),)),))
    return [(one.kind, one.subject) for one in compared(body, [example_of({"x": value})], "the answer", missing=True)]


@pytest.mark.parametrize(
    ("kind", "text", "broken", "kept"),
    [
        ("integer", "大于0", 0, 1),
        ("integer", "最大值为5", 6, 5),
        ("number", "取值范围：1-5", 5.5, 2.5),
        ("string", "最多 3 个字符", "four", "two"),
        ("string", "取值：a、b", "c", "b"),
        ("string", "ISO 8601格式", "yesterday", "2030-01-01T00:00:00Z"),
        ("string", "正则表达式：^[a-z]+$", "A1", "a"),
    ],
)
def test_an_example_that_its_row_does_not_allow_is_told(kind: str, text: str, broken: Any, kept: Any) -> None:
    assert found(kind, text, broken) == [("value", "x")]
    assert found(kind, text, kept) == []


def test_null_and_values_of_no_known_type_break_no_bound() -> None:
    assert found("integer", "大于0，可为空", None) == []
    assert found("bogus", "大于0", {"a": 1}) == []
