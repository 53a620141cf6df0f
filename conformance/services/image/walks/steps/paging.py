"""Lists of a walk that are held: a first page, then other steps, then the further pages.

Rules
- Each image that matches when the list is opened and still does at its end is met exactly once (ruling 43). What comes,
  goes or changes its name in between may be met or not.
- A further page may show an image as it was when the list was opened: a service may keep what it found then.
- A page that is refused because the image with which the one before ended was deleted is told to the client: open.
- What pages lose while nothing changes too is no matter of the changes: then they are walked again, to say which it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from itertools import islice

from conformance.model import requirement_id
from conformance.model.deviation import Deviation
from conformance.model.message import Exchange
from conformance.run.reading import Members, reading
from conformance.services.image.walks.course import Course, unclear
from conformance.services.image.walks.held import HeldList
from conformance.services.image.walks.step import WalkStep
from conformance.services.image.walks.steps.listing import judge_rows
from conformance.services.image.walks.steps.showing import truly

__all__ = ["open_list", "turn_pages"]

COMPLETE = requirement_id.complete("image.list")
MOST = 20
"""Pages that are followed."""
CHANGES = {
    "marker": "deleted-marker",
    "create": "new-one",
    "delete": "deleted-one",
    "patch": "change",
    "upload": "upload",
}
"""Kind of a step between two pages -> the word for it, the one that weighs most first; marker is the delete of the image
with which the page ends."""


def open_list(walk: Course, step: WalkStep) -> None:
    """Ask for the first page of a list and hold it under the number of the step's `page`."""
    query = {name: str(walk.resolved(value)) for name, value in step.query}
    pages = walk.cloud.pages(query, actor=step.actor)
    exchange = next(pages)
    rows = _rows(walk, step.actor, query, exchange)
    if rows is None:
        return
    if reading(exchange).get("next") is None:
        return  # it is whole: nothing is held
    due = walk.store.listed(step.actor, query)[0]
    walk.held[step.page or 0] = HeldList(step.actor, query, pages, tuple(rows), due, len(walk.steps))


def turn_pages(walk: Course, step: WalkStep) -> None:
    """Follow a held list to its end, and judge that it has each image that stays once."""
    held = walk.held.pop(step.page or 0, None)
    if held is None:
        return
    rows, ended = list(held.rows), False
    exchange = None
    for exchange in islice(held.pages, MOST):
        found = _rows(walk, held.actor, held.query, exchange, moved={item.slot for item in walk.steps[held.since :]})
        if found is None:
            if 400 <= exchange.response.status < 500 and not unclear(exchange) and not _marker_is_gone(walk, rows):
                nowhere = Deviation("leads-nowhere", status=exchange.response.status, place="next")
                walk.say(COMPLETE, False, nowhere, exchange)
            return
        rows += found
        ended = reading(exchange).get("next") is None
    if exchange is None or not ended:
        return
    counts = Counter(str(row.get("id")) for row in rows)
    due = held.due & walk.store.listed(held.actor, held.query)[0]
    lost = [slot for slot in sorted(due) if not counts[walk.id_of(slot)] and truly(walk, slot)]
    twice = [slot for slot in sorted(due) if counts[walk.id_of(slot)] > 1]
    if not lost and not twice:
        walk.holds(COMPLETE, exchange)
        return
    steps = walk.steps[held.since :]
    changes = {"marker" if item.page is not None else item.kind for item in steps if item is not step}
    when = next((word for kind, word in CHANGES.items() if kind in changes), "by-itself")
    seen = (("due", len(due)), ("got", len(due) - len(lost)), ("limit", held.query.get("limit", "")), ("order", ""))
    still = _walked_again(walk, held)
    for slots, kind in ((lost, "lost"), (twice, "twice")):
        if not slots:
            continue
        if still:
            deviation = Deviation(f"{kind}-in-pages", terms=(("how", "between-pages"),), seen=seen)
        else:
            deviation = Deviation(f"{kind}-while-changing", terms=(("when", when),), seen=seen)
        walk.say(COMPLETE, False, deviation, exchange, slot=slots[0])


def _rows(
    walk: Course, actor: str, query: Mapping[str, str], exchange: Exchange, moved: Collection[int] = ()
) -> list[Members] | None:
    """The rows of a page, judged one by one; None when it is no list."""
    body = reading(exchange)
    if exchange.response.status != 200 or not isinstance(body.get("images"), list):
        return None
    rows = body.items_of("images")
    judge_rows(walk, rows, actor, query, exchange, moved)
    return rows


def _marker_is_gone(walk: Course, rows: list[Members]) -> bool:
    """Whether the image with which the pages have ended so far is not there any more."""
    return not rows or walk.store.slot_of(str(rows[-1].get("id"))) is None


def _walked_again(walk: Course, held: HeldList) -> bool:
    """Whether the same pages lose or repeat images while nothing changes."""
    found: Counter[str] = Counter()
    for page in islice(walk.cloud.pages(held.query, actor=held.actor), MOST):
        if isinstance(reading(page).get("images"), list):
            found.update(str(row.get("id")) for row in reading(page).items_of("images"))
    due = walk.store.listed(held.actor, held.query)[0]
    return any(found[walk.id_of(slot)] != 1 for slot in due)
