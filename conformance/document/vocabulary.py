"""The words with which this vendor's documents are laid out; nothing of any one API."""

from __future__ import annotations

import re

__all__ = [
    "COLUMNS",
    "COMMON_HEADINGS",
    "FURNITURE",
    "INTRODUCTION",
    "METHODS",
    "METHOD_CELL",
    "NUMBERED",
    "PARTS",
    "REQUIRED",
    "TYPES",
    "VERSION",
    "heading_of",
    "is_heading",
]

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

INTRODUCTION = "功能介绍"

PARTS = {
    INTRODUCTION: "introduction",
    "前提条件": "preconditions",
    "URI": "uri",
    "请求消息": "request",
    "请求参数": "request",
    "请求示例": "request-example",
    "响应消息": "response",
    "响应参数": "response",
    "响应示例": "response-example",
    "正常响应代码": "success",
    "正常响应码": "success",
}
"""Heading of a part of an operation -> its name here, in the order in which an operation has them."""

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
    "公共响应参数": "common-response-parameters",
    "签名机制": "signature",
    "返回结果": "result",
    "正确返回结果": "success-result",
    "错误返回结果": "failure-result",
    "公共错误码": "error-codes",
}
"""Heading of the common part -> its name here."""

METHOD_CELL = "方法"

COLUMNS = {
    "参数": "name", "参数名": "name", "参数名称": "name", "名称": "name", METHOD_CELL: "name",
    "http状态码": "code", "HTTP状态码": "code", "状态码": "code", "错误码": "code",
    "参数类型": "type", "类型": "type",
    "是否必选": "required", "是否必填": "required", "必选": "required", "必填": "required",
    "描述": "description", "说明": "description", "参数说明": "description",
    "Error Message": "phrase", "错误信息": "phrase",
}  # fmt: skip
"""Header cell -> column. A header is a line made of such cells, perhaps printed twice."""

REQUIRED = {"是": True, "否": False, "必选": True, "可选": False, "必填": True, "选填": False}
"""What a cell of the column `required` begins with -> what it means; a condition in parentheses may follow."""

TYPES = frozenset(
    {
        "string", "str", "integer", "int", "int32", "int64", "long", "number", "float", "double", "decimal", "boolean",
        "bool", "array", "list", "object", "dict", "map", "json", "enum", "uuid", "date", "time", "datetime",
        "timestamp", "binary", "file", "null", "any",
    }
)  # fmt: skip
"""Type names in lower case; another word is a type too where the cells beside it leave no doubt."""

NUMBERED = re.compile(r"(\d+(?:\.\d+)*)[.、]? +(\S.*)")
"""A numbered heading: its number and its title."""

VERSION = re.compile(
    r"产品版本 *[:：]? *[vV]?(\d+(?:\.\d+)+)(?: *[(（] *(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日? *[)）])?"
)
"""The product's version and, in parentheses, year, month and day of its release."""

FURNITURE = re.compile(r"页码 *[:：]? *\d*$|产品版本.{0,40}$|版权所有.{0,60}$")
"""A line that a page carries beside its text."""


def heading_of(text: str) -> str:
    """The text as headings are compared: without a colon at its end."""
    return text.rstrip(" :：")


def is_heading(text: str) -> bool:
    """Whether the line is the heading of a part, so that no table or example goes on past it."""
    title = heading_of(text)
    return title in PARTS or title in COMMON_HEADINGS
