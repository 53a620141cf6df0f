"""The command, as `conformance` and as `python -m conformance`.

Little is imported before signals are held back and an exception of ours has an exit code: the command itself takes its time
to import, and Python's own exit code for what goes wrong there is that of a broken promise.
"""

from __future__ import annotations

import gc
import sys

from conformance.run.interruption import listen
from conformance.run.streams import harden

__all__ = ["main"]

SUITE = 4
"""Exit code: the suite is at fault, here in what is installed (`model.errors.Exit`, which is not imported yet)."""
SELDOM = (20_000, 20, 50)
"""How seldom Python looks for objects that hold each other: little of what a run makes does, and much of it stays."""


def main() -> None:
    """Entry point."""
    listen()
    harden()
    gc.set_threshold(*SELDOM)
    try:
        from conformance.cli.main import main as command
    except Exception as error:  # whatever an import may raise; Python would end with the exit code of a breach
        said = " ".join(f"{type(error).__name__}: {error}".split())
        print(f"conformance: the suite cannot be loaded: {said}; install it again", file=sys.stderr)
        sys.exit(SUITE)
    command()


if __name__ == "__main__":
    main()
