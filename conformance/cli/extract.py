"""`conformance extract`: the document becomes OpenAPI specs and the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.table import Table

from conformance.cli.paths import GivenPath
from conformance.contract.extraction import Extraction
from conformance.contract.extraction import extract as write_specs
from conformance.document import Document, read_document
from conformance.document.contradictions import Contradiction, contradictions
from conformance.judge.registry import coverage
from conformance.model.contract import StaleErratum
from conformance.model.errors import UsageError
from conformance.reports.visible import safe
from conformance.reports.words import lines
from conformance.run.cases import registry


@click.command()
@click.argument("document", type=GivenPath())
@click.option("--out", required=True, type=GivenPath(), help="Directory of the specs, made where it is missing.")
@click.option(
    "--errata",
    type=GivenPath(),
    help="File of rulings, copied into the directory. Without it, those that lie there hold, if any.",
)
def extract(document: Path, out: Path, errata: Path | None) -> None:
    """Write OpenAPI specs and the ledger from the vendor's DOCUMENT (text in UTF-8, or PDF).

    An action of the errata that selects nothing stops nothing: it is told with its lines, ruling and reason.
    Exit codes: 0 the specs are written, 2 usage: nothing is written.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {out}: it is a file; give a directory")
    read = read_document(document)
    cases = {case.name: case.verifies for case in registry()}
    written = write_specs(read, out, lambda requirements: coverage(requirements, cases), errata)
    Console(highlight=False).print(_table(contradictions(read)))
    console = Console(soft_wrap=True, highlight=False)
    for said in (*_unread(read), *_of_errata(written), _figures(read)):
        console.print(safe(said), markup=False)
    console.print(safe(f"written: {', '.join(str(out / name) for name in written.files)}"), markup=False)


def _table(found: Iterable[Contradiction]) -> Table:
    rows = tuple(found)
    table = Table(title=f"Contradictions in the document ({len(rows)})", title_justify="left", box=None, pad_edge=False)
    for column in ("lines", "kind", "what"):
        table.add_column(column, overflow="fold")
    for item in rows:
        table.add_row(item.lines, item.kind, item.text)
    return table


def _unread(read: Document) -> Iterator[str]:
    for missed in read.unread:
        yield f"line {missed.line}: {missed.reason}"


def _of_errata(written: Extraction) -> Iterator[str]:
    """What is to be said of the errata: that they are another document's, and which of their actions are stale."""
    if written.other:
        yield (
            "the errata name another document (x-document-sha256): the lines that they cite are those of that one; "
            "--against carries rulings over to this one"
        )
    yield from map(_stale, written.stale)


def _stale(item: StaleErratum) -> str:
    ruling = f"ruling {item.ruling}" if item.ruling is not None else "no ruling"
    where = f"nothing in the {item.spec} spec" if item.spec is not None else "in a spec that the document does not have"
    return (
        f"stale erratum ({ruling}, lines {lines(item.source)}): {item.target} selects {where}; it said: {item.reason}"
    )


def _figures(read: Document) -> str:
    rows = sum(len(item.rows) for item in read.tables) + len(read.common.error_codes)
    examples = [item for item in read.examples if item.kind == "json"]
    repaired = sum(item.repaired is not None for item in examples)
    return f"{len(read.operations)} operations, {rows} table rows, {len(examples)} JSON examples ({repaired} repaired)"
