"""The documents of our own: what they are for is in them, and each form has all that they say."""

from __future__ import annotations

import html
import re

import pytest
from document.own.blocks import Sheet, blocks
from document.own.editions import CHAPTERS, EDITIONS
from document.own.forms import to_dump, to_html, to_markdown
from document.own.truth import TrueEdition, TrueRow

DOCUMENTS = pytest.mark.parametrize("edition", EDITIONS.values(), ids=list(EDITIONS))


def rows(edition: TrueEdition) -> list[TrueRow]:
    return [row for item in edition.operations for _, row in (*item.request_rows, *item.response_rows)]


def test_there_are_four_chapters_in_two_editions_and_more_than_thirty_operations() -> None:
    assert (4, [2, 2, 2, 2]) == (len(CHAPTERS), [len(pair) for pair in CHAPTERS.values()])
    assert [(14, 13), (14, 13), (13, 12), (14, 13)] == [
        (len(first.operations), len(second.operations)) for first, second in CHAPTERS.values()
    ]


@DOCUMENTS
def test_what_a_row_says_beside_its_words_is_in_its_words(edition: TrueEdition) -> None:
    for row in rows(edition):
        words = f"{row.constraint or ''} {row.description} {row.default or ''}"
        numbers = [row.maximum, row.min_length, row.max_length]
        assert [] == [value for value in (*row.enum, row.default) if value is not None and value not in words], row
        assert [] == [value for value in numbers if value is not None and str(value) not in words], row


@pytest.mark.parametrize(("first", "second"), CHAPTERS.values(), ids=list(CHAPTERS))
def test_the_second_edition_lacks_an_operation_and_mends_one_contradiction(
    first: TrueEdition, second: TrueEdition
) -> None:
    gone = {item.title for item in first.operations} - {item.title for item in second.operations}
    assert (1, set()) == (
        len(gone),
        {item.title for item in second.operations} - {item.title for item in first.operations},
    )
    assert (1, 1) == (
        len(set(first.contradictions) - set(second.contradictions)),
        len(set(second.contradictions) - set(first.contradictions)),
    )
    assert {row.enum for row in rows(second)} - {row.enum for row in rows(first)} != set()


@DOCUMENTS
def test_each_form_has_each_cell(edition: TrueEdition) -> None:
    document = blocks(edition)
    cells = [cell for block in document if isinstance(block, Sheet) for line in block.rows for cell in line if cell]
    forms = (
        re.sub(r"\s", "", to_dump(document)),
        re.sub(r"\\|\s", "", to_markdown(document)),
        re.sub(r"\s", "", html.unescape(to_html(document))),
    )
    for form in forms:
        assert [] == [cell for cell in cells if re.sub(r"\s", "", cell) not in form]


def test_the_dump_wraps_cells_repeats_headers_and_prints_code_twice() -> None:
    lines = to_dump(blocks(EDITIONS["volumes-1"])).splitlines()
    assert '        "code""code":: 404404,,  ' in lines
    assert " 参数 参数类型 描述" in lines
    assert ["407", "Proxy Authentication Req", "", "uired", "", "要先在代理那里登录，然后再来。"] == (
        lines[lines.index("407") : lines.index("407") + 6]
    )
    assert all(line.strip() == "" for line in lines if not line)
