"""Findings in the order in which they were met, of which a run against a broken target has hundreds of thousands.

Rules
- Most of them say the same of another exchange. What they say is kept once; each has twelve bytes in memory, and on disk
  what a reader is shown: the values that were seen, the place in the body, and what led to it.
- Of one promise, operation and status at most MOST deviations of a kind are told apart; further ones are counted with
  the last of them. A target may write something new into each answer.
- A sequence of findings is read like a list of them; each is made anew when it is read.
"""

from __future__ import annotations

import marshal
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, overload

from conformance.model.deviation import Deviation
from conformance.model.errors import NoRoom
from conformance.model.finding import Finding
from conformance.model.outline import Outlined, Outlines
from conformance.model.phrase import Phrase, Terms, Value
from conformance.model.spool import Extract, Spool

__all__ = ["Findings", "alike", "briefly", "claims_of", "kept"]

Tenor = tuple[str, str, str, "int | None", Deviation, Terms, bool]
"""What findings that say the same have in common: requirement, check, operation, status, deviation, what decides of the
values that were seen, borrowed."""
DECIDES = frozenset({"status", "order"})
"""Values that were seen by which it is judged how bad a finding is, and what it follows from."""
MOST = 1000
"""Deviations of a kind, of one promise, operation and status, that are told apart."""
NOTHING = 2**32 - 1
"""Stands for no exchange, and for nothing to be shown."""
SPARE = 16 * 2**20
"""Bytes of memory for what is shown of findings, once the disk is full."""


class Findings(Sequence[Finding]):
    """Findings that can be added to. `outlines` are those of the exchanges that show them, filled as it needs."""

    def __init__(self, findings: Iterable[Finding] = (), outlines: Outlines | None = None) -> None:
        self.outlines = outlines if outlines is not None else Outlines()
        self._kinds: list[Tenor] = []
        self._known: dict[Tenor, int] = {}
        self._families: dict[tuple[object, ...], tuple[int, int]] = {}
        """What is alike but for the deviation's names -> how many are told apart, and the last of them."""
        self._kind = array("I")
        self._numbers = array("I")
        self._shown = array("I")
        self._details = Spool(spare=SPARE)
        self._last: tuple[int, bytes] = (0, b"")
        for item in findings:
            self.append(item)

    def append(self, finding: Finding) -> None:
        """Add one more."""
        deviation, exchange = finding.deviation, finding.exchange
        seen = tuple(pair for pair in deviation.seen if pair[0] in DECIDES)
        kind = (
            finding.requirement,
            finding.check,
            finding.operation,
            finding.status,
            deviation,
            seen,
            finding.borrowed,
        )
        place = self._known.get(kind)
        if place is None:
            place = self._new(kind, deviation)
        shown = self._detail(deviation, seen, finding.related)
        number = NOTHING
        if exchange is not None:
            number = exchange.number
            if not self.outlines.has(number):
                self.outlines.add(exchange)
        self._kind.append(place)
        self._numbers.append(number)
        self._shown.append(shown)

    def _new(self, claim: Tenor, deviation: Deviation) -> int:
        """The place of what nobody has said before; that of the last of its kind where too many are told apart."""
        family = (*claim[:4], deviation.kind, claim[-1])
        count, last = self._families.get(family, (0, 0))
        if count >= MOST:
            return last
        plain = replace(deviation, seen=claim[-2], path="") if deviation.seen or deviation.path else deviation
        claim = (*claim[:4], plain, *claim[-2:])
        place = self._known[claim] = len(self._kinds)
        self._kinds.append(claim)
        self._families[family] = (count + 1, place)
        return place

    def _detail(self, deviation: Deviation, decides: Terms, related: tuple[int, ...]) -> int:
        """Where on disk what is shown of a finding stands; the same as that of the last one is not written again."""
        if deviation.seen == decides and not deviation.path and not related:
            return NOTHING
        data = marshal.dumps((_plain(deviation.seen), deviation.path, related))
        if data != self._last[1]:
            try:
                self._details.append(data)
            except NoRoom:  # what is found counts all the same
                return NOTHING
            self._last = (len(self._details) - 1, data)
        return self._last[0]

    def take_back(self, numbers: Iterable[int]) -> None:
        """Take back what was found in the exchanges of these numbers."""
        wanted = set(numbers)
        kept = [place for place, number in enumerate(self._numbers) if number not in wanted]
        if len(kept) < len(self):
            for column in (self._kind, self._numbers, self._shown):
                column[:] = array("I", (column[place] for place in kept))

    def cut(self, length: int) -> None:
        """Take back all but the first so many."""
        for column in (self._kind, self._numbers, self._shown):
            del column[length:]

    def numbers(self) -> Iterator[int | None]:
        """The number of the exchange of each finding, None for one that no exchange shows."""
        return (None if number == NOTHING else number for number in self._numbers)

    @property
    def claims(self) -> Sequence[int]:
        """For each finding a number that is the same for those that say the same."""
        return self._kind

    def brief(self, index: int) -> Finding:
        """The finding without what is only shown of it, which lies on disk."""
        requirement, check, operation, status, deviation, _, borrowed = self._kinds[self._kind[index]]
        number = self._numbers[index]
        exchange = None if number == NOTHING else self.outlines.numbered(number)
        return Finding(requirement, check, operation, status, deviation, exchange, (), borrowed)

    def __len__(self) -> int:
        return len(self._kind)

    def __iter__(self) -> Iterator[Finding]:
        index = 0
        while index < len(self._kind):
            yield self._at(index)
            index += 1

    @overload
    def __getitem__(self, index: int) -> Finding: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Finding]: ...

    def __getitem__(self, index: int | slice) -> Finding | Sequence[Finding]:
        if isinstance(index, slice):
            return Extract(self, range(*index.indices(len(self))))
        return self._at(range(len(self))[index])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(one == two for one, two in zip(self, other, strict=True))

    def _at(self, index: int) -> Finding:
        requirement, check, operation, status, deviation, _, borrowed = self._kinds[self._kind[index]]
        number, shown = self._numbers[index], self._shown[index]
        exchange: Outlined | None = None if number == NOTHING else self.outlines.numbered(number)
        related: tuple[int, ...] = ()
        if shown != NOTHING:
            seen, path, related = marshal.loads(self._details[shown])
            if seen or path:
                deviation = replace(deviation, seen=_terms(seen), path=path)
        return Finding(requirement, check, operation, status, deviation, exchange, related, borrowed)


