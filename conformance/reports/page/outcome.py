"""The first screen: the outcome, what weighs most, what to do and what limits the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conformance.model.verdict import Outcome, Overall, Verdict, Weight
from conformance.reports.explanation import NextStep, limits, next_steps
from conformance.reports.figures import figures
from conformance.reports.language import Text, say
from conformance.reports.outcome_line import scope
from conformance.reports.page.charts import KINDS
from conformance.reports.page.findings import FindingPart, FindingView
from conformance.reports.page.promises import Section

__all__ = ["Figure", "Opening", "opening"]

HEAVIEST = 3
"""Findings that the first screen names."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of required promises; `chosen` is the filter of the promises that shows them."""

    count: int
    label: Text
    look: str
    chosen: str


@dataclass(frozen=True, slots=True)
class Opening:
    """What a reader sees first. `scope` is what the outcome is about; `heaviest` are findings that count, or the weightiest others where none does."""

    scope: Text
    figures: tuple[Figure, ...]
    heaviest: tuple[FindingView, ...]
    head: Text
    more: int
    kinds: tuple[str, ...]
    steps: tuple[NextStep, ...]
    limits: tuple[Text, ...]


def opening(verdict: Verdict, groups: Sequence[FindingPart], sections: Sequence[Section]) -> Opening:
    """The first screen of a verdict."""
    counting = [item for group in groups if group.weight is Weight.BINDING for item in group.findings]
    shown = counting or [item for group in groups for item in group.findings]
    present = {part.kind for section in sections for part in section.bar.segments}
    return Opening(
        scope=scope(verdict),
        figures=tuple(_figures(verdict)),
        heaviest=tuple(shown[:HEAVIEST]),
        head=_head(verdict, bool(counting)),
        more=len(shown) - len(shown[:HEAVIEST]),
        kinds=tuple(kind for kind in KINDS if kind in present),
        steps=next_steps(verdict),
        limits=limits(verdict),
    )


def _head(verdict: Verdict, counting: bool) -> Text:
    """What stands above the heaviest findings: nothing is called whole that was not looked at."""
    if counting:
        return say("What weighs most")
    if verdict.overall is Overall.CONFORMANT:
        return say("Nothing that counts is broken")
    return say("Nothing that counts was found, and not all was looked at")


def _figures(verdict: Verdict) -> Iterator[Figure]:
    count = figures(verdict.requirements)
    yield Figure(count.required, say("required promises"), "", "required=yes")
    for number, label, look, outcome in (
        (count.kept, say("kept"), "kept", Outcome.PASSED),
        (count.broken, say("broken"), "broken", Outcome.FAILED),
        (count.waived, say("waived"), "waived", Outcome.WAIVED),
        (count.explored, say("explored"), "explored", Outcome.EXPLORED),
        (count.not_exercised, say("not exercised"), "not-exercised", Outcome.NOT_EXERCISED),
    ):
        if number or outcome not in {Outcome.WAIVED, Outcome.EXPLORED}:
            yield Figure(number, label, look if number else "", f"required=yes,outcome={outcome}")
