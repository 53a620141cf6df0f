"""Faults of deletes: an image stays or comes back, another image or its data goes too, protection is not kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.history import Past, after, deleted
from conformance.services.image.faults.stages import FILE_TYPE, answering, handling, refuse
from conformance.services.image.target.store import ImageStore, StoredImage, document
from conformance.services.product import family
from conformance.services.wire import Answer, Call, Caller, Refused

__all__ = ["faults"]

DELETE = "image.delete"
GONE, COLLATERAL, PROTECTED = "image.delete.gone", "image.delete.collateral", "image.delete.protected"


def faults(_contract: Contract) -> Iterator[Fault]:
    """The faults of deletion."""
    yield from family(GONE, (GONE,), _stay())
    yield from _answered_though_gone()
    yield from _come_back()
    yield from family(COLLATERAL, (COLLATERAL,), _go_too())
    yield from family("state.delete", (COLLATERAL,), _suffer_too())
    yield from _protection()
    yield Fault(
        "image.delete.example.refused",
        (rid.example(DELETE),),
        "a delete without Accept is refused",
        Hooks(authorise=_refused_without_accept),
    )


def _refused_without_accept(call: Call, caller: Caller | None, _identity: Any) -> Caller | None:
    return refuse() if call.operation == DELETE and "accept" not in call.headers else caller


# --- what stays -----------------------------------------------------------------------------------------------------


def _stay() -> Iterator[tuple[str, str, Hooks]]:
    def claiming(picks: Callable[[StoredImage], bool]) -> Hooks:
        """Answer as if the image were deleted."""

        def claim(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
            image = store.own(caller, call.image_id)
            return Answer(204) if picks(image) and not image.members["protected"] else None

        return handling(DELETE, claim)

    yield "not-deleted", "a delete answers 204 and does nothing", claiming(lambda _image: True)
    for status in ("active", "queued"):
        yield status, f"a delete of an image that is {status} does nothing", claiming(partial(_is, status))


def _is(status: str, image: StoredImage) -> bool:
    return image.status == status


def _answered_though_gone() -> Iterator[Fault]:
    """Operations that still answer for an image that was deleted."""
    for operation in ("image.show", "image.patch"):
        word = operation.rpartition(".")[2]
        also = (rid.path(operation, "image_id"), rid.error(404)) if operation == "image.patch" else ()
        said = f"{operation} still answers for a deleted image"
        yield Fault(
            f"{GONE}.{word}", (GONE, *also), said, _haunted(operation, lambda image: Answer(200, document(image)))
        )
    file = _haunted("image.download", lambda image: Answer(200, image.data, media_type=FILE_TYPE))
    breaks = (GONE, rid.path("image.download", "image_id"), rid.error(404))
    yield Fault(f"{GONE}.file", breaks, "the file of a deleted image stays", file)


def _haunted(operation: str, answer: Callable[[StoredImage], Answer]) -> Hooks:
    ghosts: dict[str, Answer] = {}

    def handle(call: Call, _caller: Caller, store: ImageStore) -> Answer | None:
        image = store.get(call.image_id)
        if call.operation == DELETE and image is not None and (operation != "image.download" or image.data is not None):
            ghosts[image.id] = answer(image)
        return ghosts.get(call.image_id) if call.operation == operation and image is None else None

    return Hooks(handle=handle)


def _come_back() -> Iterator[Fault]:
    def with_each(operation: str) -> Hooks:
        def change(call: Call, said: Answer, store: ImageStore, past: Past) -> Answer:
            if call.operation == operation and said.status < 300:
                for image in past.ghosts.values():
                    store.put(image)
                past.ghosts.clear()
            return said

        return after(change)

    def own_id(call: Call, gone: StoredImage, store: ImageStore, past: Past) -> None:
        if gone.id in past.own:
            store.put(gone)

    def twentieth(_call: Call, _gone: StoredImage, store: ImageStore, past: Past) -> None:
        if past.deletes % 20 == 19:
            store.put(list(past.ghosts.values())[-15])

    yield from family(
        "state.delete",
        (GONE,),
        [
            ("returns-with-create", "deleted images come back with the next create", with_each("image.create")),
            ("returns-with-patch", "deleted images come back with the next change", with_each("image.patch")),
            ("own-id-stays", "an image made with an own id is not deleted", deleted(own_id)),
        ],
    )
    yield Fault(
        f"{GONE}.twentieth",
        (GONE,),
        "each twentieth delete brings back an image that was deleted long before",
        deleted(twentieth),
    )


# --- what goes too --------------------------------------------------------------------------------------------------


def _go_too() -> Iterator[tuple[str, str, Hooks]]:
    def same_name(gone: StoredImage, image: StoredImage) -> bool:
        return bool(image.members["name"] == gone.members["name"])

    def dropping(picks: Callable[[StoredImage, StoredImage, ImageStore], bool]) -> Hooks:
        """Take out other images with the one that is deleted."""

        def delete(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
            gone = store.own(caller, call.image_id)
            for image in store.all() if not gone.members["protected"] else ():
                if image.id != gone.id and picks(gone, image, store):
                    store.drop(image.id)
            return None

        return handling(DELETE, delete)

    yield (
        "namesake",
        "a delete takes all images of the name",
        dropping(lambda gone, image, _store: same_name(gone, image)),
    )
    yield "file", "a delete takes the file of every image with the same content", _files()
    yield (
        "newest",
        "a delete takes the newest image too",
        dropping(lambda _gone, image, store: image.number == max(item.number for item in store.all())),
    )
    yield (
        "older",
        "a delete takes older images of the name",
        dropping(lambda gone, image, _store: image.number < gone.number and same_name(gone, image)),
    )
    yield (
        "same-content",
        "a delete takes every image with the same file",
        dropping(lambda gone, image, _store: gone.data is not None and image.data == gone.data),
    )
    yield (
        "other-project",
        "a delete takes namesakes of other projects",
        dropping(lambda gone, image, _store: image.owner != gone.owner and same_name(gone, image)),
    )
    yield (
        "queued",
        "a delete takes images of the name that have no data",
        dropping(lambda gone, image, _store: image.data is None and same_name(gone, image)),
    )


def _files() -> Hooks:
    def delete(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
        gone = store.own(caller, call.image_id)
        for image in store.all():
            if image.id != gone.id and image.data and image.data == gone.data:
                image.data = b""
        return None

    return handling(DELETE, delete)


def _suffer_too() -> Iterator[tuple[str, str, Hooks]]:
    """What a delete does to other images once it has been done."""

    def drop_oldest(_call: Call, gone: StoredImage, store: ImageStore, _past: Past) -> None:
        left = sorted((image for image in store.all() if image.owner == gone.owner), key=lambda image: image.number)
        if len(left) > 1:
            store.drop(left[0].id)

    def drop_others(_call: Call, gone: StoredImage, store: ImageStore, _past: Past) -> None:
        for image in [image for image in store.all() if image.owner != gone.owner][:1]:
            store.drop(image.id)

    def spoil_namesakes(_call: Call, gone: StoredImage, store: ImageStore, _past: Past) -> None:
        for image in store.all():
            if image.members["name"] == gone.members["name"]:
                image.members["tags"] = []
                image.members["min_ram"] += 1

    yield "oldest", "a delete takes the oldest image of the project too", deleted(drop_oldest)
    yield "other-project", "a delete takes an image of another project", deleted(drop_others)
    yield "spoils-namesakes", "a delete changes the images of the same name", deleted(spoil_namesakes)


# --- protection -----------------------------------------------------------------------------------------------------


def _protection() -> Iterator[Fault]:
    refused = (PROTECTED, rid.error(403))
    yield Fault(f"{PROTECTED}.deleted", refused, "a protected image is deleted", _forcing(lambda _image, _past: True))
    with_data = _unprotecting(lambda image: image.data is not None)
    yield Fault(f"{PROTECTED}.active", refused, "a protected image with data is deleted", with_data)
    without_data = _unprotecting(lambda image: image.data is None)
    yield Fault(f"{PROTECTED}.queued", refused, "a protected image without data is deleted", without_data)
    spoilt: dict[str, dict[str, Any]] = {"half": {"tags": [], "min_ram": 4242}, "unprotects": {"protected": False}}
    for word, members in spoilt.items():
        yield Fault(
            f"{PROTECTED}.{word}",
            (PROTECTED,),
            f"a refused delete changes {' and '.join(members)} of the protected image",
            answering(DELETE, 403, partial(_spoiling, members)),
        )
    yield Fault(
        f"{PROTECTED}.once", (PROTECTED,), "a protected image is deleted at the second attempt", _second_attempt()
    )
    yield Fault(
        f"{PROTECTED}.for-ever",
        (rid.response(DELETE, 204), PROTECTED),
        "an image that was protected once cannot be deleted",
        _for_ever(),
    )
    yield Fault(
        "state.protected.by-patch",
        (PROTECTED,),
        "an image that a change protected is deleted",
        _forcing(lambda image, past: past.changes(image) > 0),
    )


def _forcing(picks: Callable[[StoredImage, Past], bool]) -> Hooks:
    """Delete an image of which the delete was refused."""

    def change(call: Call, said: Answer, store: ImageStore, past: Past) -> Answer:
        image = store.get(call.image_id)
        if call.operation != DELETE or said.status != 403 or image is None or not picks(image, past):
            return said
        store.drop(image.id)
        return replace(said, status=204, body=None)

    return after(change)


def _unprotecting(picks: Callable[[StoredImage], bool]) -> Hooks:
    def unprotect(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
        image = store.own(caller, call.image_id)
        if picks(image):
            image.members["protected"] = False
        return None

    return handling(DELETE, unprotect)


def _second_attempt() -> Hooks:
    tried: set[str] = set()

    def unprotect(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
        image = store.own(caller, call.image_id)
        if image.id in tried:
            image.members["protected"] = False
        tried.add(image.id)
        return None

    return handling(DELETE, unprotect)


def _for_ever() -> Hooks:
    protected: set[str] = set()

    def remember(_call: Call, image: StoredImage, _store: ImageStore) -> None:
        if image.members["protected"]:
            protected.add(image.id)

    def delete(call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
        if call.image_id in protected:
            raise Refused(403, "The image is protected.")
        return None

    return replace(handling(DELETE, delete), stored=remember)


def _spoiling(members: dict[str, Any], call: Call, answer: Answer, store: ImageStore) -> Answer:
    image = store.get(call.image_id)
    if image is not None:
        image.members |= members
    return answer
