"""The reader: sections, operations and the common part, on a small document and on clean print with other names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from checkout import LIBRARY

from conformance.document import ApiOperation, Document, read_document, reader
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


def test_a_header_of_codes_is_no_heading_of_successes(tmp_path: Path) -> None:
    text = CLEAN.replace("200 206\n", "200 206\n错误响应代码\n状态码 说明\n404 没有。\n")
    item = read(tmp_path, text).operations[0]
    assert ([200, 206], [404]) == ([code for code, _ in item.success_codes], [code.code for code in item.error_codes])


def test_a_chapter_of_what_holds_for_all_is_no_operation_where_headings_have_levels(tmp_path: Path) -> None:
    path = tmp_path / "document.md"
    shared = "## 1.2 怎样调用\n\n### 请求方法\n\n| 方法 | 说明 |\n|---|---|\n| GET | 取。 |\n\n### 公共请求参数\n\n"
    table = "| 名称 | 类型 | 是否必选 | 描述 |\n|---|---|---|---|\n| X-Trace | String | 否 | 甲 |\n\n"
    path.write_text(
        f"# 1 接口\n\n{shared}{table}## 1.3 书\n\n### 列出\n\n#### 功能介绍\n\n甲。\n\n#### URI\n\nGET /v1/books\n",
        "utf-8",
    )
    document = read_document(path)
    assert ["列出"] == [item.title for item in document.operations]
    assert document.common.request_parameters is not None
    assert ["X-Trace"] == [row.name for row in document.common.request_parameters.rows]


def test_text_that_describes_no_operation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="describes no operation"):
        read(tmp_path, "hello\n")


def test_a_document_with_more_operations_than_can_be_written_is_refused(
    library: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "MOST_OPERATIONS", len(library.operations) - 1)
    wanted = r"^a.txt: describes 8 operations, and 7 are read; give the API reference of fewer services at once$"
    with pytest.raises(DocumentError, match=wanted):
        reader._read(LIBRARY.read_bytes(), Path("a.txt"), "", lambda _: None)
    monkeypatch.undo()
    monkeypatch.setattr(reader, "MOST_ROWS", 3)
    with pytest.raises(
        DocumentError, match=r"^a.txt: has \d+ rows of tables, and 3 are read; give the API reference of"
    ):
        reader._read(LIBRARY.read_bytes(), Path("a.txt"), "", lambda _: None)


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


# --- other words ----------------------------------------------------------------------------------------------------


def reasons(document: Document) -> list[tuple[int, str]]:
    return [(item.line, item.reason) for item in document.unread]


@pytest.mark.parametrize("heading", ["异常响应代码", "错误码", "异常返回值", "Error Codes"])
def test_codes_of_errors_are_none_of_success(tmp_path: Path, heading: str) -> None:
    document = read(tmp_path, CLEAN.replace("200 206\n", f"200 206\n{heading}\n400, 401, 403\n"))
    assert [200, 206] == [code for code, _ in document.operations[0].success_codes]
    assert [(400, 31), (401, 31), (403, 31)] == [(code.code, code.line) for code in document.operations[0].error_codes]
    assert reasons(document) == []


def test_codes_under_a_heading_that_is_not_known_are_neither(tmp_path: Path) -> None:
    document = read(tmp_path, CLEAN.replace("200 206\n", "200 206\n可能的问题\n400, 401, 403\n"))
    assert [200, 206] == [code for code, _ in document.operations[0].success_codes]
    assert document.operations[0].error_codes == ()
    assert [(30, "a heading that is not known, and what stands under it")] == reasons(document)


def test_a_table_of_codes_with_phrases_is_the_operations(tmp_path: Path) -> None:
    text = CLEAN.replace(
        "200 206\n", "200 206\n错误响应代码\n状态码 错误信息 说明\n404 Not Found 没有。\n409 Conflict 有了。\n"
    )
    (item,) = read(tmp_path, text).operations
    assert [(404, "Not Found"), (409, "Conflict")] == [(code.code, code.phrase) for code in item.error_codes]
    assert [200, 206] == [code for code, _ in item.success_codes]


def test_a_heading_that_is_not_known_ends_the_part_before_it(tmp_path: Path) -> None:
    text = CLEAN.replace("200 206\n", "200 206\n1.2.1.7 计费影响\nprice integer 按量计费。\n")
    document = read(tmp_path, text)
    assert [(30, 31, "列出")] == [(item.line, item.last_line, item.operation) for item in document.unread]
    assert ["parts", "parts.id"] == [row.name for row in document.operations[0].response_rows]


def test_a_heading_below_a_row_is_no_cell_of_it(tmp_path: Path) -> None:
    text = CLEAN.replace(
        "parts.id string UUID\n", "parts.id string 一段的编号是UUID格式的。\n计费影响\n这一次调用是要计费的。\n"
    )
    document = read(tmp_path, text)
    assert "一段的编号是UUID格式的。" == document.operations[0].response_rows[-1].description
    assert [(28, "a heading that is not known, and what stands under it")] == reasons(document)


def test_tables_have_the_place_and_the_owner_that_their_caption_says(tmp_path: Path) -> None:
    tables = "查询参数\n参数 类型 描述\nlimit integer 甲。\n请求体参数\n参数 类型 描述\ndisk object 乙。\ndisk字段说明\n参数 类型 描述\nsize integer 丙。\n"
    document = read(tmp_path, CLEAN.replace("请求示例\n", f"{tables}请求示例\n"))
    found = [
        (table.place, table.owner, [row.name for row in table.rows]) for table in document.operations[0].request_tables
    ]
    assert found == [
        (Position.OPEN, "", ["disk_id", "size_from"]),
        (Position.QUERY, "", ["limit"]),
        (Position.BODY, "", ["disk"]),
        (Position.BODY, "disk", ["size"]),
    ]
    assert reasons(document) == []


def test_a_table_with_a_column_that_is_not_known_is_read_as_nothing(tmp_path: Path) -> None:
    document = read(tmp_path, CLEAN.replace("参数 参数类型 描述\n", "参数 参数类型 计费方式 描述\n"))
    assert document.operations[0].response_rows == ()
    assert [(25, "a table whose header is not known")] == reasons(document)


def test_operations_without_an_introduction_begin_at_their_title(tmp_path: Path) -> None:
    more = "删除\nURI\nDELETE /v3/disks/{disk_id}\n响应消息\n没有。\n正常响应代码\n204\n"
    document = read(tmp_path, CLEAN.replace("功能介绍\n甲乙丙\n", "").replace("产品版本", f"{more}产品版本"))
    assert [("列出", "GET"), ("删除", "DELETE")] == [(item.title, item.method) for item in document.operations]


def test_method_and_path_may_stand_apart(tmp_path: Path) -> None:
    for text in ("请求方法：GET\n请求路径：/v3/disks/{disk_id}/parts\n", "方法 URI\nGET /v3/disks/<disk_id>/parts\n"):
        document = read(tmp_path, CLEAN.replace("GET /v3/disks/{disk_id}/parts\n", text))
        assert [("GET", "/v3/disks/{disk_id}/parts")] == [(item.method, item.path) for item in document.operations]
        assert reasons(document) == []


def test_an_operation_that_is_to_be_given_up_and_its_microversion_are_said(tmp_path: Path) -> None:
    document = read(tmp_path, CLEAN.replace("甲乙丙\n", "该接口已废弃。\n从微版本2.36起可用。\n"))
    assert (True, "2.36") == (document.operations[0].deprecated, document.operations[0].since)


def test_an_example_with_headers_a_command_and_comments_is_read(tmp_path: Path) -> None:
    command = "curl -X GET http://a.example/v3/disks/7/parts \\\n-H 'X-Trace: 1'\n"
    answer = '响应示例\nHTTP/1.1 200 OK\nX-Trace: 1\n{\n"parts": [] // 空的\n}\n'
    text = CLEAN.replace("GET /v3/disks/7/parts?size_from=3\n", command).replace(
        "正常响应代码\n", f"{answer}正常响应代码\n"
    )
    (item,) = read(tmp_path, text).operations
    assert ["GET http://a.example/v3/disks/7/parts"] == [example.text for example in item.request_examples]
    assert [({"parts": []}, "comments left out")] == [(one.value, one.repaired) for one in item.response_examples]


def test_an_example_that_leaves_members_out_is_told_and_is_none(tmp_path: Path) -> None:
    document = read(tmp_path, CLEAN.replace("GET /v3/disks/7/parts?size_from=3\n", '{\n"a": 1,\n...\n}\n'))
    assert document.operations[0].request_examples == ()
    assert [23] == [item.line for item in document.unread]


def test_an_example_of_a_failure_is_none_of_the_answer(tmp_path: Path) -> None:
    shown = '响应示例\n状态码：200\n{"parts": []}\n状态码：404\n{"error": {}}\nHTTP/1.1 409 Conflict\n{"error": {}}\n'
    document = read(tmp_path, CLEAN.replace("正常响应代码\n", f"{shown}正常响应代码\n"))
    assert [{"parts": []}] == [example.value for example in document.operations[0].response_examples]
    assert reasons(document) == []


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("返回 200，最多返回 250 条。", [200]),
        ("成功返回 200 或 202，每页 100 个。", [200, 202]),
        ("返回 300 个以内", []),
        ("200 202", [200, 202]),
    ],
)
def test_a_number_that_counts_something_is_no_code(tmp_path: Path, line: str, wanted: list[int]) -> None:
    document = read(tmp_path, CLEAN.replace("200 206", line))
    assert [code for code, _ in operation(document, "GET", "/v3/disks/{disk_id}/parts").success_codes] == wanted


# --- what a document does beside the rule -----------------------------------------------------------------------------

BESIDE = """1 接口
1.1 磁盘
列出
功能介绍
甲乙丙
URI
GET /v3/disks
GET /v3/disks/detail
GET /v3/disks?size=3
响应消息
参数 参数类型 描述
parts array 甲。
正常响应代码
200
返回码
返回值 说明
400 不对。
404 没有。
2.1 查询
新建
功能介绍
丁戊己
请求方法
POST
请求地址
/v3/disks
请求方法
没有别的要说。
请求参数
参数 参数类型 是否必选 描述
name string 是 甲。
正常响应代码
201
"""


def test_a_second_address_is_told_and_is_no_example(tmp_path: Path) -> None:
    document = read(tmp_path, BESIDE)
    found = operation(document, "GET", "/v3/disks")
    assert [item.text for item in found.request_examples] == ["GET /v3/disks?size=3"]
    told = [(item.line, item.reason, item.operation) for item in document.unread]
    assert (8, "a second address of one operation", "列出") in told


def test_a_heading_of_two_meanings_inside_an_operation_does_not_end_it(tmp_path: Path) -> None:
    document = read(tmp_path, BESIDE)
    found = operation(document, "POST", "/v3/disks")
    assert [row.name for row in found.request_rows] == ["name"]
    assert found.success_codes == ((201, 33),)
    assert document.common.headings == ()


def test_a_numbered_title_of_a_word_that_heads_parts_as_well_is_a_title(tmp_path: Path) -> None:
    sections = read(tmp_path, BESIDE).sections
    assert [(item.number, item.title, len(item.operations)) for item in sections] == [
        ("1.1", "磁盘", 1),
        ("2.1", "查询", 1),
    ]
    path = tmp_path / "document.md"
    path.write_text(
        "# 接口\n\n## 查询\n\n### 列出\n\n#### 功能介绍\n\n甲。\n\n#### URI\n\nGET /v3/disks\n", encoding="utf-8"
    )
    marked = read_document(path)
    assert [(item.title, item.operations[0].title) for item in marked.sections] == [("查询", "列出")]


def test_a_table_of_what_is_returned_is_one_of_codes_where_no_types_are_said(tmp_path: Path) -> None:
    found = operation(read(tmp_path, BESIDE), "GET", "/v3/disks")
    assert sorted((*found.success_codes, *((item.code, item.line) for item in found.error_codes))) == [
        (200, 14),
        (400, 17),
        (404, 18),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "成功状态码：200、206\n失败状态码：404\n",
        "返回值\n正常\n200 206\n异常\n404\n",
        "状态码\n状态码如下表。\n状态码 编码 说明\n200 OK 有\n206 Partial Content 有\n404 Not Found 无\n",
    ],
)
def test_codes_are_told_apart_by_what_they_are_under_a_heading_of_both(tmp_path: Path, text: str) -> None:
    document = read(tmp_path, CLEAN.replace("正常响应代码\n200 206\n", text))
    only = document.operations[0]
    assert ([200, 206], [404]) == ([code for code, _ in only.success_codes], [item.code for item in only.error_codes])
    assert document.unread == ()


_SENT, _SHOWN, _WRONG = '{"parts": [{"size": 1}]}', '{"parts": [{"id": "7"}]}', '{"message": "none"}'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"成功状态码：200\n{_SHOWN}\n", [_SHOWN]),
        (f"响应示例\n成功状态码：200 OK、206 Partial Content\n{_SHOWN}\n", [_SHOWN]),
        (f"成功状态码：200（OK）、206\n响应示例\n{_SHOWN}\n失败状态码：404\n{_WRONG}\n", [_SHOWN]),
        (f"状态码\n200 OK\n{_SHOWN}\n206 Partial Content\n404 Not Found\n{_WRONG}\n", [_SHOWN]),
        (f"状态码\n状态码 编码 说明\n200 OK 有\n206 Partial Content 有\n404 Not Found 无\n{_WRONG}\n", []),
        (f"失败状态码：404\n{_WRONG}\n成功状态码：200、206\n", []),
    ],
)
def test_an_example_below_a_code_is_that_of_its_answer(tmp_path: Path, text: str, shown: list[str]) -> None:
    document = read(tmp_path, CLEAN.replace("正常响应代码\n200 206\n", text))
    only = document.operations[0]
    assert shown == [item.text for item in only.response_examples]
    assert {200} <= {code for code, _ in only.success_codes} <= {200, 206}
    assert {404} >= {item.code for item in only.error_codes}
    assert document.unread == ()


def test_what_stands_below_the_code_of_a_request_is_the_answer(tmp_path: Path) -> None:
    text = "请求示例\n" + _SENT + "\n成功状态码：202\n参数 参数类型 描述\nparts array 甲\n" + _SHOWN + "\n"
    before, _, rest = CLEAN.partition("请求示例\n")
    only = read(tmp_path, before + text + rest[rest.index("产品") :]).operations[0]
    assert [_SENT] == [item.text for item in only.request_examples]
    assert [_SHOWN] == [item.text for item in only.response_examples]
    assert [["parts"]] == [[row.name for row in table.rows] for table in only.response_tables]


MARKED = """# 磁盘

