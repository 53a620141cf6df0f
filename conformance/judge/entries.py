"""Entries: findings at their places, as a baseline holds them and two runs are compared by.

Rules
- The same deviation of another operation, or with another status, is another entry.
- An identity is requirement, operation, status, check and deviation, none of which has a value that was drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

from conformance.model.finding import Finding
from conformance.model.verdict import FindingGroup

__all__ = ["Entry", "entries_of"]


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A finding at one place. `status` is -1 when no single answer shows it; `deviation` is the key of the deviation."""

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


def entries_of(group: FindingGroup) -> frozenset[Entry]:
    """The findings of a group at their places as entries, one for each check that showed it there."""
    return frozenset(
        Entry(item.requirement, place.operation, place.status, check, item.deviation.key)
        for item in group.variants
        for place, checks in item.checks.items()
        for check in checks
    )
