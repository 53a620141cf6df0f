"""Two goes of one case held against each other: where the same request was answered in two ways.

A case sends the same requests each time, but for ids, names and times. So each id is told by the place at which it came
first, and a time by being one. Of lists only what the case itself has made is compared: others may use the cloud, too. How
much of it is on a page with resources of others, or after one, is up to them, and so is what these are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import unquote_plus

from conformance.judge.kinds import TWO_ANSWERS
from conformance.model.contract import Contract, Resource
from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import JSON, Unreadable, short
from conformance.model.marks import without_attempts
from conformance.model.message import READING, Exchange

__all__ = ["TwoAnswers", "first_difference", "lists_of", "same_request_differs"]

_ID = re.compile(
    r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|(?<![0-9A-Za-z])[0-9A-Fa-f]{16,64}(?![0-9A-Za-z])"
)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?")
_DRAWN = re.compile(r"(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{20,}(?![\w-])")
"""A text that means nothing and is drawn anew for each answer, as what tells the log of a token."""

FOREIGN = "*"
"""In place of an id that the case did not make: others use the cloud, too."""


@dataclass(frozen=True, slots=True)
class TwoAnswers:
    """A request that was answered in two ways: both exchanges, the place where the answers part ("" for the status), and
    what stands there."""

    first: Exchange
    then: Exchange
    place: str
    due: str
    got: str

    @classmethod
    def of(cls, first: Exchange, then: Exchange) -> TwoAnswers:
        """Two answers of which is known that they differ."""
        names = _Names()
        names.learn(f"{first.response.body.decode('utf-8', 'replace')} {then.response.body.decode('utf-8', 'replace')}")
        found = _parted(_answer(first, names), _answer(then, names))
        return cls(first, then, *(found or ("", str(first.status), str(then.status))))

    @property
    def deviation(self) -> Deviation:
        """What is said of it."""
        seen = (("first", self._said(self.first, self.due)), ("then", self._said(self.then, self.got)))
        return Deviation(TWO_ANSWERS, operation=self.first.operation, seen=seen, path=self.place)

    def _said(self, exchange: Exchange, value: str) -> str:
        """An answer, as far as it differs: `404`, `200 name: null`."""
        return f"{exchange.status} {self.place}: {value}" if self.place else f"{exchange.status}"


Lists = Mapping[str, Resource]
"""Operation that lists -> the resource whose rows it has."""
NO_LISTS: Lists = {}


def lists_of(contract: Contract) -> Lists:
    """The lists of a contract."""
    return {item.list: item for item in contract.resources.values() if item.list is not None}


def first_difference(first: Sequence[Exchange], then: Sequence[Exchange], lists: Lists = NO_LISTS) -> TwoAnswers | None:
    """The first answer of one go that is another than in the other one; None as soon as the requests differ."""
    names = _Names(lists), _Names(lists)
    for one, other in zip(first, then, strict=False):
        if _asked(one, names[0]) != _asked(other, names[1]):
            return None
        of_others = names[0].others_in(one) or names[1].others_in(other)
        found = _parted(_answer(one, names[0]), _answer(other, names[1]))
        if found is not None and not of_others:
            return TwoAnswers(one, other, *found)
    return None


def same_request_differs(
    first: Exchange, then: Exchange, own: Sequence[Exchange], lists: Lists = NO_LISTS
) -> TwoAnswers | None:
    """Whether the second answer to a request differs; `own` are the exchanges that have made what is compared of
    lists."""
    names = _Names(lists)
    for item in sorted(own, key=lambda item: item.request.method in READING):
        _answer(item, names)
    if names.others_in(first):
        return None
    found = _parted(_answer(first, names), _answer(then, names))
    return TwoAnswers(first, then, *found) if found is not None else None


def _asked(exchange: Exchange, names: _Names) -> tuple[str, str, str, str]:
    """What a request asks, the same in each go. Pages of a list may be more in one go than in the other, for others use
    the cloud, too: then it is another request that stands at the same place."""
    request = exchange.request
    return request.method, exchange.operation, request.actor, names.text(unquote_plus(request.url))


@dataclass(frozen=True, slots=True)
class _Rows:
    """Resources in a list: how many, and each by its id. Their order may be that of ids, which are others in each go; and
    where a list is cut, so may be which of them are in it. A page is `shared` when resources of others are on it: they
    decide how many there are."""

    count: int
    without_id: int
    by_id: dict[str, Any]
    shared: bool = False


@dataclass
class _Names:
    """The ids of one go, by the order in which they came; and those of others that lists have shown. An id that is a word
    is known by having been sent."""

    lists: Lists = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)
    known: dict[str, str] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)

    def learn(self, text: str) -> None:
        """Give each id a number, unless a list has shown it before anything else: it is another's, whoever asks for it."""
        for match in _ID.finditer(text):
            if match.group().lower() not in self.others:
                self.known.setdefault(match.group().lower(), f"id-{len(self.known) + 1}")

    def text(self, value: str) -> str:
        """The text, the same in each go."""
        value = _ID.sub(lambda match: self.known.get(match.group().lower(), FOREIGN), value)
        value = _DRAWN.sub(FOREIGN, value)
        return without_attempts(_TIME.sub("TIME", value))

    def others_in(self, exchange: Exchange) -> bool:
        """Whether a request names what a list has shown of others: it asks for that, or for the page after it."""
        return any(match.group().lower() in self.others for match in _ID.finditer(unquote_plus(exchange.request.url)))

    def value(self, value: Any, *, cut: bool = False, of: Resource | None = None) -> Any:
        """A JSON value, the same in each go. `cut` says that it is a page of a list, `of` whose rows stand in it."""
        if isinstance(value, str):
            return self.text(value)
        if of is not None and (isinstance(value, list) or not of.items):
            return self._rows(value, of, cut=cut) if isinstance(value, list) else self.value(value, cut=cut)
        if isinstance(value, list) and any(isinstance(item, dict) and "id" in item for item in value):
            kept = [self.value(item) for item in value if not self._foreign(item)]
            own = {item["id"]: item for item in kept if isinstance(item, dict) and isinstance(item.get("id"), str)}
            return _Rows(len(kept), sum(item not in own.values() for item in kept), own, cut and len(kept) < len(value))
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            # A list that others fill may have a next page or not: what it holds of ours is compared.
            kinds = {type(item) for item in value.values()}
            lists = list in kinds and kinds <= {list, str}
            cut = cut or (lists and _leads_on(value)) or (of is not None and _leads_on(value, of))
            return {
                self.text(key): self.value(item, cut=cut, of=of if of is not None and key == of.items else None)
                for key, item in value.items()
                if not (lists and isinstance(item, str) and "id" not in value)
                and not (of is not None and isinstance(item, str | int))  # how many all are, and where they go on
            }
        return value

    def _rows(self, rows: list[Any], of: Resource, *, cut: bool) -> _Rows:
        """The rows of a list that are ours, by their ids."""
        ids = [_id_of(item, of) for item in rows]
        kept = {own: item for own, item in zip(ids, rows, strict=True) if own is not None and self._is_known(own)}
        self.others.update(own.lower() for own in ids if own is not None and own not in kept)
        by_id = {self.text(own): self.value(item) for own, item in kept.items()}
        count = sum(own in kept for own in ids)
        return _Rows(count, sum(own is None for own in ids), by_id, cut and count < len(rows))

    def _is_known(self, own: str) -> bool:
        return own.lower() in self.known or own in self.sent

    def _foreign(self, item: Any) -> bool:
        own = item.get("id") if isinstance(item, dict) else None
        if not isinstance(own, str) or own.lower() in self.known:
            return False
        self.others.add(own.lower())
        return True


