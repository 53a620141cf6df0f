"""Whether the words of a row say that its value may be null, or an empty string, which is not null."""

from __future__ import annotations

import re

from conformance.document.clauses import clause_before

__all__ = ["may_be_blank", "may_be_null"]

_ITSELF = r"`?null`?(?!\w|\s*字符)"
_NULL = re.compile(
    rf"(?<![不非])(?:可以?为|可能为|值为|则为|或|或者|\bor|(?<!not )(?<!never )(?<!cannot )(?<!n['’]t )\bbe)\s*{_ITSELF}|\bnullable\b",
    re.IGNORECASE | re.ASCII,
)
_FORBIDDEN = re.compile(
    r"不(?:能|得|可|应|会|要|允许|支持)|禁|勿|无法|\b(?:not|never|cannot)\b|n['’]t\b", re.IGNORECASE | re.ASCII
)
_SHOWN_NULL = re.compile(
    r"(?:(?:时|则|(?:未|没有|无)[^。，,；;\n]{1,12}?)\s*(?:会|将|值)?\s*(?:返回|[为是])|[时则]|返回|(?:字段|参数|属性|值)[为是])"
    rf"\s*{_ITSELF}(?!\s*[时则的])"
    r"|(?<![\w\"“'‘])`?null`?(?=\s*时?\s*(?:表示|代表|意味))|(?:^|[,;:.(])\s*null(?= (?:if|when|means|for)\b)",
    re.IGNORECASE | re.ASCII,
)
"""Null that an answer shows in a case, or of which it is said what it means."""
_EMPTY = re.compile(
    r"(?:(?<![不否非])(?:可以|可能|可|允许)(?:该?(?:值|字段|参数))?(?:设置|设|留)?为空|[时则]为空"
    r"|(?:^|[。，,；;])\s*(?![^。，,；;]{0,8}(?:不(?!同)|非|若|如果|当|是否|禁|默认|缺省|请求|参数))[^\s。，,；;]{2,8}为空(?=\s*(?:[。；;]|$)))"
    r"(?!\s*(?:[（(]\s*)?(?:[\"“”'‘’{\[]|字符|串|列表|数组|对象|字典|集合|映射|[格白间闲]))"
)
_BLANK = re.compile(
    r"空的?字符串|空串|(?<![\w\"“'‘])(?:\"\"|''|“”|‘’)(?![\w\"“'‘])|\b(?:empty|blank) string\b",
    re.IGNORECASE | re.ASCII,
)
_DENIED = re.compile(
    r"不|非|除|禁|勿|是否|无法|若|如果|\b(?:not|never|cannot|no|if|except|other than)\b|n['’]t\b",
    re.IGNORECASE | re.ASCII,
)


def may_be_null(description: str, beside: str) -> bool:
    """Whether the value may be null, which is also written as being empty. `beside` is what stands in other cells."""
    whole = f"{beside}\n{description}"
    return (
        _EMPTY.search(description) is not None
        or any(_FORBIDDEN.search(clause_before(whole, item.start())) is None for item in _NULL.finditer(whole))
        or any(_is_said(whole, item) for item in _SHOWN_NULL.finditer(whole))
    )


def may_be_blank(text: str) -> bool:
    """Whether the value may be a string without characters."""
    return any(_is_said(text, item) for item in _BLANK.finditer(text))


def _is_said(text: str, match: re.Match[str]) -> bool:
    """Whether nothing denies or supposes it: what stands before `时` in its clause does so of the case alone."""
    words = clause_before(text, match.start()) + match[0]
    return _DENIED.search(re.split("[时则或]", words)[-1]) is None
