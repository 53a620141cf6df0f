"""The page of a pipeline's job: a file that the pipeline names (GITHUB_STEP_SUMMARY) and shows when the job is over.

Others write to it as well, so it is only added to. What says that the run is under way is taken away again when it ends.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from conformance.model.errors import UsageError
from conformance.model.opening import stream

__all__ = ["JobPage"]

VARIABLE = "GITHUB_STEP_SUMMARY"


class JobPage:
    """The page of the job that we run in; where the environment names none, nothing is written."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        place = (os.environ if environ is None else environ).get(VARIABLE)
        self._place = Path(place) if place else None
        self._mark = b""
        self._at = 0

    @property
    def name(self) -> str:
        """The variable and the file that it names."""
        return f"{VARIABLE} {self._place}"

    def open(self) -> None:
        """Find out whether it can be written. Raises UsageError."""
        if self._place is not None:
            try:
                with self._opened():
                    pass
            except OSError as error:
                raise UsageError(f"{self.name}: cannot be written: {error.strerror}") from None

    def mark(self, text: str) -> None:
        """Say for the time being that the run is under way. Raises OSError."""
        if self._place is not None and self._place.is_file():
            self._at = self._place.stat().st_size
            self._mark = self._added(text)

    def unmark(self) -> None:
        """Take that away, unless somebody has written behind it. Raises OSError."""
        if self._place is not None and self._mark:
            with self._place.open("r+b") as page:
                page.seek(self._at)
                if page.read() == self._mark:
                    page.truncate(self._at)
            self._mark = b""

    def add(self, text: str) -> None:
        """Add what is to stay. Raises OSError; nothing of it is there then."""
        self.unmark()
        if self._place is not None:
            self._added(text)

    def _opened(self) -> BinaryIO:
        assert self._place is not None
        if self._place.exists() and not self._place.is_file() and not self._place.is_dir():
            return stream(self._place)
        return self._place.open("ab", buffering=0)

    def _added(self, text: str) -> bytes:
        assert self._place is not None
        data = text.encode("utf-8", "replace") + b"\n"
        with self._opened() as page:
            before = page.tell() if self._place.is_file() else None
            try:
                left = memoryview(data)
                while left:
                    left = left[page.write(left) :]
            except OSError:
                if before is not None:
                    page.truncate(before)
                raise
        return data
