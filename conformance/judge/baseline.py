"""The baseline: the findings that are known, so that a pipeline fails only on new ones.

Rules
- A finding is known at its place: the same deviation of another operation, or with another status, is a new one.
- An identity is requirement, operation, status, check and deviation, none of which has a value that was drawn.
- Only what failed the run is part of it. A waived finding is not: it has an end, and must count when that is over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from conformance.model.finding import Finding
from conformance.model.verdict import FindingGroup, Outcome, Verdict

__all__ = ["Baseline", "Entry", "entries_of", "found_in", "of_run", "still_there"]


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A known finding at one place. `status` is -1 when no single answer shows it; `deviation` is the key of the
    deviation."""

    requirement: str
    operation: str
    status: int
    check: str
    deviation: str

    @classmethod
    def of(cls, finding: Finding) -> Entry:
        """A finding at its place."""
        status = -1 if finding.status is None else finding.status
        return cls(finding.requirement, finding.operation, status, finding.check, finding.deviation.key)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The known findings about one contract."""

    contract: str
    sha256: str
    entries: frozenset[Entry] = frozenset()

    def holds(self, finding: Finding) -> bool:
        """Whether the finding is known."""
        return Entry.of(finding) in self.entries


def entries_of(group: FindingGroup) -> frozenset[Entry]:
    """The findings of a group at their places as entries, one for each check that showed it there."""
    return frozenset(
        Entry(item.requirement, place.operation, place.status, check, item.deviation.key)
        for item in group.variants
        for place, checks in item.checks.items()
        for check in checks
    )


def of_run(verdict: Verdict) -> frozenset[Entry]:
    """What failed the run, or would have without a baseline."""
    return frozenset(entry for group in verdict.findings if group.binding or group.known for entry in entries_of(group))


def found_in(verdict: Verdict) -> frozenset[Entry]:
    """Whatever the run found, excused or not."""
    return frozenset(entry for group in verdict.findings for entry in entries_of(group))


def still_there(entries: Iterable[Entry], verdict: Verdict) -> tuple[frozenset[Entry], frozenset[Entry]]:
    """(kept, dropped): an entry is dropped when the run did not find it although it looked for it.

    It looked when the requirement was judged, the operation was called, and the check ran; a passive check, which sees
    whatever traffic there is, only counts in a run of everything.
    """
    found = found_in(verdict)
    judged = {
        item.id: item.checks
        for item in verdict.requirements
        if item.outcome not in {Outcome.NOT_EXERCISED, Outcome.EXCLUDED}
    }
    called = {exchange.operation for exchange in verdict.exchanges}
    whole = verdict.run.selection is None and verdict.run.profile != "smoke" and not verdict.run.cut_short
    kept: set[Entry] = set()
    dropped: set[Entry] = set()
    for entry in entries:
        is_case = "." in entry.check
        looked = (
            entry.requirement in judged
            and (entry.status == -1 or entry.operation in called)
            and (entry.check in judged[entry.requirement] if is_case else whole)
        )
        (dropped if looked and entry not in found else kept).add(entry)
    return frozenset(kept), frozenset(dropped)
