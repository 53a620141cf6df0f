"""A row's cells: what each column can hold, and how the pieces of a wrapped cell are joined."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus

from conformance.document.vocabulary import REQUIRED, TYPES

__all__ = ["NAME", "REQUIRED_CELL", "condition_of", "is_known_type", "joined", "phrase_of", "take_type"]

NAME = re.compile(r"[A-Za-z0-9_@$*{<+-][A-Za-z0-9_.@$*:/{}<>\[\]+-]*(?<![:/])")
"""A parameter's name: `image_id`, `images.id`, `links[].href`, `OS-DCF:diskConfig`, `X-Auth-Token`, `{id}`."""

REQUIRED_CELL = re.compile(rf"({'|'.join(sorted(REQUIRED, key=len, reverse=True))})(?=[\s(（]|$)")
"""The beginning of a cell that says whether a parameter is required."""

_TYPE = re.compile(r"[A-Za-z](?:[A-Za-z0-9_.|/-]|[<\[(][A-Za-z0-9_., <\[\]>|/-]{0,40}[>\])])*(?:\[\])?(?: of [a-z]+)?(?= |$)")
_BASE = re.compile(r"[A-Za-z0-9]+")
_PHRASES = frozenset(status.phrase.lower() for status in HTTPStatus)


def is_known_type(cell: str) -> bool:
    """Whether the cell names a type of the vocabulary, such as `string`, `Array[object]` or `list of strings`."""
    base = _BASE.match(cell)
    return base is not None and base.group().lower() in TYPES


def take_type(text: str) -> tuple[str, str] | None:
    """The type at the beginning of the text and what follows it, or None."""
    match = _TYPE.match(text)
    return (match.group(), text[match.end() :].strip()) if match else None


def condition_of(required: str) -> str:
    """What stands in parentheses in a cell such as `否（…）`, else empty."""
    match = re.search(r"[(（](.*?)[)）]?$", required, re.DOTALL)
    return match.group(1).strip() if match else ""


def joined(pieces: Sequence[str]) -> str:
    """The pieces of a wrapped cell as one text.

    Words are broken anywhere and a blank at the break is lost. One is put back between a word in small letters and a
    capital, where a new word begins more often than not.
    """
    text = ""
    for piece in pieces:
        text += f" {piece}" if re.search(r"[a-z]$", text) and re.match(r"[A-Z]", piece) else piece
    return text


def phrase_of(pieces: Sequence[str]) -> str:
    """The pieces of a reason phrase as one text: the one with and without blanks that is a phrase of RFC 9110."""
    texts = [""]
    for piece in pieces[:6]:
        texts = [f"{text}{blank}{piece}" for text in texts for blank in (("", " ") if text else ("",))]
    return next((text for text in texts if text.lower() in _PHRASES), joined(pieces))
