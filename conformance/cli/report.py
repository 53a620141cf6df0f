"""`conformance report`: a report of a run, made again."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from conformance.cli.paths import GivenPath
from conformance.cli.reporting import presented
from conformance.cli.run import lang_option
from conformance.reports import FORMATS, write_report
from conformance.reports.destination import open_file
from conformance.reports.recorded import read_run


@click.command()
@click.argument("run_dir", type=GivenPath(file_okay=False))
@click.option(
    "--format", "form", type=click.Choice(tuple(FORMATS)), default="html", show_default=True, help="Which report."
)
@lang_option
@click.option(
    "--out",
    type=GivenPath(dir_okay=False),
    help="The file to write. [default: that of the run, such as RUN_DIR/index.html]",
)
@click.option("--specs", type=GivenPath(), help="Directory of the specs (default: the product's own).")
def report(run_dir: Path, form: str, lang: str, out: Path | None, specs: Path | None) -> None:
    """Write a report of a run again, from the directory that `conformance run --out` wrote."""
    path = out or run_dir / FORMATS[form].file
    if out is not None:
        open_file(out)
    shown = presented(read_run(run_dir), lang, specs, run_dir)
    write_report(shown, form, path)
    click.echo(str(path))
