"""`conformance run`: the suite against a cloud, and the verdict."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import rich_click as click
from rich.console import Console

from conformance.cli.embedded import embedded
from conformance.cli.paths import GivenPath
from conformance.cli.reporting import present_run
from conformance.model.errors import Exit
from conformance.reports import LANGUAGES, print_verdict
from conformance.reports.plan_text import plan_text
from conformance.run.options import (
    MOST_CONFIRM,
    MOST_WORKERS,
    PROFILES,
    Options,
    seed_of_day,
    waivers_chosen,
    workers_of,
)
from conformance.run.plan import planned
from conformance.target.cloud import Settings

PANELS: Mapping[str, Sequence[str]] = {
    "Which cloud": [
        "--os-cloud",
        "--other-cloud",
        "--os-region-name",
        "--os-interface",
        "--os-cacert",
        "--insecure",
        "--reference",
    ],
    "How much": ["--profile", "-k", "--budget", "--bytes", "--max-time", "--seed", "--confirm"],
    "Load on the cloud": ["--dry-run", "--read-only", "--allow", "--rate", "--max-in-flight", "--workers"],
    "What it is held to": ["--strict", "--waivers", "--strict-waivers", "--baseline", "--specs", "--values"],
    "Reports": ["--out", "--alluredir", "--lang", "--help"],
}
"""The options of a run in its help, by what they are for."""


def target_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that find the cloud, as the openstack client names them; the command is given them as `settings`."""

    @wraps(command)
    def with_settings(
        os_cloud: str | None,
        os_region_name: str | None,
        os_interface: str | None,
        os_cacert: str | None,
        insecure: bool,
        other_cloud: str | None,
        reference: bool,
        **others: Any,
    ) -> Any:
        settings = Settings(
            cloud=os_cloud,
            region=os_region_name,
            interface=os_interface,
            other_cloud=other_cloud,
            reference=reference,
            cacert=os_cacert,
            insecure=insecure,
        )
        return command(settings=settings, **others)

    wrapped: Callable[..., Any] = with_settings
    for option in reversed(
        [
            click.option(
                "--os-cloud", help="Cloud of clouds.yaml. Without any cloud the embedded reference is the target."
            ),
            click.option(
                "--reference",
                is_flag=True,
                help="The embedded reference is the target on purpose, as is needed where CI is set.",
            ),
            click.option("--os-region-name", help="Region of the catalogue."),
            click.option("--os-interface", help="Interface of the catalogue: public, internal or admin."),
            click.option("--os-cacert", help="CA file that the cloud's certificates are verified with."),
            click.option("--insecure", is_flag=True, help="Do not verify certificates."),
            click.option("--other-cloud", help="Cloud of clouds.yaml with a second project, for isolation."),
        ]
    ):
        wrapped = option(wrapped)
    return wrapped


lang_option = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="Language of the summary and of the report's first view.",
)


def panels(command: Callable[..., Any]) -> Callable[..., Any]:
    for title, options in reversed(list(PANELS.items())):
        command = click.option_panel(title, options=list(options))(command)
    return command


