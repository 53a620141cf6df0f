"""The whole page of a verdict."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.model.verdict import Verdict
from conformance.reports.language import Text
from conformance.reports.outcome_line import headline
from conformance.reports.page.charts import Bar, Latencies, latencies, status_bars
from conformance.reports.page.findings import FindingPart, finding_groups
from conformance.reports.page.outcome import Opening, opening
from conformance.reports.page.promises import Missing, Section, missing, sections
from conformance.reports.page.sent import SentTable, sent_tables
from conformance.reports.presentation import Presentation

__all__ = ["Page", "page_of"]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the page shows; `verdict` for what is shown as it stands there."""

    verdict: Verdict
    headline: Text
    opening: Opening
    groups: tuple[FindingPart, ...]
    sections: tuple[Section, ...]
    missing: tuple[Missing, ...]
    sent: tuple[SentTable, ...]
    statuses: tuple[Bar, ...]
    status_kinds: tuple[str, ...]
    latencies: Latencies | None


def page_of(shown: Presentation) -> Page:
    """The page of a verdict."""
    verdict = shown.verdict
    parts = sections(verdict)
    groups = finding_groups(shown)
    order = [part.name for part in parts]
    statuses = status_bars(verdict.exchanges, order)
    present = {part.kind for bar in statuses for part in bar.segments}
    return Page(
        verdict=verdict,
        headline=headline(verdict),
        opening=opening(verdict, groups, parts),
        groups=groups,
        sections=parts,
        missing=missing(verdict),
        sent=sent_tables(verdict.sent, order),
        statuses=statuses,
        status_kinds=tuple(kind for kind in ("s1", "s2", "s3", "s4", "s5") if kind in present),
        latencies=latencies(verdict.exchanges, order),
    )
