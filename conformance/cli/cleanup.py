"""`conformance cleanup`: what runs that ended without cleaning up have left on a cloud."""

from __future__ import annotations

import os
from pathlib import Path

import rich_click as click

from conformance.cli.paths import GivenPath
from conformance.cli.run import target_options
from conformance.contract.specs import load_contract
from conformance.model.deadline import Deadline, parse_time
from conformance.model.errors import Exit
from conformance.reports.sentences import spoken
from conformance.run.cleanup.tidying import Tidied, journals_in, tidy_up
from conformance.run.journal_file import state_directory
from conformance.target.choice import names_cloud
from conformance.target.cloud import Settings


@click.command()
@target_options
@click.option(
    "--specs", type=GivenPath(), help="Directory of the specs that the runs had (default: the product's own)."
)
@click.option("--dry-run", "dry", is_flag=True, help="Only say what is there; delete nothing.")
@click.option("--max-time", default="5m", show_default=True, metavar="Ns|Nm|Nh", help="What it may take.")
def cleanup(settings: Settings, specs: Path | None, dry: bool, max_time: str) -> int:
    """Delete what runs that ended without cleaning up have left, as their journals name it.

    Only what a run has made is touched. Without a cloud it is said for which endpoints and projects there are journals.
    What a run made in a second project is deleted with the --other-cloud of that run, what it made of another contract
    with its --specs.

    Exit codes: 0 nothing is left, 2 usage, 3 something is left or the cloud was not reached.
    """
    deadline = Deadline.after(parse_time(max_time))
    if names_cloud(settings, {**os.environ, "CI": ""}):
        tidied = tidy_up(state_directory(), settings, load_contract(specs), deadline, dry=dry)
        return _shown(tidied)
    tidied = journals_in(state_directory())
    code = _shown(tidied)
    if tidied.left:
        click.echo(f"the journals are in {state_directory()}; --os-cloud deletes what those of a cloud name", err=True)
    return code


def _shown(tidied: Tidied) -> int:
    for phrase in tidied.said:
        click.echo(spoken(phrase).plain("en"))
    if tidied.fault is not None:
        raise tidied.fault
    return int(Exit.INCONCLUSIVE if tidied.left else Exit.CONFORMANT)
