"""The interface of what reports a run under plain pytest; the plugin that composes all hands it in, so that a run imports
no report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, Self

import pytest

from conformance.model.errors import UsageError
from conformance.model.verdict import Verdict
from conformance.run.session import Session

__all__ = ["ENDED", "REPORTER", "Reporter"]


class Reporter(Protocol):
    """Where a run under plain pytest is reported. A context: leaving it lets another run report there."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def open(self) -> None:
        """Claim the place, before the first request. Raises UsageError."""

    def refuse(self, error: UsageError) -> None:
        """Report a run that could not start for what it was asked for."""

    def report(self, verdict: Verdict) -> object:
        """Write the reports."""

    def show(self) -> None:
        """Print what was reported, after pytest's own summary."""

    @property
    def exit_code(self) -> int:
        """That of the verdict as it was reported."""


REPORTER: pytest.StashKey[Callable[[Session], Reporter]] = pytest.StashKey()
"""Makes the reporter of a run."""
ENDED: pytest.StashKey[int] = pytest.StashKey()
"""The exit code of a run under plain pytest that has ended."""
