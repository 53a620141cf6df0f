"""Judging the lists of a walk by the model: each image once, none too many, none missing, each as show has it, in
order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from conformance.judge.members import place_of
from conformance.model import requirement_id
from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import in_utc, moment, short
from conformance.model.message import Exchange
from conformance.run.cases import call
from conformance.run.reading import Members, reading
from conformance.services.image.arrange import comparable
from conformance.services.image.walks.course import Course
from conformance.services.image.walks.imagemodel import ModelImage
from conformance.services.image.walks.step import WalkStep
from conformance.services.image.walks.steps.showing import truly

__all__ = ["judge_rows", "list_images"]

LIST = "image.list"
COMPLETE = requirement_id.stated(LIST, "complete")
ANSWERED = requirement_id.response(LIST, 200)
FEW = 20
"""Images of a page (the limit of the document's example) from which a service may have cut it by a limit of its own."""
FILTERS = ("changes-since", "status", "name")
TIMES = frozenset({"created_at", "updated_at"})

Rows = list[Members]


def list_images(walk: Course, step: WalkStep) -> None:
    """Do a step of the kind list. Raises TargetError."""
    query = _query(walk, step)
    if query is None:
        return
    exchange = walk.cloud.list(query, actor=step.actor)
    body, status = reading(exchange), exchange.response.status
    unclear = status >= 500 or status in {408, 429}
    rows = body.get("images")
    if step.since is not None and not unclear:
        walk.changes_since = status == 200  # who refuses it is told so by the cases for it
    if status != 200 or not isinstance(rows, list):
        if status >= 400 and not unclear and step.since is None:
            walk.status(ANSWERED, exchange, 200, call(LIST))
        return
    images = body.items_of("images")
    walk.holds(ANSWERED, exchange)
    judge_rows(walk, images, step.actor, query, exchange)
    whole = body.get("next") is None and len(rows) < min(int(query.get("limit", FEW)), FEW)
    _missing(walk, images, step.actor, query, exchange, whole=whole)
    if "sort_key" in query:
        _order(walk, images, query, exchange)


def _query(walk: Course, step: WalkStep) -> dict[str, str] | None:
    """The query of the step; None when it asks for what changed since a time that is not known."""
    query = {name: str(walk.resolved(value)) for name, value in step.query}
    if step.since is not None:
        changed = moment(str(getattr(walk.store.images.get(step.since), "updated_at", None)))
        since = in_utc(changed) if changed is not None else None
        if since is None or walk.changes_since is False:
            return None
        query["changes-since"] = since
    return query


def judge_rows(
    walk: Course,
    rows: Rows,
    actor: str,
    query: Mapping[str, str],
    exchange: Exchange,
    moved: Collection[int] = (),
) -> None:
    """Judge that each image stands in the list once, and none against the limit, the filters or the isolation of
    projects. Those that have `moved` since the list was opened may be shown as they were then."""
    ids = [str(row.get("id")) for row in rows]
    walk.say(COMPLETE, len(ids) == len(set(ids)), Deviation("listed-twice"), exchange)
    if "limit" in query:
        large = Deviation("larger-page", seen=(("got", len(rows)), ("due", query["limit"])))
        walk.say(requirement_id.query(LIST, "limit"), len(rows) <= int(query["limit"]), large, exchange)
    for name in ("name", "status"):
        if name in query:
            others = [row for row in rows if row.get(name, query[name]) != query[name]]
            walk.say(requirement_id.query(LIST, name), not others, _selects(name, "others"), exchange)
    may = walk.store.listed(actor, query)[1]
    gone = {image.id: slot for slot, image in walk.store.gone.items()}
    for row in rows:
        slot = walk.store.slot_of(str(row.get("id")))
        if slot in moved:
            continue
        if slot is not None:
            _row(walk, slot, row, actor, query, exchange, due=slot in may)
        elif str(row.get("id")) in gone:
            there = Deviation("still-there", terms=(("where", "listed"),))
            walk.say(requirement_id.gone("image.delete"), False, there, exchange, slot=gone[str(row.get("id"))])


def _row(
    walk: Course,
    slot: int,
    row: Mapping[str, Any],
    actor: str,
    query: Mapping[str, str],
    exchange: Exchange,
    *,
    due: bool,
) -> None:
    """Judge the row of one image of the walk; `due` says that the filters allow it."""
    image = walk.store.images[slot]
    if image.actor != actor:
        if image.private and not walk.cloud.target.actors[actor].admin:
            how = "by-its-name" if "name" in query else "private"
            other = Deviation("listed-to-another-project", terms=(("how", how),))
            walk.say(requirement_id.stated("image", "isolation", "list"), False, other, exchange, slot=slot)
        return
    if image.differences(row, partly=True) and truly(walk, slot):
        for item in walk.store.images[slot].differences(row, partly=True):
            deviation = Deviation(
                "not-as-shown",
                place=place_of(walk.cloud.contract, LIST, item.member),
                terms=(("where", "listed"),),
                seen=(("due", short(item.due)), ("got", short(item.got))),
                path=item.member,
            )
            walk.say(COMPLETE, False, deviation, exchange, slot=slot)
    if not due and "changes-since" in query and truly(walk, slot):
        requirement = requirement_id.query(LIST, "changes-since")
        walk.say(requirement, False, _selects("changes-since", "others"), exchange, slot=slot)


def _missing(
    walk: Course, rows: Rows, actor: str, query: Mapping[str, str], exchange: Exchange, *, whole: bool
) -> None:
    """Judge that no image is missing; `whole` says that no limit has cut the list."""
    found = {str(row.get("id")) for row in rows}
    filters = [name for name in FILTERS if name in query]
    for slot in sorted(walk.store.listed(actor, query)[0]):
        image = walk.store.images[slot]
        cut = not whole and not _reaches(rows, image, query)
        if image.id in found or cut or not truly(walk, slot) or slot not in walk.store.listed(actor, query)[0]:
            continue
        if filters:
            missing = _selects(" ".join(filters), "leaves-out")
            walk.say(requirement_id.query(LIST, filters[0]), False, missing, exchange, slot=slot)
        else:
            walk.say(COMPLETE, False, Deviation("not-listed"), exchange, slot=slot)
    if whole:
        for requirement in (*(requirement_id.query(LIST, name) for name in filters), COMPLETE):
            walk.holds(requirement, exchange)


def _order(walk: Course, rows: Rows, query: Mapping[str, str], exchange: Exchange) -> None:
    """Judge the order of the walk's images. Text beyond ASCII is not judged: its order depends on the database's
    collation."""
    key = query["sort_key"]
    shown = [row.get(key) for row in rows if walk.store.slot_of(str(row.get("id"))) is not None]
    values: list[Any] = [moment(str(value)) if key in TIMES else value for value in shown]
    if (
        len(values) < 2
        or not comparable(values)
        or any(isinstance(item, str) and not item.isascii() for item in values)
    ):
        return
    by_key, by_direction = requirement_id.query(LIST, "sort_key"), requirement_id.query(LIST, "sort_dir")
    descending = query.get("sort_dir", "asc") == "desc"
    if _ordered(values, descending=descending):
        walk.holds(by_key, exchange)
        walk.holds(by_direction, exchange)
    elif _ordered(values, descending=not descending):
        wrong = Deviation("wrong-direction", place="sort_dir", terms=(("key", key),))
        walk.say(by_direction, False, wrong, exchange)
    else:
        walk.say(by_key, False, Deviation("no-order", place="sort_key", terms=(("key", key),)), exchange)


def _selects(parameters: str, how: str) -> Deviation:
    return Deviation("selects", terms=(("parameters", parameters), ("how", how)))


def _ordered(values: list[Any], *, descending: bool) -> bool:
    """Whether values are in order; text may be ordered with or without regard to case, as databases differ in that."""
    orders: list[Callable[[Any], Any]] = [lambda value: value]
    if all(isinstance(value, str) for value in values):
        orders.append(str.lower)
    return any(values == sorted(values, key=order, reverse=descending) for order in orders)


def _reaches(rows: Rows, image: ModelImage, query: Mapping[str, str]) -> bool:
    """Whether a page of the newest images reaches back to before the image was created, so that the image must be on
    it."""
    if (query.get("sort_key"), query.get("sort_dir")) != ("created_at", "desc") or not rows:
        return False
    stamps = [moment(str(row.get("created_at"))) for row in rows]
    made = moment(str(image.members.get("created_at")))
    known = [stamp for stamp in stamps if stamp is not None]
    if made is None or len(known) < len(stamps) or known != sorted(known, reverse=True):
        return False
    return known[-1] < made
