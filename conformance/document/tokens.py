"""JSON as it is printed: tokens of an example that stands once or twice on the paper, strings wrapped over lines.

Printed twice, each token stands twice: `"id""id"::  "a""a",,`. A string that does not end on its line is wrapped: the
piece on each line stands twice, and the pieces are joined. Reading is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from conformance.document.glyphs import halved, undouble
from conformance.document.lines import Line

__all__ = ["CLOSER", "DEEPEST", "Lexed", "Print", "Token", "lex"]

CLOSER = {"{": "}", "[": "]"}

DEEPEST = 100
"""Levels of the deepest example that is read."""

_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_OPEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*\\?$')
_REST = re.compile(r'[^"\\]*(?:\\.[^"\\]*)*"')
_SCALAR = re.compile(r'[^\s{}\[\],:"]+')
_JSON_SCALAR = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null")
_BLANKS = re.compile(r" *")
_MOST_BLANKS_AT_A_BREAK = 4
_LONGEST_SCALAR = 64
_MOST_LINES_OF_A_STRING = 50


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its text, the line on which it begins, and whether a blank or a line's start stands before it."""

    text: str
    line: int
    spaced: bool


@dataclass(slots=True)
class Lexed:
    """The tokens of one example. `end` is the index of the first line after it; `mended` are the brackets put in.

    `failure` is (line, reason) where reading stopped short of the end, `leftover` what follows on the last line, and
    `once` the lines printed once in an example that is otherwise printed twice.
    """

    tokens: list[Token] = field(default_factory=list)
    end: int = 0
    mended: list[str] = field(default_factory=list)
    failure: tuple[int, str] | None = None
    leftover: str = ""
    once: list[int] = field(default_factory=list)


class _Stray(Exception):
    """What stands at this place is no JSON token."""


Print = tuple[int, ...]
"""How many times each token stands, in the order in which it is tried on each line: (1,), (2,) or (2, 1)."""


@dataclass(slots=True)
class _State:
    """Where the lexer stands between two lines: brackets that are open and the string that is, with its first line."""

    stack: list[str] = field(default_factory=list)
    open_string: str | None = None
    open_line: int = 0
    open_spaced: bool = False


def lex(lines: Sequence[Line], start: int, copies: Print, ends: Callable[[Line], bool]) -> Lexed:
    """The tokens of the example that begins on `lines[start]`; `ends` says whether a line is certainly after it."""
    result = Lexed(end=start)
    state = _State()
    for at in range(start, len(lines)):
        line = lines[at]
        if at > start and state.open_string is None and ends(line):
            break
        if state.open_string is not None and line.number - state.open_line > _MOST_LINES_OF_A_STRING:
            break
        for copy in copies:
            try:
                tokens, after, mended, leftover = _line(line, copy, state)
            except _Stray as stray:
                reason = str(stray)
                continue
            if copy != copies[0]:
                result.once.append(line.number)
            break
        else:
            if not _may_stop_before(line, result, state):
                result.failure = (line.number, reason)
            break
        result.mended += _described(mended, result.tokens, line.number)
        result.tokens += tokens
        result.end = at + 1
        state = after
        if not state.stack and state.open_string is None:
            result.leftover = leftover
            return result
    if result.failure is None:
        if state.open_string is not None:
            result.failure = (state.open_line, "a string has no end")
        elif state.stack:
            last = result.tokens[-1].line
            missing = [CLOSER[item] for item in reversed(state.stack)]
            result.tokens += [Token(item, last, True) for item in missing]
            result.mended += [f"{item} is missing after line {last}" for item in missing]
    return result


def _may_stop_before(line: Line, result: Lexed, state: _State) -> bool:
    """Whether the example may have ended, but for closing brackets, before a line that is no JSON."""
    if state.open_string is not None or not result.tokens or line.text[0] in '{}[]",:.':
        return False
    return result.tokens[-1].text not in {"{", "[", ",", ":"}


def _described(mended: Sequence[tuple[int, str]], before: Sequence[Token], line: int) -> list[str]:
    """Where each bracket was put in: between the last token of the lines before and this line."""
    last = before[-1].line if before else line
    return [f"{bracket} is missing between lines {last} and {line}" for _, bracket in mended]


