"""Which format the words of a row give its value, and where they give none."""

from __future__ import annotations

import pytest
from document.described_documents import row_of

from conformance.document.formats import format_of


def found(text: str, example: str | None = None) -> str | None:
    return format_of(row_of("x", "string", None, text, example=example), text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("项目的UUID。", "uuid"),
        ("UUID格式。仅管理员可见", "uuid"),
        ("ID，UUID格式，如c0ffee00-0000-4000-8000-000000000001。", "uuid"),
        ("创建时间，ISO8601格式", "date-time"),
        ("创建时间，ISO 8601格式：yyyy-MM-ddTHH:mm:ssZ", "date-time"),
        ("创建时间，ISO 8601格式，例如：2030-01-01T00:00:00Z。", "date-time"),
        ("镜像文件的URI。", "uri-reference"),
        ("IPv4地址", "ipv4"),
        ("端口的IPv4地址，例如10.0.0.1", "ipv4"),
        ("IPv4 地址（主）", "ipv4"),
        ("IPv4地址格式", "ipv4"),
        ("The IPv4 address of the port.", "ipv4"),
    ],
)
def test_a_format_is_that_of_every_value(text: str, wanted: str) -> None:
    assert found(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "IPv4地址段",
        "IPv4地址/掩码",
        "IPv4地址或者域名",
        "IPv4地址，或者域名",
        "域名、IPv4地址",
        "IPv4地址范围",
        "IPv4地址池的名称",
        "IPv4地址，例如10.0.0.0/24",
        "IPv4 address or host name",
        "host name or IPv4 address",
        "IPv4 address range",
        "IPv4 addresses",
        "非UUID格式",
        "ID（非UUID格式）。",
        "源镜像的ID，UUID格式，或者镜像名称。",
        "镜像名称，或镜像的UUID",
        "UUID，也可以是名称",
        "UUID去掉横线",
        "32位UUID",
        "域ID，UUID格式，默认域为default。",
        "UUID格式，例如abc",
        "创建时间，ISO8601格式：yyyy-mm-dd。",
        "日期，ISO8601格式，如2032-01-01",
        "ISO 8601格式的时长",
        "请参考URI中的说明",
    ],
)
def test_what_else_a_value_may_be_gives_none(text: str) -> None:
    assert found(text) is None


def test_an_example_that_the_format_does_not_take_gives_none() -> None:
    assert found("到期时间，ISO8601格式", "2032-01-01") is None
    assert found("到期时间，ISO8601格式", "2032-01-01T00:00:00Z") == "date-time"
    assert found("项目的UUID", "{project_id}") == "uuid"
    assert found("项目的UUID", "-") == "uuid"
    assert found("项目的UUID", "“c0ffee00-0000-4000-8000-000000000001”") == "uuid"
    assert found("IPv4地址", "10.0.0.0/8") is None
