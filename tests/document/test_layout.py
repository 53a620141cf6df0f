"""A printed document has the lines, tables, code and headings of the page that it was printed from."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from rendering import STYLE, printed

from conformance.document.layout import source_of
from conformance.document.lines import Source
from conformance.document.pages import WIDE, Box, Piece, Printed, Ruled, Sheet
from conformance.document.pdf import read_pdf

HEADER = "<thead><tr><th>名称</th><th>类型</th><th>是否必选</th><th>描述</th></tr></thead>"
WORDS = "架上每一本书的说明，文字够长，一行放不下，所以要换行。"


def read(body: str, directory: Path, *, style: str = STYLE, margins: bool = False) -> Source:
    data = printed(body, directory, style=style, margins=margins).read_bytes()
    return read_pdf(data, Path("page.pdf"), sha256(data).hexdigest())


def rows(source: Source) -> list[list[list[str]]]:
    return [[[cell.text for cell in row] for row in grid.rows] for grid in source.grids]


def table(count: int, words: str = WORDS) -> str:
    body = "".join(
        f"<tr><td>shelf_name_{at}</td><td>String</td><td>{'否是'[at % 2]}</td><td>{at}：{words}</td></tr>"
        for at in range(count)
    )
    return f"<table>{HEADER}{body}</table>"


def expected(count: int, words: str = WORDS) -> list[list[str]]:
    body = [[f"shelf_name_{at}", "String", "否是"[at % 2], f"{at}：{words}"] for at in range(count)]
    return [["名称", "类型", "是否必选", "描述"], *body]


def test_cells_are_whole_though_their_lines_are_broken(tmp_path: Path) -> None:
    source = read(f"<p>前</p>{table(3, WORDS * 3)}<p>后</p>", tmp_path)
    assert [expected(3, WORDS * 3)] == rows(source)
    (grid,) = source.grids
    assert (2, source.line_count - 1) == (grid.line, grid.last_line)
    named = {line.number: line.text for line in source.lines}
    assert all(row[0].text[:5] in named[row[0].line] for row in grid.rows)


@pytest.mark.parametrize("align", ["top", "middle"])
@pytest.mark.parametrize("margins", [True, False], ids=["furniture", "bare"])
def test_a_table_over_pages_is_one_and_its_repeated_header_is_furniture(
    tmp_path: Path, align: str, margins: bool
) -> None:
    style = STYLE.replace("middle", align)
    source = read(f"<p>前</p>{table(22, WORDS * 6)}<p>后</p>", tmp_path, style=style, margins=margins)
    assert [expected(22, WORDS * 6)] == rows(source)
    assert 1 < max(line.page for line in source.lines)
    aside = "".join(line.text for line in source.furniture)
    assert "名称" in aside
    assert margins == ("page.html" in aside)
    assert not {line.number for line in source.lines} & {line.number for line in source.furniture}


def test_two_tables_with_a_heading_between_are_two(tmp_path: Path) -> None:
    source = read(table(2) + "<h3>请求</h3>" + table(1), tmp_path)
    assert [expected(2), expected(1)] == rows(source)


def test_two_tables_on_two_pages_with_headers_of_their_own_are_two(tmp_path: Path) -> None:
    other = HEADER.replace("描述", "说明")
    source = read(table(2) + '<div style="break-before: page"></div>' + table(1).replace(HEADER, other), tmp_path)
    assert [expected(2), [["名称", "类型", "是否必选", "说明"], *expected(1)[1:]]] == rows(source)


def test_a_cell_that_spans_is_in_each_row_and_column(tmp_path: Path) -> None:
    body = (
        f"<table>{HEADER}<tr><td rowspan=2>a</td><td>String</td><td>是</td><td>甲</td></tr>"
        "<tr><td>Integer</td><td>否</td><td>乙</td></tr><tr><td colspan=4>其他</td></tr></table>"
    )
    source = read(body, tmp_path)
    assert [["a", "String", "是", "甲"], ["a", "Integer", "否", "乙"], ["其他"] * 4] == rows(source)[0][1:]
    first, second, third = source.grids[0].rows[1:]
    assert first[0] is second[0]
    assert third[0] is third[3]


def test_indents_of_cells_are_seen_and_centred_cells_have_none(tmp_path: Path) -> None:
    names = ["shelf", "&nbsp;&nbsp;book", '<span style="padding-left: 24px">page</span>', "floor"]
    body = "".join(f"<tr><td>{name}</td><td align=center>{'x' * at}</td></tr>" for at, name in enumerate(names, 1))
    source = read(f"<table><tr><th>名称</th><th>描述</th></tr>{body}</table>", tmp_path)
    indents = [(row[0].text, row[0].indent, row[1].indent) for row in source.grids[0].rows]
    assert [("名称", 0, 0), ("shelf", 0, 0), ("book", 2, 0), ("page", 8, 0), ("floor", 0, 0)] == indents


def test_breaks_of_the_author_and_at_blanks_keep_words_apart(tmp_path: Path) -> None:
    style = STYLE.replace("word-break: break-all; vertical", "vertical")
    words = "the words of this cell are broken at their blanks and at no other place of it " * 3
    body = f"<tr><td>state</td><td>可选值：<br>active<br>queued</td></tr><tr><td>note</td><td>{words}</td></tr>"
    source = read(f"<table><tr><th>名称</th><th>描述</th></tr>{body}</table>", tmp_path, style=style)
    assert ["可选值：active queued", words.strip()] == [row[1].text for row in source.grids[0].rows[1:]]


def test_a_mark_that_cannot_begin_a_line_takes_what_is_before_it_along(tmp_path: Path) -> None:
    texts = [f"{'书' * count}架1~500。" for count in range(8, 20)]
    body = "".join(f"<tr><td>shelf</td><td>{text}</td></tr>" for text in texts)
    style = STYLE.replace("width: 100%", "width: 60mm")
    source = read(f"<table><tr><th>名称</th><th>描述</th></tr>{body}</table>", tmp_path, style=style)
    assert texts == [row[1].text for row in source.grids[0].rows[1:]]


def test_code_with_a_shadow_is_read_once_with_its_indents(tmp_path: Path) -> None:
    code = '{\n  "shelf": {\n    "名称": "用户页面",\n    "id": "a--b"\n  }\n}'
    source = read(f"<p>例：</p><pre>{code}</pre><p>后</p>", tmp_path)
    assert code.split("\n") == [line.raw for line in source.lines[1:-1]]
    assert ((2, 7),) == source.codes
    assert ((), {}) == (source.grids, source.titles)


def test_headings_are_known_by_their_size(tmp_path: Path) -> None:
    source = read("<h1>1 图书馆</h1><h2>1.1 书架</h2><p>用户可以看到页面。</p><h2>1.2 书</h2><p>长</p>", tmp_path)
    assert {1: 1, 2: 2, 4: 2} == source.titles
    assert "用户可以看到页面。" == source.lines[2].text


def test_a_frame_or_a_ground_is_no_table(tmp_path: Path) -> None:
    source = read('<div style="border: 1px solid">框</div><p style="background: #ddd">底</p>', tmp_path)
    assert ((), ["框", "底"]) == (source.grids, [line.text for line in source.lines])


def line(text: str, top: float, size: float = 9.0, font: str = "Song") -> Printed:
    return Printed(text, 50.0, top, 200.0, top + size, size, font, 5.0)


def sheet(*lines: Printed, tables: tuple[Ruled, ...] = ()) -> Sheet:
    counts = {(item.font, item.size, False): len(item.text) * 100 for item in lines}
    return Sheet(842.0, lines, tables, {"Song": {WIDE: 1.0}, "Code": {"i": 0.6, "m": 0.6}}, counts)


def test_numbers_of_pages_and_running_heads_are_furniture_and_headings_are_not() -> None:
    names = ["借书", "还书", "找书", "买书"]
    pages = [
        sheet(line("手册", 20), line(f"1.{at} {name}", 60), line("功能介绍", 80), line(f"手册 第{at}页", 800))
        for at, name in enumerate(names)
    ]
    source = source_of(pages, "0" * 64)
    assert ["手册", "手册 第0页"] == [item.text for item in source.furniture[:2]]
    assert ["1.0 借书", "功能介绍"] == [item.text for item in source.lines[:2]]
    assert 16 == len(source.lines) + len(source.furniture) == source.line_count


def test_what_stands_elsewhere_on_each_page_is_no_furniture() -> None:
    source = source_of([sheet(line("请求示例", 20 + 10 * at), line(f"{at}", 90)) for at in range(5)], "0" * 64)
    assert "请求示例" in {item.text for item in source.lines}


def test_a_number_that_does_not_grow_with_the_pages_is_none_of_theirs() -> None:
    source = source_of([sheet(line(f"错误 {code}", 60), line("词", 90 + code)) for code in (404, 401, 409)], "0" * 64)
    assert () == source.furniture


def test_a_block_of_code_over_pages_is_one() -> None:
    pages = [
        sheet(line("例", 60), line("{", 80, font="Code"), line("1", 800)),
        sheet(line("}", 60, font="Code"), line("完", 80), line("2", 800)),
    ]
    assert ((2, 4),) == source_of(pages, "0" * 64).codes


def test_a_document_in_one_typewriter_font_has_no_code() -> None:
    assert () == source_of([sheet(line("word", 60, font="Code"), line("word", 80, font="Code"))], "0" * 64).codes


def test_a_table_that_begins_a_page_after_a_paragraph_is_another() -> None:
    def cell(text: str, x: float, at: int) -> Box:
        return Box((Piece(text, x + 2, x + 20, 5.0, 18.0),), x, x + 100, at, at, font="Song")

    def ruled(at: int, *names: str) -> Ruled:
        body = tuple((cell(name, 50, at + step), cell("x", 150, at + step)) for step, name in enumerate(names))
        return Ruled((50.0, 150.0), body, at, at + len(names) - 1)

    first = sheet(line("甲 x", 60), line("a x", 80), tables=(ruled(0, "甲", "a"),))
    follows = sheet(line("b x", 60), line("c x", 80), tables=(ruled(0, "b", "c"),))
    after = sheet(line("段", 40), line("b x", 60), line("c x", 80), tables=(ruled(1, "b", "c"),))
    assert [["甲", "a", "b", "c"]] == [
        [row[0].text for row in grid.rows] for grid in source_of([first, follows], "").grids
    ]
    assert [["甲", "a"], ["b", "c"]] == [
        [row[0].text for row in grid.rows] for grid in source_of([first, after], "").grids
    ]
