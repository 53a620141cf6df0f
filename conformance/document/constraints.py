"""What the words of a row say about its values, as keywords of JSON Schema.

Rules
- A wrong promise is worse than a lost one: what is not said in one of these forms is not said.
- Values are those of enumerations.py.
- Numbers bound a number, lengths a string; bytes are no characters.
- A default that the row itself does not allow is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.document import vocabulary
from conformance.document.clauses import LONGEST_CLAUSE, clause_before, is_conditional
from conformance.document.contradiction import Contradiction, at
from conformance.document.emptiness import may_be_blank, may_be_null
from conformance.document.enumerations import lists_of
from conformance.document.formats import format_of
from conformance.document.further_values import NUMBER, TO, further_values, number_in
from conformance.document.model import Row
from conformance.document.subjects import counts_another, is_by_default, is_in_other_units
from conformance.document.typewords import StatedType, stated_type
from conformance.model.jsonvalue import FORMATS

__all__ = ["SaidOfRow", "allowed", "said"]


@dataclass(frozen=True)
class SaidOfRow:
    """The keywords of a row's schema, in the order in which they are written, and what its words do not agree in."""

    keywords: Mapping[str, Any]
    found: tuple[Contradiction, ...] = field(default=())


_GOES_ON = re.compile(
    r"[\d,^*×.]*\d|\s*(?:或者?|or\b)\s*-?\d|\s*(?:[\^*×万亿千百]|的\d|的?\d*次方"
    r"|时|则|的(?!(?:正?整数|自然数|数字|数值|数)\s*(?:[。，,；;.)）]|$))\S|后|的?话|表示|代表|按|会|将|需|须|才|就|返回|视为|[有无]效|\b(?:if|when|unless)\b)",
    re.IGNORECASE,
)
"""What follows a number that is not yet all of it, or one that is said of a case and not of every value."""
_BOUNDS = frozenset({"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"})
_ENUMERATED = frozenset({"enum", "枚举", "枚举型", "枚举类型"})
_RANGE = re.compile(
    rf"(?:范围|取值|介于|必须在|应在|\bbetween|\brange(?: is)?|\bfrom)\s*(?:为|是|在|:|：)?\s*"
    rf"(?P<open>[\[(（【]?)\s*(?P<low>{NUMBER})(?:{TO}|\s*\band\b\s*|(?<=\d)\s*[,，]\s*(?={NUMBER}\s*[\])）】]))"
    rf"(?P<high>{NUMBER})\s*(?P<close>[\])）】]?)",
    re.IGNORECASE,
)
_ANY_RANGE = re.compile(
    rf"(?<![\w.:/+-])(?P<low>{NUMBER}){TO}(?P<high>{NUMBER})(?![\d.]*[-:/\d]|\.\d)", re.IGNORECASE | re.ASCII
)
_BARE_RANGE = re.compile(rf"(?P<open>[\[(（【]?)\s*(?P<low>{NUMBER}){TO}(?P<high>{NUMBER})\s*(?P<close>[\])）】]?)")
_LEAST = re.compile(
    rf"(?:最小值|最小取值|不(?:能|得|可|应)?(?:小于|低于|少于)|大于等于|大于或等于|大于或者等于|>=|≥|\bminimum(?: value)?|\bat least)"
    rf"\s*(?:为|是|is|of|:|：)?\s*({NUMBER})",
    re.IGNORECASE,
)
_MOST = re.compile(
    rf"(?:最大值|最大取值|不(?:能|得|可|应)?(?:大于|高于|超过)|小于等于|小于或等于|小于或者等于|<=|≤|\bmaximum(?: value)?|\bat most)"
    rf"\s*(?:为|是|is|of|:|：)?\s*({NUMBER})",
    re.IGNORECASE,
)
_ABOVE = re.compile(rf"(?<![不能得可应])大于\s*({NUMBER})")
_BELOW = re.compile(rf"(?<![不能得可应])小于\s*({NUMBER})")
_LONE = r"(?:^|[，,。；;:：、（(\s]|每页|单次|每次|条数|数量|且|和)(?<!如：)(?<!如:)(?<!如)\s*"
_ITS_END = r"(?!\.?\d)\s*[个条]?(?=\s*(?:[。，,；;、）)\n]|\.(?:\s|$)|[且和]|单位|$))"
"""What a number that is said in few words stands between: it counts nothing but what its row counts."""
_LEAST_OF_FEW_WORDS = re.compile(
    rf"{_LONE}(?:最小|min(?:imum)?)(?:为|是|[:：=])?\s*({NUMBER}){_ITS_END}", re.IGNORECASE
)
_MOST_OF_FEW_WORDS = re.compile(rf"{_LONE}(?:最大|max(?:imum)?)(?:为|是|[:：=])?\s*({NUMBER}){_ITS_END}", re.IGNORECASE)
_LONE_RANGE = re.compile(
    rf"(?:^|[，,:：]|(?P<bracket>[（(]))\s*(?P<open>)(?P<low>\d+){TO}(?P<high>\d+)(?P<close>)\s*[个条]?(?(bracket)[)）])"
    r"(?=\s*(?:[。，,；;\n]|\.(?:\s|$)|$))(?!\s*[，,、]\s*-?\d)",
    re.MULTILINE,
)
"""A range that is a clause of its own behind what it is of, or stands in parentheses there: `条数，1-100`."""
_NO_RANGE = re.compile(
    r"例|如|版本|日期|格式|默认|表示|步|编号|章|节|页码|见|图|表|时$|不|除|保留|\b(?:version|date|default|see|pages|e\.?g)\b",
    re.IGNORECASE,
)
"""Words before two numbers between which no value need lie."""
_CHARACTERS = r"\s*个?(?:英文)?(?:字符(?![串集])|characters?|chars?)"
_COUNTED = re.compile(_CHARACTERS + r"|\s*(?:位|个?字节|倍|%|％|个月|天|小时)")
_LENGTH_RANGE = re.compile(
    rf"(?:长度(?:范围|限制)?|字符数|length)\s*(?:必须|应)?(?:为|是|在|:|：|is|between)?\s*[\[(（【]?(?P<low>\d+)(?:{TO}|\s*\band\b\s*|\s*[,，]\s*)"
    rf"(?P<high>\d+)(?P<unit>{_CHARACTERS}|\s*个?字节|\s*bytes?)?"
    rf"|(?<![\d.^*×])(?<!\d,)(?P<low2>\d+)(?:{TO}|\s*\band\b\s*)(?P<high2>\d+){_CHARACTERS}",
    re.IGNORECASE,
)
_LONGEST = re.compile(
    r"(?:最大长度|最长|长度(?:不(?:能|得|可|应)?(?:超过|大于)|小于等于|最大为?|最长为?)|\bmax(?:imum)?[ _-]?length)\s*(?:为|是|is|of|:|：)?\s*(\d+)"
    rf"(?!\d|\s*个?字节|\s*bytes?)|(?:不(?:能|得|可|应)?(?:超过|多于|大于)|最多|至多|\bat most|\bup to)\s*(?:为|是)?\s*(\d+){_CHARACTERS}",
    re.IGNORECASE,
)
_SHORTEST = re.compile(
    r"(?:最小长度|最短|长度(?:不(?:能|得|可|应)?(?:小于|少于)|大于等于|至少为?)|\bmin(?:imum)?[ _-]?length)\s*(?:为|是|is|of|:|：)?\s*(\d+)(?!\d|\s*个?字节|\s*bytes?)"
    rf"|(?:至少|不少于|最少|\bat least)\s*(\d+){_CHARACTERS}",
    re.IGNORECASE,
)
_DEFAULT = re.compile(
    r"(?:默认(?:值|取值)|缺省(?:值|取值))\s*(?:为|是|:|：|=)?\s*(?P<one>[\"“'‘`]?[\w.+/:-]{0,200}\w[\"”'’`]?)(?=[\s。，,;；)）]|$)"
    r"|(?:默认|缺省)\s*(?:为|是|:|：|=)\s*(?P<two>[\"“'‘`]?[\w.+/:-]{0,200}\w[\"”'’`]?)(?=[\s。，,;；)）]|$)"
    r"|(?:默认|缺省)\s*(?P<four>-?\d{1,200}(?:\.\d{1,200})?|true|false)(?=[\s。，,;；)）]|$)"
    r"|\bdefaults?(?: value)?\s*(?:to|is|:|=)\s*(?P<three>[\"'`]?[\w.+/:-]{0,200}\w[\"'`]?)(?=[\s。，,;；)）.]|$)",
    re.IGNORECASE | re.ASCII,
)
_PATTERN = re.compile(
    r"(?:正则表达式|正则|regex(?:p|ular expression)?|pattern)\s*(?:为|是|:|：|is)?\s*[`\"“]?(\^[^\s`\"”]{0,500}\$)",
    re.IGNORECASE,
)
_NONE = frozenset({"", "-", "--", "/", "无", "空", "n/a", "none", "null", "nil"})


