"""The reader on editions that it has not seen: other names, clean print, other breaks, and files that are none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.document import read_document
from conformance.document.glyphs import undouble
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


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "document.txt"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    "change",
    [
        str,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\n\n"),
    ],
)
def test_an_edition_about_something_else_is_read(tmp_path: Path, change: Any) -> None:
    document = read_document(written(tmp_path, change(CLEAN)))
    operation = document.operations[0]
    assert (operation.method, operation.path) == ("GET", "/v3/disks/{disk_id}/parts")
    assert operation.request_table is not None
    assert operation.response_table is not None
    assert [(row.name, row.required) for row in operation.request_table.rows] == [
        ("disk_id", True),
        ("size_from", False),
    ]
    assert [row.name for row in operation.response_table.rows] == ["parts", "parts.id"]
    assert [code for code, _ in operation.success_codes] == [200, 206]
    assert [(item.code, item.phrase) for item in document.common.error_codes] == [(404, "Not Found"), (409, "Conflict")]
    assert document.product_version == "7.1"


def test_a_description_goes_on_over_lines(tmp_path: Path) -> None:
    table = read_document(written(tmp_path, CLEAN)).operations[0].request_table
    assert table is not None
    assert table.rows[1].description == "甲乙"


def doubled(text: str) -> str:
    """Each token of a JSON line printed twice, as the shadow does."""
    import re

    return re.sub(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', lambda match: match.group() * 2, text)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc_-", min_size=1, max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(json_values)
def test_what_was_printed_twice_is_read_once(value: Any) -> None:
    for line in json.dumps(value, indent=2, ensure_ascii=False).splitlines():
        once = undouble(doubled(line))
        assert once is not None
        assert line.strip() == once.strip()


def test_clean_text_is_not_taken_for_doubled() -> None:
    assert undouble('"name": "x"') is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\x00\x01", "is binary"),
        ("甲乙丙".encode("gbk"), "is not UTF-8"),
        (b"hello\n", "describes no operation"),
        (b"%PDF-1.7 nothing", "is a PDF that cannot be read"),
    ],
)
def test_a_file_that_is_no_such_document_gets_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_document(written(tmp_path, content))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_directory_get_one_line(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="there is no such file"):
        read_document(tmp_path / "absent.txt")
    with pytest.raises(DocumentError, match="is a directory"):
        read_document(tmp_path)


def test_a_long_hostile_line_does_not_hang(tmp_path: Path) -> None:
    text = CLEAN.replace("GET /v3/disks/7/parts?size_from=3", "{" + "ab" * 50000)
    document = read_document(written(tmp_path, text))
    assert len(document.problems) == 1
