"""Downloading the file of an image (document lines 905-932)."""

from __future__ import annotations

import base64
import hashlib
import random

import pytest

from conformance.run.cases import Expect, NotExercised, verifies
from conformance.run.client import Client, body_of
from conformance.services.image.arrange import active_image, image, listed, shown

DATA: dict[str, bytes] = {
    "text": "line one\nline two 第二行\n".encode(),
    "binary": bytes(range(256)) * 4,
    "one byte": b"\x00",
    "blanks": b" \t\n padded \n\t ",
    "line ends": b"\r\n\n\r\x1a\xff\xfe",
    "byte order mark": b"\xef\xbb\xbf<html>\r\n&amp;\r\n</html>",
    "looks compressed": b"\x1f\x8b\x08\x00" + bytes(64),
    "looks like JSON": b'{"error": {"code": 404}}',
    "1 MiB": random.Random(1).randbytes(1024 * 1024),
}
ALGORITHMS = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}


def first_difference(left: bytes, right: bytes) -> int:
    """The first place at which two strings of bytes differ."""
    common = min(len(left), len(right))
    return next((index for index in range(common) if left[index] != right[index]), common)


@verifies(
    "image.download.response.200",
    "image.download.bytes",
    "image.download.checksum",
    "image.download.precondition.file",
    smoke=True,
)
@pytest.mark.parametrize("kind", DATA)
def test_the_bytes_come_back(cloud: Client, expect: Expect, kind: str) -> None:
    data = DATA[kind]
    made = active_image(cloud, data)
    for _ in range(2):
        exchange = cloud.download(made["id"])
        expect.status("image.download.response.200", exchange, 200, what="a download")
        expect.status("image.download.precondition.file", exchange, 200, what="a download of a file that exists")
        if exchange.response.status != 200:
            return
        got = exchange.response.body
        at = first_difference(got, data) if got != data else 0
        message = f"{len(got)} bytes came of {len(data)}, the first difference at byte {at}"
        expect("image.download.bytes", got == data, message, exchange, failure="other bytes")
        told = exchange.response.headers.get("Content-MD5")
        if told is not None:  # in base64 by RFC 1864, in hexadecimal by OpenStack
            right = hashlib.md5(data, usedforsecurity=False)
            ok = told.strip().lower() == right.hexdigest() or told.strip() == base64.b64encode(right.digest()).decode()
            expect(
                "image.download.checksum",
                ok,
                f"Content-MD5 is {told!r:.60}, no hash of the file",
                exchange,
                failure="Content-MD5 is no hash of the file",
            )


@verifies(
    "image.download.checksum",
    "image.download.size",
    "image.patch.response.200.checksum",
    "image.patch.response.200.size",
    smoke=True,
)
@pytest.mark.parametrize("kind", ["text", "binary"])
def test_checksum_and_size_agree_with_the_file(cloud: Client, expect: Expect, kind: str) -> None:
    data = DATA[kind]
    made = active_image(cloud, data)
    exchange = cloud.replace(made["id"], min_ram=1)
    patched = body_of(exchange)
    seen = shown(cloud, made["id"])
    row = next((item for item in listed(cloud.list({"name": made["name"]})) if item.get("id") == made["id"]), {})
    places = [
        ("the answer of patch", patched),
        ("show", seen),
        *([("the list", row)] if {"size", "checksum"} <= row.keys() else []),
    ]
    for place, body in places:
        if not isinstance(body, dict):
            raise NotExercised(f"{place} shows no image")
        expect(
            "image.download.size",
            body.get("size") == len(data),
            f"size is {body.get('size')} in {place}, the file has {len(data)}",
            exchange,
            failure=f"size differs in {place}",
        )
        checksum = body.get("checksum")
        algorithm = ALGORITHMS.get(len(checksum)) if isinstance(checksum, str) else None
        wanted = hashlib.new(algorithm, data, usedforsecurity=False).hexdigest() if algorithm else None
        message = f"checksum is {checksum!r} in {place}, no hash of the file"
        expect(
            "image.download.checksum",
            wanted is not None and str(checksum).lower() == wanted,
            message,
            exchange,
            failure=f"checksum is no hash of the file in {place}",
        )


@verifies("image.download.bytes", "image.download.size", "image.download.no-data")
def test_an_empty_file_comes_back_empty(cloud: Client, expect: Expect) -> None:
    made = active_image(cloud, b"")
    exchange = cloud.download(made["id"])
    expect.status("image.download.no-data", exchange, 200, 204, what="a download of an empty file")
    expect.equal("image.download.bytes", b"", exchange.response.body, "the body", exchange)
    seen = shown(cloud, made["id"]) or {}
    if seen.get("status") == "active":
        expect.equal("image.download.size", 0, seen.get("size"), "size", exchange)


@verifies("image.download.no-data", smoke=True)
def test_an_image_without_data_has_nothing_to_download(cloud: Client, expect: Expect) -> None:
    made = image(cloud, container_format="bare", disk_format="raw")
    exchange = cloud.download(made["id"])
    status = exchange.response.status
    ok = status == 204 or (status in cloud.contract.error_codes and 400 <= status < 500)
    if status < 500:
        expect(
            "image.download.no-data",
            ok,
            f"a download without data is answered with {status}",
            exchange,
            failure=f"{status}",
        )


@verifies("image.download.path.image_id", "error.404", smoke=True)
def test_there_is_no_file_of_an_image_that_is_not_there(cloud: Client, expect: Expect) -> None:
    gone = active_image(cloud, b"gone")
    cloud.delete(gone["id"])
    for words, image_id in (
        ("GET file of an id that no image has", cloud.uuid()),
        ("GET file of a deleted image", gone["id"]),
        ("GET file of an id that is no UUID", "no-such-image"),
    ):
        exchange = cloud.download(image_id)
        expect.refused("image.download.path.image_id", exchange, words)
        expect.code(404, exchange, words)


@verifies("image.download.bytes")
def test_files_of_two_images_are_not_mixed_up(cloud: Client, expect: Expect) -> None:
    # Of one name and one size, so that a file cannot be told by either.
    name = cloud.name()
    first, second = active_image(cloud, b"the file 1", name=name), active_image(cloud, b"the file 2", name=name)
    for made, data in ((first, b"the file 1"), (second, b"the file 2"), (first, b"the file 1")):
        exchange = cloud.download(made["id"])
        if exchange.response.status == 200:
            expect(
                "image.download.bytes",
                exchange.response.body == data,
                "the file of another image came",
                exchange,
                failure="another file",
            )


@verifies("image.download.bytes")
def test_a_change_of_the_image_leaves_its_file(cloud: Client, expect: Expect) -> None:
    made = active_image(cloud, b"stays")
    cloud.replace(made["id"], min_ram=3, min_disk=4)
    exchange = cloud.download(made["id"])
    if exchange.response.status == 200:
        expect(
            "image.download.bytes",
            exchange.response.body == b"stays",
            "a change altered the file",
            exchange,
            failure="altered by a change",
        )
