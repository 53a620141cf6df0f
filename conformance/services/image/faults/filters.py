"""Faults of the filters of a list: name, status, type and changes-since, each alone and together with other
parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.history import Past, after, listing_after
from conformance.services.image.faults.reading import Asked, asked
from conformance.services.image.faults.stages import asking, listing, refuse, rows
from conformance.services.image.faults.texts import unaccented, unwidened
from conformance.services.image.target.store import ImageStore, StoredImage, document
from conformance.services.product import Effect, Where, family, product
from conformance.services.wire import Answer, Call, Refused

__all__ = ["faults"]

LIST = "image.list"


def _of(name: str) -> str:
    return rid.query(LIST, name)


def faults(contract: Contract) -> Iterator[Fault]:
    """The faults of filters."""
    yield from _parameters()
    yield from _beside_others()
    yield from product([Where(_of("name"), "name selects by", _by_name, (_of("name"),))], _likenesses())
    yield from family(_of("name"), (_of("name"),), _names())
    yield from family(_of("status"), (_of("status"),), _statuses())
    yield from family(_of("changes-since"), (_of("changes-since"),), _times())
    yield from family(
        _of("type"), (_of("type"),), [("snapshot", "a type other than image is refused", asking(_images_only))]
    )
    yield from _after_changes()


# --- any parameter is ignored, refused, or ignored beside another ---------------------------------------------------

IGNORED = ("name", "status", "limit", "sort_key", "sort_dir", "sort-key", "sort-dir", "changes-since")
REFUSED = ("name", "status", "limit", "sort_key", "sort_dir", "sort-key", "changes-since", "type")
NOT_WITH: Mapping[str, tuple[str, ...]] = {
    "name": ("limit", "sort_key", "status"),
    "status": ("name", "limit", "changes-since", "sort_key"),
    "limit": ("name", "sort_key", "changes-since", "status"),
    "sort_key": ("limit", "status", "changes-since"),
    "sort_dir": ("name", "status", "limit", "changes-since"),
    "changes-since": ("name", "status", "limit", "sort_key"),
}
"""Parameter -> those beside which it is ignored."""


def _parameters() -> Iterator[Fault]:
    for name in IGNORED:
        ignoring = asking(partial(_dropped, name))
        yield Fault(f"{_of(name)}.ignored", (_of(name),), f"the parameter {name} is ignored", ignoring)
    for name in REFUSED:
        refusing = asking(partial(_refused, name))
        yield Fault(f"{_of(name)}.refused", (_of(name),), f"the parameter {name} is refused", refusing)


def _dropped(name: str, query: Asked) -> Asked:
    return {key: value for key, value in query.items() if key != name}


def _refused(name: str, query: Asked) -> Asked:
    return refuse() if name in query else query


def _beside_others() -> Iterator[Fault]:
    def unless(dropped: str, other: str, query: Asked) -> Asked:
        return _dropped(dropped, query) if other in query else query

    for dropped, others in NOT_WITH.items():
        for other in others:
            yield Fault(
                f"{_of(dropped)}.not-with-{other.replace('_', '-')}",
                (_of(dropped),),
                f"{dropped} is ignored when {other} is given too",
                asking(partial(unless, dropped, other)),
            )


# --- name -----------------------------------------------------------------------------------------------------------

Likeness = Callable[[str, str], bool]


def _by_name(like: Likeness) -> Hooks:
    """Select by the likeness of the name that an image has to the name that is asked for."""

    def select(call: Call, images: list[StoredImage], _store: ImageStore) -> list[StoredImage]:
        return [image for image in images if like(str(image.members["name"]), asked(call)["name"])]

    return listing(select, instead_of="name")


def _folded(fold: Callable[[str], str]) -> Likeness:
    return lambda name, wanted: fold(name) == fold(wanted)


def _likenesses() -> Iterator[Effect[Likeness]]:
    yield Effect("prefix", "its beginning", str.startswith)
    yield Effect("case", "whatever its case", _folded(str.lower))
    yield Effect("substring", "what it contains", lambda name, wanted: wanted in name)
    yield Effect("trimmed", "without blanks around it", _folded(str.strip))
    yield Effect("ascii-only", "nothing that is not ASCII", lambda name, wanted: wanted.isascii() and name == wanted)
    yield Effect("nothing", "no name at all", lambda _name, _wanted: False)
    yield Effect("wildcard", "any character for an underscore", _with_wildcard)
    yield Effect("comma", "one of several between commas", lambda name, wanted: name in wanted.split(","))
    yield Effect("bar", "one of several between bars", lambda name, wanted: name in wanted.split("|"))
    yield Effect("accents", "whatever its accents", _folded(unaccented))
    yield Effect("width", "whatever the width of its letters", _folded(unwidened))


def _with_wildcard(name: str, wanted: str) -> bool:
    return len(name) == len(wanted) and all(left in (right, "_") for left, right in zip(wanted, name, strict=True))


def _names() -> Iterator[tuple[str, str, Hooks]]:
    def understood(change: Callable[[str], str]) -> Hooks:
        return asking(lambda query: {**query, "name": change(query["name"])} if "name" in query else query)

    yield "plus", "a plus in a name is read as a blank", understood(lambda name: name.replace("+", " "))
    yield "hash", "a name ends at its hash sign", understood(lambda name: name.partition("#")[0])
    yield (
        "second-page",
        "the second page forgets the name",
        asking(lambda query: _dropped("name", query) if "marker" in query else query),
    )
    yield (
        "chinese-refused",
        "a query that is not ASCII is refused",
        asking(lambda query: query if all(map(str.isascii, query.values())) else refuse()),
    )
    yield (
        "longer-is-all",
        "a name that is longer than any image's selects all images",
        asking(lambda query: _dropped("name", query) if len(query.get("name", "")) > 255 else query),
    )
    yield "unknown-is-all", "a name that no image has selects all images", listing(_or_all, instead_of="name")


def _or_all(call: Call, images: list[StoredImage], _store: ImageStore) -> list[StoredImage]:
    name = asked(call)["name"]
    found = [image for image in images if image.members["name"] == name]
    return found if found or len(name) > 255 else images


# --- status and type ------------------------------------------------------------------------------------------------


def _statuses() -> Iterator[tuple[str, str, Hooks]]:
    def understood(change: Callable[[str], str]) -> Hooks:
        return asking(lambda query: {**query, "status": change(query["status"])} if "status" in query else query)

    known = {"queued", "active"}
    yield "queued-only", "status selects queued images whatever it says", understood(lambda _status: "queued")
    yield (
        "upper-case",
        "status=active selects queued images",
        understood(lambda status: "queued" if status == "active" else status),
    )
    yield (
        "unknown-is-all",
        "a status that no image can have selects all images",
        asking(lambda query: query if query.get("status", "active") in known else _dropped("status", query)),
    )


def _images_only(query: Asked) -> Asked:
    return query if query.get("type", "image") == "image" else refuse()


# --- changes-since --------------------------------------------------------------------------------------------------


def _times() -> Iterator[tuple[str, str, Hooks]]:
    def since(
        holds: Callable[[StoredImage, datetime], bool],
    ) -> Callable[[Call, list[StoredImage], ImageStore], list[StoredImage]]:
        def select(call: Call, images: list[StoredImage], _store: ImageStore) -> list[StoredImage]:
            moment = _moment(call)
            return images if moment is None else [image for image in images if holds(image, moment)]

        return select

    yield (
        "created",
        "changes-since goes by the creation",
        listing(since(lambda image, moment: image.created.replace(microsecond=0) >= moment)),
    )
    yield (
        "after",
        "changes-since leaves out what changed in that second",
        listing(since(lambda image, moment: image.updated.replace(microsecond=0) > moment)),
    )
    yield "before", "changes-since selects what changed before", listing(_earlier, instead_of="changes-since")
    yield "day", "changes-since goes by the day", asking(_whole_day)
    yield (
        "lenient",
        "a changes-since that is no time is ignored",
        asking(lambda query: query if _begins_with_a_digit(query) else _dropped("changes-since", query)),
    )


def _moment(call: Call) -> datetime | None:
    try:
        return datetime.fromisoformat(asked(call).get("changes-since", ""))
    except ValueError:
        return None


def _earlier(call: Call, images: list[StoredImage], _store: ImageStore) -> list[StoredImage]:
    moment = _moment(call)
    if moment is None:
        raise Refused(400, "No time.")
    return [image for image in images if image.updated <= moment]


def _whole_day(query: Asked) -> Asked:
    day, letter, _time = query.get("changes-since", "").partition("T")
    return {**query, "changes-since": f"{day}T00:00:00Z"} if letter else query


def _begins_with_a_digit(query: Asked) -> bool:
    return query.get("changes-since", "0")[:1].isdecimal()


# --- filters that do not follow a change ----------------------------------------------------------------------------


def _after_changes() -> Iterator[Fault]:
    yield Fault(
        "state.list.old-name",
        (_of("name"),),
        "a list by name finds an image by a name that it had",
        _with_more("name", _had_that_name),
    )
    yield Fault(
        "state.list.status-stale",
        (_of("status"),),
        "a list of queued images holds one that has become active",
        _with_more("status", _was_queued),
    )
    yield Fault(
        "state.list.namesake-missing",
        (_of("name"),),
        "a list by name holds one of two images of the name",
        listing_after(_one_of_each_name),
    )


def _with_more(parameter: str, fits: Callable[[Asked, StoredImage, Past], bool]) -> Hooks:
    """Add images of the caller's project to the answer of a list that asks for a parameter."""

    def act(call: Call, said: Answer, store: ImageStore, past: Past) -> Answer:
        query = asked(call)
        if call.operation != LIST or said.status != 200 or parameter not in query or call.caller is None:
            return said
        owner = call.caller.project
        more: list[Any] = [
            document(image) for image in store.all() if image.owner == owner and fits(query, image, past)
        ]
        return rows(said, lambda found: found + more)

    return after(act)


def _had_that_name(query: Asked, image: StoredImage, past: Past) -> bool:
    return image.members["name"] != query["name"] and query["name"] in past.names.get(image.id, ())


def _was_queued(query: Asked, image: StoredImage, _past: Past) -> bool:
    named = query.get("name") in {None, image.members["name"]}
    return query["status"] == "queued" and image.data is not None and named


def _one_of_each_name(call: Call, images: list[StoredImage], _past: Past, _store: ImageStore) -> list[StoredImage]:
    return list({image.members["name"]: image for image in images}.values()) if "name" in asked(call) else images
