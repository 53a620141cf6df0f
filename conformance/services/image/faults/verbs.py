"""Faults that only a history shows: who did what before, and what state the image was in then.

Each waits for an act upon a state (an upload to an image that has data, a change of a deleted one, a second change that
is the first again, protection that was taken away, a name, an id or an access that was there before) and is right in all
else.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.forms import broken, refusal
from conformance.services.image.faults.history import Past, after, done, undo
from conformance.services.image.faults.reading import asked, named, operations, sent
from conformance.services.image.faults.stages import FILE_TYPE, done_to, handling, rows
from conformance.services.image.target.store import DEFAULTS, ImageStore, StoredImage, document
from conformance.services.product import family
from conformance.services.wire import Answer, Call, Caller

__all__ = ["faults"]

CREATE, SHOW, PATCH, DELETE = "image.create", "image.show", "image.patch", "image.delete"
UPLOAD, DOWNLOAD, LIST = "image.upload", "image.download", "image.list"
BYTES, SIZE, CHECKSUM = (rid.stated(DOWNLOAD, name) for name in ("bytes", "size", "checksum"))
GONE, COLLATERAL, PROTECTED = "image.delete.gone", "image.delete.collateral", "image.delete.protected"
STORED, UNCHANGED, UPDATED, ATOMIC = (
    rid.stated(PATCH, name) for name in ("stored", "unchanged", "updated-at", "atomic")
)
Words = Iterator[tuple[str, str, Hooks]]


def faults(contract: Contract) -> Iterator[Fault]:
    """The faults of histories."""
    yield from family("history.upload-again", (BYTES,), _data_twice())
    yield from _facts_of_the_first()
    yield from _uploads_that_change_more()
    yield from family("history.deleted", (GONE,), _deleted())
    yield from family("history.id-again", (GONE,), _id_again())
    yield from _names(contract)
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


# --- uploads to an image that has data ------------------------------------------------------------------------------


def _data_twice() -> Words:
    yield "appended", "a second upload is appended to the first", _taking(lambda old, new: old + new)
    yield (
        "mixed",
        "a second upload replaces the beginning of the first",
        _taking(lambda old, new: new + old[len(new) :]),
    )
    yield "cut", "a second upload is cut to half", _taking(lambda _old, new: new[: len(new) // 2])
    yield "first-returns", "after a change a download gives the data of the first upload again", _first_returns()
    yield "refused-and-stored", "a second upload is refused and stored", _refused_upload(replaced=True)


Combined = Callable[[bytes, bytes], bytes]


def _second(call: Call, caller: Caller, store: ImageStore, combined: Combined) -> Answer | None:
    """Take a second upload; what is stored is made of the old data and the new. None for a first one."""
    image = store.own(caller, call.image_id)
    if image.data is None:
        return None
    image.data = combined(image.data, call.body)
    image.updated = max(store.clock.now(), image.updated)
    return Answer(204)


def _taking(combined: Combined) -> Hooks:
    return handling(UPLOAD, lambda call, caller, store: _second(call, caller, store, combined))


def _new_one(_old: bytes, new: bytes) -> bytes:
    return new


def _refused_upload(*, replaced: bool) -> Hooks:
    """Refuse a second upload, and store it all the same, or lose what was there."""

    def change(call: Call, image: StoredImage, _store: ImageStore, past: Past) -> None:
        before = past.before.get(image.id)
        if before is not None and before.data is not None:
            image.data = call.body if replaced else None

    return done(UPLOAD, change, refused=True)


def _first_returns() -> Hooks:
    """Give the data of the first upload again once the image was changed after the second."""
    first: dict[str, bytes] = {}
    changed: set[str] = set()

    def handle(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
        image = store.get(call.image_id)
        if image is None or image.data is None:
            return None
        if call.operation == UPLOAD:
            first.setdefault(image.id, image.data)
            changed.discard(image.id)
            return _second(call, caller, store, _new_one)
        if call.operation == PATCH and image.id in first:
            changed.add(image.id)
        if call.operation == DOWNLOAD and image.id in changed and store.find(caller, image.id):
            return Answer(200, first[image.id], media_type=FILE_TYPE)
        return None

    return Hooks(handle=handle)


def _facts_of_the_first() -> Iterator[Fault]:
    """Size or checksum stays that of the first upload, when a second one was taken."""
    for member, breaks in (("size", SIZE), ("checksum", CHECKSUM)):
        yield Fault(
            f"history.upload-again.{member}",
            (breaks,),
            f"the {member} stays that of the first upload",
            _stale_fact(member),
        )


def _stale_fact(member: str) -> Hooks:
    first: dict[str, Any] = {}

    def handle(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
        image = store.get(call.image_id)
        if call.operation != UPLOAD or image is None or image.data is None:
            return None
        first.setdefault(image.id, document(image)[member])
        return _second(call, caller, store, _new_one)

    def answer(_call: Call, said: Answer, _store: ImageStore) -> Answer:
        if isinstance(said.body, dict) and said.body.get("id") in first:
            return replace(said, body={**said.body, member: first[said.body["id"]]})
        return said

    return Hooks(handle=handle, answer=answer)


def _uploads_that_change_more() -> Iterator[Fault]:
    def moved(_call: Call, image: StoredImage, store: ImageStore, _past: Past) -> None:
        image.created = image.updated = max(store.clock.now(), image.created + timedelta(seconds=1))

    def bare(_call: Call, image: StoredImage, _store: ImageStore, past: Past) -> None:
        if past.changes(image):
            image.members |= {name: DEFAULTS[name] for name in ("min_ram", "min_disk")}

    yield Fault("history.upload.created-at", (UPDATED,), "an upload moves created_at", done(UPLOAD, moved))
    yield Fault(
        "history.upload.resets",
        (STORED,),
        "an upload to an image that was changed takes the changes of min_ram and min_disk back",
        done(UPLOAD, bare),
    )
    yield Fault(
        "history.upload-again.refused-and-lost",
        (STORED, BYTES, "image.download.precondition.file"),
        "a second upload is refused, and the image is queued again",
        _refused_upload(replaced=False),
    )


# --- deleted images -------------------------------------------------------------------------------------------------


def _deleted() -> Words:
    yield "patch-revives", "a change of a deleted image brings it back", _reviving(PATCH, _changed)
    yield "upload-revives", "an upload to a deleted image brings it back", _reviving(UPLOAD, _given)
    yield "download", "an upload to a deleted image lets its file be downloaded", _file_of_the_deleted()
    yield "create-revives", "a create of the name of a deleted image brings it back", after(_revived_by_name)


Done = Callable[[Call, StoredImage], Answer]


def _reviving(operation: str, act: Done) -> Hooks:
    """Do an operation to an image that was deleted, which is there again by that."""
    ghosts: dict[str, StoredImage] = {}

    def handle(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
        image = store.get(call.image_id)
        if call.operation == DELETE and image is not None and not image.members["protected"]:
            ghosts[image.id] = image
        gone = ghosts.get(call.image_id)
        if call.operation != operation or image is not None or gone is None or gone.owner != caller.project:
            return None
        store.put(gone)
        return act(call, gone)

    return Hooks(handle=handle)


def _changed(call: Call, image: StoredImage) -> Answer:
    for item in operations(call):
        if item.get("path") in {"/min_ram", "/min_disk", "/name"}:
            image.members[item["path"][1:]] = item.get("value")
    return Answer(200, document(image))


def _given(call: Call, image: StoredImage) -> Answer:
    image.data = call.body
    return Answer(204)


def _file_of_the_deleted() -> Hooks:
    files: dict[str, bytes] = {}

    def answer(call: Call, said: Answer, store: ImageStore) -> Answer:
        if store is None or store.get(call.image_id) is not None or said.status != 404:
            return said
        if call.operation == UPLOAD:
            files[call.image_id] = call.body
            return replace(said, status=204, body=None)
        if call.operation == DOWNLOAD and call.image_id in files:
            return replace(said, status=200, body=files[call.image_id], media_type=FILE_TYPE)
        return said

    return Hooks(answer=answer)


def _revived_by_name(call: Call, said: Answer, store: ImageStore, past: Past) -> Answer:
    if call.operation == CREATE and said.status == 201 and said.body["name"] is not None:
        for gone in past.ghosts.values():
            if gone.members["name"] == said.body["name"]:
                store.put(gone)
    return said


# --- an id again ----------------------------------------------------------------------------------------------------


def _id_again() -> Words:
    """The id of a deleted image is taken, and brings something of that image back."""

    def tags(image: StoredImage, gone: StoredImage) -> None:
        image.members["tags"] = gone.members["tags"]

    def properties(image: StoredImage, gone: StoredImage) -> None:
        image.properties |= gone.properties

    def data(image: StoredImage, gone: StoredImage) -> None:
        image.data = gone.data

    def everything(image: StoredImage, gone: StoredImage) -> None:
        image.members, image.properties, image.data = gone.members, gone.properties, gone.data

    for word, said, act in (
        ("tags", "the tags", tags),
        ("properties", "the properties", properties),
        ("data", "the data", data),
        ("everything", "all", everything),
    ):
        yield word, f"a create with the id of a deleted image brings back {said} of that", _with_the_old_id(act)
    yield "refused", "a create with the id of a deleted image is refused and brings that back", after(_back_by_refusal)


def _with_the_old_id(act: Callable[[StoredImage, StoredImage], None]) -> Hooks:
    ghosts: dict[str, StoredImage] = {}

    def handle(call: Call, _caller: Caller, store: ImageStore) -> Answer | None:
        image = store.get(call.image_id)
        if call.operation == DELETE and image is not None:
            ghosts[image.id] = copy.deepcopy(image)
        if call.operation == CREATE and sent(call).get("id") in ghosts and store.get(sent(call)["id"]) is None:
            store.put(ghosts[sent(call)["id"]])  # an id is free again when the image is taken out without a trace
            store.drop(sent(call)["id"])
        return None

    def stored(call: Call, image: StoredImage, _store: ImageStore) -> None:
        if call.operation == CREATE and image.id in ghosts:
            act(image, ghosts[image.id])

    return Hooks(handle=handle, stored=stored)


def _back_by_refusal(call: Call, said: Answer, store: ImageStore, past: Past) -> Answer:
    gone = past.ghosts.get(str(sent(call).get("id")))
    if call.operation == CREATE and said.status == 409 and gone is not None:
        store.put(gone)
    return said


# --- a name again ---------------------------------------------------------------------------------------------------


def _names(contract: Contract) -> Iterator[Fault]:
    yield Fault(
        "history.name-again.inherits",
        (rid.default(CREATE, "tags"), rid.body(CREATE, "min_ram")),
        "an image with the name of a deleted one has its tags and min_ram",
        after(_inheriting),
    )
    yield Fault(
        "history.name-again.finds-the-deleted",
        (GONE,),
        "a list by a name that is in use again holds the deleted image of that name",
        after(_ghosts_of_the_name),
    )
    yield Fault(
        "history.name-again.refused",
        (rid.response(CREATE, 201),),
        "the name of a deleted image is not taken again",
        after(lambda call, said, store, past: _no_name_again(contract, call, said, store, past)),
    )


def _inheriting(call: Call, said: Answer, store: ImageStore, past: Past) -> Answer:
    image = store.get(str(said.body["id"])) if call.operation == CREATE and said.status == 201 else None
    for gone in past.ghosts.values() if image is not None else ():
        if image is not None and gone.members["name"] == image.members["name"] is not None:
            image.members |= {name: gone.members[name] for name in ("tags", "min_ram") if name not in sent(call)}
            return replace(said, body=document(image))
    return said


def _ghosts_of_the_name(call: Call, said: Answer, _store: ImageStore, past: Past) -> Answer:
    name = asked(call).get("name")
    if call.operation != LIST or said.status != 200 or name is None or call.caller is None or not said.body["images"]:
        return said
    owner = call.caller.project
    more = [document(gone) for gone in past.ghosts.values() if (gone.members["name"], gone.owner) == (name, owner)]
    return rows(said, lambda found: found + more)


def _no_name_again(contract: Contract, call: Call, said: Answer, store: ImageStore, past: Past) -> Answer:
    if call.operation != CREATE or said.status != 201 or said.body["name"] is None:
        return said
    if all(gone.members["name"] != said.body["name"] for gone in past.ghosts.values()):
        return said
    store.drop(said.body["id"])
    return refusal(contract, 409, said)


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


def _undone() -> Words:
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
            return _changed(call, image)
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
