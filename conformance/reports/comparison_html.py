"""A comparison as one HTML file that needs nothing else and reaches no network."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from conformance.after.compare.change import Change, Comparison
from conformance.reports.comparison_words import (
    CHANGED,
    findings_of,
    latency_rows,
    milliseconds,
    sentence,
    shape_rows,
    status_rows,
    word,
)
from conformance.reports.sentences import said, spoken
from conformance.reports.sentences import sentence as deviation_sentence
from conformance.reports.terminal import safe
from conformance.reports.words import SEVERITIES

__all__ = ["comparison_html"]


def comparison_html(comparison: Comparison, lang: str = "en", *, everything: bool = False) -> str:
    """The page in one language. Everything that a target sent is escaped and freed of control characters. What did not
    change is folded; `everything` unfolds it."""
    environment = Environment(
        loader=PackageLoader("conformance.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "safe_text": lambda value: safe(str(value)),
        "ms": milliseconds,
        "spoken": lambda item: spoken(item).plain(lang),
        "reason": lambda item: said(item).plain(lang),
        "said": lambda item: deviation_sentence(item).plain(lang),
    }
    findings = list(findings_of(comparison))
    moved = {Change.NEWLY_EXERCISED, Change.NO_LONGER_EXERCISED}
    return environment.get_template("comparison.html.j2").render(
        comparison=comparison,
        lang=lang,
        word=lambda name: word(str(name), lang),
        sentence=sentence(comparison, lang),
        changed=[item for item in findings if item[0] in CHANGED],
        unchanged=[item for item in findings if item[0] not in CHANGED],
        severity=lambda item: SEVERITIES[item.severity].plain(lang),
        everything=everything,
        moved=[item for item in comparison.requirements if item.change in moved],
        statuses=status_rows(comparison),
        shapes=shape_rows(comparison),
        latency=latency_rows(comparison),
    )
