"""The words with which this vendor's documents are laid out; nothing of any one API."""

from __future__ import annotations

import re

__all__ = [
    "ABOVE",
    "COLUMNS",
    "COMMON_HEADINGS",
    "FOOTER",
    "INTRODUCTION",
    "JSON_TYPES",
    "METHODS",
    "MOMENT",
    "NULLABLE",
    "NUMBERED",
    "PARTS",
    "REFERENCE",
    "REQUIRED",
    "TYPES",
    "UNIT",
    "UUID",
    "VERSION",
    "is_structural",
]

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

INTRODUCTION = "功能介绍"
"""The heading with which an operation begins, below its title."""
PARTS = {
    INTRODUCTION: "introduction",
    "前提条件": "preconditions",
    "URI": "uri",
    "请求消息": "request",
    "请求示例": "request-example",
    "响应消息": "response",
    "响应示例": "response-example",
    "正常响应代码": "success",
}
"""Heading of a part of an operation -> its name here."""

COMMON_HEADINGS = {
    "请求结构": "request-structure",
    "结构示例": "structure-example",
    "通信协议": "protocol",
    "服务网址": "service-url",
    "请求方法": "methods",
    "字符编码": "encoding",
    "公共参数": "common-parameters",
    "公共请求参数": "common-request-parameters",
    "公共返回参数": "common-response-parameters",
    "签名机制": "signature",
    "返回结果": "result",
    "正确返回结果": "success-result",
    "错误返回结果": "failure-result",
    "公共错误码": "error-codes",
}
"""Heading of the common part -> its name here."""

COLUMNS = {
    "参数": "name",
    "参数名称": "name",
    "名称": "name",
    "方法": "name",
    "http状态码": "code",
    "状态码": "code",
    "错误码": "code",
    "参数类型": "type",
    "类型": "type",
    "是否必选": "required",
    "是否必填": "required",
    "必选": "required",
    "描述": "description",
    "说明": "description",
    "Error Message": "phrase",
    "错误信息": "phrase",
}
"""Header cell -> column. A header is a line made of these cells only, perhaps printed twice."""

JSON_TYPES = {
    "string": "string",
    "enum": "string",
    "integer": "integer",
    "int": "integer",
    "long": "integer",
    "number": "number",
    "float": "number",
    "boolean": "boolean",
    "bool": "boolean",
    "array": "array",
    "list": "array",
    "object": "object",
    "dict": "object",
}
"""The document's type names in lower case -> JSON Schema types."""

REQUIRED = {"是": True, "否": False}

TYPES = frozenset(
    [
        "string",
        "integer",
        "int",
        "long",
        "number",
        "float",
        "double",
        "boolean",
        "bool",
        "array",
        "list",
        "object",
        "dict",
        "map",
        "enum",
        "uuid",
        "date",
        "datetime",
    ]
)

# Terms of a description that say more about a value than its type does.
NULLABLE = "为空"
ABOVE = re.compile(r"大于(\d+)")
UNIT = re.compile(r"单位(?:为)?([A-Za-z]+)")
UUID = re.compile(r"UUID", re.IGNORECASE)
MOMENT = re.compile(r"ISO ?8601", re.IGNORECASE)
REFERENCE = "URI"

NUMBERED = re.compile(r"(\d+(?:\.\d+)*) +(\S.*)")
VERSION = re.compile(r"产品版本 *v?(\d+(?:\.\d+)+) *[(（](\d{4}-\d{2}-\d{2})[)）]")
FOOTER = re.compile(r"页码[:：]|版权所有")


def is_structural(text: str) -> bool:
    """Whether the line is a heading or a page's furniture, so that no table or example goes on past it."""
    if text in PARTS or text in COMMON_HEADINGS or VERSION.match(text) or FOOTER.match(text):
        return True
    numbered = NUMBERED.fullmatch(text)
    return numbered is not None and "." in numbered.group(1) and re.search(r"[\u4e00-\u9fffA-Za-z]", text) is not None
