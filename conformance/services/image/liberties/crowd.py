"""Liberties of the cloud around our images: what is there besides us, in the list, in the catalogue and at the root."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace

from conformance.services.fault import Hooks
from conformance.services.image.target.store import ImageStore, StoredImage
from conformance.services.wire import Answer, Call, Caller

__all__ = ["clouds", "crowd"]

CROWD = 60
"""Images that are there before a run begins; a page of many services holds 25."""
PASSING = 5
"""Images of others that are there at a time when they come and go."""


def clouds() -> Iterator[tuple[str, str, Hooks]]:
    """The liberties of a cloud: the rest of the id, the description, the hooks."""
    yield (
        "crowded",
        "the project has images already, and others have public ones",
        Hooks(handle=crowd(CROWD, "platform {number}")),
    )
    yield (
        "catalogue",
        "the catalogue has other services, and other regions of this one",
        Hooks(answer=_larger_catalogue),
    )
    yield "discovery", "version discovery is answered with 200", Hooks(answer=_discovered)
    yield "busy", "others make and delete public images all the time", Hooks(handle=_busy())


def _larger_catalogue(call: Call, answer: Answer, _store: ImageStore) -> Answer:
    if call.service != "identity" or answer.status != 201 or "catalog" not in answer.body["token"]:
        return answer
    token = answer.body["token"]
    known = token["catalog"]
    elsewhere = [
        {**item, "region": "elsewhere", "region_id": "elsewhere", "url": "http://192.0.2.1/elsewhere"}
        for service in known
        for item in service["endpoints"]
    ]
    others = [{"id": uuid.uuid4().hex, "type": "compute", "name": "nova", "endpoints": elsewhere}]
    more = [{**service, "endpoints": [*elsewhere, *service["endpoints"]]} for service in known]
    return replace(answer, body={"token": {**token, "catalog": [*others, *more]}})


def _discovered(call: Call, answer: Answer, _store: ImageStore) -> Answer:
    return replace(answer, status=200) if call.service == "image" and answer.status == 300 else answer


def _stranger(store: ImageStore, number: int, owner: str, visibility: str, name: str) -> StoredImage:
    """An image that no run has made."""
    now = store.clock.now()
    image = StoredImage(str(uuid.uuid4()), owner, now, now, -number)
    image.members |= {
        "name": name.format(number=number),
        "visibility": visibility,
        "tags": [],
        "disk_format": "qcow2",
        "container_format": "bare",
    }
    image.data = b"data" if number % 2 else None
    return image


def crowd(count: int, name: str) -> Callable[[Call, Caller, ImageStore], Answer | None]:
    """So many images that are there before a run begins, of this `name` with the {number} of each: every third is a
    private one of the project that calls, the others are public ones of another."""

    def handle(_call: Call, caller: Caller, store: ImageStore) -> Answer | None:
        if not any(image.number < 0 for image in store.all()):
            for number in range(1, count + 1):
                owner, visibility = (caller.project, "private") if number % 3 == 0 else ("another", "public")
                store.put(_stranger(store, number, owner, visibility, name))
        return None

    return handle


def _busy() -> Callable[[Call, Caller, ImageStore], Answer | None]:
    """With each call one public image of somebody else comes, and soon another one goes."""
    ids: list[str] = []
    made = 0

    def handle(_call: Call, _caller: Caller, store: ImageStore) -> Answer | None:
        nonlocal made
        made += 1
        image = _stranger(store, made, "another", "public", "platform {number}")
        store.put(image)
        ids.append(image.id)
        if len(ids) > PASSING:
            store.drop(ids.pop(0))
        return None

    return handle
