"""What was sent, counted by class, and which class of request explains an unwanted status.

One failure of a server must not hide another, so a server error is told apart by the class of the request that meets
it. And one failure that meets every request must not look like hundreds. So of the classes that a request belongs to
the one is chosen which explains the failure best. In this order:

0. the size of the body, where whatever is as large fails, of all operations or of this one, and not all that is smaller;
1. valid requests, where all of them fail;
2. a broken part whose every request fails, else such an open one, else such a special valid one (a boundary, an empty
text) that
   was sent at least twice;
3. a broken or open part whose requests fail far more often than valid ones do;
4. valid requests, where some of them fail;
5. the broken parts of the request together.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from conformance.judge.partition import large
from conformance.judge.sent import Partitioned
from conformance.model.equivalence import VALID, Class, Part, Standing
from conformance.model.finding import Finding
from conformance.model.findings import Findings
from conformance.model.outline import Outlined
from conformance.model.verdict import SentRow

__all__ = ["ANOTHER_TYPE", "attributed", "sent"]

CHECKS = frozenset({"server-error", "documented-status"})
"""The checks whose deviations are told apart by the class of the request."""
OFTEN = 0.2
"""When this share of valid requests fails, a class that was sent only once is not told apart from them: it may be
chance."""
WIDER = 3
"""So many wrong types of one place that all fail count as one class."""


def sent(known: Partitioned) -> tuple[SentRow, ...]:
    """How often each place of each operation was sent each class, and what came, sorted."""
    table: defaultdict[tuple[str, Part], Counter[int]] = defaultdict(Counter)
    for exchange, found in known:
        for part in found:
            table[exchange.operation, part][exchange.status] += 1
    rows = sorted(table.items(), key=lambda item: (item[0][0], item[0][1].order))
    return tuple(
        SentRow(operation, part.place, part.held, dict(sorted(counts.items()))) for (operation, part), counts in rows
    )


def attributed(
    findings: Iterable[Finding], known: Partitioned, drawn: Container[int] = frozenset()
) -> Sequence[Finding]:
    """The findings, those of an unwanted status with the class of request that explains it in their deviation.

    `drawn` are the numbers of the exchanges that depend on the seed of the run. The others alone explain a finding, so
    that it is the same for every seed; but for a request of a class that only the seed has drawn.
    """
    numbered = known.numbered
    limits = _Limits(known, drawn)
    steady: dict[tuple[str, int], _Counts] = {}
    whole: dict[tuple[str, int], _Counts] = {}

    def told(finding: Finding) -> Finding:
        exchange, status = finding.exchange, finding.status
        if finding.check not in CHECKS or finding.deviation.operation is None or exchange is None or status is None:
            return finding
        found = numbered.get(exchange.number, ())
        if not found:
            return finding
        limit = limits.of(exchange)
        if limit is not None:
            return replace(finding, deviation=replace(finding.deviation, request=(large(limit),)))
        key = (exchange.operation, status)
        if key not in steady:
            steady[key], whole[key] = _Counts.of(known, *key, without=drawn), _Counts.of(known, *key)
        explained = (steady if steady[key].knows(found) else whole)[key].explain(found)
        if explained is None:
            return finding
        # The request is not valid, but valid ones fail in the same way: it gets the deviation of valid requests.
        borrowed = not explained and bool(finding.deviation.request)
        return replace(finding, deviation=replace(finding.deviation, request=explained), borrowed=borrowed)

    return Findings(map(told, findings), known.outlines)


SMALL = 1024
"""Bytes of a body that no server finds too large."""
FEWEST = 2
"""Bodies that have to fail before it is said that their size is why."""


class _Limits:
    """From which size of a body on every request is answered with one status: of all operations, else of one."""

    def __init__(self, known: Partitioned, drawn: Container[int]) -> None:
        self._known = known
        self._drawn = drawn
        self._found: dict[tuple[str, int], int | None] = {}

    def of(self, exchange: Outlined) -> int | None:
        """The size that explains the status of this answer; None when none does."""
        for operation in ("", exchange.operation):
            limit = self._limit(operation, exchange.status)
            if limit is not None and exchange.sent >= limit:
                return limit
        return None

    def _limit(self, operation: str, status: int) -> int | None:
        key = (operation, status)
        if key not in self._found:
            self._found[key] = self._look(operation, status)
        return self._found[key]

    def _look(self, operation: str, status: int) -> int | None:
        fine = max((item.sent for item in self._with_bodies(operation) if item.status != status), default=None)
        if fine is None:
            return None
        failed = sorted(
            item.sent for item in self._with_bodies(operation) if item.status == status and item.sent > fine
        )
        return failed[0] if len(failed) >= FEWEST and failed[0] > SMALL else None

    def _with_bodies(self, operation: str) -> Iterator[Outlined]:
        rows = self._known.of_operation(operation, self._drawn) if operation else iter(self._known)
        return (item for item, _ in rows if item.sent > 0 and item.number not in self._drawn)


ANOTHER_TYPE = "another-type"
_RANKS = {Standing.BROKEN: 0, Standing.LENIENT: 1, Standing.OPEN: 2, Standing.VALID: 3}


def _features(found: Iterable[Part]) -> Iterator[Part]:
    """What sets a request apart: its broken parts, its open ones, and the special ones among the valid."""
    return (part for part in found if part.held != VALID)


def _rank(part: Part) -> int:
    """Broken parts come first, for they are the likeliest cause."""
    return _RANKS[part.standing]


@dataclass
class _Counts:
    """How often requests of each class were sent to one operation, and how often one status was the answer."""

    tried: Counter[Part] = field(default_factory=Counter)
    failed: Counter[Part] = field(default_factory=Counter)
    valid_tried: int = 0
    valid_failed: int = 0

    @classmethod
    def of(cls, known: Partitioned, operation: str, status: int, without: Container[int] = ()) -> _Counts:
        evidence = cls()
        for exchange, found in known.of_operation(operation, without):
            features = set(_features(found))
            same = exchange.status == status
            evidence.tried.update(features)
            if same:
                evidence.failed.update(features)
            if all(part.standing is Standing.VALID for part in features):
                evidence.valid_tried += 1
                evidence.valid_failed += same
        return evidence

    def _wider(self, part: Part) -> Part:
        """The part, or where every wrong type of its place always fails (at least WIDER of them) the class of all of
        them."""
        wanted = dict(part.held.terms).get("wanted")
        if part.held.rule != "type" or wanted is None:
            return part
        same = [
            item
            for item in self.tried
            if item.place == part.place
            and (item.held.rule, item.held.item) == ("type", part.held.item)
            and dict(item.held.terms).get("wanted") == wanted
        ]
        if len(same) >= WIDER and all(self.failed[item] == self.tried[item] for item in same):
            return Part(part.place, Class(ANOTHER_TYPE, part.standing, (("wanted", wanted),), part.held.item))
        return part

    @property
    def _share(self) -> float:
        """Share of valid requests that fail."""
        return self.valid_failed / self.valid_tried if self.valid_tried else 0.0

    def knows(self, found: Iterable[Part]) -> bool:
        """Whether a request of each of these classes is among those that were counted."""
        return all(self.tried[part] for part in _features(found))

    def explain(self, found: Iterable[Part]) -> tuple[Part, ...] | None:
        """The parts that explain why a request with these parts fails. Empty when valid requests fail in the same way,
        None when no single part explains it."""
        if self._share == 1:
            return ()
        features = sorted(set(_features(found)), key=lambda part: (_rank(part), -self.tried[part], part.order))
        for part in features:
            often = 2 if part.standing is Standing.VALID or self._share >= OFTEN else 1
            if self.failed[part] == self.tried[part] >= often:
                return (self._wider(part),)
        for part in features:
            likely = self.failed[part] > self.tried[part] * max(OFTEN, 5 * self._share)
            if part.standing is not Standing.VALID and likely:
                return (part,)
        return () if self.valid_failed else None
