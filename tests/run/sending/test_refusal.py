"""The words of a refusal."""

from __future__ import annotations

import pytest

from conformance.model.message import Response
from conformance.run.sending.refusal import words_of


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"message": "\\u914d\\u989d"}', '{"message": "配额"}'),
        ("配额".encode(), "配额"),
        (b"\xff quota", "\ufffd quota"),
        (b"\\u12", "\\u12"),
        (b"\\ud83d\\ude00 \\ud83d", "\U0001f600 \ufffd"),
        (b"x" * 5000, "x" * 4096),
    ],
)
def test_words_are_read_whatever_their_form(body: bytes, words: str) -> None:
    assert words == words_of(Response(403, body=body))