def _id_of(row: Any, of: Resource) -> str | None:
    """The id of a row, or the end of its address; None for none."""
    value = row.get(of.address or of.id) if isinstance(row, dict) else None
    own = value.rstrip("/").rpartition("/")[2] if isinstance(value, str) and of.address else value
    return own if isinstance(own, str) and own else None


def _texts(value: Any) -> Iterator[str]:
    """The texts in what a request sends, of the resource itself."""
    for item in value.values() if isinstance(value, dict) else ():
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            yield from (text for text in item.values() if isinstance(text, str))


def _query(exchange: Exchange) -> str:
    return unquote_plus(exchange.request.url.partition("?")[2])


def _leads_on(page: dict[str, Any], of: Resource | None = None) -> bool:
    """Whether a text beside its rows names the last of them, as a link to the next page does, or a number is more than they
    are."""
    last = [
        rows[-1].get("id") if of is None else _id_of(rows[-1], of)
        for rows in page.values()
        if isinstance(rows, list) and rows and isinstance(rows[-1], dict)
    ]
    texts = [item for item in page.values() if isinstance(item, str)]
    if of is not None and any(isinstance(item, int) and item > len(page.get(of.items) or ()) for item in page.values()):
        return True
    return any(isinstance(own, str) and own and own in text for own in last for text in texts)


