"""The verdict in a terminal: readable at 80 columns, without colour, and whatever the target put into its answers.

Findings that count stand by weight with both sides and the command that shows them; the others are a line each.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text as Line

from conformance.model.phrase import Phrase
from conformance.model.verdict import FindingGroup, Outcome, Overall, Severity, Verdict, Weight
from conformance.reports.explanation import cause_of, envelope_of
from conformance.reports.figures import by_area, figures
from conformance.reports.language import Text, say
from conformance.reports.outcome_line import LEGEND, TARGET_LINE, outcome_line
from conformance.reports.presentation import SCRIPTS, Presentation
from conformance.reports.quotation import quotation
from conformance.reports.sentences import message, said
from conformance.reports.visible import safe
from conformance.reports.words import AUTHORITIES, OUTCOMES, SEVERITIES, WAIVERS
from conformance.reports.wrapping import wrapped

__all__ = ["print_verdict", "safe"]

_COLOURS = {Overall.CONFORMANT: "bold green", Overall.NON_CONFORMANT: "bold red", Overall.INCONCLUSIVE: "bold yellow"}

_AGAIN = {
    "confirmed": say("confirmed: there each time that it was tried"),
    "intermittent": say("INTERMITTENT: not there each time that it was tried"),
}


_NOT_COUNTED = {
    Weight.EXPLORED: say("Findings that this seed explored, which do not count yet"),
    Weight.KNOWN: say("Known from the baseline"),
    Weight.WAIVED: say("Waived findings"),
    Weight.ADVISORY: say("Advisory findings, which do not count"),
}


_GRAVE = say(
    "What is critical or major here is what answers give away: the document does not forbid it, so it counts only with --strict."
)


def print_verdict(shown: Presentation, console: Console, written: Iterable[Path] = ()) -> None:
    """Print the outcome, the table of operations, the error codes, the findings and what limits them; of a run that
    could not start only why."""
    _Printer(console, shown.language).verdict(shown, tuple(written))


class _Printer:
    """Prints on one console in one language."""

    def __init__(self, console: Console, language: str) -> None:
        self._console = console
        # Escapes of Chinese are read by nobody: a console that cannot show it gets English.
        self._language = language if _shows(console, language) else "en"

    def verdict(self, shown: Presentation, written: tuple[Path, ...]) -> None:
        verdict = shown.verdict
        of = {weight: [group for group in shown.findings if group.weight is weight] for weight in Weight}
        folder = written[0].parent / SCRIPTS if written else None
        if all(note.kind != "could-not-start" for note in verdict.notes):
            self._heading(verdict)
            self._console.print(self._operations(verdict))
            self._legend()
            self._console.print(self._error_codes(verdict))
            self._findings(shown, of[Weight.BINDING], folder)
            for weight, title in _NOT_COUNTED.items():
                self._shortly(title, of[weight])
            self._waivers(verdict)
            self._not_exercised(verdict)
        for note in verdict.notes:
            self._line(say("note: {text}", text=said(note)))
        if written:
            self._line(say("reports: {paths}", paths=", ".join(map(str, written))))
        # One line whatever its length: in a log it is found by one search.
        self._whole(self._in(outcome_line(verdict)), _COLOURS[verdict.overall])

    def _in(self, text: Text | str) -> str:
        """The text in the language of this printer, harmless, and in what the console can encode."""
        shown = safe(text) if isinstance(text, str) else text.plain(self._language)
        encoding = self._console.encoding or "utf-8"
        return shown.encode(encoding, "backslashreplace").decode(encoding)

    def _line(self, text: Text | str, indent: str = "", hang: str = "", style: str = "") -> None:
        """A text that is wrapped between its words; further lines stand under the first, past what hangs out of it."""
        further = " " * cell_len(indent + hang)
        for line in wrapped(indent + hang + self._in(text), self._console.width, further):
            self._whole(line, style)

    def _whole(self, line: str, style: str = "") -> None:
        """A line that is never broken, so that it can be copied and found; the terminal shows it as wide as it is."""
        self._console.print(Line(line, style=style), soft_wrap=True, highlight=False)

    def _heading(self, verdict: Verdict) -> None:
        run, target = verdict.run, verdict.target
        self._whole("")
        if target.get("embedded"):
            self._line(TARGET_LINE, style="bold")
        self._line(
            say(
                "target    {name}, {url} (project {project})",
                name=target.get("name"),
                url=target.get("url"),
                project=target.get("project"),
            )
        )
        self._line(
            say(
                "contract  {name}, version {version}",
                name=verdict.contract["name"],
                version=verdict.contract["version"],
            )
        )
        self._line(
            say(
                "run       {id}, profile {profile}, seed {seed}, {count} request{count:s} in {seconds} s",
                id=run.id,
                profile=run.profile,
                seed=run.seed,
                count=run.requests,
                seconds=f"{run.duration:.1f}",
            )
        )
        self._line(
            say(
                "again     {command}, with the options of the cloud",
                command=f"conformance run --profile {run.profile} --seed {run.seed}",
            )
        )

    def _table(self, title: Text) -> Table:
        return Table(title=Line("\n" + self._in(title)), title_justify="left", box=None, pad_edge=False)

    def _operations(self, verdict: Verdict) -> Table:
        """A row for each operation and one for all; the last has the figures of the last line."""
        table = self._table(say("Promises by operation"))
        table.add_column(self._in(say("operation")))
        rows, total = by_area(verdict), figures(verdict.requirements)
        shown = {
            "required": say("required"),
            "kept": say("kept"),
            "broken": say("broken"),
            **({"waived": say("waived")} if total.waived else {}),
            **({"explored": say("explored")} if total.explored else {}),
            "not_exercised": say("not exercised"),
            "advisory": say("advisory"),
            "excluded": say("excluded"),
        }
        for head in shown.values():
            table.add_column(self._in(head), justify="right")
        for name, row in (*rows.items(), (self._in(say("all")), total)):
            cells = {column: str(getattr(row, column) or ".") for column in shown}
            if row.advisory_broken:
                broken = say("{broken} broken of {count}", broken=row.advisory_broken, count=row.advisory)
                cells["advisory"] = self._in(broken)
            table.add_row(Line(self._in(name)), *cells.values())
        return table

    def _legend(self) -> None:
        for word, meaning in LEGEND:
            self._line(say("{word}: {meaning}", word=word, meaning=meaning), style="dim")

    def _error_codes(self, verdict: Verdict) -> Table:
        table = self._table(say("Documented status codes"))
        table.add_column(self._in(say("code")))
        table.add_column(self._in(say("provoked")), justify="right")
        table.add_column(self._in(say("met")), justify="right")
        table.add_column(self._in(say("outcome")))
        table.add_column(self._in(say("envelope, or why it was not provoked")), overflow="fold")
        for row in verdict.error_codes:
            table.add_row(
                str(row.code),
                str(len(row.provoked)) if row.provoked else ".",
                str(row.met) if row.met else ".",
                self._in(OUTCOMES[row.outcome]),
                Line(self._in(envelope_of(row))),
            )
        return table

    def _title(self, title: Text, count: int) -> None:
        self._whole("")
        self._line(say("{title} ({count})", title=title, count=count), style="bold")

    def _findings(self, shown: Presentation, groups: list[FindingGroup], folder: Path | None) -> None:
        """What counts: each with both sides, where it stands and what shows it again."""
        if groups:
            self._title(say("Findings"), len(groups))
        for number, group in enumerate(groups, start=1):
            self._whole("")
            self._finding(shown, number, group, folder)

    def _finding(self, shown: Presentation, number: int, group: FindingGroup, folder: Path | None) -> None:
        found = quotation(group, shown.verdict)
        severity, title = SEVERITIES[group.severity], message(group)
        style = "bold red" if group.severity is Severity.CRITICAL else "bold"
        self._line(say("{severity}: {message}", severity=severity, message=title), hang=f"{number}. ", style=style)
        place = found.place if found.quote is None else say("{place}: {quote}", place=found.place, quote=found.quote)
        rows = [
            (say("promise"), Text("{names}", {"names": ", ".join(group.requirements)})),
            (say("due"), found.due),
            *([(say("came"), found.came)] if self._in(found.came) != self._in(title) else []),
            (say("document"), say("{place} ({authority})", place=place, authority=AUTHORITIES[group.authority])),
            *([(say("ruling"), found.ruling)] if found.ruling is not None else []),
            (say("met"), _met(group)),
            (say("finding"), Text("{id}", {"id": group.id})),
        ]
        wide = max(cell_len(self._in(name)) for name, _ in rows)
        for name, value in rows:
            label = self._in(name)
            self._line(value, "   ", label + " " * (wide - cell_len(label) + 2))
        if group.unasked:
            self._line(say("The baseline did not ask for this: it is not known to be new."), "   ")
        if group.confirmation in _AGAIN:
            self._line(_AGAIN[group.confirmation], "   ")
        request, script = shown.request(group), shown.script(group)
        if request:
            too_long = self._in(say("see verdict.json, the command is long"))
            self._whole(f"   $ {self._in(request) if len(request) <= 1000 else too_long}")
        if script and folder is not None:
            self._whole(f"   $ sh {self._in(f'{folder}/{group.id}.sh')}")

    def _shortly(self, title: Text, groups: list[FindingGroup]) -> None:
        """What does not count: a line each."""
        if not groups:
            return
        self._title(title, len(groups))
        if any(group.grave_advice for group in groups):
            self._line(_GRAVE)
        for group in groups:
            style = ("bold red" if group.severity is Severity.CRITICAL else "bold") if group.grave_advice else ""
            text = say(
                "{severity}: {message}; {requirement}, {count} time{count:s}",
                severity=SEVERITIES[group.severity],
                message=message(group),
                requirement=group.requirement,
                count=group.count,
            )
            self._line(text, "   ", f"{group.id}  ", style)
            if group.waiver is not None:
                self._line(say("waived: {reason}", reason=group.waiver), " " * 17)

    def _waivers(self, verdict: Verdict) -> None:
        if not verdict.waivers:
            return
        self._title(say("Waivers"), len(verdict.waivers))
        for item in verdict.waivers:
            places = " ".join(item.parts)
            end = say("until {day}", day=item.expires) if item.expires else say("without end")
            self._line(
                say(
                    "{state}: {places}, {owner}, {end}: {reason}",
                    state=WAIVERS[item.state],
                    places=places,
                    owner=item.owner,
                    end=end,
                    reason=item.reason,
                ),
                "   ",
                "- ",
            )
        self._whole("")

    def _not_exercised(self, verdict: Verdict) -> None:
        missing = [item for item in verdict.requirements if item.required and item.outcome is Outcome.NOT_EXERCISED]
        if not missing:
            return
        self._title(say("Required and not exercised"), len(missing))
        reasons: dict[Phrase | str, list[str]] = {}
        for item in missing:
            reasons.setdefault(cause_of(item), []).append(item.id)
        for reason, names in reasons.items():
            shown = (
                say("{names} and {count} more", names=", ".join(names[:8]), count=len(names) - 8)
                if len(names) > 8
                else ", ".join(names)
            )
            self._line(say("{reason}: {names}", reason=said(reason), names=shown), "   ", "- ")
        self._whole("")


def _met(group: FindingGroup) -> Text:
    """How often it was met, and where."""
    places = [f"{place} x{count}" for place, count in group.places.items()]
    shown = ", ".join(places[:6])
    where = say("{names} and {count} more", names=shown, count=len(places) - 6) if len(places) > 6 else shown
    return say("{count} time{count:s}, in {places}", count=group.count, places=where)


def _shows(console: Console, language: str) -> bool:
    try:
        say("Findings").plain(language).encode(console.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
