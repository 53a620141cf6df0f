"""The headings of a document's parts, known by families of words and not by one word each: what begins, where its rows
stand, whose members a table lists."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from conformance.document.model import Position

__all__ = [
    "COMMON_NAMES",
    "PART_NAMES",
    "DocumentPart",
    "common_of",
    "leads_to",
    "number_of",
    "owner_of",
    "part_of",
    "stated_part",
]

PART_NAMES = (
    "introduction",
    "preconditions",
    "uri",
    "request",
    "request-example",
    "response",
    "response-example",
    "success",
    "errors",
    "notes",
)
"""The parts of an operation, in the order in which they mostly come."""

COMMON_NAMES = (
    "request-structure",
    "structure-example",
    "protocol",
    "service-url",
    "methods",
    "encoding",
    "common-parameters",
    "common-request-parameters",
    "common-response-parameters",
    "signature",
    "result",
    "success-result",
    "failure-result",
    "error-codes",
)
"""The parts of what holds for every operation."""


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """What a heading begins. `name` is one of PART_NAMES, or empty for that side (request or response) in which it
    stands; `certain` says that its words alone make it a heading, wherever they stand on a line of their own, `both` that
    codes of successes and of failures stand below it."""

    name: str
    place: Position = Position.OPEN
    certain: bool = True
    failure: bool = False
    both: bool = False


_ASK = r"(?:请求|调用|输入|入参|requests?)"
_ANSWER = r"(?:响应|返回|应答|回应|回显|输出|出参|responses?)"
_WHAT = r"(?:的)?(?:消息|参数|数据|内容|信息|字段|元素|结构|属性|parameters?|params?|fields?|elements?|attributes?|message|syntax)"
_TOLD = r"(?:说明|描述|列表|列表说明|定义|description)"
_ROWS = r"参数|字段|parameters?|params?|fields?"
_NUMBER = r"(?:代码|码|返回值|值|状态|codes?|statuscodes?|status)"
_EXAMPLE = r"(?:的)?(?:消息)?(?:示例|样例|举例|例子|范例|examples?|samples?|demo)(?:代码)?"
_BODY = r"(?:消息)?(?:体|正文|主体|报文|body)(?:中的?)?"
_HEAD = r"(?:消息)?(?:头|头部|头域|报头|headers?)(?:中的?)?"
_PATHS = r"(?:url|uri)?(?:路径|path|url|uri)(?:中的?)?"
_QUERIES = r"(?:url|uri)?(?:查询|query|querystring|querystring)(?:中的?)?"
_CODES = r"(?:http)?(?:状态)?(?:代码|码|codes?|statuscodes?|status)"
_WRONG = r"(?:异常|错误|失败|出错|errors?|faults?|failures?|abnormal)"
_RIGHT = r"(?:正常|正确|成功|normal|success(?:ful)?)"
_ADDRESS = r"(?:uri|url|路径|地址|endpoint|请求路径|请求地址|访问路径|uri路径|url地址|url路径)"

_FAMILIES: tuple[tuple[str, DocumentPart], ...] = (
    (
        r"(?:api|接口)?(?:功能|接口|操作)(?:介绍|说明|描述|简介|概述)|(?:api|functional?)(?:introduction|description|overview)",
        DocumentPart("introduction"),
    ),
    (r"功能|介绍|简介|概述|introduction|overview|description|function", DocumentPart("introduction", certain=False)),
    (
        r"(?:使用|调用)?(?:前提|前置|先决)条件(?:说明)?|前提|prerequisites?|preconditions?",
        DocumentPart("preconditions"),
    ),
    (r"path|路径", DocumentPart("request", Position.PATH, certain=False)),
    (
        r"地址|链接|endpoint|请求方法|请求方式|http(?:请求)?方法|调用方式|(?:request|http)method",
        DocumentPart("uri", certain=False),
    ),
    (rf"(?:api|接口|请求|访问|调用|资源|http|requests?)*(?:的)?{_ADDRESS}(?:格式|说明)?", DocumentPart("uri")),
    (r"请求语法|requestsyntax", DocumentPart("uri")),
    (rf"请求(?:方法|方式)(?:及|和|与|/|、|&|and)*(?:请求)?{_ADDRESS}", DocumentPart("uri")),
    (
        rf"{_ADDRESS}(?:及|和|与|/|、|and)*请求?(?:方法|方式)|请求行|请求格式|httprequest|requestline|接口定义",
        DocumentPart("uri"),
    ),
    (rf"{_ASK}?{_PATHS}(?:请求)?(?:变量|{_ROWS}){_TOLD}?", DocumentPart("request", Position.PATH)),
    (rf"{_ASK}?{_QUERIES}(?:请求)?(?:条件|字符串|strings?|{_ROWS}){_TOLD}?", DocumentPart("request", Position.QUERY)),
    (rf"{_ASK}{_HEAD}(?:域|{_ROWS})?{_TOLD}?", DocumentPart("request", Position.HEADER)),
    (rf"{_ASK}{_BODY}(?:{_ROWS})?{_TOLD}?|form(?:data)?参数", DocumentPart("request", Position.BODY)),
    (rf"{_ANSWER}{_HEAD}(?:域|{_ROWS})?{_TOLD}?", DocumentPart("response", Position.HEADER)),
    (rf"{_ANSWER}{_BODY}(?:{_ROWS})?{_TOLD}?", DocumentPart("response", Position.BODY)),
    (rf"{_HEAD}(?:域)?(?:{_ROWS})?{_TOLD}?", DocumentPart("", Position.HEADER, certain=False)),
    (rf"{_BODY}(?:{_ROWS})?{_TOLD}?", DocumentPart("", Position.BODY, certain=False)),
    (r"query|querystring|查询", DocumentPart("request", Position.QUERY, certain=False)),
    (
        rf"{_ANSWER}?{_WRONG}(?:的)?{_ANSWER}?(?:消息|结果|体|报文)?{_EXAMPLE}",
        DocumentPart("response-example", failure=True),
    ),
    (rf"examples?(?:of)?{_WRONG}{_ANSWER}?", DocumentPart("response-example", failure=True)),
    (
        rf"(?:接口|业务|可能的?)?{_ANSWER}?{_WRONG}(?:的)?(?:http)?{_ANSWER}?(?:http)?(?:状态)?(?:信息|消息|{_NUMBER}){_TOLD}?",
        DocumentPart("errors", failure=True),
    ),
    (rf"{_WRONG}(?:{_ANSWER}|情况|{_CODES})", DocumentPart("errors", failure=True)),
    (_WRONG, DocumentPart("errors", certain=False, failure=True)),
    (rf"{_ASK}(?:参数|{_BODY}|{_HEAD}|{_PATHS})?{_EXAMPLE}", DocumentPart("request-example")),
    (rf"(?:示例|example|sample)(?:of)?{_ASK}|(?:curl|调用){_EXAMPLE}", DocumentPart("request-example")),
    (
        rf"(?:{_RIGHT})?{_ANSWER}(?:参数|结果|{_BODY}|{_HEAD})?{_EXAMPLE}|{_RIGHT}{_EXAMPLE}",
        DocumentPart("response-example"),
    ),
    (rf"(?:示例|example|sample)(?:of)?{_ANSWER}", DocumentPart("response-example")),
    (r"示例|样例|举例|examples?|samples?", DocumentPart("example", certain=False)),
    (
        rf"{_RIGHT}(?:的)?(?:http)?{_ANSWER}?(?:http)?(?:状态)?{_NUMBER}{_TOLD}?|{_RIGHT}{_ANSWER}",
        DocumentPart("success"),
    ),
    (_RIGHT, DocumentPart("success", certain=False)),
    (
        rf"{_ANSWER}{_CODES}{_TOLD}?|(?:http)?{_CODES}{_TOLD}?|返回值|status",
        DocumentPart("success", certain=False, both=True),
    ),
    (rf"(?:接口|api)?{_ASK}(?:{_WHAT}|说明)+{_TOLD}?|入参|输入参数", DocumentPart("request")),
    (rf"(?:接口|api)?{_ANSWER}(?:{_WHAT}|结果|说明|值)+{_TOLD}?|出参|输出参数", DocumentPart("response")),
    (rf"{_ASK}|inputs?", DocumentPart("request", certain=False)),
    (r"参数|参数说明|参数列表|参数描述|parameters?", DocumentPart("", certain=False)),
    (rf"{_ANSWER}|outputs?", DocumentPart("response", certain=False)),
    (
        r"(?:使用|调用|接口)?(?:约束|限制)(?:条件|说明)?(?:[与和及、](?:约束|限制))?|注意事项|使用说明|补充说明|备注|说明|注",
        DocumentPart("notes", certain=False),
    ),
    (r"constraints?|notes?|restrictions?|limitations?|remarks?|precautions?", DocumentPart("notes", certain=False)),
    (
        r"(?:最低|最小|支持的?)?(?:api)?微版本(?:要求|说明)?|版本要求|microversions?|(?:接口)?(?:废弃|弃用)(?:说明)?|deprecat(?:ed|ion)",
        DocumentPart("notes", certain=False),
    ),
)
"""Words of a heading, without blanks and in small letters -> what it begins; the first family that fits."""
_PATTERNS = tuple((re.compile(pattern), part) for pattern, part in _FAMILIES)

_SHARED = r"(?:公共|通用|公用|common)"
_COMMON = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"请求结构|构造请求|requeststructure", "request-structure"),
        (r"结构示例", "structure-example"),
        (r"通信协议|协议|protocols?", "protocol"),
        (r"服务网址|服务地址|服务域名|终端节点|endpoints?", "service-url"),
        (r"(?:http)?请求方法|http方法|(?:request|http)methods?", "methods"),
        (r"字符编码|编码|(?:character)?encoding", "encoding"),
        (rf"{_SHARED}(?:参数|parameters?)", "common-parameters"),
        (
            rf"{_SHARED}{_ASK}(?:{_WHAT}|{_HEAD}(?:参数)?){_TOLD}?|{_SHARED}{_HEAD}(?:参数)?|{_SHARED}{_ASK}",
            "common-request-parameters",
        ),
        (rf"{_SHARED}{_ANSWER}(?:{_WHAT}|{_HEAD}(?:参数)?){_TOLD}?|{_SHARED}{_ANSWER}", "common-response-parameters"),
        (r"签名机制|(?:认证|鉴权|签名|身份认证)(?:机制|方式|说明)?|authentication", "signature"),
        (rf"{_ANSWER}结果|result", "result"),
        (rf"{_RIGHT}{_ANSWER}(?:结果|{_EXAMPLE}|{_BODY})?", "success-result"),
        (rf"{_WRONG}{_ANSWER}(?:结果|{_EXAMPLE}|{_BODY}|格式)?|错误格式|errorformat", "failure-result"),
        (
            rf"(?:{_SHARED}|附录|全局|api|接口|http)*(?:{_WRONG}|{_ANSWER})?(?:{_WRONG})?{_CODES}(?:{_TOLD}|对照表|表|一览|信息)?",
            "error-codes",
        ),
    )
)

_NUMBERING = re.compile(
    r"(?:(?:表|图|table|figure)\s*\d+(?:[.-]\d+)*[.:：、]?\s*|(?P<number>\d+(?:\.\d+)*)[.、．)）]?\s+|\d+[.、．)）]\s*|[（(]\d+[)）]\s*"
    r"|[一二三四五六七八九十]+、\s*|第[\d一二三四五六七八九十]+[章节]\s*|[●•·■◆▪*-]\s+|【)",
    re.IGNORECASE,
)
_OWNER_WORDS = r"(?:字段|对象|参数|数据结构|结构体|结构|元素|属性|成员|列表|数组|object|fields?|parameters?|structure|attributes?|elements?)"
_OWNER = re.compile(
    rf"(?P<table>(?:表|table)\s*\d+(?:[.-]\d+)*[.:：、]?\s*)?(?P<owner>[A-Za-z_][A-Za-z0-9_.:\[\]-]*)\s*"
    rf"(?P<kind>(?:的|中的)?(?:{_OWNER_WORDS}\s*)*(?:说明|描述|定义|列表|如下|description|definition)?)[:：]?",
    re.IGNORECASE,
)
_OWNED = re.compile(
    rf"(?P<table>(?:表|table)\s*\d+(?:[.-]\d+)*[.:：、]?\s*)?{_OWNER_WORDS}\s*(?P<owner>[A-Za-z_][A-Za-z0-9_.:\[\]-]*)\s*(?:的?{_OWNER_WORDS})*(?:说明|描述|定义|如下)?[:：]?",
    re.IGNORECASE,
)
_LEADS = re.compile(r"下表|如下|以下|下列|所示|见表|[:：]$|following|below|as follows", re.IGNORECASE)
_STATED = r"[2-5]\d\d(?!\d)(?:\s*[（(][A-Za-z][A-Za-z '-]*[)）]|\s+(?!and\b|or\b)[A-Za-z][A-Za-z '-]*?)?"
"""A code with its phrase, in the line of a heading."""
_LONGEST = 40
"""Characters of the longest line that is a heading of a family."""


def number_of(text: str) -> tuple[str, str]:
    """The number before a heading (`1.3.1`), empty where it has none, and the heading without numbering and colon."""
    match = _NUMBERING.match(text)
    rest = text[match.end() :] if match else text
    return (match.group("number") or "" if match else ""), rest.rstrip("】").rstrip(":：").strip()


@lru_cache(maxsize=4096)
def part_of(text: str) -> DocumentPart | None:
    """The part of an operation that the line begins if it is a heading, None where it belongs to no family."""
    words = _words(text)
    if not words:
        return None
    part = next((part for pattern, part in _PATTERNS if pattern.fullmatch(words)), None)
    if part is not None and len(words) < 4 and words not in {"uri", "url"}:
        return replace(part, certain=False)
    return part


@lru_cache(maxsize=4096)
def common_of(text: str) -> str:
    """The part of what holds for every operation that the line begins if it is a heading, or nothing."""
    words = _words(text)
    return next((name for pattern, name in _COMMON if pattern.fullmatch(words)), "") if words else ""


def _words(text: str) -> str:
    if len(text) > _LONGEST:
        return ""
    plain = re.sub(r"[（(][A-Za-z ]*[)）]$", "", number_of(text)[1])
    return re.sub(r"[\s_-]+", "", plain).lower()


def owner_of(text: str) -> str:
    """The row whose members the table below the line lists, as the line is its caption (`flavor 字段说明`), or nothing."""
    if len(text) > 60 or part_of(text) is not None:
        return ""
    match = _OWNER.fullmatch(text)
    if match is not None and (match.group("table") or match.group("kind").strip()):
        return match.group("owner")
    match = _OWNED.fullmatch(text)
    return match.group("owner") if match else ""


def stated_part(text: str) -> DocumentPart | None:
    """The part of codes of which a line is the heading and all that stands below it (`成功状态码：202`), or None."""
    head, mark, codes = re.sub("：", ":", text).partition(":")
    if not mark or re.fullmatch(rf"\s*{_STATED}(?:\s*(?:[、，,/;；和或]|and|or)\s*{_STATED})*\s*[。.]?", codes) is None:
        return None
    part = part_of(head.strip())
    return part if part is not None and part.name in {"success", "errors"} and not part.both else None


def leads_to(text: str) -> bool:
    """Whether the line leads to what stands below it, as a caption does, and is no heading."""
    return _LEADS.search(text) is not None