def said(row: Row) -> SaidOfRow:
    """The keywords of the schema of a row, without what is below it."""
    row = replace(row, description=_spaced(row.description), constraint=row.constraint and _spaced(row.constraint))
    stated = (row.type or "").strip().lower()
    kind = stated_type(row.type)
    schema: dict[str, Any] = {}
    found: list[Contradiction] = []
    if kind.name:
        schema["type"] = kind.name
    elif stated:
        text = f"{row.name} is of type {row.type}, which is not known"
        found.append(Contradiction(at(row.line), "unknown type", text, subject=row.name))
    if stated and stated != kind.name:
        schema["x-document-type"] = stated
    text = row.description
    whole = text if row.constraint is None else f"{row.constraint}\n{text}"
    form = kind.format or (format_of(row, whole) if kind.name in {"string", ""} else None)
    if form:
        schema["format"] = form
    unit = vocabulary.UNIT.search(text)
    if unit:
        schema["x-unit"] = unit.group(1)
    if kind.name in {"integer", "number"}:
        schema |= _bounds(row, whole, kind.name, found)
    elif kind.name == "string":
        schema |= _lengths(row, whole, found)
        schema |= _pattern(whole)
    values = [] if _BOUNDS & schema.keys() else _values(row, kind, stated, found)
    if values:
        schema["enum"] = values
    types = [kind.name] if kind.name else []
    if may_be_blank(whole):
        schema = {name: value for name, value in schema.items() if _takes_blank(name, value)}
        types += ["string"] if types and types != ["string"] else []
    if types not in ([], ["null"]) and (kind.nullable or may_be_null(text, row.constraint or "")):
        types.append("null")
        if "enum" in schema:
            schema["enum"] = [*values, None]
    if len(types) > 1:
        schema["type"] = types
    default = _default(row, kind, schema, found)
    if default is not None:
        schema["default"] = default
    if row.deprecated:
        schema["deprecated"] = True
    if row.since is not None:
        schema["x-since"] = row.since
    return SaidOfRow(schema, tuple(found))


