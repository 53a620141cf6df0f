"""Bytes become lines with numbers and pages; a file that is no such document gets one line."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from conformance.document.lines import Source
from conformance.document.sources import LARGEST, given_bytes, source_of
from conformance.model.errors import DocumentError


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "document.txt"
    path.write_bytes(content)
    return path


def read_source(path: Path) -> Source:
    data = given_bytes(path)
    return source_of(data, path, sha256(data).hexdigest(), print)


def test_lines_keep_their_number_when_blank_ones_are_left_out(tmp_path: Path) -> None:
    source = read_source(written(tmp_path, b"one\n\n\ntwo\n"))
    assert [(line.number, line.text) for line in source.lines] == [(1, "one"), (4, "two")]
    assert (source.line_count, source.sha256) == (4, sha256(b"one\n\n\ntwo\n").hexdigest())


def test_a_page_begins_where_a_line_has_one_blank_more(tmp_path: Path) -> None:
    source = read_source(written(tmp_path, b"one\n  code\n two\n     code\nthree\n"))
    assert [(line.text, line.page) for line in source.lines] == [
        ("one", 1),
        ("code", 1),
        ("two", 2),
        ("code", 3),
        ("three", 3),
    ]


def test_a_page_begins_at_a_form_feed(tmp_path: Path) -> None:
    source = read_source(written(tmp_path, b"one\n\ftwo\nthree\n"))
    assert [(line.text, line.page) for line in source.lines] == [("one", 1), ("two", 2), ("three", 2)]


def test_blanks_of_other_kinds_are_blanks(tmp_path: Path) -> None:
    source = read_source(written(tmp_path, "a\u00a0b\tc\n".encode()))
    assert [line.text for line in source.lines] == ["a b c"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"\x00\x01", "is binary"),
        (b"a\x07b", "is binary"),
        ("甲乙丙".encode("gbk"), "is not UTF-8 (byte 0; it may be GB 18030: iconv -f GB18030 -t UTF-8)"),
        (b"abc\xff", "is not UTF-8 (byte 3); convert it"),
        ("甲乙丙".encode("utf-16"), "is UTF-16; convert it to UTF-8 first"),
        (b"PK\x03\x04\x14\x00", "is a ZIP file, as Office documents"),
        (b"%PDF-1.7 nothing", "is a PDF that cannot be read"),
        (b"\n %PDF-1.7 nothing", "is a PDF that cannot be read"),
        (b"x" * (LARGEST + 1), "is larger than 20 MiB"),
    ],
    ids=[
        "empty",
        "blank",
        "NUL",
        "control character",
        "GBK",
        "no encoding",
        "UTF-16",
        "docx",
        "broken PDF",
        "broken PDF after blanks",
        "too large",
    ],
)
def test_a_file_that_is_no_such_document_gets_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_source(written(tmp_path, content))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_directory_get_one_line(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="there is no such file"):
        read_source(tmp_path / "absent.txt")
    with pytest.raises(DocumentError, match="is a directory"):
        read_source(tmp_path)


def test_the_form_is_told_by_marks_or_by_the_suffix(tmp_path: Path) -> None:
    path = written(tmp_path, b"# a\n\n## b\n\n| c | d |\n|---|---|\n| e | f |\n")
    assert [["c", "d"], ["e", "f"]] == [[cell.text for cell in row] for row in read_source(path).grids[0].rows]
    path = written(tmp_path, b"<!DOCTYPE html>\n<h1>a</h1>\n")
    assert {2: 1} == read_source(path).titles
    path = tmp_path / "a.md"
    path.write_bytes(b"# a\n")
    assert [(1, "a")] == [(line.number, line.text) for line in read_source(path).lines]


def test_radicals_in_a_text_dump_are_characters(tmp_path: Path) -> None:
    assert ["用户"] == [line.text for line in read_source(written(tmp_path, "⽤⼾\n".encode())).lines]
