"""What a number of a description counts, where that is not what its row is."""

from __future__ import annotations

import re

from conformance.document.clauses import LONGEST_CLAUSE, clause_before
from conformance.document.model import Row

__all__ = ["counts_another", "is_by_default", "is_in_other_units"]

_ANOTHER = re.compile(
    r"掩码|[前后]缀|每[个级条项段行层种一]|单个|各[个级段项]|(?<![密关])键|(?<![取数大小])值|标签|[编解]码|加密|压缩|中文|汉字|加上"
    r"|\b(?:each|every|per|prefix|suffix|mask|keys?|values?|tags?|encoded)\b",
    re.IGNORECASE,
)
"""Words of a clause that has the length of a part of the value, or of the value in another form."""
_OF_A_NUMBER = re.compile(r"掩码|前缀长度|\bmask\b|\bprefix length\b", re.IGNORECASE)
_SEVERAL = re.compile(
    r"(?<![密关])键[^\n]{0,40}[。，,；;、]\s*值|"
    r"多个[^。；;\n]{0,20}(?:分隔|隔开|分开)|逗号(?:分隔|隔开|分开)|\b(?:comma|separated)\b",
    re.IGNORECASE,
)
_CHARACTERS = re.compile(r"字符|\bchar", re.IGNORECASE)
_CHARACTERS_FOLLOW = re.compile(r"\s*个?(?:英文)?字符|\s*char", re.IGNORECASE)
_BY_DEFAULT = re.compile(r"(?:默认|缺省|推荐|建议)(?:的|为|值)?\s*$|\b(?:default|recommended)\s*$", re.IGNORECASE)
_UNIT = r"(?:[KMGTPE]i?B(?:ytes?)?|[KMGT]bps|[KMGTPE]|个?字节|bytes?|B)(?![A-Za-z])"
_IN_UNITS = re.compile(rf"\s*(?P<unit>{_UNIT})", re.IGNORECASE)
_OWN_UNITS = re.compile(
    rf"单位\s*(?:为|是|[:：])?\s*(?P<stated>{_UNIT})|[（(]\s*(?P<beside>{_UNIT})\s*[)）]|以\s*(?P<by>{_UNIT})\s*为单位"
    rf"|\b(?:in|units?:?)\s+(?P<among>{_UNIT})",
    re.IGNORECASE,
)
_NAMED_UNIT = re.compile(r"(?:(?:^|[_.-])(?:[kmgt]i?b|bytes?)|(?<=[a-z])(?:[KMGT]i?B|Bytes?))$")


def counts_another(text: str, match: re.Match[str]) -> bool:
    """Whether a length is that of something else than the row's value: of a mask, of each of several, of a key."""
    around = _around(text, match)
    if _ANOTHER.search(clause_before(text, match.start()) + match[0]) or _SEVERAL.search(around):
        return True
    in_characters = _CHARACTERS.search(match[0]) or _CHARACTERS_FOLLOW.match(text, match.end())
    return _OF_A_NUMBER.search(around) is not None and not in_characters


def is_by_default(text: str, match: re.Match[str]) -> bool:
    """Whether a limit is only the one that holds by default, or is recommended."""
    return _BY_DEFAULT.search(clause_before(text, match.start())) is not None


def is_in_other_units(row: Row, text: str, match: re.Match[str]) -> bool:
    """Whether a number is one of units of size that its row is not surely counted in."""
    given = _IN_UNITS.match(text, match.end())
    if given is None:
        return False
    own = {_short(part) for item in _OWN_UNITS.finditer(_around(text, match)) for part in item.groups() if part}
    named = _NAMED_UNIT.search(row.name)
    own |= {_short(named[0].lstrip("_.-"))} if named else set()
    return own != {_short(given["unit"])}


def _around(text: str, match: re.Match[str]) -> str:
    return text[max(0, match.start() - LONGEST_CLAUSE) : match.end() + LONGEST_CLAUSE]


def _short(unit: str) -> str:
    """A unit in one spelling: `g` for GB, GiB and G."""
    word = unit.lower().removeprefix("个")
    return "b" if word in {"字节", "b"} or word.startswith("byte") else word if word.endswith("bps") else word[0]
