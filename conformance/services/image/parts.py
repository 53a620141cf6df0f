"""Parts of a file (RFC 9110, 14): what is asked for, and whether the answer is it.

Asking for a part is upstream's and is done only where a download offers it (Accept-Ranges: bytes). A server may answer with
the whole file all the same, with the first part of several, with several in one body, or with less of a part than was asked
for; whatever it answers has to be what it says, and of what was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from conformance.model.deviation import Deviation
from conformance.model.jsonvalue import short
from conformance.model.message import Exchange
from conformance.run.cases import Expect

__all__ = ["PARTS", "RANGE", "offers_parts", "part_is_right"]

RANGE = "image.download.range"
PARTS: Mapping[str, str] = {
    "first-bytes": "bytes=0-99",
    "last-bytes": "bytes=-100",
    "middle": "bytes=5000-5999",
    "single-byte": "bytes=4096-4096",
    "from-an-offset": "bytes=9000-",
    "across-the-end": "bytes=9990-20000",
    "beyond-the-end": "bytes=20000-20009",
    "several-parts": "bytes=0-9,100-109",
    "no-range": "bytes=9-0",
}
"""A word of the vocabulary -> the Range field, for a file of 10001 bytes."""
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)")


def offers_parts(exchange: Exchange) -> bool:
    """Whether the answer to a download says that parts of the file can be asked for."""
    fields = exchange.response.headers.all("Accept-Ranges")
    return any("bytes" in (word.strip().lower() for word in field.split(",")) for field in fields)


def wanted(field: str, size: int) -> tuple[tuple[int, int], ...] | None:
    """The parts that a Range field asks for that a file of this size has; None when the field means nothing."""
    unit, _, text = field.partition("=")
    found: list[tuple[int, int]] = []
    for item in text.split(","):
        ends = re.fullmatch(r"([0-9]*)-([0-9]*)", item.strip())
        if unit != "bytes" or ends is None or item.strip() == "-":
            return None
        if not ends[1]:
            first, last = max(0, size - int(ends[2])), size - 1
        else:
            first = int(ends[1])
            last = int(ends[2]) if ends[2] else max(first, size)
            if last < first:
                return None
        if first < size:
            found.append((first, min(last, size - 1)))
    return tuple(found)


def part_is_right(expect: Expect, exchange: Exchange, data: bytes, field: str, how: str) -> None:
    """Judge the answer to a download that asked for a part of the file; `how` is a word of the vocabulary for it."""
    response, due = exchange.response, wanted(field, len(data))
    when = (("when", how),)
    if response.status == 206 and due is not None:
        problem = next(_wrong(exchange, data, due), None)
        kind, seen = problem or ("other-part", (("got", "no bytes"), ("due", "those of the file")))
        expect(RANGE, problem is None, Deviation(kind, terms=when, seen=seen), exchange)
    elif response.status == 200:
        seen = (("got", f"{len(response.body)} bytes"), ("due", f"{len(data)} bytes"))
        expect(RANGE, response.body == data, Deviation("other-part", terms=when, seen=seen), exchange)
    elif response.status < 500:
        # What means nothing, and several parts, may be refused (RFC 9110, 14.2); what the file does not have is.
        refusable = (400, 416) if due is None or len(due) > 1 else () if due else (416,)
        refused = Deviation("part-refused", status=response.status, terms=when)
        expect(RANGE, response.status in refusable, refused, exchange)


Seen = tuple[str, tuple[tuple[str, str], ...]]


def _wrong(exchange: Exchange, data: bytes, due: tuple[tuple[int, int], ...]) -> Iterator[Seen]:
    """What is wrong with a 206: the kind of deviation, and what was seen."""
    asked = ", ".join(f"{first}-{last}" for first, last in due) or "nothing"
    for told, body in _bodies(exchange):
        found = _CONTENT_RANGE.fullmatch((told or "").strip())
        if found is None:
            yield "no-part-told", (("got", short(told)),)
            continue
        first, last = int(found[1]), int(found[2])
        inside = any(start <= first <= last <= end for start, end in due)
        if not inside or found[3] not in {str(len(data)), "*"}:
            yield "another-part", (("got", short(told)), ("due", f"{asked} of {len(data)}"))
        elif body != data[first : last + 1]:
            yield "other-part", (("got", f"{len(body)} bytes"), ("due", f"bytes {first} to {last}"))


def _bodies(exchange: Exchange) -> Iterator[tuple[str | None, bytes]]:
    """The Content-Range and the bytes of each part of a 206; several stand in a multipart body (RFC 9110, 14.6)."""
    response = exchange.response
    if response.media_type != "multipart/byteranges":
        yield response.headers.get("Content-Range"), response.body
        return
    boundary = re.search(r'boundary="?([^";]+)"?', response.headers.get("Content-Type") or "")
    if boundary is None:
        yield None, b""
        return
    # Each part is a delimiter at the beginning of a line, fields, an empty line, and the bytes (RFC 2046, 5.1.1).
    for piece in (b"\r\n" + response.body).split(b"\r\n--" + boundary[1].encode())[1:]:
        if piece.startswith(b"--"):
            return
        fields, _, body = piece.partition(b"\r\n\r\n")
        told = re.search(rb"(?im)^Content-Range:[ \t]*(.*?)[ \t]*\r?$", fields)
        yield (told[1].decode("latin-1") if told is not None else None), body
