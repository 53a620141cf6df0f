"""A part of the bank, for a day on which the whole would take too long.

Of each place (the id of a fault without its last word) it has every so manieth fault and one at least, and for each promise
that a fault breaks one at least. As many parts as a bank is cut into are together the whole of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from conformance.services.fault import Fault

__all__ = ["WHOLE", "BankPart"]


@dataclass(frozen=True, slots=True)
class BankPart:
    """Part `number` (from 1) of so many."""

    number: int = 1
    of: int = 1

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def __bool__(self) -> bool:
        """Whether something is left out."""
        return self.of > 1

    def faults(self, bank: Iterable[Fault]) -> tuple[Fault, ...]:
        """Those of the bank that are in this part, in its order."""
        known = tuple(bank)
        places: dict[str, list[Fault]] = {}
        for item in known:
            places.setdefault(item.id.rpartition(".")[0], []).append(item)
        taken = {item.id for place in places.values() for item in self._turns(place, every=min(self.of, len(place)))}
        for name in sorted({name for item in known for name in item.breaks}):
            breaking = [item.id for item in known if name in item.breaks]
            if taken.isdisjoint(breaking):
                taken.add(breaking[self.number % len(breaking)])
        return tuple(item for item in known if item.id in taken)

    def liberties(self, known: Iterable[Fault]) -> tuple[Fault, ...]:
        """Those of the liberties that are in this part."""
        return tuple(self._turns(list(known), every=self.of))

    def _turns(self, items: list[Fault], every: int) -> list[Fault]:
        return items[(self.number - 1) % every :: every]


WHOLE = BankPart()
