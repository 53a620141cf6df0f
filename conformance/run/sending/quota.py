"""Quotas: what a project may have of something is the platform's affair, and a refusal for it is no breach (ruling 46).

Rules
- A refusal speaks of a quota when its text does, in whatever form it comes (JSON, HTML, another language), with a status
  that refuses what somebody may not or what is too much. A create that is answered with 413 and no such text is one too
  where the plainest create there is meets the same.
- What is too long or too large by itself is refused for that, with whatever status, unless the refusal names a quota or
  a rate. Bytes to store are another matter: what they may be in all is often refused with the same words as a quota.
- Room is made first: what the run has made and needs no more is deleted, and the request sent again.
- What was refused for a quota is neither recorded nor judged, in whatever way it was refused: nothing passes or fails by
  it. The case is not exercised, with that reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from conformance.judge.partition import asks_too_much, has_too_much
from conformance.model.contract import Contract
from conformance.model.message import Request, Response
from conformance.model.phrase import Phrase
from conformance.run.sending.refusal import words_of
from conformance.run.unexercised import NotExercised

__all__ = ["Quota", "speaks_of_a_quota"]

STATUSES = frozenset({403, 409, 413, 422})
"""Statuses with which services refuse for a quota: OpenStack's with 403 and 413, some with 409; gateways as they like."""
TOO_LARGE = 413
WORDS = re.compile(
    r"quota|over[\s_-]?limit"
    r"|\blimits?\b[^.]{0,80}\b(exceed|reach|hit\b)|\bexceed\w*\b[^.]{0,80}\blimit"
    r"|\b(maximum|max)\b[^.]{0,40}\b(exceed|reach)|\b(exceed|reach)\w*\b[^.]{0,40}\bmaximum number"
    r"|配额|限额|超出[^。]{0,20}(限制|上限)|达到[^。]{0,20}上限",
    re.IGNORECASE,
)
NAMED = re.compile(r"quota|配额|\brate[\s_-]?limit", re.IGNORECASE)
"""What names a limit of the platform, so that a refusal of what is too large is not for that. A count names none: a real
Glance refuses 129 tags for the number of tags that may be there."""
SHOWN = 120
"""Characters of a refusal that are quoted."""
WAIT = 1.0
"""Seconds that a service is given to count what was deleted."""


def speaks_of_a_quota(response: Response) -> bool:
    """Whether a refusal says that it is for a quota."""
    return response.status in STATUSES and WORDS.search(words_of(response)) is not None


class Holding(Protocol):
    """What a quota needs of a client: it creates, holds and deletes resources."""

    @property
    def contract(self) -> Contract:
        """The contract that the requests are made from."""

    def holding(self) -> int:
        """How many resources of this run there are now."""

    def make_room(self) -> bool:
        """Delete what is needed no more; whether anything was."""

    def plainest(self, actor: str) -> Response:
        """The answer to the plainest create that there is; what it makes is deleted again."""

    def wait(self, seconds: float) -> None:
        """Let time pass on the target."""


@dataclass(slots=True)
class Quota:
    """The quotas that a client meets. `room` is the least number of its resources with which there was no room for one
    more, None as long as there always was; `most` the greatest that there was at once, `of_workers` the
    same of each process that ran cases at the same time. `makes_room` says that a request waits for room to be made."""

    room: int | None = None
    most: int = 0
    of_workers: dict[int, int] = field(default_factory=dict)
    makes_room: bool = False

    @property
    def most_at_once(self) -> int:
        """The most resources of the run that can have been there at once, by all its processes."""
        return max(self.most, sum(self.of_workers.values()))

    @property
    def room_in_all(self) -> int | None:
        """For how many resources of the run there was room; None as long as there always was. Who is refused may not be the
        only one to hold some, and there surely was room for what a single process has held at once."""
        return None if self.room is None else max(self.room, self.most, *self.of_workers.values())

    def add(self, process: int, other: Quota) -> None:
        """Count what another process has met."""
        self.room = min((room for room in (self.room, other.room) if room is not None), default=None)
        self.of_workers[process] = max(self.of_workers.get(process, 0), other.most)

    def within(
        self, client: Holding, request: Request, response: Response, send: Callable[[], Response], *, creates: bool
    ) -> Response:
        """The answer to a request that changes something, after what a quota stood in the way of. Raises NotExercised."""
        if not _may_be_one(response, creates=creates):
            return response
        self.makes_room = True
        try:
            said = speaks_of_a_quota(response)
            too_much = _too_much(request, response, client.contract, creates=creates)
            if creates and not _is_one(client.plainest(request.actor)):
                if said and not too_much:
                    raise _of_something(request, response)
                return response  # it is for what was asked
            if not creates and too_much:
                return response
            held = client.holding()
            for _ in range(2):
                if not client.make_room():
                    client.wait(WAIT)
                response = send()
                if not _may_be_one(response, creates=creates):
                    return response
            if not creates:
                raise _of_something(request, response)
            self.room = min(held, self.room if self.room is not None else held)
            raise NotExercised(Phrase.of("quota-used-up", operation=request.operation, status=response.status))
        finally:
            self.makes_room = False


def _is_one(response: Response) -> bool:
    return response.status == TOO_LARGE or speaks_of_a_quota(response)


def _may_be_one(response: Response, *, creates: bool) -> bool:
    return _is_one(response) if creates else speaks_of_a_quota(response)


def _too_much(request: Request, response: Response, contract: Contract, *, creates: bool) -> bool:
    """Whether a request asks too much by itself, and its refusal names no limit of the platform."""
    if NAMED.search(words_of(response)) is not None:
        return False
    counted = creates or response.status == TOO_LARGE  # else its bytes may be what is stored
    return asks_too_much(request, contract) if counted else has_too_much(request, contract)


def _of_something(request: Request, response: Response) -> NotExercised:
    text = " ".join(words_of(response).split())[:SHOWN]
    return NotExercised(Phrase.of("quota-of-something", operation=request.operation, status=response.status, said=text))
