"""Paths on the command line."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import rich_click as click

__all__ = ["GivenPath"]


class GivenPath(click.Path):
    """A path of this machine. An empty one, which is what an unset variable leaves, would be the current directory, and is
    refused; so is one that no file can have."""

    def __init__(self, **wanted: bool) -> None:
        super().__init__(path_type=Path, **wanted)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path. Raises BadParameter."""
        if not os.fspath(value):
            self.fail("the value is empty; give one, or leave it out", param, ctx)
        try:
            os.stat(value)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                self.fail(f"{os.fspath(value)[:40]}...: {error.strerror}", param, ctx)
        return super().convert(value, param, ctx)
