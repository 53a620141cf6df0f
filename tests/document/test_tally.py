"""Every line of a document is accounted for, whatever stands in it, and nothing but DocumentError is raised."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.document import Document
from conformance.document.lines import Line, Source, dump_lines
from conformance.document.markdown import read_markdown
from conformance.document.model import Account
from conformance.document.reader import document_of
from conformance.document.tally import Tally, is_complete

LIBRARY = (Path(__file__).parent / "data" / "library.txt").read_text(encoding="utf-8")
PIECES = LIBRARY.split("\n\n")
WORDS = (
    "请求参数",
    "参数 类型 描述",
    "name string 甲",
    "{",
    "}",
    "[[",
    "URI",
    "GET /v1/a",
    "400, 401",
    "1.3 图书",
    "错误码",
    "'",
    "curl -d '{",
)


def read(text: str) -> Document:
    lines, count = dump_lines(text)
    return document_of(Source(lines, "", count))


def test_an_account_is_complete_when_each_line_is_in_one_part() -> None:
    one, two = frozenset({1}), frozenset({2})
    assert is_complete(Account(cited=one, blank=two), 2)
    assert not is_complete(Account(cited=one), 2)
    assert not is_complete(Account(cited=one, prose=one, blank=two), 2)


def test_a_line_of_which_nothing_was_said_is_not_understood() -> None:
    tally = Tally(Source((Line(1, 1, "a", "a"), Line(3, 1, "b", "b"), Line(9, 1, "c", "c")), "", 9))
    tally.cite(1, 1)
    unread, account = tally.settle()
    assert [(3, 3), (9, 9)] == [(item.line, item.last_line) for item in unread]
    assert (frozenset({1}), frozenset({3, 9})) == (account.cited, account.unread)
    assert is_complete(account, 9)


def test_the_library_is_accounted_for_and_understood() -> None:
    document = read(LIBRARY)
    assert is_complete(document.account, 494)
    assert ((), frozenset()) == (document.unread, document.account.unread)


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, len(PIECES)))
def test_a_document_whose_lines_are_shuffled_cut_and_strewn_is_accounted_for(random: Random, length: int) -> None:
    pieces = random.sample(PIECES, length)
    for _ in range(5):
        pieces.insert(random.randint(0, len(pieces)), random.choice(WORDS))
    document = read("\n\n".join(pieces))
    assert is_complete(document.account, document.line_count)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(LIBRARY)), st.integers(0, len(LIBRARY)))
def test_a_document_of_which_a_part_is_missing_is_accounted_for(first: int, second: int) -> None:
    document = read(LIBRARY[: min(first, second)] + LIBRARY[max(first, second) :])
    assert is_complete(document.account, document.line_count)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            (*WORDS, "# 1.3 图书", "## 请求示例", "| 参数 | 类型 |\n|--|--|\n| a | string |", "```\n{\n```")
        ),
        max_size=25,
    )
)
def test_markdown_of_any_order_is_accounted_for(blocks: list[str]) -> None:
    document = document_of(read_markdown("\n\n".join(blocks), ""))
    assert is_complete(document.account, document.line_count)


@pytest.mark.parametrize(
    "line", ["[" * 20000, "{" * 300 + "]" * 300, '{"' * 5000, "a" * 100_000, "参数 " * 20000, "curl '"]
)
def test_a_hostile_line_is_accounted_for_in_time(line: str) -> None:
    text = LIBRARY.replace("GET /v1/books?page_size=2&author=Lu&draft=1", "\n\n".join([line] * 20))
    document = read(text)
    assert is_complete(document.account, document.line_count)
    assert len(document.operations) == 8


def test_what_a_row_takes_along_stands_below_it_without_a_row_between(library: Document) -> None:
    rows = [row for table in library.tables for row in table.rows]
    assert all(above.last_line < below.line for above, below in pairwise(rows) if above.line < below.line)
