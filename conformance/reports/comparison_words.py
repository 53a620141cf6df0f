"""The words of a comparison in English and Chinese, and the rows that every format shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from conformance.after.compare.alignment import StatusDrift
from conformance.after.compare.change import Change, Comparison, FindingChange, Judged
from conformance.after.compare.latency import LatencyRow
from conformance.after.compare.shapes import ShapeDrift
from conformance.model.phrase import Phrase
from conformance.model.verdict import Severity
from conformance.reports.language import Text, say
from conformance.reports.words import OUTCOMES

__all__ = [
    "CHANGED",
    "ShapeRow",
    "findings_of",
    "latency_rows",
    "milliseconds",
    "sentence",
    "shape_rows",
    "status_rows",
    "word",
]

_WORDS: Mapping[str, Text] = {
    "title": say("Comparison of two runs"),
    "before": say("before"),
    "after": say("after"),
    "run": say("run"),
    "target": say("target"),
    "outcome": say("outcome"),
    "contract": say("contract"),
    "seed": say("seed"),
    "promises": say("promises judged in both"),
    "reasons": say("What is open"),
    "notes": say("Notes"),
    "findings": say("Findings"),
    "requirements": say("Promises"),
    "statuses": say("Statuses that changed"),
    "shapes": say("Shapes that changed"),
    "latency": say("Latency"),
    "facts": say("What the target says about itself"),
    "nothing": say("promises, statuses and shapes are as they were"),
    "operation": say("operation"),
    "request": say("request"),
    "case": say("case"),
    "place": say("place"),
    "change": say("change"),
    "answers": say("answers"),
    "median": say("median, ms"),
    "ratio": say("ratio, 99 % interval"),
    "drift": say("drift"),
    "fact": say("fact"),
    "absent": say("not told"),
    "regression": say("regression"),
    "no regression": say("no regression"),
    "cannot say": say("cannot say"),
    "newly failing": say("newly failing"),
    "failing at more places": say("failing at more places"),
    "failing differently": say("failing differently"),
    "still failing": say("still failing"),
    "fixed": say("fixed"),
    "no longer asked for": say("no longer asked for"),
    "not asked for before": say("not asked for before"),
    "explored": say("explored"),
    "release": say("release"),
    "severity": say("severity"),
    "finding": say("finding"),
    "promise": say("promise"),
    "newly exercised": say("newly exercised"),
    "no longer exercised": say("no longer exercised"),
    "intermittent": say("intermittent"),
    "few": say("too few answers"),
    "slower": say("slower"),
    "faster": say("faster"),
    "appeared": say("appeared"),
    "vanished": say("vanished"),
    "became optional": say("became optional"),
    "became constant": say("always there now"),
    "became nullable": say("became nullable"),
    "no longer nullable": say("no longer nullable"),
    "changed type": say("changed type"),
    "new value": say("new value"),
    "conformant": say("conformant"),
    "non-conformant": say("non-conformant"),
    "inconclusive": say("inconclusive"),
    **OUTCOMES,
}


_BY_SEVERITY = tuple(Severity)
CHANGED = frozenset({Change.NEWLY_FAILING, Change.ELSEWHERE, Change.DIFFERENTLY, Change.FIXED})
"""What became of findings that are a change; the others stand below everything that changed."""


def word(name: str, lang: str = "en") -> str:
    """The word of this name in the language; the name itself when it has none."""
    return _WORDS[name].plain(lang) if name in _WORDS else name


def sentence(comparison: Comparison, lang: str = "en") -> str:
    """The last line of every format: what came of it, and how much of each kind."""
    count = {change: sum(item.change is change for item in comparison.findings) for change in Change}
    return say(
        "{result}: {regressions} regressions; findings: {new} new, {fixed} fixed, {unasked} not asked on one side, "
        "{explored} explored, {still} still there; "
        "{statuses} statuses, {shapes} shapes, {facts} facts changed (exit {code})",
        result=word(comparison.result.value, lang).upper(),
        regressions=comparison.regressions,
        new=count[Change.NEWLY_FAILING],
        fixed=count[Change.FIXED],
        unasked=count[Change.NOT_ASKED] + count[Change.NOT_JUDGED],
        explored=count[Change.EXPLORED],
        still=sum(count[change] for change in (Change.STILL_FAILING, Change.ELSEWHERE, Change.DIFFERENTLY)),
        statuses=len(comparison.statuses),
        shapes=len(shape_rows(comparison)),
        facts=len(comparison.facts),
        code=comparison.exit_code,
    ).plain(lang)


def findings_of(comparison: Comparison) -> Iterable[tuple[Change, Sequence[FindingChange]]]:
    """The findings by what became of them; regressions first, then the worst."""
    for change in Change:
        found = sorted(
            (item for item in comparison.findings if item.change is change),
            key=lambda item: (not item.regression, _BY_SEVERITY.index(item.severity), item.requirement),
        )
        if found:
            yield change, found


@dataclass(frozen=True, slots=True)
class ShapeRow:
    """The same difference of a shape in several operations."""

    operations: tuple[str, ...]
    statuses: str
    place: str
    change: str
    before: Phrase
    after: Phrase
    regression: bool
    requirements: tuple[str, ...]


def shape_rows(comparison: Comparison) -> list[ShapeRow]:
    """The differences of shapes, one row for the same difference wherever it was met; regressions first."""
    groups: dict[tuple[str | Phrase, ...], list[tuple[Judged, ShapeDrift]]] = {}
    for judged in comparison.shapes:
        drift = judged.drift
        assert isinstance(drift, ShapeDrift)
        place = drift.place.rpartition("[].")[2]
        said = () if place.startswith("header ") else (drift.before, drift.after)
        groups.setdefault((drift.statuses, place, drift.change, str(judged.regression), *said), []).append(
            (judged, drift)
        )
    rows = []
    for members in groups.values():
        judged, drift = members[0]
        operations = tuple(item.operation for _, item in members)
        promises = tuple(item.requirement for item, _ in members if item.requirement)
        place = drift.place.rpartition("[].")[2]
        rows.append(
            ShapeRow(
                operations, drift.statuses, place, drift.change, drift.before, drift.after, judged.regression, promises
            )
        )
    return sorted(rows, key=lambda row: not row.regression)


def status_rows(comparison: Comparison) -> list[tuple[Judged, StatusDrift]]:
    """The status drifts, regressions first."""
    rows = [(item, item.drift) for item in comparison.statuses if isinstance(item.drift, StatusDrift)]
    return sorted(rows, key=lambda row: not row[0].regression)


def latency_rows(comparison: Comparison) -> list[tuple[Judged, LatencyRow]]:
    """The operations with enough answers on both sides."""
    return [(item, item.drift) for item in comparison.latency if isinstance(item.drift, LatencyRow)]


def milliseconds(seconds: float | None) -> str:
    """Seconds as milliseconds with one digit, or a dot."""
    return "." if seconds is None else f"{seconds * 1000:.1f}"
