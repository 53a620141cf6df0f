"""Faults of pages that go on: what is lost or repeated between one page and the next, by how the list is ordered, and by
what is deleted or made meanwhile.

A page after the first is made anew here: of the whole list in its order, from the image that the marker names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.reading import asked
from conformance.services.image.faults.stages import Body, answering, handling
from conformance.services.image.target.store import ImageStore, document
from conformance.services.product import Effect, Where, product
from conformance.services.wire import Answer, Call, Caller, Pairs, Refused

__all__ = ["faults"]

LIST = "image.list"
COMPLETE = (rid.complete(LIST),)
DIRECTIONS = ("asc", "desc")
NULLABLE = ("name", "container_format", "disk_format", "size")
"""Sort keys of which an image need not have a value."""
PAGE = 1000


@dataclass(frozen=True)
class Rest:
    """What a page goes on with: the `rows` of the whole list in its order, the place `at` which the marker stands, None
    when it is not there any more, the sort `key`, the `limit`, and whether the list is filtered."""

    rows: list[Body]
    at: int | None
    key: str
    limit: int
    filtered: bool

    @property
    def marker(self) -> Body:
        """The row of the marker; no members when it is not there any more."""
        return self.rows[self.at] if self.at is not None else {}

    @property
    def after(self) -> list[Body]:
        """The rows after the marker."""
        return self.rows[self.at + 1 :] if self.at is not None else self.rows


Going = Callable[[Rest], list[Body] | None]
"""What follows on the pages after the marker; None for what is right."""
Holds = Callable[[dict[str, str]], bool]


GOING_ON = "image.list.going-on"
"""What the ids of the faults of pages that go on begin with."""


def faults(contract: Contract) -> Iterator[Fault]:
    """The faults of pages that go on."""
    parameters = {item.name: item.schema for item in contract.operations[LIST].query}
    keys = parameters.get("sort_key", {}).get("enum", ())
    for effect, chosen in (
        (Effect("ties", "pages lose equals of the last image", _losing(_equal)), [key for key in keys if key != "id"]),
        (Effect("nulls", "pages lose images without a value after one", _losing(_both_null)), NULLABLE),
        (Effect("case", "pages lose names that differ from the last in case", _losing(_similar)), ("name",)),
    ):
        places = [_sorted(key, direction) for key in chosen if key in keys for direction in DIRECTIONS]
        yield from product(places, [effect])
    unsorted = Where(GOING_ON, "a list that is not sorted", partial(_going, _is_unsorted), COMPLETE)
    anyhow = Where(GOING_ON, "any list", partial(_going, lambda _query: True), COMPLETE)
    yield from product([unsorted], [Effect("unsorted-ties", "pages lose equals of the last image", _losing(_equal))])
    yield from product([anyhow], _anyhow())
    lists: dict[str, Holds] = {"unsorted": _is_unsorted, **{item: partial(_is_turned, item) for item in DIRECTIONS}}
    for word, holds in lists.items():
        place = Where(f"{GOING_ON}.{word}", f"a list, {word}", partial(_going, holds), COMPLETE)
        yield from product([replace(place, hooks=partial(_going, holds, gone=True))], _meanwhile())
        moved = "pages go on by a number of images, so that a new one moves them"
        yield from product([replace(place, hooks=_by_offset)], [Effect("offset", moved, holds)])
    yield from _refusals()


# --- which lists ----------------------------------------------------------------------------------------------------


def _sorted(key: str, direction: str) -> Where[Going]:
    def holds(query: dict[str, str]) -> bool:
        return (query.get("sort_key"), query.get("sort_dir")) == (key, direction)

    said = f"a list sorted by {key}, {direction}"
    return Where(f"{GOING_ON}.{key}.{direction}", said, partial(_going, holds), COMPLETE)


def _is_unsorted(query: dict[str, str]) -> bool:
    return "sort_key" not in query


def _is_turned(direction: str, query: dict[str, str]) -> bool:
    return query.get("sort_dir") == direction


# --- what is lost or repeated ---------------------------------------------------------------------------------------


def _losing(alike: Callable[[Any, Any], bool]) -> Going:
    """What follows without those whose value is like that of the marker."""

    def rest(page: Rest) -> list[Body] | None:
        if page.at is None or page.key == "id":
            return None
        last = page.marker.get(page.key)
        return [row for row in page.after if not alike(last, row.get(page.key))]

    return rest


def _equal(last: Any, value: Any) -> bool:
    return last is not None and bool(last == value)


def _both_null(last: Any, value: Any) -> bool:
    return last is None and value is None


def _similar(last: Any, value: Any) -> bool:
    texts = isinstance(last, str) and isinstance(value, str)
    return texts and last != value and last.lower() == value.lower()


def _anyhow() -> Iterator[Effect[Going]]:
    def unless(holds: Callable[[Rest], bool], going: Going) -> Going:
        return lambda page: going(page) if page.at is not None and holds(page) else None

    def skipping(page: Rest) -> list[Body]:
        return page.after[1:]

    def repeating(page: Rest) -> list[Body]:
        return [page.marker, *page.after]

    def ending(page: Rest) -> list[Body]:
        return [] if len(page.after) == page.limit else page.after

    ties = _losing(_equal)
    yield Effect("skips", "each page but the first begins one image late", unless(lambda _page: True, skipping))
    yield Effect("repeats", "each page begins with the last image of that before", unless(_small, repeating))
    yield Effect("no-full-last", "a last page that is full is empty", unless(lambda _page: True, ending))
    yield Effect("single", "pages of one image skip the next", unless(lambda page: page.limit == 1, skipping))
    yield Effect("not-filtered", "pages lose equals if nothing filters", unless(lambda page: not page.filtered, ties))
    yield Effect("filtered", "pages lose equals if a filter is given", unless(lambda page: page.filtered, ties))


def _small(page: Rest) -> bool:
    """Whether the page is one of few: one that repeats its marker never comes to an end."""
    return page.limit > 1


def _meanwhile() -> Iterator[Effect[Going]]:
    """What becomes of the pages when the image that the last one ended with was deleted."""
    yield Effect("gone-ends", "the list ends where its last image was deleted", lambda _page: [])
    yield Effect("gone-again", "the list begins again where its last image was deleted", lambda page: page.rows)
    yield Effect(
        "gone-skips", "a page is left out where its last image was deleted", lambda page: page.rows[2 * page.limit :]
    )


# --- pages that are not answered, and links that lead nowhere new ----------------------------------------------------


def _refusals() -> Iterator[Fault]:
    def own_link(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        if "next" not in answer.body or "marker" not in asked(call):
            return answer
        return replace(answer, body={**answer.body, "next": f"/v2/images?{urlencode(call.query)}"})

    def refused(call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
        if {"marker", "sort_key"} <= asked(call).keys():
            raise Refused(400, "This marker is not understood.")
        return None

    def failing(call: Call, _caller: Caller, store: ImageStore) -> Answer | None:
        image, key = store.get(asked(call).get("marker", "")), asked(call).get("sort_key", "id")
        if image is not None and document(image).get(key, "") is None:
            raise Refused(500, "None cannot be compared.")
        return None

    same = "the second page leads to itself"
    yield Fault("image.list.going-on.same-next", COMPLETE, same, answering(LIST, 200, own_link))
    said = "a page of a sorted list is refused when it is asked for as next says"
    yield Fault("image.list.going-on.refused", COMPLETE, said, handling(LIST, refused))
    said = "a page after an image without a value is answered with 500"
    yield Fault("image.list.going-on.null-500", ("status.server-error",), said, handling(LIST, failing))


# --- pages made anew ------------------------------------------------------------------------------------------------


def _going(holds: Holds, going: Going, *, gone: bool = False) -> Hooks:
    """Make the pages after the first anew, of lists of which the query holds: those whose marker is there, or those from
    which it is `gone`."""
    known = {"marker": False}

    def applies(query: dict[str, str]) -> bool:
        limit = query.get("limit", str(PAGE))
        paged = "marker" in query and limit.isascii() and limit.isdecimal()
        return paged and known["marker"] is not gone and holds(query)

    def look(call: Call, _caller: Caller, store: ImageStore) -> Answer | None:
        known["marker"] = store.get(asked(call).get("marker", "")) is not None
        return None

    def whole(_call: Call, query: Pairs) -> Pairs:
        return [pair for pair in query if pair[0] not in {"marker", "limit"}] if applies(dict(query)) else query

    def page(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        query = asked(call)
        if call.operation != LIST or answer.status != 200 or not applies(query):
            return answer
        limit, rows = int(query.get("limit", PAGE)), answer.body["images"]
        at = next((place for place, row in enumerate(rows) if row["id"] == query["marker"]), None)
        rest = Rest(rows, at, query.get("sort_key", "created_at"), limit, "name" in query or "status" in query)
        following = going(rest)
        return _cut(call, answer, rest.after if following is None else following, limit)

    return Hooks(handle=look, query=whole, answer=page)


def _cut(call: Call, answer: Answer, rows: list[Body], limit: int, next_from: str = "") -> Answer:
    """The answer with these rows, as many as the limit allows, and a link to those that are left."""
    found = rows[:limit]
    rest: Iterable[tuple[str, str]] = (pair for pair in call.query if pair[0] not in {"marker", "offset"})
    body = {name: value for name, value in answer.body.items() if name != "next"} | {"images": found}
    if found and len(rows) > limit:
        after = ("offset", next_from) if next_from else ("marker", str(found[-1]["id"]))
        body["next"] = f"/v2/images?{urlencode([*rest, after])}"
    return replace(answer, body=body)


def _by_offset(holds: Holds) -> Hooks:
    """Pages that go on after so many images, however many there were when the first was asked for."""

    def applies(query: dict[str, str]) -> bool:
        limit = query.get("limit", "")
        return limit.isascii() and limit.isdecimal() and "marker" not in query and holds(query)

    def whole(_call: Call, query: Pairs) -> Pairs:
        return [pair for pair in query if pair[0] not in {"limit", "offset"}] if applies(dict(query)) else query

    def page(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        query = asked(call)
        if call.operation != LIST or answer.status != 200 or not applies(query):
            return answer
        begin, limit = int(query.get("offset", "0")), int(query["limit"])
        return _cut(call, answer, answer.body["images"][begin:], limit, str(begin + limit))

    return Hooks(query=whole, answer=page)
