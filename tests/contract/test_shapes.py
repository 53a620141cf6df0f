"""Which members an answer is promised to have, from what their rows say."""

from __future__ import annotations

import pytest
from document.described_documents import row_of

from conformance.contract.shapes import always_there


@pytest.mark.parametrize(
    "text",
    [
        "故障，正常时无此字段。",
        "故障，正常时没有该字段。",
        "故障，正常时不存在该字段。",
        "下一页链接，没有更多数据时省略。",
        "下一页链接，最后一页没有。",
        "下一页链接，如有下一页则返回。",
        "字段，微版本2.57起不再返回。",
        "字段，微版本2.57起不再支持。",
        "字段，在2.47及之后的版本中移除。",
        "主机名，仅管理员可见。",
        "主机名，管理员才返回。",
        "主机名，对普通用户隐藏。",
        "主机名，需要管理员权限。",
        "故障，仅ERROR状态返回。",
        "扩展，开启扩展后才有。",
        "密码，创建时返回一次。",
        "可选。",
        "Omitted on the last page.",
    ],
)
def test_what_may_be_missing_is_not_promised(text: str) -> None:
    assert not always_there(row_of("x", "string", None, text))


@pytest.mark.parametrize(
    "text",
    [
        "状态，可选值：A、B。",
        "端口，可选范围1-9。",
        "是否隐藏。",
        "名称，不可省略。",
        "名称，只读，所有人可见。",
        "用户是否具有管理员权限。",
        "名称。",
    ],
)
def test_what_only_sounds_like_it_is_promised(text: str) -> None:
    assert always_there(row_of("x", "string", None, text))


def test_one_that_a_column_or_a_microversion_says_is_not_always_there_is_not_promised() -> None:
    assert not always_there(row_of("x", "string", False, "名称。"))
    assert not always_there(row_of("x", "string", None, "名称。", since="2.9"))
