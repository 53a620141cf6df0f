"""The words with which this vendor's documents are laid out; nothing of any one API."""

from __future__ import annotations

import re

__all__ = [
    "ABOVE",
    "FOOTER",
    "JSON_TYPES",
    "METHODS",
    "MOMENT",
    "NULLABLE",
    "NUMBERED",
    "REFERENCE",
    "SENTENCE",
    "UNIT",
    "UUID",
    "VERSION",
    "reason_phrase",
]

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

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

# Terms of a description that say more about a value than its type does.
NULLABLE = "为空"
ABOVE = re.compile(r"大于(\d+)")
UNIT = re.compile(r"单位(?:为)?([A-Za-z]+)")
UUID = re.compile(r"UUID", re.IGNORECASE)
MOMENT = re.compile(r"ISO ?8601", re.IGNORECASE)
REFERENCE = "URI"

NUMBERED = re.compile(r"(\d+(?:\.\d+)*) +(\S.*)")
VERSION = re.compile(
    r"(?:(?:产品|软件|文档)?版本(?:号)?|(?:product )?version) *[:：]? *v?(\d+(?:\.\d+)+) *(?:[(（](\d{4}-\d{2}-\d{2})[)）])?",
    re.IGNORECASE,
)
FOOTER = re.compile(
    r"页码[:：]|版权所有|.{0,60}(?:版权所有\s*[©(（]|(?:copyright|版权所有)\s.{0,60}\b(?:19|20)\d\d$)", re.IGNORECASE
)

SENTENCE = re.compile(r"[。，；！？,;!?]|\.$")
"""Marks of a sentence, which no heading has."""
CODE_LIST = re.compile(
    r"(?:[^\d。，；]{0,16}[:：]\s*|(?:http|状态码|返回码|返回)\s*)?[1-5]\d\d(?![\d.%])(?!\s*(?:个|毫秒|秒|条|MB|GB))",
    re.IGNORECASE,
)
"""The beginning of a line that lists status codes: `200`, `200 OK`, `正常：200`, `400, 401`."""
_PHRASE = re.compile(r"[A-Za-z][\w'/-]*(?: [A-Za-z][\w'/-]*)?|[A-Z][\w'/-]*(?: [A-Z][\w'/-]*){2,4}", re.ASCII)


def reason_phrase(text: str) -> str:
    """The reason phrase of a status code that the text is, or nothing: it has few words, and many only with capitals, as
    those that are registered have (RFC 9110, 15). What else stands there is a sentence."""
    return text.strip() if _PHRASE.fullmatch(text.strip()) else ""
