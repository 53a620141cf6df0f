"""`conformance errata`: the rulings on a document, drafted from its contradictions."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from conformance.cli.paths import GivenPath
from conformance.cli.suggestions import Group
from conformance.contract.drafting import drafted, unanswered
from conformance.contract.openapi import service_specs
from conformance.contract.overlay import NO_ERRATA, overlay_of
from conformance.contract.prepared import OVERLAY
from conformance.contract.reading import kept
from conformance.contract.services import common_spec
from conformance.contract.yamlfiles import extracted_specs
from conformance.document import read_document
from conformance.document.contradictions import contradictions
from conformance.model.errors import UsageError
from conformance.reports.destination import open_file, put


@click.group(cls=Group)
def errata() -> None:
    """Rulings on what a document says against itself."""


@errata.command("draft")
@click.argument("source", type=GivenPath())
@click.option(
    "--out",
    type=GivenPath(dir_okay=False),
    default=Path("errata.draft.yaml"),
    show_default=True,
    help="The file to write.",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def draft_errata(source: Path, out: Path, force: bool) -> None:
    """Write a ruling for each contradiction of SOURCE, a document or a directory of specs, on which nobody has ruled.

    Each ruling says what the specs do without it; `conformance extract --errata` takes the file as it is, or edited.
    """
    if out.exists() and not force:
        raise UsageError(f"{out}: is there already; give another --out, or --force to write over it")
    if not source.exists():
        raise UsageError(f"{source}: there is no such file or directory; give a document, or a directory of specs")
    open_file(out)
    overlay = NO_ERRATA
    if source.is_dir():
        known, specs = kept(source), extracted_specs(source)
        overlay, found, sha256 = overlay_of(source / OVERLAY), known.contradictions, known.sha256
        title, version = source.resolve().name, str(common_spec(specs)["info"]["version"])
    else:
        read = read_document(source)
        specs, found, sha256 = service_specs(read), contradictions(read), read.sha256
        title, version = read.title, read.product_version
    chosen = unanswered(found, overlay)
    if not chosen:
        click.echo(f"{source}: nothing to rule on, so no file is written")
        return
    first = max(overlay.rulings, default=0) + 1
    put(out, drafted(chosen, specs, title, version, sha256, first).encode())
    rulings = "1 ruling" if len(chosen) == 1 else f"{len(chosen)} rulings"
    ruled = f"; {len(found) - len(chosen)} contradictions are ruled on already" if len(found) > len(chosen) else ""
    then = "`conformance extract DOCUMENT --out DIR --errata FILE` takes it as it is"
    if overlay is not NO_ERRATA:
        then = f"put its rulings and actions into {source / OVERLAY}"
    click.echo(
        f"{out}: {rulings}{ruled}; edit it, then {then}" if overlay is not NO_ERRATA else f"{out}: {rulings}; {then}"
    )
