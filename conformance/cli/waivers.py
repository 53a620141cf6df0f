"""`conformance waivers`: the file of waivers, drafted from the findings of a run."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from conformance.cli.paths import GivenPath
from conformance.cli.suggestions import Group
from conformance.model.errors import UsageError
from conformance.reports.bundle.packing import load
from conformance.reports.destination import open_file, put
from conformance.reports.waivers_draft import chosen, draft
from conformance.run.options import WAIVERS


@click.group(cls=Group)
def waivers() -> None:
    """Excuse findings that a site has decided to live with, each with a reason, an owner and an end."""


@waivers.command("draft")
@click.argument("run_dir", type=GivenPath())
@click.option(
    "--out",
    type=GivenPath(dir_okay=False),
    default=Path(WAIVERS),
    show_default=True,
    help="The file to write.",
)
@click.option(
    "--all", "everything", is_flag=True, help="Also what is waived, known, explored or advisory and fails no run."
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def draft_waivers(run_dir: Path, out: Path, everything: bool, force: bool) -> None:
    """Write an entry for each cause that fails the run of RUN_DIR (a directory that `run --out` wrote, or a bundle).

    Reason, owner and end are left to fill in; until then the file is refused and excuses nothing.
    """
    if out.exists() and not force:
        raise UsageError(f"{out}: is there already; give another --out, or --force to write over it")
    open_file(out)
    verdict = load(run_dir)
    groups = chosen(verdict, everything=everything)
    if not groups:
        click.echo(f"{run_dir}: no finding fails this run, so there is nothing to waive; no file is written")
        return
    put(out, draft(groups, verdict).encode())
    entries = "1 entry" if len(groups) == 1 else f"{len(groups)} entries"
    click.echo(
        f"{out}: {entries}; fill in reason, owner and expires of each, or delete it, then `conformance run --waivers {out}`"
    )
