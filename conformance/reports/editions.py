"""The changes between two editions of the contract as text, JSON (schema: specs/schemas/edition-diff.schema.json) and Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from conformance.contract.edition_rules import Impact
from conformance.contract.editions import EditionChange
from conformance.model.contract import Lines
from conformance.reports.comparison_text import markdown_cell
from conformance.reports.visible import safe
from conformance.reports.words import lines as cited

__all__ = ["VERSION", "editions_json", "editions_markdown", "editions_text", "summary"]

VERSION = "1.0"


def summary(changes: Sequence[EditionChange]) -> str:
    """One line: how many changes of each class."""
    if not changes:
        return "no change"
    return ", ".join(f"{sum(item.impact is impact for item in changes)} {impact}" for impact in Impact)


def editions_json(changes: Sequence[EditionChange], old: str, new: str) -> dict[str, Any]:
    """Plain data; `old` and `new` name the two editions."""
    return {
        "edition_diff": VERSION,
        "old": old,
        "new": new,
        "summary": {str(impact): sum(item.impact is impact for item in changes) for impact in Impact},
        "changes": [_plain(item) for item in changes],
    }


def _plain(item: EditionChange) -> Mapping[str, Any]:
    lines = {name: [list(pair) for pair in getattr(item, name)] for name in ("lines_before", "lines_after")}
    return {**asdict(item), "impact": str(item.impact), **lines}


def editions_text(changes: Sequence[EditionChange], old: str, new: str) -> str:
    """For a terminal: breaking changes first, each with its rule, promise and lines of both editions."""
    lines = [f"{old} -> {new}"]
    for impact in Impact:
        found = [item for item in changes if item.impact is impact]
        lines += ["", f"{str(impact).capitalize()} ({len(found)})"] if found else []
        for item in found:
            place = " ".join(filter(None, (item.operation, item.place)))
            lines.append(f"  {item.rule}: {place or item.requirement}: {item.before} -> {item.after}")
            lines.append(
                f"    {item.requirement or 'no promise'}, document lines {_cited(item.lines_before)} -> {_cited(item.lines_after)}"
            )
    return safe("\n".join([*lines, "", summary(changes)])) + "\n"


def editions_markdown(changes: Sequence[EditionChange], old: str, new: str) -> str:
    """As GitHub-flavoured Markdown, for the review of a new edition."""
    lines = [f"## {markdown_cell(old)} → {markdown_cell(new)}", "", f"**{summary(changes)}**", ""]
    if changes:
        lines += ["| impact | rule | operation | place | before | after | promise | lines |", "|" + " --- |" * 8]
    for item in changes:
        cells = (
            item.impact,
            item.rule,
            item.operation or "",
            item.place,
            item.before,
            item.after,
            item.requirement or "",
            f"{_cited(item.lines_before)} → {_cited(item.lines_after)}",
        )
        lines.append("| " + " | ".join(markdown_cell(cell) for cell in cells) + " |")
    return safe("\n".join(lines)).rstrip("\n") + "\n"


def _cited(source: Lines) -> str:
    return cited(source) or "none"
