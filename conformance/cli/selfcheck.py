"""`conformance selfcheck`: the suite against a bank of faults, and against none."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.table import Table

from conformance.cli.paths import GivenPath
from conformance.model.errors import Exit, UsageError
from conformance.proof.part import WHOLE, BankPart
from conformance.proof.scorecard import CAUGHT, ELSEWHERE, ERROR, MISSED, Scorecard, to_json, to_markdown
from conformance.proof.selfcheck import selfcheck as run_selfcheck
from conformance.reports.destination import open_directory, put_all

FILES = ("selfcheck.md", "selfcheck.json")
"""What is written to --out, in this order."""


def _part(context: click.Context, option: click.Parameter, value: str | None) -> BankPart:
    if value is None:
        return WHOLE
    found = re.fullmatch(r"([0-9]{1,4})/([0-9]{1,4})", value, re.ASCII)
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise click.BadParameter(f"{value!r} is no part of a whole; give one such as 2/3")
    return BankPart(int(found[1]), int(found[2]))


@click.command()
@click.option(
    "--profile",
    type=click.Choice(["gate", "smoke"]),
    default="gate",
    show_default=True,
    help="How much of the suite is run.",
)
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes. [default: one for each processor]")
@click.option(
    "--fault",
    "faults",
    metavar="PATTERN",
    multiple=True,
    help="Try only the faults whose name matches (may be given again).",
)
@click.option(
    "--part",
    metavar="K/N",
    callback=_part,
    help="Try part K of N of the bank: one fault of each place and of each promise at least. The N parts together are the whole.",
)
@click.option(
    "--seeds",
    type=click.IntRange(0, 10000),
    default=3,
    show_default=True,
    help="Runs without a fault, each with its own seed.",
)
@click.option("--specs", type=GivenPath(), help="Directory of the specs (default: the product's own).")
@click.option(
    "--out",
    type=GivenPath(file_okay=False),
    default=Path("reports/selfcheck"),
    show_default=True,
    help="Directory for selfcheck.json and selfcheck.md.",
)
def selfcheck(
    profile: str,
    jobs: int | None,
    faults: tuple[str, ...],
    part: BankPart,
    seeds: int,
    specs: Path | None,
    out: Path,
) -> int:
    """Prove the suite: it must find every fault of the bank, and none on a target that keeps the contract.

    Exit codes: 0 every fault caught and no false alarm, 2 usage, 4 the suite is at fault.
    """
    _prepare(out)
    scorecard = run_selfcheck(profile, jobs or _processors(), faults, seeds, Console(file=sys.stderr), specs, part)
    paths = _write(scorecard, out)
    _print(scorecard, Console(), paths)
    return int(Exit.CONFORMANT if scorecard.proven else Exit.SUITE)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _prepare(out: Path) -> None:
    """Find out now, not after minutes, whether the files can be written; those of an earlier self-check go."""
    open_directory(out)
    for name in FILES:
        try:
            (out / name).unlink(missing_ok=True)
        except OSError as error:
            raise UsageError(f"--out {out}: {name} cannot be written: {error.strerror}; give another --out") from None


def _write(scorecard: Scorecard, out: Path) -> tuple[Path, ...]:
    texts = to_markdown(scorecard), json.dumps(to_json(scorecard), indent=1, ensure_ascii=False) + "\n"
    paths = tuple(out / name for name in FILES)
    try:
        put_all({path: text.encode() for path, text in zip(paths, texts, strict=True)})
    except OSError as error:
        raise UsageError(f"--out {out}: cannot be written: {error.strerror}; give another --out") from None
    return paths


def _print(scorecard: Scorecard, console: Console, paths: tuple[Path, ...]) -> None:
    table = Table(
        box=None,
        pad_edge=False,
        title=f"Faults and what found them (profile {scorecard.profile})",
        title_justify="left",
    )
    for name in ("fault", "outcome", "caught by"):
        table.add_column(name, overflow="fold")
    table.add_column("after", justify="right")
    for item in scorecard.trials:
        by = list(item.checks)
        shown = (
            by[0] + (f" and {len(by) - 1} more" if len(by) > 1 else "")
            if by
            else item.note or ", ".join(item.elsewhere)
        )
        table.add_row(item.fault, item.outcome, shown, "" if item.first is None else str(item.first))
    console.print(table, highlight=False, markup=False)
    for title, names in (
        ("promises without a fault", scorecard.requirements_without_fault),
        ("checks that caught nothing", scorecard.idle_checks),
    ):
        if names:
            console.print(f"{title}: {', '.join(names)}", highlight=False, markup=False)
    console.print(f"reports: {', '.join(str(path) for path in paths)}", highlight=False, markup=False)
    alarms = sum(not item.silent for item in scorecard.clean)
    words = (
        f"of {len(scorecard.trials)} faults {scorecard.count(CAUGHT)} caught, "
        f"{scorecard.count(ELSEWHERE)} noticed elsewhere only, {scorecard.count(MISSED)} missed"
    )
    errors = f", {scorecard.count(ERROR)} errors of the suite" if scorecard.count(ERROR) else ""
    verdict = "PROVEN" if scorecard.proven else "NOT PROVEN"
    if scorecard.part:
        verdict += f" (part {scorecard.part} of the bank)"
    console.print(
        f"{verdict}: {words}{errors}; {alarms} false alarms in {len(scorecard.clean)} runs without a fault, "
        f"in {scorecard.seconds:.0f} s",
        highlight=False,
        markup=False,
    )
