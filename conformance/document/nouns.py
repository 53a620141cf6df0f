"""The words of a path: what the resources of a contract, and its operations, are called by."""

from __future__ import annotations

import re

__all__ = ["nouns", "segments", "singular"]


def nouns(path: str) -> tuple[str, ...]:
    """The words of a path in the singular, without its version and its parameters: /v2/servers/{id}/tags -> server,
    tag."""
    return tuple(singular(part) for part in segments(path) if not part.startswith("{"))


def segments(path: str) -> list[str]:
    """The segments of a path without that of its version."""
    return [part for part in path.split("/") if part and not re.fullmatch(r"v\d+(\.\d+)?", part)]


def singular(noun: str) -> str:
    """The noun without the ending of its plural."""
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    if noun.endswith("sses"):
        return noun[:-2]
    return noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun
