"""Liberties of histories: what the document leaves open once something was done before."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.services.fault import Fault, Hooks
from conformance.services.image.target.store import ImageStore
from conformance.services.product import family
from conformance.services.wire import Answer, Call, Caller

__all__ = ["liberties"]


def liberties() -> Iterator[Fault]:
    """The liberties of histories."""
    yield from family("liberty.history", (), _rows())
    # It forgets what was deleted, the marker of a page as well: ruling 50.
    yield Fault(
        "liberty.history.id-again-taken",
        (),
        "the id of a deleted image is free again",
        _free_ids(),
        remarks=("image.list.page.deleted",),
    )


def _rows() -> Iterator[tuple[str, str, Hooks]]:
    yield "upload-again-taken", "a second upload replaces the data", Hooks(handle=_replaced)
    yield "upload-again-without-effect", "a second upload is taken and changes nothing", Hooks(handle=_ignored)


def _replaced(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
    if call.operation != "image.upload":
        return None
    image = store.own(caller, call.image_id)
    if image.data is None:
        return None
    image.data, image.updated = call.body, max(store.clock.now(), image.updated)
    return Answer(204)


def _ignored(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
    again = call.operation == "image.upload" and store.own(caller, call.image_id).data is not None
    return Answer(204) if again else None


def _free_ids() -> Hooks:
    def handle(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
        image = store.get(call.image_id)
        mine = call.operation == "image.delete" and image is not None and image.owner == caller.project
        if mine and image is not None and caller.writer and not image.members["protected"]:
            store.drop(image.id)  # without a trace: nothing remembers the id
            return Answer(204)
        return None

    return Hooks(handle=handle)
