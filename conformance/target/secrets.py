"""Redaction: tokens and passwords are replaced by names of shell variables before anything is shown.

Rules
- A secret of the configuration is learnt before the first request goes out, a token when it comes.
- What a run holds in memory and in its spool is what was sent and received: checks judge that. Redaction is the one door
  between it and whoever reads: an exchange, a deviation, a phrase, the text of an error passes here on its way out, one at
  a time. So a secret that is learnt late is hidden in what came before it, too.
- A text that somebody has shortened already may end in the middle of a secret. Nobody who shortens knows the secrets, so
  it is found here: the beginning of a secret at the end of such a text is hidden, and so are pieces of long ones
  anywhere (traces.py has the rules). That holds for every place that shortens, also one that is written tomorrow.
- A secret is found as it is and as JSON, URLs and HTML escape it, in base64 and hexadecimal, one inside of the other up
  to three times, split over lines or strings, in UTF-8, UTF-16 and UTF-32. Headers that hold secrets by their nature are replaced even when their value was never learnt. So are
  credentials that an answer gives away (credentials.py), wherever they stand.
- What is no secret is not hidden.
"""

from __future__ import annotations

import codecs
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import unquote

from conformance.model.deviation import Deviation
from conformance.model.findings import Findings
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.model.phrase import Phrase, Terms, Value
from conformance.model.record import Record
from conformance.model.spool import changed
from conformance.target.credentials import Credential, credentials
from conformance.target.secret_members import shown_secrets
from conformance.target.traces import Trace, Traces
from conformance.target.traces import shortened as may_be_cut
from conformance.target.unescaping import Rendering, joined, packed, renderings, unpacked, whole_texts

__all__ = ["MADE_UP", "REDACTED", "UNSCOPED", "Secrets", "without_secrets"]

MADE_UP = "conformance-invalid-"
"""Prefix of tokens that the suite invents in order to have them refused; they are no secret."""
UNSCOPED = "$OS_TOKEN_UNSCOPED"
"""What stands for a token of the first user that is good for no project."""

REDACTED = "$REDACTED"
"""What stands for a secret that is not ours."""

