"""English in a Chinese report: words that are neither Chinese nor a name of the contract, of the run or of the target."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from html import unescape
from html.parser import HTMLParser
from typing import Any

from conformance.model.contract import Contract
from conformance.model.phrase import VOCABULARY
from conformance.model.verdict import Verdict

__all__ = ["NAMES", "Shown", "english", "names_in", "names_of", "words_of"]

NAMES = frozenset(
    [
        "conformance",
        "budget",
        "cleanup",
        "diff",
        "read-only",
        "allow",
        "values",
        "seed",
        "specs",
        "report",
        "replay",
        "API",
        "ASCII",
        "Accept",
        "Allow",
        "BMP",
        "SQL",
        "YAML",
        "Content-Length",
        "Content-Range",
        "Content-Type",
        "GET",
        "HTML",
        "HTTP",
        "HTTPS",
        "ID",
        "Infinity",
        "JSON",
        "NUL",
        "NaN",
        "OpenStack",
        "PATCH",
        "RFC",
        "Range",
        "bytes",
        "URI",
        "URN",
        "UTF-8",
        "UUID",
        "X-Auth-Token",
        "active",
        "add",
        "all",
        "auth",
        "created_at",
        "curl",
        "exchanges.har",
        "file",
        "identity",
        "limit",
        "methods",
        "move",
        "next",
        "null",
        "op",
        "other-cloud",
        "cleanup",
        "budget",
        "read-only",
        "path",
        "p50",
        "p95",
        "queued",
        "remove",
        "replace",
        "self",
        "sh",
        "smoke",
        "strict",
        "strict-waivers",
        "true",
        "updated_at",
        "value",
        "verdict.json",
        "xx",
        "EasyStack",
        "easystack-conformance",
        "English",
        "HAR",
        "JUnit",
        "SARIF",
        "CI",
        "reference",
        "number",
        "Patch",
        "os-cloud",
        "latency-fails",
        "index.html",
        "findings",
        "SHA-256",
        "ms",
        "BOM",
        "TLS",
        "URL",
    ]
)
"""Words that are no English in a Chinese text: names of members, headers, formats, files and options."""
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*[A-Za-z0-9]|[A-Za-z]")
_VOID = {"br", "img", "meta", "link", "input", "hr", "col", "wbr"}
_CODE = {"code", "pre", "script", "style", "kbd", "samp", "svg"}


def words_of(text: str) -> list[str]:
    """The words of a text in Latin letters, without the braces of a template."""
    return _WORD.findall(re.sub(r"\{[a-z_]+(?::s)?\}", "", text))


def names_in(data: object) -> Iterator[str]:
    """Every word of the values of a deviation or a phrase: names and values stay as they are, words of our vocabulary do not."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key not in {"kind", "rule", "standing", "wanted", "type", *VOCABULARY}:
                yield from names_in(value)
    elif isinstance(data, list | tuple):
        for item in data:
            yield from names_in(item)
    else:
        yield from words_of(str(data))


def names_of(verdict: Verdict, contract: Contract) -> frozenset[str]:
    """The names of the contract, and what the run and the target said, word by word and split at dots, hyphens and slashes."""
    told: list[Any] = [
        [(item.id, *item.statement.values.values(), *item.quote.names.values()) for item in verdict.requirements],
        [(row.phrase, [act.to_json() for _, act, _ in row.provoked]) for row in verdict.error_codes],
        [(group.deviation.to_json(), [str(place) for place in group.places], group.case, group.check, group.waiver or "")
         for group in verdict.findings],
        [(variant.deviation.to_json(), variant.requirement, group.id) for group in verdict.findings for variant in group.variants],
        [(item.owner, item.reason, item.requirement, item.message or "") for item in verdict.waivers],
        [(operation.id, operation.method, operation.path, operation.request_media_type or "", operation.upstream_query,
          [item.name for item in operation.parameters]) for operation in contract.operations.values()],
        [note.to_json()["terms"] for note in verdict.notes],
        [[*item.checks] for item in verdict.requirements],
        [item.reason.to_json() for item in verdict.requirements if item.reason is not None and not isinstance(item.reason, str)],
        [(row.place, row.operation) for row in verdict.sent],
        [*verdict.target.values(), json.dumps(verdict.target.get("facts", {}))],
        [verdict.run.command, verdict.run.profile, verdict.run.id, verdict.run.suite_version],
        [*verdict.contract.values()],
        [(exchange.request.method, exchange.request.url, exchange.request.actor, exchange.case, exchange.response.reason,
          exchange.response.headers.get("content-type") or "")
         for exchange in verdict.exchanges],
    ]  # fmt: skip  # a list of what says something
    whole = {*NAMES, *names_in(told)}
    return frozenset(whole | {part for name in whole for part in re.split(r"[._-]+", name)})


_CODE_SPAN = re.compile(r"(`+).+?\1")
_QUOTED = re.compile(
    r"conformance(?: [a-z]+){1,2}(?: --?[a-z-]+(?: [\w.]+)?)*|'[^']*'|\"[^\"]*\"|<[^<>]*>|https?://\S+|/[\w/{}.?=&<>-]+"
)


def english(texts: Iterable[str], names: frozenset[str]) -> list[str]:
    """The texts with words that are no names, these words first. A command, and what is quoted, a tag, an address or a code span is none."""
    found = []
    for text in texts:
        bare = _QUOTED.sub(" ", _CODE_SPAN.sub(" ", unescape(text.replace("\\", ""))))
        words = [
            word
            for word in re.findall(r"(?<![0-9A-Za-z])[A-Za-z][A-Za-z0-9_.-]*", bare)
            if not _is_name(word.rstrip("._-"), names)
        ]
        if words:
            found.append(f"{' '.join(words)} | {text.strip()[:200]}")
    return found


def _is_name(word: str, names: frozenset[str]) -> bool:
    """Whether a word is a name, or made of names; one with digits (an id, `x4`) is no word of a sentence."""
    parts = [part for part in re.split(r"[._-]+", word) if part]
    known = re.compile(r".*\d|[a-f]{6,}\Z")  # or a piece of an id in hexadecimal digits
    return word in names or len(word) == 1 or all(part in names or known.match(part) for part in parts)


class Shown(HTMLParser):
    """The texts of a page that a reader of Chinese sees, without code."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self._open: list[tuple[str, bool]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self._open.append((tag, tag in _CODE or (tag != "html" and dict(attrs).get("lang") == "en")))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(hidden for _, hidden in self._open):
            self.texts.append(" ".join(data.split()))
