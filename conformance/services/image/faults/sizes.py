"""Faults of size: what is larger than a buffer, a column or a limit of a gateway is refused, cut, padded, mixed up or
answered with a server error; parts of a file are cut at the wrong place.

Limits are powers of two, as those of buffers and columns are. A server may have one and say so (ruling 48); it may not fail
at it, and what it accepted has to come back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.model import requirement_id as rid
from conformance.model.contract import Contract
from conformance.services.fault import Fault, Hooks
from conformance.services.forms import broken, header
from conformance.services.image.faults.stages import answering, done_with, patching, refuse, storing
from conformance.services.image.target.store import ImageStore, StoredImage
from conformance.services.product import Effect, Where, family, product
from conformance.services.wire import Answer, Call, Caller

__all__ = ["faults"]

CREATE, PATCH, UPLOAD, DOWNLOAD = "image.create", "image.patch", "image.upload", "image.download"
BYTES, CHECKSUM, RANGE = "image.download.bytes", "image.download.checksum", "image.download.range"
PAGE, BUFFER, BLOCK, MEBIBYTE = 4096, 8 * 1024, 64 * 1024, 1024 * 1024
"""Bytes that a page of memory, a buffer of a gateway, a block of a store and a limit of a proxy usually have."""
DataChange = Callable[[bytes], bytes]


def faults(_contract: Contract) -> Iterator[Fault]:
    """The faults of size."""
    chunked = Where(f"{UPLOAD}.chunked", "an upload in chunks is stored otherwise", _stored_of_chunked, (BYTES,))
    yield from product([chunked], _effects(CHUNKED))
    stored = Where(f"{UPLOAD}.large", "a large upload is stored otherwise", _stored, (BYTES,))
    yield from product([stored], _effects(STORED))
    sent = Where(f"{DOWNLOAD}.large", "a large file is sent otherwise", _sent, (BYTES,))
    yield from product([sent], _effects(SENT))
    yield Fault(
        f"{UPLOAD}.large.checksum-of-a-block",
        (CHECKSUM,),
        "the checksum is that of the first block of a file",
        _checksum_of_a_block(),
    )
    yield from _bodies()
    yield from _texts()
    yield from _numbers()
    yield from _answers()
    yield from family(RANGE, (RANGE,), _parts())
    said = "a part that was asked for is kept, and comes for the whole file"
    yield Fault(f"{RANGE}.kept", (BYTES,), said, _kept())
    said = "a part of a file announces the length of the whole"
    yield Fault(f"{RANGE}.whole-length", (RANGE, rid.header("Content-Length")), said, _part(_whole_length))


def _effects(changes: Mapping[str, DataChange]) -> Iterator[Effect[DataChange]]:
    for word, change in changes.items():
        yield Effect(word, word, change)


# --- files ----------------------------------------------------------------------------------------------------------


def _framed(data: bytes) -> bytes:
    """The data as it stood on the wire in chunks (RFC 9112, 7.1)."""
    pieces = [data[start : start + PAGE] for start in range(0, len(data), PAGE)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def _altered(data: bytes, at: int) -> bytes:
    """The data with another byte at this place, if it reaches so far."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] if len(data) > at else data


def _repeated(data: bytes) -> bytes:
    """The data with its first block in the place of the second."""
    return (data[:BLOCK] + data[:BLOCK])[: len(data)] + data[2 * BLOCK :] if len(data) > BLOCK else data


CHUNKED: Mapping[str, DataChange] = {
    "framed": _framed,
    "empty": lambda _data: b"",
    "first-page": lambda data: data[:PAGE],
}
STORED: Mapping[str, DataChange] = {
    "cut": lambda data: data[:BLOCK],
    "border": lambda data: _altered(data, BLOCK),
    "byte-of-a-mebibyte": lambda data: _altered(data, MEBIBYTE),
    "last-of-whole-blocks": lambda data: data if len(data) % BLOCK else data[:-1],
}
SENT: Mapping[str, DataChange] = {
    "repeats-a-block": _repeated,
}
"""What becomes of the bytes of a file that was uploaded in chunks, that is stored, that is sent."""


