"""`conformance compare`: what changed between two runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import rich_click as click

from conformance.after.compare.change import Comparison
from conformance.after.compare.comparison import compare
from conformance.cli.paths import GivenPath
from conformance.reports.bundle.packing import load
from conformance.reports.comparison_html import comparison_html
from conformance.reports.comparison_json import comparison_json
from conformance.reports.comparison_text import comparison_markdown, comparison_text
from conformance.reports.destination import open_file, put
from conformance.reports.language import LANGUAGES
from conformance.reports.sentences import spoken

FORMATS: Mapping[str, Callable[[Comparison, str, bool], str]] = {
    "text": lambda comparison, lang, everything: comparison_text(comparison, lang, everything=everything),
    "json": lambda comparison, *_: json.dumps(comparison_json(comparison), indent=1, ensure_ascii=False) + "\n",
    "html": lambda comparison, lang, everything: comparison_html(comparison, lang, everything=everything),
    "markdown": lambda comparison, lang, everything: comparison_markdown(comparison, lang, everything=everything),
}


@click.command("compare")
@click.argument("before", type=GivenPath())
@click.argument("after", type=GivenPath())
@click.option(
    "--format", "form", type=click.Choice(tuple(FORMATS)), default="text", show_default=True, help="How it is written."
)
@click.option("--out", type=GivenPath(dir_okay=False), help="File to write; the result is printed all the same.")
@click.option(
    "--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of text, Markdown and HTML."
)
@click.option(
    "--latency-fails",
    type=click.FloatRange(min=1.0),
    metavar="RATIO",
    help="An operation that takes more than RATIO times as long, with confidence, is a regression.",
)
@click.option("--all", "everything", is_flag=True, help="List also what still fails, which is counted otherwise.")
def compare_runs(
    before: Path, after: Path, form: str, out: Path | None, lang: str, latency_fails: float | None, everything: bool
) -> int:
    """Say what changed between two runs of the same suite, BEFORE and AFTER (directories that `run --out` wrote, or
    bundles).

    Exit codes: 0 no regression, 1 regression, 2 usage, 3 the runs cannot be compared or leave it open.
    """
    if out is not None:
        open_file(out)
    result = compare(load(before), load(after), latency_fails=latency_fails)
    text = FORMATS[form](result, lang, everything)
    if out is None:
        click.echo(text, nl=False)
    else:
        put(out, text.encode("utf-8", "backslashreplace"))
        click.echo(comparison_text(result, lang).rstrip("\n").rpartition("\n")[2])
        for reason in result.reasons:
            click.echo(spoken(reason).plain(lang))
    return result.exit_code
