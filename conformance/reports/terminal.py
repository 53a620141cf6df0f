"""The verdict in a terminal: readable at 80 columns, without colour, and whatever the target put into its answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text as Line

from conformance.model.phrase import Phrase
from conformance.model.verdict import ErrorCodeRow, FindingGroup, Outcome, Overall, Verdict, Weight
from conformance.reports.explanation import cause_of
from conformance.reports.figures import by_area, figures
from conformance.reports.language import Text, say
from conformance.reports.outcome_line import LEGEND, TARGET_LINE, outcome_line
from conformance.reports.presentation import Presentation
from conformance.reports.script import first_command, is_script
from conformance.reports.sentences import message, said
from conformance.reports.visible import safe
from conformance.reports.words import AUTHORITIES, ENVELOPES, OUTCOMES, WAIVERS, lines

__all__ = ["print_verdict", "safe"]

_COLOURS = {Overall.CONFORMANT: "bold green", Overall.NON_CONFORMANT: "bold red", Overall.INCONCLUSIVE: "bold yellow"}

_AGAIN = {
    "confirmed": say("confirmed: there each time that it was tried"),
    "intermittent": say("INTERMITTENT: not there each time that it was tried"),
}


def print_verdict(shown: Presentation, console: Console, written: Iterable[Path] = ()) -> None:
    """Print the outcome, the table of operations, the error codes, the findings and what limits them."""
    _Printer(console, shown.language).verdict(shown, tuple(written))


class _Printer:
    """Prints on one console in one language."""

    def __init__(self, console: Console, language: str) -> None:
        self._console = console
        # Escapes of Chinese are read by nobody: a console that cannot show it gets English.
        self._language = language if _shows(console, language) else "en"

    def verdict(self, shown: Presentation, written: tuple[Path, ...]) -> None:
        verdict, scripts = shown.verdict, shown.commands
        of = {weight: [group for group in verdict.findings if group.weight is weight] for weight in Weight}
        folder = written[0].parent / "findings" if written else None
        self._heading(verdict)
        self._console.print(self._operations(verdict))
        self._legend()
        self._console.print(self._error_codes(verdict))
        self._findings(say("Findings"), of[Weight.BINDING], folder, scripts)
        self._excused(say("Known from the baseline"), of[Weight.KNOWN])
        self._excused(say("Waived findings"), of[Weight.WAIVED])
        self._findings(
            say("Advisory findings, which do not count"),
            of[Weight.ADVISORY],
            folder,
            scripts,
        )
        self._waivers(verdict)
        self._not_exercised(verdict)
        for note in verdict.notes:
            self._line(say("note: {text}", text=said(note)))
        if written:
            self._line(say("reports: {paths}", paths=", ".join(map(str, written))))
        # One line whatever its length: in a log it is found by one search.
        self._console.print(
            Line(self._in(outcome_line(verdict)), style=_COLOURS[verdict.overall]), soft_wrap=True, highlight=False
        )

    def _in(self, text: Text | str) -> str:
        """The text in the language of this printer, harmless, and in what the console can encode."""
        shown = safe(text) if isinstance(text, str) else text.plain(self._language)
        encoding = self._console.encoding or "utf-8"
        return shown.encode(encoding, "backslashreplace").decode(encoding)

    def _line(self, text: Text | str, indent: str = "", style: str = "") -> None:
        self._console.print(Line(indent + self._in(text), style=style), soft_wrap=False, highlight=False)

    def _heading(self, verdict: Verdict) -> None:
        run, target = verdict.run, verdict.target
        self._line("")
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
                Line(self._in(_envelope(row))),
            )
        return table

    def _findings(
        self, title: Text, groups: list[FindingGroup], folder: Path | None, scripts: Mapping[str, str]
    ) -> None:
        if not groups:
            return
        self._line(f"\n{self._in(title)} ({len(groups)})", style="bold")
        for number, group in enumerate(groups, start=1):
            self._line(
                say(
                    "{number}. {requirement}: {message}",
                    number=number,
                    requirement=group.requirement,
                    message=message(group),
                ),
                "\n",
                style="bold",
            )
            self._line(
                say(
                    "document line {lines} ({authority}); {count} time{count:s}; finding {id}",
                    lines=lines(group.source),
                    authority=AUTHORITIES[group.authority],
                    count=group.count,
                    id=group.id,
                ),
                "   ",
            )
            if group.confirmation in _AGAIN:
                self._line(_AGAIN[group.confirmation], "   ")
            places = [f"{place} x{count}" for place, count in group.places.items()]
            shown = ", ".join(places[:6])
            more = say("in {places} and {count} more", places=shown, count=len(places) - 6)
            self._line(more if len(places) > 6 else say("in {places}", places=shown), "   ")
            if group.exemplar is not None:
                # Unwrapped, so that it can be copied.
                first = first_command(group.exemplar)
                command = first if len(first) <= 1000 else self._in(say("see verdict.json, the command is long"))
                self._console.print(Line(self._in(f"   $ {command}")), soft_wrap=True, highlight=False)
                if is_script(scripts.get(group.id, "")) and folder is not None:
                    self._line(
                        say("with what it needs, and cleaning up: sh {path}", path=f"{folder}/{group.id}.sh"),
                        "   ",
                    )

    def _excused(self, title: Text, groups: list[FindingGroup]) -> None:
        if not groups:
            return
        self._line(f"\n{self._in(title)} ({len(groups)})", style="bold")
        for group in groups:
            self._line(
                say(
                    "{id} {requirement}: {message}; {count} time{count:s}",
                    id=group.id,
                    requirement=group.requirement,
                    message=message(group),
                    count=group.count,
                ),
                "   ",
            )
            if group.waiver is not None:
                self._line(say("waived: {reason}", reason=group.waiver), "   ")

    def _waivers(self, verdict: Verdict) -> None:
        if not verdict.waivers:
            return
        self._line(f"\n{self._in(say('Waivers'))} ({len(verdict.waivers)})", style="bold")
        for item in verdict.waivers:
            places = " ".join(
                str(part) for part in (item.requirement, item.operation, item.status, item.message) if part is not None
            )
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
            )
        self._line("")

    def _not_exercised(self, verdict: Verdict) -> None:
        missing = [item for item in verdict.requirements if item.required and item.outcome is Outcome.NOT_EXERCISED]
        if not missing:
            return
        self._line(f"\n{self._in(say('Required and not exercised'))} ({len(missing)})", style="bold")
        reasons: dict[Phrase | str, list[str]] = {}
        for item in missing:
            reasons.setdefault(cause_of(item), []).append(item.id)
        for reason, names in reasons.items():
            shown = (
                say("{names} and {count} more", names=", ".join(names[:8]), count=len(names) - 8)
                if len(names) > 8
                else ", ".join(names)
            )
            self._line(say("{reason}: {names}", reason=said(reason), names=shown), "   ")
        self._line("")


def _shows(console: Console, language: str) -> bool:
    try:
        say("Findings").plain(language).encode(console.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _envelope(row: ErrorCodeRow) -> Text:
    """What became of the envelope, or why the code was not provoked."""
    if not row.met and not row.provoked:
        return said(row.reason)
    if row.broken:
        return say("broken in {broken} of {met}", broken=row.broken, met=row.met)
    return ENVELOPES[row.envelope]
