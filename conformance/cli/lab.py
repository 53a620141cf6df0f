"""`conformance lab`: a real Keystone and Glance on loopback, and Cinder where it is wanted."""

from __future__ import annotations

import rich_click as click

from conformance.cli.suggestions import Group
from conformance.model.errors import Exit
from conformance.proof import lab as laboratory


@click.group(cls=Group)
def lab() -> None:
    """A real Keystone and Glance on loopback."""


_release = click.option("--release", default=laboratory.DEFAULT_RELEASE, show_default=True, help="Release of Glance.")


@lab.command()
@_release
@click.option(
    "--with", "parts", multiple=True, type=click.Choice(["volume"]), help="Also a Cinder, which holds no disks."
)
def up(release: str, parts: tuple[str, ...]) -> None:
    """Install (once) and start it; prints the clouds.yaml to use."""
    _tell(laboratory.up(release, progress=lambda text: click.echo(text, err=True), volume="volume" in parts))


def _tell(now: laboratory.LabStatus) -> None:
    """Say where it is."""
    volume = f", Cinder at {now.volume_url}" if now.volume_url else ""
    click.echo(f"Glance {now.release} at {now.image_url}, Keystone at {now.identity_url}{volume}")
    click.echo(f"export OS_CLIENT_CONFIG_FILE={now.clouds_yaml}")


@lab.command()
@_release
def status(release: str) -> int:
    """Say whether it is up; exit code 0 when it is, 3 when not."""
    now = laboratory.status(release)
    if not now.running:
        click.echo(f"Glance {release} is not up")
        return int(Exit.INCONCLUSIVE)
    _tell(now)
    return 0


@lab.command()
@_release
def down(release: str) -> None:
    """Stop it and remove its data."""
    click.echo(f"Glance {release} is down" if laboratory.down(release) else f"Glance {release} was not up")
