"""Faults of isolation: a project lists, shows, downloads, changes or deletes a private image of another project."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.history import Past, after, listing_after
from conformance.services.image.faults.reading import PROPERTY, asked, leads_to, operations, sent
from conformance.services.image.faults.stages import answering, done_to, handling, listing, rows
from conformance.services.image.target.store import DEFAULTS, ImageStore, StoredImage, document
from conformance.services.product import Effect, Where, family, product
from conformance.services.wire import Answer, Call, Caller

__all__ = ["faults"]

LIST, PATCH = "image.list", "image.patch"


def promise(operation: str) -> str:
    """The requirement that other projects cannot do this to an image."""
    return rid.stated("image", "isolation", operation.removeprefix("image."))


def faults(_contract: Contract) -> Iterator[Fault]:
    """The faults of isolation."""
    for operation in ("image.show", PATCH, "image.download", "image.delete"):
        said = f"{operation} is open to every project"
        yield Fault(
            f"{promise(operation)}.open", (promise(operation),), said, Hooks(authorise=partial(_as_admin, operation))
        )
    for operation in ("image.download", "image.delete", PATCH):
        place = Where(
            promise(operation),
            f"{operation} is open to every project",
            partial(_open, operation),
            (promise(operation),),
        )
        yield from product([place], _kinds())
    yield from family(promise(LIST), (promise(LIST),), _lists())
    yield from _changes()
    yield from _defaults()
    yield from _by_history()


def _as_admin(operation: str, call: Call, caller: Caller | None, _identity: Any) -> Caller | None:
    if caller is None or call.operation != operation:
        return caller
    return replace(caller, roles=caller.roles | {"admin"})


# --- one image ------------------------------------------------------------------------------------------------------

Picks = Callable[[StoredImage], bool]


def _kinds() -> Iterator[Effect[Picks]]:
    yield Effect("active", "when the image has data", lambda image: image.data is not None)
    yield Effect("queued", "when the image has no data", lambda image: image.data is None)


def _open(operation: str, picks: Picks) -> Hooks:
    """Let another project do something to the images that are picked."""

    def act(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
        image = store.get(call.image_id)
        if image is None or image.owner == caller.project or not picks(image):
            return None
        if operation == PATCH:
            image.members["min_ram"] = 77
        return done_to(operation, image, store)

    return handling(operation, act)


# --- lists ----------------------------------------------------------------------------------------------------------

OPENING: Mapping[str, str] = {
    "by-name": "name",
    "by-owner": "owner",
    "by-status": "status",
    "by-visibility": "visibility",
    "sorted": "sort_key",
    "with-limit": "limit",
    "later-pages": "marker",
    "changed": "changes-since",
}
"""Word of the fault's id -> the parameter with which a list holds the images of all projects."""


def _lists() -> Iterator[tuple[str, str, Hooks]]:
    yield "open", "a list holds the images of all projects", listing(lambda _call, _images, store: store.all())
    for word, parameter in OPENING.items():
        opened = listing(partial(_all_when_asked, parameter))
        yield word, f"a list with {parameter} holds the images of all projects", opened
    named = "a list holds images of other projects as id and name"
    yield "named", named, answering(LIST, 200, _with_names)


def _all_when_asked(parameter: str, call: Call, images: list[StoredImage], store: ImageStore) -> list[StoredImage]:
    return store.all() if parameter in asked(call) else images


def _with_names(call: Call, answer: Answer, store: ImageStore) -> Answer:
    if call.caller is None or "name" in asked(call):
        return answer
    project = call.caller.project
    foreign = [{"id": image.id, "name": image.members["name"]} for image in store.all() if image.owner != project]
    return rows(answer, lambda found: found + foreign)


# --- changes and uploads --------------------------------------------------------------------------------------------


