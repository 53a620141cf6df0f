"""What a request of a run depends on: the images that it names, and what had been done to them before.

Rules
- A request depends on an image when it names it (an id in path, query or body), when it filters by a value that the image
  was given, or when what is wrong with its answer is an image that the answer lists.
- An image comes from the create that made it; what changed it since and succeeded comes with it, in order, and nothing else.
- Cleaning up is never a cause. A related exchange counts when it may have changed something.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from conformance.model.jsonvalue import Unreadable
from conformance.model.message import Exchange, Headers, Request

__all__ = ["CLEANUP", "SHORTEST", "History", "Lineage", "Step", "is_create", "made_id", "own_id", "renamed"]

CLEANUP = "cleanup"
"""The case of exchanges that clean up after the others."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
SHORTEST = 8
"""Characters of an id that is looked for: a shorter one would be found in words that mean nothing of the kind."""
_WORD = re.compile(rf"[0-9A-Za-z][0-9A-Za-z_.-]{{{SHORTEST - 1},}}")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\Z")
_ITEM = re.compile(r"images\[(\d+)\]")
_LARGEST = 256 * 1024
"""Bytes of a body that is looked through for ids; a larger one is a file."""


@dataclass(frozen=True, slots=True)
class Step:
    """An exchange that has to be made again; `makes` is the id of the image that it made, else None."""

    exchange: Exchange
    makes: str | None = None


@dataclass(frozen=True, slots=True)
class Lineage:
    """The exchange in question after the steps that it depends on."""

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
    """The exchanges of a run, looked through once. `mark` is in every name and tag that the run made up."""

    def __init__(self, exchanges: Iterable[Exchange], mark: str) -> None:
        self._numbered = {item.number: item for item in exchanges}
        self._mark = mark
        self._creations: dict[str, list[Exchange]] = {}
        self._changes: dict[str, list[Exchange]] = {}
        self._values: dict[str, dict[str, None]] = {}
        for item in self._numbered.values():
            self._learn(item)

    def _learn(self, item: Exchange) -> None:
        if item.case == CLEANUP or item.request.method in _SAFE or not 200 <= item.response.status < 300:
            return
        made = made_id(item)
        if made is not None:
            self._creations.setdefault(made.lower(), []).append(item)
            touched = {made.lower()}
        else:
            # The path alone says what is changed: an id in a body is only referred to.
            touched = set(self._known(unquote(urlsplit(item.request.url).path)))
            for image_id in touched:
                self._changes.setdefault(image_id, []).append(item)
        for value in _texts(_json(item.request.body)) if touched else ():
            if self._mark in value:
                self._values.setdefault(value, {}).update(dict.fromkeys(touched))

    def _known(self, text: str) -> Iterator[str]:
        for match in _WORD.finditer(text):
            word = match.group().lower()
            if word in self._creations:
                yield word

    def lineage(
        self, target: Exchange, related: Iterable[int] = (), *, path: str = "", content: bool = False
    ) -> Lineage:
        """What the exchange depends on.

        `related` are numbers of exchanges that led to it; `path` is the place in the answer that is wrong; `content` says
        that what is wrong is what the answer holds, so that the images which it lists count.
        """
        needed: dict[int, Exchange] = {}
        led = [self._numbered[number] for number in related if number in self._numbered and number < target.number]
        waiting = [target, *led]
        needed |= {item.number: item for item in led if item.request.method not in _SAFE and item.case != CLEANUP}
        while waiting:
            item = waiting.pop()
            images = dict.fromkeys(self._named(item))
            if item is target:
                images |= dict.fromkeys(self._listed(item, path, content=content))
            for image_id in images:
                for cause in self._causes(image_id, target.number):
                    if cause.number not in needed and cause.number != target.number:
                        needed[cause.number] = cause
                        waiting.append(cause)
        steps = tuple(Step(needed[number], made_id(needed[number])) for number in sorted(needed))
        return Lineage(steps, Step(target, self._may_make(target)))

    def _causes(self, image_id: str, before: int) -> Iterator[Exchange]:
        creation = next((item for item in reversed(self._creations[image_id]) if item.number < before), None)
        if creation is not None:
            yield creation
            yield from (item for item in self._changes.get(image_id, ()) if creation.number < item.number < before)

    def _named(self, item: Exchange) -> Iterator[str]:
        request = item.request
        yield from self._known(unquote(request.url))
        if len(request.body) <= _LARGEST:
            yield from self._known(request.body.decode("latin-1"))
        for _, value in parse_qsl(urlsplit(request.url).query, keep_blank_values=True):
            if self._mark in value:
                yield from self._filtered(value, item)

    def _filtered(self, value: str, item: Exchange) -> Iterator[str]:
        wanted = value.partition(":")[2].split(",") if value.startswith("in:") else [value]
        found = [image_id for word in wanted for image_id in self._values.get(word.strip('"'), ())]
        alive = [image_id for image_id in found if self._alive(image_id, item.number)]
        # The tag of the run is on images of many cases; those of the same case are meant.
        yield from self._same_case(alive, item) or alive[:1]

    def _listed(self, item: Exchange, path: str, *, content: bool) -> list[str]:
        body = _answer(item)
        images = body.get("images") if isinstance(body, dict) else None
        if not isinstance(images, list) or not (content or path):
            return []
        place = _ITEM.match(path)
        chosen = images[int(place.group(1)) :][:1] if place else images
        ids = [str(image.get("id")).lower() for image in chosen if isinstance(image, dict)]
        known = [image_id for image_id in ids if image_id in self._creations]
        return self._same_case(known, item) or known[:1]

    def _same_case(self, ids: Iterable[str], item: Exchange) -> list[str]:
        return [
            name
            for name in ids
            if any(made.case == item.case and made.number < item.number for made in self._creations[name])
        ]

    def _alive(self, image_id: str, before: int) -> bool:
        last = [item.number for item in self._creations[image_id] if item.number < before]
        gone = [
            item
            for item in self._changes.get(image_id, ())
            if item.request.method == "DELETE" and last and last[-1] < item.number < before
        ]
        return bool(last) and not gone

    def _may_make(self, target: Exchange) -> str | None:
        """The id of what sending the target again may leave behind: also one that a failing server may have stored."""
        made = made_id(target)
        own = own_id(target.request)
        if made is None and own is not None and target.response.status >= 500 and own.lower() not in self._creations:
            return own
        return made


def is_create(request: Request) -> bool:
    """Whether the request creates an image when it succeeds."""
    return request.method == "POST" and urlsplit(request.url).path.rstrip("/").endswith("/v2/images")


def made_id(exchange: Exchange) -> str | None:
    """The id of the image that the exchange made: as the answer says, else its Location; None when it made none."""
    if not is_create(exchange.request) or not 200 <= exchange.response.status < 300:
        return None
    body = _answer(exchange)
    if isinstance(body, dict):
        value = body.get("id")
        return value if isinstance(value, str) and value else None
    location = exchange.response.headers.get("Location")
    return location.partition("?")[0].rstrip("/").rsplit("/", 1)[-1] or None if location else None


def own_id(request: Request) -> str | None:
    """The UUID that a create chooses for its image, or None."""
    body = _json(request.body) if is_create(request) else None
    value = body.get("id") if isinstance(body, dict) else None
    return value if isinstance(value, str) and _UUID.match(value) else None


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


def _json(body: bytes) -> Any:
    if len(body) > _LARGEST:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _answer(exchange: Exchange) -> Any:
    try:
        return exchange.response.json()
    except Unreadable:
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
