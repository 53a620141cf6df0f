"""Credentials by their form, and what only looks like one."""

from __future__ import annotations

import pytest

from conformance.target.credentials import credentials


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("mysql+pymysql://service:Kw9pT2@db/x", "password", "Kw9pT2"),
        ("https://u:p%40w@host/", "password", "p%40w"),
        ("rabbit://:only-a-password@queue", "password", "only-a-password"),
        ("password = 'Kw9pT2xQ'", "password", "Kw9pT2xQ"),
        ("SECRET_KEY=abcdef123", "password", "abcdef123"),
        ('{"db_password": "Kw9pT2xQ"}', "password", "Kw9pT2xQ"),
        (f"token gAAAA{'a1_-' * 20}==", "token", f"gAAAA{'a1_-' * 20}=="),
        (
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.abcdefgh12",
            "token",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.abcdefgh12",
        ),
        ("key AKIAIOSFODNN7EXAMPLE", "access-key", "AKIAIOSFODNN7EXAMPLE"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END", "private-key", "\nMIIEvQIBADANBgkqhkiG\n"),
    ],
)
def test_a_credential_is_found_by_its_form(text: str, kind: str, value: str) -> None:
    assert [(kind, value)] == [(item.kind, item.value) for item in credentials(text)]


@pytest.mark.parametrize(
    "text",
    [
        "mysql://service:***@db/x",
        "https://host:8080/a@b",
        "https://user@host/",
        "password=",
        "password=<redacted>",
        "password: must be a string",
        '{"password": ""}',
        '{"password": "$REDACTED"}',
        "secret = $SECRET_OF_MINE",
        "-----BEGIN CERTIFICATE-----\nMIIEvQIBADANBgkqhkiG\n-----END",
        "gAAAA is how it begins",
        "token: expired",
    ],
)
def test_what_is_masked_or_is_none_is_not(text: str) -> None:
    assert () == credentials(text)
