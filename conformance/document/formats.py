"""The format that the words of a row give its value.

Rules
- A format is that of every value: what else a value may be, or a part of one, gives none.
- What the row itself shows (an example, a layout such as `yyyy-mm-dd`) and its format does not take gives none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.document import vocabulary
from conformance.document.model import Row
from conformance.model.jsonvalue import valid

__all__ = ["format_of"]

_NOT_ALL = re.compile(
    r"不|并非|非\s*(?:UUID|IP|ISO|URI)|多个|逗号|列表|分隔|以外|之外|除外|[前后]缀|[前后]\s*\d|开头|结尾|包含"
    r"|\b(?:not|never|comma|separated|lists?|other than|prefix|suffix|part of)\b",
    re.IGNORECASE,
)
"""Words by which a value is not, or not alone, what is named beside them."""
_OR = r"(?:或|/|、|和|及|与|[也亦还]可|[也亦还]支持|\bor\b)"
_EITHER_UUID = re.compile(rf"{_OR}[^。；;\n]{{0,30}}UUID|UUID[^。；;\n]{{0,30}}{_OR}", re.IGNORECASE)
_SHORT_UUID = re.compile(r"横线|横杠|连字符|连接符|中划线|32\s*[位个]|\b(?:hyphens?|dash(?:es)?|hex)\b", re.IGNORECASE)
_NO_MOMENT = re.compile(r"时长|持续|周期|间隔|\b(?:duration|period|interval)s?\b", re.IGNORECASE)
_REFERENCE = re.compile(rf"(?<!请求的)(?<!请求){vocabulary.REFERENCE}(?:地址)?(?=\s*(?:[。，,；;.)）\n]|$))")
_ELSEWHERE = re.compile(r"参[考见看阅]|\bsee\b", re.IGNORECASE)
_IPV4 = re.compile(
    r"IPv4\s*地址(?=\s*(?:[。，,；;)）（(\n]|格式|$))|IPv4 address(?!es|\s*(?:ranges?|blocks?|pools?|masks?)\b)",
    re.IGNORECASE,
)
_NO_IPV4 = re.compile(
    rf"IPv6|域名|主机名|CIDR|网段|掩码|/\d|IPv4[^。；;\n]{{0,30}}{_OR}|{_OR}[^。；;\n]{{0,30}}IPv4|\b(?:host ?name|domain|subnet)s?\b",
    re.IGNORECASE,
)
_SHOWN = re.compile(
    r"(?:例如?|示例|比如|如|\be\.g\.)(?:为|是)?\s*[:：]?\s*[\"“'‘`]?(?P<token>[0-9A-Za-z][\w.:/+-]*)", re.ASCII
)
_OF_A_CASE = re.compile(
    r"(?:默认|缺省)(?!值|取值)[^。，,；;\n为是]{1,8}[为是]\s*[\"“'‘`]?(?P<token>[A-Za-z][\w.:/+-]*)", re.ASCII
)
"""The value of one thing that is there by default: `默认域为default`."""
_LAYOUT = re.compile(r"y{4}(?:[-\w:/.+'’]| (?=h))*", re.IGNORECASE | re.ASCII)
_PLACEHOLDER = re.compile(r"[{}<>$*]|x{3}", re.IGNORECASE)
_NO_EXAMPLE = frozenset({"", "-", "--", "/", "无", "n/a", "none", "null"})


def format_of(row: Row, text: str) -> str | None:
    """The format of every value of a row, of which `text` is all that is said; None where there is none."""
    found = _named(text)
    if found is None:
        return None
    return found if all(valid({"format": found}, example) for example in _examples(row, text)) else None


def _named(text: str) -> str | None:
    if _NOT_ALL.search(text):
        return None
    if vocabulary.UUID.search(text) and not _EITHER_UUID.search(text):
        return None if _SHORT_UUID.search(text) else "uuid"
    if vocabulary.MOMENT.search(text):
        return None if _NO_MOMENT.search(text) else "date-time"
    if _REFERENCE.search(text) and not _ELSEWHERE.search(text):
        return "uri-reference"
    if _IPV4.search(text) and not _NO_IPV4.search(text):
        return "ipv4"
    return None


def _examples(row: Row, text: str) -> Iterator[str]:
    """The values that a row shows, a layout of moments as a moment in it."""
    cell = (row.example or "").strip().strip("\"“”'‘’`")
    if cell.lower() not in _NO_EXAMPLE and not _PLACEHOLDER.search(cell):
        yield cell
    for pattern in (_SHOWN, _OF_A_CASE):
        for match in pattern.finditer(text):
            token = match["token"].rstrip(".:/-")
            if not re.match(r"(?:ISO|UUID|IPv4|URI|y{4})", token, re.IGNORECASE):
                yield token
    for match in _LAYOUT.finditer(text):
        yield _in_layout(match[0])


def _in_layout(layout: str) -> str:
    """A moment as a layout writes it: `2030-01-01` for `yyyy-mm-dd`."""
    written = re.sub(r"['’]", "", layout).rstrip(".:/-")
    for unit, digits in (
        ("y{4}", "2030"),
        ("m{2}|d{2}|h{2}", "01"),
        ("s{3,}|f{3,}", "000"),
        ("s{2}", "01"),
        ("x+", "Z"),
    ):
        written = re.sub(unit, digits, written, flags=re.IGNORECASE)
    return written
