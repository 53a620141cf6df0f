"""The one gate: every exchange of every phase is recorded here and passes the same passive checks.

Rules
- An exchange is judged the moment it is recorded; what a case adds is written beside, never instead.
- Looking counts: a requirement that nothing looked at has not passed.
- Findings are kept in the order in which they were met, each with its exchange.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from conformance.judge.confirmation import Attempt
from conformance.judge.exchange_checks import judge
from conformance.model.contract import Contract
from conformance.model.finding import Assertion, Finding
from conformance.model.message import Exchange, Request, Response

__all__ = ["Gate", "Provocation"]


@dataclass(frozen=True, slots=True)
class Provocation:
    """An attempt to have one of the documented codes sent: by which request, in words, and what came."""

    code: int
    operation: str
    request: str
    status: int | None
    exchange: int | None


@dataclass
class Gate:
    """What a run has seen. `case` is the id of the case under way, "" between cases.

    `may_create` says whether the credentials create images, `shows` whether the service has the upstream operation that most
    cases observe with; None while that is not known. `unjudged` maps a requirement to
    the cases that were to judge it and could not, each with the reason. `attempts` are the cases that ran, in order. `trail`
    are the numbers of the exchanges that led up to the next one, where a case says so: a finding about that one needs them to be
    seen again.
    """

    contract: Contract
    case: str = ""
    may_create: bool | None = None
    shows: bool | None = None
    exchanges: list[Exchange] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    looks: Counter[tuple[str, str]] = field(default_factory=Counter)
    provocations: list[Provocation] = field(default_factory=list)
    unjudged: dict[str, dict[str, str]] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    trail: list[int] | None = None

    def observe(self, request: Request, response: Response) -> Exchange:
        """Record an exchange and judge it."""
        number = len(self.exchanges) + 1
        exchange = Exchange(number, request, response, time.time() - response.elapsed, self.case)
        self.exchanges.append(exchange)
        for assertion in judge(exchange, self.contract):
            self.add(assertion, exchange, tuple(self.trail or ()))
        if self.trail is not None:
            self.trail.append(number)
        return exchange

    def add(self, assertion: Assertion, exchange: Exchange | None, related: tuple[int, ...] = ()) -> None:
        """Count a look at a requirement, and keep the finding when it failed."""
        self.looks[assertion.requirement, assertion.check] += 1
        if assertion.ok:
            return
        self.findings.append(
            Finding(
                requirement=assertion.requirement,
                check=assertion.check,
                operation=exchange.operation if exchange else assertion.requirement.rsplit(".", 1)[0],
                status=exchange.response.status if exchange else None,
                message=assertion.message,
                failure=assertion.failure,
                path=assertion.path,
                exchange=exchange,
                related=related,
            )
        )

    def not_judged(self, requirements: Iterable[str], case: str, reason: str) -> None:
        """Write down that a case could not judge what it is for; what it saw before that does not make up for it."""
        for name in requirements:
            self.unjudged.setdefault(name, {}).setdefault(case, reason)

    def provoked(self, code: int, request: str, exchange: Exchange) -> None:
        """Write down an attempt at a documented code."""
        attempt = Provocation(code, exchange.operation, request, exchange.response.status, exchange.number)
        self.provocations.append(attempt)
