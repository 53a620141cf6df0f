"""The columns of tables and the words of their cells, known by families: what is required, where it stands, its type."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from conformance.document.model import Position
from conformance.document.typewords import stated_type

__all__ = [
    "REQUIRED_CELL",
    "column_of",
    "columns_of",
    "header_of",
    "header_words",
    "is_known_type",
    "position_of",
    "required_of",
]


def _words(*families: str) -> Iterator[str]:
    """The words of families in which `(a|b)` is one of these and `[a|b]` one of these or none."""
    for family in families:
        found = [""]
        for piece in re.findall(r"\([^)]*\)|\[[^\]]*\]|[^(\[]+", family):
            choices = piece[1:-1].split("|") if piece[0] in "([" else [piece]
            found = [head + tail for head in found for tail in (*choices, *([""] if piece[0] == "[" else []))]
        yield from found


_COLUMNS = {
    "name": _words(
        "(参数|字段|属性|元素|变量|成员)[名|名称]", "名称", "方法", "(头域|请求头|响应头|消息头)[名|名称]",
        "(Parameter|Field|Attribute|Element|Header|Property|Key)[ Name]", "Name", "Method",
    ),
    "code": _words(
        "[HTTP|http|Http][响应|返回|应答](状态码|状态代码)", "[HTTP|http|Http][错误|返回|响应](码|代码)", "(Status|Error|Response|HTTP) Code", "HttpCode",
        "HTTP Status Code", "HTTP Status", "Code", "Status", "HttpStatus[Code]", "(Status|Error)Code",
    ),
    "label": _words("(业务|内部|平台|系统|子)[错误|返回|响应|状态](码|代码)", "错误(编码|标识|编号)"),
    "type": _words("[参数|数据|字段|值|属性]类型", "[Data |Parameter |Field ]Type"),
    "required": _words(
        "是否[为](必选|必填|必须|必需|必要|强制)[参数|项]", "(必选|必填|必须|必需)[项|参数]", "(必选|必填)/(可选|选填)", "Required", "Mandatory",
        "Required/Optional", "M/O", "Is Required", "要求",
    ),
    "optional": _words("是否[为](可选|选填)", "可选", "Optional"),
    "description": _words("[参数|字段|详细|功能](描述|说明)", "(含义|解释|备注|释义|意义|原因)", "错误原因", "Description", "Remarks", "Remark", "Meaning", "Notes"),
    "position": _words("[参数|字段|所在|传参](位置)", "传参方式", "In", "Position", "Location", "Parameter Location", "Param Type"),
    "default": _words("(默认|缺省)[值]", "Default[ Value]"),
    "example": _words("(示例|样例|举例)[值]", "参考值", "Example[s| Value]", "Sample[ Value]"),
    "constraint": _words(
        "(约束|限制)[条件|说明]", "取值[范围|说明|约束]", "(范围|长度|长度限制|枚举|枚举值|可选值|有效值)", "Constraint[s]", "Range", "Value Range",
        "[Allowed |Valid ]Values", "Restrictions", "Enum",
    ),
    "phrase": _words("(错误|返回|响应|提示)(信息|消息)", "原因短语", "编码", "(Error|Status) Message", "Message", "Reason[ Phrase]", "Error Msg"),
    "since": _words("[起始|最低|支持|最小][微|API](版本|版本号)", "版本要求", "Since", "Microversion", "Min Microversion", "New in", "Version"),
    "advice": _words("(处理|解决)(建议|措施|方法|办法|方案)", "Solution[s]", "Suggestion[s]"),
    "address": _words("URI", "URL", "(请求|访问|接口)[URI|URL|路径|地址]", "路径", "Path"),
}  # fmt: skip
_COLUMN = {word.lower(): column for column, words in _COLUMNS.items() for word in words}
_OF_STATUS = re.compile(r"http|状态|status", re.IGNORECASE)
_RETURNED = ("返回值", "返回状态")
_LONGEST_CELLS = sorted((*_COLUMN, *_RETURNED), key=len, reverse=True)
_STARTS = frozenset(word[0] for word in _LONGEST_CELLS)


def column_of(cell: str) -> str | None:
    """The column that a header's cell names, None where it is not known."""
    plain = " ".join(re.sub(r"[（(][^)）]*[)）]", "", cell).replace("*", "").split()).lower()
    return _COLUMN.get(plain) or _COLUMN.get(plain.replace(" ", ""))


