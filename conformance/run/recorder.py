"""The recorder: every exchange of every phase is written down here and passes the same checks.

Rules
- An exchange is judged the moment it is recorded; what a case adds is written beside, never instead.
- Looking counts: a requirement that nothing looked at has not passed.
- Findings are kept in the order in which they were met, each with its exchange.
- Exchanges lie on disk, so that a run of any length takes the same memory. When there is no room for more, the case
  under way ends and no further one is recorded or judged; cleaning up goes on all the same.
- What cleaning up lists is kept and not judged: no case has asked for it, and it holds whatever the project has.
- Of a long body that is no JSON, only the beginning and the end are kept: a run sends and receives files of many MiB. So
  it is with JSON that is longer than any that is judged after the run.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TypeVar

from conformance.judge.recognition import recognised
from conformance.judge.registry import judge_exchange
from conformance.model import requirement_id
from conformance.model.contract import Contract
from conformance.model.errors import NoRoom
from conformance.model.finding import Assertion, Finding
from conformance.model.findings import Findings
from conformance.model.message import Exchange, Request, Response
from conformance.model.phrase import Phrase
from conformance.model.record import Attempt, Provocation
from conformance.model.spool import Exchanges
from conformance.run.effort import Effort

__all__ = ["CLEANUP", "END", "KEPT", "LONGEST_JSON", "Bookmark", "Recorder"]

CLEANUP = "cleanup"
"""The case of exchanges that clean up after the others."""

KEPT, END = 128 * 1024, 16 * 1024
"""Bytes of a file that are kept for the reports: of its beginning, and of its end."""
LONGEST_JSON = 8 * 2**20
"""Bytes up to which JSON is kept whole, for what only the whole run shows is read off it. What is longer is judged when
it is met, and kept as a file is."""
LARGE = 64 * 2**20
"""Bytes that are kept of all large bodies together, JSON or not; of further ones a sixteenth is kept, so that a target which
pads each answer fills neither the disk nor the reports."""


RequestOrResponse = TypeVar("RequestOrResponse", Request, Response)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Where a recorder was: how many findings and provocations it had, which looks, and what was not judged."""

    findings: int
    looks: Counter[tuple[str, str]]
    provocations: int
    unjudged: Mapping[str, Mapping[str, Phrase]]


