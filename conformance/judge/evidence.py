"""What a run has shown: its findings with their causes, the looks that count, and what was sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from conformance.judge.aftermath import with_history
from conformance.judge.attribution import attributed
from conformance.judge.baseline import Entry
from conformance.judge.causes import RootCause, causes
from conformance.judge.explored import exploring, seen_by_every_seed
from conformance.judge.registry import judge_run
from conformance.judge.sent import Partitioned, partitioned
from conformance.model.contract import Contract
from conformance.model.finding import Finding
from conformance.model.findings import alike, briefly
from conformance.model.record import Record

__all__ = ["Evidence"]


@dataclass(frozen=True)
class Evidence:
    """What the record shows once the checks of a run have looked: all findings with their causes, the looks that count,
    and what was sent. `drawn` are the numbers of the exchanges that only this run's `seed` has drawn."""

    findings: Sequence[Finding]
    looks: Mapping[tuple[str, str], int]
    sent: Partitioned
    causes: tuple[RootCause, ...]
    drawn: frozenset[int]
    shown: frozenset[Entry]
    seed: int

    @cached_property
    def _followed(self) -> list[tuple[Finding, int]]:
        """What only follows from something else, of what every seed shows: what says the same once, with how often."""
        return [
            pair
            for cause in self.causes
            for _, found in cause.consequences
            for pair in alike(
                found.chosen([place for place, item in enumerate(briefly(found)) if self._is_steady(item)])
            )
        ]

    def _is_steady(self, finding: Finding) -> bool:
        return finding.exchange is not None and finding.exchange.number not in self.drawn

    @cached_property
    def steady(self) -> frozenset[Entry]:
        """What every seed shows, and stands for itself there."""
        return self.shown - {Entry.of(item) for item, _ in self._followed}

    @cached_property
    def followed(self) -> Counter[str]:
        """Requirement -> how many of its looks only failed by what something else had caused."""
        counts: Counter[str] = Counter()
        for item, count in self._followed:
            counts[item.requirement] += count
        return counts

    @classmethod
    def of(cls, record: Record, contract: Contract) -> Evidence:
        known = partitioned(record.exchanges, contract)
        if not record.started:
            return cls((), {}, known, (), frozenset(), frozenset(), record.run.seed)
        looks, drawn = Counter(record.looks), exploring(record)

        def of_the_run() -> Iterator[Finding]:
            for exchange, assertion, related in judge_run(record.exchanges, contract):
                looks[assertion.requirement, assertion.check] += exchange.number not in drawn
                back = (assertion.requirement, assertion.check, exchange.number) in record.taken_back
                found = Finding.at(exchange, assertion, related)
                if found is not None and not back:
                    yield found

        findings = attributed(chain(record.findings, of_the_run()), known, drawn)
        told_apart = with_history(findings, known, contract, drawn)
        found = causes(told_apart, known.numbered, contract, exploring=drawn)
        return cls(told_apart, +looks, known, found, drawn, seen_by_every_seed(told_apart, record), record.run.seed)
