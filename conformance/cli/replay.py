"""`conformance replay`: the requests of a run's findings, sent again."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import rich_click as click

from conformance.after.replay.resending import chosen
from conformance.after.replay.resending import replay as replay_run
from conformance.cli.embedded import embedded
from conformance.cli.paths import GivenPath
from conformance.cli.reporting import ENGLISH
from conformance.cli.run import target_options
from conformance.reports.bundle.packing import load
from conformance.reports.language import LANGUAGES
from conformance.reports.replay_json import replay_json
from conformance.reports.replay_text import replay_text
from conformance.target.cloud import Settings


@click.command()
@click.argument("run", metavar="RUN", type=GivenPath())
@click.argument("finding", required=False)
@target_options
@click.option("--specs", type=GivenPath(), help="Directory of the specs (default: the product's own).")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="What is printed."
)
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of the text.")
def replay(
    run: Path,
    finding: str | None,
    settings: Settings,
    specs: Path | None,
    form: str,
    lang: str,
) -> int:
    """Send the requests of a run's findings again, and say of each whether it is reproduced.

    RUN is the directory or the bundle of a run, FINDING the beginning of a finding's id (default: all).

    Exit codes: 0 none reproduced, 1 one reproduced or changed, 2 usage, 3 one could not be decided or the target not
    reached.
    """
    verdict = load(run)
    groups = chosen(verdict, finding)
    result = replay_run(verdict, groups, settings, specs, _progress, embedded, ENGLISH)
    if form == "json":
        click.echo(json.dumps(replay_json(result), indent=1, ensure_ascii=False))
    else:
        if sys.stderr.isatty():
            click.echo("\r\x1b[K", nl=False, err=True)
        click.echo(replay_text(result, lang), nl=False)
    return result.exit_code


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{text}", nl=False, err=True)
