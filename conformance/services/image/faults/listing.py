"""Faults of what a list holds: images left out, listed twice, listed after they were deleted, or shown in an earlier
state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.history import Past, after, listing_after
from conformance.services.image.faults.reading import asked
from conformance.services.image.faults.stages import answering, handling, listing, rows, without
from conformance.services.image.target.store import ImageStore, StoredImage, document
from conformance.services.product import family
from conformance.services.wire import Answer, Call, Caller, Refused

__all__ = ["faults"]

LIST = "image.list"
COMPLETE = ("image.list.complete",)
Images = list[StoredImage]


def faults(_contract: Contract) -> Iterator[Fault]:
    """The faults of what a list holds."""
    yield from family("image.list.complete", COMPLETE, _kinds())
    yield from family("image.list.complete", COMPLETE, _counts())
    yield from family("state.list", COMPLETE, _after_changes())
    yield Fault(
        "image.list.complete.deleted",
        (*COMPLETE, "image.delete.gone"),
        "deleted images stay in the list",
        _with_ghosts(),
    )
    yield from family("image.list.accept", ("image.list.response.200", "status.server-error"), _accepts())


# --- by what an image is --------------------------------------------------------------------------------------------


def _kinds() -> Iterator[tuple[str, str, Hooks]]:
    def leaving_out(picks: Callable[[StoredImage], bool], *, unless_filtered: bool = False) -> Hooks:
        def visible(call: Call, images: Images, _store: ImageStore) -> Images:
            filtered = unless_filtered and {"name", "status"} & asked(call).keys()
            return images if filtered else [image for image in images if not picks(image)]

        return listing(visible)

    queued = leaving_out(lambda image: image.data is None, unless_filtered=True)
    yield "queued", "a list without a filter leaves queued images out", queued
    yield "active-only", "a list without a filter holds active images only", queued
    yield "protected", "a list leaves protected images out", leaving_out(lambda image: bool(image.members["protected"]))
    yield (
        "nameless",
        "a list leaves images without a name out",
        leaving_out(lambda image: image.members["name"] is None),
    )
    not_ascii = leaving_out(lambda image: not str(image.members["name"]).isascii())
    yield "chinese", "a list leaves images out whose names are not ASCII", not_ascii


def _counts() -> Iterator[tuple[str, str, Hooks]]:
    def oldest(_call: Call, images: Images, _store: ImageStore) -> Images:
        return sorted(images, key=lambda image: image.number)[:-1]

    def twice(_call: Call, images: Images, _store: ImageStore) -> Images:
        return [*images, *images[-1:]]

    def ten(_call: Call, answer: Answer, _store: ImageStore) -> Answer:
        if len(answer.body["images"]) <= 10:
            return answer
        return rows(without(answer, "next"), lambda found: found[:10])

    def stale(_call: Call, answer: Answer, _store: ImageStore) -> Answer:
        return rows(answer, lambda found: [{**row, "min_ram": 0} for row in found])

    yield "newest", "the newest image is not in the list yet", listing(oldest)
    yield "twice", "an image is in the list twice", listing(twice)
    yield "ten", "no list holds more than ten images, and none has a next then", answering(LIST, 200, ten)
    yield "stale", "a list shows another min_ram than show", answering(LIST, 200, stale)


# --- by what was done before ----------------------------------------------------------------------------------------


def _after_changes() -> Iterator[tuple[str, str, Hooks]]:
    def unless(picks: Callable[[StoredImage, Past], bool]) -> Hooks:
        return listing_after(lambda _call, images, past, _store: [image for image in images if not picks(image, past)])

    def renamed_twice(_call: Call, images: Images, past: Past, _store: ImageStore) -> Images:
        return [*images, *(image for image in images if len(set(past.names.get(image.id, ()))) > 1)]

    changed_twice = unless(lambda image, past: past.changes(image) >= 2)
    yield "misses-changed", "an image that was changed twice is in no list", changed_twice
    own = unless(lambda image, past: image.id in past.own)
    yield "misses-own-id", "an image made with an own id is in no list", own
    yield "renamed-twice", "an image that was renamed is in the list twice", listing_after(renamed_twice)
    yield "stale-row", "a list shows what an image had before its last change", _stale_rows()


def _stale_rows() -> Hooks:
    old: dict[str, dict[str, Any]] = {}

    def act(call: Call, said: Answer, _store: ImageStore, past: Past) -> Answer:
        if call.operation == "image.patch" and said.status == 200:
            old[call.image_id] = document(past.before[call.image_id])
        if call.operation == LIST and said.status == 200:
            return rows(said, lambda found: [{**row, "min_ram": old.get(row["id"], row)["min_ram"]} for row in found])
        return said

    return after(act)


def _with_ghosts() -> Hooks:
    ghosts: dict[str, StoredImage] = {}

    def remember(call: Call, _caller: Caller, store: ImageStore) -> Answer | None:
        image = store.get(call.image_id)
        if image is not None:
            ghosts[image.id] = image
        return None

    def visible(call: Call, images: Images, store: ImageStore) -> Images:
        project = call.caller.project if call.caller is not None else ""
        return [*images, *(image for key, image in ghosts.items() if store.get(key) is None and image.owner == project)]

    return replace(handling("image.delete", remember), visible=visible)


# --- by what the client accepts -------------------------------------------------------------------------------------


def _accepts() -> Iterator[tuple[str, str, Hooks]]:
    def picky(status: int, match: Callable[[str], bool]) -> Hooks:
        return handling(LIST, partial(_refusing_accept, status, match))

    yield "quality", "a list is answered with 500 when Accept has a quality", picky(500, lambda accept: ";q=" in accept)
    yield (
        "range",
        "a list is answered with 406 when Accept has a range of subtypes",
        picky(406, lambda accept: "/*" in accept and "*/*" not in accept),
    )
    yield (
        "second",
        "a list is answered with 406 when JSON is not the first type in Accept",
        picky(406, lambda accept: "," in accept and not accept.startswith("application/")),
    )
    yield "absent", "a list is answered with 400 when there is no Accept", picky(400, lambda accept: not accept)


def _refusing_accept(
    status: int, match: Callable[[str], bool], call: Call, _caller: Caller, _store: ImageStore
) -> Answer | None:
    if match(call.headers.get("accept", "").replace(" ", "")):
        raise Refused(status, "This is not to our taste.")
    return None
