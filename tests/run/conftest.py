"""What the tests of a run share: journals that are closed when a test is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from journals import WHERE

from conformance.run.journal import Journal
from conformance.run.journal_readback import unfinished


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Journal]]:
    """Opens journals, and closes them when the test is over."""
    with ExitStack() as stack:

        def opened(run_id: str = "run1", where: tuple[str, str] = WHERE, shown: Callable[[str], str] = str) -> Journal:
            journal = Journal.open(tmp_path, *where, run_id, shown=shown)
            stack.callback(journal.close, done=False)
            return journal

        yield opened


@pytest.fixture
def found_here(tmp_path: Path) -> Iterator[Callable[[], list[Journal]]]:
    """Finds the journals of dead runs, and closes them when the test is over."""
    with ExitStack() as stack:

        def look() -> list[Journal]:
            journals = list(unfinished(tmp_path, *WHERE))
            for journal in journals:
                stack.callback(journal.close, done=False)
            return journals

        yield look
