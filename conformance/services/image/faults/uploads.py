"""Faults of uploads to an image that has data: what comes of two wholes, and what is told of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from conformance.model import requirement_id as rid
from conformance.services.fault import Fault, Hooks
from conformance.services.image.faults.history import Past, done
from conformance.services.image.faults.stages import FILE_TYPE, handling
from conformance.services.image.target.store import DEFAULTS, ImageStore, StoredImage, document
from conformance.services.product import FaultRows, family
from conformance.services.wire import Answer, Call, Caller

__all__ = ["faults"]

PATCH = "image.patch"
UPLOAD = "image.upload"
DOWNLOAD = "image.download"
BYTES = rid.stated("image.download", "bytes")
SIZE = rid.stated("image.download", "size")
CHECKSUM = rid.stated("image.download", "checksum")
STORED = rid.stated("image.patch", "stored")
UPDATED = rid.stated("image.patch", "updated-at")


def faults() -> Iterator[Fault]:
    """The faults of uploads that come again."""
    yield from family("history.upload-again", (BYTES,), _data_twice())
    yield from _facts_of_the_first()
    yield from _uploads_that_change_more()


# --- uploads to an image that has data ------------------------------------------------------------------------------


def _data_twice() -> FaultRows:
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
    def moved(_call: Call, image: StoredImage, _store: ImageStore, _past: Past) -> None:
        image.created -= timedelta(seconds=1)

    def bare(_call: Call, image: StoredImage, _store: ImageStore, past: Past) -> None:
        if past.changes(image):
            image.members |= {name: DEFAULTS[name] for name in ("min_ram", "min_disk")}

    yield Fault("history.upload.created-at", (UPDATED,), "an upload moves created_at back", done(UPLOAD, moved))
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
