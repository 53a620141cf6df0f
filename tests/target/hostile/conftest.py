"""What the tests of hostile servers share."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile import Outcomes, Server, outcomes


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts servers and closes them."""
    with contextlib.ExitStack() as stack:

        def start(make: Callable[..., Server], *arguments: Any) -> Server:
            server = make(*arguments)
            stack.callback(server.close)
            return server

        yield start


@pytest.fixture
def outcome(tmp_path: Path) -> Outcomes:
    """Runs the suite as the command does: exit code, what a user reads, the verdict; None when the run could not start."""
    return outcomes(tmp_path)
