"""A row of a table from its cells: its name without marks, how deep it stands, what is said of it beside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from conformance.document.columns import is_known_type, position_of, required_of
from conformance.document.model import Position, Row
from conformance.document.tally import Tally
from conformance.document.typewords import named_type
from conformance.document.vocabulary import reason_phrase

__all__ = ["NAME", "deprecated_in", "inset_of", "nested", "row_of", "since_in"]

NAME = re.compile(r"[A-Za-z_@$][\w.@$:\[\]{}*-]*|\{[\w-]+\}(?:[.\[][\w.\[\]{}]*)?", re.ASCII)
"""The name of a parameter or a member, with the dots and brackets of what it stands in."""

_MARKS = re.compile(r"(?:[└├│┣┗┃─━>›»—–→↳∟|+·•▪○\s]|\.(?=\.|\s)|-(?=[-\s>A-Za-z_]))+")
_SUFFIX = re.compile(r"\s*[(（]([^()（）]*)[)）]$|\s*(\*)$")
_GIVEN_UP = re.compile(
    r"(?<![、/|“\"])(?:废弃|弃用|不推荐使用|不再(?:推荐)?使用)(?![、/|”\"]|时|前|后"
    r"|的(?!(?:请求|响应)?(?:参数|字段|属性|成员|接口|选项|写法|方式|api)))"
    r"|(?<![、/|“\"`])\bdeprecated\b(?!\s*[、/|”\"`：（]|\s+(?!this\b|was\b|is\b|as\b|parameters?\b|fields?\b|attributes?\b)[a-z]+s\b)",
    re.IGNORECASE,
)
_NOT_ITSELF = re.compile(
    r"(?:是否|不会|不被|不能|没有|尚?未(?!来)|并非|不是|如果|若|当(?!前)|包含|包括|过滤|表示|代表|[A-Z][A-Z_]+\s*[:：（(]\s*(?:已(?:经|被)?)?$"
    r"|\b(?:not|never|whether|if|includ\w*|non)\b)[^。；;，,\n]*$|(?<!本)(?<!该)(?:资源|对象|数据|版本|记录)(?:已(?:经|被)?)?$",
    re.IGNORECASE,
)
"""Words before it, in its clause, by which something else is given up, or nothing."""
_SINCE = re.compile(
    r"(?:微版本|microversion|api\s*版本|api|版本)\s*(?:v|>=|≥|为|是|:|：)?\s*(\d+\.\d+)(?!\.\d)\s*(?:版本)?(?:及|或|和)?(?:以上|以后|之后|更高|起(?!始)|开始|新增|支持|引入|及其|\+)"
    r"|(?<![\w.])(?<![A-Za-z] )v?(\d+\.\d+)\s*(?:微?版本)(?:中|里|起|才)?(?:新增|引入|加入|开始支持)|(?<![\w.])v(\d+\.\d+)\+|[（(]v?(\d+\.\d+)\+[)）]"
    r"|(?<![\w.])(?<![A-Za-z] )v?(\d+\.\d+)\s*(?:微?版本)?(?:及|或|和)(?:以上|以后|之后|更高)(?:的)?(?:版本)?(?:才|中)?(?:会)?(?:返回|支持|可用|有效|提供|新增)"
    r"|(?:new|added|available|introduced)?\s*(?:in|since|from)\s*(?:micro)?-?version\s*v?(\d+\.\d+)(?!\.\d)"
    r"|(?:从|自)\s*(?:微版本|版本|api)?\s*v?(\d+\.\d+)(?!\.\d)\s*(?:版本)?(?:起|开始|以后|之后)"
    r"|(?:最低|最小)(?:的)?(?:api)?微版本(?:要求)?\s*(?:为|是|:|：)?\s*v?(\d+\.\d+)",
    re.IGNORECASE,
)
_NO_MORE = re.compile(
    r"[^。；;\n\d]{0,20}?(?:不再|不(?:会)?返回|不(?:被)?支持|不可用|移除|删除|去除|取消|废弃|弃用|\b(?:removed|no longer|not|deprecated|dropped)\b)",
    re.IGNORECASE,
)
"""What follows a microversion from which on something is there no more."""
_TAKEN_AWAY = re.compile(r"(?:removed|dropped|deprecated|until)\s*$", re.IGNORECASE)
_BEGINS = re.compile(r"(必填|必选|必须|可选|选填|非必选|非必填)(?:项|参数)?(?:[。；;，,]|$)")
"""What a description begins with that says whether its row is required, where no column does."""
_OF_A_CASE = re.compile(r"如果|若|当|时|仅|除")
"""What says that a row is required in some cases only."""
_CODE_AND_PHRASE = re.compile(r"([1-5]\d\d)\s+([A-Za-z][A-Za-z '-]*)")
_NOTHING = frozenset({"", "-", "--", "—", "/", "无", "n/a", "N/A", "None", "none"})


def deprecated_in(text: str) -> bool:
    """Whether the text says that what it describes is to be given up."""
    return any(_NOT_ITSELF.search(text[: match.start()]) is None for match in _GIVEN_UP.finditer(text))


def since_in(text: str) -> str | None:
    """The microversion from which on something is there, where the text says one."""
    for match in _SINCE.finditer(text):
        if _NO_MORE.match(text, match.end()) is None and _TAKEN_AWAY.search(text[: match.start()]) is None:
            return str(next(filter(None, match.groups())))
    return None


@dataclass(frozen=True, slots=True)
class NamedCell:
    """What the cell of a name says: the name, and what is in parentheses behind it; `inset` is how far marks of its
    depth move it to the right, in characters."""

    name: str
    inset: int = 0
    said: tuple[str, ...] = ()


def inset_of(cell: str) -> int:
    """How far marks of its depth move the name in a cell to the right, in characters."""
    mark = _MARKS.match(cell)
    return mark.end() if mark else 0


def _named(cell: str) -> NamedCell:
    mark = _MARKS.match(cell)
    name = cell[mark.end() :] if mark else cell
    said: list[str] = []
    while match := _SUFFIX.search(name):
        said.append(match.group(1) or match.group(2))
        name = name[: match.start()]
    return NamedCell(name.strip(), mark.end() if mark else 0, tuple(said))


def row_of(cells: Mapping[str, str], first: int, last: int, page: int, tally: Tally, *, indent: int = 0) -> Row | None:
    """The row of these cells, its inset as its depth; None where its name is none: then it is said why.

    A table of codes keeps its phrase where others keep the type.
    """
    code = "code" in cells
    if code and (stated := _CODE_AND_PHRASE.fullmatch(cells["code"].strip())) and not cells.get("phrase"):
        cells = {**cells, "code": stated[1], "phrase": stated[2]}
    named = NamedCell(cells["code"].strip()) if code else _named(cells["name"])
    shown = " ".join(filter(None, cells.values()))
    if not (re.fullmatch(r"[1-5]\d\d", named.name) if code else NAME.fullmatch(named.name)):
        tally.doubt(first, last, "a row whose code is no HTTP status" if code else "a row without a name", shown)
        return None
    kind = _cell(cells, "type") if not code else reason_phrase(cells.get("phrase") or "")
    if kind and not code and not is_known_type(kind):
        tally.doubt(first, last, f"a type that is not known: {named.name}, {kind}", shown)
    description = (cells.get("description") or "").strip()
    place = Position.OPEN
    if said := _cell(cells, "position"):
        found = position_of(said)
        if found is None:
            tally.doubt(first, last, f"a position that is not known: {named.name}, {said}", shown)
        place = found or Position.OPEN
    required = _required(cells, named, tally, first, last)
    kind, told = named_type(kind) if kind and not code else (kind, "")
    beside = " ".join((description, *named.said))
    version = _cell(cells, "since")
    number = re.search(r"\d+\.\d+", version or "")
    tally.cite(first, last)
    return Row(
        name=named.name,
        type=kind or None,
        required=required,
        description=description,
        line=first,
        last_line=last,
        page=page,
        depth=indent + named.inset,
        place=place,
        default=_cell(cells, "default"),
        example=_cell(cells, "example"),
        constraint=_cell(cells, "constraint") or (f"({told})" if told else None),
        deprecated=deprecated_in(beside),
        since=number.group() if number else since_in(beside),
    )


def _cell(cells: Mapping[str, str], column: str) -> str | None:
    text = (cells.get(column) or "").strip()
    return None if text in _NOTHING else text


def _required(cells: Mapping[str, str], named: NamedCell, tally: Tally, first: int, last: int) -> bool | None:
    for column, wanted in (("required", True), ("optional", False)):
        if text := _cell(cells, column):
            found = required_of(text)
            if found is None:
                tally.doubt(first, last, f"a word for what is required that is not known: {named.name}, {text}", text)
            return found if found is None or wanted else not found
    for text in named.said:
        if text == "*" or required_of(text) is not None:
            return text == "*" or required_of(text)
    if {"required", "optional"} & cells.keys():
        return None
    description = (cells.get("description") or "").strip()
    said = _BEGINS.match(description)
    if said is None:
        return None
    rest = re.split(r"[。\n]", description[said.end(1) :])[0]
    found = required_of(said[1])
    return None if found and _OF_A_CASE.search(rest) else found


def nested(rows: Iterable[tuple[int, Row | None]], tally: Tally) -> tuple[Row, ...]:
    """The rows, each given with its inset in characters, with their depth counted in steps: a row that is further to the
    right than the one above it is one deeper. What is below a row that could not be read (None) is lost with it."""
    found: list[Row] = []
    insets: list[int] = []
    lost: int | None = None
    for inset, row in rows:
        if row is None:
            lost = inset if lost is None else min(lost, inset)
            continue
        if lost is not None and row.depth > lost:
            tally.cited.difference_update(range(row.line, row.last_line + 1))
            tally.doubt(row.line, row.last_line, "a row below one that cannot be read", row.name)
            continue
        lost = None
        while insets and insets[-1] >= row.depth:
            insets.pop()
        found.append(replace(row, depth=len(insets)))
        insets.append(row.depth)
    return tuple(found)