def _in_chunks(call: Call) -> bool:
    return call.headers.get("transfer-encoding", "").lower() == "chunked"


def _stored(change: DataChange, holds: Callable[[Call], bool] = lambda _call: True) -> Hooks:
    def alter(call: Call, answer: Answer, store: ImageStore) -> Answer:
        image = store.get(call.image_id)
        if image is not None and image.data is not None and holds(call):
            image.data = change(image.data)
        return answer

    return answering(UPLOAD, 204, alter)


def _stored_of_chunked(change: DataChange) -> Hooks:
    return _stored(change, _in_chunks)


def _sent(change: DataChange) -> Hooks:
    return answering(DOWNLOAD, 200, lambda _call, answer, _store: replace(answer, body=change(answer.body)))


def _checksum_of_a_block() -> Hooks:
    def alter(call: Call, answer: Answer, store: ImageStore) -> Answer:
        image = store.get(call.image_id)
        if image is None or image.data is None:
            return answer
        first = hashlib.md5(image.data[:BLOCK], usedforsecurity=False).hexdigest()
        return replace(answer, body={**answer.body, "checksum": first})

    return answering("image.show", 200, alter)


# --- bodies ---------------------------------------------------------------------------------------------------------


def _refusing(operation: str, status: int, most: int) -> Hooks:
    """Refuse what an operation is sent when it is larger, before anything is done."""

    def act(call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
        return refuse(status) if call.operation == operation and len(call.body) > most else None

    return Hooks(handle=act)


def _bodies() -> Iterator[Fault]:
    promises = {CREATE: rid.request(CREATE), PATCH: rid.response(PATCH, 200)}
    for operation, promise in promises.items():
        for word, status, breaks in (
            ("refused", 400, promise),
            ("too-large", 413, "status.documented"),
            ("failed", 502, "status.server-error"),
        ):
            if (operation, word) == (PATCH, "too-large"):
                continue  # one decision for both
            said = f"{operation} with a body larger than a buffer is answered with {status}"
            yield Fault(f"{operation}.large.{word}", (breaks,), said, _refusing(operation, status, BUFFER))
    said = "an upload larger than a buffer is answered with 502"
    yield Fault(f"{UPLOAD}.large.failed", ("status.server-error",), said, _refusing(UPLOAD, 502, BUFFER))

    def last_lost(call: Call, body: Any, _store: ImageStore) -> Any:
        large = call.operation == CREATE and isinstance(body, dict) and len(call.body) > BUFFER
        return dict(list(body.items())[:-1]) if large else body

    said = "the last member of a create larger than a buffer is lost"
    yield Fault(f"{CREATE}.large.last-lost", (rid.request(CREATE),), said, Hooks(members=last_lost))


# --- texts, and numbers of them -------------------------------------------------------------------------------------


def _cut(most: int, value: Any) -> Any:
    """The value with no more bytes than a column has."""
    return value.encode()[:most].decode("utf-8", "ignore") if isinstance(value, str) else value


def _texts() -> Iterator[Fault]:
    said = "a property of more bytes than a column has is cut"
    change = partial(_shorten, BLOCK - 1)
    yield Fault(f"{CREATE}.long.column", (rid.request(CREATE),), said, storing(CREATE, change))
    said = "a property of more than a page is cut once it has been answered"
    change = partial(_shorten, PAGE - 1)
    yield Fault(f"{CREATE}.long.later", (rid.request(CREATE),), said, done_with(CREATE, change))


def _shorten(most: int, image: StoredImage) -> None:
    image.properties = {name: _cut(most, value) for name, value in image.properties.items()}


MOST_OF_ONE = 100
"""Tags, properties and operations that a careless table, loop or page ends at."""


def _numbers() -> Iterator[Fault]:
    def fewer_properties(image: StoredImage) -> None:
        image.properties = dict(list(image.properties.items())[:MOST_OF_ONE])

    def fewer_tags(image: StoredImage) -> None:
        image.members["tags"] = image.members["tags"][:MOST_OF_ONE]

    said = f"of more than {MOST_OF_ONE}"
    yield Fault(
        f"{CREATE}.many.properties",
        (rid.request(CREATE),),
        f"{said} properties the rest is lost",
        storing(CREATE, fewer_properties),
    )
    yield Fault(
        f"{CREATE}.many.tags", (rid.body(CREATE, "tags"),), f"{said} tags the rest is lost", storing(CREATE, fewer_tags)
    )
    yield Fault(
        f"{PATCH}.many.operations",
        ("image.patch.stored",),
        f"{said} operations the rest is passed over",
        patching(lambda items: items[:MOST_OF_ONE]),
    )


def _answers() -> Iterator[Fault]:
    def cut(_call: Call, answer: Answer, _store: ImageStore) -> Answer:
        whole = answer.encoded()
        return replace(answer, raw=whole[:BLOCK]) if len(whole) > BLOCK else answer

    def failed(_call: Call, answer: Answer, _store: ImageStore) -> Answer:
        return broken(answer) if len(answer.encoded()) > BLOCK else answer

    promise = (rid.response("image.list", 200),)
    yield Fault("image.list.large.cut", promise, "a list larger than a block is cut", answering("image.list", 200, cut))
    yield Fault(
        "image.show.large.failed",
        ("status.server-error",),
        "an image larger than a block is shown with 500",
        answering("image.show", 200, failed),
    )


# --- parts of files -------------------------------------------------------------------------------------------------


def _part(change: Callable[[Answer, bytes], Answer]) -> Hooks:
    """Change the answers that are parts; `change` is given the whole file too."""

    def act(call: Call, answer: Answer, store: ImageStore) -> Answer:
        image = store.get(call.image_id)
        return change(answer, image.data) if image is not None and image.data else answer

    return answering(DOWNLOAD, 206, act)


def _whole_length(answer: Answer, data: bytes) -> Answer:
    return header(header(answer, "Content-Length", str(len(data))), "Connection", "close")


def _parts() -> Iterator[tuple[str, str, Hooks]]:
    def shifted(answer: Answer, data: bytes) -> Answer:
        at = int(answer.headers["Content-Range"].partition(" ")[2].partition("-")[0])
        return replace(answer, body=data[at + 1 :][: len(answer.body)])

    def no_such_part(call: Call, answer: Answer, store: ImageStore) -> Answer:
        image = store.get(call.image_id)
        data = (image.data if image is not None else None) or b""
        fields = {"Content-Range": f"bytes 0-{len(data) - 1}/{len(data)}", "Accept-Ranges": "bytes"}
        return Answer(206, data, fields, "application/octet-stream")

    yield "short", "a part lacks its last byte", _part(lambda answer, _data: replace(answer, body=answer.body[:-1]))
    yield "shifted", "a part begins a byte later", _part(shifted)
    yield "whole", "a part is the whole file", _part(lambda answer, data: replace(answer, body=data))
    yield "as-success", "a part comes with 200", _part(lambda answer, _data: replace(answer, status=200))
    yield "untold", "a part does not say which", _part(lambda answer, _data: header(answer, "Content-Range", None))
    yield "of-another", "a part is of the file that was sent before", _of_the_file_before()
    yield "beyond", "a part beyond the end is the whole file", answering(DOWNLOAD, 416, no_such_part)


def _kept() -> Hooks:
    parts: dict[str, bytes] = {}

    def act(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        if call.operation != DOWNLOAD or answer.status not in {200, 206}:
            return answer
        if answer.status > 200:
            parts[call.image_id] = answer.body
        return replace(answer, body=parts.get(call.image_id, answer.body)) if answer.status < 206 else answer

    return Hooks(answer=act)


def _of_the_file_before() -> Hooks:
    before: dict[str, bytes] = {}

    def act(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        if call.operation != DOWNLOAD or answer.status not in {200, 206}:
            return answer
        if answer.status < 206:
            before[call.image_id] = answer.body
            return answer
        others = [data for image_id, data in before.items() if image_id != call.image_id]
        return replace(answer, body=(others[-1] * len(answer.body))[: len(answer.body)]) if others else answer

    return Hooks(answer=act)