def _takes_blank(name: str, value: Any) -> bool:
    """Whether a keyword allows a string without characters."""
    return name != "format" and (name not in {"enum", "pattern", "minLength"} or allowed("", {name: value}))


def _spaced(text: str) -> str:
    """The text with each run of spaces as one of them: patterns that skip spaces would try every part of it."""
    return re.sub(r"\s{2,}", lambda run: "\n" if "\n" in run[0] else " ", text)


def _bounds(row: Row, text: str, kind: str, found: list[Contradiction]) -> dict[str, Any]:
    if len({_ends(match) for match in (*_RANGE.finditer(text), *_ranges(text))}) > 1:
        return {}
    bounds: dict[str, Any] = {}
    used: list[re.Match[str]] = []

    def is_other(text: str, match: re.Match[str]) -> bool:
        return is_in_other_units(row, text, match)

    span = (
        next((match for match in _whole(_RANGE, text, is_other) if not is_conditional(text, match)), None)
        or (_BARE_RANGE.fullmatch(row.constraint.strip()) if row.constraint else None)
        or _lone_range(text)
    )
    if span is not None:
        used.append(span)
        low, high = number_in(span["low"]), number_in(span["high"])
        bounds["exclusiveMinimum" if span["open"] in {"(", "（"} and span["close"] else "minimum"] = low
        bounds["exclusiveMaximum" if span["close"] in {")", "）"} and span["open"] else "maximum"] = high
        if span["open"] in {"(", "（"} and span["close"] in {")", "）"}:
            bounds = {"minimum": low, "maximum": high}  # parentheses around a range mostly mean no more than that
    else:
        for keyword, terms in (
            ("minimum", (_LEAST, _LEAST_OF_FEW_WORDS)),
            ("maximum", (_MOST, _MOST_OF_FEW_WORDS)),
            ("exclusiveMinimum", (_ABOVE,)),
            ("exclusiveMaximum", (_BELOW,)),
        ):
            matches = [
                match
                for term in terms
                for match in _whole(term, text, is_other)
                if not keyword.startswith("m") or not _COUNTED.match(text, match.end())
            ]
            if len({number_in(match[1]) for match in matches}) == 1 and not all(
                is_conditional(text, match) for match in matches
            ):
                used.append(matches[0])
                bounds[keyword] = number_in(matches[0][1])
    if kind == "integer" and any(isinstance(value, float) for value in bounds.values()):
        bounds = {}
    low_end = bounds.get("minimum", bounds.get("exclusiveMinimum"))
    high_end = bounds.get("maximum", bounds.get("exclusiveMaximum"))
    if low_end is not None and high_end is not None and low_end > high_end:
        text = f"{row.name} begins at {low_end} and ends at {high_end}"
        found.append(Contradiction(at(row.line), "range", text, subject=row.name))
        return {}
    # What lies beyond the bounds and means something is allowed too: `1-100，-1表示不限`.
    return bounds if all(allowed(number, bounds) for number in further_values(text, used)) else {}


