"""The baseline: the findings that are known, so that a pipeline fails only on new ones; and what was asked for when they
were found.

Rules
- Only what failed the run is part of it, and what the exploring part of the run found beyond that. A waived finding is
  not: it has an end, and must count when that is over.
- What the baseline never asked for is not new when it is found, and counts as what it is.
- A finding is dropped when a run asked for it again and did not find it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from conformance.judge.asked import Inquiry, asked_by
from conformance.judge.entries import Entry, entries_of
from conformance.model.finding import Finding
from conformance.model.verdict import Verdict, Weight

__all__ = ["Baseline", "Entry", "entries_of", "found_in", "of_run", "pruned", "updated"]


@dataclass(frozen=True, slots=True)
class Baseline:
    """The known findings about one contract, and what the runs that it was made of asked.

    `explored` maps those of `entries` that only an exploring part has shown to the seed that drew them.
    """

    contract: str
    sha256: str
    entries: frozenset[Entry] = frozenset()
    asked: Inquiry = field(default_factory=Inquiry)
    explored: Mapping[Entry, int] = field(default_factory=dict)

    def holds(self, finding: Finding) -> bool:
        """Whether the finding is known."""
        return Entry.of(finding) in self.entries


def of_run(verdict: Verdict) -> frozenset[Entry]:
    """What failed the run, or would have without a baseline or with --strict."""
    counted = {Weight.BINDING, Weight.KNOWN, Weight.EXPLORED}
    return frozenset(entry for group in verdict.findings if group.weight in counted for entry in entries_of(group))


def found_in(verdict: Verdict) -> frozenset[Entry]:
    """Whatever the run found, excused or not."""
    return frozenset(entry for group in verdict.findings for entry in entries_of(group))


def updated(baseline: Baseline, verdict: Verdict) -> Baseline:
    """The baseline with what this run found, and what it asked."""
    found = of_run(verdict)
    steady = {entry for group in verdict.findings if not group.explored for entry in entries_of(group)}
    explored = {**dict.fromkeys(found - baseline.entries, verdict.run.seed), **baseline.explored}
    return replace(
        baseline,
        entries=baseline.entries | found,
        asked=baseline.asked | asked_by(verdict),
        explored={entry: seed for entry, seed in explored.items() if entry not in steady},
    )


def pruned(baseline: Baseline, verdict: Verdict) -> Baseline:
    """The baseline without what this run asked for and did not find."""
    found, asked = found_in(verdict), asked_by(verdict)
    kept = frozenset(
        entry for entry in baseline.entries if entry in found or not asked.covers(entry, baseline.explored.get(entry))
    )
    explored = {entry: seed for entry, seed in baseline.explored.items() if entry in kept}
    return replace(baseline, entries=kept, explored=explored)
