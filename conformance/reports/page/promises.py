"""The promises by section of the document, each with its outcome and what it comes from."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from conformance.model import requirement_id
from conformance.model.contract import Authority
from conformance.model.phrase import Phrase
from conformance.model.verdict import FindingGroup, Outcome, RequirementResult, Verdict
from conformance.reports.explanation import cause_of
from conformance.reports.language import Text, say
from conformance.reports.page.charts import Bar, outcome_bars
from conformance.reports.sentences import said

__all__ = ["BARS", "COMMON", "OTHER", "Missing", "Promise", "Section", "missing", "sections"]

COMMON, OTHER = "common", "other"
"""Sections that are no operation."""


BARS: Mapping[str, Text] = {
    "kept": say("kept"),
    "broken": say("broken"),
    "advisory": say("lenient or advisory"),
    "waived": say("waived"),
    "explored": say("explored"),
    "not-exercised": say("not exercised"),
}
"""What the parts of an operation's bar are called."""


_AS_COUNT = frozenset({Outcome.PASSED, Outcome.EXCLUDED, Outcome.NOT_EXERCISED})
"""Outcomes that paper has no rows of."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise and the ids of the findings that show it broken."""

    result: RequirementResult
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The promises of an operation, or those that are common to all: how they fare as a bar, in words and as a count."""

    name: str
    promises: tuple[Promise, ...]
    bar: Bar
    words: Text

    @property
    def kept(self) -> int:
        """How many of them are kept."""
        return sum(item.result.outcome is Outcome.PASSED for item in self.promises)

    @property
    def unkept(self) -> bool:
        """Whether one of them is broken, whatever that weighs."""
        return any(item.result.outcome not in _AS_COUNT for item in self.promises)


@dataclass(frozen=True, slots=True)
class Missing:
    """A cause, and the promises that were not exercised because of it."""

    cause: Text
    promises: tuple[str, ...]


def missing(verdict: Verdict) -> tuple[Missing, ...]:
    """What was not exercised by its cause, the cause of most first."""
    found: dict[Phrase | str, list[str]] = {}
    for item in verdict.requirements:
        if item.outcome is Outcome.NOT_EXERCISED:
            found.setdefault(cause_of(item), []).append(item.id)
    ordered = sorted(found.items(), key=lambda entry: -len(entry[1]))
    return tuple(Missing(said(cause), tuple(names)) for cause, names in ordered)


def sections(verdict: Verdict) -> tuple[Section, ...]:
    """The common part, then the operations in the order of the document; what only upstream knows comes last."""
    findings = _by_requirement(verdict.findings)
    parts = _ordered(verdict.requirements)
    return tuple(
        Section(name, tuple(Promise(item, findings.get(item.id, ())) for item in items), bar, _told(bar))
        for (name, items), bar in zip(parts, outcome_bars(parts), strict=True)
    )


def _told(bar: Bar) -> Text:
    """A bar in words: `kept 13, broken 4`."""
    words = Text("")
    for part in bar.segments:
        told = Text("{label} {count}", {"label": BARS[part.kind], "count": part.count})
        words = say("{first}, {second}", first=words, second=told) if words.template else told
    return words


def _ordered(requirements: Sequence[RequirementResult]) -> list[tuple[str, list[RequirementResult]]]:
    first: dict[str, tuple[bool, int]] = {COMMON: (False, -1)}
    for item in requirements:
        name = item.operation
        # Other promises of an operation may stand in the common part or beside another operation.
        if name is not None and requirement_id.is_below(item.id, requirement_id.response(name)):
            place = (item.authority is Authority.UPSTREAM, _line(item))
            first[name] = min(place, first.get(name, place))
    last = (True, sys.maxsize)
    named = sorted(
        (first.get(name := item.operation or COMMON, last), name, _line(item), item.id, item) for item in requirements
    )
    return [(name, [entry[-1] for entry in entries]) for name, entries in groupby(named, key=lambda entry: entry[1])]


def _line(item: RequirementResult) -> int:
    return min((line for line, _ in item.source), default=0)


def _by_requirement(findings: Iterable[FindingGroup]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for group in findings:
        for name in dict.fromkeys((*group.requirements, *(item.requirement for item in group.consequences))):
            found[name] = (*found.get(name, ()), group.id)
    return found
