"""Reading recorded exchanges: which of them cases sent, what each case made, and texts with placeholders for what
differs from run to run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import inf
from urllib.parse import unquote, urlsplit

from conformance.model.jsonvalue import Unreadable
from conformance.model.message import DISCOVERY, Exchange

__all__ = ["CLEANUP", "Makings", "of_cases", "steady"]

CLEANUP = "cleanup"
"""The case of exchanges that clean up after the others."""

_VOLATILE = (
    (re.compile(r"conformance-[0-9a-f]{8}(-[0-9a-f]{6}([a-z]|r\d+)?)?-\d+\b", re.IGNORECASE), "<name>"),
    (re.compile(r"conformance-[0-9a-f]{8}", re.IGNORECASE), "<run>"),
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE), "<id>"),
    (re.compile(r"\b[0-9a-f]{32,}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d(?::|%3A)?\d\d(?::|%3A)?\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"), "<time>"),
)


def of_cases(exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
    """The exchanges that cases sent: without logging in, discovery and cleaning up, which depend on how a run went."""
    return (item for item in exchanges if item.case not in {"", CLEANUP} and item.request.operation != DISCOVERY)


@dataclass(frozen=True, slots=True)
class Makings:
    """What the cases of a run made: id -> the case that made or changed it first, and when its deletion was first asked
    for, in seconds since the epoch."""

    case_of: Mapping[str, str]
    deleted: Mapping[str, float]

    @classmethod
    def of(cls, exchanges: Iterable[Exchange]) -> Makings:
        """What was made in a run."""
        case_of: dict[str, str] = {}
        deleted: dict[str, float] = {}
        for item in exchanges:
            method = item.request.method
            if method == "DELETE":
                last = unquote(urlsplit(item.request.url).path.rpartition("/")[2])
                deleted[last] = min(item.started, deleted.get(last, item.started))
            elif method in {"POST", "PATCH", "PUT"} and 200 <= item.response.status < 300:
                own = _id_in(item)
                if own is not None:
                    case_of.setdefault(own, item.case)
        return cls(case_of, deleted)

    def holds(self, own: object, exchange: Exchange) -> bool:
        """Whether a resource in an answer is one that its case has made, and that nobody was deleting by then."""
        if not isinstance(own, str) or self.case_of.get(own) != exchange.case:
            return False
        return self.deleted.get(own, inf) > exchange.started + exchange.response.elapsed

    def about_others(self, exchange: Exchange) -> bool:
        """Whether a request names a resource that another case has made: which of them are there at the time depends on
        how the cases of workers fall together."""
        parts = urlsplit(exchange.request.url)
        words = re.split(r"[/=&]", f"{parts.path}/{parts.query}")
        return any(self.case_of.get(unquote(word), exchange.case) != exchange.case for word in words)


def _id_in(exchange: Exchange) -> str | None:
    try:
        body = exchange.response.json()
    except Unreadable:
        return None
    own = body.get("id") if isinstance(body, dict) else None
    return own if isinstance(own, str) else None


def steady(text: str) -> str:
    """The text with placeholders for names that a run made up, ids and hashes, and times."""
    for pattern, word in _VOLATILE:
        text = pattern.sub(word, text)
    return text
