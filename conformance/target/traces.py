"""Where a secret stands in a text: as it is, encoded, in pieces, cut off at the end.

Rules
- A secret of 8 characters or more is found wherever it stands, in each of its forms.
- A shorter one is found where it stands as a word of its own, never inside another word.
- An everyday word, a number or a name (a password "admin", "1") is found where the text says that it is a secret: behind
  a word such as password, or in the user information of a URL. Elsewhere it means something else, and to hide it would
  tell it.
- A piece of a long secret counts when nobody writes it by chance: 12 characters of what only a machine makes (40 or
  more), else more than three quarters of the secret and at least 12.
- So does the beginning or the end of a shorter secret: 8 characters and half of it, when they look like what a machine makes
  and stand in no name. A piece that reads like words is shown: it would hide the same words elsewhere.
- Where a text was shortened, what stands at its end is a cut secret when it is the beginning of one: 4 characters are
  enough.
"""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import quote

from conformance.target.everyday import EVERYDAY
from conformance.target.unescaping import renderings, whole_texts

__all__ = ["LEAST", "Trace", "Traces", "ordinary"]

LEAST = 8
"""Characters of a secret that is looked for inside words."""
_NO_NAME = "$REDACTED"
"""What stands for a secret that has no name of its own."""
_GRAM = 6
"""Characters by which a piece of a secret is recognised at first."""
_GRAMS = re.compile(rf".{{{_GRAM}}}", re.DOTALL)
_PIECE, _MACHINE = 12, 40
"""Characters of the smallest piece of a secret that counts, and of a secret that only a machine makes."""
_END, _END_ENCODED = 8, 11
"""Characters of the smallest beginning or end of a shorter secret that counts, as it is and encoded."""
_CUT, _CUT_ENCODED = 4, 8
"""Characters of a cut secret at the end of a text, as it is and encoded."""
_LONGEST = 8192
"""Characters of a secret that are looked for; more does not fit into the header of a request."""
_MANY, _MOST = 100, 2000
"""Secrets that are looked for in all their forms, and those that are looked for at all: those that have a name go before
tokens that a run met by the way, the first before the later ones."""
_PLACES, _ALIKE = 16 * _LONGEST, 32
"""More than a form has characters; forms that are told apart although they have a piece in common."""
_SHORTENED = 36
"""Characters of a text from which on it may be one that was shortened."""

_BEHIND = (
    r"(?i:pass(?:word|wd|phrase|code)s?|pwd|secrets?|credentials?|tokens?|api_?keys?)"
    r"[\"'`]?\s?[=:>]{0,2}\s?(?i:(?:is|was|of|given|supplied|provided|used|invalid|wrong|bad)\s)?[\"'`(\[]{0,2}"
    r"|://[^\s/:@\"'<>\\]*:"
)
"""What says that a secret follows; the last is the user information of a URL."""
_NEAR = 80
"""Characters before a word in which that is looked for."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A part of a text that is a secret, or a piece of one: where it begins and ends, and what stands for it."""

    start: int
    end: int
    shown: str
    whole: bool = True


def ordinary(value: str, names: frozenset[str] = frozenset()) -> bool:
    """Whether a secret is an everyday word, one of these `names` (in lower case), a number of few digits or a sign."""
    lower = value.strip().lower()
    few = len(lower) < 6 and not any(char.isalpha() for char in lower)
    return len(lower) < 2 or few or lower in EVERYDAY or lower in names


def _of_a_machine(text: str) -> bool:
    """Whether a text looks like what only a machine makes: letters and digits, small and capital ones, change too often for
    words with a number."""
    mixed = cases = 0
    for one, next_one in pairwise(text):
        mixed += one.isalnum() and next_one.isalnum() and one.isdigit() != next_one.isdigit()
        cases += one.islower() and next_one.isupper()
    return mixed >= 2 or mixed + cases >= 3


