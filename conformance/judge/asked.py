"""What a run asked of its target, so that what it did not find can be told from what it did not look for.

Rules
- A finding was asked for when its promise was looked at by its check, its operation was called, and the operation was
  sent a request of each class that the deviation names.
- A class that no partition of a request tells, because it depends on the state of the resource, counts as sent where
  the case that tries it looked.
- A passive check judges whatever traffic there is: where the deviation names no class, only a whole run asks.
- What a seed drew beyond what every seed draws is asked for again by the same seed alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from conformance.judge.attribution import ANOTHER_TYPE
from conformance.judge.entries import Entry
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Part
from conformance.model.verdict import Outcome, Verdict

__all__ = ["Inquiry", "asked_by"]

V = TypeVar("V")


@dataclass(frozen=True)
class Inquiry:
    """`classes` maps each operation that was called to the classes that its requests had, place by place; `looks` maps
    each promise that was judged to the checks that looked at it.

    `seeds` are those of the exploring parts. `whole` says that nothing was left out: no selection, no smoke, no end
    before the last case.
    """

    classes: Mapping[str, frozenset[Part]] = field(default_factory=dict)
    looks: Mapping[str, frozenset[str]] = field(default_factory=dict)
    seeds: frozenset[int] = frozenset()
    whole: bool = False

    def __or__(self, other: Inquiry) -> Inquiry:
        """What either asked."""
        return Inquiry(
            _both(self.classes, other.classes),
            _both(self.looks, other.looks),
            self.seeds | other.seeds,
            self.whole or other.whole,
        )

    def covers(self, entry: Entry, seed: int | None = None) -> bool:
        """Whether this finding would have been met if it was there. `seed` is that of the run whose exploring part alone
        showed it, None for one that every seed shows."""
        if seed is not None and seed not in self.seeds:
            return False
        if entry.status >= 0 and entry.operation not in self.classes:
            return False
        by_case = "." in entry.check  # the names of cases have a dot, those of passive checks none
        if entry.check not in self.looks.get(entry.requirement, ()):
            return False
        request = Deviation.from_json(json.loads(entry.deviation)).request
        if not request:
            return by_case or self.whole
        return all(self._sent(part, entry.operation, by_case=by_case) for part in request)

    def _sent(self, part: Part, operation: str, *, by_case: bool) -> bool:
        sent = self.classes.get(operation, frozenset())
        if part.held.rule == ANOTHER_TYPE:
            return any((item.place, item.held.rule) == (part.place, "type") for item in sent)
        return part in sent or (by_case and not self._told(part))

    def _told(self, part: Part) -> bool:
        """Whether the rule is one that the partition of a request tells."""
        return any(item.held.rule == part.held.rule for sent in self.classes.values() for item in sent)


def asked_by(verdict: Verdict) -> Inquiry:
    """What the run of this verdict asked."""
    classes: dict[str, set[Part]] = {exchange.operation: set() for exchange in verdict.exchanges}
    for row in verdict.sent:
        classes.setdefault(row.operation, set()).add(Part(row.place, row.held))
    whole = verdict.run.selection is None and verdict.run.profile != "smoke" and not verdict.run.cut_short
    return Inquiry(
        {operation: frozenset(found) for operation, found in classes.items()},
        {
            item.id: frozenset(item.checks)
            for item in verdict.requirements
            if item.checks and item.outcome not in {Outcome.NOT_EXERCISED, Outcome.EXCLUDED}
        },
        frozenset({verdict.run.seed} if whole and verdict.exploring else ()),
        whole,
    )


def _both(first: Mapping[str, frozenset[V]], second: Mapping[str, frozenset[V]]) -> dict[str, frozenset[V]]:
    nothing: frozenset[V] = frozenset()
    return {key: first.get(key, nothing) | second.get(key, nothing) for key in (*first, *second)}
