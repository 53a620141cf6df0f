"""Lines of a terminal: wrapped between words, aligned, and nothing broken that is copied whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from conformance.reports.wrapping import wrapped


def test_further_lines_stand_under_the_first() -> None:
    assert ["1. one two", "   three", "   four"] == wrapped("1. one two three four", 10, "   ")


def test_what_is_copied_stays_whole_however_long() -> None:
    path = "reports/findings/0123456789ab.sh"
    assert ["see", f"  {path}", "  there"] == wrapped(f"see {path} there", 12, "  ")


def test_chinese_breaks_between_characters_and_keeps_its_punctuation() -> None:
    assert ["响应头缺失，", "应为空"] == wrapped("响应头缺失，应为空", 12)
    assert ["响应头", "缺失，", "应为空"] == wrapped("响应头缺失，应为空", 7)
    assert ["按名称", "（name）", "查询"] == wrapped("按名称（name）查询", 8)


def test_an_empty_text_is_one_line() -> None:
    assert [""] == wrapped("", 80)


@given(st.lists(st.text("abc-./,中文，（）", min_size=1, max_size=12), min_size=1, max_size=12), st.integers(10, 60))
def test_nothing_is_lost_and_only_a_word_alone_is_wider(words: list[str], width: int) -> None:
    text = " ".join(words)
    lines = wrapped(text, width, "  ")
    assert "".join(text.split()) == "".join("".join(lines).split())
    assert [line for line in lines if cell_len(line) > width and " " in line.strip()] == []
