"""Credentials that show by their form: passwords in URLs and settings, private keys, tokens and access keys of well-known
kinds. What has such a form in an answer is a secret of somebody, whether this run has ever learnt it or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["NO_SECRET", "Credential", "credentials"]


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential in a text: its `kind` (`password`, `private-key`, `token`, `access-key`), its value, and the words in
    which the value stands (`://user:value@`)."""

    kind: str
    value: str
    words: str


_FORMS: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = (
    # RFC 3986, 3.2.1: user:password@host. An at sign in the password would have to be escaped.
    (
        "password",
        ("://",),
        re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@\"'<>\\]*:(?P<value>[^\s/@\"'<>\\]+)@", re.IGNORECASE | re.ASCII),
    ),
    # An assignment, in a file of settings or in the environment of a process.
    (
        "password",
        ("passw", "passphrase", "secret", "_key", "apikey", "_token"),
        re.compile(
            r"(?:passw(?:or)?d|passphrase|secret|secret_key|api_?key|access_key|admin_token|auth_token)"
            r"\s?=\s?[\"']?(?P<value>[^\s\"',;&<>\\]{6,})",
            re.IGNORECASE | re.ASCII,
        ),
    ),
    # A member of an object whose name says what it is.
    (
        "password",
        ("passw", "secret", "private_key"),
        re.compile(
            r"[\"'][\w.-]*(?:passw(?:or)?d|secret|private_key)[\"']\s*:\s*[\"'](?P<value>[^\"'\\\s]{6,})[\"']",
            re.IGNORECASE | re.ASCII,
        ),
    ),
    # RFC 7468: the text of a private key, with or without its end.
    (
        "private-key",
        ("private key",),
        re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----(?P<value>.{16,}?)(?:-----END|\Z)", re.DOTALL),
    ),
    # Fernet tokens, which OpenStack's Identity service gives, and JSON Web Tokens (RFC 7519).
    ("token", ("gaaaa",), re.compile(r"(?<![\w-])(?P<value>gAAAA[\w-]{60,}={0,2})", re.ASCII)),
    ("token", ("eyj",), re.compile(r"(?<![\w-])(?P<value>eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,})", re.ASCII)),
    ("access-key", ("akia",), re.compile(r"(?<![A-Z0-9])(?P<value>AKIA[0-9A-Z]{16})(?![A-Z0-9])")),
)
NO_SECRET = re.compile(
    r"[*xX.•-]+|\$.*|\{.*|%.*|<.*|\[.*|(?:null|none|true|false|redacted|hidden|masked)", re.IGNORECASE
)
"""What stands where a secret was taken out, and what no secret is."""


def credentials(text: str) -> tuple[Credential, ...]:
    """The credentials in a text, in the order of their kinds."""
    lower = text.lower()
    if not any(map(lower.__contains__, _WORDS)):
        return ()
    return _found(text)


_WORDS = tuple({word for _, words, _ in _FORMS for word in words})


@lru_cache(maxsize=256)
def _found(text: str) -> tuple[Credential, ...]:
    return tuple(dict.fromkeys(_all(text)))


def _all(text: str) -> Iterator[Credential]:
    lower = text.lower()
    for kind, words, form in _FORMS:
        if any(word in lower for word in words):
            for match in form.finditer(text):
                value = match.group("value")
                if NO_SECRET.fullmatch(value) is None:
                    yield Credential(kind, value, match.group())
