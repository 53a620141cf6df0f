"""The values that the words of a row enumerate.

Rules
- Values are enumerated where a word for values is followed by a list of plain words to the end of its clause, and by
  nothing that leaves the list open ("such as", "and so on").
- Without such a word a list is one only by its form: behind the kind of thing that a row is (`状态：A、B`), between bars,
  before `之一`, or as the two answers to what is asked (`是否`).
- Names of what a value is made of (`ID`, `IPv4`, `string`) are no values, nor is prose that goes on behind a list. Behind
  words that lead to either ("supports", "can be") they are values only of a row that is a kind of thing.
- A list is open where what follows explains one more token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.document.clauses import LONGEST_CLAUSE, clause_at, is_conditional
from conformance.document.model import Row

__all__ = ["lists_of"]

_TOKEN = r"[\"“”'‘’`「]?(?P<token>-?\w[\w.+{slash}-]*)[\"“”'‘’`」]?"
_GLOSS = r"(?:\s*[（(][^（）()]*[)）]|\s*(?:[:：=]|-{1,2}>|—+|表示|代表)\s*[^\x00-\x7f、，。；;|/（）()]+)?"
_ITEM = re.compile(_TOKEN.replace("{slash}", "/") + _GLOSS, re.ASCII)
_ITEM_BETWEEN_SLASHES = re.compile(_TOKEN.replace("{slash}", "") + _GLOSS, re.ASCII)
_SEPARATOR = re.compile(r"\s*(?:[、，,；;|/]\s*(?:或者|或|和|以及|and|or)?|或者|或|和|以及|及|\bor\b|\band\b)\s*")
_VALUES = re.compile(
    r"(?:取值范围|可选值|可选范围|枚举值|有效值|合法值|允许值|允许的值|可取值|可用值|取值)(?:如下|有|包括|包含|仅?可?以?为|是|仅限于?)?\s*[:：]?\s*"
    r"|枚举(?:如下|有|包括|为|是)?\s*[:：]\s*"
    r"|(?:仅|只)?支持(?:的值)?\s*(?:为|是|有|包括)?\s*[:：]?\s*"
    r"|(?:可以是|可以为|必须是|必须为|只能是|只能为|(?<![大小认省始])值为|可为)\s*[:：]?\s*"
    r"|\b(?:one of(?: the following(?: values)?)?|(?:valid|allowed|possible|supported|accepted|acceptable) values?(?: are| is)?"
    r"|(?:must|can) be(?: either| one of|(?=\s*:))|either)\s*:?\s*",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\[（(【]\s*-?\d+\s*[,，]\s*-?\d+\s*[\]）)】]")
"""Two ends of a range, as they are written in brackets."""
_BULLET = re.compile(r"\s?(?:[●•◆▪]|[-*](?= ))\s?")
"""The mark before each of a list of values."""
_OPEN = re.compile(
    r"等|例如|比如|譬如|如下表|…|\.\.\.|\betc\b|\bsuch as\b|\be\.g\.|\bfor example\b|\bincluding\b", re.IGNORECASE
)
_BEYOND = re.compile(
    r"[。\s；;，,]*(?:等|例如|比如|譬如|如(?![果不未无需])|或"
    r"|[^。\n]{0,60}?(?:[也还亦]可|格式[为是:：]|[也还]支持|[也还]允许|其[他它余]|自定义|任[意何]|\b(?:also|others?|custom|any)\b))",
    re.IGNORECASE,
)
"""What opens a list after it was closed."""
_NOT_THESE = re.compile(
    r"(?:不(?!同)|未|禁止|无需|无法|无效|非法|保留|除|没有|是否|以外|\b(?:not|no|never|cannot|except|other than|invalid|unsupported|reserved)\b|n['’]t\b)"
    r"[^。，,；;\n]*$",
    re.IGNORECASE,
)
"""Words before a list, in its clause, of values that are not those that are allowed."""
_NO_VALUE = frozenset({"null", "nil", "empty"})
_KINDS = "状态|类型|种类|方式|模式|协议|方向|策略|级别|算法|动作|顺序|阶段"
_ENGLISH_KINDS = "status|state|type|kind|mode|protocol|direction|policy|method|algorithm|action|level"
_FIRST = r"^(?:(?:必填|必选|可选|选填|非必填|非必选)[。；，;,]\s*)?"
_HEADED = re.compile(
    rf"{_FIRST}(?P<head>[^\s。，,；;:：、|/]{{0,12}}?(?P<kind>{_KINDS})|(?:[a-z]+ ){{0,3}}(?:{_ENGLISH_KINDS}))\s*[:：，,]\s*",
    re.IGNORECASE,
)
"""The kind of thing that a row is, before a list of its values."""
_TITLED = re.compile(rf"{_FIRST}(?:(?P<head>[^\s。，,；;:：、|/]{{1,16}})\s*[:：，,])?\s*")
"""What a row is, or nothing, before a list whose form alone says that it is one."""
_ASKED = re.compile(rf"{_FIRST}(?P<head>[^\s。，,；;:：、|/]{{0,20}}?是否[^\s。，,；;:：、|/]{{0,20}})\s*[:：，,]\s*")
_ANSWERS = frozenset(map(frozenset, (("true", "false"), ("yes", "no"), ("y", "n"), ("on", "off"), ("0", "1"))))
_OF_OTHERS = re.compile(
    r"允许|可以|需|要求|必须|只有|前提|前缀|后缀|处于|形如|格式|分隔|例|标签|对应|关联|之[前后]|原|依据|根据|按|支持|不|非|除|禁|默认"
    r"|\b(?:not|no|example|format|like|by|allowed|required)\b",
    re.IGNORECASE,
)
"""What says that a list is not of the values of its own row."""
_OF_WHAT = frozenset(
    {
        "id",
        "ids",
        "uuid",
        "uuids",
        "name",
        "names",
        "ip",
        "ipv4",
        "ipv6",
        "mac",
        "cidr",
        "url",
        "uri",
        "fqdn",
        "hostname",
    }
    | {
        "string",
        "str",
        "integer",
        "int",
        "number",
        "float",
        "boolean",
        "bool",
        "list",
        "array",
        "object",
        "dict",
        "enum",
    }
    | {"json", "xml", "yaml", "null", "none", "nil", "utc", "token", "password", "key", "value", "ak", "sk", "dns"}
)
"""Words in small letters for what a value is, and no values."""
_OF_VALUES = re.compile(r"值|枚举|范围|value", re.IGNORECASE)
"""What makes sure that a word for values leads to values, and not to what they are made of."""
_SORT = re.compile(
    rf"{_FIRST}[^。，,；;:：\n]{{0,20}}?(?:{_KINDS}|版本|地址族|地址簇|\b(?:{_ENGLISH_KINDS}|version|family)\b)",
    re.IGNORECASE,
)
"""What the description of a row begins with that is a kind of thing: its values may be names of kinds."""
_ONE_MORE = re.compile(
    r"(?:^|(?<=[。；;，,\s]))[\"“‘`]?(-?\w[\w.-]*)[\"”’`]?\s*(?:表示|代表|意为|是指|指|即|仅|[:：]\s*(?=[^\x00-\x7f]))"
    r"|(?<=的为)\s*[\"“‘`]?([A-Za-z][\w.-]*)",
    re.ASCII,
)
"""A token that is explained."""
_PLACEHOLDERS = frozenset({"id", "uuid", "name", "ip", "mac", "cidr", "url", "uri", "fqdn", "hostname"})
"""Those of them that are hardly ever a value."""
_CONSTANT = re.compile(r"[A-Z][A-Z0-9_]+", re.ASCII)
_PARTED = re.compile(r"\s*(?:[、|,，]|\s/\s|或者?|\bor\b)\s*(?:或者?|or\b)?\s*")
_PLAIN = re.compile(r"[\"“”'‘’`]?(-?\w[\w.+-]*)[\"“”'‘’`]?(?:\s*[（(][^（）()]*[)）])?", re.ASCII)
_BAR = re.compile(r"\s*\|\s*")
_ONE_OF = re.compile(r"\s*(?:其中)?(?:之一|中的一[个种]|中的任意一[个种]|其中一[个种])(?=\s*(?:[。；;，,）)\n]|$))")
_NOT_OF_THESE = re.compile(r"指定|提供|传|填|选择|设置|必须有|至少|包含|包括|互斥|匹配|满足")
"""Words before `one of these` that speak of parameters and not of values."""
_SENTENCE_OF = re.compile(
    r"[\"“‘`]?(?P<token>-?\w[\w.+/-]*)[\"”’`]?\s*[:：]\s*(?=[^。；;\n:：]*[^\x00-\x7f。；])[^。；;\n:：]{1,80}(?:[。；;\n]|$)\s*",
    re.ASCII,
)
_FURTHER = re.compile(r"(?<=[。；;\s])[\"“‘`]?(-?\w[\w.-]*)[\"”’`]?\s*[:：]", re.ASCII)
"""What may be one more value, behind a sentence that is none of them."""
_SEVERAL = re.compile(
    r"逗号|(?:号|空格|划线|竖线|[,;|/”\"])\s*(?:来|进行)?(?:分隔|隔开|间隔|连接)|多个[^。]{0,12}(?:分隔|隔开)|多选|一个或多个"
    r"|\bcomma|\bseparated by\b|\bone or more\b",
    re.IGNORECASE,
)
"""Words of a value that is put together of several."""
_REMARKS = frozenset({"note", "notes", "example", "examples", "default", "tip", "tips", "remark", "remarks", "see"})


def lists_of(row: Row, *, enumerated: bool = False) -> Iterator[list[str]]:
    """The lists of values that a row's cells hold, each with two values and more; `enumerated` says that its type is that
    of an enumeration."""
    if _SEVERAL.search(f"{row.constraint}{row.description}"):
        return
    if row.constraint is not None:
        bare = _listed(clause_at(row.constraint.strip(), 0))
        if bare and _OPEN.search(row.constraint) is None and not _has_more(row.constraint, bare):
            yield bare
    for text in (row.constraint or "", row.description):
        for match in _VALUES.finditer(text):
            clause = clause_at(text, match.end())
            if is_conditional(text, match) or _is_of_another(text, match):
                continue
            tokens = _explained(text, match) or ([] if _is_open(text, match, clause) else _listed(clause))
            if tokens and not _has_more(text[match.end() :], tokens) and not _are_kinds(tokens, text, match):
                yield tokens
    yield from _by_form(row.description, enumerated=enumerated)


def _by_form(text: str, *, enumerated: bool) -> Iterator[list[str]]:
    """The lists of a description that no word for values is before."""
    for form in (_HEADED, _TITLED):
        match = form.match(text)
        if match is None or _OF_OTHERS.search(match["head"] or "") or is_conditional(text, match):
            continue
        clause = clause_at(text, match.end())
        closed = _OPEN.search(text) is None and not _is_open(text, match, clause)
        known = form is _HEADED or enumerated or _is_between_bars(clause)
        if closed and known and (tokens := _parted(clause)) and not _has_more(text[match.end() :], tokens):
            yield tokens
    asked = _ASKED.match(text)
    if asked is not None:
        tokens = _listed(clause_at(text, asked.end()))
        if frozenset(token.lower() for token in tokens) in _ANSWERS:
            yield tokens
    for match in _ONE_OF.finditer(text):
        if tokens := _before(text, match):
            yield tokens


def _is_of_another(text: str, match: re.Match[str]) -> bool:
    """Whether a word for values is said of something else, which a later clause names (`编号。盘的状态必须为A或B`)."""
    before = text[max(0, match.start() - LONGEST_CLAUSE) : match.start()]
    return re.search(rf"[。，,；;\n][^。，,；;\n]*的(?:{_KINDS})\s*$", before) is not None


def _is_open(text: str, match: re.Match[str], clause: str) -> bool:
    """Whether the words around a clause say that its values are not all that are allowed, or are those that are not."""
    after = match.end() + len(clause)
    return (
        _OPEN.search(clause) is not None
        or _NOT_THESE.search(text[max(0, match.start() - LONGEST_CLAUSE) : match.end()]) is not None
        or _BEYOND.match(text[after : after + LONGEST_CLAUSE]) is not None
    )


def _has_more(text: str, tokens: list[str]) -> bool:
    """Whether the text that a list is in explains a token that the list does not have."""
    known = {token.lower() for token in tokens} | _REMARKS
    found = (match[1] or match[2] for match in _ONE_MORE.finditer(text[: 4 * LONGEST_CLAUSE]))
    return any(token.lower() not in known for token in found)


def _are_kinds(tokens: list[str], text: str, match: re.Match[str]) -> bool:
    """Whether a list is of what a value is made of: where the word before it leads to values, all of it has to be."""
    words = {token.lower() for token in tokens}
    if _SORT.match(text) is not None:
        return False
    return words <= _PLACEHOLDERS if _OF_VALUES.search(match[0]) else bool(words & (_OF_WHAT - {"none"}))


def _listed(clause: str) -> list[str]:
    """The values of a clause that is a list of plain words and nothing else; else none."""
    if _BETWEEN.fullmatch(clause):
        return []
    if _BULLET.match(clause):
        clause = _BULLET.sub("、", clause).strip("、")
    clause = clause.strip("[]【】{} ").removesuffix("之一").removesuffix("中的一个").strip()
    tokens: list[str] = []
    place = 0
    # A slash parts values where nothing else does; else it is part of them (text/plain).
    shape = _ITEM if re.search(r"[、，,；;|]|或|和|\bor\b|\band\b", clause) else _ITEM_BETWEEN_SLASHES
    while place < len(clause):
        item = shape.match(clause, place)
        if item is None:
            return []
        tokens.append(item["token"].rstrip("./"))
        place = item.end()
        if place == len(clause):
            break
        separator = _SEPARATOR.match(clause, place)
        if separator is None or separator.end() == place:
            # A list may be followed by what is said of the default.
            if re.match(r"[，,（(]?\s*(?:默认|缺省|default)", clause[place:]) is None:
                return []
            break
        place = separator.end()
        if re.match(r"默认|缺省|default", clause[place:], re.IGNORECASE):
            break
    if any(token.lower() in _NO_VALUE or re.fullmatch(r"\d+[-~:]\d+", token) for token in tokens):
        return []
    return tokens if len(set(tokens)) == len(tokens) > 1 else []


def _explained(text: str, match: re.Match[str]) -> list[str]:
    """The values behind a word for values that have a sentence each (`取值：A：甲。B：乙。`), else none. Where a word in Latin
    letters follows them that has none, it may be one of them: then it is not known which they are."""
    window = text[match.end() : match.end() + 4 * LONGEST_CLAUSE]
    place, tokens = 0, list[str]()
    while (item := _SENTENCE_OF.match(window, place)) and item["token"].lower() not in _REMARKS:
        tokens.append(item["token"])
        place = item.end()
    further = (item[1].lower() for item in _FURTHER.finditer(window, place))
    after = re.match(r"[\"“‘`]?(-?\w+)", window[place:], re.ASCII)
    ended = (after is None or after[1].lower() in _REMARKS) and all(word in _REMARKS for word in further)
    refused = _NOT_THESE.search(text[max(0, match.start() - LONGEST_CLAUSE) : match.end()]) is not None
    beyond = _BEYOND.match(window[place:]) is not None or _OPEN.search(window[:place]) is not None
    ranges = any(re.fullmatch(r"-?\d+[-~]\d+", token) for token in tokens)
    known = ended and not ranges and not refused and not beyond and len(window) < 4 * LONGEST_CLAUSE
    return tokens if known and len(set(tokens)) == len(tokens) > 1 else []


def _is_between_bars(clause: str) -> bool:
    """Whether a clause is one of constants between bars (`A | B | C`), or of words with blanks around the bars."""
    words = _BAR.split(clause)
    return len(words) > 1 and (all(map(_CONSTANT.fullmatch, words)) or clause.count(" | ") == len(words) - 1)


def _parted(clause: str, *, slashes: bool = False) -> list[str]:
    """The values of a clause that is a list of plain words, parted by marks of a choice and by nothing else."""
    clause = re.sub(r"[，,；;（(]?\s*(?:默认|缺省|default)[^，,、|]*$", "", clause.strip(), flags=re.IGNORECASE)
    words = re.split(r"\s*/\s*", clause) if slashes and "/" in clause else _PARTED.split(clause)
    tokens = [item[1].rstrip(".") for item in map(_PLAIN.fullmatch, words) if item is not None]
    named = all(re.search("[A-Za-z]", token) and token.lower() not in _OF_WHAT for token in tokens)
    loose = re.search("[,，]", clause) is not None and not all(map(_CONSTANT.fullmatch, tokens))
    return tokens if named and not loose and len(tokens) == len(words) == len(set(tokens)) > 1 else []


def _before(text: str, match: re.Match[str]) -> list[str]:
    """The values before `one of these`, back to the mark or the word of being that they stand behind."""
    first = max(0, match.start() - LONGEST_CLAUSE)
    window = text[first : match.start()]
    begin = max((found.end() for found in re.finditer(r"[，,：:。；;\n]|为|是", window)), default=-1 if first else 0)
    sentence = window[max(window.rfind(mark) for mark in "。；\n") + 1 :]
    goes_back = re.search(r"[\w\"”’`]\s*[，,]\s*$", window[: max(begin, 0)], re.ASCII) is not None
    others = _NOT_OF_THESE.search(sentence) or _OF_OTHERS.search(window[: max(begin, 0)].rpartition("。")[2])
    if begin < 0 or goes_back or others or _NOT_THESE.search(sentence) or is_conditional(text, match):
        return []
    return [] if _BEYOND.match(text, match.end()) else _parted(window[begin:], slashes=True)
