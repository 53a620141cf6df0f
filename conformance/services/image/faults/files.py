"""Faults of image data: bytes altered when stored or sent, the data of another image, a size or checksum that is not
the data's."""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.forms import header, refusal
from conformance.services.image.faults.history import Past, after, done, mates, shown
from conformance.services.image.faults.stages import FILE_TYPE, answering, showing
from conformance.services.image.target.store import ImageStore, StoredImage
from conformance.services.product import Effect, Where, family, product
from conformance.services.wire import JSON_TYPE, Answer, Call

__all__ = ["faults"]

DOWNLOAD, UPLOAD = "image.download", "image.upload"
BYTES, SIZE, CHECKSUM, NO_DATA = (
    "image.download.bytes",
    "image.download.size",
    "image.download.checksum",
    "image.download.no-data",
)
BytesChange = Callable[[bytes], bytes]


def faults(contract: Contract) -> Iterator[Fault]:
    """The faults of files."""
    yield from product([Where(BYTES, "a download is changed", _sent, (BYTES,))], _effects(SENT))
    stored = Where(f"{UPLOAD}.stored", "what is uploaded is stored otherwise", _received, (BYTES, SIZE, CHECKSUM))
    yield from product([stored], _effects(STORED))
    yield from family(BYTES, (BYTES,), _of_another())
    yield from _by_history()
    yield from _facts()
    yield from _answers(contract)


# --- bytes ----------------------------------------------------------------------------------------------------------

BIG = 100_000

SENT: Mapping[str, BytesChange] = {
    "short": lambda data: data[:-1],
    "long": lambda data: data + b"\n",
    "altered": lambda data: bytes([data[0] ^ 1]) + data[1:] if data else data,
    "line-ends": lambda data: data.replace(b"\r\n", b"\n"),
    "high-bytes": lambda data: bytes(byte & 0x7F for byte in data),
    "first-64k": lambda data: data[:65536],
    "last-byte": lambda data: data[:-1] + bytes([data[-1] ^ 0xFF]) if len(data) > BIG else data,
    "nul": lambda data: data.replace(b"\0", b""),
    "byte-order-mark": lambda data: data.removeprefix(codecs.BOM_UTF8),
}
STORED: Mapping[str, BytesChange] = {
    "stripped": bytes.strip,
    "text-newlines": lambda data: data.replace(b"\n", b"\r\n"),
    "first-mebibyte": lambda data: data[: 2**20 - 1],
    "padded": lambda data: data + bytes(-len(data) % 512),
    "no-bom": lambda data: data.replace(codecs.BOM_UTF16_LE, b""),
    "utf-8": lambda data: data.decode("utf-8", "replace").encode(),
}
"""What becomes of the bytes of a file when it is sent, and when it is stored."""


def _effects(changes: Mapping[str, BytesChange]) -> Iterator[Effect[BytesChange]]:
    for word, change in changes.items():
        yield Effect(word, word, change)


def _sent(change: BytesChange) -> Hooks:
    return answering(DOWNLOAD, 200, lambda _call, answer, _store: replace(answer, body=change(answer.body)))


def _received(change: BytesChange) -> Hooks:
    def alter(call: Call, answer: Answer, store: ImageStore) -> Answer:
        image = store.get(call.image_id)
        if image is not None and image.data is not None:
            image.data = change(image.data)
        return answer

    return answering(UPLOAD, 204, alter)


# --- the file of another image --------------------------------------------------------------------------------------


def _of_another() -> Iterator[tuple[str, str, Hooks]]:
    def other(call: Call, answer: Answer, store: ImageStore) -> Answer:
        files = [image.data for image in store.all() if image.data and image.id != call.image_id]
        return replace(answer, body=files[-1]) if files else answer

    def same_size(_call: Call, answer: Answer, store: ImageStore) -> Answer:
        files = (image.data for image in store.all() if image.data and len(image.data) == len(answer.body))
        return replace(answer, body=next(files, answer.body))

    def first_of_name(call: Call, answer: Answer, store: ImageStore) -> Answer:
        wanted = store.get(call.image_id)
        named = [image for image in store.all() if wanted and image.members["name"] == wanted.members["name"]]
        files = (image.data for image in named if image.data is not None)
        return replace(answer, body=next(files, answer.body))

    yield "another", "a download gives the file of another image", answering(DOWNLOAD, 200, other)
    yield "same-size", "a download gives another file of the same size", answering(DOWNLOAD, 200, same_size)
    of_name = "a download gives the file of the first image of the name"
    yield "first-of-name", of_name, answering(DOWNLOAD, 200, first_of_name)


