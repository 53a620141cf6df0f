"""Where each line of a document goes while it is read: nothing is lost, and what is not understood is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from conformance.document.lines import Grid, Line, Source
from conformance.document.model import Account, NotUnderstood

__all__ = ["Tally", "is_complete"]

_SHOWN = 200
"""Characters of what was not understood that are kept of a line."""


@dataclass
class Tally:
    """What was read so far. `operation` is the title of that which is being read.

    A line of which nothing was ever said is not understood: who reads it has to say so.
    """

    source: Source
    operation: str = ""
    unread: list[NotUnderstood] = field(default_factory=list)
    cited: set[int] = field(default_factory=set)
    prose: set[int] = field(default_factory=set)
    furniture: set[int] = field(default_factory=set)
    grids: Mapping[int, Grid] = field(default_factory=dict)
    codes: Mapping[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.grids = {grid.line: grid for grid in self.source.grids}
        self.codes = dict(self.source.codes)

    def cite(self, first: int, last: int) -> None:
        """The lines became part of what is promised."""
        self.cited.update(range(first, last + 1))

    def tell(self, lines: Iterable[Line]) -> None:
        """The lines make no promise of their own."""
        self.prose.update(line.number for line in lines)

    def mark(self, lines: Iterable[Line]) -> None:
        """The lines head something or are repeated on pages."""
        self.furniture.update(line.number for line in lines)

    def doubt(self, first: int, last: int, reason: str, text: str) -> None:
        """The lines were not understood, for this reason."""
        self.unread.append(NotUnderstood(first, last, reason, text[:_SHOWN], self.operation))

    def doubt_lines(self, lines: Sequence[Line], reason: str) -> None:
        """These lines were not understood, for this reason; none where there are no lines."""
        if lines:
            self.doubt(lines[0].number, lines[-1].number, reason, lines[0].text)

    def settle(self) -> tuple[tuple[NotUnderstood, ...], Account]:
        """What was not understood in the order of its lines, and the account of each line."""
        written = {line.number for line in self.source.lines}
        furniture = self.furniture & written | {line.number for line in self.source.furniture} - written
        cited = (self.cited & written) - furniture
        doubted = {number for item in self.unread for number in range(item.line, item.last_line + 1)}
        unread = (doubted & written) - furniture - cited
        prose = (self.prose & written) - furniture - cited - unread
        rest = written - furniture - cited - unread - prose
        self.operation = ""
        for run in _runs([line for line in self.source.lines if line.number in rest]):
            self.doubt_lines(run, "stands where nothing is read")
        blank = frozenset(range(1, self.source.line_count + 1)) - written - furniture
        found = tuple(sorted(self.unread, key=lambda item: (item.line, item.last_line)))
        account = Account(frozenset(cited), frozenset(prose), frozenset(furniture), blank, frozenset(unread | rest))
        return found, account


def _runs(lines: Sequence[Line]) -> list[list[Line]]:
    runs: list[list[Line]] = []
    for line in lines:
        if runs and line.number - runs[-1][-1].number <= 2:
            runs[-1].append(line)
        else:
            runs.append([line])
    return runs


def is_complete(account: Account, line_count: int) -> bool:
    """Whether each line of a document of so many lines is in exactly one of the account's parts."""
    parts = (account.cited, account.prose, account.furniture, account.blank, account.unread)
    whole = frozenset[int]().union(*parts)
    return sum(map(len, parts)) == len(whole) and whole == frozenset(range(1, line_count + 1))
