"""The interface of a target inside this process, which a run without a cloud uses.

The run is handed one by whoever starts it, so that a run against a real cloud loads no reference target and no fault.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from conformance.model.contract import Contract

__all__ = ["CLOUD", "OTHER_CLOUD", "Embed", "EmbeddedTarget"]

CLOUD, OTHER_CLOUD = "reference", "reference-other"
"""The clouds of its clouds.yaml that a run uses: the first project and the second."""


class EmbeddedTarget(Protocol):
    """A running target."""

    @property
    def ends_with_process(self) -> bool:
        """Whether nothing of it outlives this process, so that nothing could be left behind on it."""

    def write_clouds(self, path: Path) -> None:
        """Write the clouds.yaml that leads to it, with CLOUD and OTHER_CLOUD in it. Raises UsageError."""

    def advance(self, seconds: float) -> None:
        """Put its clock forward, so that no run has to wait for a timestamp to differ."""


Embed = Callable[[Contract], AbstractContextManager[EmbeddedTarget]]
"""Makes the target of a contract; entered, it runs until it is left."""
