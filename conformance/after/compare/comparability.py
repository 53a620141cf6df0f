"""Why two runs cannot be compared, what their comparison leaves open, and what a reader should know beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from conformance.after.compare.change import Change, FindingChange, RequirementChange
from conformance.model.errors import Exit
from conformance.model.phrase import Phrase
from conformance.model.verdict import Outcome, Verdict

__all__ = ["JUDGED", "notes", "open_questions", "unlike"]

JUDGED = frozenset({Outcome.PASSED, Outcome.FAILED, Outcome.WAIVED, Outcome.EXPLORED})
"""Outcomes of a promise that was looked at."""
NAMED = 5
"""Promises and findings that are named; more are counted."""


def unlike(before: Verdict, after: Verdict) -> Iterator[Phrase]:
    """Why the two cannot be compared at all."""
    if before.contract["sha256"] != after.contract["sha256"]:
        names = [f"{item.contract['name']} ({item.contract['sha256'][:12]})" for item in (before, after)]
        yield Phrase.of("contracts-differ", first=names[0], second=names[1])
    if before.run.profile != after.run.profile:
        yield Phrase.of("profiles-differ", first=before.run.profile, second=after.run.profile)
    if before.run.selection != after.run.selection:
        yield Phrase.of("selections-differ", first=before.run.selection or "*", second=after.run.selection or "*")
    if before.run.strict != after.run.strict:
        yield Phrase.of("strictness-differs")
    for which, verdict in (("first-run", before), ("second-run", after)):
        if verdict.exit_code == Exit.SUITE:
            yield Phrase.of("suite-was-at-fault", where=which)
        elif not any(item.outcome in JUDGED for item in verdict.requirements):
            yield Phrase.of("judged-nothing", where=which)


def open_questions(
    requirements: Sequence[RequirementChange], findings: Iterable[FindingChange], compared: int
) -> Iterator[Phrase]:
    """Why, without a regression, there may yet be one; `compared` counts the promises that both runs judged."""
    if not compared:
        yield Phrase.of("nothing-compared")
    lost = [item.id for item in requirements if item.change is Change.NO_LONGER_EXERCISED and item.required]
    if lost:
        yield _counted("no-longer-judged", lost)
    new = [
        item.id
        for item in requirements
        if item.change is Change.NEWLY_EXERCISED and item.required and item.after is Outcome.FAILED
    ]
    if new:
        yield _counted("broken-and-not-judged-before", new)
    unasked = [item.id for item in findings if item.change is Change.NOT_ASKED and item.binding]
    if unasked:
        yield _counted("found-by-what-was-not-sent-before", unasked)


def notes(before: Verdict, after: Verdict) -> Iterator[Phrase]:
    """What a reader should know of the two runs."""
    if before.run.id == after.run.id:
        yield Phrase.of("same-run")
    elif before.run.seed != after.run.seed:
        yield Phrase.of("seeds-differ", first=before.run.seed, second=after.run.seed)
    if before.run.suite_version != after.run.suite_version:
        yield Phrase.of("suites-differ", first=before.run.suite_version, second=after.run.suite_version)
    for which, verdict in (("first-run", before), ("second-run", after)):
        if verdict.target.get("facts") is None:
            yield Phrase.of("no-facts", where=which)
    missing = sum(item.required and item.outcome is Outcome.NOT_EXERCISED for item in after.requirements)
    if missing:
        yield Phrase.of("second-run-incomplete", count=missing)


def _counted(kind: str, names: Sequence[str]) -> Phrase:
    more = f" (+{len(names) - NAMED})" if len(names) > NAMED else ""
    return Phrase.of(kind, count=len(names), names=", ".join(names[:NAMED]) + more)
