"""Liberties of size: limits that are said to be one, and parts of files in every form that HTTP allows (RFC 9110, 14;
ruling 52)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace

from conformance.services.fault import Fault, Hooks
from conformance.services.forms import header
from conformance.services.image.faults.reading import sent
from conformance.services.image.faults.stages import FILE_TYPE, answering
from conformance.services.image.target.ranges import part_of, told
from conformance.services.image.target.store import ImageStore
from conformance.services.wire import Answer, Call, Caller, Refused

__all__ = ["liberties"]

CREATE, UPLOAD, DOWNLOAD = "image.create", "image.upload", "image.download"
TOO_MUCH = ("status.too-much",)
BLOCK = 64 * 1024
LONGEST = 255
"""Bytes of a text that a service may have room for."""


def liberties() -> Iterator[Fault]:
    """Every liberty of size."""
    for word, said, hooks in (*_parts(), *_files()):
        yield Fault(f"liberty.size.{word}", (), said, hooks)
    yield from _limits()


# --- parts of files -------------------------------------------------------------------------------------------------


def _whole(call: Call) -> Call:
    """The call without the field that asks for a part."""
    kept = {name: value for name, value in call.headers.items() if name != "range"}
    return replace(call, headers=kept)


def _several(call: Call, data: bytes) -> tuple[tuple[int, int], ...]:
    """The parts that a call asks for, when it asks for several."""
    unit, _, text = call.headers.get("range", "").partition("=")
    found = []
    for item in text.split(","):
        try:
            part = part_of(f"{unit}={item.strip()}", len(data))
        except ValueError:
            continue
        found += [part] if part is not None else []
    return tuple(found) if len(found) > 1 else ()


BOUNDARY = "part"


def _multipart(data: bytes, parts: tuple[tuple[int, int], ...]) -> Answer:
    """Several parts in one body (RFC 9110, 14.6)."""
    pieces = [
        f"--{BOUNDARY}\r\nContent-Type: {FILE_TYPE}\r\nContent-Range: {told(part, len(data))}\r\n\r\n".encode()
        + data[part[0] : part[1] + 1]
        for part in parts
    ]
    body = b"\r\n".join([*pieces, f"--{BOUNDARY}--\r\n".encode()])
    return Answer(206, body, {"Accept-Ranges": "bytes"}, f"multipart/byteranges; boundary={BOUNDARY}")


def _first(data: bytes, parts: tuple[tuple[int, int], ...]) -> Answer:
    first, last = parts[0]
    fields = {"Accept-Ranges": "bytes", "Content-Range": told(parts[0], len(data))}
    return Answer(206, data[first : last + 1], fields, FILE_TYPE)


def _parts() -> Iterator[tuple[str, str, Hooks]]:
    def several(make: Callable[[bytes, tuple[tuple[int, int], ...]], Answer]) -> Hooks:
        def act(call: Call, caller: Caller, store: ImageStore) -> Answer | None:
            data = store.find(caller, call.image_id).data if call.operation == DOWNLOAD else None
            parts = _several(call, data) if data else ()
            return make(data, parts) if data and parts else None

        return Hooks(handle=act)

    def shorter(_call: Call, answer: Answer, _store: ImageStore) -> Answer:
        span, _, size = answer.headers["Content-Range"].removeprefix("bytes ").partition("/")
        first = int(span.partition("-")[0])
        most = max(1, len(answer.body) // 2)
        return header(
            replace(answer, body=answer.body[:most]), "Content-Range", f"bytes {first}-{first + most - 1}/{size}"
        )

    def unknown_size(_call: Call, answer: Answer, _store: ImageStore) -> Answer:
        return header(answer, "Content-Range", answer.headers["Content-Range"].partition("/")[0] + "/*")

    def unoffered(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        return header(answer, "Accept-Ranges", None) if call.operation == DOWNLOAD else answer

    def refused(call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
        if call.operation == DOWNLOAD and "," in call.headers.get("range", ""):
            raise Refused(416, "One part at a time.")
        return None

    yield "not-offered", "parts of a file are not offered, and not given", Hooks(request=_whole, answer=unoffered)
    yield "passed-over", "parts of a file are offered, and the whole comes", Hooks(request=_whole)
    yield "multipart", "several parts come in one body", several(_multipart)
    yield "first-part", "of several parts the first comes", several(_first)
    yield "several-refused", "several parts are refused", Hooks(handle=refused)
    yield "shorter-part", "a part is shorter than asked for, and says so", answering(DOWNLOAD, 206, shorter)
    yield "size-untold", "a part does not say how large the file is", answering(DOWNLOAD, 206, unknown_size)


# --- files and limits -----------------------------------------------------------------------------------------------


def _files() -> Iterator[tuple[str, str, Hooks]]:
    def tagged(call: Call, answer: Answer, _store: ImageStore) -> Answer:
        if call.operation != DOWNLOAD or answer.status != 200:
            return answer
        return header(answer, "ETag", f'"{hashlib.sha256(answer.body).hexdigest()}"')

    def long_text(call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
        if call.operation == CREATE and any(_bytes(value) > 3 * LONGEST for value in sent(call).values()):
            raise Refused(400, "A property is too long.")
        return None

    def lengthless(call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
        if call.operation == UPLOAD and "transfer-encoding" in call.headers:
            raise Refused(411, "An upload has a length.")
        return None

    yield "no-chunks", "an upload in chunks is refused with 411", Hooks(handle=lengthless)
    yield "etag", "a file comes with an entity tag", Hooks(answer=tagged)
    yield "long-text-refused", "a property that is longer than a column is refused with 400", Hooks(handle=long_text)


def _bytes(value: object) -> int:
    return len(value.encode("utf-8", "replace")) if isinstance(value, str) else 0


def _limits() -> Iterator[Fault]:
    def larger(operation: str, most: int) -> Hooks:
        def act(call: Call, _caller: Caller, _store: ImageStore) -> Answer | None:
            if call.operation == operation and len(call.body) > most:
                raise Refused(413, "That is too large.")
            return None

        return Hooks(handle=act)

    yield Fault(
        "liberty.size.upload-413", (), "an upload above a block is refused with 413", larger(UPLOAD, BLOCK), TOO_MUCH
    )
    yield Fault(
        "liberty.size.body-413", (), "a create above a block is refused with 413", larger(CREATE, BLOCK), TOO_MUCH
    )
