"""`conformance serve`: the embedded reference target."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import rich_click as click

from conformance.cli.paths import GivenPath
from conformance.contract.specs import load_contract
from conformance.proof.bank import bank, faults_of, liberties
from conformance.proof.reference import Reference
from conformance.reports.destination import open_file


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1. [default: a free one]")
@click.option(
    "--clouds",
    type=GivenPath(dir_okay=False),
    default=Path("clouds.yaml"),
    show_default=True,
    help="The clouds.yaml to write (clouds reference, reference-other, reference-reader).",
)
@click.option(
    "--fault",
    multiple=True,
    help="Break this promise, or take this liberty (may be given again); `--fault list` names them all.",
)
@click.option("--specs", type=GivenPath(), help="Directory of the specs (default: the product's own).")
def serve(port: int, clouds: Path, fault: tuple[str, ...], specs: Path | None) -> None:
    """Start the embedded reference target and serve until Ctrl-C."""
    contract = load_contract(specs)
    if "list" in fault:
        for name, item in (bank(contract) | liberties(contract)).items():
            click.echo(f"{name:48} {item.description}")
        return
    open_file(clouds, "--clouds")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Reference(contract, port=port, faults=faults_of(contract, fault)) as reference:
        reference.write_clouds(clouds)
        for name, url in reference.urls.items():
            click.echo(f"{name:8} {url}")
        click.echo(
            f"use it with: OS_CLIENT_CONFIG_FILE={clouds} conformance run "
            "--os-cloud reference --other-cloud reference-other"
        )
        sys.stdout.flush()
        stop.wait()
        click.echo(f"{reference.answered} requests answered")
