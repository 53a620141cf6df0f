"""YAML text of plain data, byte for byte as ruamel.yaml writes it, in a tenth of its time.

The library makes a node, an event and a state of each value, and looks at every character of a name as often as the name
is there. Here values are written as they are met, and what is known of a text is kept. What a text needs (quotes, breaks)
is asked of the library, and so is everything that is rare: the rules stay its own, and a test holds both to the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.emitter import Emitter
from ruamel.yaml.resolver import implicit_resolvers

__all__ = ["WIDTH", "dump_yaml"]

WIDTH = 120
"""Columns near which lines are broken."""
_STEP = 2
_KEPT = 2**15
"""Texts of which is kept what they need."""
_LONGEST_KEY = Emitter.MAX_SIMPLE_KEY_LENGTH - len("!!str")
"""Characters below which a key stands on the line of its value; the library counts the tag that it does not write."""
_BREAKS = frozenset("\n\x85\u2028\u2029")
_RESOLVERS: dict[str, list[tuple[str, Any]]] = {}
for _versions, _tag, _pattern, _first in implicit_resolvers:
    for _character in _first if (1, 2) in _versions else ():
        _RESOLVERS.setdefault(_character, []).append((_tag.rpartition(":")[2], _pattern))
Indent = int | None


def dump_yaml(value: Any) -> str:
    """YAML of plain data: block style, what holds nothing but scalars in flow style, insertion order, no anchors, lines broken
    near 120 characters, the same bytes each time."""
    if isinstance(value, (dict, list)) and not _is_flow(value):
        try:
            return _Writer().document(value)
        except _Unusual:
            pass
    return library_yaml(value)


def library_yaml(value: Any) -> str:
    """The text as the library writes it."""
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    yaml.width = WIDTH
    yaml.allow_unicode = True
    yaml.sort_base_mapping_type_on_output = False
    yaml.representer.ignore_aliases = lambda _data: True
    out = io.StringIO()
    yaml.dump(value, out)
    return out.getvalue()


class _Library(Emitter):
    """The part of the library that writes texts, by itself."""

    serializer = SimpleNamespace(use_version=None)

    def __init__(self) -> None:
        super().__init__(io.StringIO(), width=WIDTH, allow_unicode=True)


class _Unusual(Exception):
    """A value that only the library knows how to write, or refuses."""


class _Writer:
    """The text so far, and the library's state of it: the column, whether a blank was last, whether the line has nothing
    but indicators of blocks, and the indents around with whether each is of a list."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.column = 0
        self.whitespace = self.indention = True
        self.indent: Indent = None
        self.indents: list[tuple[Indent, bool | None]] = []
        self.flow = False

    def document(self, value: Any) -> str:
        """The text of a whole document."""
        self._node(value)
        self._begin_line()
        return "".join(self.pieces)

    def _node(self, value: Any, *, sequence: bool = False, mapping: bool = False, key: bool = False) -> None:
        kind = type(value)
        if kind is dict:
            (self._flow_mapping if _is_flow(value) else self._block_mapping)(value)
        elif kind is list or kind is tuple:
            if _is_flow(value):
                self._flow_sequence(value)
            else:
                self._block_sequence(value, mapping=mapping)
        else:
            self._scalar(*_scalar(value), sequence=sequence, key=key)

    def _block_sequence(self, value: list[Any], *, mapping: bool) -> None:
        self._enter(sequence=True, indentless=mapping and not self.indention)
        self._note_list_in_list()
        for item in value:
            self._begin_line()
            self._indicator("-", indention=True)
            self._node(item, sequence=True)
        self.indent = self.indents.pop()[0]

    def _block_mapping(self, value: Mapping[Any, Any]) -> None:
        self._enter(sequence=False)
        for name, item in value.items():
            self._begin_line()
            if _is_simple(name):
                self._node(name, mapping=True, key=True)
                self._indicator(":", apart=False)
            else:
                self._indicator("?", indention=True)
                self._node(name, mapping=True)
                self._begin_line()
                self._indicator(":", indention=True)
            self._node(item, mapping=True)
        self.indent = self.indents.pop()[0]

    def _flow_sequence(self, value: list[Any]) -> None:
        self._open("[", sequence=True)
        self._note_list_in_list()
        for at, item in enumerate(value):
            self._separate(at)
            self._node(item, sequence=True)
        self._close("]")

    def _flow_mapping(self, value: Mapping[Any, Any]) -> None:
        self._open("{", sequence=False)
        for at, (name, item) in enumerate(value.items()):
            self._separate(at)
            if _is_simple(name):
                self._node(name, mapping=True, key=True)
                self._indicator(":", apart=False)
            else:
                self._indicator("?")
                self._node(name, mapping=True)
                if self.column > WIDTH:
                    self._begin_line()
                self._indicator(":")
            self._node(item, mapping=True)
        self._close("}")

    def _note_list_in_list(self) -> None:
        if len(self.indents) > 1 and self.indents[-2][1]:
            self.indention = True

    def _open(self, bracket: str, *, sequence: bool) -> None:
        blanks = 0
        if len(self.indents) > 1 and self.indents[-1][1]:
            blanks = (self.indents[-1][0] or 0) + _STEP - self.column - 1
        self._indicator(" " * blanks + bracket, whitespace=True)
        self._enter(sequence=sequence)
        self.flow = True

    def _separate(self, at: int) -> None:
        if at:
            self._indicator(",", apart=False)
        if self.column > WIDTH:
            self._begin_line()

    def _close(self, bracket: str) -> None:
        self.indent = self.indents.pop()[0]
        self.flow = False
        self._indicator(bracket, apart=False)

    def _enter(self, *, sequence: bool | None, indentless: bool = False) -> None:
        self.indents.append((self.indent, sequence))
        if self.indent is None:
            self.indent = 0
        elif not indentless:
            self.indent += _STEP

    def _scalar(self, text: str, kind: str, *, sequence: bool, key: bool) -> None:
        block, flow = _styles(text, kind)
        style = flow if self.flow else block
        if style is None:
            raise _Unusual
        self._enter(sequence=None)
        if sequence and not self.flow:
            self._begin_line()
        fits = self.column + len(text) + 3 <= WIDTH or (key and " " not in text and style == "'")
        if not style and self.column + 1 + len(text) <= WIDTH and _BREAKS.isdisjoint(text):
            self._put(text if self.whitespace else f" {text}")
            self.whitespace = self.indention = False
        elif style == "'" and fits and _BREAKS.isdisjoint(text) and "'" not in text:
            self._put(f"'{text}'" if self.whitespace else f" '{text}'")
            self.whitespace = self.indention = False
        else:
            self._by_the_library(text, style, split=not key)
        self.indent = self.indents.pop()[0]

    def _by_the_library(self, text: str, style: str, *, split: bool) -> None:
        out = io.StringIO()
        emitter: Any = _Library()
        emitter.stream = out
        for name in ("column", "whitespace", "indention", "indent"):
            setattr(emitter, name, getattr(self, name))
        emitter.root_context = False
        write = {"": emitter.write_plain, "'": emitter.write_single_quoted, '"': emitter.write_double_quoted}[style]
        write(text, split)
        self.pieces.append(out.getvalue())
        self.column, self.whitespace, self.indention = emitter.column, emitter.whitespace, emitter.indention

    def _indicator(self, text: str, *, apart: bool = True, whitespace: bool = False, indention: bool = False) -> None:
        self._put(text if self.whitespace or not apart else f" {text}")
        self.whitespace = whitespace
        self.indention = self.indention and indention

    def _begin_line(self) -> None:
        indent = self.indent or 0
        if not self.indention or self.column > indent or (self.column == indent and not self.whitespace):
            self.pieces.append("\n")
            self.whitespace = self.indention = True
            self.column = 0
        if self.column < indent:
            self.whitespace = True
            self._put(" " * (indent - self.column))

    def _put(self, text: str) -> None:
        self.pieces.append(text)
        self.column += len(text)


