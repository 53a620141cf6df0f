"""`conformance requirements`: the ledger."""

from __future__ import annotations

import json
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.table import Table

from conformance.contract.specs import load_contract


@click.command()
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="How to print.")
@click.option("--specs", type=click.Path(path_type=Path), help="Directory of the specs (default: the product's own).")
def requirements(form: str, specs: Path | None) -> None:
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
    for column in ("requirement", "lines", "level", "authority", "checks, or why excluded"):
        table.add_column(column, overflow="fold")
    for item in contract.requirements.values():
        lines = ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in item.source)
        authority = str(item.authority) + (f" {item.ruling}" if item.ruling else "")
        table.add_row(item.id, lines, str(item.level), authority, item.excluded or ", ".join(item.checks))
    Console(highlight=False).print(table)
