"""The reader: sections, operations and the common part, on a small document and on clean print with other names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.document import ApiOperation, Document, read_document
from conformance.document.model import Position
from conformance.model.errors import DocumentError

CLEAN = """ 1 接口
1.1 概述
公共参数
通用请求头
名称 类型 是否必选 描述
X-Trace string 否 甲
公共错误码
状态码 错误信息 说明
404 Not Found 无
409 Conflict 有
1.2 磁盘
列出
功能介绍
甲乙丙
URI
GET /v3/disks/{disk_id}/parts
请求消息
名称 类型 是否必选 描述
disk_id string 是 甲
size_from integer 否 甲
乙
请求示例
GET /v3/disks/7/parts?size_from=3
响应消息
参数 参数类型 描述
parts array 甲
parts.id string UUID
正常响应代码
200 206
产品版本 v7.1(2031-02-03)
"""


def read(tmp_path: Path, text: str) -> Document:
    path = tmp_path / "document.txt"
    path.write_bytes(text.encode())
    return read_document(path)


def operation(document: Document, method: str, path: str) -> ApiOperation:
    return next(item for item in document.operations if (item.method, item.path) == (method, path))


# --- the small document ---------------------------------------------------------------------------------------------


def test_the_product_and_its_release_are_read_off_a_footer(library: Document) -> None:
    assert (library.title, library.product_version, library.release_date) == ("图书馆接口", "1.2", "2031-02-03")
    assert library.line_count == 494


def test_nothing_is_left_unread(library: Document) -> None:
    assert library.unread == ()


def test_sections_hold_their_operations(library: Document) -> None:
    assert [(item.title, item.line, len(item.operations)) for item in library.sections] == [
        ("图书", 141, 5),
        ("读者", 402, 3),
    ]


def test_each_operation_has_its_lines_and_codes(library: Document) -> None:
    found = [
        (item.method, item.path, item.line, item.uri_line, item.last_line, item.success_codes)
        for item in library.operations
    ]
    assert found == [
        ("GET", "/v1/books", 143, 151, 205, ((200, 205),)),
        ("POST", "/v1/books", 207, 219, 300, ((201, 300),)),
        ("PATCH", "/v1/books/{book_id}", 302, 315, 351, ((200, 351),)),
        ("GET", "/v1/books/{book_id}/text", 353, 361, 375, ((200, 375),)),
        ("DELETE", "/v1/books/{book_id}", 377, 385, 400, ((204, 400),)),
        ("GET", "/v1/readers", 404, 412, 436, ((200, 436),)),
        ("PUT", "/v1/readers/{reader_card}", 438, 446, 466, ((200, 466),)),
        ("DELETE", "/v1/readers/{reader_card}", 468, 476, 490, ((204, 490),)),
    ]


def test_preconditions_keep_their_lines(library: Document) -> None:
    assert [line for _, line in operation(library, "PATCH", "/v1/books/{book_id}").preconditions] == [310, 312]
    assert operation(library, "GET", "/v1/books").preconditions == ()


def test_the_common_part_has_its_tables_codes_and_examples(library: Document) -> None:
    common = library.common
    assert common.request_parameters is not None
    assert common.response_parameters is not None
    assert common.methods is not None
    assert [row.name for row in common.request_parameters.rows] == ["Content-Type", "X-Auth-Token"]
    assert [row.name for row in common.response_parameters.rows] == ["RequestId"]
    assert [row.name for row in common.methods.rows] == ["GET", "POST", "PATCH", "DELETE", "OPTIONS"]
    assert [item.code for item in common.error_codes] == [300, 400, 401, 404, 409, 413, 500]
    assert [(item.kind, item.first_line) for item in common.examples] == [
        ("json", 54),
        ("request", 76),
        ("json", 82),
        ("json", 94),
    ]


def test_headings_of_the_common_part_say_how_far_they_reach(library: Document) -> None:
    assert [(item.title, item.line, item.last_line) for item in library.common.headings][:3] == [
        ("请求方法", 9, 23),
        ("公共请求参数", 25, 42),
        ("公共返回参数", 44, 48),
    ]


def test_parameters_of_the_path_may_stand_below_the_uri(library: Document) -> None:
    (table,) = operation(library, "DELETE", "/v1/books/{book_id}").request_tables
    assert table.place is Position.PATH
    assert [(row.name, row.type, row.required, row.line) for row in table.rows] == [("book_id", None, True, 389)]


# --- other editions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        str,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\n\n"),
    ],
    ids=["as it stands", "carriage returns", "byte order mark", "blank lines"],
)
def test_an_edition_about_something_else_is_read(tmp_path: Path, change: Callable[[str], str]) -> None:
    document = read(tmp_path, change(CLEAN))
    item = document.operations[0]
    assert (item.method, item.path) == ("GET", "/v3/disks/{disk_id}/parts")
    assert [(row.name, row.required) for row in item.request_rows] == [("disk_id", True), ("size_from", False)]
    assert [row.name for row in item.response_rows] == ["parts", "parts.id"]
    assert [code for code, _ in item.success_codes] == [200, 206]
    assert [(code.code, code.phrase) for code in document.common.error_codes] == [(404, "Not Found"), (409, "Conflict")]
    assert document.product_version == "7.1"


def test_a_path_too_long_for_the_page_goes_on_in_the_next_line(tmp_path: Path) -> None:
    document = read(tmp_path, CLEAN.replace("GET /v3/disks/{disk_id}/parts\n", "GET /v3/disks/{disk_\nid}/parts\n"))
    assert document.operations[0].path == "/v3/disks/{disk_id}/parts"


def test_an_operation_without_a_path_has_none_and_is_said_not_to_be_understood(tmp_path: Path) -> None:
    document = read(tmp_path, CLEAN.replace("GET /v3/disks/{disk_id}/parts\n", ""))
    (item,) = document.operations
    assert ("", "", 12) == (item.method, item.path, item.uri_line)
    assert [(12, "an operation without a method and a path")] == [(item.line, item.reason) for item in document.unread]


def test_a_document_without_a_version_has_none(tmp_path: Path) -> None:
    document = read(tmp_path, CLEAN.replace("产品版本 v7.1(2031-02-03)\n", ""))
    assert ("", "") == (document.product_version, document.release_date)


def test_text_that_describes_no_operation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="describes no operation"):
        read(tmp_path, "hello\n")


def test_a_table_without_rows_is_a_problem_and_not_a_promise(tmp_path: Path) -> None:
    document = read(tmp_path, CLEAN.replace("parts array 甲\nparts.id string UUID\n", ""))
    assert [(item.line, item.reason) for item in document.unread] == [(25, "a table without a row that can be read")]


def test_a_long_hostile_line_does_not_hang(tmp_path: Path) -> None:
    document = read(tmp_path, CLEAN.replace("GET /v3/disks/7/parts?size_from=3", "{" + "ab" * 50000))
    assert [item.line for item in document.unread] == [23]


def test_numbered_headings_are_the_chapters(library: Document) -> None:
    assert [item.number for item in library.chapters[:4]] == ["1", "1.1", "1.2", "1.3"]
    assert library.sections[0].number == "1.3"


def test_a_line_that_begins_with_a_number_and_does_not_go_on_is_no_chapter(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(CLEAN.replace("1.1 概述\n", "1.1 概述\n3.5 甲\n1.1.7 乙\n"), encoding="utf-8")
    assert [item.number for item in read_document(path).chapters] == ["1", "1.1", "1.2"]


def test_pages_are_known_where_form_feeds_begin_them(tmp_path: Path, library: Document) -> None:
    path = tmp_path / "a.txt"
    path.write_text(CLEAN.replace("1.2 磁盘", "\f1.2 磁盘"), encoding="utf-8")
    document = read_document(path)
    assert (document.pages, document.page_of(10), document.page_of(11)) == ((1, 11), 1, 2)
    assert (library.pages, library.page_of(9)) == ((), None)


def test_the_parts_of_an_operation_have_their_lines(library: Document) -> None:
    found = [(item.title, item.line, item.last_line) for item in library.operations[0].parts]
    assert found[:3] == [("introduction", 145, 147), ("uri", 149, 151), ("request", 153, 161)]
