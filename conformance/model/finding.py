"""What a look at an exchange says: an assertion, and the finding that a failed one is.

An identity (of a finding, of a group) is made of names, never of positions, times or values that change between runs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

from conformance.model.message import Exchange

__all__ = ["Assertion", "Finding"]


@dataclass(frozen=True, slots=True)
class Assertion:
    """One look at one promise: it holds, or `message` says in one line how it does not.

    `failure` is the identity of the deviation without values that change from run to run: `integer instead of string`.
    `path` leads to the place in the body, such as `images[3].created_at`.
    """

    requirement: str
    check: str
    ok: bool
    message: str = ""
    failure: str = ""
    path: str = ""


@dataclass(frozen=True)
class Finding:
    """A failed assertion with the exchange that shows it."""

    requirement: str
    check: str
    operation: str
    status: int | None
    message: str
    failure: str
    path: str
    exchange: Exchange | None
    related: tuple[int, ...] = field(default=())

    @cached_property
    def id(self) -> str:
        """Twelve hex digits, the same from run to run and wherever the same deviation is met."""
        return sha256(f"{self.requirement}\x1f{self.failure}".encode()).hexdigest()[:12]