## 建立

### URI

POST /v3/disks

### 响应参数

| 参数 | 参数类型 | 描述 |
| --- | --- | --- |
| id | String | 编号 |

#### 成功状态码：202 Accepted

```json
{"id": "7"}
```

#### 失败状态码：400、409

```json
{"message": "no"}
```
"""


def test_a_heading_of_a_level_states_its_codes_as_well(tmp_path: Path) -> None:
    path = tmp_path / "document.md"
    path.write_text(MARKED)
    document = read_document(path)
    only = document.operations[0]
    assert ([202], [400, 409]) == ([code for code, _ in only.success_codes], [item.code for item in only.error_codes])
    assert ['{"id": "7"}'] == [item.text for item in only.response_examples]
    assert document.unread == ()


NUMBERED_PARTS = """ 3.1 磁盘
3.1.1 列出
1. 功能介绍
甲乙丙
2. 请求
2.1 URI
GET /v3/disks
2.2 参数
名称 位置 类型 必选 描述
limit query integer false 甲。
3. 响应
3.1 参数
名称 类型 描述
disks array 甲。
 3.1 磁盘
disks.id string 乙。
4. 状态码
4.1 正常
200
4.2 异常
404
3.1.2 删除
1. 功能介绍
甲乙丙
2. 请求
2.1 URI
DELETE /v3/disks/{disk_id}
"""


def test_parts_may_be_numbered_from_one_on_in_each_operation(tmp_path: Path) -> None:
    document = read(tmp_path, NUMBERED_PARTS)
    first, second = document.operations
    assert ("GET", "/v3/disks", "DELETE") == (first.method, first.path, second.method)
    assert ["limit"] == [row.name for table in first.request_tables for row in table.rows]
    assert ["disks", "disks.id"] == [row.name for table in first.response_tables for row in table.rows]
    assert ([200], [404]) == ([code for code, _ in first.success_codes], [item.code for item in first.error_codes])


def test_a_method_and_a_path_may_stand_in_a_line_of_the_request(tmp_path: Path) -> None:
    document = read(
        tmp_path, CLEAN.replace("URI\nGET /v3/disks/{disk_id}/parts\n", "请求语法\nGET /v3/parts?a={b} HTTP/1.1\n")
    )
    assert ("GET", "/v3/parts") == (document.operations[0].method, document.operations[0].path)


def test_what_pages_begin_and_end_with_is_no_part_of_a_row(tmp_path: Path) -> None:
    turn = "文档版本 12 (2024-05-30)   版权所有 © 某云   17\n卷宗服务   5 接口\n"
    text = CLEAN.replace("parts array 甲\n", f"parts array 甲\n{turn}").replace("乙\n请求示例", f"乙\n{turn}请求示例")
    assert CLEAN.count("乙\n请求示例") == 1
    document = read(tmp_path, text)
    only = document.operations[0]
    assert ["甲", "UUID"] == [row.description for row in only.response_tables[0].rows]
    assert "甲乙" == only.request_tables[0].rows[1].description
    assert document.unread == ()


def test_a_table_of_contents_without_numbers_of_pages_takes_no_title_away(tmp_path: Path) -> None:
    second = CLEAN[CLEAN.index("1.2 磁盘\n") :].replace("1.2 磁盘", "1.3 卷").replace("disks", "rolls")
    begin = CLEAN.index("1.2 磁盘")
    first = CLEAN.removesuffix("产品版本 v7.1(2031-02-03)\n")
    document = read(tmp_path, f"1.2 磁盘\n1.3 卷\n\f{first[:begin]}\f{first[begin:]}\f{second}")
    assert [(item.path, len(item.response_tables[0].rows)) for item in document.operations] == [
        ("/v3/disks/{disk_id}/parts", 2),
        ("/v3/rolls/{disk_id}/parts", 2),
    ]
