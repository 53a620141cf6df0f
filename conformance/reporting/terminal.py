"""The verdict in a terminal: readable at 80 columns, without colour, and whatever the target put into its answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text as Line

from conformance.reporting.language import Text, say, told
from conformance.reporting.visible import safe
from conformance.verdict import FindingGroup, Outcome, Overall, Verdict

__all__ = ["print_verdict", "safe"]

_COLOURS = {Overall.CONFORMANT: "bold green", Overall.NON_CONFORMANT: "bold red", Overall.INCONCLUSIVE: "bold yellow"}


def print_verdict(verdict: Verdict, console: Console, written: Iterable[Path] = (), language: str = "en") -> None:
    """Print the outcome, the table of operations, the error codes, the findings and what limits them."""
    _Printer(console, language).verdict(verdict, tuple(written))


class _Printer:
    """Prints on one console in one language."""

    def __init__(self, console: Console, language: str) -> None:
        self._console = console
        # Escapes of Chinese are read by nobody: a console that cannot show it gets English.
        self._language = language if _shows(console, language) else "en"

    def verdict(self, verdict: Verdict, written: tuple[Path, ...]) -> None:
        self._heading(verdict)
        self._console.print(self._operations(verdict))
        self._console.print(self._error_codes(verdict))
        self._findings(say("Findings"), [group for group in verdict.findings if group.binding])
        self._findings(say("Advisory findings, which do not count"), [group for group in verdict.findings if not group.binding])
        self._not_exercised(verdict)
        for note in verdict.notes:
            self._line(say("note: {text}", text=told(note)))
        if written:
            self._line(say("reports: {paths}", paths=", ".join(map(str, written))))
        self._line(_sentence(verdict), style=_COLOURS[verdict.overall])

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
        self._line(say("target    {name}, {url} (project {project})",
                       name=target.get("name"), url=target.get("image_url"), project=target.get("project")))  # fmt: skip
        self._line(say("contract  {name}, version {version}", name=verdict.contract["name"], version=verdict.contract["version"]))
        self._line(say("run       {id}, profile {profile}, seed {seed}, {count} request{count:s} in {seconds} s",
                       id=run.id, profile=run.profile, seed=run.seed, count=run.requests, seconds=f"{run.duration:.1f}"))  # fmt: skip

    def _table(self, title: Text) -> Table:
        return Table(title=Line("\n" + self._in(title)), title_justify="left", box=None, pad_edge=False)

    def _operations(self, verdict: Verdict) -> Table:
        table = self._table(say("Promises by operation"))
        table.add_column(self._in(say("operation")))
        for head in (say("kept"), say("broken"), say("not exercised"), say("excluded"), say("advisory")):
            table.add_column(self._in(head), justify="right")
        counts: dict[str, Counter[str]] = {}
        for item in verdict.requirements:
            name = item.operation or item.id.split(".", 1)[0]
            column = "advisory" if not item.required and item.outcome is Outcome.FAILED else str(item.outcome)
            counts.setdefault(name, Counter())[column] += 1
        for name, row in sorted(counts.items()):
            cells = (row["passed"], row["failed"], row["not exercised"], row["excluded"], row["advisory"])
            table.add_row(Line(self._in(name)), *(str(cell) if cell else "." for cell in cells))
        return table

    def _error_codes(self, verdict: Verdict) -> Table:
        table = self._table(say("Documented status codes"))
        table.add_column(self._in(say("code")))
        table.add_column(self._in(say("provoked")), justify="right")
        table.add_column(self._in(say("met")), justify="right")
        table.add_column(self._in(say("outcome")))
        table.add_column(self._in(say("envelope, or why it was not provoked")), overflow="fold")
        for row in verdict.error_codes:
            last = row.envelope if row.met or row.provoked else row.reason or ""
            table.add_row(str(row.code), str(len(row.provoked)) if row.provoked else ".", str(row.met) if row.met else ".",
                          self._in(told(str(row.outcome))), Line(self._in(told(last))))  # fmt: skip
        return table

    def _findings(self, title: Text, groups: list[FindingGroup]) -> None:
        if not groups:
            return
        self._line(f"\n{self._in(title)} ({len(groups)})", style="bold")
        for number, group in enumerate(groups, start=1):
            lines = ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in group.source)
            self._line(say("{number}. {requirement}: {message}", number=number, requirement=group.requirement, message=told(group.message)),
                       "\n", style="bold")  # fmt: skip
            self._line(say("document line {lines} ({authority}); {count} time{count:s}; finding {id}",
                           lines=lines, authority=told(str(group.authority)), count=group.count, id=group.id), "   ")  # fmt: skip
            places = [f"{place} x{count}" for place, count in group.places.items()]
            shown = ", ".join(places[:6])
            more = say("in {places} and {count} more", places=shown, count=len(places) - 6)
            self._line(more if len(places) > 6 else say("in {places}", places=shown), "   ")
            if group.curl:
                # Unwrapped, so that it can be copied.
                command = group.curl if len(group.curl) <= 1000 else self._in(say("see verdict.json, the command is long"))
                self._console.print(Line(self._in(f"   $ {command}")), soft_wrap=True, highlight=False)

    def _not_exercised(self, verdict: Verdict) -> None:
        missing = [item for item in verdict.requirements if item.required and item.outcome is Outcome.NOT_EXERCISED]
        if not missing:
            return
        self._line(f"\n{self._in(say('Required and not exercised'))} ({len(missing)})", style="bold")
        reasons: dict[str, list[str]] = {}
        for item in missing:
            reasons.setdefault(item.reason or "", []).append(item.id)
        for reason, names in reasons.items():
            shown = say("{names} and {count} more", names=", ".join(names[:8]), count=len(names) - 8) if len(names) > 8 else ", ".join(names)
            self._line(say("{reason}: {names}", reason=told(reason), names=shown), "   ")
        self._line("")


def _shows(console: Console, language: str) -> bool:
    try:
        say("Findings").plain(language).encode(console.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _sentence(verdict: Verdict) -> Text:
    return say(
        "{outcome}: of {owed} required promises {kept} kept, {broken} broken, {missing} not exercised (exit {code})",
        outcome=told(str(verdict.overall).upper()),
        owed=sum(item.required for item in verdict.requirements),
        kept=verdict.count(Outcome.PASSED, required=True),
        broken=verdict.count(Outcome.FAILED, required=True),
        missing=verdict.count(Outcome.NOT_EXERCISED, required=True),
        code=verdict.exit_code,
    )