def _is_flow(value: Any) -> bool:
    """Whether a collection has nothing but scalars."""
    items = value.values() if isinstance(value, dict) else value
    return not any(isinstance(item, (dict, list, tuple)) for item in items)


def _scalar(value: Any) -> tuple[str, str]:
    """A value as text, and what kind it is of."""
    if value is None:
        return "null", "null"
    match value:
        case str() if type(value) is str:
            return value, "str"
        case bool():
            return ("true" if value else "false"), "bool"
        case int() if type(value) is int:
            return str(value), "int"
        case float() if type(value) is float and abs(value) < float("inf"):
            return repr(value).lower(), "float"
    raise _Unusual


def _is_simple(name: Any) -> bool:
    """Whether a key stands on the line of its value."""
    return not isinstance(name, str) or (len(name) < _LONGEST_KEY and _BREAKS.isdisjoint(name))


@lru_cache(_KEPT)
def _styles(text: str, kind: str) -> tuple[str | None, str | None]:
    """How a text is written in a block and in a flow: plain, in one of the quotes, or as only the library knows."""
    seen = _Library().analyze_scalar(text)
    resolvers = _RESOLVERS.get(text[:1], ())
    plain = kind == next((tag for tag, pattern in resolvers if pattern.match(text)), "str")
    if not plain and kind != "str":
        return None, None
    double = seen.allow_double_quoted and ("'" in text or "\n" in text)
    quoted = '"' if double or not seen.allow_single_quoted else "'"
    return ("" if plain and seen.allow_block_plain else quoted), ("" if plain and seen.allow_flow_plain else quoted)
