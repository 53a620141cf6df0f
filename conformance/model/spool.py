"""The exchanges of a run, kept on disk and read back one at a time.

Rules
- What was sent and received holds tokens, so the file has no name: no path ever leads to it, and it is gone when the
  process is, however that ends.
- In memory is where each exchange begins, its outline, the last few that were read, and the first ones as far as
  `HELD` goes: each check of a run reads them all, and most runs are no longer than that.
- A sequence of exchanges is read like a list of them; it can only be added to.
- The file lies where TMPDIR says. When there is no room for more, NoRoom is raised and what was kept stays readable.
"""

from __future__ import annotations

import marshal
import os
import tempfile
import weakref
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, Generic, TypeVar, overload

from conformance.model.errors import NoRoom
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.model.outline import Outlines

__all__ = ["Exchanges", "Extract", "Spool", "changed", "numbered"]

T = TypeVar("T")


class Spool:
    """Pieces of bytes, one after the other, in a file without a name; `spare` are bytes of memory that are used once the
    disk is full."""

    def __init__(self, spare: int = 0) -> None:
        self._file = -1
        self._ends = array("Q")
        self._spare = spare
        self._beside: list[bytes] = []

    def __len__(self) -> int:
        return len(self._ends) + len(self._beside)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self._ends[-1] if self._ends else 0

    def append(self, data: bytes) -> None:
        """Keep a piece. Raises NoRoom when there is no room for it; then nothing of it is kept."""
        if not self._beside:
            try:
                self._write(data)
                return
            except NoRoom:
                if len(data) > self._spare:
                    raise
        self._spare -= len(data)
        if self._spare < 0:
            raise NoRoom("there is no room for more findings")
        self._beside.append(data)

    def _write(self, data: bytes) -> None:
        start = self.size
        try:
            if self._file < 0:
                self._open()
            done = 0
            while done < len(data):
                done += os.pwrite(self._file, data[done:] if done else data, start + done)
        except OSError as error:
            where = tempfile.gettempdir()
            raise NoRoom(
                f"{where}: the exchanges of the run cannot be kept ({error.strerror}); make room, or set TMPDIR"
            ) from None
        self._ends.append(start + len(data))

    def __getitem__(self, index: int) -> bytes:
        if index >= len(self._ends):
            return self._beside[index - len(self._ends)]
        start = self._ends[index - 1] if index else 0
        end = self._ends[index]
        data = os.pread(self._file, end - start, start)
        while len(data) < end - start:
            more = os.pread(self._file, end - start - len(data), start + len(data))
            if not more:
                raise EOFError("the file of the exchanges has lost its end")
            data += more
        return data

    def __iter__(self) -> Iterator[bytes]:
        return (self[index] for index in range(len(self)))

    def _open(self) -> None:
        with tempfile.TemporaryFile(buffering=0) as file:
            self._file = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._file)


class Extract(Sequence[T], Generic[T]):
    """Some of a longer sequence, read when they are asked for."""

    def __init__(self, whole: Sequence[T], places: Sequence[int]) -> None:
        self.whole = whole
        self.places = places

    def chosen(self, places: Sequence[int]) -> Extract[T]:
        """Those of it that stand at these places."""
        return Extract(self.whole, array("L", (self.places[place] for place in places)))

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[T]:
        return (self.whole[place] for place in self.places)

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...

    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        if isinstance(index, slice):
            return Extract(self.whole, self.places[index])
        return self.whole[self.places[index]]

    def __eq__(self, other: object) -> bool:
        return _same(self, other) if isinstance(other, Sequence) else NotImplemented


HELD = 16 * 1024 * 1024
"""Bytes of the first exchanges, as they are written, that stay in memory besides."""
MOST_READ, LONGEST_READ = 32, 64 * 1024
"""Exchanges that are remembered once they were read, and bytes up to which one is."""


