"""The verdict in a terminal: readable at 80 columns, without colour, and whatever the target put into its answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.reporting.script import first_command, is_script
from conformance.verdict import FindingGroup, Outcome, Overall, Verdict

__all__ = ["print_verdict", "safe"]

_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_COLOURS = {Overall.CONFORMANT: "bold green", Overall.NON_CONFORMANT: "bold red", Overall.INCONCLUSIVE: "bold yellow"}


def safe(text: str) -> str:
    """The text with control characters written out, so that a target cannot steer the terminal."""
    return _UNSAFE.sub(lambda match: f"\\x{ord(match.group()):02x}", text)


def print_verdict(verdict: Verdict, console: Console, written: Iterable[Path] = ()) -> None:
    """Print the outcome, the table of operations, the error codes, the findings and what limits them."""
    paths = tuple(written)
    _heading(verdict, console)
    console.print(_operations(verdict))
    console.print(_error_codes(verdict))
    binding = [group for group in verdict.findings if group.binding]
    advisory = [group for group in verdict.findings if not group.binding]
    folder = paths[0].parent / "findings" if paths else None
    _findings("Findings", binding, console, folder)
    _findings("Advisory findings, which do not count", advisory, console, folder)
    _not_exercised(verdict, console)
    for note in verdict.notes:
        _line(console, f"note: {note}")
    if paths:
        _line(console, f"reports: {', '.join(map(str, paths))}")
    _line(console, _sentence(verdict), style=_COLOURS[verdict.overall])


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(_encodable(safe(text), console), style=style), soft_wrap=False, highlight=False)


def _encodable(text: str, console: Console) -> str:
    encoding = console.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _heading(verdict: Verdict, console: Console) -> None:
    run, target = verdict.run, verdict.target
    _line(console, "")
    _line(console, f"target    {target.get('name')}, {target.get('image_url')} (project {target.get('project')})")
    _line(console, f"contract  {verdict.contract['name']}, version {verdict.contract['version']}")
    took = f"{run.requests} requests in {run.duration:.1f} s"
    _line(console, f"run       {run.id}, profile {run.profile}, seed {run.seed}, {took}")
    _line(console, "")


def _sentence(verdict: Verdict) -> str:
    owed = [item for item in verdict.requirements if item.required]
    missing = verdict.count(Outcome.NOT_EXERCISED, required=True)
    failed = verdict.count(Outcome.FAILED, required=True)
    passed = verdict.count(Outcome.PASSED, required=True)
    text = f"{str(verdict.overall).upper()}: of {len(owed)} required promises {passed} kept, {failed} broken, {missing} not exercised"
    return f"{text} (exit {verdict.exit_code})"


def _operations(verdict: Verdict) -> Table:
    table = Table(title="Promises by operation", title_justify="left", box=None, pad_edge=False)
    table.add_column("operation")
    for name in ("kept", "broken", "not exercised", "excluded", "advisory"):
        table.add_column(name, justify="right")
    counts: dict[str, Counter[str]] = {}
    for item in verdict.requirements:
        name = item.operation or item.id.split(".", 1)[0]
        column = "advisory" if not item.required and item.outcome is Outcome.FAILED else str(item.outcome)
        counts.setdefault(name, Counter())[column] += 1
    for name, row in sorted(counts.items()):
        cells = (row["passed"], row["failed"], row["not exercised"], row["excluded"], row["advisory"])
        table.add_row(name, *(str(cell) if cell else "." for cell in cells))
    return table


def _error_codes(verdict: Verdict) -> Table:
    table = Table(title="\nDocumented status codes", title_justify="left", box=None, pad_edge=False)
    table.add_column("code")
    table.add_column("provoked", justify="right")
    table.add_column("met", justify="right")
    table.add_column("outcome")
    table.add_column("envelope, or why it was not provoked", overflow="fold")
    for row in verdict.error_codes:
        last = row.envelope if row.met or row.provoked else row.reason or ""
        table.add_row(str(row.code), str(len(row.provoked)) if row.provoked else ".", str(row.met) if row.met else ".",
                      str(row.outcome), safe(last))  # fmt: skip
    return table


def _findings(title: str, groups: list[FindingGroup], console: Console, folder: Path | None) -> None:
    if not groups:
        return
    _line(console, f"\n{title} ({len(groups)})", style="bold")
    for number, group in enumerate(groups, start=1):
        lines = ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in group.source)
        _line(console, f"\n{number}. {group.requirement}: {group.message}", style="bold")
        _line(console, f"   document line {lines} ({group.authority}); {group.count} times; finding {group.id}")
        places = [f"{place} x{count}" for place, count in group.places.items()]
        shown = ", ".join(places[:6]) + (f" and {len(places) - 6} more" if len(places) > 6 else "")
        _line(console, f"   in {shown}")
        if group.curl and group.exemplar is not None:
            # Unwrapped, so that it can be copied.
            command = first_command(group.exemplar)
            command = command if len(command) <= 1000 else "see verdict.json, the command is long"
            console.print(Text(_encodable(f"   $ {safe(command)}", console)), soft_wrap=True, highlight=False)
            if is_script(group.curl) and folder is not None:
                _line(console, f"   with the images that it needs, and cleaning up: sh {folder}/{group.id}.sh")


def _not_exercised(verdict: Verdict, console: Console) -> None:
    missing = [item for item in verdict.requirements if item.required and item.outcome is Outcome.NOT_EXERCISED]
    if not missing:
        return
    _line(console, f"\nRequired and not exercised ({len(missing)})", style="bold")
    reasons: dict[str, list[str]] = {}
    for item in missing:
        reasons.setdefault(item.reason or "", []).append(item.id)
    for reason, names in reasons.items():
        shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
        _line(console, f"   {reason}: {shown}")
    _line(console, "")
