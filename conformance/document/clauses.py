"""The clauses of a description: where one begins and ends, and whether it speaks of a case and not of every value."""

from __future__ import annotations

import re

__all__ = ["LONGEST_CLAUSE", "clause_at", "clause_before", "is_conditional"]

LONGEST_CLAUSE = 300
"""Characters that are looked at before and after a word: time grows with the length of a description, no faster."""
_CONDITION = re.compile(
    r"如果|假如|若|当(?!前)|\bif\b|\bwhen\b|\bunless\b"
    r"|(?:[\w\"”'’`]|开启|启用|关闭|禁用)时(?![间长效刻区钟候段限]|有效|生效)"
    r"|[一-鿿](?<![小超同实及定临暂延耗计按随即届])(?<!创建|新建|添加|增加|更新|修改|编辑|删除|查询|获取|上传|导入|请求|提交|调用|申请|不填|不传|未填|未传|缺省|省略)"
    r"(?<!未指定|不指定|未设置|不设置|未配置|未提供)时(?![间长效刻区钟候段限延戳序]|有效|生效|必[填选须]|可选|为空|返回|\s*为?\s*null|忽略)",
    re.IGNORECASE | re.ASCII,
)
"""What makes a sentence one of a case. An operation's own time (`创建时`) is none, nor that of what is left out (`不填时`)."""
_END = re.compile(r"[。\n]|[;；](?!\s*[\"“'‘`]?\w)|\.(?:\s|$)|$", re.ASCII)
_CLAUSE_END = re.compile(r"[。，,；;、\n（(]|\.(?:\s|$)")


def is_conditional(text: str, match: re.Match[str]) -> bool:
    """Whether the sentence of a match begins with a condition, or too far off to know: it says nothing about every value."""
    first = max(0, match.start() - LONGEST_CLAUSE)
    begin = max(text.rfind(mark, first, match.start()) for mark in ("。", "；", "\n", ". ")) + 1
    return (begin == 0 < first) or _CONDITION.search(text[begin : match.end()]) is not None


def clause_at(text: str, begin: int) -> str:
    """The clause that begins here; none where it is too long to be a list."""
    window = text[begin : begin + LONGEST_CLAUSE + 1]
    end = _END.search(window)
    return "" if end is None or end.start() > LONGEST_CLAUSE else window[: end.start()].rstrip()


def clause_before(text: str, end: int) -> str:
    """What stands before a place in its own clause, which any mark begins."""
    return _CLAUSE_END.split(text[max(0, end - LONGEST_CLAUSE) : end])[-1]
