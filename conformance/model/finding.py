"""An assertion, which a check or a case makes about one requirement, and the finding that a failed one becomes.

A finding has one identity from the moment it is made: the requirement and the deviation. It is the same from run to run
and wherever the same deviation is met.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Self

from conformance.model.deviation import Deviation
from conformance.model.outline import Outlined

__all__ = ["Assertion", "Finding", "Key", "identity"]

Key = tuple[str, Deviation]
"""The identity of a finding: requirement and deviation."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """One look of a check at one promise: it holds, or `deviation` says how it does not."""

    requirement: str
    check: str
    deviation: Deviation | None = None

    @property
    def ok(self) -> bool:
        """Whether the promise holds here."""
        return self.deviation is None


@dataclass(frozen=True)
class Finding:
    """A failed assertion with the exchange that shows it, in outline.

    `related` are the numbers of the exchanges that led up to it. `borrowed` says that its deviation is one of another
    kind of request, which explains it better than its own (see judge/attribution.py).
    """

    requirement: str
    check: str
    operation: str
    status: int | None
    deviation: Deviation
    exchange: Outlined | None
    related: tuple[int, ...] = ()
    borrowed: bool = False

    @classmethod
    def at(cls, exchange: Outlined, assertion: Assertion, related: Sequence[Outlined] = ()) -> Self | None:
        """What a look at an exchange found broken, None where the promise holds."""
        if assertion.deviation is None:
            return None
        numbers = tuple(item.number for item in related)
        return cls(
            assertion.requirement,
            assertion.check,
            exchange.operation,
            exchange.status,
            assertion.deviation,
            exchange,
            numbers,
        )

    @property
    def key(self) -> Key:
        """Its identity."""
        return self.requirement, self.deviation

    @cached_property
    def id(self) -> str:
        """The identity as twelve hex digits."""
        return identity(self.requirement, self.deviation.key)


def identity(*names: str) -> str:
    """Twelve hex digits of these names."""
    return sha256("\x1f".join(names).encode("utf-8", "surrogatepass")).hexdigest()[:12]
