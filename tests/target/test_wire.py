"""Answers as bytes on the wire: what is taken, what is refused with which words, and where reading ends."""

from __future__ import annotations

import http.client
import itertools
from collections.abc import Iterable, Iterator

import pytest

from conformance.target.wire import Bounds, NoHTTP, Stream, WireAnswer, read_answer

BOUNDS = Bounds(line=1000, fields=10, head=4000, interim=3, text=5000, body=20_000)
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


class Wire:
    """Pieces that come one after the other; then the other side is silent, or closes."""

    def __init__(self, pieces: Iterable[bytes], *, closes: bool = True) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)
        self._closes = closes
        self._rest = b""
        self.taken = 0

    def receive(self, size: int, _seconds: float | None) -> bytes:
        piece = self._rest or next(self._pieces, None)
        if piece is None:
            if self._closes:
                return b""
            raise TimeoutError
        self._rest = piece[size:]
        self.taken += len(piece[:size])
        return piece[:size]


def read(*pieces: bytes, method: str = "GET", closes: bool = True) -> WireAnswer:
    return read_answer(Stream(Wire(pieces, closes=closes).receive), method, BOUNDS)


def test_an_answer_has_status_reason_fields_in_their_order_and_a_body() -> None:
    answer = read(b"HTTP/1.1 201 Made it\r\nA: 1\r\nb:2\r\na: \t3 \r\nContent-Length: 4\r\n\r\nbody", closes=False)
    fields = (("A", "1"), ("b", "2"), ("a", "3"), ("Content-Length", "4"))
    assert WireAnswer(201, "Made it", fields, b"body", truncated=False, reusable=True) == answer


def test_how_the_bytes_are_cut_into_pieces_does_not_matter() -> None:
    whole = b"HTTP/1.1 100 Continue\r\n\r\n" + CHUNKED + b"3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: r\r\n\r\n"
    expected = read(whole)
    assert (b"abcde", True) == (expected.body, expected.reusable)
    for size in (1, 2, 3, 7, 50):
        assert expected == read(*([whole[at : at + size] for at in range(0, len(whole), size)]), closes=False)


@pytest.mark.parametrize("first", [b"HTTP/1.1 100 Continue\r\nA: b\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\n\r\n"])
def test_interim_answers_are_passed_over(first: bytes) -> None:
    assert 204 == read(first * 3 + b"HTTP/1.1 204 \r\n\r\n").status


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 5, "more than 3 interim answers"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "another protocol"),
        (b"<html>hello</html>\n", "begins with '<html>"),
        (b"hello", "begins with 'hello'"),
        (b"SSH-2.0-nothing\r\n", "begins with 'SSH"),
        (b"HTTP/2 200\r\n\r\n", "begins with"),
        (b"HTTP/0.9 200 OK\r\n\r\n", "begins with"),
        (b"HTTP/1.1 20 OK\r\n\r\n", "begins with"),
        (b"HTTP/1.1 099 OK\r\n\r\n", "its status is 099"),
        (b"HTTP/1.1 1000 OK\r\n\r\n", "begins with"),
        (b"HTTP/1.1 abc OK\r\n\r\n", "begins with"),
        (b"HTTP/1.1 -20 OK\r\n\r\n", "begins with"),
        (b"HTTP/1.1 " + b"x" * 2000, "the status line has a line of more than 1000 bytes"),
        (OK + b"X: " + b"y" * 2000, "the head has a line of more than 1000 bytes"),
        (OK + b"X: y\r\n" * 11 + b"\r\n", "the head has more than 10 fields"),
        (OK + (b"X: " + b"y" * 990 + b"\r\n") * 5 + b"\r\n", "the head has more than 4000 bytes"),
        (OK + b"no colon here\r\n\r\n", "a line without a name: 'no colon here'"),
        (OK + b": empty\r\n\r\n", "a line without a name"),
        (OK + b" folded: x\r\n\r\n", "begins with a folded line"),
        (OK + b"X: a\0b\r\n\r\n", "has a NUL"),
        (CHUNKED + b"zz\r\nabc\r\n", "a chunk has the size 'zz'"),
        (CHUNKED + b"-1\r\nabc\r\n", "a chunk has the size '-1'"),
        (CHUNKED + b"0x3\r\nabc\r\n", "a chunk has the size '0x3'"),
        (CHUNKED + b"1_0\r\nabc\r\n", "a chunk has the size"),
        (CHUNKED + b"\r\nabc\r\n", "a chunk has the size ''"),
        (CHUNKED + b"f" * 16 + b"\r\nabc", "a chunk has the size"),
        (CHUNKED + b"0" * 2000, "a chunk has a line of more than 1000 bytes"),
        (CHUNKED + b"2\r\nabcde\r\n0\r\n\r\n", "a chunk is longer than its size"),
        (CHUNKED + (b"1;" + b"x" * 900 + b"\r\na\r\n") * 100, "bytes of their own"),
        (CHUNKED + b"0\r\n" + b"T: r\r\n" * 11 + b"\r\n", "the trailer has more than 10 fields"),
    ],
)
def test_what_is_no_http_is_refused_with_the_reason(data: bytes, words: str) -> None:
    with pytest.raises(NoHTTP) as caught:
        read(data)
    assert words in str(caught.value)


