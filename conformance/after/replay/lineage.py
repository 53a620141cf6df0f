"""What a request of a run depends on: the resources that it names, and the earlier requests that created and changed
them.

Rules
- A request depends on a resource when it names it (an id in path, query or body), when it filters by a value that the
  resource was given, or when what is wrong with its answer is a resource that the answer lists.
- A resource comes from the create that made it; what changed it since and succeeded comes with it, in order, and
  nothing else.
- Which requests create, and where lists hold their items, say the resources of the contract.
- Cleaning up is never a cause. A related exchange counts when it may have changed something.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from conformance.after.traffic import CLEANUP
from conformance.model.contract import Resource
from conformance.model.jsonvalue import JSON
from conformance.model.message import READING, Exchange, Headers, Request
from conformance.model.outline import Outlines
from conformance.run.reading import body_of

__all__ = ["SHORTEST", "History", "Lineage", "Step", "renamed"]

SHORTEST = 8
"""Characters that an id must have to be searched for; a shorter one would be found by accident in other words."""
_WORD = re.compile(rf"[0-9A-Za-z][0-9A-Za-z_.-]{{{SHORTEST - 1},}}")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\Z")
_SEPARATORS = re.compile(r'[:,"]')
"""What stands around a value in a filter that takes several (`in:a,b`)."""
_LARGEST = 256 * 1024
"""Bytes of a body that is looked through for ids; a larger one is a file."""


@dataclass(frozen=True, slots=True)
class Step:
    """A recorded exchange whose request is to be sent again.

    `makes` is the id of the resource that it created, None when it created nothing; `chosen` says that the request set
    that id.
    """

    exchange: Exchange
    makes: str | None = None
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Lineage:
    """A recorded exchange (`target`) with the earlier ones that its request depends on, in their order (`steps`)."""

    steps: tuple[Step, ...]
    target: Step

    @property
    def all(self) -> tuple[Step, ...]:
        """The steps and the target, in order."""
        return (*self.steps, self.target)

    def mapped(self, change: Callable[[Exchange], Exchange]) -> Lineage:
        """A copy with each exchange changed, such as one without secrets."""
        steps = tuple(replace(item, exchange=change(item.exchange)) for item in self.steps)
        return Lineage(steps, replace(self.target, exchange=change(self.target.exchange)))


class History:
    """The exchanges of a run, looked through once; what is remembered of each is its number. `mark` is in every name and
    tag that the run made up; `resources` are those of the contract."""

    def __init__(self, exchanges: Sequence[Exchange], mark: str, resources: Iterable[Resource]) -> None:
        self._exchanges = exchanges
        self._mark = mark
        self._resources = tuple(resources)
        self._creations: dict[str, tuple[int, ...]] = {}
        self._changes: dict[str, tuple[int, ...]] = {}
        self._removals: dict[str, tuple[int, ...]] = {}
        self._values: dict[str, tuple[str, ...]] = {}
        self._outlines = Outlines()
        for item in exchanges:
            self._outlines.add(item)
            self._learn(item)

    def _at(self, number: int) -> Exchange:
        return self._exchanges[self._outlines.place_of(number)]

    def _learn(self, item: Exchange) -> None:
        if item.case == CLEANUP or item.request.method in READING or not 200 <= item.response.status < 300:
            return
        made = self.made_id(item)
        if made is not None:
            _append(self._creations, made.lower(), item.number)
            touched = {made.lower()}
        else:
            # The path alone says what is changed: an id in a body is only referred to.
            touched = set(self._known(unquote(urlsplit(item.request.url).path)))
            for own in touched:
                _append(self._changes, own, item.number)
                if item.request.method == "DELETE":
                    _append(self._removals, own, item.number)
        for value in _texts(_json(item.request.body)) if touched else ():
            if self._mark in value:
                self._values[value] = tuple(dict.fromkeys((*self._values.get(value, ()), *touched)))

    def _known(self, text: str) -> Iterator[str]:
        for match in _WORD.finditer(text):
            word = match.group().lower()
            if word in self._creations:
                yield word

    def lineage(
        self, target: Exchange, related: Iterable[int] = (), *, path: str = "", content: bool = False
    ) -> Lineage:
        """What the exchange depends on.

        `related` are numbers of exchanges that led to it; `path` is the place in the answer that is wrong; `content`
        says that what is wrong is what the answer holds, so that the resources which it lists count.
        """
        needed: dict[int, Exchange] = {}
        led = [self._at(number) for number in related if self._outlines.has(number) and number < target.number]
        waiting = [target, *led]
        needed |= {item.number: item for item in led if item.request.method not in READING and item.case != CLEANUP}
        while waiting:
            item = waiting.pop()
            depends = dict.fromkeys(self._named(item))
            if item is target:
                depends |= dict.fromkeys(self._listed(item, path, content=content))
            for own in depends:
                for cause in self._causes(own, target.number):
                    if cause.number not in needed and cause.number != target.number:
                        needed[cause.number] = cause
                        waiting.append(cause)
        steps = tuple(self._step(needed[number], self.made_id(needed[number])) for number in sorted(needed))
        return Lineage(steps, self._step(target, self._may_make(target)))

    def _step(self, exchange: Exchange, makes: str | None) -> Step:
        return Step(exchange, makes, makes is not None and self.own_id(exchange.request) == makes)

    def _causes(self, own: str, before: int) -> Iterator[Exchange]:
        creation = next((number for number in reversed(self._creations[own]) if number < before), None)
        if creation is not None:
            yield self._at(creation)
            yield from (self._at(number) for number in self._changes.get(own, ()) if creation < number < before)

    def _named(self, item: Exchange) -> Iterator[str]:
        request = item.request
        yield from self._known(unquote(request.url))
        if len(request.body) <= _LARGEST:
            yield from self._known(request.body.decode("latin-1"))
        for _, value in parse_qsl(urlsplit(request.url).query, keep_blank_values=True):
            if self._mark in value:
                yield from self._filtered(value, item)

    def _filtered(self, value: str, item: Exchange) -> Iterator[str]:
        wanted = dict.fromkeys((value, *_SEPARATORS.split(value)))
        found = [own for word in wanted for own in self._values.get(word, ())]
        alive = [own for own in found if self._alive(own, item.number)]
        # The tag of the run is on resources of many cases; those of the same case are meant.
        yield from self._same_case(alive, item) or alive[:1]

    def _listed(self, item: Exchange, path: str, *, content: bool) -> list[str]:
        if not (content or path):
            return []
        body = body_of(item)
        for resource in self._resources:
            rows = body.get(resource.items) if isinstance(body, dict) and resource.items else None
            if isinstance(rows, list):
                place = re.match(rf"{re.escape(resource.items)}\[(\d+)\]", path)
                chosen = rows[int(place.group(1)) :][:1] if place else rows
                ids = [str(row.get(resource.id)).lower() for row in chosen if isinstance(row, dict)]
                known = [own for own in ids if own in self._creations]
                return self._same_case(known, item) or known[:1]
        return []

    def _same_case(self, ids: Iterable[str], item: Exchange) -> list[str]:
        return [
            name
            for name in ids
            if any(self._case(made) == item.case and made < item.number for made in self._creations[name])
        ]

    def _alive(self, own: str, before: int) -> bool:
        last = [number for number in self._creations[own] if number < before]
        return bool(last) and not any(last[-1] < number < before for number in self._removals.get(own, ()))

    def _case(self, number: int) -> str:
        return self._outlines.numbered(number).case

    def _may_make(self, target: Exchange) -> str | None:
        """The id of what sending the target again may leave behind: also one that a failing server may have stored."""
        made = self.made_id(target)
        own = self.own_id(target.request)
        if made is None and own is not None and target.response.status >= 500 and own.lower() not in self._creations:
            return own
        return made

    def creates(self, request: Request) -> Resource | None:
        """The resource that the request makes one of when it succeeds, or None."""
        path = urlsplit(request.url).path.rstrip("/")
        if request.method != "POST":
            return None
        makers = (item for item in self._resources if item.create is not None)
        return next((item for item in makers if path.endswith(item.collection)), None)

    def made_id(self, exchange: Exchange) -> str | None:
        """The id of what the exchange made: as the answer says, else its Location; None when it made nothing."""
        resource = self.creates(exchange.request)
        if resource is None or not 200 <= exchange.response.status < 300:
            return None
        body = body_of(exchange)
        if isinstance(body, dict) and resource.wrapper:
            body = body.get(resource.wrapper)
        if isinstance(body, dict):
            value = body.get(resource.id)
            return value if isinstance(value, str) and value else None
        location = exchange.response.headers.get("Location")
        return location.partition("?")[0].rstrip("/").rsplit("/", 1)[-1] or None if location else None

    def own_id(self, request: Request) -> str | None:
        """The UUID that a create chooses for what it makes, or None."""
        resource = self.creates(request)
        body = _json(request.body) if resource is not None else None
        value = body.get(resource.id) if isinstance(body, dict) and resource is not None else None
        return value if isinstance(value, str) and _UUID.match(value) else None


def _append(table: dict[str, tuple[int, ...]], own: str, number: int) -> None:
    table[own] = (*table.get(own, ()), number)


def renamed(request: Request, names: Mapping[str, str]) -> Request:
    """The request with each name (id, mark, variable of a secret) replaced, in URL, headers and body.

    A name in capital letters is replaced in capital letters.
    """
    table = {old.upper(): new.upper() for old, new in names.items() if not old.startswith("$")} | dict(names)
    if not table:
        return request
    pattern = re.compile("|".join(re.escape(item) for item in sorted(table, key=len, reverse=True)))

    def text(value: str) -> str:
        return pattern.sub(lambda match: table[match.group()], value)

    body = request.body.decode("utf-8", "surrogateescape")
    return replace(
        request,
        url=text(request.url),
        headers=Headers(tuple((name, text(value)) for name, value in request.headers.items)),
        body=text(body).encode("utf-8", "surrogateescape"),
    )


def _json(body: bytes) -> JSON:
    if len(body) > _LARGEST:
        return None
    try:
        value: JSON = json.loads(body)
        return value
    except (ValueError, RecursionError):
        return None


def _texts(value: Any) -> Iterator[str]:
    """Every string value in plain data, but for its keys."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