_SECRET_HEADERS = frozenset(
    {
        "x-auth-token",
        "x-subject-token",
        "x-service-token",
        "x-storage-token",
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
    }
)
_DISTINCT = 12
"""A credential of so many characters stands in no other words."""
_SMALL, _LARGEST = 4096, 65_536
"""Bytes up to which the body of a success, and those of the body of a failure, are looked through for credentials."""
_REPEATED, _KEPT = 1024, 4096
"""Texts up to this length are names and values of headers and small bodies, which come again and again; so many are kept."""
_LONG, _LONG_KEPT = 8192, 8
"""Characters from which on a text is long, and those of which what they become is kept."""
_DEPTH = 2
"""How many times base64 or hexadecimal may be packed in another."""
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""The marks that a text of wide characters begins with (Unicode, 23.8)."""
_MOST = 500
"""Credentials of others that are learnt in a run."""

_all: weakref.WeakSet[Secrets] = weakref.WeakSet()


def without_secrets(text: str) -> str:
    """A text without any secret that this process knows: for errors that end it, where no session is at hand."""
    for secrets in tuple(_all):
        text = secrets.line(text)
    return text


class Secrets:
    """What must not be shown, and what stands in its place. Learns as the run goes on."""

    def __init__(self) -> None:
        self._traces = Traces()
        self._shown: dict[str, str] = {}
        self._long: dict[tuple[str, bool, bool], str] = {}
        self.learnt: list[tuple[str, str]] = []
        """Each value that was learnt, with what stands in its place."""
        self.tell: Callable[[str, str], None] | None = None
        """Who is told of each as soon as it is learnt."""
        _all.add(self)

    def learn(self, value: str, replacement: str) -> None:
        """From now on the value is shown as the replacement, such as `$OS_TOKEN`. The first name that a value was given
        stays; `$REDACTED` is none. What is blank is no secret, and nobody is told of it."""
        known = self._traces.shown(value)
        if not value.strip():
            return
        if known is None or (known == REDACTED and replacement != REDACTED):
            self._traces.learn(value, replacement)
            self._forget()
            self.learnt.append((value, replacement))
            if self.tell is not None:
                self.tell(value, replacement)

    def name(self, *names: str) -> None:
        """Names (of users, projects ...) that are shown even where a password is the same word."""
        self._traces.name(*names)
        self._forget()

    def _forget(self) -> None:
        self._shown.clear()
        self._long.clear()

    def text(self, text: str, *, shortened: bool = False, headless: bool = False) -> str:
        """The text without secrets. One that is `shortened` may have lost its end in the middle of a secret, one that is
        `headless` its beginning."""
        if not self._traces or not text:
            return text
        if len(text) >= _LONG:  # files, of which several begin alike, and come back as they were sent
            asked = text, shortened, headless
            if asked not in self._long:
                if len(self._long) >= _LONG_KEPT:
                    self._long.clear()
                self._long[asked] = self._without(text, shortened and may_be_cut(text), headless)
            return self._long[asked]
        if len(text) > _REPEATED or shortened or headless:
            return self._without(text, shortened and may_be_cut(text), headless)
        shown = self._shown.get(text)
        if shown is None:
            if len(self._shown) >= _KEPT:
                self._shown.clear()
            shown = self._shown[text] = self._without(text, False, False)
        return shown

    def line(self, text: str) -> str:
        """The same for a text that somebody may have shortened: the message of an error, a value that was seen."""
        return self.text(text, shortened=True)

    def _without(self, text: str, cut: bool, headless: bool) -> str:
        found: list[Trace] = []
        find = partial(self._traces.find, cut=cut, headless=headless)
        for rendering in renderings(text):
            found += _written(rendering, find(rendering.text))
            compact = whole_texts(rendering.text)
            if len(compact) != len(rendering.text):
                split = list(find(compact, in_words=False))
                if split:  # only then is it worked out where each character stood
                    found += _written(joined(rendering), split)
            if self._tells(packed(compact), _DEPTH):
                found += self._packed(joined(rendering), _DEPTH)
        return _replaced(text, found) if found else text

    def _tells(self, text: str, depth: int) -> bool:
        """Whether there is a secret in what was packed, or in what is packed there in its turn."""
        if not text:
            return False
        compact = whole_texts(text)
        if any(self._traces.find(compact, in_words=False)):
            return True
        return depth > 1 and self._tells(packed(compact), depth - 1)

    def _packed(self, rendering: Rendering, depth: int) -> Iterator[Trace]:
        inner = joined(unpacked(rendering))
        yield from _written(inner, self._traces.find(inner.text, in_words=False))
        if depth > 1:
            yield from self._packed(inner, depth - 1)

    def data(self, data: bytes, *, shortened: bool = False, headless: bool = False) -> bytes:
        """The bytes without secrets; what is no text is looked through all the same."""
        if not data or not self._traces:
            return data
        wide = _wide(data)
        if wide is not None:
            codec, size = wide
            text = data[:size].decode(codec, "surrogatepass")
            shown = self.text(text, shortened=shortened, headless=headless)
            if shown != text:
                data = shown.encode(codec, "surrogatepass") + data[size:]
        text = data.decode("utf-8", "surrogateescape")
        return self.text(text, shortened=shortened, headless=headless).encode("utf-8", "surrogateescape")

    def headers(self, headers: Headers) -> Headers:
        """The headers without secrets."""
        return Headers(tuple((self.text(name), self._header(name, value)) for name, value in headers.items))

    def _header(self, name: str, value: str) -> str:
        shown = self.text(value)
        secret = name.lower() in _SECRET_HEADERS and shown == value and value.strip() and not value.startswith(MADE_UP)
        return REDACTED if secret else shown

    def record(self, record: Record) -> Record:
        """The record without secrets: its exchanges, what was seen in them, and what is said about the run."""
        self.learn_from(record.exchanges)
        exchanges = changed(record.exchanges, self.exchange)
        plain = (replace(item, deviation=self.deviation(item.deviation)) for item in record.findings)
        return replace(
            record,
            run=replace(
                record.run,
                command=self.text(record.run.command),
                leftovers=tuple(map(self.line, record.run.leftovers)),
            ),
            target=self.plain(record.target),
            exchanges=exchanges,
            findings=Findings(plain, exchanges.outlines),
            provocations=tuple(replace(item, act=self.phrase(item.act)) for item in record.provocations),
            unjudged={
                name: {case: self.phrase(reason) for case, reason in cases.items()}
                for name, cases in record.unjudged.items()
            },
            reasons={
                name: self.phrase(reason) if isinstance(reason, Phrase) else reason
                for name, reason in record.reasons.items()
            },
            notes=tuple(map(self.phrase, record.notes)),
        )

    def learn_from(self, exchanges: Iterable[Exchange]) -> None:
        """Learn what answers give away: tokens, and credentials that no request has said before, nor is called by: what stands
        in a path is an id. A short one is learnt with the words around it, for it stands in other words by accident. The exchanges are gone through once, and once
        more when there are such credentials."""
        given: dict[Credential, int] = {}
        for number, exchange in enumerate(exchanges):
            token = exchange.response.headers.get("X-Subject-Token")
            if token:
                self.learn(token, REDACTED)
            if len(given) < _MOST:
                given = dict.fromkeys(_given_away(exchange.response), number) | given
        for number, exchange in enumerate(exchanges if given else ()):
            said, segments = _said(exchange.request), _segments(exchange.request)
            given = {
                found: first
                for found, first in given.items()
                if found.value not in segments and (first < number or found.value not in said)
            }
        for found in given:
            alone = len(found.value) >= _DISTINCT or found.value not in found.words
            words = found.value if alone else found.words
            before, _, after = words.rpartition(found.value)
            self.learn(words, before + REDACTED + after)

    def plain(self, value: Any) -> Any:
        """Plain data without secrets, such as facts of the target."""
        if isinstance(value, str):
            return self.line(value)
        if isinstance(value, Mapping):
            return {self.line(str(name)): self.plain(item) for name, item in value.items()}
        return [self.plain(item) for item in value] if isinstance(value, list | tuple) else value

    def deviation(self, deviation: Deviation) -> Deviation:
        """The deviation without secrets: what was seen, and names that a target sent."""
        return replace(
            deviation,
            terms=self._terms(deviation.terms),
            seen=self._terms(deviation.seen),
            path=self.line(deviation.path),
        )

    def phrase(self, phrase: Phrase) -> Phrase:
        """The phrase without secrets."""
        return replace(phrase, terms=self._terms(phrase.terms))

    def _terms(self, terms: Terms) -> Terms:
        return tuple((name, self._value(value)) for name, value in terms)

    def _value(self, value: Value) -> Value:
        if isinstance(value, str):
            return self.line(value)
        if isinstance(value, Phrase):
            return self.phrase(value)
        return tuple(map(self._value, value)) if isinstance(value, tuple) else value

    def exchange(self, exchange: Exchange) -> Exchange:
        """The exchange without secrets."""
        request, response = exchange.request, exchange.response
        return replace(
            exchange,
            request=replace(
                request,
                url=self.text(request.url),
                headers=self.headers(request.headers),
                body=self.data(request.body, shortened=request.left_out > 0),
                end=self.data(request.end, headless=True),
            ),
            response=replace(
                response,
                reason=self.text(response.reason),
                headers=self.headers(response.headers),
                body=self.data(response.body, shortened=response.left_out > 0 or response.truncated),
                end=self.data(response.end, headless=True, shortened=response.truncated),
            ),
        )


def _wide(data: bytes) -> tuple[str, int] | None:
    """The encoding of a text of wide characters, and how many of its bytes are whole ones; None when it is none.

    Without a mark it is one when it has the zeros of wide ASCII, each at its place.
    """
    if b"\0" not in data and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    marked = [codec for mark, codec in _MARKS if data.startswith(mark)]
    zeros = [data[place::4].count(0) * 8 > len(data) for place in range(4)]
    guessed = [codec for codec, likely in _ZEROS.items() if likely == zeros]
    for codec in (*marked, *guessed):
        size = len(data) - len(data) % (4 if "32" in codec else 2)
        try:
            data[:size].decode(codec, "surrogatepass")
        except UnicodeDecodeError:
            continue
        return codec, size
    return None


_ZEROS = {
    "utf-32-le": [False, True, True, True],
    "utf-32-be": [True, True, True, False],
    "utf-16-le": [False, True, False, True],
    "utf-16-be": [True, False, True, False],
}
"""In which of four bytes most are zero where a text is ASCII."""


def _written(rendering: Rendering, found: Iterable[Trace]) -> Iterator[Trace]:
    """What was found in a rendering, as parts of the text as it was written."""
    for item in found:
        start, end = rendering.written(item.start, item.end)
        yield replace(item, start=start, end=end)


def _replaced(text: str, found: list[Trace]) -> str:
    """The text with what was found replaced: where parts overlap, by what stands for the longest."""
    pieces: list[str] = []
    at = 0
    for part in _apart(sorted(found, key=lambda item: (item.start, -item.end))):
        best = max(part, key=lambda item: (item.end - item.start, item.whole))
        end = max(item.end for item in part)
        pieces += (text[at : part[0].start], best.shown)
        at = end
    return "".join((*pieces, text[at:]))


def _apart(found: list[Trace]) -> Iterator[list[Trace]]:
    """What was found, in groups that do not overlap."""
    group, end = found[:1], found[0].end
    for item in found[1:]:
        if item.start < end:
            group.append(item)
        else:
            yield group
            group = [item]
        end = max(end, item.end)
    yield group


def _given_away(response: Response) -> Iterator[Credential]:
    """The credentials in the headers of an answer, in the body of a failure, and in that of a small success; and what stands
    under a member that says that it is a secret, in each."""
    for name, value in response.headers.items:
        if name.lower() not in _SECRET_HEADERS:
            yield from credentials(value)
    if response.status >= 400 or len(response.body) <= _SMALL:
        body = response.body[:_LARGEST].decode("utf-8", "replace")
        yield from credentials(body)
        if "\\" in body:
            yield from credentials(_unescaped(body))
    yield from shown_secrets(response.body[:_LARGEST].decode("utf-8", "replace"), failure=response.status >= 400)


def _segments(request: Request) -> frozenset[str]:
    return frozenset(unquote(part) for part in request.url.partition("?")[0].split("/"))


def _said(request: Request) -> str:
    return f"{unquote(request.url)} {_unescaped(request.body[:_LARGEST].decode('utf-8', 'replace'))}"


def _unescaped(text: str) -> str:
    """The text as JSON means it, near enough to see a credential in it."""
    return text.replace("\\n", "\n").replace('\\"', '"').replace("\\/", "/")
