"""Tables as the dump gives them: wrapped cells, headers printed twice, headers again at page tops."""

from __future__ import annotations

import pytest

from conformance.document import Document, Row, Table
from conformance.document.columns import header_of
from conformance.document.constraints import said
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


# --- rows that cannot be read -----------------------------------------------------------------------------------------


def unread(*texts: str) -> tuple[list[tuple[str, str]], list[tuple[int, str]]]:
    """(name, description) of the rows that are read, (line, reason) of what is not understood."""
    given = lines(*texts)
    tally = Tally(Source(tuple(given), "", len(given)))
    table, _ = read_table(given, 0, tally)
    return [(item.name, item.description) for item in table.rows], [(item.line, item.reason) for item in tally.unread]


NO_NAME, NO_CODE = "a row without a name", "a row whose code is no HTTP status"


@pytest.mark.parametrize("name", ["a/b", "1st", "#tag", "a=b", "名称", "书架/层"])
def test_a_row_whose_name_is_none_is_told_and_is_no_part_of_the_row_above(name: str) -> None:
    for head, cells in (
        ("参数 类型 是否必选 描述", "string 否 "),
        ("参数 类型 描述", "string "),
        ("参数 是否必选 描述", "否 "),
    ):
        first, last = f"title {cells}书名。", f"kind {cells}哪一类。"
        assert unread(head, first, f"{name} {cells}乙。", "丙。", last) == (
            [("title", "书名。"), ("kind", "哪一类。")],
            [(3, NO_NAME)],
        )


def test_a_row_whose_name_is_none_is_told_where_a_table_has_no_types() -> None:
    assert unread("参数 描述", "title 书名。", "a/b 甲或乙。") == ([("title", "书名。")], [(3, NO_NAME)])


def test_names_with_colons_and_brackets_are_names() -> None:
    assert unread("参数 类型 是否必选 描述", "os-foo:bar string 否 甲。", "x.y[] string 否 乙。") == (
        [("os-foo:bar", "甲。"), ("x.y[]", "乙。")],
        [],
    )


def test_a_dash_before_a_name_is_a_mark_of_its_depth_with_a_blank_or_without() -> None:
    for mark in ("-", "- ", "--"):
        table, _ = read(lines("参数 类型 是否必选 描述", "shelf object 否 书架。", f"{mark}size integer 否 几本。"))
        assert [(item.name, item.depth) for item in table.rows] == [("shelf", 0), ("size", 1)]


def test_what_stands_below_a_row_that_cannot_be_read_is_not_put_below_the_row_above() -> None:
    found = unread(
        "参数 类型 描述", "shelf object 书架。", "a/b object 乙。", "-size integer 几本。", "name string 名字。"
    )
    assert found == (
        [("shelf", "书架。"), ("name", "名字。")],
        [(3, NO_NAME), (4, "a row below one that cannot be read")],
    )


@pytest.mark.parametrize(
    "more",
    ["或者 string 类型的值。", "a/b 两种写法。", "10/20 个。", "1st 之后的书。", "见 https://a.example/b 一文。"],
)
def test_a_cell_that_goes_on_is_no_row(more: str) -> None:
    assert unread("参数 类型 描述", "title string 书名，写作", more)[1] == []


@pytest.mark.parametrize("code", ["Volume.0001", "APIGW.0301", "ecs.0014", "BOOK-1001", "BOOK_NOT_FOUND", "40001"])
def test_a_code_of_the_service_s_own_is_told_and_is_no_part_of_the_row_above(code: str) -> None:
    head = "错误码 错误信息 描述"
    table = (head, "400 Bad Request 不对。", f"{code} 书不对。", "404 Not Found 没有。")
    assert unread(*table) == ([("400", "不对。"), ("404", "没有。")], [(3, NO_CODE)])
    assert unread(head, f"{code} 书不对。", "404 Not Found 没有。") == ([("404", "没有。")], [(2, NO_CODE)])


