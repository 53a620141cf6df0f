"""A comparison as plain text, readable at 100 columns, and as Markdown for a pull request or a ticket."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from conformance.after.compare.change import Change, Comparison, FindingChange
from conformance.model.verdict import Place, Weight
from conformance.reports.comparison_words import (
    CHANGED,
    findings_of,
    latency_rows,
    milliseconds,
    sentence,
    shape_rows,
    status_rows,
    word,
)
from conformance.reports.language import Text, say
from conformance.reports.sentences import said, spoken
from conformance.reports.sentences import sentence as deviation_sentence
from conformance.reports.visible import safe
from conformance.reports.words import AUTHORITIES, SEVERITIES, WEIGHTS
from conformance.reports.words import lines as cited

__all__ = ["comparison_markdown", "comparison_text", "markdown_cell"]


def comparison_text(comparison: Comparison, lang: str = "en", *, everything: bool = False) -> str:
    """The comparison for a terminal or a log: what changed first, one line for each change, then what did not, the result
    last. What still fails is counted, and listed with `everything`."""
    lines: list[str] = []
    for name, side in (("before", comparison.before), ("after", comparison.after)):
        about = ", ".join(filter(None, (side.target, side.url, side.release, word(side.overall, lang))))
        lines.append(
            f"{word(name, lang):8}{word('run', lang)} {side.run}, {side.started_at}, {word('seed', lang)} {side.seed}: {about}"
        )
    if comparison.before.sha256 == comparison.after.sha256:
        lines.append(
            f"{word('contract', lang)} {comparison.before.contract}; {word('promises', lang)}: {comparison.compared}"
        )
    if comparison.same:
        lines += ["", word("nothing", lang)]
    lines += _listed(comparison, lang, CHANGED)
    for change in (Change.NEWLY_EXERCISED, Change.NO_LONGER_EXERCISED):
        names = [
            f"{item.id} ({word(str(item.after), lang) if change is Change.NEWLY_EXERCISED else said(item.reason).plain(lang)})"
            for item in comparison.requirements
            if item.change is change
        ]
        if names:
            lines += ["", f"{_heading(change, lang)} ({len(names)})", *(f"  {name}" for name in names)]
    lines += _section(f"{word('statuses', lang)} ({len(comparison.statuses)})", _status_lines(comparison, lang))
    lines += _section(f"{word('shapes', lang)} ({len(shape_rows(comparison))})", _shape_lines(comparison, lang))
    lines += _section(word("latency", lang), _latency_lines(comparison, lang))
    lines += _section(
        f"{word('facts', lang)} ({len(comparison.facts)})",
        (f"  {item.fact}: {_told(item.before, lang)} -> {_told(item.after, lang)}" for item in comparison.facts),
    )
    lines += _listed(comparison, lang, set(Change) - CHANGED - {Change.STILL_FAILING})
    still = [item for item in comparison.findings if item.change is Change.STILL_FAILING]
    if everything:
        lines += _listed(comparison, lang, {Change.STILL_FAILING})
    elif still:
        counted = say(
            "Still failing: {findings} finding{findings:s} of {promises} promise{promises:s} (--all lists them)",
            findings=len(still),
            promises=len({item.requirement for item in still}),
        )
        lines += ["", counted.plain(lang)]
    lines += _section(word("reasons", lang), (f"  {spoken(item).plain(lang)}" for item in comparison.reasons))
    lines += _section(word("notes", lang), (f"  {spoken(item).plain(lang)}" for item in comparison.notes))
    return safe("\n".join([*lines, "", sentence(comparison, lang)])) + "\n"


def _listed(comparison: Comparison, lang: str, changes: Collection[Change]) -> list[str]:
    """The findings of these changes, under a heading each."""
    lines: list[str] = []
    for change, found in findings_of(comparison):
        if change in changes:
            lines += ["", f"{_heading(change, lang)} ({len(found)})"]
            lines += [line for item in found for line in _finding(item, lang)]
    return lines


def _heading(change: Change, lang: str) -> str:
    text = word(str(change), lang)
    return text[:1].upper() + text[1:]


def _section(title: str, rows: Iterable[str]) -> list[str]:
    lines = list(rows)
    return ["", title, *lines] if lines else []


def _message(item: FindingChange, lang: str) -> str:
    return deviation_sentence(item.deviation).plain(lang)


def _finding(item: FindingChange, lang: str) -> Iterator[str]:
    marks = [word("regression", lang)] if item.regression else []
    marks += [SEVERITIES[item.severity].plain(lang)]
    marks += [word("intermittent", lang)] if item.confirmation == "intermittent" else []
    marks += [item.excuse] if item.excuse else []
    apart = item.binding or item.excuse or item.change is Change.EXPLORED
    marks += [] if apart else [WEIGHTS[Weight.ADVISORY].plain(lang)]
    yield f"  {item.requirement}: {_message(item, lang)} [{', '.join(marks)}]"
    about = say(
        "document line {lines} ({authority}), finding {id}",
        lines=cited(item.source),
        authority=AUTHORITIES[item.authority],
        id=item.id,
    )
    yield f"    {about.plain(lang)}"
    if item.appeared != item.places and item.places:
        yield f"    {say('in {places}', places=_places(item.places)).plain(lang)}"
    if item.appeared:
        yield f"    {say('now in {places}', places=_places(item.appeared)).plain(lang)}"
    if item.gone:
        yield f"    {say('no longer in {places}', places=_places(item.gone)).plain(lang)}"


def _places(places: Sequence[Place]) -> Text:
    shown = ", ".join(map(str, places[:8]))
    return say("{names} and {count} more", names=shown, count=len(places) - 8) if len(places) > 8 else Text(shown)


def _status_lines(comparison: Comparison, lang: str) -> Iterator[str]:
    for judged, drift in status_rows(comparison):
        mark = f" [{word('regression', lang)}]" if judged.regression else ""
        yield f"  {drift.operation} {_codes(drift.before)} -> {_codes(drift.after)} x{drift.count}{mark}: {drift.request}"
        where = say(
            "case {case}, exchange {before} -> {after}",
            case=drift.case,
            before=drift.numbers_before[0],
            after=drift.numbers_after[0],
        )
        yield f"    {where.plain(lang)}"


def _codes(statuses: tuple[int, ...]) -> str:
    return "/".join(map(str, statuses))


def _shape_lines(comparison: Comparison, lang: str) -> Iterator[str]:
    for row in shape_rows(comparison):
        mark = f" [{word('regression', lang)}: {', '.join(row.requirements)}]" if row.regression else ""
        yield f"  {row.place} {word(row.change, lang)}: {spoken(row.before).plain(lang)} -> {spoken(row.after).plain(lang)}{mark}"
        yield f"    {row.statuses} {', '.join(row.operations)}"


def _latency_lines(comparison: Comparison, lang: str) -> Iterator[str]:
    told = [(judged, row) for judged, row in latency_rows(comparison) if row.drift or judged.regression]
    few = [row.operation for _, row in latency_rows(comparison) if row.before is None]
    for judged, row in told:
        mark = f" [{word('regression', lang)}]" if judged.regression else ""
        interval = f"{row.ratio:.2f} ({row.low:.2f} - {row.high:.2f})"
        yield f"  {row.operation} {word(row.drift or '', lang)} x{interval}: {milliseconds(row.before)} -> {milliseconds(row.after)} ms, n {row.count_before} / {row.count_after}{mark}"
    if few and told:
        yield f"  {word('few', lang)}: {', '.join(few)}"


def _told(value: str | None, lang: str) -> str:
    return word("absent", lang) if value is None else value


# --- Markdown -------------------------------------------------------------------------------------------------------


def comparison_markdown(comparison: Comparison, lang: str = "en", *, everything: bool = False) -> str:
    """The comparison as GitHub-flavoured Markdown; everything that came from a target stands in escaped cells. What still
    fails is counted in the first line, and listed with `everything`."""
    lines = [f"## {word('title', lang)}", "", f"**{markdown_cell(sentence(comparison, lang))}**", ""]
    lines += _table(
        ["", word("run", lang), word("target", lang), word("seed", lang), word("outcome", lang)],
        (
            [
                word(name, lang),
                f"{side.run} {side.started_at}",
                " ".join(filter(None, (side.target, side.url, side.release))),
                str(side.seed),
                word(side.overall, lang),
            ]
            for name, side in (("before", comparison.before), ("after", comparison.after))
        ),
    )
    for title, items in ((word("reasons", lang), comparison.reasons), (word("notes", lang), comparison.notes)):
        lines += (
            [f"### {title}", "", *(f"- {markdown_cell(spoken(item).plain(lang))}" for item in items), ""]
            if items
            else []
        )
    finding_rows = (
        [
            _heading(change, lang) + (" ⚠" if item.regression else ""),
            SEVERITIES[item.severity].plain(lang),
            item.requirement,
            _message(item, lang),
            ", ".join(map(str, item.appeared or item.gone or item.places)),
            item.id,
        ]
        for change, found in findings_of(comparison)
        if everything or change is not Change.STILL_FAILING
        for item in found
    )
    lines += _titled(
        word("findings", lang),
        [word(name, lang) for name in ("change", "severity", "requirements")] + ["", word("place", lang), "id"],
        finding_rows,
    )
    moved = (
        [
            _heading(item.change, lang),
            item.id,
            f"{word(str(item.before), lang)} → {word(str(item.after), lang)}",
            said(item.reason).plain(lang),
        ]
        for item in comparison.requirements
        if item.change in {Change.NEWLY_EXERCISED, Change.NO_LONGER_EXERCISED}
    )
    lines += _titled(word("requirements", lang), [word("change", lang), "id", "", ""], moved)
    statuses = (
        [
            row.operation,
            f"{_codes(row.before)} → {_codes(row.after)}" + (" ⚠" if judged.regression else ""),
            str(row.count),
            row.request,
            row.case,
        ]
        for judged, row in status_rows(comparison)
    )
    lines += _titled(
        word("statuses", lang),
        [word("operation", lang), word("change", lang), "n", word("request", lang), word("case", lang)],
        statuses,
    )
    shapes = (
        [
            shape.place,
            word(shape.change, lang) + (" ⚠" if shape.regression else ""),
            f"{spoken(shape.before).plain(lang)} → {spoken(shape.after).plain(lang)}",
            f"{shape.statuses} {', '.join(shape.operations)}",
        ]
        for shape in shape_rows(comparison)
    )
    lines += _titled(
        word("shapes", lang), [word("place", lang), word("change", lang), "", word("operation", lang)], shapes
    )
    slow = (
        [
            row.operation,
            word(row.drift or "", lang),
            f"{milliseconds(row.before)} → {milliseconds(row.after)}",
            f"{row.ratio:.2f} ({row.low:.2f}–{row.high:.2f})",
            f"{row.count_before} / {row.count_after}",
        ]
        for judged, row in latency_rows(comparison)
        if row.drift or judged.regression
    )
    lines += _titled(
        word("latency", lang), [word(name, lang) for name in ("operation", "drift", "median", "ratio", "answers")], slow
    )
    facts = ([item.fact, _told(item.before, lang), _told(item.after, lang)] for item in comparison.facts)
    lines += _titled(word("facts", lang), [word("fact", lang), word("before", lang), word("after", lang)], facts)
    return safe("\n".join(lines)).rstrip("\n") + "\n"


def _titled(title: str, heads: list[str], rows: Iterable[list[str]]) -> list[str]:
    cells = list(rows)
    return [f"### {title} ({len(cells)})", "", *_table(heads, cells)] if cells else []


def _table(heads: list[str], rows: Iterable[list[str]]) -> list[str]:
    body = ["| " + " | ".join(markdown_cell(cell) for cell in row) + " |" for row in rows]
    return ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads), *body, ""]


def markdown_cell(text: str) -> str:
    """One line in which nothing is markup: no HTML, link, emphasis, mention or table border."""
    line = " ".join(text.split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]()#|~!@])", r"\\\1", line)
