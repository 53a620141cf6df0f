"""`conformance bundle`: a run and what it was judged by, in one file."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from conformance.cli.paths import GivenPath
from conformance.reports.bundle.attestation import key_id, private_key
from conformance.reports.bundle.packing import write_bundle
from conformance.reports.destination import open_file
from conformance.reports.recorded import read_run


@click.command()
@click.argument("run", metavar="RUN_DIR", type=GivenPath())
@click.option(
    "--out",
    type=GivenPath(dir_okay=False),
    help="The file to write. [default: conformance-RUN.tar.gz]",
)
@click.option(
    "--key",
    type=GivenPath(),
    metavar="KEY.pem",
    help="Sign with this Ed25519 key (openssl genpkey -algorithm ed25519 -out KEY.pem).",
)
@click.option("--specs", type=GivenPath(), help="Directory of the specs of the run (default: the product's own).")
@click.option("--waivers", type=GivenPath(), help="The waivers of the run.")
def bundle(run: Path, out: Path | None, key: Path | None, specs: Path | None, waivers: Path | None) -> None:
    """Pack verdict, exchanges, reports, specs and waivers with their sums, signed when a key is given.

    The same run gives the same file, byte by byte.
    """
    if out is not None:
        open_file(out)
    signer = private_key(key) if key is not None else None
    place = out or Path(f"conformance-{read_run(run).run.id}.tar.gz")
    verdict, count = write_bundle(run, place, specs=specs, waivers=waivers, key=signer)
    how = f"signed by key {key_id(signer.public_key())}" if signer is not None else "not signed"
    click.echo(f"{place}: {count} files of run {verdict.run.id} ({verdict.overall}), {how}")
