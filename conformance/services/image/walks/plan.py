"""What the walks of images share beyond what any walks do: who takes part, and what is found out or done only once."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.run.walking.plan import Plan, Walking
from conformance.services.image.client import ImageClient
from conformance.services.image.walks.walk import Walk

__all__ = ["ImagePlan"]


@dataclass(kw_only=True)
class ImagePlan(Plan):
    """The state that all walks of a run share.

    `other` says that a second project takes part, `paused` that the one pause of a run has been made. `changes_since` says
    whether the list takes that parameter, None while it is not known.
    """

    cloud: ImageClient
    other: bool
    paused: bool = False
    changes_since: bool | None = None

    def keep(self, walk: Walking) -> None:
        """Keep what a walk that has ended has found."""
        super().keep(walk)
        if isinstance(walk, Walk):
            self.changes_since = walk.changes_since
