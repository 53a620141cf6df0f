"""The values that a description names beside a range: `1-100，0表示不限`.

A range that leaves out a value that is allowed too is a wrong promise, so that one is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from conformance.document.clauses import clause_before

__all__ = ["NUMBER", "TO", "further_values", "number_in"]

NUMBER = r"-?\d+(?:\.\d+)?"
TO = r"\s*(?:-|~|～|至|到|–|—|\bto\b|\.\.\.?)\s*"
_OTHER_NUMBER = re.compile(
    rf"(?<![\w.-])({NUMBER})[”\"’']?\s*(?:时\s*)?[，,]?\s*(?:则|为|即)?\s*(?:表示|代表|意味|不限|无限|不受|\bmeans?\b|\bfor no\b)"
)
"""A number of which it is said what it means."""
_AFTER_RANGE = re.compile(
    rf"\s*[，,、；;]?\s*(?:或者?|以及|和|及|[也还]?可以?|[取是为])*\s*[\"“]?({NUMBER})(?!\.?\d|\s*(?:[年月版]|除外|以外|无效|非法))(?!{TO}\d)",
    re.IGNORECASE,
)
_BEFORE_RANGE = re.compile(rf"(?<![\w.])({NUMBER})\s*(?:[，,、]|或者?|和|以及)\s*(?:为|在|取)?$", re.ASCII)
"""A further value right behind or before a range."""
_SPECIAL = re.compile(
    r"(?<![\w.:/+-])(0|-1)(?![\w.%:/+]|-\d|\s*[~～至到]\s*\d|\s*(?:除外|以外|无效|非法|开始))", re.ASCII
)
"""A number that mostly means something of its own."""
_NOT_A_VALUE = re.compile(
    r"(?:不(?:能|得|可|应|会)?(?:以|为|是|等于|含|包含|包括|允许|支持)?|非|[大小多少低高等]于|超过|[><=≥≤]|(?:默认|缺省)(?:值|取值)?\s*(?:为|是|[:：=])?|除|排除"
    r"|\b(?:defaults?(?: value)?(?: is| to)?:?|not(?: be)?|than))\s*$",
    re.IGNORECASE,
)


def further_values(text: str, used: Iterable[re.Match[str]]) -> Iterator[int | float]:
    """The values that are named beside the limits that were read."""
    yield from (number_in(item[1]) for item in _OTHER_NUMBER.finditer(text))
    for match in used:
        if match.string == text and "low" in match.re.groupindex:
            before = _BEFORE_RANGE.search(text[max(0, match.start() - 20) : match.start()])
            yield from (number_in(item[1]) for item in (_AFTER_RANGE.match(text, match.end()), before) if item)
    for item in _SPECIAL.finditer(text):
        inside = any(match.string == text and match.start() <= item.start() < match.end() for match in used)
        if not inside and not _NOT_A_VALUE.search(clause_before(text, item.start())):
            yield number_in(item[1])


def number_in(text: str) -> int | float:
    """The number that is written."""
    return float(text) if "." in text else int(text)