@click.command()
@panels
@target_options
@click.option("--profile", type=click.Choice(PROFILES), default="gate", show_default=True, help="How much is run.")
@click.option(
    "--seed",
    type=int,
    help="What the exploring part is drawn with; the same seed explores the same. [default: today's date, 20261231 say]",
)
@click.option(
    "--budget",
    metavar="N|Ns|Nm",
    help="What the generated cases may spend: requests (500) or a time (120s, 10m). [default: the profile's]",
)
@click.option(
    "--bytes",
    "allowance",
    metavar="N|NKiB|NMiB",
    help="Data that the cases about sizes may send and receive (64KiB, 8MiB). [default: the profile's]",
)
@click.option(
    "--max-time",
    metavar="Ns|Nm|Nh",
    help="What the whole run may take: waits, cleaning up, judging and the reports included (90s, 15m, 2h). "
    "[default: smoke 2m, gate 15m, acceptance 2h]",
)
@click.option(
    "--rate",
    metavar="N/s|N/m",
    help="Requests in a time, at most, kept by all that is sent (20/s, 600/m). [default: no bound]",
)
@click.option(
    "--max-in-flight",
    type=click.IntRange(1),
    metavar="N",
    help="Requests under way at once, at most. [default: no bound]",
)
@click.option(
    "--out",
    type=GivenPath(file_okay=False),
    default=Path("reports"),
    show_default=True,
    help="Directory for the reports.",
)
@click.option(
    "--alluredir",
    type=GivenPath(file_okay=False),
    help="Directory for Allure results, one for each requirement.",
)
@click.option(
    "-k", "select", metavar="EXPR", help="Run only the cases that match; the verdict is then at best inconclusive."
)
@click.option("--strict", is_flag=True, help="Findings against OpenStack's API count too.")
@click.option(
    "--waivers",
    type=GivenPath(dir_okay=False),
    help="File of waivers. [default: waivers.yaml in the current directory when it is there]",
)
@click.option("--strict-waivers", is_flag=True, help="Waivers that are unused or have expired fail the run.")
@click.option(
    "--baseline",
    type=GivenPath(dir_okay=False),
    help="File of known findings; only others fail the run.",
)
@click.option(
    "--confirm",
    type=click.IntRange(0, MOST_CONFIRM),
    default=0,
    show_default=True,
    metavar="N",
    help="Run cases with findings N more times, to tell a flaky target from a wrong one.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    metavar="N",
    help="Run N cases at the same time, each in a process with a connection of its own; the verdict is the same. "
    "[default: 2 against a cloud, 1 with the embedded reference or --max-in-flight 1]",
)
@click.option(
    "--read-only", is_flag=True, help="Send nothing but GET, the login aside; the verdict is then at best inconclusive."
)
@click.option(
    "--allow",
    multiple=True,
    metavar="WORD",
    help="Write to paths that can harm and have this word, such as projects, users or quotas (may be given again).",
)
@click.option(
    "--values", type=GivenPath(), help="File of values that the bodies of a contract need and nothing of it makes."
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Print what the run would send, as tried on the embedded reference; nothing is sent.",
)
@click.option("--specs", type=GivenPath(), help="Directory of the specs (default: the product's own).")
@lang_option
def run(
    settings: Settings,
    profile: str,
    seed: int | None,
    budget: str | None,
    allowance: str | None,
    max_time: str | None,
    rate: str | None,
    max_in_flight: int | None,
    out: Path,
    alluredir: Path | None,
    select: str | None,
    strict: bool,
    waivers: Path | None,
    strict_waivers: bool,
    baseline: Path | None,
    confirm: int,
    workers: int | None,
    read_only: bool,
    allow: tuple[str, ...],
    values: Path | None,
    dry_run: bool,
    specs: Path | None,
    lang: str,
) -> int:
    """Run the suite against a cloud and give the verdict.

    Exit codes: 0 conformant, 1 non-conformant, 2 usage, 3 inconclusive, 4 the suite is at fault.
    """
    options = Options(
        settings,
        profile,
        seed_of_day() if seed is None else seed,
        strict,
        select,
        specs,
        budget=budget,
        allowance=allowance,
        max_time=max_time,
        rate=rate,
        max_in_flight=max_in_flight,
        waivers=waivers_chosen(waivers),
        strict_waivers=strict_waivers,
        baseline=baseline,
        confirm=confirm,
        embedded=embedded,
        read_only=read_only,
        allow=allow,
        values=values,
        workers=workers_of(workers, settings, max_in_flight),
    )
    if dry_run:
        click.echo(plan_text(planned(options), lang), nl=False)
        return int(Exit.CONFORMANT)
    shown, written = present_run(options, out, Console(file=sys.stderr), lang, alluredir)
    print_verdict(shown, Console(), written)
    return shown.verdict.exit_code
