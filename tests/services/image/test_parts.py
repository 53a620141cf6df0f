"""Whether an answer to a request for a part of a file is the part that was asked for (RFC 9110, 14)."""

from __future__ import annotations

import pytest

from conformance.model.contract import Contract
from conformance.model.message import Exchange, Headers, Request, Response
from conformance.run.cases import Case, Expect
from conformance.run.recorder import Recorder
from conformance.services.image.parts import RANGE, offers_parts, part_is_right

DATA = bytes(range(100))
TWO = (
    b"--x\r\nContent-Range: bytes 0-1/100\r\n\r\n\x00\x01\r\n"
    b"--x\r\nContent-Type: a/b\r\ncontent-range: bytes 8-10/100\r\n\r\n\x08\x09\x0a\r\n--x--\r\n"
)


def found(contract: Contract, field: str, status: int, body: bytes = b"", **fields: str) -> list[str]:
    """The kinds of the deviations of an answer to a download with this Range field."""
    headers = Headers(tuple((name.replace("_", "-"), value) for name, value in fields.items()))
    request = Request("GET", "http://cloud/v2/images/1/file", Headers.of({"Range": field}), operation="image.download")
    expect = Expect(Recorder(contract), Case("sizes.part", (RANGE,), smoke=False))
    part_is_right(expect, Exchange(1, request, Response(status, "", headers, body)), DATA, field, "middle")
    return [item.kind for item in expect.failures]


@pytest.mark.parametrize(
    ("field", "status", "told", "body"),
    [
        ("bytes=0-9", 206, "bytes 0-9/100", DATA[:10]),
        ("bytes=0-9", 206, "bytes 0-4/*", DATA[:5]),
        ("bytes=-5", 206, "bytes 95-99/100", DATA[95:]),
        ("bytes=90-", 206, "bytes 90-99/100", DATA[90:]),
        ("bytes=90-500", 206, "bytes 90-99/100", DATA[90:]),
        ("bytes=0-1,8-10", 206, "bytes 8-10/100", DATA[8:11]),
        ("bytes=0-9", 200, "", DATA),
        ("bytes=200-", 416, "bytes */100", b""),
        ("bytes=9-0", 400, "", b""),
        ("bytes=0-1,8-10", 416, "", b""),
    ],
)
def test_a_part_the_whole_and_a_refusal_where_it_is_allowed_are_right(
    contract: Contract, field: str, status: int, told: str, body: bytes
) -> None:
    assert [] == found(contract, field, status, body, Content_Range=told)


@pytest.mark.parametrize(
    ("kind", "field", "status", "told", "body"),
    [
        ("other-part", "bytes=0-9", 206, "bytes 0-9/100", DATA[:9]),
        ("other-part", "bytes=0-9", 206, "bytes 0-9/100", DATA[1:11]),
        ("another-part", "bytes=0-9", 206, "bytes 0-10/100", DATA[:11]),
        ("another-part", "bytes=0-9", 206, "bytes 0-9/10", DATA[:10]),
        ("another-part", "bytes=200-", 206, "bytes 0-99/100", DATA),
        ("no-part-told", "bytes=0-9", 206, "", DATA[:10]),
        ("other-part", "bytes=0-9", 200, "", DATA[:10]),
        ("part-refused", "bytes=0-9", 416, "bytes */100", b""),
        ("part-refused", "bytes=9-0", 206, "bytes 0-9/100", DATA[:10]),
    ],
)
def test_what_is_wrong_is_told(contract: Contract, kind: str, field: str, status: int, told: str, body: bytes) -> None:
    assert [kind] == found(contract, field, status, body, Content_Range=told)


def test_several_parts_in_one_body_are_each_looked_at(contract: Contract) -> None:
    named = {"Content_Type": 'multipart/byteranges; boundary="x"'}
    assert [] == found(contract, "bytes=0-1,8-10", 206, TWO, **named)
    assert ["other-part"] == found(contract, "bytes=0-1,8-10", 206, TWO.replace(b"\x09", b"\x07"), **named)
    assert ["another-part"] == found(contract, "bytes=0-1,8-9", 206, TWO, **named)


@pytest.mark.parametrize(("field", "offered"), [("bytes", True), ("none", False), ("x, Bytes", True)])
def test_parts_are_offered_by_accept_ranges(field: str, offered: bool) -> None:
    answer = Response(200, headers=Headers.of({"accept-ranges": field}))
    assert offered is offers_parts(Exchange(1, Request("GET", "http://cloud/"), answer))
    assert not offers_parts(Exchange(1, Request("GET", "http://cloud/"), Response(200)))
