"""What a run has shown: its findings with their causes, the looks that count, and what was sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from conformance.judge.aftermath import with_history
from conformance.judge.attribution import Partitioned, attributed, partitioned
from conformance.judge.baseline import Entry
from conformance.judge.causes import RootCause, causes
from conformance.judge.explored import exploring, seen_by_every_seed
from conformance.judge.registry import judge_run
from conformance.model.contract import Contract
from conformance.model.finding import Finding
from conformance.model.record import Record

__all__ = ["Evidence"]


@dataclass(frozen=True)
class Evidence:
    """What the record shows once the checks of a run have looked: all findings with their causes, the looks that count,
    and what was sent. `drawn` are the numbers of the exchanges that only this run's `seed` has drawn."""

    findings: tuple[Finding, ...]
    looks: Mapping[tuple[str, str], int]
    sent: Partitioned
    causes: tuple[RootCause, ...]
    drawn: frozenset[int]
    shown: frozenset[Entry]
    seed: int

    @cached_property
    def _followed(self) -> tuple[Finding, ...]:
        """What only follows from something else, of what every seed shows."""
        return tuple(
            item
            for cause in self.causes
            for _, item in cause.consequences
            if item.exchange is not None and item.exchange.number not in self.drawn
        )

    @cached_property
    def steady(self) -> frozenset[Entry]:
        """What every seed shows, and stands for itself there."""
        return self.shown - {Entry.of(item) for item in self._followed}

    @cached_property
    def followed(self) -> Counter[str]:
        """Requirement -> how many of its looks only failed by what something else had caused."""
        return Counter(item.requirement for item in self._followed)

    @classmethod
    def of(cls, record: Record, contract: Contract) -> Evidence:
        if not record.started:
            return cls((), {}, partitioned(record.exchanges, contract), (), frozenset(), frozenset(), record.run.seed)
        findings, looks, drawn = list(record.findings), Counter(record.looks), exploring(record)
        for exchange, assertion, related in judge_run(record.exchanges, contract):
            looks[assertion.requirement, assertion.check] += exchange.number not in drawn
            if assertion.deviation is not None:
                findings.append(
                    Finding(
                        assertion.requirement,
                        assertion.check,
                        exchange.operation,
                        exchange.response.status,
                        assertion.deviation,
                        exchange,
                        tuple(item.number for item in related),
                    )
                )
        known = partitioned(record.exchanges, contract)
        told_apart = with_history(attributed(findings, known, drawn), known, contract, drawn)
        parts = {exchange.number: found for exchange, found in known}
        found = causes(told_apart, parts, contract, exploring=drawn)
        return cls(told_apart, +looks, known, found, drawn, seen_by_every_seed(told_apart, record), record.run.seed)
