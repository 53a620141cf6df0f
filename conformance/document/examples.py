"""Examples: JSON and request lines, printed once or twice, one missing bracket mended where that is all they lack."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from conformance.document.glyphs import undouble
from conformance.document.lines import Line
from conformance.document.model import Example, Problem
from conformance.document.tokens import CLOSER, Lexed, Print, Token, lex
from conformance.document.vocabulary import METHODS

__all__ = ["is_json_start", "is_request_line", "read_json", "read_request", "request_text"]

_REQUEST = re.compile(rf"(?:{'|'.join(METHODS)}) +(?:/|https?://)[\x21-\x7e]*(?: +HTTP/\d(?:\.\d)?)?")
_BEGINS_WITH_METHOD = re.compile("|".join(METHODS))
_HEADER_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9-]*: *[\x21-\x7e]")
_JSON_START = re.compile(r'[{\[] *(?:$|["{}\[\]\d.tfn-])')
_MOST_REPAIRS = 1


@dataclass(frozen=True, slots=True)
class _Reading:
    """An example read under one assumption about its print: `failure` is (line, reason) when it is no JSON."""

    lexed: Lexed
    value: Any = None
    failure: tuple[int, str] | None = None

    @property
    def repairs(self) -> int:
        return len(self.lexed.mended) + bool(self.lexed.once)


def is_json_start(line: Line) -> bool:
    """Whether a JSON example begins here: a bracket, and nothing that JSON cannot have after it."""
    return _JSON_START.match(line.text) is not None


def is_request_line(line: Line) -> bool:
    """Whether the line is a method and a URL, printed once or twice."""
    return request_text(line.text) is not None


def request_text(text: str) -> str | None:
    """The request line that the text is, written once; None when it is none."""
    if not _BEGINS_WITH_METHOD.match(text):
        return None
    if _REQUEST.fullmatch(text):
        return text
    once = undouble(text)
    return once if once is not None and _REQUEST.fullmatch(once) else None


def read_request(lines: Sequence[Line], start: int, ends: Callable[[Line], bool]) -> tuple[Example, int]:
    """The request line at `start` with the header fields after it, and the index of the first line after it."""
    texts = [request_text(lines[start].text) or ""]
    at = start + 1
    while at < len(lines) and not ends(lines[at]):
        shown = next(
            (text for text in (lines[at].text, undouble(lines[at].text)) if text and _HEADER_FIELD.match(text)), None
        )
        if shown is None:
            break
        texts.append(shown)
        at += 1
    return Example("request", "\n".join(texts), None, lines[start].number, lines[at - 1].number), at


def read_json(
    lines: Sequence[Line], start: int, ends: Callable[[Line], bool], *, twice: bool
) -> tuple[Example, int, tuple[Problem, ...]]:
    """The JSON example at `start`, the index of the first line after it, and what is unsure about it.

    Each example is printed once or twice as a whole; `twice` decides for one that reads both ways, such as `[[]]`.
    An example that cannot be read is of the kind text and has a problem. `ends` says whether a line is after it.
    """
    prints: tuple[Print, ...] = ((2,), (1,), (2, 1)) if twice else ((1,), (2,))
    readings = [_reading(lines, start, copies, ends) for copies in prints]
    good = [reading for reading in readings if reading.failure is None]
    if not good:
        return _unreadable(lines, start, readings, ends)
    best = min(good, key=lambda reading: reading.repairs)
    first, last = lines[start].number, lines[best.lexed.end - 1].number
    pointers: dict[str, int] = {}
    problems: list[Problem] = []
    for pointer, number in _pointers(best.lexed.tokens):
        if pointer in pointers:
            problems.append(Problem(number, f"the example has {pointer} twice; the last one counts"))
        pointers[pointer] = number
    if best.lexed.leftover:
        problems.append(Problem(last, f"text after the example's end: {best.lexed.leftover[:80]}"))
    once = ", ".join(str(number) for number in best.lexed.once)
    repairs = [*best.lexed.mended, *([f"printed once where all else is printed twice: lines {once}"] if once else [])]
    text = _text(best.lexed.tokens, lines[start : best.lexed.end])
    repaired = "; ".join(repairs) or None
    example = Example("json", text, best.value, first, last, repaired, MappingProxyType(pointers))
    return example, best.lexed.end, tuple(problems)


def _reading(lines: Sequence[Line], start: int, copies: Print, ends: Callable[[Line], bool]) -> _Reading:
    lexed = lex(lines, start, copies, ends)
    if lexed.failure is not None:
        return _Reading(lexed, failure=lexed.failure)
    if len(lexed.mended) > _MOST_REPAIRS:
        return _Reading(lexed, failure=(lines[start].number, "; ".join(lexed.mended[:3])))
    try:
        value = json.loads("".join(token.text for token in lexed.tokens), strict=False)
    except json.JSONDecodeError as error:
        return _Reading(lexed, failure=(_line_at(lexed.tokens, error.pos), error.msg))
    except ValueError as error:  # an integer with more digits than Python converts
        return _Reading(lexed, failure=(lines[start].number, str(error)))
    return _Reading(lexed, value)


def _unreadable(
    lines: Sequence[Line], start: int, readings: Sequence[_Reading], ends: Callable[[Line], bool]
) -> tuple[Example, int, tuple[Problem, ...]]:
    """The lines as they stand up to the next heading or table, with the failure of the reading that came furthest."""
    end = next((at for at in range(start + 1, len(lines)) if ends(lines[at])), len(lines))
    number, reason = max((reading.failure or (0, "") for reading in readings), key=lambda failure: failure[0])
    problem = Problem(number, f"the example that begins at line {lines[start].number} is no JSON: {reason}")
    text = "\n".join(line.text for line in lines[start:end])
    return Example("text", text, None, lines[start].number, lines[end - 1].number), end, (problem,)


def _line_at(tokens: Sequence[Token], offset: int) -> int:
    for token in tokens:
        offset -= len(token.text)
        if offset < 0:
            return token.line
    return tokens[-1].line


def _text(tokens: Sequence[Token], lines: Sequence[Line]) -> str:
    """The example as it is printed, each token once, in the document's lines."""
    indents = {line.number: len(line.raw) - len(line.raw.lstrip()) for line in lines}
    shown: dict[int, list[str]] = {}
    for token in tokens:
        parts = shown.setdefault(token.line, [])
        parts.append(f" {token.text}" if token.spaced and parts else token.text)
    return "\n".join(" " * (indents[number] // 2 * 2) + "".join(parts) for number, parts in shown.items())


def _pointers(tokens: Sequence[Token]) -> Iterator[tuple[str, int]]:
    """(JSON pointer, line) of each member and item (RFC 6901)."""
    path: list[str | int | None] = []
    for number, token in enumerate(tokens):
        inside_list = bool(path) and isinstance(path[-1], int)
        if token.text in CLOSER:
            if inside_list:
                yield _pointer(path), token.line
            path.append(0 if token.text == "[" else None)
        elif token.text in {"}", "]"}:
            path.pop()
        elif token.text == ",":
            if inside_list:
                path[-1] = int(path[-1] or 0) + 1
        elif token.text == ":":
            continue
        elif inside_list:
            yield _pointer(path), token.line
        elif number + 1 < len(tokens) and tokens[number + 1].text == ":":
            path[-1] = str(json.loads(token.text, strict=False))
            yield _pointer(path), token.line


def _pointer(path: Sequence[str | int | None]) -> str:
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in path)
