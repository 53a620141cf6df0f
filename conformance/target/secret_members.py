"""Members of bodies that hold secrets, by what their names say.

A name that *ends* in a word for secrets (`names_secret`) holds one: `secret_key` and `adminPass` do, `secret_ref`,
`token_type` and `password_expires_at` do not. Of what is given to a run every name that *has* such a word in it does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from conformance.target.credentials import NO_SECRET, Credential

__all__ = ["names_secret", "secret_values", "shown_secrets"]

_GIVEN = re.compile(r"password|passwd|secret|token|credential|private_?key|adminPass", re.IGNORECASE)
"""What the name of a given value has in it that is a secret."""

_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_LAST = frozenset(
    [
        "password",
        "passwd",
        "passphrase",
        "passcode",
        "pass",
        "pwd",
        "pw",
        "secret",
        "token",
        "credential",
        "psk",
        "pin",
        "otp",
    ]
)
"""Words with which the name of a secret ends."""
_KEYS = frozenset(
    [
        "private",
        "api",
        "access",
        "secret",
        "auth",
        "preshared",
        "encryption",
        "signing",
        "session",
        "master",
        "service",
        "account",
        "storage",
        "host",
        "admin",
        "client",
    ]
)
"""What kind of a key is a secret."""
_WHOLE = frozenset({"sk", "pass_phrase"})
"""Names that are one as a whole, or end in it."""
_TOLD = re.compile(r"share[a-z]*_?key", re.IGNORECASE)
"""A key that two sides have."""
_PLACES = frozenset({"page", "next", "previous", "continuation", "cursor", "marker", "sync"})
"""Tokens that are a place in a list."""
_BEHIND = frozenset({"value", "text", "base64", "data", "payload", "plaintext"})
"""What may stand behind the word."""
_HINTS = ("pass", "pw", "sk", "secret", "token", "credential", "psk", "pin", "otp", "key")
_MEMBER = re.compile(
    r'"(?P<name>[\w.-]{1,64})"\s*:\s*'
    r'(?P<value>"(?:[^"\\]|\\.)*"|\d{4,32}(?![\d.eE])|\[\s*"(?:[^"\\\]]|\\.|"\s*,\s*")*"\s*\])'
)
_HOLDER = re.compile(r'"(?P<name>[\w.-]{1,64})"\s*:\s*\{(?P<inside>[^{}]*)\}')
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_SHORTEST = 6
"""Characters of the shortest text that is learnt from an answer: shorter ones are words like `none`."""
_NEVER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z][a-z0-9+.-]*://\S*", re.IGNORECASE)
"""What names something that is a secret, and is none itself: an id, an address (those with a password have their form)."""


@cache
def names_secret(member: str) -> bool:
    """Whether a member of this name holds a secret: by the last words of the name."""
    words = [word.lower() for word in _WORD.findall(member)]
    while len(words) > 1 and words[-1] in _BEHIND:
        words.pop()
    if not words:
        return False
    if words[-1] in _WHOLE or "_".join(words[-2:]) in _WHOLE or (words[-1] == "key" and _TOLD.search(member)):
        return True
    last = words[-1] if words[-1] in _LAST else words[-1].removesuffix("s")
    before = words[-2] if len(words) > 1 else ""
    return (last in _LAST and before not in _PLACES) or (last == "key" and before in _KEYS) or last in _JOINED


_JOINED = frozenset(f"{kind}key" for kind in _KEYS)
"""The same kinds, written as one word: `apikey`."""


def shown_secrets(text: str, *, failure: bool = False) -> tuple[Credential, ...]:
    """What stands in a JSON text under a member that holds a secret: a text, a number, a list of texts, an object with the
    value. What a `failure` says there in several words is a message."""
    lower = text.lower()
    return _shown(text, failure) if any(hint in lower for hint in _HINTS) else ()


@lru_cache(maxsize=64)
def _shown(text: str, failure: bool) -> tuple[Credential, ...]:
    found = (item for item in _all(text) if not (failure and re.search(r"\s", item.value)))
    return tuple(dict.fromkeys(found))


def _all(text: str) -> Iterator[Credential]:
    for match in _MEMBER.finditer(text):
        if names_secret(match["name"]):
            yield from _of(match["value"], match.group())
    for holder in _HOLDER.finditer(text):
        if names_secret(holder["name"]):
            for match in _MEMBER.finditer(holder["inside"]):
                if match["name"].lower() in _BEHIND:
                    yield from _of(match["value"], match.group())


def _of(written: str, words: str) -> Iterator[Credential]:
    if written.isdecimal():
        yield Credential("password", written, words)
    for item in _TEXT.findall(written):
        value = _decoded(item)
        if len(value) >= _SHORTEST and not _is_none(value):
            yield Credential("password", value, words if item == written else item)


def _is_none(value: str) -> bool:
    return bool(NO_SECRET.fullmatch(value) or _NEVER.fullmatch(value))


def _decoded(written: str) -> str:
    try:
        return str(json.loads(written))
    except ValueError:  # a control character or half an escape: as it stands
        return written[1:-1]


def secret_values(values: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """(member, value) of what is to be in no report."""
    for members in values.values():
        yield from _secret("", members)


def _secret(member: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _secret(str(name), inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _secret(member, inner)
    elif (
        isinstance(value, str | int) and not isinstance(value, bool) and (_GIVEN.search(member) or names_secret(member))
    ):
        yield member, str(value)
