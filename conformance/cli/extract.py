"""`conformance extract`: the document becomes OpenAPI specs and the ledger."""

from __future__ import annotations

from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.table import Table

from conformance.cli.paths import GivenPath
from conformance.contract.extraction import extract as write_specs
from conformance.document import read_document
from conformance.document.contradictions import contradictions
from conformance.judge.registry import coverage
from conformance.model.errors import UsageError
from conformance.reports.destination import open_directory
from conformance.run.cases import registry


@click.command()
@click.argument("document", type=GivenPath())
@click.option("--out", required=True, type=GivenPath(), help="Directory of the specs; it holds the errata.")
def extract(document: Path, out: Path) -> None:
    """Write OpenAPI specs and the ledger from the vendor's DOCUMENT (text in UTF-8, or PDF)."""
    if not out.is_dir():
        raise UsageError(f"--out {out}: there is no such directory; it must hold errata.overlay.yaml")
    open_directory(out)
    read = read_document(document)
    cases = {case.name: case.verifies for case in registry()}
    files = write_specs(read, out, lambda requirements: coverage(requirements, cases))
    console = Console(soft_wrap=True, highlight=False)
    found = contradictions(read)
    table = Table(
        title=f"Contradictions in the document ({len(found)})", title_justify="left", box=None, pad_edge=False
    )
    for column in ("lines", "kind", "what"):
        table.add_column(column, overflow="fold")
    for item in found:
        table.add_row(item.lines, item.kind, item.text)
    Console(highlight=False).print(table)
    for missed in read.unread:
        console.print(f"line {missed.line}: {missed.reason}", markup=False)
    rows = sum(len(item.rows) for item in read.tables) + len(read.common.error_codes)
    examples = [item for item in read.examples if item.kind == "json"]
    repaired = sum(item.repaired is not None for item in examples)
    console.print(
        f"{len(read.operations)} operations, {rows} table rows, {len(examples)} JSON examples ({repaired} repaired); "
        f"written: {', '.join(str(out / name) for name in files)}",
        markup=False,
    )
