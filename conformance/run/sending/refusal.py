"""What a refusal says in words: the platform's limits are told by them, whatever the status and the form."""

from __future__ import annotations

import re

from conformance.model.message import Response

__all__ = ["words_of"]

READ = 4096
"""Bytes of a refusal that are read."""
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def words_of(response: Response) -> str:
    """The start of the body as text; what JSON escapes (RFC 8259, 7) as what it stands for."""
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), response.body[:READ].decode("utf-8", "replace"))
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
