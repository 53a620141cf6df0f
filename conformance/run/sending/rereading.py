"""Reading again before anything is blamed: a service may show what was written only later, and not on every node at once.

Rules
- A case that finds something wrong has what it has read since its last write read again, at once and after short pauses,
  until what it wrote is LATEST seconds ago: what was written long before need not be waited for.
  What is answered otherwise now, though nothing was written in between, was answered in two ways: that is the finding, in
  place of what the case says of the write. The case cannot go on, for it does not know what it is looking at.
- It is read again in the order in which the case has read it: an answer may depend on what was asked before it (a cache),
  and reading again in another order would make another answer, which is the fault at work and not a second opinion.
- What an answer has given away is not read again: it stays given away.
- From then on time passes between a write and the next read, so that what is found is not of the same cause.
- What was seen to stand when it was read again is not doubted again in this run, and all of it may take MOST_WAITED
  seconds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from conformance.judge.alike import TwoAnswers, lists_of, same_request_differs
from conformance.judge.kinds import speaks_for_itself
from conformance.model.deviation import Deviation
from conformance.model.message import READING, Exchange
from conformance.run.sending.client import Client

__all__ = ["NODES", "Rereading"]

PAUSES = (0.0, 0.2, 0.8, 2.0)
"""Seconds before each further look."""
LATEST = sum(PAUSES)
"""Seconds after a write in which it may be seen only later."""
MOST_READ, MOST_BACK = 4, 200
"""Requests that are sent again at a time, and exchanges of a case that are looked at."""
NODES = 2
"""How often each is sent at once: of two nodes that take turns one answers the second time."""
_ID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
MOST_WAITED = 20.0
"""Seconds of pauses in a run."""
NO_ANSWER = frozenset({401, 429, 503})
"""Statuses of a refusal that says nothing of what was asked: a token that has expired, a limit of the platform."""


class Rereading:
    """Reads again for the cases of one client."""

    def __init__(self, cloud: Client) -> None:
        self._cloud = cloud
        self.steady: set[tuple[str, Deviation]] = set()
        """What was seen to stand, and the promises that it breaks."""
        self._waited = 0.0

    def again(self, requirement: str, deviation: Deviation, exchange: Exchange, since: int) -> TwoAnswers | None:
        """The request that is answered otherwise now; None when what was seen stands. `exchange` shows the deviation,
        `since` is the number of the first exchange of the case."""
        if (requirement, deviation) in self.steady or speaks_for_itself(deviation):
            return None
        exchanges = self._cloud.recorder.exchanges
        own = [exchanges[place] for place in range(max(since - 1, len(exchanges) - MOST_BACK), len(exchanges))]
        reads, written = _reads(own, exchange.number)
        if not reads:
            return None
        found = self._looked(reads, own, written)
        if found is None:
            self.steady.add((requirement, deviation))
        return found

    def _looked(
        self, reads: Sequence[Exchange], own: Sequence[Exchange], written: Exchange | None
    ) -> TwoAnswers | None:
        passed, looked, lists = 0.0, reads[0].started, lists_of(self._cloud.contract)
        for pause in PAUSES:
            if pause:
                if written is None or looked - written.started - written.response.elapsed >= LATEST:
                    return None
                if self._waited + pause > MOST_WAITED:
                    return None
                self._waited += pause
                passed += pause
                self._cloud.wait(pause)
            for item in reads:
                for _ in range(1 if pause else NODES):
                    answer = self._cloud.resend(item.request)
                    looked = answer.started
                    heard = answer.status not in NO_ANSWER
                    found = same_request_differs(item, answer, own, lists) if heard else None
                    if found is not None:
                        self._cloud.seen_late(passed)
                        return found
        return None


def _reads(own: Sequence[Exchange], number: int) -> tuple[Sequence[Exchange], Exchange | None]:
    """What a case had read when it found something wrong in the exchange of this number: since the last write before it,
    and nothing of it was written since; of many, that exchange and the last ones. And that write, None when there was
    none."""
    before = [item for item in own if item.number <= number and item.request.method not in READING]
    since = before[-1].number if before else 0
    later: set[str] = set()
    anything = False
    found: dict[tuple[str, str, str | None], Exchange] = {}
    for item in reversed(own):
        if item.number < since:
            break
        request, names = item.request, set(_ID.findall(urlsplit(item.request.url).path))
        if request.method not in READING:
            anything |= item.number > number
            later |= names if item.number > number else set()
        elif request.actor != "anonymous" and (not names & later if names else not anything):
            found.setdefault((request.url, request.actor, request.headers.get("Range")), item)
    chosen = sorted(found.values(), key=lambda item: (item.number != number, -item.number))[:MOST_READ]
    return sorted(chosen, key=lambda item: item.number), before[-1] if before else None
