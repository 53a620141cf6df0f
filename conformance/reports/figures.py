"""The figures of a verdict, counted once for every report, so that no two reports count differently.

Rules
- Every promise is one of three: binding, advisory, or excluded.
- A run of a profile owes some of the binding ones; these are required, and each is kept, broken, waived, explored or not
  exercised.
- A binding promise that the profile does not cover is in no outcome; it shows in the difference of `binding` and `required`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from conformance.model import requirement_id
from conformance.model.verdict import Outcome, RequirementResult, Verdict

__all__ = ["Figures", "by_area", "figures"]


@dataclass(frozen=True, slots=True)
class Figures:
    """How many promises there are, of each standing and of each outcome.

    `promises` = `binding` + `advisory` + `excluded`; `required` = `kept` + `broken` + `waived` + `explored` +
    `not_exercised`. `advisory_broken` are those of `advisory` that failed.
    """

    promises: int
    binding: int
    required: int
    kept: int
    broken: int
    waived: int
    explored: int
    not_exercised: int
    advisory: int
    advisory_broken: int
    excluded: int


def figures(requirements: Iterable[RequirementResult]) -> Figures:
    """The figures of these requirements."""
    items = tuple(requirements)
    owed = [item for item in items if item.required]
    excluded = [item for item in items if item.outcome is Outcome.EXCLUDED]
    advisory = [item for item in items if not item.binding and item.outcome is not Outcome.EXCLUDED]
    of = {outcome: sum(item.outcome is outcome for item in owed) for outcome in Outcome}
    return Figures(
        promises=len(items),
        binding=len(items) - len(excluded) - len(advisory),
        required=len(owed),
        kept=of[Outcome.PASSED],
        broken=of[Outcome.FAILED],
        waived=of[Outcome.WAIVED],
        explored=of[Outcome.EXPLORED],
        not_exercised=of[Outcome.NOT_EXERCISED],
        advisory=len(advisory),
        advisory_broken=sum(item.outcome is Outcome.FAILED for item in advisory),
        excluded=len(excluded),
    )


def by_area(verdict: Verdict) -> Mapping[str, Figures]:
    """Operation, or the first word of the id where a promise is of no operation -> its figures, by name."""
    parts: dict[str, list[RequirementResult]] = {}
    for item in verdict.requirements:
        parts.setdefault(item.operation or requirement_id.area(item.id), []).append(item)
    return {name: figures(items) for name, items in sorted(parts.items())}
