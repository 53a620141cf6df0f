"""The words with which documents name types, as types of JSON Schema.

`array of strings`, `List<String>`, `string[]`, `array(object)` are an array with items; `string or null` is a string that
may be null; `uuid` is a string with a format. `Segment object` and `Array of Segment objects` name the structure of which
the object is, whose members a table of that name has. A word that is none of these is not guessed at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from conformance.document.vocabulary import JSON_TYPES

__all__ = ["IN_WORDS", "StatedType", "named_type", "stated_type"]

_WORDS = {
    **JSON_TYPES,
    **dict.fromkeys(("str", "text", "char", "varchar", "date", "datetime", "uri", "url"), "string"),
    **dict.fromkeys(("字符串", "字符", "文本", "枚举", "字符型", "字符串类型"), "string"),
    **dict.fromkeys(("int32", "int64", "short", "bigint", "整数", "整型", "长整型", "整形"), "integer"),
    **dict.fromkeys(("double", "decimal", "浮点", "浮点数", "浮点型", "数字", "数值"), "number"),
    **dict.fromkeys(("布尔", "布尔型", "布尔值", "布尔类型"), "boolean"),
    **dict.fromkeys(("数组", "列表", "set"), "array"),
    **dict.fromkeys(("null", "none"), "null"),
    **dict.fromkeys(("map", "json", "hash", "dictionary", "struct", "对象", "字典", "jsonobject"), "object"),
}
_ITEMS = re.compile(
    r"(?:array|list|数组|列表|set)\s*(?:of\s+|<\s*|\(\s*|\[\s*)(?P<inner>.*?)\s*[>)\]]?|(?P<before>[^或、/|,]+?)\s*(?:\[\s*\]|数组|列表)"
    r"|(?P<spoken>\S+)\s+(?:array|list)",
)
_NULL = re.compile(r"\s*(?:\bor\b|\||/|,|或者?)\s*(?:null|none|空)$|^(?:null|none)\s*(?:\bor\b|\||/|,|或者?)\s*")
_STRUCTURE = re.compile(r"(?P<structure>[a-z_][\w.-]*)\s*(?:objects?|对象|结构体?|structs?)", re.ASCII)
_NAME = re.compile(r"[a-z_][\w.-]*", re.ASCII)
_MOST_LEVELS = 4
IN_WORDS = "(in words)"
"""What stands for a type that is told in a sentence."""
_BESIDE = frozenset(
    {"of", "or", "and", "time", "timestamp", "file", "binary", "any", "ip", "number", "numeric", "uuid"}
)
_LONGEST_TYPE, _LONGEST_UNKNOWN = 60, 6


@dataclass(frozen=True, slots=True)
class StatedType:
    """A type as it is stated: its name in JSON Schema, empty where the words are not known; the type of the items of an
    array where it is said; a format; whether null is allowed beside it; the structure that it names, in small letters."""

    name: str = ""
    items: StatedType | None = None
    format: str = ""
    nullable: bool = False
    structure: str = ""

    @property
    def structures(self) -> frozenset[str]:
        """The structures that it names, its items included."""
        inner = self.items.structures if self.items is not None else frozenset()
        return inner | {self.structure} if self.structure else inner


def named_type(cell: str) -> tuple[str, str]:
    """The type that a cell names, and what it says beside it in parentheses: `string(at most 9 characters)`. A cell that
    tells it in a sentence names none: whose words these are, they are not repeated."""
    text = cell.strip()
    match = re.fullmatch(r"([^()（）]+?)\s*[(（](.*)[)）]", text, re.DOTALL)
    if match is not None and not _is_named(text) and _is_named(match.group(1)):
        return match.group(1), match.group(2).strip()
    return (text if not text or _is_named(text) else IN_WORDS), ""


def _is_named(text: str) -> bool:
    """Whether a text names types: with words that are known, and one beside them, which may be that of a structure."""
    if len(text) > _LONGEST_TYPE or re.search(r"[。，！？；：,;!?]\s*\S|[。！？；]", re.sub(r"[<(\[{（].*", "", text)):
        return False
    words = [word.lower() for word in re.findall(r"[A-Za-z_][\w.-]*|[^\x00-\x7f]+", text, re.ASCII)]
    unknown = [word for word in words if not {word, word.removesuffix("s")} & (_WORDS.keys() | _BESIDE)]
    return len(unknown) < 2 and all(word.isascii() or len(word) <= _LONGEST_UNKNOWN for word in unknown)


@lru_cache(4096)
def stated_type(words: str | None) -> StatedType:
    """The type that these words state."""
    return _stated(" ".join((words or "").lower().split()), 0)


def _stated(text: str, level: int) -> StatedType:
    if text in _WORDS:
        return StatedType(_WORDS[text])
    if text in {"uuid", "string(uuid)", "uuid string"}:
        return StatedType("string", format="uuid")
    bare = _NULL.sub("", text)
    if bare != text and bare:
        return replace(_stated(bare, level), nullable=True)
    # A length or a format in parentheses says nothing about the type: String(64).
    inside = re.fullmatch(r"([^\s()<>\[\]]+)\s*\(([\w ,.-]*)\)", text)
    if inside is not None and _WORDS.get(inside.group(1), "array") not in {"array", "object"}:
        return _stated(inside.group(1), level)
    listed = _ITEMS.fullmatch(text)
    if listed is not None and level < _MOST_LEVELS:
        inner = next(part for part in listed.groups() if part is not None)
        return StatedType("array", items=_item(_one(inner), level + 1))
    structure = _STRUCTURE.fullmatch(text)
    if structure is not None and structure["structure"] not in _WORDS:
        return StatedType("object", structure=structure["structure"])
    if re.fullmatch(r"(?:map|dict|hash)\s*<.*>", text):
        return StatedType("object")
    return StatedType()


def _item(text: str, level: int) -> StatedType:
    """The type of an item. A name that is no type may be that of a structure, of which only a table tells more."""
    item = _stated(text, level)
    if not item.name and _NAME.fullmatch(text):
        return StatedType(structure=text)
    return item


def _one(text: str) -> str:
    """The word for one of several: `strings` for string."""
    text = text.strip()
    return text[:-1] if text.endswith("s") and text[:-1] in _WORDS else text.removesuffix("类型")