def _answer(exchange: Exchange, names: _Names) -> dict[str, Any]:
    """What is compared of an answer."""
    request, response = exchange.request, exchange.response
    names.learn(unquote_plus(request.url.partition("?")[0].partition("://")[2].partition("/")[2]))
    names.learn(request.body.decode("utf-8", "replace"))
    if names.lists and request.method not in READING:
        names.sent.update(_texts(_sent(exchange)))
    body = _json(exchange)
    if request.method not in READING and response.status < 300:
        names.learn(response.body.decode("utf-8", "replace"))
    if response.status >= 300:
        failure = sorted(map(str, body)) if isinstance(body, dict) else type(body).__name__
        return {"": response.status, "Content-Type": response.media_type, "body": failure}
    if isinstance(body, _NoJson):
        return {"": response.status, "Content-Type": response.media_type, "body": str(body)}
    return {
        "": response.status,
        "Content-Type": response.media_type,
        "body": names.value(body, cut=_ID.search(_query(exchange)) is not None, of=names.lists.get(exchange.operation)),
    }


def _sent(exchange: Exchange) -> Any:
    try:
        return json.loads(exchange.request.body)
    except (ValueError, RecursionError):
        return None


class _NoJson(str):
    """What a body is that is no JSON: nothing, or so many bytes with this hash."""


def _json(exchange: Exchange) -> JSON | _NoJson:
    response = exchange.response
    if not response.size:
        return _NoJson("nothing")
    if response.media_type is not None and "json" not in response.media_type:
        return _NoJson(f"{response.size} bytes, {sha256(response.body).hexdigest()[:8]}")
    try:
        return response.json()
    except Unreadable:
        return _NoJson("no JSON")


def _parted(one: Any, other: Any) -> tuple[str, str, str] | None:
    """The first place at which two values differ, and what stands there."""
    for path, left, right in _differences(one, other, ""):
        return path if path == "body" else path.removeprefix("body").lstrip("."), left, right
    return None


def _differences(one: Any, other: Any, path: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in (*one, *(key for key in other if key not in one)):
            place = f"{path}.{key}" if path else str(key)
            if key not in one or key not in other:
                yield place, _shown(one, key), _shown(other, key)
            else:
                yield from _differences(one[key], other[key], place)
    elif isinstance(one, _Rows) and isinstance(other, _Rows):
        if one.count != other.count and not (one.shared or other.shared):
            yield path, f"{one.count}", f"{other.count}"
        if one.without_id != other.without_id:
            yield f"{path}[].id", f"-: {one.without_id}", f"-: {other.without_id}"
        for own in sorted(one.by_id.keys() & other.by_id.keys()):
            yield from _differences(one.by_id[own], other.by_id[own], f"{path}[]")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _differences(left, right, f"{path}[{index}]")
    elif isinstance(one, list) and isinstance(other, list):
        yield path, f"{len(one)}", f"{len(other)}"
    elif isinstance(one, _Rows) or isinstance(other, _Rows):
        left, right = (f"{item.count}" if isinstance(item, _Rows) else _of(item) for item in (one, other))
        if left != right:
            yield path, left, right
    elif type(one) is not type(other) or one != other:
        yield path, short(one), short(other)


def _of(value: Any) -> str:
    """What stands in place of resources: an empty list has none."""
    return "0" if value == [] else short(value)


def _shown(node: dict[str, Any], key: str) -> str:
    return short(node[key]) if key in node else "-"