def _ranges(text: str) -> Iterator[re.Match[str]]:
    """Ranges of rising numbers wherever they stand, but for examples and what is counted in characters."""
    for match in _ANY_RANGE.finditer(text):
        before = clause_before(text, match.start())
        if number_in(match["low"]) < number_in(match["high"]) and not (
            re.search(r"例|如|默认|版本|日期", before) or _COUNTED.match(text, match.end())
        ):
            yield match


def _ends(match: re.Match[str]) -> tuple[float, float]:
    return float(match["low"]), float(match["high"])


def _lone_range(text: str) -> re.Match[str] | None:
    """A range of rising numbers that stands by itself and of which nothing says that it is something else."""
    found = [match for match in _LONE_RANGE.finditer(text) if int(match["low"]) < int(match["high"])]
    if len(found) != 1 or is_conditional(text, found[0]):
        return None
    before = re.split(r"[。，,；;\n]", text[max(0, found[0].start() - LONGEST_CLAUSE) : found[0].start()])[-1]
    return None if re.search(r"\d\s*$", before) or _NO_RANGE.search(before) else found[0]


def _whole(term: re.Pattern[str], text: str, is_other: Callable[[str, re.Match[str]], bool]) -> list[re.Match[str]]:
    """The matches of which the number ends with them and is no other one than that of the row."""
    return [
        match
        for match in term.finditer(text)
        if not _GOES_ON.match(text, match.end()) and not is_by_default(text, match) and not is_other(text, match)
    ]


def _lengths(row: Row, text: str, found: list[Contradiction]) -> dict[str, Any]:
    spans = _whole(_LENGTH_RANGE, text, counts_another)
    if any((span["unit"] or "").strip().endswith(("字节", "byte", "bytes")) for span in spans):
        return {}
    said_of: dict[str, list[tuple[int, re.Match[str]]]] = {"minLength": [], "maxLength": []}
    for span in spans:
        said_of["minLength"].append((int(span["low"] or span["low2"]), span))
        said_of["maxLength"].append((int(span["high"] or span["high2"]), span))
    for keyword, term in (("minLength", _SHORTEST), ("maxLength", _LONGEST)):
        for match in _whole(term, text, counts_another):
            said_of[keyword].append((int(next(part for part in match.groups() if part is not None)), match))
    lengths = {
        keyword: items[0][0]
        for keyword, items in said_of.items()
        if len({number for number, _ in items}) == 1 and not all(is_conditional(text, match) for _, match in items)
    }
    if lengths.get("minLength", 0) > lengths.get("maxLength", 10**9):
        text = f"{row.name} has at least {lengths['minLength']} characters and at most {lengths['maxLength']}"
        found.append(Contradiction(at(row.line), "range", text, subject=row.name))
        return {}
    return lengths


