"""What the projects of a target hold of ours, as cleaning up asks it: listed, deleted and shown.

The answers may be of any form. A resource is recognised by the members that are its marks, whatever type they have, and
addressed by its id, whichever of its members says it.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from urllib.parse import urlsplit

from conformance.model.contract import Resource
from conformance.model.deadline import NEVER, Deadline
from conformance.model.errors import LoginRefused, TargetError, TargetUnreachable
from conformance.model.jsonvalue import JSON
from conformance.model.marks import tag_of
from conformance.model.message import GONE, Exchange
from conformance.run.cleanup.entrance import Entrance
from conformance.run.cleanup.removal import Listed, Presence
from conformance.run.reading import Members, body_of
from conformance.run.sending.caller import resource_of
from conformance.run.sending.client import Client
from conformance.run.unexercised import NotExercised

__all__ = ["Holdings"]

MOST_REFUSED = 3
"""Logins in a row after which a token is refused all the same; then no further one is tried."""
MOST_FAILED = 500
"""Places in an answer at which a JSON object may begin and none does."""
DEEPEST = 6
"""How deep in an answer a resource, and in a member its text, is looked for."""


class Holdings:
    """The resources of one service, by way of an entrance of its own (removal.Resources).

    A token that is refused is had anew, once for each request.
    """

    def __init__(self, client: Client, entrance: Entrance) -> None:
        self._client = client
        self._entrance = entrance
        self._refused = 0
        self._deadline = NEVER
        self._resource: Resource | None = resource_of(client.contract, client.service)

    @property
    def lists(self) -> bool:
        """Whether the service has a list."""
        return self._resource is not None and self._resource.list is not None

    @property
    def shows(self) -> bool:
        """Whether the service shows a single resource."""
        return self._resource is not None and self._resource.show is not None

    def serves(self, project: str) -> bool:
        """Whether we have credentials for the project, and the service can remove anything."""
        return self._resource is not None and self._client.actor_of(project) is not None

    def bound(self, deadline: Deadline) -> None:
        """By when what is asked next has to be answered."""
        self._deadline = deadline
        self._entrance.bound(deadline)

    def listed(self, runs: Mapping[str, Collection[str]], project: str, name: str | None = None) -> Listed:
        """The resources of the project that have one of the names of these runs or the tag of one: of all, or of those
        called `name`."""
        actor, resource = self._client.actor_of(project), self._resource
        if actor is None or resource is None:
            return Listed()
        marks, service = self._client.service.marks, self._client.service
        query = {**service.largest_page, **({marks.name: name} if name is not None else {})}
        recognise = _Recognising(runs, self._client, resource, self._client.target.actors[actor].project_id)
        whole = False
        try:
            for page in self._pages(query, actor):
                ends = self._client.next_page(page) is None and Members(page, body_of(page)).get(service.next) is None
                whole = recognise.page(page) and ends
        except NotExercised:  # pages without end: what was found in them is deleted all the same
            whole = False
        except TargetError:
            if not recognise.owners:
                raise
            whole = False
        whole = whole and not recognise.unreadable
        named = frozenset(recognise.named)
        return Listed(recognise.owners, whole, recognise.unreadable, named, recognise.any)

    def _pages(self, query: Mapping[str, str | int], actor: str) -> Iterator[Exchange]:
        first = self._ask(lambda: self._client.list(query, actor=actor))  # with a token that is good
        with self._by():
            for page in self._client.pages_from(first, actor=actor):
                yield _answered(page)

    def delete(self, resource_id: str, project: str) -> Presence:
        """Delete a resource, after what keeps it is taken away: THERE when that was taken, GONE when it is answered that
        there is none, BUSY when a conflict keeps it all the same, UNKNOWN for any other answer."""
        actor = self._client.actor_of(project)
        if actor is None:
            return Presence.UNKNOWN
        try:
            self._give_half()
            exchange = self._ask(lambda: self._client.free_and_delete(resource_id, actor))
            if _meaning(exchange) in {Presence.THERE, Presence.GONE}:
                return _meaning(exchange)
        except TargetError:
            pass  # perhaps it was refused, and nobody could hear it
        self._give_half()
        with contextlib.suppress(TargetError), self._by():
            self._client.release(resource_id, actor)
        self._entrance.bound(self._deadline)
        exchange = _answered(self._ask(lambda: self._client.delete(resource_id, actor=actor)))
        return _meaning(exchange)

    def look(self, resource_id: str, project: str) -> Presence:
        """Whether a resource is there, as it is shown."""
        actor = self._client.actor_of(project)
        if actor is None or not self.shows:
            return Presence.UNKNOWN
        exchange = _answered(self._ask(lambda: self._client.show(resource_id, actor=actor)))
        body = body_of(exchange)
        if exchange.response.status in GONE or self._client.removed(body):
            return Presence.GONE
        return Presence.THERE if 200 <= exchange.response.status < 300 else Presence.UNKNOWN

    def _give_half(self) -> None:
        """Give the next request half of the time that is left, so that something is left for the one after it."""
        self._entrance.bound(self._deadline.within(self._deadline.left() / 2))

    def _by(self) -> AbstractContextManager[None]:
        return self._entrance.taken(self._client)

    def _ask(self, send: Callable[[], Exchange]) -> Exchange:
        """An answer, asked for with a token that is good, as far as one can be had."""
        try:
            with self._by():
                answer = send()
            if answer.response.status != 401 or self._refused >= MOST_REFUSED:
                return answer
        except LoginRefused:
            if self._refused >= MOST_REFUSED:
                raise
        self._refused += 1
        self._entrance.log_in()
        with self._by():
            answer = send()
        if answer.response.status != 401:
            self._refused = 0
        return answer


class _Recognising:
    """Finds what is ours in the pages of a list."""

    def __init__(self, runs: Mapping[str, Collection[str]], client: Client, resource: Resource, project: str) -> None:
        self._names = {name: run for run, names in runs.items() for name in names}
        self._tags = {tag_of(run): run for run in runs}
        self._client = client
        self._resource = resource
        self._project = project
        before, _, after = client.path(client.operation(resource.remove or ""), "\0").partition("%00")
        self._path = re.compile(re.escape(before) + r"([^/?#\s]+)" + re.escape(after))
        self.owners: dict[str, str] = {}
        self._rows: dict[str, str] = {}  # id -> the name of the resource that has it
        self.unreadable: Counter[str] = Counter()
        self.named: set[str] = set()
        self.any = False

    def page(self, page: Exchange) -> bool:
        """Take up a page; False when it may hold more than could be read of it."""
        body = body_of(page)
        if body is None:
            for value in _scanned(page.response.body):
                for row in _objects(value):
                    self._row(row)
            return False
        name = self._resource.items
        items = body if not name else body.get(name) if isinstance(body, dict) else None
        for row in _objects(items if isinstance(items, list) else body):
            self._row(row)
        self.any = self.any or (isinstance(items, list) and any(isinstance(row, dict) for row in items))
        return page.response.status < 300 and not page.response.truncated and isinstance(items, list)

    def _row(self, row: Mapping[str, JSON]) -> None:
        marks, service = self._client.service.marks, self._client.service
        owner = row.get(service.owner)
        if (isinstance(owner, str) and owner != self._project) or self._client.removed(dict(row)):
            return
        by_name = (self._names.get(text) for text in _texts(row.get(marks.name)))
        by_tag = (self._tags.get(text) for text in _texts(row.get(marks.tags)))
        run = next((run for run in (*by_name, *by_tag) if run is not None), None)
        if run is None:
            return
        own, name = self._id(row), json.dumps(row.get(marks.name))
        if own is None or self._rows.setdefault(own, name) != name:  # an id that two resources have is none
            self.unreadable[run] += 1
        else:
            self.owners[own] = run
            self.named.update(text for text in _texts(row.get(marks.name)) if text in self._names)

    def _id(self, row: Mapping[str, JSON]) -> str | None:
        """The id of a resource: the member that is due to say it, else a link to it, else what stands in that member."""
        own = row.get(self._resource.id)
        if isinstance(own, str) and own and own not in {".", ".."}:
            return own
        links = (self._path.search(text) for value in row.values() for text in _texts(value))
        return next((match.group(1) for match in links if match), None) or next(
            (str(value) for value in _scalars(own) if str(value) not in {"", ".", ".."}), None
        )


def _scanned(data: bytes) -> Iterator[JSON]:
    """The JSON objects in bytes that are no JSON as a whole, or not only that."""
    text, start, failed = data.decode("utf-8", "replace"), 0, 0
    decoder = json.JSONDecoder()
    while failed < MOST_FAILED and (start := text.find("{", start)) >= 0:
        try:
            value, start = decoder.raw_decode(text, start)
            yield value
        except (ValueError, RecursionError):
            start, failed = start + 1, failed + 1


def _objects(value: JSON, depth: int = DEEPEST) -> Iterator[Mapping[str, JSON]]:
    """Every object in a value."""
    if isinstance(value, dict):
        yield value
    if depth and isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _objects(item, depth - 1)


def _scalars(value: JSON, depth: int = DEEPEST) -> Iterator[str | int | float]:
    if isinstance(value, dict | list):
        for item in (value.values() if isinstance(value, dict) else value) if depth else ():
            yield from _scalars(item, depth - 1)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield value


def _texts(value: JSON) -> Iterator[str]:
    """Every string in a value."""
    return (item for item in _scalars(value) if isinstance(item, str))


def _meaning(exchange: Exchange) -> Presence:
    """What the answer to a deletion says of the resource before it: it was there, it was not, it is kept for now, or
    nothing."""
    status = exchange.response.status
    if status in GONE:
        return Presence.GONE
    if status == 409:
        return Presence.BUSY
    return Presence.THERE if 200 <= status < 300 else Presence.UNKNOWN


def _answered(exchange: Exchange) -> Exchange:
    """The exchange. Raises TargetUnreachable when the service failed, as one does that is being started."""
    if exchange.response.status >= 500:
        where = urlsplit(exchange.request.url).netloc
        raise TargetUnreachable(f"{where}: {exchange.request.method} is answered with {exchange.response.status}")
    return exchange
