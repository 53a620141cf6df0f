"""Telling a flaky target from a wrong one: cases that showed a finding are run again, with the same requests.

Rules
- A sight is what a finding says, without the exchange that shows it: requirement, deviation, operation.
- A finding is confirmed when there is a case that shows it each time; intermittent when every case that was tried again
  failed to show it at least once. Both fail the run.
- An attempt that ended early (skipped, target lost) counts where it showed the finding, and is left out where it did
  not.
- Of the cases that showed a finding the one with the fewest requests is tried; one that is tried anyway serves further
  findings. At most MOST_CASES are tried.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Sequence
from typing import TypeAlias

from conformance.model.deviation import Deviation
from conformance.model.finding import Finding
from conformance.model.findings import briefly
from conformance.model.record import Attempt

__all__ = ["MOST_CASES", "Sight", "confirmation", "sight_of", "sights", "worth_trying"]

Sight: TypeAlias = tuple[str, Deviation, str]

MOST_CASES = 25
"""Cases that are tried again, at most."""


def sight_of(finding: Finding) -> Sight:
    """The sight that a finding is."""
    return finding.requirement, finding.deviation, finding.operation


def sights(findings: Sequence[Finding], attempts: Sequence[Attempt]) -> tuple[frozenset[Sight], ...]:
    """The sights of each attempt. A finding belongs to the attempt that sent its exchange; one without an exchange to
    the attempt during which it was made."""
    shown: list[set[Sight]] = [set() for _ in attempts]
    by_number = _places(item.exchanges for item in attempts)
    by_index = _places(item.findings for item in attempts)
    single: dict[Sight, Sight] = {}
    for index, finding in enumerate(briefly(findings)):
        wanted, number = (by_index, index) if finding.exchange is None else (by_number, finding.exchange.number)
        if number < len(wanted) and wanted[number] >= 0:
            sight = sight_of(finding)
            shown[wanted[number]].add(single.setdefault(sight, sight))
    return tuple(frozenset(item) for item in shown)


def _places(ranges: Iterable[range]) -> Sequence[int]:
    """Number -> which of the ranges has it, the last of several; -1 for none."""
    found = array("l")
    for place, numbers in enumerate(ranges):
        if numbers and numbers.stop > len(found):
            found.extend([-1] * (numbers.stop - len(found)))
        for number in numbers:
            found[number] = place
    return found


def worth_trying(
    wanted: Iterable[Collection[Sight]], attempts: Sequence[Attempt], shown: Sequence[Collection[Sight]]
) -> tuple[tuple[str, ...], int]:
    """The cases to run again so that each group of findings, given by its sights, is tried; and how many groups are not
    tried.

    A group that no case showed (one of logging in or cleaning up) cannot be tried.
    """
    chosen: dict[str, None] = {}
    left = 0
    for group in wanted:
        showing = [item for item, seen in zip(attempts, shown, strict=True) if not set(group).isdisjoint(seen)]
        if any(item.case in chosen for item in showing):
            continue
        best = min(showing, key=lambda item: len(item.exchanges), default=None)
        if best is None or len(chosen) >= MOST_CASES:
            left += 1
        else:
            chosen[best.case] = None
    return tuple(chosen), left


def confirmation(group: Collection[Sight], attempts: Sequence[Attempt], shown: Sequence[Collection[Sight]]) -> str:
    """The state of a group after its cases were run again: "confirmed" or "intermittent" (see the rules), "single" when
    none was."""
    seen: dict[tuple[str, Sight], list[bool]] = {}
    for item, sight in ((item, sight) for item in range(len(attempts)) for sight in group):
        there = sight in shown[item]
        if there or attempts[item].complete:
            seen.setdefault((attempts[item].case, sight), []).append(there)
    tried = [states for states in seen.values() if len(states) > 1 and any(states)]
    if not tried:
        return "single"
    return "confirmed" if any(all(states) for states in tried) else "intermittent"