def kept(findings: Sequence[Finding]) -> Findings:
    """The findings themselves where they are kept in this way, else kept so."""
    return findings if isinstance(findings, Findings) else Findings(findings)


def briefly(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Each finding without what is only shown of it, where that makes it quicker to read."""
    whole, places = _places(findings)
    return map(whole.brief, places) if isinstance(whole, Findings) else iter(findings)


def alike(findings: Sequence[Finding]) -> list[tuple[Finding, int]]:
    """The first of the findings that say the same, with how many do, in the order in which they were met."""
    whole, places = _places(findings)
    if not isinstance(whole, Findings):
        whole, places = Findings(findings), range(len(findings))
    first: dict[int, int] = {}
    counts: Counter[int] = Counter()
    for place in places:
        claim = whole.claims[place]
        first.setdefault(claim, place)
        counts[claim] += 1
    return [(whole[place], counts[claim]) for claim, place in first.items()]


def claims_of(findings: Sequence[Finding]) -> Iterator[int]:
    """For each finding a number that is the same for those that say the same."""
    whole, places = _places(findings)
    if not isinstance(whole, Findings):
        whole, places = Findings(findings), range(len(findings))
    return (whole.claims[place] for place in places)


def _places(findings: Sequence[Finding]) -> tuple[Sequence[Finding], Sequence[int]]:
    if isinstance(findings, Extract):
        return findings.whole, findings.places
    return findings, range(len(findings))


def _plain(terms: Terms) -> Any:
    return tuple((name, _plain_value(value)) for name, value in terms)


def _plain_value(value: Value) -> Any:
    """The value as plain data, in which a list stands for a phrase."""
    if isinstance(value, Phrase):
        return [value.kind, _plain(value.terms)]
    if isinstance(value, tuple):
        return tuple(map(_plain_value, value))
    return str(value) if isinstance(value, str) else value


def _terms(plain: Any) -> Terms:
    return tuple((name, _value(value)) for name, value in plain)


def _value(plain: Any) -> Value:
    if isinstance(plain, list):
        return Phrase(plain[0], _terms(plain[1]))
    return tuple(map(_value, plain)) if isinstance(plain, tuple) else plain
