"""A text, and what it reads as when escapes are undone and what splits it is left out; each rendering knows where its
characters stood in the text as it was written.

Escapes: percent-encoding (RFC 3986, 2.1), those of JSON and of programming languages (`\\u0041`, `\\x41`, `\\n`), and
character references of HTML, one over the other up to three times. What splits: white space, characters without width,
tags, the end of one JSON string with the beginning of the next, and zeros: a text of UTF-16 or UTF-32 is full of them.

What is packed: printable ASCII in base64 (RFC 4648, 4 and 5) or hexadecimal, which is how either looks inside of the other.
"""

from __future__ import annotations

import binascii
import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

__all__ = ["Rendering", "joined", "packed", "renderings", "unpacked", "whole_texts"]

_DEPTH = 3
"""How many times a text may have been escaped, one over the other."""

# Each way begins with the sign itself, outside of its group: then `re` looks for these signs alone, ten times as fast.
_SIGNS = (
    r"%(?P<percent>[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*)"
    r"|\\(?P<units>u[0-9A-Fa-f]{4}(?:\\u[0-9A-Fa-f]{4})*)"
    r"|\\U(?P<point>[0-9A-Fa-f]{8})"
    r"|\\x(?P<byte>[0-9A-Fa-f]{2})"
    r"|&(?P<entity>(?:\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
)
_ESCAPES = re.compile(rf"{_SIGNS}|\\(?P<char>[^uUx])", re.DOTALL)
_CHARACTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "0": "\0"}

_BLANK = r"\s\0\u00ad\u200b-\u200f\u2060\ufeff"
_SPLITS = re.compile(
    rf"(?=[\"'<{_BLANK}])"  # most characters are none of these: one look, and not three
    r"(?:[\"']\s*[,;+]?\s*(?:[\"'][^\"'\s]{0,40}[\"']\s*:\s*)?[\"']"
    r"|<[^<>]{1,60}>"
    rf"|[{_BLANK}]+)"
)

# Four characters that hold three of ASCII, each printable or the end of a line: little else looks like some of those in a row.
_TWO, _THIRD = "[CDI-Za-f][AC-HQS-Xgi-nwyz0-3]", "[ABEFIJMNQRUVYZcdghklopstwx014589]"
_FOUR = f"{_TWO}{_THIRD}[A-Za-z0-9+/_-]"
_BASE64 = rf"{_FOUR}(?:{_FOUR}){{2,}}(?:{_TWO}{_THIRD}?)?={{0,2}}"
_HEXADECIMAL = r"[2-7][0-9A-Fa-f](?:[2-7][0-9A-Fa-f]){10,}"
_LEAST_PACKED = 15
"""Characters of what is packed twice: base64 of the 11 characters that 8 have in base64."""


