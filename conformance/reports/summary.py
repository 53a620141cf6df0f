"""The verdict as Markdown for a pull request or a job's summary: the outcome, why, and what to do next, in one screen.

It is in the language of the presentation. GitHub shows at most 1 MiB of a job's summary and reads HTML in Markdown, so the tables are bounded and whatever the target sent
stands in code spans.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.model.verdict import FindingGroup, Outcome, Overall, Verdict, Weight
from conformance.reports.explanation import envelope_of
from conformance.reports.language import Text, say
from conformance.reports.outcome_line import LEGEND, headline, outcome_line
from conformance.reports.presentation import Presentation
from conformance.reports.sentences import message, said
from conformance.reports.visible import clean
from conformance.reports.words import CONFIRMATIONS, OUTCOMES, SEVERITIES, lines

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
    return _Page(shown).text()


class _Page:
    """Makes the summary of one presentation, in its language."""

    def __init__(self, shown: Presentation) -> None:
        self._shown = shown
        self._verdict = shown.verdict

    def text(self) -> str:
        verdict = self._verdict
        run, target = verdict.run, verdict.target
        parts = [
            f"## {_SIGNS[verdict.overall]} {verdict.contract['name']}: {self._code(headline(verdict))}",
            self._code(outcome_line(verdict), 600),
            self._in(say("{count} requests in {seconds} s.", count=run.requests, seconds=f"{run.duration:.0f}")),
            self._folded(
                say("What the figures count"),
                "\n".join(f"- *{self._in(word)}*: {self._in(meaning)}" for word, meaning in LEGEND),
            ),
            self._table(
                (say("target"), say("contract"), say("profile"), say("seed"), say("run")),
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
            *self._findings(),
            *self._missing(),
            self._error_codes(),
            *(
                [self._list(say("Notes"), [self._code(said(note), 600) for note in verdict.notes])]
                if verdict.notes
                else []
            ),
            self._list(say("What to do next"), [self._in(text) for text in _advice(verdict)]),
        ]
        return "\n\n".join(parts) + "\n"

    def _in(self, text: Text) -> str:
        return text.plain(self._shown.language)

    def _code(self, text: Text, longest: int = 300) -> str:
        return escaped(self._in(text), longest)

    def _findings(self) -> Iterator[str]:
        """The findings by what they mean for the outcome, the heaviest first; those that count are not folded away, nor
        those that tell what answers give away."""
        for weight, title in _TITLES.items():
            groups = [group for group in self._shown.findings if group.weight is weight]
            if not groups:
                continue
            heads = (say("severity"), say("promise"), say("what is wrong"), say("where"), say("document"), say("times"))
            table = self._table((*heads, say("finding")), [self._row(group) for group in groups[:MOST_FINDINGS]])
            left = len(groups) - MOST_FINDINGS
            more = (
                f"\n\n{self._in(say('{count} more in {file}.', count=left, file='`index.html`'))}" if left > 0 else ""
            )
            named = say("{title} ({count})", title=title, count=len(groups))
            if weight is Weight.BINDING or any(group.grave_advice for group in groups):
                yield f"### {self._in(named)}\n\n{table}{more}"
            else:
                yield self._folded(named, f"{table}{more}")

    def _row(self, group: FindingGroup) -> tuple[str, ...]:
        wrong = self._code(message(group))
        if group.weight is Weight.WAIVED:
            wrong += self._in(say(" (waived: {reason})", reason=escaped(group.waiver or "")))
        if group.confirmation != "single":
            wrong += self._in(say(" ({what})", what=CONFIRMATIONS[group.confirmation]))
        places = [str(place) for place in group.places]
        where = escaped(", ".join(places[:3]))
        if len(places) > 3:
            where = self._in(say("{names} and {count} more", names=where, count=len(places) - 3))
        cells = (f"`{group.requirement}`", wrong, where, lines(group.source), str(group.count), f"`{group.id}`")
        return self._in(SEVERITIES[group.severity]), *cells

    def _missing(self) -> Iterator[str]:
        reasons: dict[str, list[str]] = {}
        for item in self._verdict.requirements:
            if item.required and item.outcome is Outcome.NOT_EXERCISED:
                reasons.setdefault(self._in(said(item.reason)), []).append(f"`{item.id}`")
        if not reasons:
            return
        rows = []
        for reason, names in list(reasons.items())[:MOST_FINDINGS]:
            shown = say("{names} and {count} more", names=", ".join(names[:8]), count=len(names) - 8)
            listed = self._in(shown) if len(names) > 8 else ", ".join(names)
            rows.append(self._in(say("{reason}: {names}", reason=escaped(reason), names=listed)))
        count = sum(map(len, reasons.values()))
        yield self._list(say("{title} ({count})", title=say("Required and not exercised"), count=count), rows)

    def _error_codes(self) -> str:
        codes = self._verdict.error_codes
        last = say("envelope, or why it was not provoked")
        table = self._table(
            (say("code"), say("provoked"), say("met"), say("outcome"), last),
            [
                (
                    f"{row.code} {row.phrase}",
                    str(len(row.provoked)),
                    str(row.met),
                    self._in(OUTCOMES[row.outcome]),
                    self._in(envelope_of(row)),
                )
                for row in codes
            ],
        )
        return self._folded(say("{title} ({count})", title=say("Documented status codes"), count=len(codes)), table)

    def _folded(self, title: Text, content: str) -> str:
        return f"<details><summary>{self._in(title)}</summary>\n\n{content}\n\n</details>"

    def _list(self, title: Text, items: list[str]) -> str:
        return f"### {self._in(title)}\n\n" + "\n".join(f"- {item}" for item in items)

    def _table(self, head: tuple[Text, ...], rows: list[tuple[str, ...]]) -> str:
        heads = tuple(map(self._in, head))
        return "\n".join(f"| {' | '.join(row)} |" for row in (heads, ("---",) * len(heads), *rows))


_TITLES = {
    Weight.BINDING: say("Findings"),
    Weight.EXPLORED: say("Findings that this seed explored, which do not count yet"),
    Weight.KNOWN: say("Known from the baseline"),
    Weight.WAIVED: say("Waived findings"),
    Weight.ADVISORY: say("Advisory findings, which do not count"),
}


def _advice(verdict: Verdict) -> Iterator[Text]:
    if verdict.overall is Overall.CONFORMANT:
        yield say("Nothing: each promise that this run owes was looked at and kept.")
        return
    if any(group.binding for group in verdict.findings):
        yield say(
            "Open {file} in the artefacts of this job: each finding has the exchange and a curl command that shows it again.",
            file="`index.html`",
        )
        yield say(
            "Mend the cloud, or excuse a known deviation by its requirement in a waivers file, with a reason, an owner and an end."
        )
    if any(item.required and item.outcome is Outcome.NOT_EXERCISED for item in verdict.requirements):
        yield say("Give the run what it lacked (see above); until then the verdict is no approval.")
    if verdict.run.leftovers:
        yield say("What this run made is still there; the next run against this cloud deletes them.")
    if verdict.exit_code == 4:
        yield say("The suite itself is at fault: report it, with {file}.", file="`verdict.json`")
    command = f"`conformance run --profile {verdict.run.profile} --seed {verdict.run.seed}`"
    yield say("Run it again as it was: {command} and the options of the cloud.", command=command)
