"""The recorder: every exchange of every phase is written down here and passes the same checks.

Rules
- An exchange is judged the moment it is recorded; what a case adds is written beside, never instead.
- Looking counts: a requirement that nothing looked at has not passed.
- Findings are kept in the order in which they were met, each with its exchange.
- Of a body that is no JSON and long, only the beginning is kept: a run sends and receives files of many MiB.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from conformance.judge.registry import judge_exchange
from conformance.model import requirement_id
from conformance.model.contract import Contract
from conformance.model.finding import Assertion, Finding
from conformance.model.message import Exchange, Request, Response
from conformance.model.phrase import Phrase
from conformance.model.record import Attempt, Provocation

__all__ = ["KEPT", "Recorder"]

KEPT = 128 * 1024
"""Bytes of a file that are kept for the reports."""


@dataclass
class Recorder:
    """What a run has seen so far. `case` is the name of the case under way, "" between cases.

    `may_create` maps a service to whether the credentials may create resources of it. `looks` counts how often each
    (requirement, check) was judged. `unjudged` maps a requirement to the cases that were to judge it and could not,
    each with the reason. `attempts` are the cases that ran, in order. `trail` holds the numbers of the exchanges that
    the next one depends on, while a case keeps it; they become the related exchanges of its findings. `exploring` says
    that what is sent depends on the seed of the run: then no look counts as one, for another run would not have it.
    """

    contract: Contract
    case: str = ""
    may_create: dict[str, bool] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    looks: Counter[tuple[str, str]] = field(default_factory=Counter)
    provocations: list[Provocation] = field(default_factory=list)
    unjudged: dict[str, dict[str, Phrase]] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    trail: list[int] | None = None
    exploring: bool = False
    _shortened: dict[int, Exchange] = field(default_factory=dict)

    def observe(self, request: Request, response: Response) -> Exchange:
        """Record an exchange and judge it. What is returned is the whole exchange; what is kept may have less of a
        file."""
        number = len(self.exchanges) + 1
        exchange = Exchange(number, request, response, time.time() - response.elapsed, self.case)
        kept = _shortened(exchange)
        if kept is not exchange:
            self._shortened[number] = kept
        self.exchanges.append(kept)
        for assertion in judge_exchange(exchange, self.contract):
            self.add(assertion, exchange, tuple(self.trail or ()))
        if self.trail is not None:
            self.trail.append(number)
        return exchange

    def add(self, assertion: Assertion, exchange: Exchange | None, related: tuple[int, ...] = ()) -> None:
        """Count a look at a requirement, and keep the finding when it failed."""
        if not self.exploring:
            self.looks[assertion.requirement, assertion.check] += 1
        if assertion.deviation is None:
            return
        self.findings.append(
            Finding(
                requirement=assertion.requirement,
                check=assertion.check,
                operation=exchange.operation if exchange else self._subject(assertion.requirement),
                status=exchange.response.status if exchange else None,
                deviation=assertion.deviation,
                exchange=self._shortened.get(exchange.number, exchange) if exchange else None,
                related=related,
            )
        )

    def excuse(self, *exchanges: Exchange) -> None:
        """Take back what was found in the last exchanges: they met a limit of the platform, not the service."""
        numbers = {item.number for item in exchanges}
        self.findings[:] = [
            item for item in self.findings if item.exchange is None or item.exchange.number not in numbers
        ]

    def _subject(self, requirement: str) -> str:
        """What a promise is about when no exchange shows it: its operation, else the area of its id."""
        promise = self.contract.requirements.get(requirement)
        return (promise.operation if promise is not None else None) or requirement_id.area(requirement)

    def not_judged(self, requirements: Iterable[str], case: str, reason: Phrase) -> None:
        """Write down that a case could not judge what it is for; what it saw before that does not make up for it."""
        for name in requirements:
            self.unjudged.setdefault(name, {}).setdefault(case, reason)

    def provoked(self, code: int, act: Phrase, exchange: Exchange) -> None:
        """Write down an attempt at a documented code."""
        attempt = Provocation(code, exchange.operation, act, exchange.response.status, exchange.number)
        self.provocations.append(attempt)


def _shortened(exchange: Exchange) -> Exchange:
    """The exchange with the beginnings of its files."""
    request, response = exchange.request, exchange.response
    if len(request.body) > KEPT and "json" not in (request.headers.get("Content-Type") or ""):
        request = replace(request, body=request.body[:KEPT], left_out=len(request.body) - KEPT)
    if len(response.body) > KEPT and "json" not in (response.media_type or ""):
        response = replace(response, body=response.body[:KEPT], left_out=len(response.body) - KEPT)
    if request is exchange.request and response is exchange.response:
        return exchange
    return replace(exchange, request=request, response=response)
