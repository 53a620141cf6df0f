"""What the words of a row say of the row itself: since when it is there, and whether it is to be given up."""

from __future__ import annotations

import pytest

from conformance.document.rows import deprecated_in, since_in


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("是否锁定，2.9版本新增。", "2.9"),
        ("2.9微版本引入", "2.9"),
        ("v2.47+返回", "2.47"),
        ("字段（2.47+）。", "2.47"),
        ("微版本v2.47+", "2.47"),
        ("API 2.47起可用", "2.47"),
        ("microversion 2.47新增", "2.47"),
        ("微版本2.47以上返回", "2.47"),
        ("2.47及以上返回", "2.47"),
        ("New in version 2.9.", "2.9"),
        ("需要微版本2.9以上。不支持批量。", "2.9"),
        ("微版本2.9新增，微版本2.57起移除", "2.9"),
    ],
)
def test_a_microversion_from_which_on_something_is_there_is_read(text: str, wanted: str) -> None:
    assert wanted == since_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "微版本2.57起不再支持。",
        "微版本2.37及以上不再返回。",
        "2.37及以上不再返回",
        "从2.47版本开始不返回",
        "微版本2.47及之后的版本中移除",
        "since version 2.57 no longer returned",
        "Removed in version 2.57.",
        "TLS 1.2版本新增",
        "6.0.2版本新增",
        "协议v1.1",
    ],
)
def test_one_from_which_on_it_is_gone_and_another_number_are_none(text: str) -> None:
    assert since_in(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "项目ID，已废弃，请改用project_id。",
        "访问地址（已弃用）。",
        "已废弃的参数。",
        "未来将废弃",
        "不推荐使用，请用b。",
        "是否启用。已废弃。",
        "该参数不再使用",
        "Deprecated, use b.",
        "This field is deprecated since 2.3.",
    ],
)
def test_a_row_that_is_given_up_says_so(text: str) -> None:
    assert deprecated_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "是否包含已废弃的镜像",
        "该字段不会废弃",
        "废弃的资源会被标记",
        "是否已被弃用",
        "尚未废弃",
        "不再使用时释放",
        "状态，取值active、deprecated。",
        "状态：ACTIVE（可用）、DEPRECATED（已废弃）",
        "DEPRECATED：已弃用",
        "状态：正常、已废弃、删除",
        "为true表示镜像已废弃",
        "Whether to include deprecated images.",
        "Lists deprecated images.",
    ],
)
def test_a_row_that_speaks_of_other_things_given_up_is_not(text: str) -> None:
    assert not deprecated_in(text)
