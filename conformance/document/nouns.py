"""The words of a path: what the resources of a contract, and its operations, are called by."""

from __future__ import annotations

import re

__all__ = ["nouns", "segments", "singular"]

_LAST_WORD = re.compile(r"[A-Za-z]*$")
_ABBREVIATIONS = "vm|db|lb|sg|vg|lv|pv|rg|gw|pg"
"""Abbreviations without a vowel of which there are several; others end with the s of a service (`kms`, `rds`, `dns`)."""
_SINGULAR = re.compile(
    rf"(?!(?:{_ABBREVIATIONS})s$)[^aeiouy]{{1,2}}s"
    r"|ecs|evs|obs|ims|ces|eps|nas|sas|aos|os|ios|news|series|species|kubernetes|alias|bus|atlas|canvas|chaos|https"
    r"|.*(?:ss|aas|[sxd]is|(?<!p)(?<!men)us)"
)
"""Words in small letters that are no plural."""
_LONG_PLURAL = re.compile(r"(?:ss|tus|lias|[dt]ex|[aio]x|[tnr]ch|sh)es$")
"""The end of a plural that takes more than its s."""


def nouns(path: str) -> tuple[str, ...]:
    """The words of a path in the singular, without its version and its parameters: /v2/servers/{id}/tags -> server,
    tag."""
    return tuple(singular(part) for part in segments(path) if not part.startswith("{"))


def segments(path: str) -> list[str]:
    """The segments of a path without that of its version."""
    return [part for part in path.split("/") if part and not re.fullmatch(r"v\d+(\.\d+)?", part)]


def singular(noun: str) -> str:
    """The noun without the ending of its plural; a word that only ends like one (`status`, `dns`, `lbaas`) is as it was."""
    return _LAST_WORD.sub(lambda word: _one(word[0]), noun, count=1)


def _one(word: str) -> str:
    if _SINGULAR.fullmatch(word.lower()):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if _LONG_PLURAL.search(word.lower()):
        return word[:-2]
    return word.removesuffix("s")
