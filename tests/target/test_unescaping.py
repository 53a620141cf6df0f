"""A text without its escapes, and where each part of it stood."""

from __future__ import annotations

import base64

import pytest

from conformance.target.unescaping import joined, packed, renderings, unpacked, whole_texts


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a%2fb%2Fc", "a/b/c"),
        ("a%252fb", "a/b"),
        ("%e4%b8%80", "一"),
        (r"\u0041\u00e9", "Aé"),
        (r"\ud83d\ude00", "😀"),
        (r"\x41\n\"", 'A\n"'),
        ("&lt;&#65;&#x42;&amp;", "<AB&"),
        (r"\\u0041", "A"),
        ("plain & 100%", "plain & 100%"),
    ],
)
def test_escapes_are_undone_as_often_as_there_are_some(written: str, read: str) -> None:
    *_, last = renderings(written)
    assert read == last.text


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("ab\ncd", "abcd"),
        ('["ab", "cd"]', '["abcd"]'),
        ("ab<b>cd", "abcd"),
        ("a\u200bb", "ab"),
        ("a\0b\0", "ab"),
        ('"ab","x": "cd"', '"abcd"'),
    ],
)
def test_what_splits_a_text_is_left_out(written: str, whole: str) -> None:
    assert whole == whole_texts(written)


def test_a_part_is_traced_back_to_where_it_was_written() -> None:
    text = r"see %2541\u0042-C and"
    *_, last = renderings(text)
    start = last.text.index("AB-C")
    first, end = last.written(start, start + 4)
    assert r"%2541\u0042-C" == text[first:end]


def test_a_part_that_was_split_is_traced_back_with_what_splits_it() -> None:
    text = 'x "ab",\n "cd" y'
    whole = joined(next(renderings(text)))
    start = whole.text.index("abcd")
    first, end = whole.written(start, start + 4)
    assert 'ab",\n "cd' == text[first:end]


PACKED = {
    "base64": base64.b64encode(b"user:some+words/here="),
    "base64 without its end": base64.b64encode(b"user:some+words/here=").rstrip(b"="),
    "lines": base64.b64encode(b"user:some\nwords~\nhere="),
    "hexadecimal": b"user:some+words/here=".hex().encode(),
    "capitals": b"user:some+words/here=".hex().upper().encode(),
}


@pytest.mark.parametrize("way", PACKED)
def test_what_is_packed_is_read_and_traced_back_to_the_characters_that_hold_it(way: str) -> None:
    text = f"(.{PACKED[way].decode()}.)"
    assert "words" in packed(text)
    inner = unpacked(next(renderings(text)))
    start = inner.text.index("words")
    first, end = inner.written(start, start + 5)
    again = unpacked(next(renderings(PACKED[way].decode()[: end - 2]))).text
    assert again.endswith("words") or again[:-1].endswith("words")
    assert 5 <= end - first <= 10


@pytest.mark.parametrize(
    "text", ["an ordinary sentence of the documentation", "0f8b2c3d-1111-4222-8333-444455556666", "eyJh", "6162636465"]
)
def test_what_is_not_packed_is_left_alone(text: str) -> None:
    assert "" == packed(text)
