"""Lines of prose that may promise something, told by a word of duty or because they stand as a precondition."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.document import Document, read_document
from conformance.document.candidates import Candidate, candidates


def edition(library_path: Path, tmp_path: Path, old: str, new: str) -> Document:
    text = library_path.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "edition.txt"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return read_document(path)


def test_preconditions_are_candidates_whatever_their_words(library: Document) -> None:
    assert [Candidate(line, name, "preconditions", "", ()) for line, name in PRECONDITIONS] == list(candidates(library))


PRECONDITIONS = [(215, "book.create"), (310, "book.patch"), (312, "book.patch")]


@pytest.mark.parametrize(
    ("words", "marker", "names"),
    [
        ("必须先登录，才能调用GET /v1/books，否则得到401。", "必须", ("GET", "/v1/books", "401")),
        ("只有管理员可以看author。", "只有", ("author",)),
        ("Only readers with a card may use page-size.", "only", ("readers", "card", "page-size")),
        ("A reader must not lend a book.", "must", ()),
    ],
)
def test_a_word_of_duty_makes_a_line_a_candidate(
    library_path: Path, tmp_path: Path, words: str, marker: str, names: tuple[str, ...]
) -> None:
    read = edition(library_path, tmp_path, "把架上的书一本一本列出来。", words)
    assert Candidate(147, "book.list", "introduction", marker, names) in candidates(read)


def test_a_line_of_the_common_part_says_below_which_heading_it_stands(library_path: Path, tmp_path: Path) -> None:
    read = edition(library_path, tmp_path, "登录时把读者证号写进正文：", "必须把读者证号写进正文：")
    assert [Candidate(52, "", "signature", "必须", ())] == [item for item in candidates(read) if item.line == 52]


@pytest.mark.parametrize("old", ["只看这个人写的。", "Not Found", "要注销的书，UUID格式。"])
def test_a_table_and_an_example_promise_by_themselves(library_path: Path, tmp_path: Path, old: str) -> None:
    read = edition(library_path, tmp_path, old, f"must {old}")
    assert [item.line for item in candidates(read)] == [line for line, _ in PRECONDITIONS]
