"""A draft of waivers for the findings of a run: one entry for each cause, its reason, owner and end left to fill in.

Rules
- An entry names its findings by their ids, and operation and status where all of them have the same. A second run of the
  same cloud finds these again, whatever its seed; nothing else is excused.
- What is open is empty, so that a file which nobody has edited is refused (run/waivers_file.py) and excuses nothing.
- The comments say what a person needs to decide: title, severity, promise, lines, how often and where.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from conformance.model.verdict import FindingGroup, Verdict, Weight
from conformance.reports.sentences import message
from conformance.reports.visible import safe
from conformance.reports.words import SEVERITIES, lines

__all__ = ["chosen", "draft"]

_MOST = 6
"""Places that a comment names."""


def chosen(verdict: Verdict, *, everything: bool = False) -> tuple[FindingGroup, ...]:
    """The findings that count, or all of them; what is excused, explored or advisory needs no waiver."""
    return tuple(group for group in verdict.findings if everything or group.weight is Weight.BINDING)


def draft(groups: Sequence[FindingGroup], verdict: Verdict) -> str:
    """The file of waivers (schema: specs/schemas/waivers.schema.json, once it is filled in)."""
    run = verdict.run
    head = [
        f"# Draft of waivers, from run {run.id} ({run.profile}, seed {run.seed}) of {verdict.target.get('name')}.",
        "# One entry for each cause. Fill in reason, owner and expires (or put `permanent: true` in its place) where the",
        "# site lives with it, and delete the other entries. Nothing is excused before.",
        "waivers:",
    ]
    return "\n".join([*map(_comment, head[:1]), *head[1:], *(line for group in groups for line in _entry(group)), ""])


def _entry(group: FindingGroup) -> Iterable[str]:
    severity = SEVERITIES[group.severity].plain("en")
    yield ""
    yield _comment(f"  # {severity}: {message(group).plain('en')}")
    yield _comment(f"  # finding {group.id}, {_source(group)}, {_times(group.count)}: {_places(group)}")
    yield f"  - requirement: {group.requirement}"
    operations = {place.operation for item in group.variants for place in item.places}
    statuses = {place.status for item in group.variants for place in item.places}
    if len(operations) == 1:
        yield f"    operation: {operations.pop()}"
    if len(statuses) == 1 and (status := statuses.pop()) > 0:
        yield f"    status: {status}"
    ids = list(dict.fromkeys(item.id for item in group.variants))
    yield from [f"    finding: {ids[0]}"] if len(ids) == 1 else ["    finding:", *(f"      - {name}" for name in ids)]
    yield "    reason:   # why the site lives with it"
    yield "    owner:    # who decided it, and is asked when it ends"
    yield "    expires:  # its last day, such as 2027-01-31"


def _source(group: FindingGroup) -> str:
    return f"document line {lines(group.source)} ({group.authority})"


def _times(count: int) -> str:
    return "met once" if count == 1 else f"met {count} times"


def _places(group: FindingGroup) -> str:
    shown = ", ".join(map(str, list(group.places)[:_MOST]))
    return f"{shown} and {len(group.places) - _MOST} more" if len(group.places) > _MOST else shown


def _comment(text: str) -> str:
    """A comment of one line: what a target said can neither end it nor hide in it."""
    return safe(" ".join(text.split(" "))).replace("\n", " ").replace("\r", " ")