@dataclass
class Recorder:
    """What a run has seen so far. `case` is the name of the case under way, "" between cases.

    `may_create` maps a resource to whether the credentials may create resources of it. `looks` counts how often each
    (requirement, check) was judged. `unjudged` maps a requirement to the cases that were to judge it and could not,
    each with the reason. `attempts` are the cases that ran, in order. `trail` holds the numbers of the exchanges that
    the next one depends on, while a case keeps it; they become the related exchanges of its findings. `exploring` says
    that what is sent depends on the seed of the run: then no look counts as one, for another run would not have it.
    `full` is the reason for which no more exchanges can be kept. `unanswered` are the URLs of deletes whose answer never
    came. `effort` is how long it took to judge them.
    """

    contract: Contract
    case: str = ""
    may_create: dict[str, bool] = field(default_factory=dict)
    exchanges: Exchanges = field(default_factory=Exchanges)
    findings: Findings = field(init=False)
    looks: Counter[tuple[str, str]] = field(default_factory=Counter)
    provocations: list[Provocation] = field(default_factory=list)
    unjudged: dict[str, dict[str, Phrase]] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    trail: list[int] | None = None
    exploring: bool = False
    full: NoRoom | None = None
    unanswered: set[str] = field(default_factory=set)
    effort: Effort = field(default_factory=Effort)
    _room: int = LARGE

    def __post_init__(self) -> None:
        self.findings = Findings(outlines=self.exchanges.outlines)

    @property
    def owed(self) -> float:
        """The seconds that judging and reporting what was recorded so far will take at the end of the run."""
        return self.effort.ahead(len(self.findings), self.exchanges.size)

    def observe(self, request: Request, response: Response) -> Exchange:
        """Record an exchange and judge it. What is returned is the whole exchange; what is kept may have less of a
        file. Raises NoRoom when it cannot be kept, but for one of cleaning up."""
        with self.effort.measured():
            exchange = self._numbered(request, response)
            if not self._keep(self._shortened(exchange)):
                return exchange
            related = tuple(self.trail or ())
            for assertion in judge_exchange(exchange, self.contract):
                self.add(assertion, exchange, related)
        if self.trail is not None:
            self.trail.append(exchange.number)
        return exchange

    def keep(self, request: Request, response: Response) -> Exchange:
        """Record an exchange that nobody judges: of a long body the beginning and the end, whatever it is. What is returned
        is the whole exchange. Raises NoRoom as `observe` does."""
        exchange = self._numbered(request, response)
        self._keep(self._shortened(exchange, whole_json=False))
        return exchange

    def _numbered(self, request: Request, response: Response) -> Exchange:
        if request.url in self.unanswered:
            request = replace(request, doubtful=True)
        request = recognised(request, self.contract)
        number = len(self.exchanges) + 1
        return Exchange(number, request, response, response.began or time.time() - response.elapsed, self.case)

    def _shortened(self, exchange: Exchange, *, whole_json: bool = True) -> Exchange:
        """The exchange with the beginnings and ends of its files, and of JSON that is too large to be kept."""
        request, response = exchange.request, exchange.response
        if len(request.body) > KEPT + END:
            request = self._cut(request, "json" in (request.headers.get("Content-Type") or ""))
        if len(response.body) > KEPT + END:
            is_json = "json" in (response.media_type or "") and not response.truncated
            response = self._cut(response, is_json and whole_json)
        if request is exchange.request and response is exchange.response:
            return exchange
        return replace(exchange, request=request, response=response)

    def _cut(self, message: RequestOrResponse, is_json: bool) -> RequestOrResponse:
        body = message.body
        if is_json and len(body) <= min(LONGEST_JSON, self._room):
            self._room -= len(body)
            return message
        kept, end = (KEPT, END) if self._room >= KEPT + END else (KEPT // 16, END // 16)
        self._room -= kept + end
        left_out = len(body) - kept - end
        return replace(message, body=body[:kept], left_out=left_out, end=body[-end:], sha256=sha256(body).hexdigest())

    def _keep(self, exchange: Exchange) -> bool:
        if self.full is None:
            try:
                self.exchanges.append(exchange)
                return True
            except NoRoom as error:
                self.full = error
        if self.case != CLEANUP:
            raise self.full
        return False

    def add(self, assertion: Assertion, exchange: Exchange | None, related: tuple[int, ...] = ()) -> None:
        """Count a look at a requirement, and keep the finding when it failed."""
        if not self.exploring:
            self.looks[assertion.requirement, assertion.check] += 1
        if assertion.deviation is None or (self.full and exchange and exchange.number > len(self.exchanges)):
            return
        self.findings.append(
            Finding(
                requirement=assertion.requirement,
                check=assertion.check,
                operation=exchange.operation if exchange else self._subject(assertion.requirement),
                status=exchange.response.status if exchange else None,
                deviation=assertion.deviation,
                exchange=exchange,
                related=related,
            )
        )

    def excuse(self, exchange: Exchange) -> None:
        """Take back what the checks of an exchange have said of the last one: it shows nothing of the service."""
        if not self.exploring:
            for assertion in judge_exchange(exchange, self.contract):
                self.looks[assertion.requirement, assertion.check] -= 1
            self.looks = +self.looks
        self.findings.take_back([exchange.number])

    def begin_anew(self) -> None:
        """Forget what was written down, for another recorder has it; numbers begin at 1 again."""
        self.exchanges = Exchanges()
        self.findings = Findings(outlines=self.exchanges.outlines)
        self.looks = Counter()
        self.provocations, self.unjudged, self.attempts = [], {}, []
        self.effort = Effort()

    def mark(self) -> Bookmark:
        """Where the recorder is now: what a case adds can be taken back to it."""
        unjudged = {name: dict(cases) for name, cases in self.unjudged.items()}
        return Bookmark(len(self.findings), self.looks.copy(), len(self.provocations), unjudged)

    def take_back(self, mark: Bookmark) -> None:
        """Take back what was found, looked at and provoked since the mark. The exchanges stay: they were sent."""
        self.findings.cut(mark.findings)
        self.looks = mark.looks.copy()
        self.unjudged = {name: dict(cases) for name, cases in mark.unjudged.items()}
        del self.provocations[mark.provocations :]
        self.trail = None

    def _subject(self, requirement: str) -> str:
        """What a promise is about when no exchange shows it: its operation, else the area of its id."""
        promise = self.contract.requirements.get(requirement)
        return (promise.operation if promise is not None else None) or requirement_id.area(requirement)

    def not_judged(self, requirements: Iterable[str], case: str, reason: Phrase) -> None:
        """Write down that a case could not judge what it is for; what it saw before that does not make up for it."""
        for name in requirements:
            self.unjudged.setdefault(name, {}).setdefault(case, reason)

    def judged_after_all(self, case: str) -> None:
        """Write down that a case, run again, could judge what it is for."""
        for name in [name for name, cases in self.unjudged.items() if case in cases]:
            del self.unjudged[name][case]
            if not self.unjudged[name]:
                del self.unjudged[name]

    def provoked(self, code: int, act: Phrase, exchange: Exchange) -> None:
        """Write down an attempt at a documented code."""
        attempt = Provocation(code, exchange.operation, act, exchange.response.status, exchange.number)
        self.provocations.append(attempt)
