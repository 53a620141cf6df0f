"""What requests leave behind: after those that were taken their resources are looked at, and what others see.

Rules
- Resources are looked at some at a time, so that a whole list stands for all of them. A server error is found by the
  checks of every exchange; which request it goes back to is told by the history of the resources (judge/aftermath.py).
- So that it can be told, a look that meets a server error is repeated, and where a list meets one the resources are
  deleted one after the other, with a look at the list after each: until nobody meets the error any more.
- Whatever breaks a list for everybody is deleted at once.
- What was taken can be changed and deleted again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial

from conformance.judge.partition import telling
from conformance.model.contract import Contract
from conformance.model.deviation import Deviation
from conformance.model.equivalence import Part
from conformance.model.message import GONE, Exchange
from conformance.model.phrase import Phrase
from conformance.run.sending.client import Client, made_by

__all__ = ["MOST", "NOT_OURS", "Aftermath", "Left", "look_back", "refusal", "says_no", "touch"]

MOST = 6
"""Resources that are there at a time for looking at them: a project may have few."""
NUMBER = 3
"""What a plain change sets a number to."""


@dataclass(frozen=True, slots=True)
class Left:
    """A resource that a request has made or changed: its id, that request, what tells the request from a plain one (none:
    nothing does), and the name it was given.

    `place` is what was tried, `requirement` what a later refusal breaks, `shown` says that it was seen already.
    """

    id: str
    exchange: Exchange
    request: tuple[Part, ...] = ()
    place: str = ""
    requirement: str = ""
    name: str = ""
    shown: bool = False

    @property
    def kind(self) -> Hashable:
        """What those have in common that are left alike."""
        return self.exchange.operation, self.request or self.place

    def tries(self, member: str) -> bool:
        """Whether it is this member that was tried."""
        return any(place in {member, f"/{member}"} for place in (self.place, *(part.place for part in self.request)))


RefusedLater = Callable[[Left, Exchange], None]
"""What is told of a resource that can be changed or deleted no more, with the refusal."""


class Aftermath:
    """Looks at what a client's requests leave, and deletes it.

    Each is shown, and in every list. A change, and a list by its name where that is what was tried, are for the first
    that a request of its class has left, unless the client is thorough. `refused` is told of what can no more be
    changed or deleted.
    """

    def __init__(self, cloud: Client, refused: RefusedLater | None = None) -> None:
        self._cloud = cloud
        self._refused = refused
        self._kept: list[tuple[Left, bool]] = []
        cloud.releases.append(self.look)  # what is kept for a look makes room for more
        self.sent = 0
        """Requests that it took."""

    def wants(self, left: Left) -> bool:
        """Whether nothing of the class was looked at in every way before."""
        return self._cloud.thorough or left.kind not in self._cloud.looked_after

    def keep(self, left: Left) -> None:
        """Look at a resource later, with others."""
        self._kept.append((left, self.wants(left)))
        self._cloud.looked_after.add(left.kind)
        if len(self._kept) >= MOST:
            self.look()

    def look(self) -> None:
        """Look at all that is kept, and delete it."""
        kept, self._kept = self._kept, []
        if not kept:
            return
        began = len(self._cloud.recorder.exchanges)
        for left, chosen in kept:
            if not left.shown and self._cloud.resource.show is not None and self._cloud.shows is not False:
                self._twice(partial(self._cloud.show, left.id))
            if chosen and (self._cloud.thorough or left.tries(self._cloud.service.marks.name)):
                self._named(left)
            if chosen and (self._cloud.thorough or left.request):
                self._changed(left)
        broken = [actor for actor in self._cloud.target.actors if self._broken(actor)]
        for left, _ in kept:
            self._gone(left)
            broken = [actor for actor in broken if self._broken(actor, once=True)]
        self.sent += len(self._cloud.recorder.exchanges) - began - len(kept)

    def _named(self, left: Left) -> None:
        if left.name and self._cloud.resource.list is not None:
            query = {self._cloud.service.marks.name: left.name}
            self._twice(partial(self._cloud.list, query))

    def _changed(self, left: Left) -> None:
        exchange = touch(self._cloud, left.id)
        if exchange is not None and exchange.response.status >= 500:
            exchange = touch(self._cloud, left.id)
        if exchange is not None:
            self._judge(left, exchange)

    def _broken(self, actor: str, *, once: bool = False) -> bool:
        """Whether the list of everything is a server error to this actor."""
        cloud = self._cloud
        if cloud.resource.list is None:
            return False
        ask = partial(cloud.list, cloud.service.largest_page, actor=actor)
        return (ask() if once else self._twice(ask)).response.status >= 500

    def _gone(self, left: Left) -> None:
        answered, remove = self._cloud.discard(left.id), self._cloud.resource.remove
        if answered and left.id in self._cloud.journal.ids:
            asked = (item for item in reversed(self._cloud.recorder.exchanges) if item.operation == remove)
            self._judge(left, next(asked))

    def _judge(self, left: Left, exchange: Exchange) -> None:
        if self._refused is not None and says_no(exchange):
            self._refused(left, exchange)

    def _twice(self, ask: Callable[[], Exchange]) -> Exchange:
        """An answer; the second one where the first is a server error, which may come by chance."""
        exchange = ask()
        return ask() if exchange.response.status >= 500 else exchange


NOT_OURS = frozenset({401, 413, 414, 429})
"""Statuses of a refusal that says nothing of the request: credentials, size limit, rate limit."""


def says_no(exchange: Exchange) -> bool:
    """Whether a resource that is there is refused what was asked, and for what was asked."""
    return 400 <= exchange.response.status < 500 and exchange.response.status not in NOT_OURS | GONE


def touch(cloud: Client, resource_id: str) -> Exchange | None:
    """A change that the contract allows; None where the contract knows of none."""
    change = cloud.contract.operations.get(cloud.resource.change or "")
    if change is None or (change.request_schema or {}).get("type") != "array":
        return None
    from conformance.generate.change import plain_change  # with all that draws; a run begins without it
    from conformance.generate.draft import encoded

    body = encoded([plain_change(cloud.contract, cloud.resource, NUMBER, first=True)])
    headers = {"Content-Type": change.request_media_type}
    return cloud.call(change.id, resource_id, body=body, headers=headers)


def refusal(exchange: Exchange, contract: Contract) -> Deviation:
    """A request was refused that the contract allows; what that goes back to, the history of its resource tells."""
    due = tuple(spec.status for spec in contract.operations[exchange.operation].responses)
    act = Phrase.of("call", operation=exchange.operation)
    return Deviation("status", status=exchange.response.status, act=act, terms=(("due", due),))


def look_back(cloud: Client, exchanges: Sequence[Exchange]) -> None:
    """Look at what a case has left that was made or changed by a request out of the ordinary, and delete it."""
    _missed_again(cloud, exchanges)
    aftermath = Aftermath(cloud)
    kept: set[str] = set()
    shown = {_addressed(item) for item in exchanges if item.operation == cloud.resource.show}
    for exchange in exchanges:
        own = _own(cloud, exchange)
        if own not in kept and own in cloud.journal.ids:
            left = Left(own, exchange, telling(exchange.request, cloud.contract), shown=own in shown)
            if left.request and aftermath.wants(left):
                kept.add(own)
                aftermath.keep(left)
    aftermath.look()


def _missed_again(cloud: Client, exchanges: Sequence[Exchange]) -> None:
    """Show once more what was said not to be there when it was last shown, so that it is known whether it is. What a
    delete has taken away need not be there, and nobody waits for it."""
    last = {_addressed(item): item for item in exchanges if item.operation == cloud.resource.show}
    deleted = {_addressed(item) for item in exchanges if item.operation == cloud.resource.remove and item.status < 300}
    for own, item in last.items():
        if item.status in GONE and item.actor == "main" and own in cloud.journal.ids and own not in deleted:
            cloud.can_show(own)


def _own(cloud: Client, exchange: Exchange) -> str:
    """The id of the resource of ours that a request made or changed; "" when it did neither."""
    operation, status, resource = exchange.operation, exchange.response.status, cloud.resource
    if exchange.request.actor != "main" or status >= 300:
        return ""
    if operation == resource.create:
        return made_by(exchange, resource) or ""
    if operation == resource.change:
        return _addressed(exchange)
    return ""


def _addressed(exchange: Exchange) -> str:
    """The last segment of the path: the id of the single resource that a request is about."""
    return exchange.request.url.partition("?")[0].rstrip("/").rpartition("/")[2]
