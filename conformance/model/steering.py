"""Characters that steer who reads a text: a terminal that obeys them, a line or a direction of reading that they turn."""

from __future__ import annotations

import re

__all__ = ["STEERING", "STEERS", "plain"]

STEERS = "".join(
    map(
        chr,
        (
            *range(0x20),  # C0
            *range(0x7F, 0xA0),  # DEL and C1
            0x61C,  # ARABIC LETTER MARK; this and the further ones but two are the bidirectional controls (UAX 9)
            *range(0x200E, 0x2010),  # the marks of left to right and right to left
            *range(0x2028, 0x202A),  # the separators of lines and paragraphs
            *range(0x202A, 0x202F),  # embeddings and overrides
            *range(0x2066, 0x206A),  # isolates
        ),
    )
)
"""Each of them, in order."""
STEERING = re.compile(f"[{re.escape(STEERS)}\ud800-\udfff]")
"""One of them, or half of a surrogate pair, which no text may hold."""


def plain(text: str) -> str:
    """The text in one line that cannot steer a terminal or change the order of reading: part of it may be the
    target's."""
    return STEERING.sub(lambda match: f"\\x{ord(match.group()):02x}", " ".join(text.split()))
