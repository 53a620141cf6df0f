"""Members of bodies that hold secrets, by what their names say.

Two questions are asked. A name that *has* a word for secrets in it (`SECRET`) tells what to write into a request; a name
that *ends* in one (`names_secret`) tells that a text which a service has sent is a secret: `secret_key` and `adminPass` are,
`secret_ref`, `token_type` and `password_expires_at` are not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from conformance.target.credentials import NO_SECRET, Credential

__all__ = ["SECRET", "names_secret", "secret_values", "shown_secrets"]

SECRET = re.compile(r"password|passwd|secret|token|credential|private_?key|adminPass", re.IGNORECASE)
"""What the name of a member has in it that holds a secret."""

_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_LAST = frozenset(
    {
        *("password", "passwd", "passphrase", "passcode", "pass", "pwd"),
        *("secret", "token", "credential", "psk", "pin", "otp"),
    }
)
"""Words with which the name of a secret ends."""
_KEYS = frozenset(
    {
        *("private", "api", "access", "secret", "auth", "preshared", "encryption", "signing", "session"),
        *("master", "service", "account", "storage", "host", "admin", "client"),
    }
)
"""What kind of a key is a secret."""
_PLACES = frozenset({"page", "next", "previous", "continuation", "cursor", "marker", "sync"})
"""Tokens that are a place in a list."""
_BEHIND = frozenset({"value", "text", "base64", "data", "payload", "plaintext"})
"""What may stand behind the word."""
_HINTS = ("pass", "pwd", "secret", "token", "credential", "psk", "pin", "otp", "key")
_MEMBER = re.compile(
    r'"(?P<name>[\w.-]{1,64})"\s*:\s*(?P<value>"(?:[^"\\]|\\.)*"|\[\s*"(?:[^"\\\]]|\\.|"\s*,\s*")*"\s*\])'
)
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
    last = words[-1] if words[-1] in _LAST else words[-1].removesuffix("s")
    before = words[-2] if len(words) > 1 else ""
    return (last in _LAST and before not in _PLACES) or (last == "key" and before in _KEYS) or last in _JOINED


_JOINED = frozenset(f"{kind}key" for kind in _KEYS)
"""The same kinds, written as one word: `apikey`."""


def shown_secrets(text: str) -> tuple[Credential, ...]:
    """What stands in a JSON text under a member that holds a secret, also when it is a list of texts."""
    lower = text.lower()
    return _shown(text) if any(hint in lower for hint in _HINTS) else ()


@lru_cache(maxsize=64)
def _shown(text: str) -> tuple[Credential, ...]:
    return tuple(dict.fromkeys(_all(text)))


def _all(text: str) -> Iterator[Credential]:
    for match in _MEMBER.finditer(text):
        if names_secret(match["name"]):
            for written in _TEXT.findall(match["value"]):
                value = _decoded(written)
                if len(value) >= _SHORTEST and not re.search(r"\s", value) and not _is_none(value):
                    yield Credential("password", value, match.group() if match["value"] == written else written)


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
        isinstance(value, str | int) and not isinstance(value, bool) and (SECRET.search(member) or names_secret(member))
    ):
        yield member, str(value)
