"""Faults that only a history shows: who did what before, and what state the image was in then.

Each waits for an act upon a state (a second change that is the first again, protection that was taken away, an access
that was there before) and is right in all else. Those of uploads and of what was deleted stand in uploads.py and
rebirth.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.forms import broken, refusal
from conformance.services.image.faults import rebirth, uploads
from conformance.services.image.faults.history import Past, after, done, undo
from conformance.services.image.faults.reading import asked, named, operations, sent
from conformance.services.image.faults.stages import changed_all_the_same, done_to, rows
from conformance.services.image.target.store import DEFAULTS, ImageStore, StoredImage, document
from conformance.services.product import FaultRows, family
from conformance.services.wire import Answer, Call, Caller

__all__ = ["faults"]

CREATE = "image.create"
SHOW = "image.show"
PATCH = "image.patch"
DELETE = "image.delete"
DOWNLOAD = "image.download"
LIST = "image.list"
PROTECTED = "image.delete.protected"
STORED = rid.stated("image.patch", "stored")
UNCHANGED = rid.stated("image.patch", "unchanged")
ATOMIC = rid.stated("image.patch", "atomic")


def faults(contract: Contract) -> Iterator[Fault]:
    """The faults of histories."""
    yield from uploads.faults()
    yield from rebirth.faults(contract)
    yield from _twice(contract)
    yield from _protection(contract)
    yield from family("history.undone", (STORED,), _undone())
    yield from _visibility()
    yield Fault(
        "history.create-again.after-a-refusal",
        (rid.response(CREATE, 201),),
        "an id with which a create was refused is taken from then on",
        _burnt(contract),
    )
    yield Fault(
        "history.pages.changed",
        (rid.complete(LIST),),
        "an image that was changed since the first page was given is on none of the further ones",
        _without_changed(),
    )


# --- the same change twice ------------------------------------------------------------------------------------------


def _twice(contract: Contract) -> Iterator[Fault]:
    def refused(call: Call, said: Answer, store: ImageStore, past: Past) -> Answer:
        image, before = store.get(call.image_id), past.before.get(call.image_id)
        if call.operation != PATCH or said.status != 200 or image is None or before is None:
            return said
        again = any(item.get("op") == "add" and item["path"][1:] in before.properties for item in operations(call))
        if not again:
            return said
        undo(image, past)
        image.updated = before.updated
        return refusal(contract, 409, said)

    def returns(call: Call, image: StoredImage, _store: ImageStore, _past: Past) -> None:
        image.properties |= dict.fromkeys(named(call), "")

    yield Fault(
        "history.twice.server-error",
        ("status.server-error",),
        "a change that is the one before once more is answered with 500",
        _identical(lambda _call, said, _image: broken(said)),
    )
    yield Fault(
        "history.twice.add-refused",
        (rid.response(PATCH, 200), "image.patch.operation.add"),
        "an add of a property that is there is refused",
        after(refused),
    )
    yield Fault(
        "history.twice.remove-returns",
        (ATOMIC,),
        "a second remove of a property is refused and leaves it there, empty",
        _second_remove(returns),
    )
    yield Fault(
        "history.twice.old-value",
        (STORED, "image.patch.operation.add"),
        "a property that is added after it was removed has the value that it had",
        _old_value(),
    )
    yield from family(
        "history.twice",
        (STORED,),
        [
            ("tags", "tags that are set to the same once more are lost", _identical(_without_tags)),
            ("takes-back", "a change that is the one before once more takes it back", _identical(_taken_back)),
        ],
    )


def _identical(act: Callable[[Call, Answer, StoredImage], Answer]) -> Hooks:
    """Act on the answer to a change that has the same operations as the change before of that image."""
    last: dict[str, list[dict[str, Any]]] = {}

    def answer(call: Call, said: Answer, store: ImageStore) -> Answer:
        if call.service != "image" or call.operation != PATCH or said.status != 200:
            return said
        image, wanted = store.get(call.image_id), operations(call)
        same = last.get(call.image_id) == wanted
        last[call.image_id] = wanted
        return act(call, said, image) if same and image is not None else said

    return Hooks(answer=answer)


def _without_tags(call: Call, said: Answer, image: StoredImage) -> Answer:
    if "tags" not in named(call):
        return said
    image.members["tags"] = []
    return replace(said, body=document(image))


def _taken_back(call: Call, said: Answer, image: StoredImage) -> Answer:
    image.members |= {name: DEFAULTS[name] for name in ("min_ram", "min_disk") if name in named(call)}
    return replace(said, body=document(image))


def _second_remove(act: Callable[[Call, StoredImage, ImageStore, Past], None]) -> Hooks:
    def change(call: Call, image: StoredImage, store: ImageStore, past: Past) -> None:
        if operations(call) and all(item.get("op") == "remove" for item in operations(call)):
            act(call, image, store, past)

    return done(PATCH, change, refused=True)


def _old_value() -> Hooks:
    removed: dict[tuple[str, str], Any] = {}

    def act(call: Call, said: Answer, store: ImageStore, past: Past) -> Answer:
        image, before = store.get(call.image_id), past.before.get(call.image_id)
        if call.operation != PATCH or said.status != 200 or image is None or before is None:
            return said
        for item in operations(call):
            name = item["path"][1:]
            if item["op"] == "remove" and name in before.properties:
                removed[image.id, name] = before.properties[name]
            elif item["op"] == "add" and name not in before.properties and (image.id, name) in removed:
                image.properties[name] = removed[image.id, name]
        return replace(said, body=document(image))

    return after(act)


# --- protection -----------------------------------------------------------------------------------------------------


def _protection(contract: Contract) -> Iterator[Fault]:
    refused: set[str] = set()

    def note(call: Call, said: Answer, past: Past) -> bool:
        """Whether this image has refused a delete before."""
        before = past.before.get(call.image_id)
        known = call.image_id in refused
        if call.operation == DELETE and said.status == 403 and before is not None and before.members["protected"]:
            refused.add(call.image_id)
        return known

    def stays(call: Call, said: Answer, store: ImageStore, past: Past) -> Answer:
        if note(call, said, past) and call.operation == DELETE and said.status == 204:
            store.put(past.before[call.image_id])
            return refusal(contract, 403, said)
        return said

    def gives_way(call: Call, said: Answer, store: ImageStore, past: Past) -> Answer:
        if note(call, said, past) and call.operation == DELETE and said.status == 403:
            store.drop(call.image_id)
            return Answer(204)
        return said

    def no_file(call: Call, said: Answer, _store: ImageStore, past: Past) -> Answer:
        known = note(call, said, past)
        return refusal(contract, 404, said) if known and call.operation == DOWNLOAD and said.status == 200 else said

    def other_status(call: Call, said: Answer, _store: ImageStore, past: Past) -> Answer:
        note(call, said, past)
        if not isinstance(said.body, dict):
            return said
        if said.body.get("id") in refused:
            return replace(said, body=_queued(said.body))
        found = said.body.get("images")
        return (
            rows(said, lambda items: [_queued(row) if row["id"] in refused else row for row in items])
            if found
            else said
        )

    def no_change(call: Call, said: Answer, store: ImageStore, past: Past) -> Answer:
        before = past.before.get(call.image_id)
        if call.operation != PATCH or said.status != 200 or before is None or "protected" in named(call):
            return said
        if not before.members["protected"]:
            return said
        store.put(before)
        return refusal(contract, 403, said)

    yield Fault(
        "history.protection.stays",
        (rid.response(DELETE, 204), PROTECTED),
        "an image that has refused a delete refuses it also when it is protected no more",
        after(stays),
    )
    yield Fault(
        "history.protection.gives-way",
        (PROTECTED,),
        "an image that has refused a delete once is deleted by the next",
        after(gives_way),
    )
    yield Fault(
        "history.protection.file",
        ("image.download.precondition.file",),
        "an image that has refused a delete has no file any more",
        after(no_file),
    )
    yield Fault(
        "history.protection.status",
        (PROTECTED,),
        "an image that has refused a delete is shown as queued",
        after(other_status),
    )
    yield Fault(
        "history.protection.no-change",
        (rid.response(PATCH, 200),),
        "a protected image can be changed no more",
        after(no_change),
    )
    yield Fault(
        "history.protection.returns",
        (UNCHANGED,),
        "protection that was taken away comes back with the next change",
        _protected_again(),
    )


def _queued(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "status": "queued", "size": None, "checksum": None}


def _protected_again() -> Hooks:
    def change(call: Call, said: Answer, store: ImageStore, past: Past) -> Answer:
        image, before = store.get(call.image_id), past.before.get(call.image_id)
        if call.operation != PATCH or said.status != 200 or image is None or before is None:
            return said
        if before.members["protected"] and not image.members["protected"]:
            freed.add(image.id)
        elif image.id in freed and "protected" not in named(call):
            freed.discard(image.id)
            image.members["protected"] = True
        return replace(said, body=document(image))

    freed: set[str] = set()
    return after(change)


# --- changes that undo each other -----------------------------------------------------------------------------------


def _undone() -> FaultRows:
    def added(call: Call, image: StoredImage, _before: StoredImage) -> None:
        ops = operations(call)
        last = {item["path"][1:]: item["op"] for item in ops}
        image.properties |= {
            item["path"][1:]: item["value"]
            for item in ops
            if item["op"] == "add" and last[item["path"][1:]] == "remove"
        }

    def removed(call: Call, image: StoredImage, before: StoredImage) -> None:
        for item in operations(call):
            if item["op"] == "remove" and item["path"][1:] in before.properties:
                image.properties.pop(item["path"][1:], None)

    def first(call: Call, image: StoredImage, _before: StoredImage) -> None:
        for item in reversed(operations(call)):
            if item["path"][1:] in {"min_ram", "min_disk"}:
                image.members[item["path"][1:]] = item["value"]

    def default(_call: Call, image: StoredImage, before: StoredImage) -> None:
        for name in ("min_ram", "min_disk"):
            if image.members[name] == DEFAULTS[name] != before.members[name]:
                image.members[name] = before.members[name]

    for word, said, act in (
        ("added", "a property that one change adds and removes stays", added),
        ("removed", "a property that one change removes and adds is removed", removed),
        ("first", "of two values that one change gives min_ram or min_disk the first counts", first),
        ("default", "min_ram and min_disk cannot be changed back to their defaults", default),
    ):
        yield word, said, _patched(act)


def _patched(act: Callable[[Call, StoredImage, StoredImage], None]) -> Hooks:
    """Act on an image that was changed, with the image as it was before."""

    def change(call: Call, said: Answer, store: ImageStore, past: Past) -> Answer:
        image, before = store.get(call.image_id), past.before.get(call.image_id)
        if call.operation != PATCH or said.status != 200 or image is None or before is None:
            return said
        act(call, image, before)
        return replace(said, body=document(image))

    return after(change)


# --- who sees an image that was shared ------------------------------------------------------------------------------


def _visibility() -> Iterator[Fault]:
    for operation, said in ((SHOW, "shown"), (DOWNLOAD, "downloaded"), (PATCH, "changed"), (LIST, "listed")):
        word = operation.rpartition(".")[2]
        yield Fault(
            f"history.private-again.{word}",
            (rid.stated("image", "isolation", word),),
            f"an image that was shared once can be {said} by other projects for good",
            _shared_once(operation),
        )
    yield Fault(
        "history.shared.stale",
        (STORED,),
        "other projects see a shared image as it was when it was shared",
        _as_it_was_shared(),
    )


def _shared_once(operation: str) -> Hooks:
    once: set[str] = set()

    def handle(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
        image = store.get(call.image_id)
        if image is None:
            return None
        if image.members["visibility"] == "shared":
            once.add(image.id)
        if call.operation != operation or image.owner == caller.project or image.id not in once:
            return None
        if operation == PATCH:
            return changed_all_the_same(call, image)
        return done_to(operation, image, store)

    def visible(call: Call, images: list[StoredImage], store: ImageStore) -> list[StoredImage]:
        more = [image for image in store.all() if image.id in once and image not in images]
        return images + more if operation == LIST else images

    return Hooks(handle=handle, visible=visible)


def _as_it_was_shared() -> Hooks:
    seen: dict[str, Any] = {}

    def handle(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
        image = store.get(call.image_id)
        if image is None or call.operation != SHOW or image.members["visibility"] != "shared":
            return None
        if image.owner == caller.project:
            return None
        return Answer(200, seen.setdefault(image.id, document(image)))

    return Hooks(handle=handle)


# --- creates and pages ----------------------------------------------------------------------------------------------


def _burnt(contract: Contract) -> Hooks:
    burnt: set[str] = set()

    def act(call: Call, said: Answer, store: ImageStore, _past: Past) -> Answer:
        wanted = sent(call).get("id") if call.operation == CREATE else None
        if not isinstance(wanted, str):
            return said
        if said.status == 400:
            burnt.add(wanted)
        elif said.status == 201 and wanted in burnt:
            store.drop(wanted)
            return refusal(contract, 409, said)
        return said

    return after(act)


def _without_changed() -> Hooks:
    changed: set[str] = set()

    def answer(call: Call, said: Answer, _store: ImageStore) -> Answer:
        if call.operation == PATCH and said.status == 200:
            changed.add(said.body["id"])
        if call.operation != LIST or said.status != 200:
            return said
        if "marker" in asked(call):
            return rows(said, lambda found: [row for row in found if row["id"] not in changed])
        changed.clear()
        return said

    return Hooks(answer=answer)