def columns_of(cells: Sequence[str]) -> tuple[str | None, ...]:
    """The columns that the cells of a header name, None for one that is not known.

    What is returned is a code where nothing says of what type it is, else a name. Of two columns of codes, one of which
    is called that of a status, the other has codes of the vendor's own.
    """
    found = [column_of(cell) for cell in cells]
    if found.count("code") == 2:
        own = [at for at, column in enumerate(found) if column == "code" and not _OF_STATUS.search(cells[at])]
        if len(own) == 1:
            found[own[0]] = "label"
    if "code" not in found:
        found = [None if column == "label" else column for column in found]
    if "type" in found:
        found = [
            "name" if column is None and "name" not in found and cell.strip() in _RETURNED else column
            for column, cell in zip(found, cells, strict=True)
        ]
    elif "code" not in found:
        found = ["code" if cell.strip() in _RETURNED else column for column, cell in zip(found, cells, strict=True)]
    return tuple(found)


def header_words(text: str) -> tuple[str, ...] | None:
    """The cells of a line that is made of header words alone, as they are written, printed once or twice."""
    if not text or len(text) > 200 or text[0].lower() not in _STARTS:
        return None
    cells: list[str] = []
    rest = text
    while rest:
        lower = rest.lower()
        word = next(
            (item for item in _LONGEST_CELLS if lower.startswith(item) and _ends(item, rest[len(item) :])), None
        )
        if word is None:
            return None
        cells.append(rest[: len(word)])
        rest = rest[len(word) :].lstrip()
    half = len(cells) // 2
    if len(cells) % 2 == 0 and cells[:half] == cells[half:]:
        cells = cells[:half]
    return tuple(cells)


def _ends(word: str, rest: str) -> bool:
    """Whether a word of Latin letters ends where it seems to: `Type`, and not `Types`."""
    return not (word[-1].isascii() and word[-1].isalpha() and re.match(r"[a-z_-]", rest))


@lru_cache(maxsize=4096)
def header_of(text: str) -> tuple[str, ...] | None:
    """The columns when the line is a table's header, printed once or twice; else None."""
    words = header_words(text)
    if words is None or len(words) < 2:
        return None
    columns = tuple(column for column in columns_of(words) if column is not None)
    known = len(columns) == len(words) == len(set(columns)) and (
        columns[0] in {"name", "code"} or columns[:2] == ("label", "code")
    )
    return columns if known else None


# --- cells ----------------------------------------------------------------------------------------------------------

_YES = r"是|必选|必填|必须|必需|yes|y|m|mandatory|true|required|√|✓|✔"
_NO = r"否|非必选|非必填|非必须|可选|选填|条件必选|条件可选|视情况|no|n|o|c|optional|false|conditional|×|✗"
REQUIRED_CELL = re.compile(rf"(?:{_NO}|{_YES})(?=\s|$|[(（,，])", re.IGNORECASE)
"""The word that begins a cell of what is required. What is so under a condition alone is not required."""
_REQUIRED = re.compile(rf"(?:(?P<no>{_NO})|(?P<yes>{_YES}))(?=\s|$|[(（,，/])", re.IGNORECASE)

_POSITIONS = {
    Position.PATH: ("path", "uri", "url", "路径", "路径参数", "uri路径", "url路径", "pathparam", "path参数"),
    Position.QUERY: ("query", "querystring", "查询", "查询参数", "url参数", "查询字符串", "queryparam", "query参数"),
    Position.HEADER: ("header", "headers", "头部", "请求头", "消息头", "响应头", "请求消息头", "header参数"),
    Position.BODY: (
        "body",
        "请求体",
        "响应体",
        "消息体",
        "正文",
        "json",
        "requestbody",
        "body参数",
        "formdata",
        "form",
    ),
}
_POSITION = {word: place for place, words in _POSITIONS.items() for word in words}

_TYPE = re.compile(
    r"(?:string|str|text|char|varchar|integer|int|int32|int64|long|short|number|numeric|float|double|decimal|boolean|bool|array"
    r"|list|object|dict|dictionary|map|enum|uuid|date|datetime|timestamp|time|json|none|null|file|binary|any|uri|url|ip"
    r"|字符串|字符|整型|整数|长整型|数字|数值|浮点型?|浮点数|布尔型?|布尔值|数组|列表|对象|字典|枚举型?|时间|日期|文件)s?"
    r"(?:\s*(?:of|<|\[|[(（]|类型|型|\{).*)?",
    re.IGNORECASE | re.DOTALL,
)


def required_of(cell: str) -> bool | None:
    """Whether the cell says that its row is required; None where it says neither."""
    match = _REQUIRED.match(cell.strip())
    return match.group("yes") is not None if match else None


def position_of(cell: str) -> Position | None:
    """Where the cell says that its row stands, None where the word is not known."""
    return _POSITION.get(re.sub(r"[\s_-]+", "", cell).lower())


def is_known_type(cell: str) -> bool:
    """Whether the cell is a type whose meaning is known."""
    return _TYPE.fullmatch(cell.strip()) is not None or bool(stated_type(cell).name)
