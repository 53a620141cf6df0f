"""Words that several formats share: how a finding stands, which lines of the document it cites, what is safe to show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from enum import StrEnum

from conformance.model.errors import plain
from conformance.model.verdict import FindingGroup, Outcome, RequirementResult, Verdict

__all__ = ["Standing", "by_requirement", "clean", "lines", "reading", "standing"]


class Standing(StrEnum):
    """Whether a finding counts, and if not, why."""

    BINDING = "binding"
    WAIVED = "waived"
    KNOWN = "known"
    ADVISORY = "advisory"


def standing(group: FindingGroup) -> Standing:
    """How a finding stands. What binds is never called anything else."""
    if group.binding:
        return Standing.BINDING
    if group.waiver is not None:
        return Standing.WAIVED
    return Standing.KNOWN if group.known else Standing.ADVISORY


def reading(item: RequirementResult, groups: Sequence[FindingGroup]) -> str:
    """What a requirement is in a format that knows four words: "failed", "broken", "passed" or "skipped".

    Broken is what the run owes and did not exercise: it must not look passed. Failed is only what makes the verdict red.
    """
    if any(group.binding for group in groups):
        return "failed"
    if item.outcome is Outcome.NOT_EXERCISED and item.required:
        return "broken"
    return "passed" if item.outcome is Outcome.PASSED and not groups else "skipped"


def by_requirement(verdict: Verdict) -> Mapping[str, list[FindingGroup]]:
    """The findings of each requirement; an empty list for one without."""
    found: dict[str, list[FindingGroup]] = defaultdict(list)
    for group in verdict.findings:
        found[group.requirement].append(group)
    return found


def lines(source: Sequence[tuple[int, int]]) -> str:
    """Document lines for reading: `495, 522-601`."""
    return ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in source)


def clean(text: str, longest: int = 400) -> str:
    """One line without what could steer a reader's screen, the end of a long one left off."""
    shown = plain(text[: 4 * longest])
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
