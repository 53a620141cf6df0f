"""Redaction: tokens and passwords are replaced by names of shell variables before anything is reported.

A secret is found as it is, as JSON and URLs and HTML escape it, and in base64 and hexadecimal; headers that hold
secrets by their nature are replaced even when their value was never learnt. So are credentials that an answer gives away
(credentials.py), wherever they stand.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import quote, quote_plus, unquote

from conformance.model.deviation import Deviation
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.model.phrase import Phrase, Terms, Value
from conformance.model.record import Record
from conformance.target.credentials import Credential, credentials

__all__ = ["MADE_UP", "REDACTED", "UNSCOPED", "Secrets"]

MADE_UP = "conformance-invalid-"
"""Prefix of tokens that the suite invents in order to have them refused; they are no secret."""
UNSCOPED = "$OS_TOKEN_UNSCOPED"
"""What stands for a token of the first user that is good for no project."""

REDACTED = "$REDACTED"
"""What stands for a secret that is not ours."""

_SECRET_HEADERS = frozenset(
    {"x-auth-token", "x-subject-token", "authorization", "cookie", "set-cookie", "x-service-token"}
)
_SHORTEST = 4
_DISTINCT = 12
"""A credential of so many characters stands in no other words."""
_SMALL, _LARGEST = 4096, 65_536
"""Bytes up to which the body of a success, and those of the body of a failure, are looked through for credentials."""
_REPEATED = 64
"""Texts up to this length are names and values of headers, which come again and again."""


class Secrets:
    """What must not be shown, and what stands in its place. Learns as the run goes on."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None
        self._shown: dict[str, str] = {}

    def learn(self, value: str, replacement: str) -> None:
        """From now on the value is shown as the replacement, such as `$OS_TOKEN`. Values under 4 characters are not
        learnt: they would be found by accident in other words."""
        if len(value) < _SHORTEST:
            return
        for form in _forms(value):
            if form not in self._known:
                self._known[form] = replacement
                self._pattern = None
                self._shown.clear()

    def text(self, text: str) -> str:
        """The text without secrets."""
        if not self._known:
            return text
        if self._pattern is None:
            longest_first = sorted(self._known, key=len, reverse=True)
            self._pattern = re.compile("|".join(re.escape(item) for item in longest_first))
        if len(text) > _REPEATED:
            return self._pattern.sub(self._instead, text)
        shown = self._shown.get(text)
        if shown is None:
            shown = self._shown[text] = self._pattern.sub(self._instead, text)
        return shown

    def _instead(self, match: re.Match[str]) -> str:
        return self._known[match.group()]

    def data(self, data: bytes) -> bytes:
        """The bytes without secrets; what is no text is looked through all the same."""
        return self.text(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def headers(self, headers: Headers) -> Headers:
        """The headers without secrets."""
        return Headers(tuple((self.text(name), self._header(name, value)) for name, value in headers.items))

    def _header(self, name: str, value: str) -> str:
        shown = self.text(value)
        secret = name.lower() in _SECRET_HEADERS and shown == value and value.strip() and not value.startswith(MADE_UP)
        return REDACTED if secret else shown

    def record(self, record: Record) -> Record:
        """The record without secrets: its exchanges, what was seen in them, and what is said about the run."""
        self._learn_from(record.exchanges)
        exchanges = {item.number: self.exchange(item) for item in record.exchanges}
        findings = tuple(
            replace(
                item,
                deviation=self.deviation(item.deviation),
                exchange=exchanges[item.exchange.number] if item.exchange is not None else None,
            )
            for item in record.findings
        )
        return replace(
            record,
            exchanges=tuple(exchanges.values()),
            findings=findings,
            unjudged={
                name: {case: self.phrase(reason) for case, reason in cases.items()}
                for name, cases in record.unjudged.items()
            },
            notes=tuple(map(self.phrase, record.notes)),
        )

    def _learn_from(self, exchanges: Sequence[Exchange]) -> None:
        """Learn the credentials that answers give away: what a request has said is none. A short one is learnt with the
        words around it, for it stands in other words by accident."""
        said: str | None = None
        for found in dict.fromkeys(item for exchange in exchanges for item in _given_away(exchange.response)):
            said = said or "\n".join(_said(exchange.request) for exchange in exchanges)
            if found.value not in said:
                words = found.value if len(found.value) >= _DISTINCT else found.words
                before, _, after = words.rpartition(found.value)
                self.learn(words, before + REDACTED + after)

    def deviation(self, deviation: Deviation) -> Deviation:
        """The deviation without secrets: what was seen, and names that a target sent."""
        return replace(
            deviation,
            terms=self._terms(deviation.terms),
            seen=self._terms(deviation.seen),
            path=self.text(deviation.path),
        )

    def phrase(self, phrase: Phrase) -> Phrase:
        """The phrase without secrets."""
        return replace(phrase, terms=self._terms(phrase.terms))

    def _terms(self, terms: Terms) -> Terms:
        return tuple((name, self._value(value)) for name, value in terms)

    def _value(self, value: Value) -> Value:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Phrase):
            return self.phrase(value)
        return tuple(map(self._value, value)) if isinstance(value, tuple) else value

    def exchange(self, exchange: Exchange) -> Exchange:
        """The exchange without secrets."""
        request, response = exchange.request, exchange.response
        return replace(
            exchange,
            request=replace(
                request, url=self.text(request.url), headers=self.headers(request.headers), body=self.data(request.body)
            ),
            response=replace(
                response,
                reason=self.text(response.reason),
                headers=self.headers(response.headers),
                body=self.data(response.body),
            ),
        )


def _given_away(response: Response) -> Iterator[Credential]:
    """The credentials in the headers of an answer, in the body of a failure, and in that of a small success."""
    for name, value in response.headers.items:
        if name.lower() not in _SECRET_HEADERS:
            yield from credentials(value)
    if response.status >= 400 or len(response.body) <= _SMALL:
        body = response.body[:_LARGEST].decode("utf-8", "replace")
        yield from credentials(body)
        if "\\" in body:
            yield from credentials(_unescaped(body))


def _said(request: Request) -> str:
    return f"{unquote(request.url)} {_unescaped(request.body[:_LARGEST].decode('utf-8', 'replace'))}"


def _unescaped(text: str) -> str:
    """The text as JSON means it, near enough to see a credential in it."""
    return text.replace("\\n", "\n").replace('\\"', '"').replace("\\/", "/")


def _forms(value: str) -> Iterator[str]:
    data = value.encode("utf-8")
    yield value
    for text in (json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]):
        yield text
        yield text.replace("/", "\\/")
    yield quote(value, safe="")
    yield quote(value)
    yield quote_plus(value)
    yield html.escape(value)
    if len(data) >= 8:
        yield data.hex()
        yield data.hex().upper()
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            # At each of the three alignments; what a neighbour byte shares with the ends is left off.
            for shift in range(3):
                text = encode(b"\0" * shift + data).decode().rstrip("=")
                start = -(-shift * 8 // 6)
                stop = (shift + len(data)) * 8 // 6
                if stop - start >= 8:
                    yield text[start:stop]
