"""Sizes: files, parts of files, bodies, texts and lists at the limits that gateways, proxies, stores and databases usually
have (document lines 607-758, 905-932; RFC 9110, 14; RFC 9112, 7.1).

The document names no size of a file or of a body, so a target may have a limit and say so: 413 is advice (ruling 48). What
it accepted comes back to the letter (ruling 47).
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from itertools import islice
from typing import Any

import pytest

from conformance.generate.sizes import LONG_TEXTS, SIZES, affordable, counted
from conformance.judge.members import FURTHER
from conformance.model import requirement_id
from conformance.model.deviation import Deviation
from conformance.model.marks import OWN_PROPERTY
from conformance.model.phrase import Phrase
from conformance.run.cases import Expect, NotApplicable, NotExercised, call, verifies
from conformance.services.image.arrange import answered, created, image, listed, now, row, shown, unready
from conformance.services.image.client import ImageClient
from conformance.services.image.files import (
    came_back,
    downloaded,
    facts_are_true,
    hash_header_is_true,
    image_with,
    moving,
)
from conformance.services.image.observation import as_sent, values
from conformance.services.image.parts import PARTS, offers_parts, part_is_right
from conformance.services.image.samples import PROPERTY

CREATE, PATCH, DOWNLOAD = "image.create", "image.patch", "image.download"
REQUEST = requirement_id.request(CREATE)
TOO_MUCH = "status.too-much"
FILE = ("image.download.bytes", "image.download.size", "image.download.checksum", TOO_MUCH)

File = tuple[int, bool]
"""Bytes, and whether they are uploaded in chunks."""
FEW: tuple[File, ...] = ((65_536, False), (65_537, True), (1_048_577, False))
CHUNKED = (0, 1, 4096, 8193, 15_999, 16_000, 16_001, 65_535, 65_536, 131_073, 1_000_000, 1_048_576, 4_194_305)
"""Bytes that are uploaded in chunks: around the usual limits, and around the chunks of this suite."""
MANY: tuple[File, ...] = tuple(
    sorted({*((size, False) for size in SIZES), *((size, True) for size in CHUNKED)} - set(FEW))
)


def _within(allowance: int, files: tuple[File, ...], file: File) -> None:
    """Raise NotApplicable for a file that this run may not afford."""
    if files.index(file) >= len(affordable((size for size, _ in files), allowance)):
        raise NotApplicable(Phrase.of("beyond-the-allowance", bytes=file[0]))


def _named(file: File) -> str:
    return f"{file[0]}{' in chunks' if file[1] else ''}"


def file_comes_back(cloud: ImageClient, expect: Expect, file: File) -> None:
    """Judge that a file of this size comes back byte by byte, and that its image tells the truth about it."""
    size, chunked = file
    data = counted(size)
    made = image_with(cloud, expect, data, chunked=chunked)
    with moving(cloud, size):
        exchange = cloud.download(made.id)
    if size == 0 and exchange.response.status == 204:
        return
    got = downloaded(exchange)
    came_back(expect, exchange, data, when="an-upload-in-chunks" if chunked else "")
    hash_header_is_true(expect, exchange, data)
    seen = now(cloud, made.id)
    if seen.get("status") == "active":
        facts_are_true(expect, seen, data, got, "shown", exchange)


@verifies(*FILE)
@pytest.mark.parametrize("file", FEW, ids=_named)
def test_a_file_at_a_usual_limit_comes_back(cloud: ImageClient, expect: Expect, allowance: int, file: File) -> None:
    _within(allowance, FEW, file)
    file_comes_back(cloud, expect, file)


@verifies(*FILE, acceptance=True)
@pytest.mark.parametrize("file", MANY, ids=_named)
def test_a_file_of_every_size_comes_back(cloud: ImageClient, expect: Expect, allowance: int, file: File) -> None:
    _within(allowance, MANY, file)
    file_comes_back(cloud, expect, file)


# --- parts of files -------------------------------------------------------------------------------------------------


def parts_are_right(cloud: ImageClient, expect: Expect, size: int, asked: Mapping[str, str]) -> None:
    """Judge the parts of a file of this size, each by the field that asks for it, where the target offers parts."""
    # Bytes of no other file of this run, so that another's part is seen.
    data = random.Random(size).randbytes(size)
    made = image_with(cloud, expect, data)
    whole = cloud.download(made.id)
    downloaded(whole)
    if not offers_parts(whole):
        raise NotApplicable(Phrase.of("parts-not-offered"))
    if whole.response.body != data:
        raise NotExercised(Phrase.of("another-file-came"))
    for how, field in asked.items():
        part_is_right(expect, cloud.download(made.id, part=field), data, field, how)
    # A cache may have kept a part for the whole.
    came_back(expect, cloud.download(made.id), data, when="parts-of-it")


@verifies("image.download.range", "image.download.bytes", TOO_MUCH)
def test_a_part_that_is_offered_is_the_part_that_was_asked_for(cloud: ImageClient, expect: Expect) -> None:
    parts_are_right(cloud, expect, 10_001, PARTS)


@verifies("image.download.range", "image.download.bytes", TOO_MUCH, acceptance=True)
@pytest.mark.parametrize("border", [4096, 8192, 65_536, 1_048_576])
def test_parts_around_a_usual_limit_are_right(cloud: ImageClient, expect: Expect, allowance: int, border: int) -> None:
    if allowance < 8 * border:
        raise NotApplicable(Phrase.of("beyond-the-allowance", bytes=border))
    ends = {
        "first-bytes": f"bytes=0-{border - 1}",
        "middle": f"bytes=1-{border}",
        "single-byte": f"bytes={border}-{border}",
        "from-an-offset": f"bytes={border}-",
        "last-bytes": f"bytes=-{border}",
        "beyond-the-end": f"bytes={2 * border}-",
    }
    parts_are_right(cloud, expect, border + 17, ends)


# --- bodies, texts and numbers of things ----------------------------------------------------------------------------


def much(cloud: ImageClient, letter: str, tag: int) -> dict[str, Any]:
    """The members of an image that has as much as an image may have (ruling 8), in texts of this letter; tags have `tag`
    letters."""
    name = cloud.name()
    return {
        "name": name + "镜" * (255 - len(name)),
        "tags": [cloud.tag, *(f"{number:03}{letter * (tag - 3)}" for number in range(127))],
        **{f"{OWN_PROPERTY}{number:03}": f"{number:03}{letter * 252}" for number in range(128)},
    }


def lives_whole(cloud: ImageClient, expect: Expect, sent: dict[str, Any]) -> None:
    """Judge that an image with all of this is made, shown, found, changed and deleted as any other."""
    how = "with-as-much-as-may-be"
    exchange = cloud.create(sent)
    if exchange.response.status == 413:
        return  # the checks of every exchange say what this is of a request of this size
    if not expect.status(REQUEST, exchange, 201, act=call(CREATE, how)):
        return
    made = created(exchange)
    for where, found in (("answer", made), ("shown", now(cloud, made.id)), ("listed", row(cloud, made))):
        as_sent(expect, cloud.contract, sent, where, found, exchange)
    turned = {name: value[::-1] for name, value in sent.items() if name.startswith(OWN_PROPERTY)}
    change = cloud.replace(made.id, **turned)
    if change.response.status == 413 or not expect.status(
        requirement_id.response(PATCH, 200), change, 200, act=call(PATCH, how)
    ):
        return
    for where, found in (("answer", answered(change)), ("shown", now(cloud, made.id))):
        for name, value in turned.items():
            seen = values(value, found.get(name))
            wrong = Deviation("not-as-changed", place=FURTHER, terms=(("where", where),), seen=seen, path=name)
            expect("image.patch.stored", found.get(name) == value, wrong, change)
    expect.status("image.delete.response.204", cloud.delete(made.id), 204, act=call("image.delete", how))


LIVES = (
    REQUEST,
    "image.create.body.*",
    "image.patch.response.200",
    "image.patch.stored",
    "image.delete.response.204",
)


@verifies(*LIVES)
def test_an_image_with_as_much_as_it_may_have_lives_as_any_other(cloud: ImageClient, expect: Expect) -> None:
    # Some 62 KiB: under the size from which on a request may be found too large.
    lives_whole(cloud, expect, much(cloud, "x", 170))


@verifies(*LIVES, acceptance=True)
@pytest.mark.parametrize("letter", ["x", "é", "镜"])
def test_an_image_with_the_longest_texts_lives_as_any_other(cloud: ImageClient, expect: Expect, letter: str) -> None:
    lives_whole(cloud, expect, much(cloud, letter, 255))


def long_text_is_kept(cloud: ImageClient, expect: Expect, size: int) -> None:
    """Judge that a further property of so many bytes is kept to the letter wherever it is shown, or refused."""
    text = ("一x" * size)[: size // 2]
    text += "x" * (size - len(text.encode()))
    sent: dict[str, Any] = {"name": cloud.name(), PROPERTY: text}
    exchange = cloud.create(sent)
    status = exchange.response.status
    if status >= 500:
        raise unready(exchange)
    if status >= 400:
        expect.kept(REQUEST, exchange)
        return
    made = created(exchange)
    for where, found in (("answer", made), ("shown", now(cloud, made.id)), ("listed", row(cloud, made))):
        as_sent(expect, cloud.contract, sent, where, found, exchange)


@verifies(REQUEST, "image.create.body.*")
@pytest.mark.parametrize("size", [4097, 65_537])
def test_a_long_property_is_kept_or_refused_never_cut(cloud: ImageClient, expect: Expect, size: int) -> None:
    long_text_is_kept(cloud, expect, size)


@verifies(REQUEST, "image.create.body.*", acceptance=True)
@pytest.mark.parametrize("size", [*LONG_TEXTS, 100_000, 1_048_577])
def test_a_property_of_every_length_is_kept_or_refused_never_cut(cloud: ImageClient, expect: Expect, size: int) -> None:
    long_text_is_kept(cloud, expect, size)


@verifies("image.create.response.201", "image.create.body.*", "image.patch.response.200", acceptance=True)
@pytest.mark.parametrize("size", [size for size in SIZES if 1000 <= size <= 1_048_577])
def test_a_body_of_every_size_is_taken(cloud: ImageClient, expect: Expect, size: int) -> None:
    # Blanks between the tokens of JSON mean nothing (RFC 8259, 2), so a body has any size and stays what it is.
    members = {"name": cloud.name(), "tags": [cloud.tag]}
    exchange = cloud.create(_padded(members, size))
    if exchange.response.status == 413 or not expect.status(
        requirement_id.response(CREATE, 201), exchange, 201, act=call(CREATE, "with-blanks-around")
    ):
        return
    made = created(exchange)
    as_sent(expect, cloud.contract, members, "shown", shown(cloud, made.id) or {}, exchange)
    change = cloud.patch(made.id, _padded([{"op": "replace", "path": "/min_ram", "value": 7}], size))
    if change.response.status != 413:
        expect.status(requirement_id.response(PATCH, 200), change, 200, act=call(PATCH, "with-blanks-around"))


def _padded(value: Any, size: int) -> bytes:
    text = json.dumps(value).encode()
    return text[:1] + b" " * (size - len(text)) + text[1:]


@verifies("image.create.body.name", "image.list.query.name", acceptance=True)
@pytest.mark.parametrize("letter", ["n", "é", "镜", "🖼"])
def test_a_name_of_255_characters_is_found_by_a_long_url(cloud: ImageClient, expect: Expect, letter: str) -> None:
    start = cloud.name()
    name = start + letter * (255 - len(start))
    exchange = cloud.create({"name": name})
    if exchange.response.status == 400 and letter == "🖼":
        return  # outside the BMP: may be refused (ruling 8)
    if not expect.status("image.create.body.name", exchange, 201, act=call(CREATE, member="name")):
        return
    made = created(exchange)
    found = cloud.list({"name": name})
    if found.response.status == 414:
        return
    if expect.status(
        "image.list.query.name", found, 200, act=Phrase.of("call-with", operation="image.list", name="name")
    ):
        missed = Deviation("selects", terms=(("parameters", "name"), ("how", "misses")))
        expect("image.list.query.name", made.id in {str(item.get("id")) for item in listed(found)}, missed, found)


@verifies("image.list.complete", "image.create.body.*", REQUEST, acceptance=True)
def test_a_list_of_large_images_is_whole(cloud: ImageClient, expect: Expect) -> None:
    sent: dict[str, dict[str, Any]] = {}
    for _ in range(12):
        members = much(cloud, "镜", 60)
        sent[image(cloud, **members).id] = members
    for limit in (5, 100):
        left = dict(sent)
        pages = list(islice(cloud.pages({"limit": limit, "sort_key": "created_at", "sort_dir": "desc"}), 20))
        for page in pages:
            for item in listed(page):
                members = left.pop(str(item.get("id")), {})
                as_sent(expect, cloud.contract, members, "listed", item, page)
        lost = Deviation("on-no-page", seen=(("count", len(left)),))
        expect("image.list.complete", not left, lost, pages[0], related=tuple(pages))
