"""What says that a value may be null or an empty string, and what does not."""

from __future__ import annotations

import pytest

from conformance.document.emptiness import may_be_blank, may_be_null


@pytest.mark.parametrize(
    "text",
    [
        "绑定的地址，未绑定时为 null。",
        "过期秒数，永不过期时为null。",
        "不设网关时返回 null",
        "没有则为null",
        "如果没有，则返回 null",
        "标签，未设置为null。",
        "正常时该字段为 null。",
        "填 null 表示不设网关。",
        "不填或null表示不限",
        "未绑定时为 `null`",
        "可以为null或者字符串",
        "没有时则为空",
        "未激活时为空。",
        "父ID，UUID格式，根节点为空。",
        "绑定的地址，未绑定为空",
        "The host, null if it is not set.",
    ],
)
def test_null_that_is_shown_is_allowed(text: str) -> None:
    assert may_be_null(text, "")
    assert not may_be_blank(text)


@pytest.mark.parametrize(
    "text",
    [
        "不能为null",
        "不能为空或null",
        "绑定之后不返回 null。",
        "未绑定的也不会为 null",
        "未绑定时不为 null",
        "该字段为 null 时返回400",
        "如果该字段为 null",
        "是否为null",
        "没有时为null字符串",
        "must not be null",
        "could not be null if it is set",
        "nullify",
        "没有时为空列表",
        "名称，默认为空。",
        "名称，缺省值为空",
        "名称不能为空。",
        "若名称为空，返回全部",
        "名称，请求参数为空",
        "列表，根节点为空列表。",
        "没有时为空数组",
        "没有时为空对象",
        "可以为空（“”）",
        "磁盘可用时为空闲",
    ],
)
def test_null_that_is_denied_supposed_or_something_else_is_not(text: str) -> None:
    assert not may_be_null(text, "")


def test_a_cell_beside_the_description_says_it_too() -> None:
    assert may_be_null("", "a 或 null")
    assert not may_be_null("", "a")


@pytest.mark.parametrize(
    "text",
    [
        "没有时为空字符串",
        "不设网关时返回空字符串。",
        "没有则为空串",
        '没有时为""。',
        "可以为“”",
        "an empty string if unset",
    ],
)
def test_an_empty_string_is_allowed_and_is_no_null(text: str) -> None:
    assert may_be_blank(text)
    assert not may_be_null(text, "")


@pytest.mark.parametrize("text", ["不能为空字符串", "非空字符串", "must not be an empty string", '取值为"a"', "可为空"])
def test_an_empty_string_that_is_denied_or_not_named_is_none(text: str) -> None:
    assert not may_be_blank(text)
