"""`conformance baseline`: the known findings, kept from run to run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import rich_click as click

from conformance.cli.paths import GivenPath
from conformance.cli.suggestions import Group
from conformance.contract.specs import load_contract
from conformance.judge.baseline import Baseline, Entry, found_in, pruned, updated
from conformance.model.deviation import Deviation
from conformance.reports.recorded import read_run
from conformance.reports.sentences import sentence
from conformance.reports.terminal import safe
from conformance.run.baseline_file import load_baseline, write_baseline


def baseline_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The file, the same option for each command."""
    option = click.option(
        "--baseline",
        "path",
        type=GivenPath(dir_okay=False),
        default=Path("baseline.json"),
        show_default=True,
        help="File of known findings.",
    )
    return option(command)


RUN_DIR = click.argument("run_dir", type=GivenPath(file_okay=False))


@click.group(cls=Group)
def baseline() -> None:
    """Keep the findings that are known, so that `conformance run --baseline FILE` fails only on new ones."""


@baseline.command()
@RUN_DIR
@baseline_option
@click.option("--anew", is_flag=True, help="Forget what the file holds, also that of another contract.")
def update(run_dir: Path, path: Path, anew: bool) -> None:
    """Take what failed the run of RUN_DIR into the file; it is written when it is not there."""
    verdict = read_run(run_dir)
    contract = verdict.contract
    fresh = Baseline(contract["name"], contract["sha256"])
    old = fresh if anew or not path.exists() else load_baseline(path, contract)
    new = updated(old, verdict)
    write_baseline(new, path)
    for entry in sorted(new.entries - old.entries):
        click.echo(f"+ {_line(entry, new)}")
    click.echo(f"{path}: {len(new.entries)} known findings, {len(new.entries - old.entries)} of them new")


@baseline.command()
@RUN_DIR
@baseline_option
def prune(run_dir: Path, path: Path) -> None:
    """Drop from the file what the run of RUN_DIR asked for and did not find. What it did not ask for stays."""
    verdict = read_run(run_dir)
    old = load_baseline(path, verdict.contract)
    new = pruned(old, verdict)
    write_baseline(new, path)
    dropped = old.entries - new.entries
    for entry in sorted(dropped):
        click.echo(f"- {_line(entry, old)}")
    unasked = new.entries - found_in(verdict)
    seeds = sorted({new.explored[entry] for entry in unasked if entry in new.explored})
    more = f" ({len(unasked)} kept that the run did not find and did not ask for)" if unasked else ""
    again = f"; those that are explored are asked for again with --seed {', '.join(map(str, seeds))}" if seeds else ""
    click.echo(f"{path}: {len(new.entries)} known findings, {len(dropped)} dropped{more}{again}")


@baseline.command()
@baseline_option
@click.option("--specs", type=GivenPath(), help="Directory of the specs (default: the product's own).")
def show(path: Path, specs: Path | None) -> None:
    """Print the file, by requirement."""
    contract = load_contract(specs)
    held = load_baseline(path, {"name": contract.name, "sha256": contract.sha256})
    for entry in sorted(held.entries):
        click.echo(_line(entry, held))
    counts = Counter(entry.requirement for entry in held.entries)
    click.echo(
        f"{path}: {len(held.entries)} known findings of {len(counts)} requirements, "
        f"contract {held.contract} ({held.sha256[:12]})"
    )
    asked = held.asked
    click.echo(
        f"asked: {sum(map(len, asked.classes.values()))} classes of requests to {len(asked.classes)} operations, "
        f"{len(asked.looks)} requirements judged, {'whole runs' if asked.whole else 'no whole run'}"
        + (f", seed {', '.join(map(str, sorted(asked.seeds)))}" if asked.seeds else "")
    )


def _line(entry: Entry, baseline: Baseline) -> str:
    status = "" if entry.status == -1 else f" {entry.status}"
    seen = () if entry.status == -1 else (("status", entry.status),)  # a baseline keeps nothing else that was seen
    words = sentence(replace(Deviation.from_json(json.loads(entry.deviation)), seen=seen)).plain("en")
    explored = f", explored with seed {baseline.explored[entry]}" if entry in baseline.explored else ""
    return safe(f"{entry.requirement} in {entry.operation}{status}: {words} ({entry.check}{explored})")
