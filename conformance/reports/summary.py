"""The verdict as Markdown for a pull request or a job's summary: the outcome, why, and what to do next, in one screen.

GitHub shows at most 1 MiB of a job's summary and reads HTML in Markdown, so the tables are bounded and whatever the target sent
stands in code spans.
"""

from __future__ import annotations

import re

from conformance.model.verdict import ErrorCodeRow, FindingGroup, Outcome, Overall, Verdict, Weight
from conformance.reports.outcome_line import LEGEND, headline, outcome_line
from conformance.reports.presentation import Presentation
from conformance.reports.sentences import message, said
from conformance.reports.visible import clean
from conformance.reports.words import lines

__all__ = ["to_summary"]

MOST_FINDINGS = 25
_SIGNS = {
    Overall.CONFORMANT: "\N{WHITE HEAVY CHECK MARK}",
    Overall.NON_CONFORMANT: "\N{CROSS MARK}",
    Overall.INCONCLUSIVE: "\N{WARNING SIGN}",
}


def escaped(text: str, longest: int = 300) -> str:
    """A code span: no markup, HTML, link or mention comes of what is in it. A bar would end a table cell, with a backslash
    before it or not, so another character of that look stands for it."""
    shown = clean(text, longest).replace("|", "\N{DIVIDES}") or " "
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    pad = " " if "`" in (shown[0], shown[-1]) else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def to_summary(shown: Presentation) -> str:
    """The document. Ends with a newline."""
    verdict = shown.verdict
    run, target = verdict.run, verdict.target
    parts = [
        f"## {_SIGNS[verdict.overall]} {verdict.contract['name']}: {escaped(headline(verdict).plain('en'))}",
        escaped(outcome_line(verdict).plain("en"), 600),
        f"{run.requests} requests in {run.duration:.0f} s.",
        *_legend(),
        _table(
            ("target", "contract", "profile", "seed", "run"),
            [
                (
                    escaped(f"{target.get('name')} {target.get('url')}"),
                    escaped(f"{verdict.contract['name']} {verdict.contract['sha256'][:12]}"),
                    run.profile,
                    str(run.seed),
                    run.id,
                )
            ],
        ),
        *_findings(verdict),
        *_missing(verdict),
        *_error_codes(verdict),
        *([_list("Notes", [escaped(said(note).plain("en"), 600) for note in verdict.notes])] if verdict.notes else []),
        _list("What to do next", _advice(verdict)),
    ]
    return "\n\n".join(parts) + "\n"


def _legend() -> list[str]:
    rows = [f"*{word.plain('en')}*: {meaning.plain('en')}" for word, meaning in LEGEND]
    return [
        "<details><summary>What the figures count</summary>\n\n"
        + "\n".join(f"- {row}" for row in rows)
        + "\n\n</details>"
    ]


def _findings(verdict: Verdict) -> list[str]:
    parts: list[str] = []
    for kinds, title in (
        ((Weight.BINDING,), "Findings"),
        ((Weight.WAIVED, Weight.KNOWN), "Findings that are excused"),
        ((Weight.ADVISORY,), "Advisory findings, which do not count"),
    ):
        groups = [group for group in verdict.findings if group.weight in kinds]
        if not groups:
            continue
        rows = [_row(group, excused=Weight.WAIVED in kinds) for group in groups[:MOST_FINDINGS]]
        table = _table(("promise", "what is wrong", "where", "document", "times", "finding"), rows)
        more = f"\n\n{len(groups) - MOST_FINDINGS} more in `index.html`." if len(groups) > MOST_FINDINGS else ""
        if kinds == (Weight.BINDING,):
            parts.append(f"### {title} ({len(groups)})\n\n{table}{more}")
        else:
            parts.append(f"<details><summary>{title} ({len(groups)})</summary>\n\n{table}{more}\n\n</details>")
    return parts


def _row(group: FindingGroup, *, excused: bool) -> tuple[str, ...]:
    wrong = escaped(message(group).plain("en"))
    if excused:
        wrong += f" (waived: {escaped(group.waiver)})" if group.waiver is not None else " (in the baseline)"
    if group.confirmation != "single":
        wrong += f" ({group.confirmation})"
    places = [str(place) for place in group.places]
    where = escaped(", ".join(places[:3])) + (f" and {len(places) - 3} more" if len(places) > 3 else "")
    return f"`{group.requirement}`", wrong, where, lines(group.source), str(group.count), f"`{group.id}`"


def _missing(verdict: Verdict) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for item in verdict.requirements:
        if item.required and item.outcome is Outcome.NOT_EXERCISED:
            reasons.setdefault(said(item.reason).plain("en"), []).append(item.id)
    if not reasons:
        return []
    rows = [
        f"{escaped(reason)}: "
        + ", ".join(f"`{name}`" for name in names[:8])
        + (f" and {len(names) - 8} more" if len(names) > 8 else "")
        for reason, names in list(reasons.items())[:MOST_FINDINGS]
    ]
    return [_list(f"Required and not exercised ({sum(map(len, reasons.values()))})", rows)]


def _error_codes(verdict: Verdict) -> list[str]:
    table = _table(
        ("code", "provoked", "met", "outcome", "envelope, or why not provoked"),
        [_code(row) for row in verdict.error_codes],
    )
    return [
        f"<details><summary>The documented status codes ({len(verdict.error_codes)})</summary>\n\n{table}\n\n</details>"
    ]


def _code(row: ErrorCodeRow) -> tuple[str, ...]:
    envelope = f"broken in {row.broken} of {row.met}" if row.broken else row.envelope
    last = envelope if row.met or row.provoked else said(row.reason).plain("en")
    return f"{row.code} {row.phrase}", str(len(row.provoked)), str(row.met), str(row.outcome), last


def _advice(verdict: Verdict) -> list[str]:
    if verdict.overall is Overall.CONFORMANT:
        return ["Nothing: each promise that this run owes was looked at and kept."]
    advice: list[str] = []
    binding = [group for group in verdict.findings if group.binding]
    if binding:
        advice.append(
            "Open `index.html` in the artefacts of this job: each finding has the exchange and a curl command that shows it again."
        )
        advice.append(
            "Mend the cloud, or excuse a known deviation by its requirement in a waivers file, with a reason, an owner and an end."
        )
    if any(item.required and item.outcome is Outcome.NOT_EXERCISED for item in verdict.requirements):
        advice.append("Give the run what it lacked (see above); until then the verdict is no approval.")
    if verdict.run.leftovers:
        advice.append("What this run made is still there; the next run against this cloud deletes them.")
    if verdict.exit_code == 4:
        advice.append("The suite itself is at fault: report it, with `verdict.json`.")
    advice.append(
        f"Run it again as it was: `conformance run --profile {verdict.run.profile} --seed {verdict.run.seed}` and the options of the cloud."
    )
    return advice


def _list(title: str, items: list[str]) -> str:
    return f"### {title}\n\n" + "\n".join(f"- {item}" for item in items)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows))
