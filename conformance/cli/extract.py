"""`conformance extract`: the document becomes OpenAPI specs and the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.table import Table

from conformance.cli.carried import carry_over
from conformance.cli.paths import GivenPath
from conformance.contract.extraction import Extraction, errata_text, work_out
from conformance.contract.prepared import OVERLAY
from conformance.contract.reading import after, earlier_in, first_line, reading
from conformance.contract.staging import taken_back
from conformance.document import Document, read_document
from conformance.document.contradictions import Contradiction, contradictions
from conformance.document.naming import named_operations
from conformance.document.pictures import page_pictures
from conformance.model.contract import StaleErratum
from conformance.model.errors import Exit, UsageError
from conformance.reports.destination import open_file, put
from conformance.reports.language import LANGUAGES
from conformance.reports.reading_html import reading_html
from conformance.reports.reading_json import reading_report
from conformance.reports.visible import safe
from conformance.reports.words import lines
from conformance.run.cases import judging


@click.command()
@click.argument("document", type=GivenPath())
@click.option(
    "--out",
    type=GivenPath(),
    help="Directory of the specs, made where it is missing. With --against it may be left out: nothing is written then.",
)
@click.option(
    "--errata",
    type=GivenPath(),
    help="File of rulings, copied into the directory. Without it, those that lie there hold, if any.",
)
@click.option(
    "--against",
    type=GivenPath(),
    help="Directory of the specs of the edition before: its rulings are carried over, and what changes is told.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Write no specs, exit 1, when a line was not understood, an erratum is stale or of another document, or a ruling "
    "that was carried over needs a look.",
)
@click.option(
    "--report", type=GivenPath(), help="Write what was read and what was not to this file: .json, or .html to look at."
)
@click.option(
    "--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of the HTML report."
)
def extract(
    document: Path,
    out: Path | None,
    errata: Path | None,
    against: Path | None,
    strict: bool,
    report: Path | None,
    lang: str,
) -> int:
    """Write OpenAPI specs and the ledger from the vendor's DOCUMENT (text in UTF-8, PDF, Markdown or HTML).

    An action of the errata that selects nothing stops nothing: it is told with its lines, ruling and reason.
    Of the rulings of the edition before (--against), those that apply get the lines of this one; those that the vendor has
    made needless are left out; those whose place has changed are set aside in the errata (x-aside) for you to look at.
    Exit codes: 0 the specs are written; 1 with --strict, something was left over, no specs are written; 2 usage.
    """
    if out is None and against is None:
        raise UsageError("give --out DIR, the directory of the specs")
    if errata is not None and against is not None:
        raise UsageError("--errata and --against: give one of them")
    if out is not None and out.exists() and not out.is_dir():
        raise UsageError(f"--out {out}: it is a file; give a directory")
    if report is not None:
        _open_report(report)
    if out is not None:
        taken_back(out)
    read = read_document(document)
    carried = carry_over(read, against) if against is not None else None
    if carried is not None:
        read = carried.document
    elif out is not None:
        read = after(read, earlier_in(out))
    if out is not None and carried is not None and carried.errata is None and (out / OVERLAY).exists():
        raise UsageError(
            f"--out {out}: it holds errata of its own, and {against} has none to carry over; give another directory"
        )
    place = errata or (out or against or Path()) / OVERLAY
    text = carried.errata if carried is not None else errata_text(place, needed=errata is not None)
    name = out.resolve().name if out is not None else document.stem
    worked_out = work_out(read, name, judging, text, place)
    left_over = strict and bool(
        read.unread or worked_out.stale or worked_out.other or (carried is not None and carried.left_over)
    )
    if report is not None:
        put(report, _report(document, read, worked_out, report, lang).encode("utf-8", "backslashreplace"), "--report")
    told = (
        tuple(carried.said(worked_out, name)) if carried is not None else ()
    )  # before the edition may be written over
    files: tuple[str, ...] = ()
    nothing = not named_operations(read)
    if out is not None and not left_over and not nothing:
        done = worked_out.write(out, errata=errata is not None or carried is not None)
        files = tuple(str(out / name) for name in (*done.files, *([OVERLAY] if carried and carried.errata else [])))
    Console(highlight=False).print(_table(contradictions(read)))
    said = [*_unread(read), *_of_errata(worked_out), _figures(read), *told]
    if report is not None:
        files = (*files, str(report))
    if left_over and out is not None:
        said.append("no specs are written (--strict): something was left over")
    console = Console(soft_wrap=True, highlight=False)
    for line in (*said, *([f"written: {', '.join(files)}"] if files else [])):
        console.print(safe(line), markup=False)
    if nothing and not left_over:
        raise UsageError(
            f"{document}: none of its operations can be written, for the reasons above: each needs a method and a path, and"
            " one that no value tells from others; no specs are written"
        )
    return int(Exit.NON_CONFORMANT if left_over else Exit.CONFORMANT)


def _open_report(report: Path) -> None:
    if report.suffix not in {".json", ".html"}:
        raise UsageError(f"--report {report}: give a file whose name ends in .json or .html")
    open_file(report, "--report")


def _report(document: Path, read: Document, worked_out: Extraction, report: Path, lang: str) -> str:
    item = reading(read)
    if report.suffix == ".json":
        return reading_report(item, worked_out.stale)
    wanted = [missed.line for missed in item.unread] + [first_line(found) for found in item.contradictions]
    pages = {line: page for line in wanted if (page := read.page_of(line)) is not None}
    return reading_html(
        item, worked_out.stale, pages, page_pictures(document, [pages[at] for at in wanted if at in pages]), lang
    )


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
        where = lines(((missed.line, missed.last_line),))
        yield f"line{'' if missed.line == missed.last_line else 's'} {where}: {missed.reason}"


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