@pytest.mark.parametrize("first", [OK, b"HTTP/1.1 200", OK + b"Content-", CHUNKED + b"f", CHUNKED + b"f\r\nabc"])
def test_what_ends_in_the_middle_is_a_broken_connection(first: bytes) -> None:
    with pytest.raises(ConnectionResetError):
        read(first)


def test_a_connection_that_ends_without_a_byte_is_told_apart() -> None:
    with pytest.raises(http.client.RemoteDisconnected):
        read()


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"Content-Length: 3\r\n", b"abc"),
        (b"Content-Length: 3\r\nContent-Length: 3\r\n", b"abc"),
        (b"Content-Length: 3, 3\r\n", b"abc"),
        (b"Content-Length: 99\r\n", b"abcdef"),
        (b"Content-Length: 3\r\nContent-Length: 4\r\n", b"abcdef"),
        (b"Content-Length: -3\r\n", b"abcdef"),
        (b"Content-Length: many\r\n", b"abcdef"),
        (b"Content-Length: +3\r\n", b"abcdef"),
        (b"Content-Length: " + b"9" * 900 + b"\r\n", b"abcdef"),
        (b"", b"abcdef"),
        (b"Connection: close\r\n", b"abcdef"),
        (b"Transfer-Encoding: gzip\r\n", b"abcdef"),
    ],
)
def test_a_body_ends_where_its_length_says_or_with_the_connection(head: bytes, body: bytes) -> None:
    assert body == read(OK + head + b"\r\nabcdef").body


@pytest.mark.parametrize("length", [b"-1", b"many", b"3\r\nContent-Length: 4"])
def test_a_length_that_nobody_can_tell_is_not_waited_for(length: bytes) -> None:
    answer = read(OK + b"Content-Length: " + length + b"\r\n\r\nabc", closes=False)
    assert (b"abc", False) == (answer.body, answer.reusable)


def test_a_body_without_a_length_is_waited_for_until_the_connection_ends() -> None:
    with pytest.raises(TimeoutError):
        read(OK + b"\r\nabc", closes=False)


@pytest.mark.parametrize(
    ("data", "reusable"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", False),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc", False),
        (CHUNKED + b"0\r\n\r\nmore", False),
        (OK + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", False),
    ],
)
def test_a_connection_is_used_again_only_when_its_end_is_sure(data: bytes, reusable: bool) -> None:
    assert reusable is read(data).reusable


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_an_answer_that_has_no_body_ends_with_its_head(method: str, status: int) -> None:
    assert b"" == read(b"HTTP/1.1 %d x\r\nContent-Length: 99\r\n\r\n" % status, method=method, closes=False).body


@pytest.mark.parametrize(("media_type", "most"), [(b"application/json", 5000), (b"text/html", 5000), (b"x/y", 20_000)])
@pytest.mark.parametrize("framing", [b"Content-Length: 99999999\r\n", b"Transfer-Encoding: chunked\r\n", b""])
def test_an_endless_body_is_read_up_to_its_bound(media_type: bytes, most: int, framing: bytes) -> None:
    piece = b"400\r\n" + b"x" * 1024 + b"\r\n" if b"chunked" in framing else b"x" * 1024
    wire = Wire(
        itertools.chain([OK + b"Content-Type: " + media_type + b"\r\n" + framing + b"\r\n"], itertools.repeat(piece))
    )
    answer = read_answer(Stream(wire.receive), "GET", BOUNDS)
    assert (most, True, False) == (len(answer.body), answer.truncated, answer.reusable)
    assert wire.taken < most + 3000


@pytest.mark.parametrize(
    ("line", "value"),
    [(b"X: a\r\n  b\r\n\tc", "a b c"), (b"X: a\rb", "a b"), (b"X:a\xff", "a\xff"), (b"X : a", "a"), (b"X:", "")],
)
def test_what_a_field_may_look_like_is_read_as_clients_do(line: bytes, value: str) -> None:
    assert (("X", value), ("Content-Length", "0")) == read(OK + line + b"\r\nContent-Length: 0\r\n\r\n").fields


def test_lines_may_end_with_a_bare_line_feed() -> None:
    answer = read(b"HTTP/1.1 200 OK\nA: b\nContent-Length: 2\n\n{}", closes=False)
    assert ((("A", "b"), ("Content-Length", "2")), b"{}") == (answer.fields, answer.body)
