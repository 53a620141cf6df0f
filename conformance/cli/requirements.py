"""`conformance requirements`: the ledger."""

from __future__ import annotations

import json
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.table import Table

from conformance.cli.paths import GivenPath
from conformance.contract.specs import load_contract
from conformance.reports.language import LANGUAGES, say
from conformance.reports.sentences import said
from conformance.reports.words import AUTHORITIES, LEVELS, lines


@click.command()
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="How to print.")
@click.option("--specs", type=GivenPath(), help="Directory of the specs (default: the product's own).")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of the table.")
def requirements(form: str, specs: Path | None, lang: str) -> None:
    """Print the ledger: each promise, its lines in the document, and the checks that judge it."""
    contract = load_contract(specs)
    if form == "json":
        rows = [
            {
                "id": item.id,
                "statement": str(item.statement),
                "level": str(item.level),
                "authority": str(item.authority),
                "ruling": item.ruling,
                "source": [list(pair) for pair in item.source],
                "operation": item.operation,
                "checks": list(item.checks),
                "excluded": item.excluded,
            }
            for item in contract.requirements.values()
        ]
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    table = Table(box=None, pad_edge=False)
    heads = (say("requirement"), say("lines"), say("level"), say("authority"), say("checks, or why excluded"))
    for column in heads:
        table.add_column(column.plain(lang), overflow="fold")
    for item in contract.requirements.values():
        authority = AUTHORITIES[item.authority].plain(lang) + (f" {item.ruling}" if item.ruling else "")
        why = said(item.excluded).plain(lang) if item.excluded else ", ".join(item.checks)
        table.add_row(item.id, lines(item.source), LEVELS[item.level].plain(lang), authority, why)
    Console(highlight=False).print(table)
