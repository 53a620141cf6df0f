"""What was sent in a run: each exchange in outline, with the parts of its request."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import overload

from conformance.judge.partition import parts
from conformance.model.contract import Contract
from conformance.model.equivalence import Part
from conformance.model.message import Exchange
from conformance.model.outline import Outline, Outlines, outlines_of

__all__ = ["Partitioned", "partitioned"]

Split = tuple[Part, ...]
"""A request by its parts."""
Sketch = tuple[Outline, Split]
"""An exchange in outline, and its request by its parts."""


class Partitioned(Sequence[Sketch]):
    """The exchanges of a run in outline, in their order, with the parts of their requests. Requests that have the same
    parts share them, so that a run of any length takes little memory."""

    def __init__(self, exchanges: Sequence[Exchange], contract: Contract) -> None:
        self.exchanges = exchanges
        self.outlines = outlines_of(exchanges)
        self._parts: list[Split] = []
        self._which = array("L")
        self._by_operation: defaultdict[str, array[int]] = defaultdict(lambda: array("L"))
        known: dict[Split, int] = {}
        single: dict[Part, Part] = {}
        for place, exchange in enumerate(exchanges):
            found = parts(exchange.request, contract)
            which = known.get(found)
            if which is None:
                found = tuple(single.setdefault(part, part) for part in found)
                which = known[found] = len(self._parts)
                self._parts.append(found)
            self._which.append(which)
            self._by_operation[exchange.operation].append(place)

    def of_operation(self, operation: str, without: Container[int] = ()) -> Iterator[Sketch]:
        """The rows of an operation, but for the exchanges of these numbers."""
        for place in self._by_operation.get(operation, ()):
            outline = self.outlines[place]
            if outline.number not in without:
                yield outline, self._parts[self._which[place]]

    def whole(self, without: Container[int] = ()) -> Iterator[tuple[Exchange, Split]]:
        """Each exchange itself, read back, with the parts of its request, but for those of these numbers."""
        for exchange, which in zip(self.exchanges, self._which, strict=True):
            if exchange.number not in without:
                yield exchange, self._parts[which]

    @property
    def numbered(self) -> Mapping[int, Split]:
        """Number of an exchange -> the parts of its request."""
        return _Numbered(self.outlines, self._parts, self._which)

    def __len__(self) -> int:
        return len(self._which)

    def __iter__(self) -> Iterator[Sketch]:
        return ((self.outlines[place], self._parts[which]) for place, which in enumerate(self._which))

    @overload
    def __getitem__(self, index: int) -> Sketch: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Sketch]: ...

    def __getitem__(self, index: int | slice) -> Sketch | Sequence[Sketch]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        return self.outlines[index], self._parts[self._which[index]]


class _Numbered(Mapping[int, Split]):
    """The parts of requests by the numbers of their exchanges."""

    def __init__(self, outlines: Outlines, parts: Sequence[Split], which: Sequence[int]) -> None:
        self._outlines = outlines
        self._parts = parts
        self._which = which

    def __getitem__(self, number: int) -> Split:
        place = self._outlines.place_of(number)
        if place >= len(self._which):  # only a finding has brought it
            raise KeyError(number)
        return self._parts[self._which[place]]

    def __iter__(self) -> Iterator[int]:
        return (item.number for item in self._outlines[: len(self)])

    def __len__(self) -> int:
        return len(self._which)


def partitioned(exchanges: Sequence[Exchange], contract: Contract) -> Partitioned:
    """Each exchange with the parts of its request."""
    return Partitioned(exchanges, contract)
