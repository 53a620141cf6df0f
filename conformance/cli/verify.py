"""`conformance verify`: whether a bundle was altered."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from conformance.cli.paths import GivenPath
from conformance.model.errors import Exit
from conformance.reports.bundle.attestation import public_key
from conformance.reports.bundle.packing import Examination, examine
from conformance.reports.terminal import safe


@click.command()
@click.argument("bundle", metavar="BUNDLE", type=GivenPath())
@click.option(
    "--key",
    type=GivenPath(),
    metavar="PUB.pem",
    help="The public key that must have signed it (openssl pkey -in KEY.pem -pubout -out PUB.pem).",
)
def verify(bundle: Path, key: Path | None) -> int:
    """Say whether anything in a bundle was altered, and who signed it.

    Exit codes: 0 intact, 1 altered (with --key also: not signed, or not by this key), 2 not a bundle.
    """
    found = examine(bundle, public_key(key) if key is not None else None)
    for problem in found.problems:
        click.echo(f"altered: {safe(problem)}")
    if found.problems:
        click.echo(f"ALTERED: {bundle}, {len(found.problems)} problems (exit 1)")
        return int(Exit.NON_CONFORMANT)
    click.echo(
        f"INTACT: {found.files} files of run {found.run['id']} ({found.run['outcome']}), {_signature(found)} (exit 0)"
    )
    return int(Exit.CONFORMANT)


def _signature(found: Examination) -> str:
    if not found.signers:
        return "not signed: the sums show damage, not who made it"
    who = ", ".join(found.signers)
    return (
        f"signed by key {who}" if found.verified else f"signed by key {who}, which was not verified: give it with --key"
    )
