"""JSON as the reports write it: two blanks for each level, letters as they are, a line feed at the end.

Python's own encoder falls back to Python code as soon as it indents, which took a tenth of a run. orjson has no words for
what no JSON reader need understand (half of a surrogate pair, integers beyond 64 bits); what holds such a thing is
written by the encoder of Python, in the same form. What steers a terminal or turns the direction of a text is escaped:
these files are read in terminals, too.
"""

from __future__ import annotations

import json
import re

import orjson

from conformance.model.steering import STEERS

__all__ = ["json_bytes", "json_line"]

_FORM = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
_STEERING = re.compile(b"|".join(char.encode() for char in STEERS if char >= " "))
"""What steers and may stand in a string of JSON as it is; it stands nowhere else (RFC 8259)."""


def json_bytes(value: object) -> bytes:
    """The JSON of plain data in UTF-8; what UTF-8 has no bytes for is a question mark."""
    try:
        return _escaped(orjson.dumps(value, option=_FORM))
    except TypeError:
        return _escaped((json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace"))


def json_line(value: object) -> bytes:
    """The same in one line, without a line feed."""
    try:
        return _escaped(orjson.dumps(value))
    except TypeError:
        return _escaped(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))


def _escaped(data: bytes) -> bytes:
    if data.isascii() and b"\x7f" not in data:  # of what steers in ASCII, only DEL stands in JSON as it is
        return data
    return _STEERING.sub(lambda match: b"\\u%04x" % ord(match.group().decode()), data)