def _by_history() -> Iterator[Fault]:
    def downloading(picks: Callable[[StoredImage, StoredImage, Past], bool]) -> Hooks:
        """Send the file of the last other image that fits."""

        def act(call: Call, said: Answer, store: ImageStore, past: Past) -> Answer:
            image = store.get(call.image_id)
            if call.operation != DOWNLOAD or said.status != 200 or image is None:
                return said
            found = [other for other in _others(image, store) if picks(image, other, past)]
            return replace(said, body=found[-1].data) if found else said

        return after(act)

    def spread(_call: Call, image: StoredImage, store: ImageStore, _past: Past) -> None:
        for other in mates(image, store):
            if other.data is not None and other.number < image.number and len(other.data) == len(image.data or b""):
                other.data = image.data

    def cut(call: Call, said: Answer, _store: ImageStore, past: Past) -> Answer:
        if call.operation == DOWNLOAD and said.status == 200 and past.patches.get(call.image_id, 0) >= 2:
            return replace(said, body=said.body[:-1])
        return said

    yield from family(
        "state.download",
        (BYTES,),
        [
            (
                "newest",
                "a download gives the file that was uploaded last",
                downloading(lambda image, other, _past: other.number > image.number),
            ),
            (
                "after-delete",
                "after a delete a download gives the file of another image",
                downloading(lambda _image, _other, past: past.last == "image.delete"),
            ),
            ("changed", "a download of an image that was changed twice is cut short", after(cut)),
        ],
    )
    yield Fault(
        "state.upload.spreads", (BYTES,), "an upload replaces the file of the image made before", done(UPLOAD, spread)
    )
    yield Fault(
        f"{BYTES}.second-time",
        (BYTES, rid.response(DOWNLOAD, 200)),
        "the second download of a file is cut short",
        _second_time(),
    )


def _others(image: StoredImage, store: ImageStore) -> list[StoredImage]:
    return [other for other in store.all() if other.id != image.id and other.data is not None]


def _second_time() -> Hooks:
    seen: set[str] = set()

    def cut(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        again = call.image_id in seen
        seen.add(call.image_id)
        return replace(answer, body=answer.body[:-1]) if again else answer

    return answering(DOWNLOAD, 200, cut)


# --- sizes and checksums --------------------------------------------------------------------------------------------


def _facts() -> Iterator[Fault]:
    untrue: Mapping[str, Callable[[dict[str, Any]], Any]] = {
        "size": lambda body: (body["size"] or 0) + 1,
        "checksum": lambda _body: hashlib.md5(b"x", usedforsecurity=False).hexdigest(),
    }
    for operation in ("image.show", "image.patch"):
        for member, value in untrue.items():
            yield Fault(
                f"{operation}.{member}.untrue",
                (rid.stated(DOWNLOAD, member),),
                f"{operation} shows a {member} that is not the file's",
                showing(operation, 200, partial(_of_active, member, value)),
            )
    yield Fault(
        "state.show.size-stale",
        (SIZE,),
        "size is that of another image's file",
        shown(("image.show", "image.patch"), _size_of_another),
    )
    yield Fault(
        "state.show.checksum-changed",
        (CHECKSUM,),
        "the checksum of an image that was changed is another one",
        shown(("image.show",), _checksum_of_changed),
    )
    no_bytes = "d41d8cd98f00b204e9800998ecf8427e"
    yield Fault(
        "image.download.content-md5",
        (CHECKSUM,),
        "Content-MD5 of a download is that of no bytes",
        answering(DOWNLOAD, 200, lambda _call, answer, _store: header(answer, "Content-MD5", no_bytes)),
    )


def _of_active(member: str, value: Callable[[dict[str, Any]], Any], body: dict[str, Any]) -> dict[str, Any]:
    return {**body, member: value(body)} if body["size"] is not None else body


def _size_of_another(body: dict[str, Any], image: StoredImage, _past: Past, store: ImageStore) -> dict[str, Any]:
    others = _others(image, store)
    return {**body, "size": len(others[0].data or b"") + 1} if body["size"] is not None and others else body


def _checksum_of_changed(body: dict[str, Any], image: StoredImage, past: Past, _store: ImageStore) -> dict[str, Any]:
    return {**body, "checksum": "0" * 32} if body["checksum"] is not None and past.changes(image) else body


# --- the answer to a download ---------------------------------------------------------------------------------------


def _answers(contract: Contract) -> Iterator[Fault]:
    yield Fault(
        "image.download.precondition.missing",
        ("image.download.precondition.file", BYTES),
        "a file that exists is not found",
        answering(DOWNLOAD, 200, lambda _call, answer, _store: refusal(contract, 404, answer)),
    )
    yield Fault(
        "image.download.response.200.json",
        ("header.content-type",),
        "a file that is JSON is sent as application/json",
        answering(DOWNLOAD, 200, _called_json),
    )
    yield Fault(
        "image.download.response.204.announced",
        (rid.response(DOWNLOAD, 204),),
        "204 of a download announces a body",
        answering(
            DOWNLOAD,
            204,
            lambda _call, answer, _store: header(header(answer, "Content-Length", "9"), "Connection", "close"),
        ),
    )
    for word, answer in (
        ("found", partial(replace, status=201)),
        ("envelope", partial(replace, status=200, body=b"", media_type=FILE_TYPE)),
    ):
        yield Fault(
            f"{NO_DATA}.{word}",
            (NO_DATA,),
            f"an image without data is downloaded with {answer.keywords['status']}",
            answering(DOWNLOAD, 204, partial(_instead, answer)),
        )


def _instead(change: Callable[[Answer], Answer], _call: Call, answer: Answer, _store: ImageStore) -> Answer:
    return change(answer)


def _called_json(_call: Call, answer: Answer, _store: ImageStore) -> Answer:
    try:
        json.loads(answer.body)
    except ValueError:
        return answer
    return replace(answer, media_type=JSON_TYPE)
