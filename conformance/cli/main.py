"""The command. Every error ends in one line and the exit code of design rule 5, one that it does not know in exit code 4."""

from __future__ import annotations

import importlib
import sys
import tempfile
import traceback
from collections.abc import Mapping

import rich_click as click

import conformance.services  # noqa: F401  registers them
from conformance.cli.suggestions import Group
from conformance.model.errors import ConformanceError, Exit, plain

__all__ = ["COMMANDS", "main"]

COMMANDS: Mapping[str, str] = {
    "extract": "conformance.cli.extract:extract",
    "requirements": "conformance.cli.requirements:requirements",
    "run": "conformance.cli.run:run",
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


@click.group(cls=_Commands, context_settings=HELP)
@click.version_option(package_name="easystack-conformance")
def cli() -> None:
    """Holds a cloud to the promises of its vendor's API reference."""


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
    except Exception as error:  # a bug of ours; Python's own exit code for one is that of a breach
        _fail(f"the suite is at fault: {type(error).__name__}: {error}; the traceback is in {_kept(error)}", Exit.SUITE)


def _kept(error: Exception) -> str:
    """Write the traceback to a file that a user can send us; returns its path."""
    text = "".join(traceback.format_exception(error)).encode("utf-8", "backslashreplace")
    with tempfile.NamedTemporaryFile(prefix="conformance-fault-", suffix=".txt", delete=False) as file:
        file.write(text)
    return file.name


def _fail(text: str, code: Exit) -> None:
    print(f"conformance: {plain(text)}", file=sys.stderr)
    sys.exit(int(code))
