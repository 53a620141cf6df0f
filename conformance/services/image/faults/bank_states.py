"""Faults that need a history: what was done before decides whether a promise is broken.

Most answer a single request of its kind rightly. They wait for a second change, a delete in between, a reused name, two
members together, or an image made with an id of the client's choice.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.image.target.store import Image, Store, document
from conformance.services.wire import Answer, Call

__all__ = ["state_faults"]

WRITES = frozenset({"image.create", "image.patch", "image.upload", "image.delete"})


@dataclass
class History:
    """What the server has been through. `patches` counts those of each image, `names` are those that it had, `own` are the ids
    that clients chose, `uploads` is the order of files."""

    patches: dict[str, int] = field(default_factory=dict)
    names: dict[str, list[Any]] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    before: dict[str, Image] = field(default_factory=dict)
    ghosts: dict[str, Image] = field(default_factory=dict)
    deletes: int = 0
    last: str = ""
    writes: int = 0


Change = Callable[[Call, Answer, Store, History], Answer]


def after(act: Change) -> Hooks:
    """Act on each answer of the image service with the history up to its request; then write the request into the history."""
    past = History()

    def handle(call: Call, _caller: Any, store: Store) -> Answer | None:
        past.before = {image.id: copy.deepcopy(image) for image in store.all()}
        return None

    def answer(call: Call, said: Answer, store: Store) -> Answer:
        if call.service != "image":
            return said
        said = act(call, said, store, past)
        if call.operation in WRITES and said.status < 300:
            _remember(call, said, past)
        return said

    return Hooks(handle=handle, answer=answer)


def _remember(call: Call, said: Answer, past: History) -> None:
    body = said.body if isinstance(said.body, dict) else {}
    image_id = str(body.get("id", call.image_id))
    past.last = call.operation
    past.writes += 1
    if call.operation == "image.create" and b'"id"' in call.body:
        past.own.add(image_id)
    if call.operation == "image.patch":
        past.patches[image_id] = past.patches.get(image_id, 0) + 1
    if call.operation == "image.delete":
        past.deletes += 1
        if image_id in past.before:
            past.ghosts[image_id] = past.before[image_id]
    if "name" in body:
        past.names.setdefault(image_id, []).append(body["name"])


def done(operation: str, act: Callable[[Call, Image, Store, History], None], *, refused: bool = False) -> Hooks:
    """Act on what is stored when an operation on an image has succeeded (or was refused)."""

    def change(call: Call, said: Answer, store: Store, past: History) -> Answer:
        image = store.get(call.image_id)
        if call.operation == operation and (said.status >= 400) is refused and image is not None:
            act(call, image, store, past)
        return said

    return after(change)


def shown(
    operations: tuple[str, ...], act: Callable[[Call, dict[str, Any], Image, History, Store], dict[str, Any]]
) -> Hooks:
    """Change what an image is shown as."""

    def change(call: Call, said: Answer, store: Store, past: History) -> Answer:
        image = store.get(call.image_id)
        if call.operation in operations and said.status == 200 and image is not None:
            return replace(said, body=act(call, dict(said.body), image, past, store))
        return said

    return after(change)


def listing(act: Callable[[Call, list[Image], History, Store], list[Image]]) -> Hooks:
    """Change what a list is made from."""
    kept: list[History] = []

    def note(_call: Call, said: Answer, _store: Store, past: History) -> Answer:
        kept[:] = [past]
        return said

    return replace(
        after(note), visible=lambda call, images, store: act(call, images, kept[0] if kept else History(), store)
    )


def _named(call: Call) -> list[str]:
    try:
        return [str(item["path"]).removeprefix("/") for item in json.loads(call.body)]
    except (ValueError, TypeError, KeyError):
        return []


def _undo(image: Image, past: History, names: list[str] | None = None) -> None:
    """Put back what an image had before the request."""
    before = past.before.get(image.id)
    if before is None:
        return
    if names is None:
        image.members, image.properties = before.members, before.properties
    for name in names or ():
        if name in before.members:
            image.members[name] = before.members[name]
        elif name in before.properties:
            image.properties[name] = before.properties[name]
        else:
            image.properties.pop(name, None)


def _mates(image: Image, store: Store) -> list[Image]:
    return [other for other in store.all() if other.id != image.id and other.owner == image.owner]


def state_faults(contract: Contract) -> Iterator[Fault]:
    """The faults that need a history."""
    yield from _stored()
    yield from _collateral()
    yield from _atomic()
    yield from _deletions()
    yield from _listings()
    yield from _files()
    yield from _stamps()
    yield from _protection()
    yield from _projects()


def _stored() -> Iterator[Fault]:
    stored = ("image.patch.stored",)
    yield Fault(
        "state.patch.second-lost",
        stored,
        "the second change of an image is answered and not stored",
        done(
            "image.patch",
            lambda _call, image, _store, past: _undo(image, past) if past.patches.get(image.id, 0) == 1 else None,
        ),
    )
    yield Fault(
        "state.patch.lost-after-delete",
        stored,
        "a change right after a delete is answered and not stored",
        done(
            "image.patch",
            lambda _call, image, _store, past: _undo(image, past) if past.last == "image.delete" else None,
        ),
    )
    yield Fault(
        "state.patch.second-member-lost",
        stored,
        "of members that are changed together only the first is stored",
        done(
            "image.patch",
            lambda call, image, _store, past: _undo(
                image, past, [name for name in _named(call)[1:] if name != _named(call)[0]]
            ),
        ),
    )
    yield Fault(
        "state.patch.own-id-lost",
        stored,
        "a change of an image made with an own id is answered and not stored",
        done("image.patch", lambda _call, image, _store, past: _undo(image, past) if image.id in past.own else None),
    )
    yield Fault(
        "state.patch.active-name-lost",
        stored,
        "a new name of an image that has data is answered and not stored",
        done(
            "image.patch",
            lambda call, image, _store, past: (
                _undo(image, past, ["name"]) if image.data is not None and "name" in _named(call) else None
            ),
        ),
    )
    yield Fault("state.patch.late", stored, "a change can be seen only after the next request", _late())
    yield Fault(
        "state.patch.tags-merged",
        stored,
        "new tags are added to the old ones in the store",
        done(
            "image.patch",
            lambda call, image, _store, past: (
                image.members.update(tags=sorted({*image.members["tags"], *past.before[image.id].members["tags"]}))
                if "tags" in _named(call)
                else None
            ),
        ),
    )
    yield Fault(
        "state.patch.removed-returns",
        ("image.patch.unchanged", "image.patch.operation.remove", "image.patch.stored"),
        "a property that was removed comes back with the next change",
        _returning(),
    )
    yield Fault(
        "state.create.pair-lost",
        ("image.create.body.protected",),
        "an image made with tags and protected is not stored as protected",
        _created(lambda _call, image: image.members.update(protected=False) if image.members["tags"] else None),
    )
    yield Fault(
        "state.create.late",
        ("image.list.complete", "image.create.body.name"),
        "a new image can be seen only after the next request",
        _late_image(),
    )
    yield Fault(
        "state.create.overwrites",
        ("image.create.body.id",),
        "a refused create with a used id changes the image that has it",
        _overwriting(),
    )


def _created(act: Callable[[Call, Image], None]) -> Hooks:
    def change(call: Call, said: Answer, store: Store, _past: History) -> Answer:
        image = store.get(str(said.body.get("id"))) if call.operation == "image.create" and said.status == 201 else None
        if image is not None:
            act(call, image)
        return said

    return after(change)


def _late() -> Hooks:
    stale: dict[str, dict[str, Any]] = {}

    def change(call: Call, said: Answer, store: Store, past: History) -> Answer:
        image, before = store.get(call.image_id), stale.pop(call.image_id, None)
        if call.operation == "image.patch" and said.status == 200 and call.image_id in past.before:
            stale[call.image_id] = document(past.before[call.image_id])
        elif call.operation == "image.show" and said.status == 200 and image is not None and before is not None:
            return replace(said, body=before)
        return said

    return after(change)


def _late_image() -> Hooks:
    fresh: set[str] = set()

    def change(call: Call, said: Answer, _store: Store, _past: History) -> Answer:
        if call.operation == "image.create" and said.status == 201:
            fresh.clear()
            fresh.add(said.body["id"])
            return said
        hidden = call.operation == "image.show" and call.image_id in fresh
        fresh.clear()
        if hidden:
            body = {"error": {"message": "No image.", "code": 404, "title": "Not Found"}}
            return replace(said, status=404, body=body, raw=None, media_type="application/json")
        return said

    return after(change)


def _returning() -> Hooks:
    removed: dict[str, dict[str, Any]] = {}

    def act(call: Call, image: Image, _store: Store, past: History) -> None:
        for name, value in removed.pop(image.id, {}).items():
            image.properties.setdefault(name, value)
        before = past.before[image.id].properties
        gone = {name: value for name, value in before.items() if name not in image.properties}
        if gone:
            removed[image.id] = gone

    return done("image.patch", act)


def _overwriting() -> Hooks:
    def change(call: Call, said: Answer, store: Store, _past: History) -> Answer:
        if call.operation == "image.create" and said.status == 409:
            sent = json.loads(call.body)
            image = store.get(str(sent.get("id")))
            if image is not None and "name" in sent:
                image.members["name"] = sent["name"]
        return said

    return after(change)


def _collateral() -> Iterator[Fault]:
    def to_mates(
        names: tuple[str, ...], fits: Callable[[Image, Image], bool]
    ) -> Callable[[Call, Image, Store, History], None]:
        def act(call: Call, image: Image, store: Store, _past: History) -> None:
            for other in _mates(image, store):
                if fits(image, other):
                    other.members.update({name: image.members[name] for name in names if name in _named(call)})

        return act

    def spreads(_call: Call, image: Image, store: Store, past: History) -> None:
        added = {key: value for key, value in image.properties.items() if key not in past.before[image.id].properties}
        for other in _mates(image, store):
            if other.number == image.number - 1:
                other.properties.update(added)

    def ages(_call: Call, image: Image, store: Store, _past: History) -> None:
        for other in _mates(image, store)[:1]:
            other.updated = other.created - timedelta(seconds=5)

    promise = ("image.patch.unchanged",)
    yield Fault(
        "state.patch.namesakes",
        promise,
        "a change of tags changes the images of the same name too",
        done(
            "image.patch",
            to_mates(
                ("tags", "min_ram", "min_disk"), lambda image, other: image.members["name"] == other.members["name"]
            ),
        ),
    )
    yield Fault(
        "state.patch.next-image",
        promise,
        "a change of min_disk changes the image made next too",
        done("image.patch", to_mates(("min_disk",), lambda image, other: other.number == image.number + 1)),
    )
    yield Fault(
        "state.patch.property-spreads",
        promise,
        "a property that is added is added to the image made before too",
        done("image.patch", spreads),
    )
    yield Fault(
        "state.patch.second-clears-tags",
        promise,
        "the second change of an image empties its tags",
        done(
            "image.patch",
            lambda call, image, _store, past: (
                image.members.update(tags=[])
                if past.patches.get(image.id) == 1 and "tags" not in _named(call)
                else None
            ),
        ),
    )
    yield Fault(
        "state.patch.touches-times",
        promise,
        "a change moves updated_at of another image back",
        done("image.patch", ages),
    )


def _twentieth(call: Call, said: Answer, store: Store, past: History) -> Answer:
    if call.operation == "image.delete" and said.status == 204 and past.deletes % 20 == 19:
        store.put(list(past.ghosts.values())[-15])
    return said


def _atomic() -> Iterator[Fault]:
    def first(call: Call, image: Image, _store: Store, past: History) -> None:
        operations = json.loads(call.body)
        for item in operations[:-1]:
            name = str(item["path"]).removeprefix("/")
            if name in image.members and item["op"] != "remove":
                image.members[name] = item["value"]

    def later(call: Call, image: Image, store: Store, past: History) -> None:
        if past.patches.get(image.id):
            first(call, image, store, past)

    yield Fault(
        "state.patch.refused-first",
        ("image.patch.atomic",),
        "what stands before the refused operation is stored",
        done("image.patch", first, refused=True),
    )
    yield Fault(
        "state.patch.refused-later",
        ("image.patch.atomic",),
        "of an image changed before, what stands before the refused operation is stored",
        done("image.patch", later, refused=True),
    )


def _deletions() -> Iterator[Fault]:
    def oldest(call: Call, said: Answer, store: Store, past: History) -> Answer:
        gone = past.before.get(call.image_id)
        if call.operation == "image.delete" and said.status == 204 and gone is not None:
            left = sorted((image for image in store.all() if image.owner == gone.owner), key=lambda image: image.number)
            if len(left) > 1:
                store.drop(left[0].id)
        return said

    def anothers(call: Call, said: Answer, store: Store, past: History) -> Answer:
        gone = past.before.get(call.image_id)
        if call.operation == "image.delete" and said.status == 204 and gone is not None:
            for image in [image for image in store.all() if image.owner != gone.owner][:1]:
                store.drop(image.id)
        return said

    def returns(operation: str) -> Change:
        def change(call: Call, said: Answer, store: Store, past: History) -> Answer:
            if call.operation == operation and said.status < 300:
                for image in past.ghosts.values():
                    store.put(image)
                past.ghosts.clear()
            return said

        return change

    def spoils(call: Call, said: Answer, store: Store, past: History) -> Answer:
        gone = past.before.get(call.image_id)
        if call.operation == "image.delete" and said.status == 204 and gone is not None:
            for image in store.all():
                if image.members["name"] == gone.members["name"]:
                    image.members["tags"] = []
                    image.members["min_ram"] += 1
        return said

    def own_stays(call: Call, said: Answer, store: Store, past: History) -> Answer:
        if call.operation == "image.delete" and said.status == 204 and call.image_id in past.own:
            store.put(past.before[call.image_id])
        return said

    yield Fault(
        "state.delete.oldest",
        ("image.delete.collateral",),
        "a delete takes the oldest image of the project too",
        after(oldest),
    )
    yield Fault(
        "state.delete.other-project",
        ("image.delete.collateral",),
        "a delete takes an image of another project",
        after(anothers),
    )
    yield Fault(
        "state.delete.spoils-namesakes",
        ("image.delete.collateral",),
        "a delete changes the images of the same name",
        after(spoils),
    )
    yield Fault(
        "state.delete.returns-with-create",
        ("image.delete.gone",),
        "deleted images come back with the next create",
        after(returns("image.create")),
    )
    yield Fault(
        "image.delete.gone.twentieth",
        ("image.delete.gone",),
        "each twentieth delete brings back an image that was deleted long before",
        after(_twentieth),
    )
    yield Fault(
        "state.delete.returns-with-patch",
        ("image.delete.gone",),
        "deleted images come back with the next change",
        after(returns("image.patch")),
    )
    yield Fault(
        "state.delete.own-id-stays",
        ("image.delete.gone",),
        "an image made with an own id is not deleted",
        after(own_stays),
    )


def _listings() -> Iterator[Fault]:
    complete = ("image.list.complete",)
    yield Fault(
        "state.list.misses-changed",
        complete,
        "an image that was changed twice is in no list",
        listing(lambda _call, images, past, _store: [image for image in images if past.patches.get(image.id, 0) < 2]),
    )
    yield Fault(
        "state.list.misses-own-id",
        complete,
        "an image made with an own id is in no list",
        listing(lambda _call, images, past, _store: [image for image in images if image.id not in past.own]),
    )
    yield Fault(
        "state.list.renamed-twice",
        complete,
        "an image that was renamed is in the list twice",
        listing(
            lambda _call, images, past, _store: [
                *images,
                *(image for image in images if len(set(past.names.get(image.id, ()))) > 1),
            ]
        ),
    )
    yield Fault(
        "state.list.old-name",
        ("image.list.query.name",),
        "a list by name finds an image by the name that it had",
        _old_name(),
    )
    yield Fault(
        "state.list.status-stale",
        ("image.list.query.status",),
        "a list of queued images holds one that has become active",
        _stale_status(),
    )
    yield Fault(
        "state.list.namesake-missing",
        ("image.list.query.name",),
        "a list by name holds one of two images of the name",
        listing(_one_of_each_name),
    )
    yield Fault("state.list.stale-row", complete, "a list shows what an image had before its last change", _stale_row())


def _one_of_each_name(call: Call, images: list[Image], _past: History, _store: Store) -> list[Image]:
    if "name" not in dict(call.query):
        return images
    return list({image.members["name"]: image for image in images}.values())


def _old_name() -> Hooks:
    def act(call: Call, said: Answer, store: Store, past: History) -> Answer:
        wanted = dict(call.query).get("name")
        if call.operation != "image.list" or said.status != 200 or wanted is None:
            return said
        owner = call.caller.project if call.caller is not None else ""
        extra = [
            image
            for image in store.all()
            if image.owner == owner and image.members["name"] != wanted and wanted in past.names.get(image.id, ())
        ]
        return (
            replace(said, body={**said.body, "images": [*said.body["images"], *map(document, extra)]})
            if extra
            else said
        )

    return after(act)


def _stale_status() -> Hooks:
    def act(call: Call, said: Answer, store: Store, _past: History) -> Answer:
        if call.operation != "image.list" or said.status != 200 or dict(call.query).get("status") != "queued":
            return said
        owner, name = call.caller.project if call.caller is not None else "", dict(call.query).get("name")
        extra = [
            image
            for image in store.all()
            if image.owner == owner and image.data is not None and name in {None, image.members["name"]}
        ]
        return replace(said, body={**said.body, "images": [*said.body["images"], *map(document, extra)]})

    return after(act)


def _stale_row() -> Hooks:
    old: dict[str, dict[str, Any]] = {}

    def act(call: Call, said: Answer, _store: Store, past: History) -> Answer:
        if call.operation == "image.patch" and said.status == 200:
            old[call.image_id] = document(past.before[call.image_id])
        if call.operation == "image.list" and said.status == 200:
            rows = [{**row, "min_ram": old.get(row["id"], row)["min_ram"]} for row in said.body["images"]]
            return replace(said, body={**said.body, "images": rows})
        return said

    return after(act)


def _files() -> Iterator[Fault]:
    def others(image: Image, store: Store) -> list[Image]:
        return [other for other in store.all() if other.id != image.id and other.data is not None]

    def file(fits: Callable[[Image, Image, History], bool]) -> Hooks:
        def act(call: Call, said: Answer, store: Store, past: History) -> Answer:
            image = store.get(call.image_id)
            if call.operation != "image.download" or said.status != 200 or image is None:
                return said
            found = [other for other in others(image, store) if fits(image, other, past)]
            return replace(said, body=found[-1].data) if found else said

        return after(act)

    promise = ("image.download.bytes",)
    yield Fault(
        "state.download.newest",
        promise,
        "a download gives the file that was uploaded last",
        file(lambda image, other, _past: other.number > image.number),
    )
    yield Fault(
        "state.download.after-delete",
        promise,
        "after a delete a download gives the file of another image",
        file(lambda _image, _other, past: past.last == "image.delete"),
    )
    yield Fault("state.download.changed", promise, "a download of an image that was changed twice is cut short", _cut())
    yield Fault("state.upload.spreads", promise, "an upload replaces the file of the image made before", _spreading())
    yield Fault(
        "state.show.size-stale",
        ("image.download.size",),
        "size is that of another image's file",
        shown(
            ("image.show", "image.patch"),
            lambda _call, body, image, _past, store: (
                {**body, "size": len(others(image, store)[0].data or b"") + 1}
                if body["size"] is not None and others(image, store)
                else body
            ),
        ),
    )
    yield Fault(
        "state.show.checksum-changed",
        ("image.download.checksum",),
        "the checksum of an image that was changed is another one",
        shown(
            ("image.show",),
            lambda _call, body, image, past, _store: (
                {**body, "checksum": "0" * 32} if body["checksum"] is not None and past.patches.get(image.id) else body
            ),
        ),
    )


def _cut() -> Hooks:
    def act(call: Call, said: Answer, _store: Store, past: History) -> Answer:
        if call.operation == "image.download" and said.status == 200 and past.patches.get(call.image_id, 0) >= 2:
            return replace(said, body=said.body[:-1])
        return said

    return after(act)


def _spreading() -> Hooks:
    def act(_call: Call, image: Image, store: Store, _past: History) -> None:
        for other in _mates(image, store):
            if other.data is not None and other.number < image.number and len(other.data) == len(image.data or b""):
                other.data = image.data

    return done("image.upload", act)


def _stamps() -> Iterator[Fault]:
    promise = ("image.patch.updated-at",)
    yield Fault(
        "state.updated-at.stuck",
        promise,
        "updated_at moves with no change but the first",
        done(
            "image.patch",
            lambda _call, image, _store, past: (
                setattr(image, "updated", past.before[image.id].updated) if past.patches.get(image.id) else None
            ),
        ),
    )
    yield Fault(
        "state.updated-at.back",
        promise,
        "updated_at goes back when a property is removed",
        done(
            "image.patch",
            lambda call, image, _store, _past: (
                setattr(image, "updated", image.created - timedelta(seconds=1)) if b'"remove"' in call.body else None
            ),
        ),
    )
    yield Fault(
        "state.created-at.second",
        (*promise, "image.patch.unchanged"),
        "created_at moves with the second change",
        done(
            "image.patch",
            lambda _call, image, _store, past: (
                setattr(image, "created", image.created + timedelta(seconds=1))
                if past.patches.get(image.id) == 1
                else None
            ),
        ),
    )


def _protection() -> Iterator[Fault]:
    def dropped(call: Call, said: Answer, store: Store, past: History) -> Answer:
        image = store.get(call.image_id)
        if (
            call.operation == "image.delete"
            and said.status == 403
            and image is not None
            and past.patches.get(image.id, 0)
        ):
            store.drop(image.id)
            return replace(said, status=204, body=None)
        return said

    yield Fault(
        "state.protected.by-patch",
        ("image.delete.protected",),
        "an image that a change protected is deleted",
        after(dropped),
    )
    yield Fault(
        "state.protected.lost",
        ("image.patch.unchanged",),
        "a change of the name takes protection away",
        done(
            "image.patch",
            lambda call, image, _store, _past: (
                image.members.update(protected=False)
                if "name" in _named(call) and "protected" not in _named(call)
                else None
            ),
        ),
    )


def _projects() -> Iterator[Fault]:
    def opened(operation: str, fits: Callable[[Image, History], bool]) -> Hooks:
        kept: list[History] = []

        def note(_call: Call, said: Answer, _store: Store, past: History) -> Answer:
            kept[:] = [past]
            return said

        def handle(call: Call, caller: Any, store: Store) -> Answer | None:
            image = store.get(call.image_id)
            stranger = image is not None and image.owner != caller.project
            if (
                call.operation != operation
                or image is None
                or not stranger
                or not fits(image, kept[0] if kept else History())
            ):
                return None
            if operation == "image.show":
                return Answer(200, document(image))
            if operation == "image.download":
                return Answer(200, image.data or b"", media_type="application/octet-stream")
            if operation == "image.delete":
                store.drop(image.id)
                return Answer(204)
            return None

        hooks = after(note)
        assert hooks.handle is not None
        before = hooks.handle
        return replace(
            hooks, handle=lambda call, caller, store: before(call, caller, store) or handle(call, caller, store)
        )

    yield Fault(
        "state.isolation.show.changed",
        ("image.isolation.show",),
        "an image that was changed is shown to other projects",
        opened("image.show", lambda image, past: bool(past.patches.get(image.id))),
    )
    yield Fault(
        "state.isolation.download.own-id",
        ("image.isolation.download",),
        "the file of an image made with an own id is open to other projects",
        opened("image.download", lambda image, past: image.id in past.own),
    )
    yield Fault(
        "state.isolation.delete.queued",
        ("image.isolation.delete",),
        "an image without data is deleted by other projects",
        opened("image.delete", lambda image, _past: image.data is None),
    )
    yield Fault(
        "state.isolation.list.changed",
        ("image.isolation.list",),
        "an image that was changed is listed to other projects",
        listing(
            lambda _call, images, past, store: [
                *images,
                *(image for image in store.all() if past.patches.get(image.id) and image not in images),
            ]
        ),
    )
