"""Text of the target made harmless to look at: what a reader cannot see or what turns the reading direction is written out."""

from __future__ import annotations

import re

from conformance.model.errors import plain

__all__ = ["clean", "safe", "shortened"]

# Controls but tab and line feed (C0, DEL, C1), bidirectional controls (UAX 9), zero-width and line separators, lone
# surrogates (no UTF-8 can hold them) and noncharacters.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)


def safe(text: str) -> str:
    """The text with control characters written out (`\\x1b`, `\\u202e`), so that a target cannot steer terminal or page."""
    return _UNSAFE.sub(lambda match: _written(ord(match.group())), text)


def clean(text: str, longest: int = 400) -> str:
    """One line without what could steer a reader's screen, the end of a long one left off."""
    shown = plain(text[: 4 * longest])
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def shortened(text: str, longest: int) -> str:
    """At most so many characters, then an ellipsis and how many there were."""
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text)})"


def _written(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