def _pattern(text: str) -> dict[str, Any]:
    match = _PATTERN.search(text)
    if match is None:
        return {}
    try:
        re.compile(match.group(1))
    except re.error:
        return {}
    # What Python and JavaScript do not understand alike is no promise that can be judged.
    return {} if re.search(r"\(\?|\\[AZzGpPkKhHRX]|[*+?}]\+", match.group(1)) else {"pattern": match.group(1)}


def _values(row: Row, kind: StatedType, stated: str, found: list[Contradiction]) -> list[Any]:
    if kind.name not in {"string", "integer"}:
        return []
    for tokens in lists_of(row, enumerated=stated in _ENUMERATED):
        if kind.name == "integer":
            if any(_BARE_RANGE.fullmatch(token) for token in tokens):
                return []
            if all(re.fullmatch(r"-?\d+", token) for token in tokens):
                return [int(token) for token in tokens]
            text = f"{row.name} is {stated}, and its values are {', '.join(tokens)}"
            found.append(Contradiction(at(row.line), "values", text, subject=row.name))
            return []
        return tokens
    return []


def _default(row: Row, kind: StatedType, schema: Mapping[str, Any], found: list[Contradiction]) -> Any:
    written = _written_default(row)
    if written is None or kind.name in {"array", "object", "null", ""}:
        return None
    value = _converted(written, kind.name)
    if value is None or not allowed(value, schema):
        text = f"{row.name} is {written} when it is left out, which its row does not allow"
        found.append(Contradiction(at(row.line), "default", text, subject=row.name))
        return None
    return value


def _written_default(row: Row) -> str | None:
    """The default as it is written: a cell of its own, else a word of the description."""
    if row.default is not None:
        cell = row.default.strip().strip("\"“”'‘’`")
        return None if cell.lower() in _NONE or re.search(r"\s|[^\x00-\x7f]", cell) else cell
    for text in (row.constraint or "", row.description):
        found = (item for item in _DEFAULT.finditer(text) if not _is_of_a_case(text, item))
        match = next((item for item in found if item["three"] is None or _is_all(text, item)), None)
        if match is not None:
            token = next(part for part in match.groups() if part is not None).strip("\"“”'‘’`")
            return None if token.lower() in _NONE else token
    return None


def _is_of_a_case(text: str, match: re.Match[str]) -> bool:
    """Whether a default is that of a case, of which a clause before it says what it is."""
    return (
        is_conditional(text, match)
        or re.search(r"时[，,]?\s*$", text[max(0, match.start() - 8) : match.start()]) is not None
    )


def _is_all(text: str, match: re.Match[str]) -> bool:
    """Whether the word behind `default is` is all that is said, and no first word of a description."""
    token = match["three"]
    said = token.strip("\"'`")
    alone = re.match(r"\s*(?:[。，,;；)）]|\.(?:\s|$)|$)", text[match.end() :]) is not None
    return alone or said != token or re.fullmatch(rf"{NUMBER}|true|false", said, re.IGNORECASE) is not None


def _converted(text: str, kind: str) -> Any:
    if kind == "boolean":
        return {"true": True, "false": False}.get(text.lower())
    if kind == "string":
        return text
    if not re.fullmatch(NUMBER, text):
        return None
    return number_in(text) if kind == "number" else int(text) if "." not in text else None


def allowed(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether the values, lengths, format and bounds of a row allow this value; its type is not looked at."""
    if "enum" in schema and value not in schema["enum"]:
        return False
    if isinstance(value, str):
        fits = FORMATS.get(schema.get("format", ""))
        long = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
        return long and (fits is None or fits(value)) and re.search(schema.get("pattern", ""), value) is not None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return True
    return bool(
        schema.get("minimum", value) <= value <= schema.get("maximum", value)
        and not value <= schema.get("exclusiveMinimum", value - 1)
        and not value >= schema.get("exclusiveMaximum", value + 1)
    )
