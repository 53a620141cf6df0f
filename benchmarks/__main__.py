"""`python -m benchmarks`: the whole comparison, or a part of it."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import rich_click as click

from benchmarks.measure import Failed
from benchmarks.table import Row, table
from benchmarks.tools import CONFORMANCE, SPEC, bare, conformance, missing, schemathesis, schemathesis_command
from conformance.contract.specs import load_contract
from conformance.proof.bank import bank
from conformance.services.fault import Fault

SEEDS = (1, 2, 3, 4, 5)
DRAWN_WITH = 12
"""The seed that the faults are drawn with."""
PARTS = ("bare", "schemathesis", *CONFORMANCE)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--only", type=click.Choice(PARTS), multiple=True, help="A part (may be given again).  [default: all]")
@click.option("--faults", type=click.IntRange(0), default=60, show_default=True, help="Faults of the bank to look for.")
@click.option("--quick", is_flag=True, help="One seed, a second each, no faults: to see that it works.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File for the table besides.")
def main(only: tuple[str, ...], faults: int, quick: bool, out: Path | None) -> None:
    """Compare the suite with Schemathesis and with a bare loop of requests; prints a table in Markdown."""
    absent = missing()
    if absent is not None:
        _fail(f"{absent} is not installed; `make benchmark` installs it")
    chosen = only or (PARTS[:-1] if quick else PARTS)
    seeds = SEEDS[:1] if quick else SEEDS
    drawn = [] if quick else list(_drawn(faults))
    seconds = 2.0 if quick else 30.0
    try:
        rows = [row for name in PARTS if name in chosen for row in [_row(name, seeds, seconds, drawn, quick=quick)]]
    except Failed as error:
        _fail(str(error))
    text = table(rows, _notes(rows, drawn, seconds))
    click.echo(text, nl=False)
    if out is not None:
        out.write_text(text, encoding="utf-8")


def _row(name: str, seeds: Sequence[int], seconds: float, drawn: Sequence[Fault], *, quick: bool) -> Row:
    _say(f"{name}: {len(seeds)} runs")
    if name == "bare":
        return Row("bare loop of requests", [bare(1.0 if quick else 10.0) for _ in seeds])
    if name == "schemathesis":
        results = [schemathesis(seconds, seed) for seed in seeds]
        usual = frozenset().union(*(failures for _, failures in results))
        return Row("schemathesis run", [took for took, _ in results], _by_schemathesis(drawn, usual))
    profile = "smoke" if quick else name
    runs = [conformance(profile, seed)[0] for seed in seeds]
    return Row(f"conformance run --profile {profile}", runs, _by_us(drawn) if name == "gate" else None)


def _drawn(count: int) -> Iterator[Fault]:
    """Faults of the bank, the same ones each time."""
    known = bank(load_contract())
    yield from (known[name] for name in random.Random(DRAWN_WITH).sample(sorted(known), min(count, len(known))))


def _by_us(drawn: Sequence[Fault]) -> tuple[int, int, float] | None:
    """Faults found, tried, and seconds. One is found when a promise that it breaks is found broken, a binding one when
    it breaks a binding one (as `conformance selfcheck` has it)."""
    contract = load_contract()
    found, took = 0, 0.0
    for number, fault in enumerate(drawn, 1):
        run, broken = conformance("gate", 1, (fault.id,))
        took += run.seconds
        binding = {name for name in fault.breaks if contract.requirements[name].binding}
        found += bool(broken & (binding or set(fault.breaks)))
        _say(f"gate: fault {number} of {len(drawn)}, {found} found")
    return (found, len(drawn), took) if drawn else None


GIVEN = 10.0
"""Seconds that Schemathesis has for each fault, about what a gate run takes."""


def _by_schemathesis(drawn: Sequence[Fault], usual: frozenset[tuple[str, ...]]) -> tuple[int, int, float] | None:
    """The same; one is found when a failure is reported that no run against the right target has reported."""
    found, took = 0, 0.0
    for number, fault in enumerate(drawn, 1):
        run, failures = schemathesis(GIVEN, 1, (fault.id,))
        took += run.seconds
        found += bool(failures - usual)
        _say(f"schemathesis: fault {number} of {len(drawn)}, {found} found")
    return (found, len(drawn), took) if drawn else None


def _notes(rows: Sequence[Row], drawn: Sequence[Fault], seconds: float) -> dict[str, str]:
    spec = Path(SPEC).relative_to(Path.cwd()) if Path(SPEC).is_relative_to(Path.cwd()) else SPEC
    command = " ".join(schemathesis_command(seconds, 1)[3:]).replace(str(SPEC), str(spec)).replace("{token}", "...")
    notes = {"runs": f"the median of seeds {SEEDS[0]} to {SEEDS[-1]}", "schemathesis": f"`schemathesis {command}`"}
    others = [row for row in rows if not row.name.startswith("conformance")]
    for ours in (row for row in rows if row not in others):
        beside = "; ".join(f"{ours.rate / row.rate:.2f} times that of {row.name}" for row in others)
        notes |= {f"rate of {ours.name}": beside} if beside else {}
    if drawn:
        notes["faults"] = (
            f"{len(drawn)} of the bank, drawn with seed {DRAWN_WITH}; Schemathesis has {GIVEN:.0f} s for each"
        )
    return notes


def _fail(text: str) -> NoReturn:
    print(f"benchmark: {text}", file=sys.stderr)
    sys.exit(1)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
