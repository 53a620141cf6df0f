"""What hostile servers answer with, by class: time, size, framing, encoding, values, and what attacks the reader.

tests/target/hostile/test_answers.py meets those of `MET`; the bank (hostile_bank.py) has all, at several places of a run.
"""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import re
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hostile import CHUNKED, OK, Pieces, answer, forever

__all__ = ["ANSWERS", "MET", "Answer"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answers with: its class, what it is, whether it is a whole HTTP message by which a target can be
    judged, and words of the line that says what is wrong with it in place of the identity service, where it has any of
    its own."""

    kind: str
    does: str
    make: Callable[[], Pieces]
    http: bool = True
    words: str = ""


def _slow_then(first: bytes) -> Iterator[bytes]:
    """The beginning of an answer, and then nothing for longer than anybody waits."""
    yield first
    time.sleep(0.8)


def _growing() -> Callable[[], Pieces]:
    """Pages each of which is longer than the one before, up to some 250 KiB, and leads to another one."""
    count = itertools.count(1)

    def page() -> Pieces:
        number = next(count) % 90 + 1  # for the next run
        rows = [{"id": f"{number:08x}-0000-4000-8000-{row:012x}"} for row in range(number * 50)]
        return [answer(json.dumps({"images": rows, "next": f"/v2/images?marker={number}", "first": "/"}).encode())]

    return page


ZEROS = b"\0" * (64 << 20)
DEFLATED = zlib.compress(ZEROS)
BROTLI = base64.b64decode("y///P/gnAOKxQCD3/o///3/wTwDEYRGA7v0f////4J8AiMMCAN37P/7//8E/ARCHBQC693/8//+DfwI=")
"""The beginning of 256 MiB of zeros."""
PAYLOAD = (
    "\x1b]0;owned\x07\x1b[2J<script>window.hurt=1</script><img src=x onerror=alert(1)>=cmd|'/c calc'!A1"
    "[click](javascript:alert(1))|\u202e\u2066\0../../../../tmp/hurt"
)


def _telling(value: str) -> Callable[[], Pieces]:
    body = {
        "images": [{"id": value, "name": value, "tags": [value], "self": value, "file": value, value: value}],
        "next": value,
        "id": value,
        "name": value,
        "status": value,
        value: value,
        "token": {"project": {"id": value, "name": value}, "catalog": value},
        "error": {"code": value, "title": value, "message": value},
    }
    head = re.sub(r"[\0\r\n]", "", value)
    return lambda: [answer(json.dumps(body).encode(), "200 OK", "Content-Type: application/json", f"X-Told: {head}")]


def _coded(body: bytes, coding: str) -> Callable[[], Pieces]:
    return lambda: [answer(body, "200 OK", "Content-Type: application/json", f"Content-Encoding: {coding}")]


def _typed(body: bytes, media_type: str) -> Callable[[], Pieces]:
    return lambda: [answer(body, "200 OK", f"Content-Type: {media_type}")]


ROWS = b",".join(b'{"id":"%08x-0000-4000-8000-000000000000","name":7}' % row for row in range(100_000))
DEEP = b"[" * 100_000 + b"]" * 100_000
BOMB = gzip.compress(b"\0" * (64 << 20))
SPEED = 0.1
"""Seconds between two bytes of a server that is said to send one a second."""

BROKEN: Mapping[str, Mapping[str, tuple[Callable[[], Pieces], str]]] = {
    "time": {
        "a slow head": (lambda: forever(b"H", b"", 0.1), "no whole answer to"),
        "a slow body": (lambda: forever(b" ", OK + b"Content-Length: 99999\r\n\r\n", 0.1), "no whole answer to"),
        "endless chunks": (lambda: forever(b"1\r\nx\r\n", CHUNKED, 0.01), "no whole answer to"),
        "silence": (lambda: (time.sleep(0.8), [])[1], "no answer to"),
        "nothing": (list, "closed without an answer"),
        "endless 100 Continue": (lambda: forever(b"HTTP/1.1 100 Continue\r\n\r\n"), "more than 20 interim answers"),
        "a pause between chunks": (lambda: _slow_then(CHUNKED + b"2\r\n{}\r\n"), "no answer to"),
        "a pause in the head": (lambda: _slow_then(OK), "no answer to"),
        "a pause in a body": (
            lambda: _slow_then(OK + b"Content-Length: 9\r\n\r\n{"),
            "1 of the 9 bytes that it announces (Content-Length) came, and then nothing for",
        ),
        "a pause before the last chunk": (lambda: _slow_then(CHUNKED + b"2\r\n{}\r\n"), "no answer to"),
    },
    "size": {
        "endless headers": (lambda: forever(b"X-More: yes\r\n", OK), "the head has more than 100 fields"),
        "one endless header line": (lambda: forever(b"x" * 4096, OK + b"X-Long: "), "a line of more than 65536 bytes"),
        "an endless status line": (lambda: forever(b"x" * 4096, b"HTTP/1.1 200 "), "a line of more than 65536 bytes"),
        "an endless body": (lambda: forever(b"x" * 65536, OK + b"\r\n"), ""),
        "an endless chunk size": (lambda: forever(b"0", CHUNKED), "a line of more than 65536 bytes"),
        "a chunk of more than memory": (lambda: [CHUNKED + b"ffffffffffffffff\r\nabc"], "a chunk has the size"),
        "a thousand headers": (
            lambda: [answer(b"{}", "200 OK", *(f"X-{number}: y" for number in range(1000)))],
            "the head has more than 100 fields",
        ),
        "a gzip bomb": (
            lambda: [answer(BOMB, "200 OK", "Content-Type: application/json", "Content-Encoding: gzip")],
            "",
        ),
        "deep JSON": (lambda: [answer(DEEP)], ""),
        "deep JSON in an object": (lambda: [answer(b'{"images": ' + DEEP + b', "token": ' + DEEP + b"}")], ""),
        "a huge integer": (lambda: [answer(b'{"images": ' + b"9" * 100_000 + b"}")], ""),
        "Content-Length beyond all": (lambda: [OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n{}"], ""),
        "a next that never ends": (
            lambda: [answer(b'{"images": [], "next": "/v2/images?marker=%d", "first": 7}' % time.monotonic_ns())],
            "",
        ),
        "the same header many times": (
            lambda: [
                answer(
                    b'{"images": []}',
                    "200 OK",
                    *(["Content-Type: application/json"] * 50),
                    *(["x-openstack-request-id: same"] * 40),
                )
            ],
            "",
        ),
        "endless trailers": (
            lambda: forever(b"X-More: yes\r\n", CHUNKED + b"2\r\n{}\r\n0\r\n"),
            "the trailer has more than 100 fields",
        ),
        "endless chunk extensions": (
            lambda: forever(b"1;" + b"x" * 60_000 + b"\r\n \r\n", CHUNKED),
            "bytes of their own",
        ),
        "heads of interim answers without end": (
            lambda: forever(b"HTTP/1.1 103 Early Hints\r\nLink: " + b"x" * 60_000 + b"\r\n\r\n"),
            "more than 20 interim answers",
        ),
        "a token of a mebibyte": (
            lambda: [answer(b"{}", "201 Created", f"X-Subject-Token: {'t' * (1 << 20)}")],
            "a line of more than 65536 bytes",
        ),
        "a cookie of a mebibyte": (
            lambda: [answer(b"{}", "200 OK", f"Set-Cookie: a={'t' * (1 << 20)}")],
            "a line of more than 65536 bytes",
        ),
        "a list of a hundred thousand": (lambda: [answer(b'{"images": [' + b",".join([b"{}"] * 100_000) + b"]}")], ""),
        "a gzip bomb in a gzip bomb": (
            lambda: [answer(gzip.compress(BOMB), "200 OK", "Content-Encoding: gzip, gzip")],
            "",
        ),
    },
    "framing": {
        "a chunk of no size": (lambda: [CHUNKED + b"zz\r\nabc\r\n"], "a chunk has the size 'zz'"),
        "a chunk of negative size": (lambda: [CHUNKED + b"-1\r\nabc\r\n0\r\n\r\n"], "a chunk has the size '-1'"),
        "a chunk cut short": (lambda: [CHUNKED + b"ff\r\nabc"], "closed in a chunk"),
        "Content-Length too large": (lambda: [OK + b"Content-Length: 9999\r\n\r\n{}"], ""),
        "Content-Length too small": (lambda: [OK + b"Content-Length: 1\r\n\r\n{}"], ""),
        "Content-Length negative": (lambda: [OK + b"Content-Length: -5\r\n\r\n{}"], ""),
        "Content-Length no number": (lambda: [OK + b"Content-Length: many\r\n\r\n{}"], ""),
        "two Content-Lengths": (lambda: [OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}"], ""),
        "HTTP/0.9": (lambda: [b"<html>hello</html>"], "begins with"),
        "HTTP/9.9": (lambda: [b"HTTP/9.9 200 OK\r\n\r\n{}"], "begins with"),
        "status 99": (lambda: [answer(b"{}", "99 Low")], "begins with"),
        "status 999": (lambda: [answer(b"{}", "999 High")], ""),
        "status of letters": (lambda: [answer(b"{}", "abc OK")], "begins with"),
        "a header without a colon": (lambda: [OK + b"no colon here\r\nX: y\r\n\r\n{}"], "a line without a name"),
        "a NUL in a header": (lambda: [answer(b"{}", "200 OK", "X-Nul: a\0b")], "a NUL"),
        "101 Switching Protocols": (
            lambda: [b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n\x00\x01"],
            "another protocol",
        ),
        "bytes that are no text in headers": (lambda: [OK + b"X: \xff\xfe\x80\r\nContent-Length: 2\r\n\r\n{}"], ""),
        "a length and chunks": (
            lambda: [OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"],
            "",
        ),
        "HTTP/1.0": (lambda: [b"HTTP/1.0 200 OK\r\n\r\n{}"], ""),
        "no empty line": (lambda: [OK], "closed in the head"),
        "bare line feeds": (lambda: [b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}"], ""),
        "a folded header": (lambda: [OK + b"X: a\r\n b\r\nContent-Length: 2\r\n\r\n{}"], ""),
        "a second answer": (lambda: [OK + b"Content-Length: 2\r\n\r\n{}" + answer(b"unasked")], ""),
        "status 0": (lambda: [answer(b"{}", "0 Zero")], "begins with"),
        "a name without a value": (lambda: [OK + b"X:\r\nContent-Length: 2\r\n\r\n{}"], ""),
    },
}
"""Answers with the words that are said of them; those that have words are no whole HTTP message."""

ODD: Mapping[str, Callable[[], Pieces]] = {
    "control and bidi in status and headers": lambda: [
        answer(b"{}", "200 \x1b[31mred\u202e", "X-\x07: \x1b]0;owned\x07", "Content-Type: \u202e/\x1b[2J")
    ],
    "an unknown encoding": lambda: [answer(b"{}", "200 OK", "Content-Encoding: nonsense")],
    "a number beyond a float": lambda: [
        answer(b'{"images": [{"id": 1e999, "size": -1e999}], "id": 1e999, "size": 1e999, "token": 1e999}')
    ],
    "NaN": lambda: [answer(b'{"images": NaN, "id": NaN, "token": Infinity}')],
    "lone surrogates": lambda: [
        answer(
            b'{"images": [{"id": "\\ud800", "name": "\\udfff"}], "id": "\\ud800", "\\udc00": 1, "token": {"x": "\\ud800"}}'
        )
    ],
    "a key twice": lambda: [answer(b'{"images": [], "images": 1, "id": "a", "id": 2}')],
    "control and bidi in JSON": lambda: [
        answer(
            json.dumps(
                {
                    "id": "\x1b[2J\u202e</script>",
                    "images": [{"id": "\0", "name": "\x1b]0;x\x07"}],
                    "error": {"message": "\x1b", "code": "\u2066", "title": "<b>"},
                }
            ).encode()
        )
    ],
    "not UTF-8": lambda: [answer(b'{"images": "\xff\xfe"}')],
    "a byte order mark": lambda: [answer(b'\xef\xbb\xbf{"images": []}')],
    "UTF-16": lambda: [answer('{"images": []}'.encode("utf-16"))],
    "JSON of another type": lambda: [answer(b'"text"')],
    "null": lambda: [answer(b"null")],
    "a list of everything": lambda: [answer(b'[null, 1, "a", [], {}, true]')],
    "members of wrong types": lambda: [
        answer(
            b'{"images": {"a": 1}, "id": [], "name": {}, "tags": 3, "token": {"catalog": "x", "project": 3, "user": [], "roles": {}}, "error": [1]}'
        )
    ],
    "images of wrong types": lambda: [
        answer(
            b'{"images": [null, 1, "a", [], {"id": null}, {"id": {}}, {"id": "a", "tags": {"x": 1}, "name": []}], "next": 5}'
        )
    ],
    "a redirect to itself": lambda: [answer(b"", "302 Found", "Location: /v3/auth/tokens")],
    "a redirect to a file": lambda: [answer(b"", "301 Moved", "Location: file:///etc/passwd")],
    "300 without choices": lambda: [answer(b"", "300 Multiple Choices")],
    "401 for everything": lambda: [answer(b"{}", "401 Unauthorized")],
    "500 for everything": lambda: [answer(b"<html>", "500 Oops", "Content-Type: text/html")],
    "503 with Retry-After": lambda: [answer(b"", "503 Busy", "Retry-After: 99999")],
    "a web page": lambda: [
        answer(b"<!doctype html><title>hello</title>", "200 OK", "Content-Type: text/html; charset=utf-8")
    ],
    "a charset that is none": lambda: [
        answer(b"{}", "200 OK", "Content-Type: application/json; charset=no-such-charset")
    ],
}
"""Answers in HTTP with values, types, encodings and statuses that nobody expects."""

FURTHER: Mapping[str, Mapping[str, tuple[Callable[[], Pieces], bool]]] = {
    "time": {
        "a byte of the head at a time": (lambda: forever(b"H", b"HTTP/1.1 200 ", SPEED), False),
        "a byte of a chunk at a time": (lambda: forever(b"x", CHUNKED + b"ffff\r\n", SPEED), False),
        "no end of a body without a length": (lambda: _slow_then(OK + b"\r\n{}"), False),
        "an interim answer at a time": (lambda: forever(b"HTTP/1.1 102 Processing\r\n\r\n", b"", SPEED), False),
        "a pause in the trailer": (lambda: _slow_then(CHUNKED + b"2\r\n{}\r\n0\r\nX: "), False),
    },
    "size": {
        "a deflate bomb": (_coded(DEFLATED, "deflate"), True),
        "a brotli bomb": (_coded(BROTLI, "br"), True),
        "bombs in each other": (_coded(gzip.compress(gzip.compress(DEFLATED)), "deflate, gzip, gzip"), True),
        "a name of a mebibyte in JSON": (lambda: [answer(b'{"images": [], "' + b"k" * (1 << 20) + b'": 1}')], True),
        "a list of a hundred thousand with ids": (lambda: [answer(b'{"images": [' + ROWS + b"]}")], True),
        "pages that grow without end": (_growing(), True),
        "a thousand cookies": (
            lambda: [answer(b"{}", "200 OK", *(f"Set-Cookie: c{number}=v" for number in range(1000)))],
            False,
        ),
        "ninety cookies": (
            lambda: [answer(b"{}", "200 OK", *(f"Set-Cookie: c{number}={'v' * 500}" for number in range(90)))],
            True,
        ),
        "a trailer that has one endless line": (lambda: forever(b"x" * 4096, CHUNKED + b"2\r\n{}\r\n0\r\nX: "), False),
        "an endless body in chunks": (lambda: forever(b"4000\r\n" + b"x" * 0x4000 + b"\r\n", CHUNKED), True),
        "a number of a mebibyte of digits": (
            lambda: [answer(b'{"images": [], "id": ' + b"1" * (1 << 20) + b"}")],
            True,
        ),
        "an exponent beyond all": (lambda: [answer(b'{"images": [], "id": 1e' + b"9" * 100_000 + b"}")], True),
    },
    "framing": {
        "Content-Length with a sign": (lambda: [OK + b"Content-Length: +2\r\n\r\n{}"], True),
        "Content-Length in hexadecimal": (lambda: [OK + b"Content-Length: 0x2\r\n\r\n{}"], True),
        "the same Content-Length twice": (lambda: [OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"], True),
        "Content-Length as a list": (lambda: [OK + b"Content-Length: 2, 9\r\n\r\n{}"], True),
        "a coding of the transfer that nobody knows": (lambda: [OK + b"Transfer-Encoding: zip\r\n\r\n{}"], True),
        "chunked twice": (
            lambda: [OK + b"Transfer-Encoding: chunked, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"],
            True,
        ),
        "a chunk longer than its size": (lambda: [CHUNKED + b"1\r\n{}\r\n0\r\n\r\n"], False),
        "chunks without their lengths": (lambda: [CHUNKED + b"{}"], False),
        "a space before the colon": (lambda: [OK + b"Content-Length : 2\r\n\r\n{}"], True),
        "carriage returns alone": (lambda: [OK.replace(b"\r\n", b"\r") + b"\r\r{}"], False),
        "a request in place of an answer": (lambda: [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"], False),
        "ten answers to one request": (lambda: [(OK + b"Content-Length: 2\r\n\r\n{}") * 10], True),
        "a body with 204": (lambda: [b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}"], True),
        "an answer of TLS": (lambda: [b"\x15\x03\x01\x00\x02\x02\x28"], False),
        "a line of SSH": (lambda: [b"SSH-2.0-OpenSSH_9.2\r\n"], False),
        "NULs alone": (lambda: [b"\0" * 4096], False),
    },
    "encoding": {
        "latin-1": (_typed('{"images": [], "name": "\xe9\xfc"}'.encode("latin-1"), "application/json"), True),
        "UTF-16 with its charset": (
            _typed('{"images": []}'.encode("utf-16"), "application/json; charset=utf-16"),
            True,
        ),
        "UTF-32 without a mark": (_typed('{"images": []}'.encode("utf-32-le"), "application/json"), True),
        "overlong UTF-8": (_typed(b'{"images": [], "name": "\xc0\xaf\xed\xa0\x80"}', "application/json"), True),
        "UTF-7": (_typed(b"+AHs-+ACI-images+ACI-: +AFsAXQB9-", "application/json; charset=utf-7"), True),
        "a codec that is none of text": (_typed(b"{}", "application/json; charset=zlib_codec"), True),
    },
    "reader": {
        "what steers a terminal": (_telling("\x1b]0;owned\x07\x1b[2J\x1b[31mred\x9b2J"), True),
        "HTML and script": (_telling("</script><script>window.hurt=1</script><img src=x onerror=alert(1)>"), True),
        "formulas of a spreadsheet": (_telling("=cmd|'/c calc'!A1"), True),
        "Markdown": (_telling("[click](javascript:alert(1)) | ![x](http://127.0.0.1:1/x) `` ``` <!--"), True),
        "bidi and zero width": (_telling("\u202eevil\u2066\u200b\u2028"), True),
        "NUL and line ends": (_telling("a\0b\r\nX-Injected: 1\n\nfrom"), True),
        "paths as ids": (_telling("../../../../../../tmp/hurt"), True),
        "templates": (_telling("{{7*7}}${7*7}%s%n{0}{__class__}"), True),
        "XML": (_telling("]]><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;"), True),
        "all at once": (_telling(PAYLOAD), True),
    },
}
"""Answers that the bank alone has, and whether each is a whole HTTP message."""


def _met() -> Iterator[Answer]:
    for kind, broken in BROKEN.items():
        for does, (make, words) in broken.items():
            yield Answer(kind, does, make, not words, words)
    for does, odd in ODD.items():
        yield Answer("encoding" if re.search(r"UTF|mark|encoding|charset|surrogates", does) else "values", does, odd)


def _further() -> Iterator[Answer]:
    for kind, further in FURTHER.items():
        for does, (make, http) in further.items():
            yield Answer(kind, does, make, http)


KINDS = ("time", "size", "framing", "encoding", "values", "reader")
MET: Sequence[Answer] = tuple(_met())
ANSWERS: Sequence[Answer] = sorted((*MET, *_further()), key=lambda item: KINDS.index(item.kind))
