"""Text of the target made harmless to look at: what a reader cannot see or what turns the reading direction is written out."""

from __future__ import annotations

import re

from conformance.model.steering import STEERS, plain

__all__ = ["clean", "safe", "shortened"]

# What steers but tab and line feed, what has no width, lone surrogates (no UTF-8 can hold them) and noncharacters.
_UNSAFE = re.compile(
    f"(?![\t\n])[{re.escape(STEERS)}"
    "\u200b-\u200d\u2060-\u2065\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
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
