"""The verdict as one HTML file that needs nothing else, runs no foreign code and reaches no network."""

from __future__ import annotations

import contextlib
import json
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from conformance.reporting.terminal import safe
from conformance.reporting.verdict_json import body_json
from conformance.verdict import RequirementResult, Verdict

__all__ = ["to_html"]


def to_html(verdict: Verdict) -> str:
    """The page. Everything that the target sent is escaped by the template engine and freed of control characters."""
    environment = Environment(
        loader=PackageLoader("conformance.reporting", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"lines": _lines, "shown": _shown, "safe_text": safe}
    ordered = sorted(verdict.requirements, key=_section)
    sections = [(name, list(items)) for name, items in groupby(ordered, key=_section)]
    return environment.get_template("verdict.html.j2").render(verdict=verdict, sections=sections)


def _section(item: RequirementResult) -> str:
    return item.operation or item.id.split(".", 1)[0]


def _lines(source: tuple[tuple[int, int], ...]) -> str:
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in source)


def _shown(body: bytes) -> str:
    """A body for reading: JSON indented, bytes in base64, the end of a long one left off."""
    shown: dict[str, Any] = body_json(body)
    if "base64" in shown:
        return f"{shown['size']} bytes, in base64:\n{shown['base64'][:2000]}"
    text = str(shown["text"])
    if not shown.get("cut"):
        with contextlib.suppress(ValueError, RecursionError):
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return safe(text) + (f"\n… {shown['size']} bytes in all, see exchanges.har" if shown.get("cut") else "")
