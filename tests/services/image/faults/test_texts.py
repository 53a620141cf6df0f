"""Classes of texts, and what faults make of a text."""

from __future__ import annotations

import pytest

from conformance.services.image.faults.texts import (
    ALTERATIONS,
    STORED_BY_CREATE,
    UNDERSTOOD,
    ascii_only,
    is_han,
    unaccented,
    unwidened,
)


@pytest.mark.parametrize(("text", "wanted"), [("镜", True), ("a龥", True), ("é", False), ("あ", False), ("", False)])
def test_han_is_told_from_other_scripts(text: str, wanted: bool) -> None:
    assert wanted is is_han(text)


def test_full_width_letters_become_ordinary_ones_and_nothing_else_does() -> None:
    assert unwidened("Ａ１ﬁ½镜é") == "A1ﬁ½镜é"


def test_accents_go_and_letters_stay() -> None:
    assert unaccented("Éeß镜") == "Eeß镜"


def test_what_is_not_ascii_becomes_a_question_mark() -> None:
    assert ascii_only("a镜é") == "a??"


@pytest.mark.parametrize(
    ("word", "text", "wanted"),
    [
        ("leading-zeros", "007", "7"),
        ("leading-zeros", "000", "000"),
        ("leading-zeros", "0x7", "0x7"),
        ("number", "1.0", "1"),
        ("number", "-2.00", "-2"),
        ("number", "1.05", "1.05"),
        ("true", "true", "True"),
        ("true", "truest", "truest"),
        ("null", "null", ""),
        ("null", "nullify", "nullify"),
        ("trimmed", " a b ", "a b"),
        ("wide", "Ｂ", "B"),
        ("unescaped", "100%42", "100B"),
        ("one-line", "a\nb", "a b"),
        ("cut-at-254", "x" * 300, "x" * 254),
    ],
)
def test_a_property_is_altered(word: str, text: str, wanted: str) -> None:
    assert wanted == ALTERATIONS[word](text)


@pytest.mark.parametrize(
    ("word", "text", "wanted"),
    [
        ("trimmed", " a  b ", "a b"),
        ("ascii", "é", "?"),
        ("latin-1", "é", "Ã©"),
        ("html", "a<b&c", "a&lt;b&amp;c"),
        ("control", "a\tb", "a b"),
        ("bmp", "a😀", "a?"),
        ("slash", "a\\b", "a/b"),
    ],
)
def test_a_name_is_understood_otherwise(word: str, text: str, wanted: str) -> None:
    assert wanted == UNDERSTOOD[word](text)


@pytest.mark.parametrize(
    ("word", "text", "wanted"),
    [
        ("decomposed", "é", "e\u0301"),
        ("compatible", "ﬁ", "fi"),
        ("cut-at-255-bytes", "镜" * 86, "镜" * 85),
        ("backslash", "a\\b", "a\\\\b"),
        ("plus", "a+b", "a b"),
    ],
)
def test_a_name_is_stored_otherwise(word: str, text: str, wanted: str) -> None:
    assert wanted == STORED_BY_CREATE[word](text)