def _line(line: Line, copies: int, before: _State) -> tuple[list[Token], _State, list[tuple[int, str]], str]:
    """The tokens of one line, the state after it, the brackets that had to be put in, and what follows the end."""
    text = line.text
    state = _State(list(before.stack), before.open_string, before.open_line, before.open_spaced)
    tokens: list[Token] = []
    mended: list[tuple[int, str]] = []
    at = 0
    if state.open_string is not None:
        at = _continue_string(line, copies, state, tokens)
    while at < len(text):
        char = text[at]
        if char == " ":
            at += 1
            continue
        spaced = at == 0 or text[at - 1] == " "
        if char in "{}[],:":
            if not text.startswith(char * copies, at):
                raise _Stray(f"{char} is printed once where all else is printed twice")
            at += copies
            if char in CLOSER:
                state.stack.append(char)
                if len(state.stack) > DEEPEST:
                    raise _Stray(f"nested more deeply than {DEEPEST} levels")
            elif char in "}]":
                for closer in _closed(state.stack, char):
                    tokens.append(Token(closer, line.number, True))
                    mended.append((at, closer))
            tokens.append(Token(char, line.number, spaced))
            if not state.stack:
                return tokens, state, mended, text[at:].strip()
        elif char == '"':
            at = _string(line, at, copies, state, tokens, spaced=spaced)
        else:
            at = _scalar(line, at, copies, tokens, spaced=spaced)
    return tokens, state, mended, ""


def _closed(stack: list[str], char: str) -> list[str]:
    """Close the bracket that `char` closes; returns the closing brackets that are missing before it."""
    opener = "{" if char == "}" else "["
    if opener not in stack:
        raise _Stray(f"{char} closes nothing")
    missing: list[str] = []
    while stack[-1] != opener:
        missing.append(CLOSER[stack.pop()])
    stack.pop()
    return missing


def _string(line: Line, at: int, copies: int, state: _State, tokens: list[Token], *, spaced: bool) -> int:
    text = line.text
    whole = _STRING.match(text, at)
    if whole is not None:
        end = whole.end()
        if copies == 1:
            tokens.append(Token(whole.group(), line.number, spaced))
            return end
        again = _skip(text, end)
        if text.startswith(whole.group(), again):
            tokens.append(Token(whole.group(), line.number, spaced))
            return again + len(whole.group())
    elif copies == 1:
        state.open_string, state.open_line, state.open_spaced = _tail(line, at), line.number, spaced
        return len(text)
    piece = _half_with_blanks(text[at:]) if copies == 2 else None
    if piece is None or _OPEN.match(piece) is None:
        raise _Stray("a string is not printed twice")
    state.open_string, state.open_line, state.open_spaced = piece, line.number, spaced
    return len(text)


def _continue_string(line: Line, copies: int, state: _State, tokens: list[Token]) -> int:
    """Read the line inside a wrapped string; returns the place after its part of the string."""
    text = line.text
    begun = state.open_string or ""
    escaped = (len(begun) - len(begun.rstrip("\\"))) % 2
    closing = _REST.match(text, escaped)
    if closing is not None:
        piece = text[: closing.end()]
        if copies == 1 or text.startswith(piece, closing.end()):
            tokens.append(Token(begun + piece, state.open_line, state.open_spaced))
            state.open_string = None
            return closing.end() * copies
        raise _Stray("the rest of a wrapped string is not printed twice")
    half = _tail(line, 0) if copies == 1 else _half_with_blanks(text)
    if half is None:
        raise _Stray("a piece of a wrapped string is not printed twice")
    state.open_string = begun + half
    return len(text)


def _tail(line: Line, at: int) -> str:
    """The text from `at` with the blanks after it: a string that goes on may have been wrapped at a blank."""
    return line.text[at:] + " " * (len(line.raw) - len(line.raw.rstrip()))


def _half_with_blanks(text: str) -> str | None:
    """X when the text is X X, the blanks at the end of the second X lost or not."""
    for blanks in range(_MOST_BLANKS_AT_A_BREAK + 1):
        half = halved(text + " " * blanks)
        if half is not None:
            return half
    return None


def _scalar(line: Line, at: int, copies: int, tokens: list[Token], *, spaced: bool) -> int:
    match = _SCALAR.match(line.text, at)
    assert match is not None  # the caller saw a character that begins one
    shown, end = match.group(), match.end()
    once: str | None = shown
    if copies == 2:
        once = halved(shown) or (undouble(shown) if len(shown) <= _LONGEST_SCALAR else None)
        again = _skip(line.text, end)
        if once is None and again > end and line.text.startswith(shown, again):
            once, end = shown, again + len(shown)
    if once is None or _JSON_SCALAR.fullmatch(once) is None:
        raise _Stray(f"{shown[:40]} is no JSON value")
    tokens.append(Token(once, line.number, spaced))
    return end


def _skip(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at
