"""Columns and the words of their cells are known by families."""

from __future__ import annotations

import pytest

from conformance.document.columns import column_of, columns_of, header_of, is_known_type, position_of, required_of
from conformance.document.model import Position


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("name", ["参数", "参数名称", "字段名", "Name", "Parameter"]),
        ("type", ["参数类型", "数据类型", "Type"]),
        ("required", ["是否必选", "是否必填", "必选", "Required", "Mandatory"]),
        ("optional", ["是否可选", "Optional"]),
        ("description", ["描述", "参数说明", "含义", "Description"]),
        ("position", ["参数位置", "位置", "In"]),
        ("default", ["默认值", "缺省值", "Default"]),
        ("example", ["示例值", "样例", "Example"]),
        ("constraint", ["取值范围", "约束", "限制", "Constraints"]),
        ("code", ["状态码", "http状态码", "错误码", "Status Code", "Code"]),
        ("phrase", ["错误信息", "Error Message", "Reason Phrase"]),
        ("since", ["微版本", "起始版本", "Since"]),
    ],
)
def test_a_column_is_known_by_any_word_of_its_family(column: str, cells: list[str]) -> None:
    assert [column] * len(cells) == [column_of(cell) for cell in cells]


@pytest.mark.parametrize("cell", ["计费方式", "", "title", "术语"])
def test_another_cell_names_no_column(cell: str) -> None:
    assert column_of(cell) is None


def test_a_header_in_another_order_and_in_english_is_known() -> None:
    assert ("name", "required", "type", "description") == header_of("参数 是否必选 类型 描述")
    assert ("name", "position", "type", "description") == header_of("Name In Type Description")


def test_a_line_with_another_word_or_the_same_column_twice_is_no_header() -> None:
    assert [None] * 3 == [header_of(text) for text in ("参数 类型 计费方式", "参数 名称", "Name Types Description")]


@pytest.mark.parametrize(
    ("cell", "required"),
    [
        *[(cell, True) for cell in ("是", "必选", "Yes", "Y", "M", "required", "true")],
        *[(cell, False) for cell in ("否", "可选", "No", "N", "O", "optional", "否（登录时不需要）", "条件必选")],
        *[(cell, None) for cell in ("", "看情况", "Nobody", "是否")],
    ],
)
def test_what_is_required_is_said_in_many_words(cell: str, required: bool | None) -> None:
    assert required == required_of(cell)


def test_a_place_is_said_in_many_words() -> None:
    assert (Position.QUERY, Position.BODY, Position.HEADER, None) == tuple(
        map(position_of, ("Query", "请求体", "header", "cookie"))
    )


def test_a_type_is_known_with_what_it_holds() -> None:
    words = ("String", "Array of objects", "list<string>", "整型", "string(36)", "blob", "甲")
    assert [True, True, True, True, True, False, False] == [is_known_type(word) for word in words]


def test_what_is_returned_is_a_code_where_nothing_says_its_type() -> None:
    assert header_of("返回值 说明") == ("code", "description")
    assert header_of("返回值 类型 说明") == ("name", "type", "description")
    assert columns_of(["状态码", "返回值", "说明"]) == ("code", None, "description")


def test_of_two_columns_of_codes_that_of_a_status_is_known_by_its_words() -> None:
    assert ("label", "code", "description") == header_of("错误码 HTTP状态码 描述")
    assert ("code", "label", "phrase") == columns_of(["HttpCode", "错误码", "错误信息"])
    assert ("code", "code") == columns_of(["错误码", "返回码"])
    assert ("name", None, "description") == columns_of(["参数", "内部码", "描述"])
    assert [None, None] == [header_of(text) for text in ("错误码 返回码 描述", "业务码 描述 状态码")]
