"""Faults of changes: a change is not stored, alters other members or other images, or moves the wrong timestamp; reads
alter an image."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.history import Past, after, done, mates, undo
from conformance.services.image.faults.reading import PROPERTY, leads_to, named, operations
from conformance.services.image.faults.stages import answering, storing
from conformance.services.image.target.store import ImageStore, StoredImage, document
from conformance.services.product import family
from conformance.services.wire import Answer, Call, Caller

__all__ = ["faults"]

PATCH = "image.patch"
STORED, UNCHANGED, UPDATED = "image.patch.stored", "image.patch.unchanged", "image.patch.updated-at"


def faults(_contract: Contract) -> Iterator[Fault]:
    """The faults of changes."""
    yield from family("image.patch.stored", (STORED,), _mixed())
    yield from family("state.patch", (STORED,), _lost())
    yield Fault(
        "state.patch.removed-returns",
        (UNCHANGED, "image.patch.operation.remove", STORED),
        "a property that was removed comes back with the next change",
        _returning(),
    )
    for name, value in RESET.items():
        resetting = Hooks(stored=partial(_reset_unless_named, name, value))
        yield Fault(f"{UNCHANGED}.{name}", (UNCHANGED,), f"a change of another member resets {name}", resetting)
    yield from family(UNCHANGED, (UNCHANGED,), _of_the_image())
    yield Fault(
        f"{UNCHANGED}.file",
        (UNCHANGED, "image.download.bytes"),
        "a change empties the file",
        storing(PATCH, lambda image: setattr(image, "data", b"" if image.data else image.data)),
    )
    yield from family(UNCHANGED, (UNCHANGED,), _of_others())
    yield from family("state.patch", (UNCHANGED,), _of_others_by_history())
    yield from family(
        "state.protected", (UNCHANGED,), [("lost", "a change of the name takes protection away", _disarming())]
    )
    yield from _times()
    yield from _reads()


# --- what is stored -------------------------------------------------------------------------------------------------


def _mixed() -> Iterator[tuple[str, str, Hooks]]:
    def tags(image: StoredImage, before: StoredImage) -> None:
        image.members["tags"] = sorted({*before.members["tags"], *image.members["tags"]})

    def name(image: StoredImage, before: StoredImage) -> None:
        image.members["name"] = before.members["name"]

    yield "added-tags", "patch adds the new tags to the old ones", _against_before(tags)
    yield "kept-name", "patch keeps the old name", _against_before(name)
    yield "late", "the first look after a change shows the old image", _first_look_is_old()


def _against_before(change: Callable[[StoredImage, StoredImage], None]) -> Hooks:
    """Store something of what an image was before the change."""
    before: dict[str, StoredImage] = {}

    def handle(call: Call, _caller: Caller, store: ImageStore) -> Answer | None:
        image = store.get(call.image_id)
        if call.operation == PATCH and image is not None:
            before[image.id] = copy.deepcopy(image)
        return None

    return replace(storing(PATCH, lambda image: change(image, before[image.id])), handle=handle)


def _first_look_is_old() -> Hooks:
    old: dict[str, Any] = {}

    def handle(call: Call, _caller: Caller, store: ImageStore) -> Answer | None:
        image = store.get(call.image_id)
        if call.operation == PATCH and image is not None:
            old[image.id] = document(image)
        if call.operation == "image.show" and call.image_id in old and image is not None:
            return Answer(200, old.pop(call.image_id))
        return None

    return Hooks(handle=handle)


def _lost() -> Iterator[tuple[str, str, Hooks]]:
    """Changes that are answered and not stored, or in part."""

    def undone(when: Callable[[Call, StoredImage, Past], bool], *names: str) -> Hooks:
        def act(call: Call, image: StoredImage, _store: ImageStore, past: Past) -> None:
            if when(call, image, past):
                undo(image, past, list(names) or None)

        return done(PATCH, act)

    def all_but_first(call: Call, image: StoredImage, _store: ImageStore, past: Past) -> None:
        first, *others = named(call)
        undo(image, past, [name for name in others if name != first])

    def merge_tags(call: Call, image: StoredImage, _store: ImageStore, past: Past) -> None:
        if "tags" in named(call):
            image.members["tags"] = sorted({*image.members["tags"], *past.before[image.id].members["tags"]})

    second = undone(lambda _call, image, past: past.changes(image) == 1)
    yield "second-lost", "the second change of an image is answered and not stored", second
    deleted = undone(lambda _call, _image, past: past.last == "image.delete")
    yield "lost-after-delete", "a change right after a delete is answered and not stored", deleted
    own = undone(lambda _call, image, past: image.id in past.own)
    yield "own-id-lost", "a change of an image made with an own id is answered and not stored", own
    active = undone(lambda call, image, _past: image.data is not None and "name" in named(call), "name")
    yield "active-name-lost", "a new name of an image that has data is answered and not stored", active
    together = "of members that are changed together only the first is stored"
    yield "second-member-lost", together, done(PATCH, all_but_first)
    yield "tags-merged", "new tags are added to the old ones in the store", done(PATCH, merge_tags)
    yield "late", "a change can be seen only after the next request", _next_look_is_old()


def _next_look_is_old() -> Hooks:
    stale: dict[str, dict[str, Any]] = {}

    def change(call: Call, said: Answer, store: ImageStore, past: Past) -> Answer:
        image, before = store.get(call.image_id), stale.pop(call.image_id, None)
        if call.operation == PATCH and said.status == 200 and call.image_id in past.before:
            stale[call.image_id] = document(past.before[call.image_id])
        elif call.operation == "image.show" and said.status == 200 and image is not None and before is not None:
            return replace(said, body=before)
        return said

    return after(change)


def _returning() -> Hooks:
    removed: dict[str, dict[str, Any]] = {}

    def act(_call: Call, image: StoredImage, _store: ImageStore, past: Past) -> None:
        for name, value in removed.pop(image.id, {}).items():
            image.properties.setdefault(name, value)
        before = past.before[image.id].properties
        removed[image.id] = {name: value for name, value in before.items() if name not in image.properties}

    return done(PATCH, act)


# --- what is not to be changed --------------------------------------------------------------------------------------

RESET: Mapping[str, Any] = {
    "min_disk": 0,
    "min_ram": 0,
    "protected": False,
    "visibility": "shared",
    "container_format": "ova",
    "disk_format": "vhdx",
    "name": "nameless",
    "tags": [],
}
"""Member -> what a change of other members makes of it."""


def _reset_unless_named(name: str, value: Any, call: Call, image: StoredImage, _store: ImageStore) -> None:
    if call.operation == PATCH and name not in named(call):
        image.members[name] = copy.copy(value)


def _of_the_image() -> Iterator[tuple[str, str, Hooks]]:
    def properties(call: Call, image: StoredImage, _store: ImageStore) -> None:
        if call.operation == PATCH and not any(leads_to(PROPERTY, item) for item in operations(call)):
            image.properties.clear()

    def give_away(call: Call, answer: Answer, store: ImageStore) -> Answer:
        image = store.get(call.image_id)
        if image is not None:
            image.owner = "e" * 32
            image.members["visibility"] = "community"
        return answer

    yield "properties", "a change of members loses the further properties", Hooks(stored=properties)
    yield "owner", "a change gives the image to another project", answering(PATCH, 200, give_away)


def _disarming() -> Hooks:
    def act(call: Call, image: StoredImage, _store: ImageStore, _past: Past) -> None:
        if "name" in named(call) and "protected" not in named(call):
            image.members["protected"] = False

    return done(PATCH, act)


# --- what is not to be changed of other images ----------------------------------------------------------------------


def _of_others() -> Iterator[tuple[str, str, Hooks]]:
    def reaching(
        fits: Callable[[StoredImage, StoredImage], bool], change: Callable[[StoredImage, StoredImage], None]
    ) -> Hooks:
        def stored(call: Call, image: StoredImage, store: ImageStore) -> None:
            for other in store.all() if call.operation == PATCH else ():
                if other.id != image.id and fits(image, other):
                    change(image, other)

        return Hooks(stored=stored)

    def more_ram(image: StoredImage, other: StoredImage) -> None:
        other.members["min_ram"] = image.members["min_ram"] + 1

    def same(image: StoredImage, other: StoredImage) -> None:
        other.members |= {"min_ram": image.members["min_ram"], "tags": list(image.members["tags"])}

    yield (
        "neighbour",
        "a change changes other images",
        reaching(lambda image, other: other.owner == image.owner, more_ram),
    )
    yield "namesakes", "a change reaches every image of the name", reaching(_namesakes, same)


def _namesakes(image: StoredImage, other: StoredImage) -> bool:
    return bool(image.members["name"] == other.members["name"])


def _of_others_by_history() -> Iterator[tuple[str, str, Hooks]]:
    def spreading(names: tuple[str, ...], fits: Callable[[StoredImage, StoredImage], bool]) -> Hooks:
        def act(call: Call, image: StoredImage, store: ImageStore, _past: Past) -> None:
            changed = {name: image.members[name] for name in names if name in named(call)}
            for other in mates(image, store):
                if fits(image, other):
                    other.members.update(changed)

        return done(PATCH, act)

    def spread_properties(_call: Call, image: StoredImage, store: ImageStore, past: Past) -> None:
        before = past.before[image.id].properties
        added = {name: value for name, value in image.properties.items() if name not in before}
        for other in mates(image, store):
            if other.number == image.number - 1:
                other.properties.update(added)

    def clear_tags(call: Call, image: StoredImage, _store: ImageStore, past: Past) -> None:
        if past.changes(image) == 1 and "tags" not in named(call):
            image.members["tags"] = []

    def age(_call: Call, image: StoredImage, store: ImageStore, _past: Past) -> None:
        for other in mates(image, store)[:1]:
            other.updated = other.created - timedelta(seconds=5)

    yield (
        "namesakes",
        "a change of tags changes the images of the same name too",
        spreading(("tags", "min_ram", "min_disk"), _namesakes),
    )
    yield (
        "next-image",
        "a change of min_disk changes the image made next too",
        spreading(("min_disk",), lambda image, other: other.number == image.number + 1),
    )
    added = "a property that is added is added to the image made before too"
    yield "property-spreads", added, done(PATCH, spread_properties)
    yield "second-clears-tags", "the second change of an image empties its tags", done(PATCH, clear_tags)
    yield "touches-times", "a change moves updated_at of another image back", done(PATCH, age)


# --- times ----------------------------------------------------------------------------------------------------------


def _times() -> Iterator[Fault]:
    def moved(change: Callable[[StoredImage, Past], None], when: Callable[[Call, StoredImage, Past], bool]) -> Hooks:
        def act(call: Call, image: StoredImage, _store: ImageStore, past: Past) -> None:
            if when(call, image, past):
                change(image, past)

        return done(PATCH, act)

    def stay(image: StoredImage, past: Past) -> None:
        image.updated = past.before[image.id].updated

    def back(image: StoredImage, _past: Past) -> None:
        image.updated = image.created - timedelta(seconds=1)

    def created_later(image: StoredImage, _past: Past) -> None:
        image.created += timedelta(seconds=1)

    stuck = storing(PATCH, lambda image: setattr(image, "updated", image.created))
    backwards = storing(PATCH, lambda image: setattr(image, "updated", image.created - timedelta(hours=1)))
    yield from family(
        UPDATED,
        (UPDATED,),
        [
            ("stuck", "updated_at does not move", stuck),
            ("backwards", "updated_at goes back with a change", backwards),
            ("once", "updated_at moves with the first change only", _once()),
        ],
    )
    yield from family(
        "state.updated-at",
        (UPDATED,),
        [
            (
                "stuck",
                "updated_at moves with no change but the first",
                moved(stay, lambda _call, image, past: past.changes(image) > 0),
            ),
            (
                "back",
                "updated_at goes back when a property is removed",
                moved(back, lambda call, _image, _past: any(item.get("op") == "remove" for item in operations(call))),
            ),
        ],
    )
    yield Fault(
        "image.patch.created-at.moves",
        (UPDATED, UNCHANGED),
        "created_at moves with each change",
        storing(PATCH, lambda image: setattr(image, "created", image.updated)),
    )
    yield Fault(
        "state.created-at.second",
        (UPDATED, UNCHANGED),
        "created_at moves with the second change",
        moved(created_later, lambda _call, image, past: past.changes(image) == 1),
    )


def _once() -> Hooks:
    first: dict[str, datetime] = {}

    def keep(image: StoredImage) -> None:
        image.updated = first.setdefault(image.id, image.updated)

    return storing(PATCH, keep)


# --- reads that change something ------------------------------------------------------------------------------------


def _reads() -> Iterator[Fault]:
    def reading(operation: str, change: Callable[[StoredImage, ImageStore], None]) -> Hooks:
        def answer(call: Call, answer: Answer, store: ImageStore) -> Answer:
            if call.operation == operation and answer.status < 300:
                found = store.all() if operation == "image.list" else [store.get(call.image_id)]
                for image in found:
                    if image is not None:
                        change(image, store)
            return answer

        return Hooks(answer=answer)

    def move(image: StoredImage, store: ImageStore) -> None:
        image.updated = store.clock.now()

    def use(image: StoredImage, _store: ImageStore) -> None:
        image.members["min_ram"] = min(image.members["min_ram"] + 1, 2**31 - 1)

    for operation in ("image.list", "image.download"):
        name = f"{operation}.reading"
        yield Fault(f"{name}.updated-at", (UPDATED,), f"{operation} moves updated_at", reading(operation, move))
        yield Fault(f"{name}.changes", (UNCHANGED,), f"{operation} changes the image", reading(operation, use))