def _changes() -> Iterator[Fault]:
    yield Fault(
        "image.isolation.refusal-leaks",
        (promise(PATCH),),
        "a refused change of another project is stored all the same",
        answering(PATCH, 404, _stored_all_the_same),
    )
    for name in (*DEFAULTS, PROPERTY):
        yield Fault(
            f"{promise(PATCH)}.{name}",
            (promise(PATCH),),
            f"another project may change {name}, and nothing else",
            handling(PATCH, partial(_changed, name)),
        )
    yield Fault(
        "image.isolation.patch.by-create",
        (promise(PATCH),),
        "a create with an id that is taken by a private image of another project is refused, and changes that",
        answering("image.create", 409, _changed_by_its_id),
    )
    yield Fault(
        "image.isolation.upload",
        (promise(PATCH),),
        "another project may give an image its data",
        handling("image.upload", _uploaded),
    )


def _stored_all_the_same(call: Call, answer: Answer, store: ImageStore) -> Answer:
    image = store.get(call.image_id)
    if image is not None:
        image.members["min_ram"] = 77
    return answer


def _changed_by_its_id(call: Call, answer: Answer, store: ImageStore) -> Answer:
    image = store.get(str(sent(call).get("id")))
    if image is not None and call.caller is not None and image.owner != call.caller.project:
        image.members["min_ram"] = 77
    return answer


def _changed(name: str, call: Call, caller: Caller, store: ImageStore) -> Answer | None:
    image, items = store.get(call.image_id), operations(call)
    if image is None or image.owner == caller.project or len(items) != 1 or not leads_to(name, items[0]):
        return None
    if name == PROPERTY:
        image.properties["touched"] = "by another"
    else:
        image.members[name] = items[0].get("value")
    return Answer(200, document(image))


def _uploaded(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
    image = store.get(call.image_id)
    if image is None or image.owner == caller.project:
        return None
    image.data = call.body
    return Answer(204)


DEFAULT = "image.isolation.default"


def _defaults() -> Iterator[Fault]:
    for value in ("public", "community"):
        yield Fault(
            f"{DEFAULT}.{value}",
            tuple(promise(operation) for operation in (LIST, "image.show", "image.download")),
            f"an image of which the request says nothing is {value}",
            Hooks(stored=partial(_opened, value)),
        )


def _opened(value: str, call: Call, image: StoredImage, _store: ImageStore) -> None:
    if call.operation == "image.create" and "visibility" not in sent(call):
        image.members["visibility"] = value


# --- by what was done before ----------------------------------------------------------------------------------------


def _by_history() -> Iterator[Fault]:
    def opened(operation: str, picks: Callable[[StoredImage, Past], bool]) -> Hooks:
        past = Past()
        hooks = after(lambda _call, said, _store, _past: said, past)
        open_too = _open(operation, lambda image: picks(image, past))

        def handle(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
            for act in (hooks.handle, open_too.handle):
                answer = act(call, caller, store) if act is not None else None
                if answer is not None:
                    return answer
            return None

        return replace(hooks, handle=handle)

    def listed(_call: Call, images: list[StoredImage], past: Past, store: ImageStore) -> list[StoredImage]:
        return [*images, *(image for image in store.all() if past.changes(image) and image not in images)]

    for word, operation, said, picks in (
        ("show.changed", "image.show", "an image that was changed is shown", _was_changed),
        ("download.own-id", "image.download", "the file of an image made with an own id is open", _has_own_id),
        ("delete.queued", "image.delete", "an image without data is deleted", _is_queued),
    ):
        hooks = opened(operation, picks)
        yield Fault(f"state.isolation.{word}", (promise(operation),), f"{said} by other projects", hooks)
    yield Fault(
        "state.isolation.list.changed",
        (promise(LIST),),
        "an image that was changed is listed to other projects",
        listing_after(listed),
    )


def _was_changed(image: StoredImage, past: Past) -> bool:
    return past.changes(image) > 0


def _has_own_id(image: StoredImage, past: Past) -> bool:
    return image.id in past.own


def _is_queued(image: StoredImage, _past: Past) -> bool:
    return image.data is None