@pytest.mark.parametrize(
    "table",
    [
        (
            "HTTP状态码 错误码 错误信息 描述",
            "400 BadSize bad size 大小不对",
            "404 Gone 没有。",
            "见概述。",
            "409 A.01 有。",
        ),
        ("错误码 HTTP状态码 描述", "BadSize 400 大小不对", "Gone 404 没有。", "见概述。", "A.01 409 有。"),
        ("状态码 业务码 说明", "400 10001 大小不对", "404 10002 没有。", "见概述。", "409 10003 有。"),
        ("Error Code HTTP Status Description", "BadSize 400 大小不对", "Gone 404 没有。", "见概述。", "A.01 409 有。"),
    ],
)
def test_beside_codes_of_the_service_s_own_the_statuses_of_http_are_read(table: tuple[str, ...]) -> None:
    rows, told = unread(*table)
    assert (["400", "404", "409"], []) == ([name for name, _ in rows], told)


def test_a_code_of_the_service_s_own_without_a_status_is_told() -> None:
    table = ("错误码 HTTP状态码 描述", "BadSize 400 大小不对。", "BOOK_GONE 没有。", "A.01 409 有。")
    assert unread(*table) == ([("400", "大小不对。"), ("409", "有。")], [(3, NO_CODE)])


def test_a_phrase_or_a_description_of_a_code_goes_on() -> None:
    found = unread(
        "错误码 错误信息 描述",
        "413 Request Entity Too",
        "Large",
        "505 HTTP Version",
        "Not Supported",
        "最多",
        "1024 个。",
    )
    assert found == ([("413", ""), ("505", "最多1024 个。")], [])


def indented(*raws: str) -> list[Line]:
    return [Line(number, 1, raw.strip(), raw) for number, raw in enumerate(raws, start=1)]


def test_blanks_before_names_tell_depth_below_what_has_members() -> None:
    table, _ = read(
        indented(
            "参数 参数类型 是否必选 描述",
            "server object 是 甲。",
            "    nets array 是 甲。",
            "         uuid string 否 甲。",
            "    name string 是 甲。",
            "dry_run boolean 否 甲。",
        )
    )
    assert [0, 1, 2, 1, 0] == [item.depth for item in table.rows]


def test_blanks_of_a_column_that_is_centred_tell_nothing() -> None:
    table, _ = read(
        indented(
            "   参数    参数类型 描述",
            "description string 甲。",
            "    id      string 甲。",
            "server object 甲。",
            "   ip string 甲。",
        )
    )
    assert [0, 0, 0, 0] == [item.depth for item in table.rows]


def test_a_description_may_begin_with_whether_its_row_is_required_where_no_column_says_it() -> None:
    table, _ = read(
        lines("参数 参数类型 描述", "name string 必填。甲。", "ttl integer 可选，甲。", "mail string 必填时要写。")
    )
    assert [True, False, None] == [item.required for item in table.rows]
    table, _ = read(lines("参数 参数类型 是否必选 描述", "name string 否 必填。甲。"))
    assert [False] == [item.required for item in table.rows]


def test_a_type_is_no_first_word_of_a_structure() -> None:
    found, left = unread(
        "Name Type Description", "id String The identifier.", "name String Object name within it", "size Integer Bytes."
    )
    assert ([name for name, _ in found], left) == (["id", "name", "size"], [])


def rows(*texts: str) -> tuple[Row, ...]:
    given = lines(*texts)
    return read_table(given, 0, Tally(Source(tuple(given), "", len(given))))[0].rows


@pytest.mark.parametrize(
    ("description", "required"),
    [("必选，从快照创建时可不填。", None), ("必选。大小。", True), ("可选，仅管理员。", False)],
)
def test_what_is_required_in_some_cases_is_not_required(description: str, required: bool | None) -> None:
    assert [row.required for row in rows("参数 类型 描述", f"size Integer {description}")] == [required]


def test_words_in_parentheses_behind_a_type_are_no_enumeration() -> None:
    assert ["enum" in said(row).keywords for row in rows("参数 类型 描述", "server String(name,id) 甲")] == [False]
