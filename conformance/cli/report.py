"""`conformance report`: the page of a run, made again."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from conformance.cli.run import lang_option
from conformance.reports import write_page
from conformance.reports.recorded import read_run


@click.command()
@click.argument("run_dir", type=click.Path(path_type=Path, file_okay=False))
@lang_option
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="The file to write.  [default: RUN_DIR/index.html]"
)
def report(run_dir: Path, lang: str, out: Path | None) -> None:
    """Write the HTML report of a run again, from the directory that `conformance run --out` wrote."""
    verdict = read_run(run_dir)
    path = out or run_dir / "index.html"
    write_page(verdict, path, lang)
    click.echo(str(path))
