"""`conformance ...` as a user types it, in this process: what it prints and the code that it ends with.

A fresh interpreter costs a second, most of it imports. Tests of what only a process has (signals, a module that is started
by its name, an installed script) start one.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from conformance.cli.main import main

__all__ = ["command"]


def command(
    *arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None, columns: int = 80
) -> CompletedProcess[str]:
    """Run the command in a directory; what it raises but for its own end is raised here, too."""
    words = ["conformance", *map(str, arguments)]
    # openstack.config looks for clouds.yaml where the process was when it was imported.
    here = {"OS_CLIENT_CONFIG_FILE": str(cwd / "clouds.yaml")} if (cwd / "clouds.yaml").is_file() else {}
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, chdir(cwd), redirect_stdout(out), redirect_stderr(err):
        patch.delenv("CI", raising=False)  # who tests what it does gives it
        for name, value in {"COLUMNS": str(columns), **here, **(env or {})}.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", words)
        try:
            main()
        except SystemExit as end:
            return CompletedProcess(words, int(end.code or 0), out.getvalue(), err.getvalue())
    raise AssertionError(f"{words} did not end")
