"""Bodies and header fields for reading: JSON indented, bytes in base64, the end of what is long left off."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

from markupsafe import escape

from conformance.model.message import Headers
from conformance.reports.verdict_json import body_json
from conformance.reports.visible import safe

__all__ = ["LONGEST_LINE", "beginning", "body_text", "fields", "fitting"]

LONGEST_LINE = 600
"""Characters of a URL, a header's value or a message that are shown."""
DEEPEST = 40
"""Levels of JSON that are indented; a body may be nested as deeply as it is long."""


def fields(headers: Headers, longest: int) -> tuple[tuple[str, str], ...]:
    """The header fields that fit, then how many were left off."""
    shown: list[tuple[str, str]] = []
    for name, value in headers.items:
        longest -= len(name) + min(len(value), LONGEST_LINE)
        if longest < 0:
            return (*shown, ("…", f"{len(shown)}/{len(headers.items)}"))
        shown.append((name, value))
    return tuple(shown)


def body_text(body: bytes, longest: int, left_out: int = 0) -> str:
    """The body, indented when it is JSON, as far as it takes no more than so many bytes in the page; `left_out` are bytes
    of it that were not kept."""
    shown: dict[str, Any] = body_json(body, left_out)
    if "base64" in shown:
        text = str(shown["base64"])
        return f"{shown['size']} bytes, base64:\n{text[:longest]}" + ("…" if len(text) > longest else "")
    text = str(shown["text"])
    if not shown.get("cut"):
        with contextlib.suppress(ValueError, RecursionError):
            json.loads(text)
            text = _indented(text)
    fits = fitting(text, longest)
    return fits if fits == text and not shown.get("cut") else f"{fits}\n… {shown['size']} bytes, see exchanges.har"


def beginning(body: bytes, longest: int) -> str:
    """The first characters of a body in one line; empty for a body that is no text."""
    shown: dict[str, Any] = body_json(body)
    text = " ".join(str(shown.get("text", "")).split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def fitting(text: str, longest: int) -> str:
    """The beginning of the text that takes at most so many bytes in the page, where `<` takes four and most Chinese three."""
    left = longest
    for index, character in enumerate(text):
        left -= len(escape(safe(character)).encode("utf-8"))
        if left < 0:
            return text[:index]
    return text


def _indented(text: str) -> str:
    """JSON broken into lines, its tokens left as they were sent: a repeated key or `1.0` must not change by being shown."""
    out: list[str] = []
    depth, after = 0, ""
    for token in re.findall(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+', text):
        close = token in "]}"
        depth -= close
        if (close and after not in "[{") or (after and after in "[{," and not close):
            out.append("\n" + "  " * min(depth, DEEPEST))
        out.append(": " if token == ":" else token)
        depth += token in "[{"
        after = token
    return "".join(out)
