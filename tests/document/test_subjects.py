"""What a number counts, where that is not what its row is."""

from __future__ import annotations

import re

import pytest
from document.described_documents import row_of

from conformance.document.subjects import counts_another, is_by_default, is_in_other_units


def number(text: str) -> re.Match[str]:
    found = re.search(r"\d+", text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "text", ["每个最长9", "掩码不超过9", "值最长9", "编码前最多9个字符", "each at most 9 characters"]
)
def test_a_length_of_a_part_is_that_of_another_thing(text: str) -> None:
    assert counts_another(text, number(text))


@pytest.mark.parametrize(
    "text", ["每个项目的名称，最长9", "取值长度不超过9", "密钥对名称最长9", "at most 9 characters"]
)
def test_a_length_of_its_own_is_that_of_the_row(text: str) -> None:
    assert not counts_another(text, number(text))


@pytest.mark.parametrize(
    ("text", "wanted"), [("默认9", True), ("建议的9", True), ("a default 9", True), ("最大9", False)]
)
def test_a_number_by_default_is_no_limit(text: str, wanted: bool) -> None:
    assert is_by_default(text, number(text)) is wanted


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("size", "9GB", True),
        ("size", "9 字节", True),
        ("size", "9", False),
        ("size", "9个", False),
        ("size", "9GB，单位为GiB", False),
        ("size", "9GB（MB）", True),
        ("size", "9GB，以G为单位", False),
        ("size", "9 bytes, in bytes", False),
        ("size_bytes", "9字节", False),
        ("rate", "9Mbps", True),
        ("rate", "9Mbps，单位Mbps", False),
    ],
)
def test_a_number_of_units_is_one_of_a_row_in_these_units(name: str, text: str, wanted: bool) -> None:
    assert is_in_other_units(row_of(name, "integer", None, text), text, number(text)) is wanted
