"""Tables as the dump gives them: wrapped cells, headers printed twice, headers again at page tops."""

from __future__ import annotations

from conformance.document import Document, Row, Table
from conformance.document.columns import header_of
from conformance.document.lines import Line, Source
from conformance.document.tables import joined, read_table
from conformance.document.tally import Tally


def lines(*texts: str) -> list[Line]:
    return [Line(number, 1, text, text) for number, text in enumerate(texts, start=1)]


def read(given: list[Line]) -> tuple[Table, int]:
    return read_table(given, 0, Tally(Source(tuple(given), "", len(given))))


def row(table: Table | None, name: str) -> Row:
    assert table is not None
    return next(item for item in table.rows if item.name == name)


def test_a_header_is_a_line_of_known_words_printed_once_or_twice() -> None:
    assert header_of("参数 参数类型 描述") == ("name", "type", "description")
    assert header_of("参数 参数类型 描述" * 2) == ("name", "type", "description")
    assert header_of("状态码 Error Message 说明") == ("code", "phrase", "description")


def test_other_lines_are_no_headers() -> None:
    assert [header_of(text) for text in ("参数", "描述 参数", "参数 title", "title string 是")] == [None] * 4


def test_a_header_again_at_the_top_of_a_page_begins_no_table(library: Document) -> None:
    table = next(item.request_tables[0] for item in library.operations if item.method == "POST")
    assert table is not None
    assert [(item.name, item.line, item.page) for item in table.rows] == [
        ("title", 225, 5),
        ("kind", 227, 5),
        ("pages", 230, 6),
        ("weight", 232, 6),
    ]


def test_a_description_goes_on_over_lines(library: Document) -> None:
    found = row(library.operations[0].request_tables[0], "page-size")
    assert (found.description, found.line, found.last_line) == ("一页放几本，大于0的数。", 159, 161)


def test_a_cell_in_parentheses_goes_on_over_lines(library: Document) -> None:
    found = row(library.common.request_parameters, "X-Auth-Token")
    assert (found.required, found.description) == (False, "登录得来的凭据，放在头部。")


def test_a_phrase_that_was_broken_inside_a_word_is_joined(library: Document) -> None:
    code = next(item for item in library.common.error_codes if item.code == 413)
    assert (code.phrase, code.line, code.last_line) == ("Request Entity Too Large", 123, 131)


def test_a_broken_word_is_joined_and_a_new_one_is_not() -> None:
    assert joined(["application/j", "son"]) == "application/json"
    assert joined(["Gateway", "Timeout"]) == "Gateway Timeout"


def test_a_table_ends_where_an_example_or_another_table_begins() -> None:
    for after in ("{", "参数 描述"):
        table, at = read(lines("参数 参数类型 描述", "title string 书名。", after))
        assert ([item.name for item in table.rows], at) == (["title"], 2)


def test_a_table_without_types_has_none() -> None:
    table, _ = read(lines("参数 是否必选 描述", "book_id 是 书号。"))
    assert [(item.name, item.type, item.required) for item in table.rows] == [("book_id", None, True)]


def test_a_caption_between_two_tables_is_no_part_of_the_row_above() -> None:
    table, at = read(
        lines("参数 参数类型 描述", "shelf object 书架。", "shelf字段说明", "参数 参数类型 描述", "id string 书号。")
    )
    assert ([("shelf", "书架。")], 2) == ([(item.name, item.description) for item in table.rows], at)


def test_a_wrapped_description_leaves_its_cells_to_the_columns_before_it() -> None:
    head = "参数 必选 类型 取值范围 示例 描述"
    table, _ = read(lines(head, "pages 否 integer 1~9 3", "一本书有多少", "页。"))
    assert [("1~9", "3", "一本书有多少页。")] == [
        (item.constraint, item.example, item.description) for item in table.rows
    ]


def test_a_cell_that_may_be_of_either_column_is_not_told_apart() -> None:
    given = lines("参数 必选 类型 取值范围 示例 描述", "pages 否 integer 3", "一本书有多少", "页。")
    tally = Tally(Source(tuple(given), "", len(given)))
    table, _ = read_table(given, 0, tally)
    assert [(None, None)] == [(item.constraint, item.example) for item in table.rows]
    assert ["a row whose cells cannot be told apart"] == [item.reason for item in tally.unread]
