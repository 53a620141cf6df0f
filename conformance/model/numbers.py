"""A set of numbers of exchanges, a byte each: there may be as many as there are exchanges."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["Numbers"]


class Numbers:
    """Numbers from 0 on that were added."""

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        self._there = bytearray()
        self._count = 0
        for number in numbers:
            self.add(number)

    def add(self, number: int) -> None:
        if number >= len(self._there):
            self._there.extend(bytes(number + 1024 - len(self._there)))
        self._count += not self._there[number]
        self._there[number] = 1

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and 0 <= number < len(self._there) and self._there[number] == 1

    def __len__(self) -> int:
        return self._count
