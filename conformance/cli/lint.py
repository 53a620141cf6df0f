"""`conformance lint`: what is wrong with waivers, baseline and specs."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from conformance.cli.paths import GivenPath
from conformance.contract.specs import default_directory, load_contract
from conformance.model.contract import Contract
from conformance.model.errors import Exit, UsageError
from conformance.reports.terminal import safe
from conformance.run.cases import judging
from conformance.run.lint import Checked, lint_file, lint_specs

DEFAULTS = (Path("waivers.yaml"), Path("baseline.json"))


@click.command()
@click.argument("paths", nargs=-1, type=GivenPath())
@click.option(
    "--specs",
    type=GivenPath(),
    help="Directory of the specs that files are held to (default: the product's own).",
)
def lint(paths: tuple[Path, ...], specs: Path | None) -> int:
    """Check files of waivers, baselines and directories of specs against their schemas and the contract.

    Without PATHS: waivers.yaml and baseline.json of the current directory when they are there, and the specs.
    Exit codes: 0 nothing is wrong, 2 something is.
    """
    place = specs or default_directory()
    chosen = paths or (*(path for path in DEFAULTS if path.is_file()), place)
    done: list[Checked] = []
    for path in chosen:
        if path.is_dir():
            done += lint_specs(path, judging)
        else:
            done.append(lint_file(path, _contract(specs)))
    found = [item for _, items in done for item in items]
    for item in found:
        click.echo(safe(str(item)))
    if found:
        raise UsageError(f"{len(found)} violations in {len({item.file for item in found})} of {len(done)} checks")
    for what, _ in done:
        click.echo(safe(what))
    click.echo(f"{len(done)} checks, nothing is wrong")
    return int(Exit.CONFORMANT)


def _contract(specs: Path | None) -> Contract:
    try:
        return load_contract(specs)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise UsageError(
            f"--specs {specs}: these specs are no contract; `conformance lint {specs}` says what is wrong"
        ) from None
