"""The command. Every error it knows ends in one line and the exit code of design rule 5."""

from __future__ import annotations

import contextlib
import io
import json
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rich_click as click
from rich.console import Console
from rich.table import Table

import conformance.suite
from conformance import lab as laboratory
from conformance.cases import registry
from conformance.conduct import PROFILES, Conduct, Options
from conformance.coverage import coverage
from conformance.errors import ConformanceError, Exit, UsageError
from conformance.plugin import Supervisor, case_of
from conformance.reference import Reference, bank
from conformance.reporting import print_verdict, write_reports
from conformance.specs import load_contract
from conformance.target import Settings
from conformance.verdict import Verdict

__all__ = ["main"]

HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=HELP)
@click.version_option(package_name="easystack-conformance")
def cli() -> None:
    """Holds a cloud to the promises of the EasyStack Image API reference."""


def main() -> None:
    """Entry point: a known error is one line on standard error and its exit code."""
    try:
        code = cli.main(standalone_mode=False)
        sys.exit(int(code or 0))
    except click.ClickException as error:
        where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "conformance"
        _fail(f"{where}: {error.format_message()}", Exit.USAGE)
    except ConformanceError as error:
        _fail(str(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _fail("interrupted", Exit.INCONCLUSIVE)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(Exit.USAGE)


def _fail(text: str, code: Exit) -> None:
    print(f"conformance: {text}", file=sys.stderr)
    sys.exit(int(code))


@cli.command()
@click.argument("document", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Directory of the specs; it holds the errata.")
def extract(document: Path, out: Path) -> None:
    """Write OpenAPI specs and the ledger from the vendor's DOCUMENT (text in UTF-8, or PDF)."""
    # Reading PDFs takes libraries that half a second goes into; the other commands do without them.
    from conformance.contradictions import contradictions
    from conformance.document import read_document
    from conformance.extract import extract as write_specs

    read = read_document(document)
    if not out.is_dir():
        raise UsageError(f"--out {out}: there is no such directory; it must hold errata.overlay.yaml")
    cases = {case.name: case.verifies for case in registry()}
    files = write_specs(read, out, lambda requirements: coverage(requirements, cases))
    console = Console(soft_wrap=True, highlight=False)
    found = contradictions(read)
    table = Table(title=f"Contradictions in the document ({len(found)})", title_justify="left", box=None, pad_edge=False)
    for column in ("lines", "kind", "what"):
        table.add_column(column, overflow="fold")
    for item in found:
        table.add_row(item.lines, item.kind, item.text)
    Console(highlight=False).print(table)
    for line, text in read.problems:
        console.print(f"line {line}: {text}", markup=False)
    rows = sum(len(item.rows) for item in read.tables) + len(read.common.error_codes)
    examples = [item for item in read.examples if item.kind == "json"]
    repaired = sum(item.repaired is not None for item in examples)
    console.print(
        f"{len(read.operations)} operations, {rows} table rows, {len(examples)} JSON examples ({repaired} repaired); "
        f"written: {', '.join(str(out / name) for name in files)}",
        markup=False,
    )


@cli.command()
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="How to print.")
@click.option("--specs", type=click.Path(path_type=Path), help="Directory of the specs (default: the product's own).")
def requirements(form: str, specs: Path | None) -> None:
    """Print the ledger: each promise, its lines in the document, and the checks that judge it."""
    contract = load_contract(specs)
    if form == "json":
        rows = [
            {
                "id": item.id, "statement": item.statement, "level": str(item.level), "authority": str(item.authority),
                "ruling": item.ruling, "source": [list(pair) for pair in item.source], "operation": item.operation,
                "checks": list(item.checks), "excluded": item.excluded,
            }
            for item in contract.requirements.values()
        ]  # fmt: skip
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    table = Table(box=None, pad_edge=False)
    for column in ("requirement", "lines", "level", "authority", "checks, or why excluded"):
        table.add_column(column, overflow="fold")
    for item in contract.requirements.values():
        lines = ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in item.source)
        authority = str(item.authority) + (f" {item.ruling}" if item.ruling else "")
        table.add_row(item.id, lines, str(item.level), authority, item.excluded or ", ".join(item.checks))
    Console(highlight=False).print(table)


def target_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that find the cloud, as the openstack client names them."""
    for option in reversed(
        [
            click.option("--os-cloud", help="Cloud of clouds.yaml. Without any cloud the embedded reference is the target."),
            click.option("--os-region-name", help="Region of the catalogue."),
            click.option("--os-interface", help="Interface of the catalogue: public, internal or admin."),
            click.option("--os-cacert", help="CA file that the cloud's certificates are verified with."),
            click.option("--insecure", is_flag=True, help="Do not verify certificates."),
            click.option("--other-cloud", help="Cloud of clouds.yaml with a second project, for isolation."),
        ]
    ):
        command = option(command)
    return command


@cli.command()
@target_options
@click.option("--profile", type=click.Choice(PROFILES), default="gate", show_default=True, help="How much is run.")
@click.option("--seed", type=int, help="The same seed makes the same requests.  [default: drawn]")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("reports"), show_default=True,
              help="Directory for the reports.")  # fmt: skip
@click.option("-k", "select", metavar="EXPR", help="Run only the cases that match; the verdict is then at best inconclusive.")
@click.option("--strict", is_flag=True, help="Findings against OpenStack's API count too.")
@click.option("--specs", type=click.Path(path_type=Path), help="Directory of the specs (default: the product's own).")
def run(
    os_cloud: str | None,
    os_region_name: str | None,
    os_interface: str | None,
    os_cacert: str | None,
    insecure: bool,
    other_cloud: str | None,
    profile: str,
    seed: int | None,
    out: Path,
    select: str | None,
    strict: bool,
    specs: Path | None,
) -> int:
    """Run the suite against a cloud and give the verdict.

    Exit codes: 0 conformant, 1 non-conformant, 2 usage, 3 inconclusive, 4 the suite is at fault.
    """
    settings = Settings(
        cloud=os_cloud,
        region=os_region_name,
        interface=os_interface,
        other_cloud=other_cloud,
        cacert=os_cacert,
        insecure=insecure,
    )
    drawn = random.SystemRandom().randrange(2**32) if seed is None else seed
    options = Options(settings, profile, drawn, strict, select, specs)
    verdict, written = conduct_run(options, out, Console(file=sys.stderr))
    print_verdict(verdict, Console(), written)
    return verdict.exit_code


def conduct_run(options: Options, out: Path, progress: Console) -> tuple[Verdict, tuple[Path, ...]]:
    """Log in, run the cases in this process, clean up, write the reports."""
    suite = Path(str(conformance.suite.__file__)).parent
    arguments = [
        str(suite), "-c", str(suite / "pytest.ini"), "--rootdir", str(suite), "-p", "conformance.plugin",
        "-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:allure_pytest", "-p", "no:logging",
        "--profile", options.profile, *(["-k", options.selection] if options.selection else []),
    ]  # fmt: skip
    with Conduct(options) as conduct:
        watcher = _Progress(conduct, progress)
        said = io.StringIO()  # pytest reports a bad -k in two lines of its own; ours is one
        try:
            with contextlib.redirect_stderr(said):
                status = pytest.main(arguments, plugins=[Supervisor(conduct), watcher])
        finally:
            conduct.cleanup()
        if status != pytest.ExitCode.USAGE_ERROR:
            progress.print(said.getvalue(), end="", markup=False, highlight=False)
        if status == pytest.ExitCode.INTERRUPTED:
            conduct.notes.append("the run was interrupted")
        if status in {pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR}:
            raise UsageError(f"-k {options.selection}: is no expression that pytest understands") if options.selection else (
                ConformanceError("the suite could not be run by pytest")
            )
        verdict = conduct.verdict()
        return verdict, write_reports(verdict, out)


class _Progress:
    """One line that says how far the run is; on a terminal it is rewritten, elsewhere a new one comes every ten seconds."""

    def __init__(self, conduct: Conduct, console: Console) -> None:
        self._conduct = conduct
        self._console = console
        self._total = 0
        self._done = 0
        self._last = time.monotonic()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count the cases."""
        self._total = sum(case_of(item) is not None for item in session.items)

    def pytest_runtest_logfinish(self, nodeid: str, location: object) -> None:
        """Show how far the run is."""
        self._done += 1
        text = f"case {self._done}/{self._total}, {len(self._conduct.gate.exchanges)} requests, "
        groups = {(item.requirement, item.failure) for item in self._conduct.gate.findings}
        text += f"{len(groups)} groups of findings"
        now = time.monotonic()
        if self._console.is_terminal:
            end = "\n" if self._done == self._total else ""
            self._console.file.write(f"\r\x1b[K{text}{end}")
            self._console.file.flush()
        elif now - self._last > 10 or self._done == self._total:
            self._console.print(text, highlight=False)
            self._last = now


@cli.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1.  [default: a free one]")
@click.option("--clouds", type=click.Path(path_type=Path, dir_okay=False), default=Path("clouds.yaml"), show_default=True,
              help="The clouds.yaml to write (clouds reference, reference-other, reference-reader).")  # fmt: skip
@click.option("--fault", multiple=True, help="Break this promise (may be given again); `--fault list` names them all.")
def serve(port: int, clouds: Path, fault: tuple[str, ...]) -> None:
    """Start the embedded reference target and serve until Ctrl-C."""
    contract = load_contract()
    if "list" in fault:
        for name, item in bank(contract).items():
            click.echo(f"{name:48} {item.description}")
        return
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Reference(contract, port=port, faults=fault) as reference:
        reference.write_clouds(clouds)
        click.echo(f"identity {reference.identity_url}\nimage    {reference.image_url}")
        click.echo(f"use it with: OS_CLIENT_CONFIG_FILE={clouds} conformance run --os-cloud reference --other-cloud reference-other")
        sys.stdout.flush()
        stop.wait()


@cli.group()
def lab() -> None:
    """A real Keystone and Glance on loopback."""


_release = click.option("--release", default=laboratory.DEFAULT_RELEASE, show_default=True, help="Release of Glance.")


@lab.command()
@_release
def up(release: str) -> None:
    """Install (once) and start it; prints the clouds.yaml to use."""
    status = laboratory.up(release, progress=lambda text: click.echo(text, err=True))
    click.echo(f"Glance {release} at {status.image_url}, Keystone at {status.identity_url}")
    click.echo(f"export OS_CLIENT_CONFIG_FILE={status.clouds_yaml}")


@lab.command()
@_release
def status(release: str) -> int:
    """Say whether it is up; exit code 0 when it is, 3 when not."""
    now = laboratory.status(release)
    if not now.running:
        click.echo(f"Glance {release} is not up")
        return int(Exit.INCONCLUSIVE)
    click.echo(f"Glance {release} at {now.image_url}, Keystone at {now.identity_url}")
    click.echo(f"export OS_CLIENT_CONFIG_FILE={now.clouds_yaml}")
    return 0


@lab.command()
@_release
def down(release: str) -> None:
    """Stop it and remove its data."""
    click.echo(f"Glance {release} is down" if laboratory.down(release) else f"Glance {release} was not up")
