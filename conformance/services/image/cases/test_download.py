"""Downloading the file of an image (document lines 905-932)."""

from __future__ import annotations

import random

import pytest

from conformance.model.deviation import Deviation
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotExercised, call, verifies
from conformance.services.image.arrange import active_image, changed, image, now, row, unready
from conformance.services.image.client import ImageClient
from conformance.services.image.files import came_back, downloaded, facts_are_true, hash_header_is_true

DOWNLOAD = "image.download"

DATA: dict[str, bytes] = {
    "text": "line one\nline two 第二行\n".encode() * 128,
    "binary": bytes(range(256)) * 32,
    "one byte": b"\x00",
    "blanks": b" \t\n padded \n\t ",
    "line ends": b"\r\n\n\r\x1a\xff\xfe",
    "byte order mark": b"\xef\xbb\xbf<html>\r\n&amp;\r\n</html>",
    "looks compressed": b"\x1f\x8b\x08\x00" + bytes(4092),
    "looks like JSON": b'{"error": {"code": 404}}',
    "random": random.Random(1).randbytes(8193),
}
"""What a service that looks into a file would alter. Their sizes are at limits of small buffers, or beside them."""


@verifies(
    "image.download.response.200",
    "image.download.bytes",
    "image.download.checksum",
    "image.download.precondition.file",
    smoke=True,
)
@pytest.mark.parametrize("kind", DATA)
def test_the_bytes_come_back(cloud: ImageClient, expect: Expect, kind: str) -> None:
    data = DATA[kind]
    made = active_image(cloud, data)
    for _ in range(2):
        exchange = cloud.download(made.id)
        expect.status("image.download.response.200", exchange, 200)
        expect.status("image.download.precondition.file", exchange, 200, act=call(DOWNLOAD, "data-is-there"))
        if exchange.response.status != 200:
            return
        came_back(expect, exchange, data)
        hash_header_is_true(expect, exchange, data)


@verifies(
    "image.download.checksum",
    "image.download.size",
    "image.download.bytes",
    "image.patch.response.200.checksum",
    "image.patch.response.200.size",
    smoke=True,
)
@pytest.mark.parametrize("kind", ["text", "binary"])
def test_checksum_and_size_agree_with_the_file(cloud: ImageClient, expect: Expect, kind: str) -> None:
    data = DATA[kind]
    made = active_image(cloud, data)
    file = cloud.download(made.id)
    got = downloaded(file)
    came_back(expect, file, data)
    exchange = cloud.replace(made.id, min_ram=1)
    places = {"answer": changed(exchange), "shown": now(cloud, made.id)}
    in_list = row(cloud, made)
    if {"size", "checksum"} <= in_list.keys():
        places["listed"] = in_list
    for where, found in places.items():
        if not found:
            raise NotExercised(Phrase.of("shows-nothing", where=where))
        facts_are_true(expect, found, data, got, where, exchange)


@verifies("image.download.bytes", "image.download.size", "image.download.no-data")
def test_an_empty_file_comes_back_empty(cloud: ImageClient, expect: Expect) -> None:
    made = active_image(cloud, b"")
    exchange = cloud.download(made.id)
    expect.status("image.download.no-data", exchange, 200, 204, act=call(DOWNLOAD, "data-is-empty"))
    got = exchange.response.body
    expect("image.download.bytes", got == b"", Deviation("data-of-nothing", seen=(("got", len(got)),)), exchange)
    seen = now(cloud, made.id)
    if seen.get("status") == "active":
        expect.equal("image.download.size", 0, seen.get("size"), "size", exchange)


@verifies("image.download.no-data", smoke=True)
def test_an_image_without_data_has_nothing_to_download(cloud: ImageClient, expect: Expect) -> None:
    made = image(cloud, container_format="bare", disk_format="raw")
    exchange = cloud.download(made.id)
    status = exchange.response.status
    if status >= 500:
        raise unready(exchange)
    ok = status == 204 or (status in cloud.contract.error_codes and status >= 400)
    expect("image.download.no-data", ok, Deviation("neither-empty-nor-refused", status=status), exchange)


@verifies("image.download.path.image_id", "error.404", smoke=True)
def test_there_is_no_file_of_an_image_that_is_not_there(cloud: ImageClient, expect: Expect) -> None:
    gone = active_image(cloud, b"gone")
    cloud.delete(gone.id)
    for how, image_id in (("absent", cloud.uuid()), ("deleted", gone.id), ("no-uuid", "no-such-image")):
        exchange = cloud.download(image_id)
        expect.refused("image.download.path.image_id", exchange, call(DOWNLOAD, how))
        expect.code(404, exchange, call(DOWNLOAD, how))


@verifies("image.download.bytes")
def test_files_of_two_images_are_not_mixed_up(cloud: ImageClient, expect: Expect) -> None:
    # Of one name and one size, so that a file cannot be told by either.
    name = cloud.name()
    first, second = active_image(cloud, b"the file 1", name=name), active_image(cloud, b"the file 2", name=name)
    instead = Deviation("data-of-another", terms=(("when", "made"),))
    for made, data, other in (
        (first, b"the file 1", b"the file 2"),
        (second, b"the file 2", b"the file 1"),
        (first, b"the file 1", b"the file 2"),
    ):
        exchange = cloud.download(made.id)
        downloaded(exchange)
        came_back(expect, exchange, data, others=[other], instead=instead)


@verifies("image.download.bytes")
def test_a_change_of_the_image_leaves_its_file(cloud: ImageClient, expect: Expect) -> None:
    made = active_image(cloud, b"stays")
    before = downloaded(cloud.download(made.id))
    cloud.replace(made.id, min_ram=3, min_disk=4)
    exchange = cloud.download(made.id)
    expect("image.download.bytes", downloaded(exchange) == before, Deviation("data-changed-by-a-change"), exchange)