class Exchanges(Sequence[Exchange]):
    """Exchanges in their order, on disk, and their `outlines` in memory. A slice reads from the same file; equal are
    sequences of equal exchanges."""

    def __init__(self, exchanges: Iterable[Exchange] = ()) -> None:
        self.outlines = Outlines()
        self._spool = Spool()
        self._held: list[Exchange] = []
        self._room = HELD
        self._read: OrderedDict[int, Exchange] = OrderedDict()
        for exchange in exchanges:
            self.append(exchange)

    def append(self, exchange: Exchange) -> None:
        """Keep one more. Raises NoRoom."""
        data = _written(exchange)
        self._spool.append(data)
        self.outlines.add(exchange)
        if len(data) <= self._room:
            self._held.append(exchange)
            self._room -= len(data)
            return
        self._room = 0  # from here on all are read from the disk
        if len(data) <= LONGEST_READ:
            self._remember(len(self._spool) - 1, exchange)

    @property
    def size(self) -> int:
        """Bytes that they take on disk."""
        return self._spool.size

    def __len__(self) -> int:
        return len(self._spool)

    @overload
    def __getitem__(self, index: int) -> Exchange: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Exchange]: ...

    def __getitem__(self, index: int | slice) -> Exchange | Sequence[Exchange]:
        if isinstance(index, slice):
            return Extract(self, range(*index.indices(len(self))))
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError(index)
        if index < len(self._held):
            return self._held[index]
        found = self._read.get(index)
        if found is None:
            data = self._spool[index]
            found = _read(data)
            if len(data) <= LONGEST_READ:
                self._remember(index, found)
        return found

    def __iter__(self) -> Iterator[Exchange]:
        index = 0
        while index < len(self._held):
            yield self._held[index]
            index += 1
        while index < len(self._spool):
            yield self._read.get(index) or _read(self._spool[index])
            index += 1

    def __eq__(self, other: object) -> bool:
        return _same(self, other) if isinstance(other, Sequence) else NotImplemented

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} on disk)"

    def _remember(self, index: int, exchange: Exchange) -> None:
        self._read[index] = exchange
        if len(self._read) > MOST_READ:
            self._read.popitem(last=False)


class Changed(Sequence[Exchange]):
    """Exchanges that are changed each time that they are read: for when there is no room to keep what they become."""

    def __init__(self, whole: Sequence[Exchange], change: Callable[[Exchange], Exchange]) -> None:
        self._whole = whole
        self._change = change
        self.outlines = Outlines()
        for item in self:
            self.outlines.add(item)

    def __len__(self) -> int:
        return len(self._whole)

    def __iter__(self) -> Iterator[Exchange]:
        return map(self._change, self._whole)

    @overload
    def __getitem__(self, index: int) -> Exchange: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Exchange]: ...

    def __getitem__(self, index: int | slice) -> Exchange | Sequence[Exchange]:
        if isinstance(index, slice):
            return Extract(self, range(*index.indices(len(self))))
        return self._change(self._whole[index])

    def __eq__(self, other: object) -> bool:
        return _same(self, other) if isinstance(other, Sequence) else NotImplemented


def changed(exchanges: Sequence[Exchange], change: Callable[[Exchange], Exchange]) -> Exchanges | Changed:
    """Each exchange changed, kept on disk where that has room."""
    try:
        return Exchanges(map(change, exchanges))
    except NoRoom:
        return Changed(exchanges, change)


def numbered(exchanges: Sequence[Exchange], number: int) -> Exchange | None:
    """The exchange of this number, read back; None when there is none. Where they stand is tried first at its number."""
    if 0 < number <= len(exchanges) and exchanges[number - 1].number == number:
        return exchanges[number - 1]
    return next((item for item in exchanges if item.number == number), None)


def _same(one: Sequence[Any], other: Sequence[Any]) -> bool:
    return len(one) == len(other) and all(mine == theirs for mine, theirs in zip(one, other, strict=True))


# --- how an exchange is written -------------------------------------------------------------------------------------

_names_of_request = [item.name for item in fields(Request)]
_names_of_response = [item.name for item in fields(Response)]
_of_request = attrgetter(*_names_of_request)
_of_response = attrgetter(*_names_of_response)
_HEADERS_OF_REQUEST = _names_of_request.index("headers")
_HEADERS_OF_RESPONSE = _names_of_response.index("headers")


def _written(exchange: Exchange) -> bytes:
    """The exchange as plain data in Python's own form, the fastest there is; nobody else ever reads it."""
    request, response = list(_of_request(exchange.request)), list(_of_response(exchange.response))
    request[_HEADERS_OF_REQUEST] = exchange.request.headers.items
    response[_HEADERS_OF_RESPONSE] = exchange.response.headers.items
    return marshal.dumps((exchange.number, request, response, exchange.started, exchange.case))


def _read(data: bytes) -> Exchange:
    number, request, response, started, case = marshal.loads(data)
    request[_HEADERS_OF_REQUEST] = Headers(request[_HEADERS_OF_REQUEST])
    response[_HEADERS_OF_RESPONSE] = Headers(response[_HEADERS_OF_RESPONSE])
    return Exchange(number, Request(*request), Response(*response), started, case)
