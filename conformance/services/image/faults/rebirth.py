"""Faults of what was deleted: it comes back by an act upon it, by its id, or by its name."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.forms import refusal
from conformance.services.image.faults.history import Past, after
from conformance.services.image.faults.reading import asked, sent
from conformance.services.image.faults.stages import FILE_TYPE, changed_all_the_same, rows
from conformance.services.image.target.store import ImageStore, StoredImage, document
from conformance.services.product import FaultRows, family
from conformance.services.wire import Answer, Call, Caller

__all__ = ["faults"]

CREATE = "image.create"
PATCH = "image.patch"
DELETE = "image.delete"
UPLOAD = "image.upload"
DOWNLOAD = "image.download"
LIST = "image.list"
GONE = "image.delete.gone"


def faults(contract: Contract) -> Iterator[Fault]:
    """The faults of what was deleted, and of ids and names that are given again."""
    yield from family("history.deleted", (GONE,), _deleted())
    yield from family("history.id-again", (GONE,), _id_again())
    yield from _names(contract)


# --- deleted images -------------------------------------------------------------------------------------------------


def _deleted() -> FaultRows:
    yield "patch-revives", "a change of a deleted image brings it back", _reviving(PATCH, changed_all_the_same)
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


def _id_again() -> FaultRows:
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
    name, limit = asked(call).get("name"), asked(call).get("limit", "")
    if call.operation != LIST or said.status != 200 or name is None or call.caller is None or not said.body["images"]:
        return said
    owner = call.caller.project
    more = [document(gone) for gone in past.ghosts.values() if (gone.members["name"], gone.owner) == (name, owner)]
    most = int(limit) if limit.isdecimal() else None  # a page is no larger for it
    return rows(said, lambda found: (found + more)[:most])


def _no_name_again(contract: Contract, call: Call, said: Answer, store: ImageStore, past: Past) -> Answer:
    if call.operation != CREATE or said.status != 201 or said.body["name"] is None:
        return said
    if all(gone.members["name"] != said.body["name"] for gone in past.ghosts.values()):
        return said
    store.drop(said.body["id"])
    return refusal(contract, 409, said)