class Rendering:
    """A text made from another one, `before`, in which each match of a pattern was replaced; a text as it was written is
    made from none."""

    def __init__(self, text: str, before: Rendering | None = None, change: _Change | None = None) -> None:
        self.text = text
        self._before = before
        self._change = change
        self._starts: list[int] = []
        self._origins: list[tuple[int, int]] = []

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of the text, which is not empty, stands in the text as it was written."""
        if self._before is None:
            return start, end
        if not self._starts:
            self._trace(self._before.text)
        return self._before.written(self._origin(start)[0], self._origin(end - 1)[1])

    def changed(self, change: _Change) -> Rendering:
        """This rendering with each match replaced; the same when that changes nothing."""
        text = change.pattern.sub(change.instead, self.text)
        return self if text == self.text else Rendering(text, self, change)

    def _trace(self, text: str) -> None:
        """Find out from where in the text before each piece came: what was copied, and what was put in its place. That
        takes time, so it is done only when somebody asks."""
        assert self._change is not None
        at = size = 0

        def take(length: int, start: int, end: int) -> None:
            nonlocal size
            if length:
                self._starts.append(size)
                self._origins.append((start, end))
                size += length

        for match in self._change.pattern.finditer(text):
            start, end = match.span()
            take(start - at, at, start)
            take(len(self._change.instead(match)), start, end)
            at = end
        take(len(text) - at, at, len(text))

    def _origin(self, place: int) -> tuple[int, int]:
        index = bisect_right(self._starts, place) - 1
        (start, end), offset = self._origins[index], place - self._starts[index]
        follows = self._starts[index + 1] if index + 1 < len(self._starts) else len(self.text)
        size = follows - self._starts[index]
        copied = size == end - start
        if not copied and self._change is _UNPACK:
            wide, of = (2, 1) if size * 2 == end - start else (4, 3)
            return start + offset * wide // of, min(end, start - (offset + 1) * -wide // of)
        return (start + offset, start + offset + 1) if copied else (start, end)


@dataclass(frozen=True, slots=True)
class _Change:
    """What is replaced in a text, and by what."""

    pattern: re.Pattern[str]
    instead: Callable[[re.Match[str]], str]


def renderings(text: str) -> Iterator[Rendering]:
    """The text as it was written, and as it reads when escapes are undone once, twice ... while there are some."""
    rendering = Rendering(text)
    yield rendering
    if "\\" in text and (
        "%" in text or "&" in text
    ):  # a backslash may stand before something that is escaped otherwise
        yield rendering.changed(_UNESCAPE_REST)
    for _ in range(_DEPTH):
        if not any(mark in rendering.text for mark in "%\\&"):
            return
        further = rendering.changed(_UNESCAPE)
        if further is rendering:
            return
        rendering = further
        yield rendering


def joined(rendering: Rendering) -> Rendering:
    """The rendering without what splits it, also where that was split."""
    whole = rendering.changed(_JOIN)
    return whole.changed(_JOIN) if "<" in whole.text else whole


def whole_texts(text: str) -> str:
    """The text without what may split it, also where that was split."""
    whole = _SPLITS.sub("", text)
    return _SPLITS.sub("", whole) if "<" in whole else whole


def packed(text: str) -> str:
    """What is packed in a text that has nothing that splits it, unpacked, each on a line; empty when there is nothing."""
    # Each way by itself: a pattern that begins with a set of characters is looked for several times as fast.
    found = [match for way in _PACKED for match in way.finditer(text)]
    return "\n".join([_unpack(match) for match in found if match.end() - match.start() >= _LEAST_PACKED])


def unpacked(rendering: Rendering) -> Rendering:
    """The rendering with all that is packed unpacked; the same when nothing is."""
    return rendering.changed(_UNPACK)


def _unpack(match: re.Match[str]) -> str:
    text = match.group()
    if _PACKED[0].fullmatch(text):
        return bytes.fromhex(text).decode("latin-1")
    text = text.rstrip("=").replace("-", "+").replace("_", "/")
    return binascii.a2b_base64(text + "=" * (-len(text) % 4)).decode("latin-1")


def _undone(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, match.group()
    if kind == "char":
        char = text[1]
        return _CHARACTERS.get(char, char)
    if kind == "percent":
        return unquote(text, errors="surrogateescape")
    if kind == "units":
        units = bytes.fromhex(text.replace("\\u", ""))
        return units.decode("utf-16-be", "surrogatepass")
    if kind == "entity":
        return html.unescape(text)
    code = int(match[kind or ""], 16)
    return chr(code) if code <= 0x10FFFF else text


_UNESCAPE = _Change(_ESCAPES, _undone)
_UNESCAPE_REST = _Change(re.compile(_SIGNS), _undone)
_JOIN = _Change(_SPLITS, lambda _: "")
_PACKED = re.compile(_HEXADECIMAL), re.compile(_BASE64)
_UNPACK = _Change(re.compile(f"{_HEXADECIMAL}|{_BASE64}"), _unpack)
