"""What one process has seen of a case, to become part of the record of another: in portions, so that a case of any length
takes the same memory in both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from conformance.model.errors import NoRoom
from conformance.model.finding import Finding
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.model.record import Attempt, Provocation
from conformance.run.effort import Effort
from conformance.run.recorder import Recorder

__all__ = ["CaseRecord", "Portion", "portions", "summary", "take_over"]

MOST, LARGEST = 500, 2**20
"""Exchanges or findings of a portion, and bytes of bodies after which one ends."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Some exchanges of a case, numbered from 1 as the recorder did, or some findings. A finding has no exchange here,
    `shown` holds the number of each one's, None where none shows it."""

    exchanges: tuple[Exchange, ...] = ()
    findings: tuple[Finding, ...] = ()
    shown: tuple[int | None, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """What a recorder has written down beside exchanges and findings."""

    looks: Mapping[tuple[str, str], int]
    provocations: tuple[Provocation, ...]
    unjudged: Mapping[str, Mapping[str, Phrase]]
    attempts: tuple[Attempt, ...]
    effort: Effort


def portions(recorder: Recorder) -> Iterator[Portion]:
    """The exchanges and then the findings that the recorder has."""
    some: list[Exchange] = []
    size = 0
    for exchange in recorder.exchanges:
        some.append(exchange)
        size += len(exchange.request.body) + len(exchange.response.body)
        if len(some) >= MOST or size >= LARGEST:
            yield Portion(exchanges=tuple(some))
            some, size = [], 0
    if some:
        yield Portion(exchanges=tuple(some))
    findings, numbers = recorder.findings, tuple(recorder.findings.numbers())
    for start in range(0, len(findings), MOST):
        plain = (replace(item, exchange=None) for item in findings[start : start + MOST])
        yield Portion(findings=tuple(plain), shown=numbers[start : start + MOST])


def summary(recorder: Recorder) -> CaseRecord:
    """What the recorder has beside exchanges and findings."""
    return CaseRecord(
        looks=dict(recorder.looks),
        provocations=tuple(recorder.provocations),
        unjudged={name: dict(cases) for name, cases in recorder.unjudged.items()},
        attempts=tuple(recorder.attempts),
        effort=recorder.effort,
    )


def take_over(recorder: Recorder, parts: Iterable[Portion], seen: CaseRecord) -> None:
    """Add what was seen to what the recorder has, as if it had been seen now; its effort was added before.

    Raises NoRoom. Then nothing that was seen counts, for not all of it is there, and nothing more is taken over.
    """
    if recorder.full is not None:
        raise recorder.full
    before, found = len(recorder.exchanges), len(recorder.findings)
    for part in parts:
        for exchange in part.exchanges:
            try:
                recorder.exchanges.append(replace(exchange, number=exchange.number + before))
            except NoRoom as error:
                recorder.full = error
                raise
        for finding, number in zip(part.findings, part.shown, strict=True):
            recorder.findings.append(
                replace(
                    finding,
                    exchange=recorder.exchanges[number + before - 1] if number is not None else None,
                    related=tuple(item + before for item in finding.related),
                )
            )
    recorder.looks.update(seen.looks)
    recorder.provocations += [
        replace(item, exchange=item.exchange + before if item.exchange is not None else None)
        for item in seen.provocations
    ]
    for name, cases in seen.unjudged.items():
        for case, reason in cases.items():
            recorder.not_judged([name], case, reason)
    recorder.attempts += [
        replace(
            item,
            exchanges=range(item.exchanges.start + before, item.exchanges.stop + before),
            findings=range(item.findings.start + found, item.findings.stop + found),
        )
        for item in seen.attempts
    ]
