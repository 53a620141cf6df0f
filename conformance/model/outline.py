"""An exchange in outline: what decides about what was seen in it, without what was sent and received.

A run may have a hundred thousand exchanges, and what is judged at its end is judged of them together. So their outlines
are in memory, in a few columns, and they themselves on disk.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, overload

__all__ = ["Outline", "Outlined", "Outlines", "outlines_of"]


class Outlined(Protocol):
    """What an exchange and its outline have in common."""

    @property
    def number(self) -> int: ...
    @property
    def operation(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def actor(self) -> str: ...
    @property
    def case(self) -> str: ...
    @property
    def led(self) -> bool: ...
    @property
    def addressed(self) -> bool: ...
    @property
    def sent(self) -> int: ...
    @property
    def length(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Outline:
    """Number, operation, status, actor, case and `led` as they stand in the exchange. `addressed` says that its request
    addresses an operation of the contract; `sent` are the bytes of the request's body; `length` those that are kept of
    it together with the characters of its URL."""

    number: int
    operation: str
    status: int
    actor: str
    case: str
    led: bool
    addressed: bool
    sent: int
    length: int

    @classmethod
    def of(cls, item: Outlined) -> Outline:
        """The outline of an exchange."""
        if isinstance(item, Outline):
            return item
        return cls(
            item.number,
            item.operation,
            item.status,
            item.actor,
            item.case,
            item.led,
            item.addressed,
            item.sent,
            item.length,
        )


class Outlines(Sequence[Outline]):
    """Outlines in the order in which they were added: some thirty bytes each."""

    def __init__(self) -> None:
        self._kinds: list[tuple[str, int, str, str, bool, bool]] = []
        self._known: dict[tuple[str, int, str, str, bool, bool], int] = {}
        self._kind = array("L")
        self._numbers = array("Q")
        self._sent = array("Q")
        self._lengths = array("Q")
        self._places: dict[int, int] | None = None
        self._last: Outline | None = None

    def add(self, item: Outlined) -> None:
        """Add the outline of an exchange."""
        kind = (item.operation, item.status, item.actor, item.case, item.led, item.addressed)
        place = self._known.get(kind)
        if place is None:
            place = self._known[kind] = len(self._kinds)
            self._kinds.append(kind)
        number = item.number
        if self._places is None and number != len(self._numbers) + 1:
            self._places = {own: index for index, own in enumerate(self._numbers)}
        if self._places is not None:
            self._places.setdefault(number, len(self._numbers))
        self._kind.append(place)
        self._numbers.append(number)
        self._sent.append(item.sent)
        self._lengths.append(item.length)

    def place_of(self, number: int) -> int:
        """Where the outline of the exchange of this number stands. Raises KeyError."""
        if self._places is not None:
            return self._places[number]
        if not 0 < number <= len(self._numbers):
            raise KeyError(number)
        return number - 1

    def numbered(self, number: int) -> Outline:
        """The outline of the exchange of this number. Raises KeyError."""
        if self._last is None or self._last.number != number:  # findings of one exchange stand together
            self._last = self._at(self.place_of(number))
        return self._last

    def has(self, number: int) -> bool:
        """Whether the exchange of this number is among them."""
        return number in self._places if self._places is not None else 0 < number <= len(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[Outline]:
        index = 0
        while index < len(self._numbers):
            yield self._at(index)
            index += 1

    @overload
    def __getitem__(self, index: int) -> Outline: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Outline]: ...

    def __getitem__(self, index: int | slice) -> Outline | Sequence[Outline]:
        if isinstance(index, slice):
            return [self._at(place) for place in range(*index.indices(len(self)))]
        return self._at(range(len(self))[index])

    def _at(self, index: int) -> Outline:
        operation, status, actor, case, led, addressed = self._kinds[self._kind[index]]
        return Outline(
            self._numbers[index],
            operation,
            status,
            actor,
            case,
            led,
            addressed,
            self._sent[index],
            self._lengths[index],
        )


def outlines_of(exchanges: Sequence[Outlined]) -> Outlines:
    """The outlines of these exchanges: those that they come with, or made anew."""
    found = getattr(exchanges, "outlines", None)
    if isinstance(found, Outlines) and len(found) >= len(exchanges):
        return found
    found = Outlines()
    for item in exchanges:
        found.add(item)
    return found
