"""The plan of a run: what it sends, how much of it, and what it holds on the cloud at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["RunPlan"]


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a run of this profile and seed does.

    `requests` maps an operation, or a method where a request addresses none, to how many are sent. `made` are the
    resources that are created, `held` how many are there at once at most. `sent` and `received` are bytes of bodies.
    """

    profile: str
    seed: int

    requests: Mapping[str, int]
    made: int
    held: int
    sent: int
    received: int

    @property
    def total(self) -> int:
        """All requests."""
        return sum(self.requests.values())
