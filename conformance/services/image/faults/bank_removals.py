"""Faults of deletion and of files: what goes that should stay, what stays that should go, and bytes that come back otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from conformance.services.fault import Fault, Hooks
from conformance.services.image.target.store import Image, Store, document
from conformance.services.wire import Answer, Call, Caller, Refused

__all__ = ["removal_faults"]


def removal_faults() -> Iterator[Fault]:
    """The faults of deletions and files."""
    yield from _deletions()
    yield from _files()


# --- deletions ------------------------------------------------------------------------------------------------------


def _deletions() -> Iterator[Fault]:
    def also(picks: Callable[[Image, Image, Store], bool]) -> Hooks:
        def handle(call: Call, caller: Caller, store: Store) -> Answer | None:
            if call.operation == "image.delete":
                gone = store.own(caller, call.image_id)
                if not gone.members["protected"]:
                    for image in store.all():
                        if image.id != gone.id and picks(gone, image, store):
                            store.drop(image.id)
            return None

        return Hooks(handle=handle)

    collateral = ("image.delete.collateral",)
    yield Fault(
        "image.delete.collateral.newest",
        collateral,
        "a delete takes the newest image too",
        also(lambda _gone, image, store: image.number == max(item.number for item in store.all())),
    )
    yield Fault(
        "image.delete.collateral.older",
        collateral,
        "a delete takes older images of the name",
        also(lambda gone, image, _store: image.number < gone.number and image.members["name"] == gone.members["name"]),
    )
    yield Fault(
        "image.delete.collateral.same-content",
        collateral,
        "a delete takes every image with the same file",
        also(lambda gone, image, _store: gone.data is not None and image.data == gone.data),
    )
    yield Fault(
        "image.delete.collateral.other-project",
        collateral,
        "a delete takes namesakes of other projects",
        also(lambda gone, image, _store: image.owner != gone.owner and image.members["name"] == gone.members["name"]),
    )
    yield Fault(
        "image.delete.collateral.queued",
        collateral,
        "a delete takes images of the name that have no data",
        also(lambda gone, image, _store: image.data is None and image.members["name"] == gone.members["name"]),
    )
    for kind in ("active", "queued"):

        def claimed(call: Call, caller: Caller, store: Store, kind: str = kind) -> Answer | None:
            if call.operation != "image.delete":
                return None
            image = store.own(caller, call.image_id)
            return Answer(204) if image.status == kind and not image.members["protected"] else None

        yield Fault(
            f"image.delete.gone.{kind}",
            ("image.delete.gone",),
            f"a delete of an image that is {kind} does nothing",
            Hooks(handle=claimed),
        )
    for operation in ("image.show", "image.patch"):
        yield Fault(
            f"image.delete.gone.{operation.removeprefix('image.')}",
            ("image.delete.gone", f"{operation}.path.image_id", "error.404")[: 3 if operation == "image.patch" else 1],
            f"{operation} still answers for a deleted image",
            _haunted(operation),
        )
    yield Fault(
        "image.delete.protected.once",
        ("image.delete.protected",),
        "a protected image is deleted at the second attempt",
        _second_attempt(),
    )
    yield Fault(
        "image.delete.protected.active",
        ("image.delete.protected", "error.403"),
        "a protected image with data is deleted",
        _unprotected(lambda image: image.data is not None),
    )
    yield Fault(
        "image.delete.protected.queued",
        ("image.delete.protected", "error.403"),
        "a protected image without data is deleted",
        _unprotected(lambda image: image.data is None),
    )
    yield Fault(
        "image.delete.protected.for-ever",
        ("image.delete.response.204", "image.delete.protected"),
        "an image that was protected once cannot be deleted",
        _for_ever(),
    )
    yield Fault(
        "image.delete.protected.unprotects",
        ("image.delete.protected",),
        "a refused delete takes the protection away",
        Hooks(answer=lambda call, answer, store: _disarm(call, answer, store)),
    )


def _haunted(operation: str) -> Hooks:
    ghosts: dict[str, Any] = {}

    def handle(call: Call, _caller: Caller, store: Store) -> Answer | None:
        image = store.get(call.image_id)
        if call.operation == "image.delete" and image is not None:
            ghosts[image.id] = document(image)
        if call.operation == operation and image is None and call.image_id in ghosts:
            return Answer(200, ghosts[call.image_id])
        return None

    return Hooks(handle=handle)


def _unprotected(picks: Callable[[Image], bool]) -> Hooks:
    def handle(call: Call, caller: Caller, store: Store) -> Answer | None:
        if call.operation == "image.delete" and picks(image := store.own(caller, call.image_id)):
            image.members["protected"] = False
        return None

    return Hooks(handle=handle)


def _second_attempt() -> Hooks:
    tried: set[str] = set()

    def handle(call: Call, caller: Caller, store: Store) -> Answer | None:
        if call.operation == "image.delete":
            image = store.own(caller, call.image_id)
            if image.id in tried:
                image.members["protected"] = False
            tried.add(image.id)
        return None

    return Hooks(handle=handle)


def _for_ever() -> Hooks:
    protected: set[str] = set()

    def change(_call: Call, image: Image, _store: Store) -> None:
        if image.members["protected"]:
            protected.add(image.id)

    def handle(call: Call, _caller: Caller, _store: Store) -> Answer | None:
        if call.operation == "image.delete" and call.image_id in protected:
            raise Refused(403, "The image is protected.")
        return None

    return Hooks(stored=change, handle=handle)


def _disarm(call: Call, answer: Answer, store: Store) -> Answer:
    image = store.get(call.image_id)
    if (call.operation, answer.status) == ("image.delete", 403) and image is not None:
        image.members["protected"] = False
    return answer


# --- files ----------------------------------------------------------------------------------------------------------


def _files() -> Iterator[Fault]:
    def received(change: Callable[[bytes], bytes]) -> Hooks:
        def answer(call: Call, answer: Answer, store: Store) -> Answer:
            image = store.get(call.image_id)
            if (
                call.operation == "image.upload"
                and answer.status == 204
                and image is not None
                and image.data is not None
            ):
                image.data = change(image.data)
            return answer

        return Hooks(answer=answer)

    told = ("image.download.bytes", "image.download.size", "image.download.checksum")
    changes: dict[str, Callable[[bytes], bytes]] = {
        "stripped": bytes.strip,
        "text-newlines": lambda data: data.replace(b"\n", b"\r\n"),
        "first-mebibyte": lambda data: data[: 1024 * 1024 - 1],
        "padded": lambda data: data + bytes(-len(data) % 512),
        "no-bom": lambda data: data.replace(b"\xff\xfe", b""),
        "utf-8": lambda data: data.decode("utf-8", "replace").encode(),
    }
    for word, change in changes.items():
        yield Fault(
            f"image.upload.stored.{word}", told, f"what is uploaded is stored otherwise: {word}", received(change)
        )
    yield Fault(
        "image.download.bytes.same-size",
        ("image.download.bytes",),
        "a download gives another file of the same size",
        _same_size(),
    )
    yield Fault(
        "image.download.bytes.second-time",
        ("image.download.bytes", "image.download.response.200"),
        "the second download of a file is cut short",
        _second_time(),
    )
    yield Fault(
        "image.download.bytes.first-of-name",
        ("image.download.bytes",),
        "a download gives the file of the first image of the name",
        _first_of_name(),
    )
    yield Fault(
        "image.download.response.200.json",
        ("header.content-type",),
        "a file that looks like JSON is sent as application/json",
        Hooks(
            answer=lambda call, answer, _store: (
                replace(answer, media_type="application/json")
                if (call.operation, answer.status) == ("image.download", 200) and answer.body[:1] == b"{"
                else answer
            )
        ),
    )
    yield Fault(
        "image.download.response.204.announced",
        ("image.download.response.204",),
        "204 of a download announces a body",
        Hooks(
            answer=lambda call, answer, _store: (
                replace(answer, headers={**answer.headers, "Content-Length": "9", "Connection": "close"})
                if (call.operation, answer.status) == ("image.download", 204)
                else answer
            )
        ),
    )
    yield Fault(
        "image.download.no-data.envelope",
        ("image.download.no-data",),
        "an image without data is downloaded as 200 and an empty body",
        Hooks(
            answer=lambda call, answer, _store: (
                replace(answer, status=200, body=b"", media_type="application/octet-stream")
                if (call.operation, answer.status) == ("image.download", 204)
                else answer
            )
        ),
    )


def _same_size() -> Hooks:
    def answer(call: Call, answer: Answer, store: Store) -> Answer:
        if (call.operation, answer.status) != ("image.download", 200):
            return answer
        return replace(
            answer,
            body=next(
                (image.data for image in store.all() if image.data and len(image.data) == len(answer.body)), answer.body
            ),
        )

    return Hooks(answer=answer)


def _second_time() -> Hooks:
    seen: set[str] = set()

    def answer(call: Call, answer: Answer, _store: Store) -> Answer:
        if (call.operation, answer.status) != ("image.download", 200):
            return answer
        again = call.image_id in seen
        seen.add(call.image_id)
        return replace(answer, body=answer.body[:-1]) if again else answer

    return Hooks(answer=answer)


def _first_of_name() -> Hooks:
    def answer(call: Call, answer: Answer, store: Store) -> Answer:
        image = store.get(call.image_id)
        if (call.operation, answer.status) != ("image.download", 200) or image is None:
            return answer
        same = [
            item.data for item in store.all() if item.members["name"] == image.members["name"] and item.data is not None
        ]
        return replace(answer, body=same[0] if same else answer.body)

    return Hooks(answer=answer)
