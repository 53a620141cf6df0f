"""Judgements of a file that several cases share: the bytes that come back are those that were uploaded, what an image
says of its file is true, and a part of it is the part that was asked for.

Uploads are upstream's operation and a fixture (ruling 37); what one accepted has to come back.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from conformance.judge.partition import large
from conformance.model.deviation import Deviation
from conformance.model.errors import ConnectionBroken, TargetUnreachable
from conformance.model.jsonvalue import short
from conformance.model.message import Exchange
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotApplicable, NotExercised
from conformance.services.image.arrange import Image, image, unready
from conformance.services.image.client import ImageClient

__all__ = [
    "BYTES",
    "CHECKSUM",
    "SIZE",
    "came_back",
    "downloaded",
    "facts_are_true",
    "first_difference",
    "hash_header_is_true",
    "image_with",
    "moving",
]

BYTES, SIZE, CHECKSUM = "image.download.bytes", "image.download.size", "image.download.checksum"
TOO_MUCH = "status.too-much"
ALGORITHMS = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
"""Hexadecimal digits of a hash -> its algorithm."""
BLOCK = 4096
PLAIN = 1024
"""Bytes of a file that breaks no connection by its size."""


def first_difference(left: bytes, right: bytes) -> int:
    """The first place at which two strings of bytes differ; the shorter length where one begins with the other."""
    common = min(len(left), len(right))
    for start in range(0, common, BLOCK):
        end = min(start + BLOCK, common)
        if left[start:end] != right[start:end]:
            return next(at for at in range(start, end) if left[at] != right[at])
    return common


def downloaded(exchange: Exchange) -> bytes:
    """The file that a download answered. Raises NotExercised when it answered none."""
    if exchange.response.status != 200:
        raise unready(exchange)
    return exchange.response.body


@contextmanager
def moving(cloud: ImageClient, size: int) -> Iterator[None]:
    """Around requests that send or fetch a file of this size. Raises NotExercised when the connection breaks, or broke at
    a smaller one: that is no breach, and no outage of the target either."""
    if cloud.breaks_at is not None and size >= cloud.breaks_at:
        raise NotExercised(Phrase.of("connection-broke-at", bytes=cloud.breaks_at))
    try:
        yield
    except TargetUnreachable as error:
        if size <= PLAIN or (isinstance(error, ConnectionBroken) and not cloud.attempt):
            raise  # may be chance: the case runs again
        cloud.breaks_at = size
        raise NotExercised(Phrase.of("connection-broke-at", bytes=size)) from None


def image_with(cloud: ImageClient, expect: Expect, data: bytes, *, chunked: bool = False) -> Image:
    """A new image with this file. Raises NotApplicable when the target wants a length (RFC 9112, 6.3), and when the file is
    too large for it, which is said as advice: the document names no size that has to be taken (ruling 48)."""
    made = image(cloud, container_format="bare", disk_format="raw")
    with moving(cloud, len(data)):
        exchange = cloud.upload(made.id, data, chunked=chunked)
    status = exchange.response.status
    if chunked and status == 411:
        raise NotApplicable(Phrase.of("prerequisite", operation=exchange.operation, status=status))
    if status == 413:
        told = Deviation(
            "undocumented-status", operation=exchange.operation, status=status, request=(large(len(data)),)
        )
        expect(TOO_MUCH, False, told, exchange)
        raise NotApplicable(Phrase.of("prerequisite", operation=exchange.operation, status=status))
    if status != 204:
        raise unready(exchange)
    return made


def came_back(
    expect: Expect,
    exchange: Exchange,
    data: bytes,
    *,
    when: str = "",
    others: Iterable[bytes] = (),
    instead: Deviation | None = None,
) -> bool:
    """Judge that a download answered exactly these bytes.

    `when` is a word of the vocabulary for how they were uploaded; `others` are the files of other images, of which one
    that comes instead is told by `instead`.
    """
    got = exchange.response.body
    at = first_difference(got, data) if got != data else 0
    seen = (("got", len(got)), ("due", len(data)), ("byte", at))
    wrong = Deviation("other-data", seen=seen)
    if when:
        wrong = Deviation("other-data-after", terms=(("when", when),), seen=seen)
    if instead is not None and got in others:
        wrong = instead
    return expect(BYTES, got == data, wrong, exchange)


def hash_header_is_true(expect: Expect, exchange: Exchange, sent: bytes) -> None:
    """Judge that Content-MD5, where a download has it, is that of the file (RFC 1864 in base64, OpenStack in
    hexadecimal)."""
    told = exchange.response.headers.get("Content-MD5")
    if told is None:
        return
    known: set[str] = set()
    for data in (sent, exchange.response.body):
        right = hashlib.md5(data, usedforsecurity=False)
        known |= {right.hexdigest(), base64.b64encode(right.digest()).decode()}
    ok = told.strip().lower() in known or told.strip() in known
    expect(CHECKSUM, ok, Deviation("no-hash-of-the-data", place="Content-MD5", seen=(("got", short(told)),)), exchange)


def facts_are_true(
    expect: Expect, found: Mapping[str, Any], sent: bytes, got: bytes, where: str, exchange: Exchange
) -> None:
    """Judge size and checksum of an image: they are those of the file that was uploaded.

    Where another file came back (which is a finding of its own), those of that file are as true.
    """
    terms, lengths = (("where", where),), {len(sent), len(got)}
    size, checksum = found.get("size"), found.get("checksum")
    seen = (("got", short(size)), ("due", len(sent)))
    right = isinstance(size, int) and not isinstance(size, bool) and size in lengths
    expect(SIZE, right, Deviation("not-the-length-of-the-data", place="size", terms=terms, seen=seen), exchange)
    algorithm = ALGORITHMS.get(len(checksum)) if isinstance(checksum, str) else None
    hashes = (
        {hashlib.new(algorithm, data, usedforsecurity=False).hexdigest() for data in (sent, got)} if algorithm else ()
    )
    wrong = Deviation("no-hash-of-the-data-where", place="checksum", terms=terms, seen=(("got", short(checksum)),))
    expect(CHECKSUM, str(checksum).lower() in hashes, wrong, exchange)
