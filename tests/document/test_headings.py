"""Headings are known by families of words: what they begin, where its rows stand, whose members a table lists."""

from __future__ import annotations

import pytest

from conformance.document.headings import common_of, leads_to, owner_of, part_of
from conformance.document.model import Position


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("introduction", ["功能介绍", "接口说明", "1.3.1.1 功能介绍", "API Description"]),
        ("preconditions", ["前提条件", "前置条件：", "Prerequisites"]),
        ("uri", ["URI", "URL", "请求路径", "接口地址", "请求URL", "请求方法/URI", "HTTP Request", "2、请求地址"]),
        ("request", ["请求消息", "请求参数", "输入参数", "1.3.1.2 请求参数", "Request Parameters", "请求参数说明"]),
        ("request-example", ["请求示例", "请求样例", "请求体示例", "Example Request", "Request Example"]),
        ("response", ["响应消息", "响应参数", "返回参数", "返回结果", "Response Parameters"]),
        ("response-example", ["响应示例", "返回示例", "正常响应示例", "Example Response"]),
        ("success", ["正常响应代码", "正常响应码", "成功状态码", "状态码", "返回码", "Status Codes", "Success Codes"]),
        (
            "errors",
            [
                "错误码",
                "异常响应代码",
                "错误响应代码",
                "异常返回值",
                "异常响应码",
                "Error Codes",
                "Error Response Codes",
            ],
        ),
        ("notes", ["注意事项", "使用限制", "约束与限制", "Constraints"]),
    ],
)
def test_a_part_is_known_by_any_word_of_its_family(name: str, words: list[str]) -> None:
    assert [name] * len(words) == [(part_of(word) or part_of("路径")).name for word in words]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "word", ["计费影响", "发布记录", "创建镜像", "镜像列表查询", "逐项写在下表里", "名称", "x" * 100]
)
def test_other_words_begin_no_part(word: str) -> None:
    assert part_of(word) is None


@pytest.mark.parametrize(
    ("word", "name", "place"),
    [
        ("路径参数", "request", Position.PATH),
        ("Path Parameters", "request", Position.PATH),
        ("查询参数", "request", Position.QUERY),
        ("表 2 Query参数", "request", Position.QUERY),
        ("请求头", "request", Position.HEADER),
        ("请求Header参数", "request", Position.HEADER),
        ("请求Body参数", "request", Position.BODY),
        ("响应头参数", "response", Position.HEADER),
        ("响应体", "response", Position.BODY),
        ("消息体", "", Position.BODY),
    ],
)
def test_a_heading_says_where_its_rows_stand(word: str, name: str, place: Position) -> None:
    part = part_of(word)
    assert part is not None
    assert (name, place) == (part.name, part.place)


def test_a_short_word_is_no_heading_by_itself() -> None:
    assert [True, True, False, False, False] == [
        part is not None and part.certain for part in map(part_of, ("请求参数", "URI", "参数", "错误码", "状态码"))
    ]


def test_an_example_of_a_failure_is_told_from_one_of_the_answer() -> None:
    assert [True, False] == [part is not None and part.failure for part in map(part_of, ("错误响应示例", "响应示例"))]


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("公共请求参数", "common-request-parameters"),
        ("通用请求头", "common-request-parameters"),
        ("公共返回参数", "common-response-parameters"),
        ("公共错误码", "error-codes"),
        ("附录 错误码", "error-codes"),
        ("Common Error Codes", "error-codes"),
        ("错误返回结果", "failure-result"),
        ("请求方法", "methods"),
        ("计费影响", ""),
    ],
)
def test_what_holds_for_all_is_known_by_families(word: str, name: str) -> None:
    assert name == common_of(word)


@pytest.mark.parametrize(
    ("caption", "owner"),
    [
        ("flavor 字段说明", "flavor"),
        ("flavor对象", "flavor"),
        ("表 2 flavor", "flavor"),
        ("disks数据结构说明", "disks"),
        ("Table 3 links[] fields", "links[]"),
        ("参数flavor说明", "flavor"),
        ("flavor", ""),
        ("请求参数", ""),
        ("URI", ""),
    ],
)
def test_a_caption_says_whose_members_a_table_lists(caption: str, owner: str) -> None:
    assert owner == owner_of(caption)


def test_a_line_that_leads_on_is_no_heading() -> None:
    assert [True, True, True, False] == [
        leads_to(text) for text in ("逐项写在下表里", "参数如下", "添一本书：", "计费影响")
    ]