class Traces:
    """The secrets that are known, and how they are recognised."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._names: frozenset[str] = frozenset()
        self._index: _Index | None = None

    def __bool__(self) -> bool:
        return bool(self._known)

    def shown(self, value: str) -> str | None:
        """What stands for a secret, None when it is not known."""
        return self._known.get(value[:_LONGEST])

    def learn(self, value: str, shown: str) -> None:
        """Look for this secret from now on."""
        if value.strip() and self.shown(value) != shown:
            fresh = self.shown(value) is None and len(self._known) < _MANY
            self._known[value[:_LONGEST]] = shown
            if fresh and self._index is not None:
                self._index.add(value[:_LONGEST], shown, all_forms=True)
            else:
                self._index = None

    def name(self, *names: str) -> None:
        """Words that are shown for what they mean although a secret may be the same."""
        fresh = frozenset(name.strip().lower() for name in names if name) - self._names
        if fresh:
            self._names |= fresh
            self._index = None

    def find(self, text: str, *, in_words: bool = True, cut: bool = False, headless: bool = False) -> Iterator[Trace]:
        """The secrets in a text. Without `in_words` the text has lost what separates words. One that is `cut` may have
        lost its end, one that is `headless` its beginning."""
        if self._index is None:
            self._index = _Index(self._known, self._names)
        yield from self._index.find(text, in_words, cut)
        if headless:
            yield from self._index.cut_begin(text)


class _Index:
    """Secrets made ready for looking them up."""

    def __init__(self, known: dict[str, str], names: frozenset[str]) -> None:
        self._forms: list[tuple[str, str, int, int]] = []
        self._begins: list[tuple[str, str, str]] = []
        self._ends: list[tuple[str, str, str]] = []
        self._named = names
        self._names = "\n".join(names)
        self._grams: dict[str, int] = {}
        self._further: dict[str, list[int]] = {}
        self._heads: dict[str, list[tuple[str, str, int]]] = {}
        self._tails: dict[str, list[tuple[str, str, int]]] = {}
        self._whole = _Literals()
        self._words = _Literals(alone=True)
        self._behind = _Literals(_BEHIND, alone=True)
        by_rank = sorted(known.items(), key=lambda item: item[1] == _NO_NAME)
        for count, (value, shown) in enumerate(by_rank[:_MOST]):
            self.add(value, shown, all_forms=count < _MANY)

    def add(self, value: str, shown: str, *, all_forms: bool) -> None:
        """Look for this secret, too."""
        if ordinary(value, self._named):
            self._behind.words[value] = shown
        elif len(value) < LEAST:
            self._behind.words[value] = shown
            for form in (value, *_short_forms(value)):
                self._words.words.setdefault(form, shown)
        else:
            self._learn(value, shown, all_forms=all_forms)

    def _learn(self, value: str, shown: str, *, all_forms: bool) -> None:
        begin, end = self._parts(value, shown) if all_forms and len(value) < _MACHINE else (0, 0)
        plain = dict.fromkeys(_plain_forms(value))
        encoded = dict.fromkeys(_encoded_forms(value)) if all_forms else {}
        for form in (*plain, *encoded):
            least = _CUT if form in plain else _CUT_ENCODED
            self._heads.setdefault(form[:_CUT], []).append((form, shown, least))
            self._tails.setdefault(form[-_CUT:], []).append((form, shown, least))
            if len(form) < _PIECE:
                self._whole.words.setdefault(form, shown)
                continue
            number = len(self._forms)
            half = max(_END_ENCODED, -(-len(form) // 2))
            self._forms.append(
                (form, shown, half if begin and form in encoded else 0, half if end and form in encoded else 0)
            )
            for place in range(len(form) - _GRAM + 1):
                gram, code = form[place : place + _GRAM], number * _PLACES + place
                if self._grams.setdefault(gram, code) != code:
                    others = self._further.setdefault(gram, [])
                    if len(others) < _ALIKE:
                        others.append(code)

    def _parts(self, value: str, shown: str) -> tuple[int, int]:
        """Look for the beginning and the end of a secret, too; of how many characters, 0 where those would not count."""
        begin, end = (self._part(way) for way in (value, value[::-1]))
        if begin:
            self._begins.append((value[:begin], value, shown))
        if end:
            self._ends.append((value[-end:], value, shown))
        return begin, end

    def _part(self, value: str) -> int:
        for length in range(max(_END, -(-len(value) // 2)), len(value)):
            part = value[:length]
            if _of_a_machine(part) and part.lower() not in self._names and part[::-1].lower() not in self._names:
                return length
        return 0

    def find(self, text: str, in_words: bool, cut: bool) -> Iterator[Trace]:
        yield from self._whole.find(text)
        yield from self._parted(text)
        if in_words:
            yield from self._words.find(text)
            yield from self._behind.find(text)
        yield from self._pieces(text)
        if cut:
            yield from self._cut(text)

    def _parted(self, text: str) -> Iterator[Trace]:
        """Beginnings and ends of secrets, as far as they go."""
        for part, value, shown in self._begins:
            start = text.find(part)
            while start >= 0:
                end, last = start + len(part), len(part)
                while end < len(text) and last < len(value) and text[end] == value[last]:
                    end, last = end + 1, last + 1
                yield Trace(start, end, shown, last == len(value))
                start = text.find(part, end)
        for part, value, shown in self._ends:
            start = text.find(part)
            while start >= 0:
                first, left = start, len(value) - len(part)
                while first and left and text[first - 1] == value[left - 1]:
                    first, left = first - 1, left - 1
                yield Trace(first, start + len(part), shown, not left)
                start = text.find(part, start + len(part))

    def _pieces(self, text: str) -> Iterator[Trace]:
        grams, done, written = self._grams, 0, _GRAMS.findall(text)
        if grams.keys().isdisjoint(written):
            return
        for index in [index for index, gram in enumerate(written) if gram in grams]:
            place = index * _GRAM
            if place < done:
                continue
            code = grams[text[place : place + _GRAM]]
            codes = (code, *self._further.get(text[place : place + _GRAM], ()))
            found = [piece for piece in (self._grown(text, place, item) for item in codes) if piece is not None]
            if found:
                longest = max(found, key=lambda piece: (piece.end - piece.start, piece.whole))
                done = longest.end
                yield longest

    def _grown(self, text: str, place: int, code: int) -> Trace | None:
        """The piece of a form around a gram, as long as text and form agree; None when it is too short to count."""
        number, at = divmod(code, _PLACES)
        form, shown, begin, behind = self._forms[number]
        start, first = place, at
        while start and first and text[start - 1] == form[first - 1]:
            start, first = start - 1, first - 1
        end, last = place + _GRAM, at + _GRAM
        while end < len(text) and last < len(form) and text[end] == form[last]:
            end, last = end + 1, last + 1
        least = _PIECE if len(form) >= _MACHINE else max(_PIECE, len(form) * 3 // 4 + 1)
        if begin and not first:
            least = min(least, begin)
        if behind and last == len(form):
            least = min(least, behind)
        return Trace(start, end, shown, end - start == len(form)) if end - start >= least else None

    def _cut(self, text: str) -> Iterator[Trace]:
        """The beginning of a secret at the end of a text, before marks of what was left off and before half of what may split it."""
        marked = _MARK.search(text, max(0, len(text) - 24))
        last = len(text) if marked is None else marked.start()
        halves = (half.search(text, max(0, last - 42), last) for half in _HALVES)
        for end in (last, *(half.start() for half in halves if half is not None)):
            for length in range(min(end, 4 * _PIECE), _CUT - 1, -1):
                part = text[end - length : end]
                for form, shown, least in self._heads.get(part[:_CUT], ()):
                    if length >= least and form.startswith(part):
                        yield Trace(end - length, last, shown, whole=False)
                        return

    def cut_begin(self, text: str) -> Iterator[Trace]:
        """The end of a secret at the beginning of a text."""
        for length in range(min(len(text), 4 * _PIECE), _CUT - 1, -1):
            part = text[:length]
            for form, shown, least in self._tails.get(part[-_CUT:], ()):
                if length >= least and form.endswith(part):
                    yield Trace(0, length, shown, whole=False)
                    return


_MARK = re.compile(r"(?:\.\.\.|…)(?:\s*\([0-9]{1,9}\))?[\"'\s,;)\]}]{0,4}\Z")
"""What says that a text was shortened, with a number of characters and quotation marks behind it."""
_HALVES = (
    re.compile(r"(?:\\+(?:[uUx][0-9A-Fa-f]{0,7})?|%[0-9A-Fa-f]?|&(?:\#?[0-9A-Za-z]{0,8})?)\Z"),
    re.compile(r"<[^<>]{0,40}\Z"),
    re.compile(r"[\"'\s,;)\]}]{1,4}\Z"),
)
"""An escape, a tag, and a break between two strings of which the end was cut off."""


def shortened(text: str) -> bool:
    """Whether somebody may have shortened a text: nobody does so with a short one without a mark."""
    return len(text) >= _SHORTENED or _MARK.search(text) is not None


class _Literals:
    """Words to look for, `alone` not inside another word, `behind` only where this pattern ends before them."""

    def __init__(self, behind: str = "", *, alone: bool = False) -> None:
        self.words: dict[str, str] = {}
        self._alone = alone
        self._behind = re.compile(f"(?:{behind})\\Z") if behind else None

    def find(self, text: str) -> Iterator[Trace]:
        """Where one stands."""
        for word, shown in self.words.items():
            start = text.find(word)
            while start >= 0:
                end = start + len(word)
                if (not self._alone or _alone(text, start, end)) and self._led(text, start):
                    yield Trace(start, end, shown)
                start = text.find(word, start + 1)

    def _led(self, text: str, start: int) -> bool:
        return self._behind is None or self._behind.search(text[max(0, start - _NEAR) : start]) is not None


def _alone(text: str, start: int, end: int) -> bool:
    """Whether no letter or digit continues a part of the text that begins or ends with one."""
    before, behind = text[start - 1 : start], text[end : end + 1]
    return not ((before.isalnum() and text[start].isalnum()) or (behind.isalnum() and text[end - 1].isalnum()))


def _plain_forms(value: str) -> Iterator[str]:
    """A secret as it is written without any encoding: as a text, and where its characters were taken for others."""
    yield value
    read = [item.text for item in renderings(value)]
    wide = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be") if not value.isascii() else ()
    for form in (
        *read,
        *map(whole_texts, read),
        value.replace(" ", "+"),
        unicodedata.normalize("NFC", value),
        unicodedata.normalize("NFD", value),
        value.encode("utf-8", "surrogatepass").decode("latin-1"),
        value.encode("latin-1", "ignore").decode("utf-8", "surrogateescape"),
        *(whole_texts(value.encode(codec, "surrogatepass").decode("utf-8", "surrogateescape")) for codec in wide),
    ):
        if len(form) >= LEAST:
            yield form


def _short_forms(value: str) -> Iterator[str]:
    data = value.encode("utf-8", "surrogatepass")
    for form in (base64.b64encode(data).decode().rstrip("="), data.hex()):
        if not form.isdecimal():
            yield form


def _encoded_forms(value: str) -> Iterator[str]:
    """A secret in hexadecimal and in base64, there also inside of something else and escaped before."""
    data = value.encode("utf-8", "surrogatepass")
    yield data.hex()
    yield data.hex().upper()
    yield value[::-1]
    escaped = (
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        quote(value, safe="", errors="replace"),
    )
    wide = value.encode("utf-16-le", "surrogatepass")
    for source in dict.fromkeys((data, *(text.encode("utf-8", "surrogatepass") for text in escaped), wide)):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            # At each of the three alignments; what a neighbour byte shares with the ends is left off.
            for shift in range(3):
                text = encode(b"\0" * shift + source).decode().rstrip("=")
                start, stop = -(-shift * 8 // 6), (shift + len(source)) * 8 // 6
                if stop - start >= LEAST:
                    yield text[start:stop]
