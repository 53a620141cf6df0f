"""Reading recorded exchanges: which of them cases sent, and texts with placeholders for what differs from run to
run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from conformance.model.message import DISCOVERY, Exchange

__all__ = ["CLEANUP", "of_cases", "steady"]

CLEANUP = "cleanup"
"""The case of exchanges that clean up after the others."""

_VOLATILE = (
    (re.compile(r"conformance-[0-9a-f]{8}(-[0-9a-f]{6}(r\d+)?)?-\d+\b", re.IGNORECASE), "<name>"),
    (re.compile(r"conformance-[0-9a-f]{8}", re.IGNORECASE), "<run>"),
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE), "<id>"),
    (re.compile(r"\b[0-9a-f]{32,}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d(?::|%3A)?\d\d(?::|%3A)?\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"), "<time>"),
)


def of_cases(exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
    """The exchanges that cases sent: without logging in, discovery and cleaning up, which depend on how a run went."""
    return (item for item in exchanges if item.case not in {"", CLEANUP} and item.request.operation != DISCOVERY)


def steady(text: str) -> str:
    """The text with placeholders for names that a run made up, ids and hashes, and times."""
    for pattern, word in _VOLATILE:
        text = pattern.sub(word, text)
    return text
