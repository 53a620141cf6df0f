"""The command. Every error ends in one line and the exit code of design rule 5, one that it does not know in exit code 4.

Rules
- What is wrong with this machine (its disk, its memory, its limits) is exit code 2, before as after the work: exit code 1 is
  a broken promise, a regression or an altered bundle, and nothing else.
- A command whose result is printed and got lost has exit code 2, but one that found something wrong keeps its own. The
  verdict of a run is in its reports, so that its exit code stands.
- Whoever reads our output may stop doing so: `| head -1` changes no exit code.
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import traceback
from collections.abc import Mapping

import rich_click as click

import conformance.services  # noqa: F401  registers them
from conformance.cli.suggestions import Group
from conformance.model.errors import ConformanceError, Exit, of_this_machine
from conformance.model.steering import plain
from conformance.run.interruption import let_all_through
from conformance.run.streams import harden, refusal
from conformance.target.secrets import without_secrets

__all__ = ["COMMANDS", "main"]

COMMANDS: Mapping[str, str] = {
    "extract": "conformance.cli.extract:extract",
    "requirements": "conformance.cli.requirements:requirements",
    "run": "conformance.cli.run:run",
    "cleanup": "conformance.cli.cleanup:cleanup",
    "baseline": "conformance.cli.baseline:baseline",
    "waivers": "conformance.cli.waivers:waivers",
    "lint": "conformance.cli.lint:lint",
    "report": "conformance.cli.report:report",
    "replay": "conformance.cli.replay:replay",
    "bundle": "conformance.cli.bundle:bundle",
    "verify": "conformance.cli.verify:verify",
    "serve": "conformance.cli.serve:serve",
    "selfcheck": "conformance.cli.selfcheck:selfcheck",
    "compare": "conformance.cli.compare:compare_runs",
    "specs": "conformance.cli.specs:specs",
    "errata": "conformance.cli.errata:errata",
    "lab": "conformance.cli.lab:lab",
}
"""Name -> module and function. A module is loaded when its command is used: reading PDFs costs half a second."""

HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class _Commands(Group):
    """The commands, loaded one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module, _, name = COMMANDS.get(cmd_name, "").partition(":")
        if not module:
            return None
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


_ENDING_WELL = frozenset({"run", "replay"})
"""Commands that see themselves to what an interruption leaves: a verdict, and nothing on the cloud."""


@click.group(cls=_Commands, context_settings=HELP)
@click.version_option(package_name="easystack-conformance")
@click.pass_context
def cli(context: click.Context) -> None:
    """Holds a cloud to the promises of its vendor's API reference."""
    if context.invoked_subcommand not in _ENDING_WELL:
        let_all_through()


@cli.result_callback()
@click.pass_context
def _ended(context: click.Context, code: int | None) -> int:
    """The exit code, of which what was printed and could not be written is a part."""
    lost = refusal(sys.stdout)
    if lost is None:
        return int(code or Exit.CONFORMANT)
    _say(f"standard output: cannot be written: {lost}")
    return int(code or (Exit.CONFORMANT if context.invoked_subcommand == "run" else Exit.USAGE))


def main() -> None:
    """Entry point: a known error is one line on standard error and its exit code."""
    harden()
    code = _exit_code()
    for stream in (sys.stdout, sys.stderr):
        refusal(stream)  # nothing is left for the interpreter to write at its end
    sys.exit(code)


def _exit_code() -> int:
    if not os.environ.get("COLUMNS", "80").strip("0"):
        del os.environ["COLUMNS"]  # a terminal of no width, on which nothing would be seen
    try:
        os.getcwd()
    except OSError as error:
        return _failed(f"the current directory: {error.strerror}; change to one that is there", Exit.USAGE)
    try:
        return int(cli.main(standalone_mode=False) or Exit.CONFORMANT)
    except click.ClickException as error:
        where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "conformance"
        return _failed(f"{where}: {error.format_message()}", Exit.USAGE)
    except ConformanceError as error:
        return _failed(str(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return _failed("interrupted", Exit.INCONCLUSIVE)
    except SystemExit as end:  # of a library: click ends so, with 1, when a pipe of anybody's breaks
        return _failed(f"the suite is at fault: a library ended it ({end.code})", Exit.SUITE) if end.code else 0
    except Exception as error:  # Python's own exit code for one is that of a breach
        machine = of_this_machine(error)
        if machine is not None:
            return _failed(f"this machine: {machine}", Exit.USAGE)
        return _failed(f"the suite is at fault: {type(error).__name__}: {error}; {_kept(error)}", Exit.SUITE)


def _kept(error: Exception) -> str:
    """Write the traceback to a file that a user can send us; returns where it is."""
    text = without_secrets("".join(traceback.format_exception(error))).encode("utf-8", "backslashreplace")
    try:
        with tempfile.NamedTemporaryFile(prefix="conformance-fault-", suffix=".txt", delete=False) as file:
            file.write(text)
    except OSError as refused:
        return f"the traceback cannot be written: {refused.strerror}"
    return f"the traceback is in {file.name}"


def _failed(text: str, code: Exit) -> int:
    _say(text)
    return int(code)


def _say(text: str) -> None:
    print(f"conformance: {plain(without_secrets(text))}", file=sys.stderr)
