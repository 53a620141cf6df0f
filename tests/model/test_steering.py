"""What steers a reader's terminal, or turns the direction of a text, is written out."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from conformance.model.steering import STEERING, STEERS, plain

BIDI_CONTROL = (
    "ARABIC LETTER MARK",
    "LEFT-TO-RIGHT MARK",
    "RIGHT-TO-LEFT MARK",
    "LEFT-TO-RIGHT EMBEDDING",
    "RIGHT-TO-LEFT EMBEDDING",
    "POP DIRECTIONAL FORMATTING",
    "LEFT-TO-RIGHT OVERRIDE",
    "RIGHT-TO-LEFT OVERRIDE",
    "LEFT-TO-RIGHT ISOLATE",
    "RIGHT-TO-LEFT ISOLATE",
    "FIRST STRONG ISOLATE",
    "POP DIRECTIONAL ISOLATE",
)
"""The characters that have this property in Unicode (UAX 9, 2)."""


def test_controls_separators_of_lines_and_bidirectional_controls_steer_and_nothing_else() -> None:
    steering = {
        char for char in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(char) in {"Cc", "Zl", "Zp"}
    }
    assert steering | set(map(unicodedata.lookup, BIDI_CONTROL)) == set(STEERS)


def test_each_of_them_is_found() -> None:
    assert [*STEERS, "\ud800", "\udfff"] == STEERING.findall(f"a{STEERS}é镜😀\ud800\udfff")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one\n two\t three", "one two three"),
        ("\x1b[2Jred", "\\x1b[2Jred"),
        ("a\u202eb\u2066c", "a\\x202eb\\x2066c"),
        ("\ud800", "\\xd800"),
        ("镜像 é", "镜像 é"),
    ],
)
def test_what_could_steer_a_terminal_is_written_out(text: str, shown: str) -> None:
    assert plain(text) == shown
